import { Indicator, MetricContract } from '../../../lib/monitoring';
import { faultsThrown, idsOf } from '../../support/faults';
import { TargetName, TARGETS } from './targets';

const MODELS: TargetName[] = ['triton', 'tritonVllm', 'tritonTensorRtLlm', 'tritonMixed', 'vllm'];
const NAMES = Object.keys(TARGETS) as TargetName[];
const without = (...names: TargetName[]) => MODELS.filter((name) => !names.includes(name));

/** By hand: what can tell which indicator, in its unit. */
const SOURCES: readonly (readonly [indicator: Indicator, record: string, unit: string, from: TargetName[]])[] = [
  [Indicator.QPS, 'inference_qps', 'requests/s', MODELS],
  [Indicator.LATENCY_P50, 'inference_latency_p50_milliseconds', 'ms', MODELS],
  [Indicator.LATENCY_P95, 'inference_latency_p95_milliseconds', 'ms', MODELS],
  [Indicator.LATENCY_P99, 'inference_latency_p99_milliseconds', 'ms', MODELS],
  [Indicator.TIME_TO_FIRST_TOKEN_P95, 'inference_time_to_first_token_p95_milliseconds', 'ms', without('triton')],
  [
    Indicator.TIME_PER_TOKEN_P95,
    'inference_time_per_token_p95_milliseconds',
    'ms',
    without('triton', 'tritonTensorRtLlm'),
  ],
  [Indicator.TOKENS, 'inference_tokens_per_second', 'tokens/s', without('triton')],
  [Indicator.QUEUE_TIME, 'inference_queue_time_mean_milliseconds', 'ms', without('tritonVllm', 'tritonTensorRtLlm')],
  [Indicator.QUEUE_DEPTH, 'inference_queue_depth', 'requests', without('tritonVllm')],
  [Indicator.BATCH_SIZE, 'inference_batch_size', 'requests', without('tritonVllm')],
  [Indicator.FAILURES, 'inference_failure_percent', '%', MODELS],
  [Indicator.REJECTIONS, 'inference_rejections_per_second', 'requests/s', MODELS],
  [Indicator.KV_CACHE, 'inference_kv_cache_percent', '%', ['tritonTensorRtLlm', 'vllm']],
  [Indicator.PREEMPTIONS, 'inference_preemptions_per_second', 'requests/s', ['vllm']],
  [Indicator.LOAD_TIME, 'inference_load_time_percent', '%', without('vllm')],
  [Indicator.COST, 'inference_cost_per_million_tokens', 'USD', without('triton')],
  [Indicator.GPU_UTILIZATION, 'inference_gpu_utilization_percent', '%', [...without('vllm'), 'dcgm']],
  [Indicator.GPU_MEMORY, 'inference_gpu_memory_percent', '%', [...without('vllm'), 'dcgm']],
  [Indicator.GPU_POWER, 'inference_gpu_power_watts', 'W', [...without('vllm'), 'dcgm']],
  [Indicator.GPU_TEMPERATURE, 'inference_gpu_temperature_celsius', '°C', ['dcgm']],
  [Indicator.XID_ERRORS, 'inference_gpu_xid_errors', 'errors', ['dcgm']],
  [Indicator.NVLINK_BANDWIDTH, 'inference_gpu_nvlink_bytes_per_second', 'bytes/s', ['dcgm']],
  [Indicator.RDMA_BANDWIDTH, 'inference_rdma_bytes_per_second', 'bytes/s', ['node', 'efa']],
];

test('every indicator is in the table', () => {
  expect(SOURCES.map(([{ name }]) => name)).toEqual(Indicator.ALL.map(({ name }) => name));
  expect(Indicator.ALL.filter(({ suffix }) => suffix !== undefined)).toHaveLength(16);
});

describe.each(SOURCES.map((row) => [row[0].name, row] as const))('%s', (_, [indicator, record, unit, from]) => {
  test('is recorded under one name in one unit', () => {
    expect([indicator.record, indicator.unit]).toEqual([record, unit]);
    const ofModels = indicator.suffix !== undefined;
    expect(indicator.record.replace(/_milliseconds$/, '')).toBe(
      ofModels ? `inference_${indicator.suffix}` : indicator.record,
    );
  });

  test.each(from)('is read from %s, within the contract, by model or by device', (name) => {
    const target = TARGETS[name];
    const { expr, metrics, meaning } = indicator.query(target);
    expect(indicator.isAvailable(target)).toBe(true);
    expect(MetricContract.faults([{ record, expr }], [target])).toEqual([]);
    expect(metrics.length).toBeGreaterThan(0);
    for (const metric of metrics) expect(expr).toContain(metric.name);
    expect(meaning).toMatch(/\.$/);
    // A record without the label would have to be told apart by the job alone.
    const labels =
      indicator.suffix === undefined ? (record.includes('_gpu_') ? 'node, gpu_uuid' : 'node, device') : 'model';
    const grouped = MetricContract.faults(
      [
        { record, expr },
        { record: 'r', expr: `sum by (${labels}) (${record})` },
      ],
      [target],
    ).filter(({ id }) => id !== 'QUANTILES_AGGREGATED');
    expect(grouped).toEqual([]);
  });

  const others = NAMES.filter((name) => !from.includes(name));
  test.each(others)('cannot be read from %s, with the reason', (name) => {
    const target = TARGETS[name];
    expect(indicator.isAvailable(target)).toBe(false);
    const faults = faultsThrown(() => indicator.query(target));
    expect(idsOf(faults)).toEqual(['INDICATOR_UNAVAILABLE metricsTarget']);
    expect(faults[0].reason).toMatch(/comes from exporter|takes every request at once|no model of it|told of models/);
  });
});

test('a percentage is a part of a whole that the query says, not any number of seconds', () => {
  const faults = (expr: string) => MetricContract.faults([{ record: 'load_percent', expr }], [TARGETS.triton]);
  expect(faults('100 * nv_model_load_duration_secs / 600')).toEqual([]);
  expect(faults('100 * nv_model_load_duration_secs').map(({ id }) => id)).toEqual(['UNITS_MIXED']);
});
