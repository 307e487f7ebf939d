import { MetricExporter, MetricFeature } from '../../lib/catalog/metric-kind';
import { existsSync, readFileSync } from 'fs';
import * as path from 'path';
import { Construct } from 'constructs';
import { TerraformStack } from 'cdktf';
import { IKubernetesCluster } from '../../lib/core/kubernetes-cluster';
import { IWatchable, MetricsTarget } from '../../lib/core/watchable';
import { MonitoringStack, MonitoringStackProps, WatchOptions } from '../../lib/monitoring';
import { Synthesized, synthesize } from '../support/synth';
import { testCluster } from '../support/test-cluster';

/** A target as a Triton deployment of one vLLM model of the default release describes itself. */
export const TARGET: MetricsTarget = {
  jobName: 'triton-deepseek',
  namespace: 'inference',
  podSelector: { 'app.kubernetes.io/name': 'triton', 'app.kubernetes.io/instance': 'deepseek' },
  port: 8002,
  exporters: [MetricExporter.TRITON, MetricExporter.TRITON_VLLM],
  models: ['deepseek'],
  features: [MetricFeature.HISTOGRAM_LATENCIES],
  version: '26.02',
};

/** Jobs, and groups of rules, of the servers of a monitoring stack itself. */
export const OWN_JOBS = ['alertmanager', 'prometheus'];

/** What is recorded of it after the number of requests and their latency. */
export const RECORDS_BUT_LATENCY = [
  'inference_time_to_first_token_p95_milliseconds',
  'inference_time_per_token_p95_milliseconds',
  'inference_tokens_per_second',
  'inference_failure_percent',
  'inference_rejections_per_second',
  'inference_gpu_utilization_percent',
  'inference_gpu_memory_percent',
  'inference_gpu_power_watts',
];

/** A target as vLLM's own server of the default release describes itself. */
export const VLLM_TARGET: MetricsTarget = {
  jobName: 'vllm-talk',
  namespace: 'inference',
  podSelector: { 'app.kubernetes.io/name': 'vllm', 'app.kubernetes.io/instance': 'talk' },
  port: 8000,
  exporters: [MetricExporter.VLLM],
  models: ['chat'],
  features: [],
  version: '0.24.0',
};

/** A workload that is nothing but its target. */
export class TestWorkload extends Construct implements IWatchable {
  public metricsTarget: MetricsTarget;

  public constructor(scope: Construct, id: string, target: Partial<MetricsTarget> = {}) {
    super(scope, id);
    this.metricsTarget = { ...TARGET, ...target };
  }
}

/** One workload and how it is watched. */
export interface Watched {
  readonly target?: Partial<MetricsTarget>;
  readonly options?: WatchOptions;
}

/** What is there before the monitoring. */
export type Around = (stack: TerraformStack, cluster: IKubernetesCluster) => void;

/** A monitoring stack that watches the given workloads, synthesized. */
export function monitor(
  watched: readonly Watched[] = [{}],
  props: Partial<MonitoringStackProps> = {},
  around: Around = () => undefined,
): { readonly monitoring: MonitoringStack; readonly result: Synthesized } {
  let monitoring: MonitoringStack | undefined;
  const result = synthesize((stack) => {
    const cluster = testCluster(stack);
    around(stack, cluster);
    const made = new MonitoringStack(stack, 'Monitoring', {
      cluster,
      alertReceivers: [],
      // What tells of nodes and of the cluster: cluster-metrics.test.ts.
      clusterMetrics: false,
      ...props,
    });
    watched.forEach(({ target, options }, i) => made.watch(new TestWorkload(stack, `Workload${i}`, target), options));
    monitoring = made;
  });
  return { monitoring: monitoring as MonitoringStack, result };
}

/** The text of a fixture. */
export function fixture(name: string): string {
  return readFileSync(path.join(__dirname, 'fixtures', name), 'utf8');
}

/** A program of the PATH, if it is there. */
export function onPath(program: string): string | undefined {
  return (process.env.PATH ?? '')
    .split(path.delimiter)
    .map((folder) => path.join(folder, program))
    .find((file) => existsSync(file));
}

/** Debian packages of programs that tests run. */
const PACKAGES: { readonly [program: string]: string } = {
  promtool: 'prometheus',
  amtool: 'prometheus-alertmanager',
  luajit: 'luajit',
};

/** `test` where a program is on the PATH; else the test is skipped, and the reason printed. */
export function testWith(program: string): jest.It {
  if (onPath(program)) return test;
  const where = program in PACKAGES ? `; it is in the Debian package ${PACKAGES[program]}` : '';
  console.info(`skipped: ${program} is not on the PATH${where}`);
  return test.skip;
}

/** What the text exposition format says: each metric's type and, by series name, the sets of label names seen. */
export function parseExposition(text: string) {
  const types: { [metric: string]: string } = {};
  const series: { [name: string]: Set<string> } = {};
  for (const line of text.split('\n')) {
    const type = /^# TYPE (\S+) (\S+)$/.exec(line);
    if (type) types[type[1]] = type[2];
    const sample = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? \S+$/.exec(line);
    if (!sample) continue;
    const labels = [...(sample[2] ?? '').matchAll(/([a-zA-Z_]\w*)="/g)].map((match) => match[1]);
    series[sample[1]] = new Set([...(series[sample[1]] ?? []), ...labels]);
  }
  return { types, series };
}
