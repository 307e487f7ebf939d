import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import type { TerraformStack } from 'cdktf';
import type { IWatchable, MetricsTarget } from '../../lib/core/watchable';

/** A fleet of servers that one monitoring stack watches. */
export interface MonitoredFleet {
  readonly models: number;
  /** Pods of each model. */
  readonly replicas: number;
  readonly grafana: boolean;
}

/** What its synthesis takes. */
export interface MonitoringCost {
  readonly milliseconds: number;
  /** Of processors, which other programs on the machine do not lengthen as much. */
  readonly busyMilliseconds: number;
  readonly rules: number;
  /** Largest ConfigMap, as the API server counts it. */
  readonly largestConfigMapBytes: number;
}

const SUBJECT = { 'app.kubernetes.io/name': 'triton' };

function targetOf(index: number, { replicas }: MonitoredFleet): MetricsTarget {
  const name = `model-${index}`;
  // A third of each: Triton alone, vLLM behind it, and vLLM's own server.
  const kind = index % 3;
  const isVllm = kind === 2;
  const exporters = ([['triton'], ['triton', 'triton-vllm'], ['vllm']] as const)[kind];
  return {
    jobName: `server-${name}`,
    namespace: `team-${index % 10}`,
    podSelector: { ...SUBJECT, 'app.kubernetes.io/instance': name },
    port: isVllm ? 8000 : 8002,
    exporters: exporters as unknown as MetricsTarget['exporters'],
    models: [name],
    features: (isVllm ? [] : ['histogram_latencies']) as unknown as MetricsTarget['features'],
    version: isVllm ? '0.24.0' : '26.07',
    replicas,
    startupSeconds: 600,
    plannedLatencyMs: { [name]: 150 },
    pricePerHour: { [name]: 12.5 },
  };
}

/**
 * Synthesises a monitoring stack of a checkout of this repository.
 *
 * @param root its root
 * @param fleet what is watched
 */
export function synthesise(root: string, fleet: MonitoredFleet): MonitoringCost {
  const load = createRequire(path.join(root, 'package.json'));
  const { App, LocalBackend, TerraformStack: Stack } = load('cdktf') as typeof import('cdktf');
  const { Construct } = load('constructs') as typeof import('constructs');
  const { MonitoringStack, GrafanaAuth } = load('./lib/monitoring') as typeof import('../../lib/monitoring');
  const { testCluster } = load('./test/support/test-cluster') as { testCluster: (stack: TerraformStack) => never };

  class Server extends Construct implements IWatchable {
    public constructor(
      stack: TerraformStack,
      id: string,
      public readonly metricsTarget: MetricsTarget,
    ) {
      super(stack, id);
    }
  }

  const outdir = mkdtempSync(path.join(tmpdir(), 'bench-monitoring-'));
  try {
    const started = process.hrtime.bigint();
    const before = process.cpuUsage();
    const app = new App({ outdir, stackTraces: false });
    const stack = new Stack(app, 'monitoring');
    new LocalBackend(stack);
    const monitoring = new MonitoringStack(stack, 'Monitoring', {
      cluster: testCluster(stack),
      alertReceivers: [],
      ...(fleet.grafana ? { grafana: { auth: GrafanaAuth.generatedPassword() } } : {}),
    });
    for (let i = 0; i < fleet.models; i++) monitoring.watch(new Server(stack, `Server${i}`, targetOf(i, fleet)));
    app.synth();
    const milliseconds = Number(process.hrtime.bigint() - started) / 1e6;
    const { user, system } = process.cpuUsage(before);
    return { milliseconds, busyMilliseconds: (user + system) / 1e3, ...made(path.join(outdir, 'stacks/monitoring')) };
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

function made(folder: string): Pick<MonitoringCost, 'rules' | 'largestConfigMapBytes'> {
  const { resource } = JSON.parse(readFileSync(path.join(folder, 'cdk.tf.json'), 'utf8')) as {
    resource: { kubernetes_config_map_v1: { [id: string]: { data: { [file: string]: string } } } };
  };
  const maps = Object.values(resource.kubernetes_config_map_v1).map(({ data }) => data);
  const bytes = (data: { [file: string]: string }) =>
    Object.entries(data).reduce((sum, [name, text]) => sum + name.length + Buffer.byteLength(unescaped(text)), 0);
  const texts = maps.flatMap((data) => Object.entries(data).filter(([name]) => /^rules.*\.yml$/.test(name)));
  const rules = texts.flatMap(([, text]) =>
    (JSON.parse(unescaped(text)) as { groups: { rules: unknown[] }[] }).groups.flatMap((group) => group.rules),
  );
  return { rules: rules.length, largestConfigMapBytes: Math.max(...maps.map(bytes)) };
}

/** As Terraform reads a string of its JSON. */
function unescaped(text: string): string {
  return text.replace(/([$%])\1\{/g, '$1{');
}
