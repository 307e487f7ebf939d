import { MonitoringRule } from '../../../lib/monitoring/rules/monitoring-rule';
import { GpuInstanceType, MetricFeature, ModelSpec, Precision } from '../../../lib/catalog';
import { MetricsTarget } from '../../../lib/core/watchable';
import { WatchOptions } from '../../../lib/monitoring';
import { defaultThresholdMs } from '../../../lib/monitoring/rules/latency-threshold';
import { TritonModel, VllmModelProps } from '../../../lib/serving';
import { defaultLatencyBuckets } from '../../../lib/serving/triton/model-config';
import { deploy } from '../../serving/support/fixtures';
import { faultsThrown, idsOf, warningsOf } from '../../support/faults';
import { TARGET, VLLM_TARGET, Watched, monitor } from '../support';

/** The rules that are made for workloads. */
function rulesOf(watched: readonly Watched[]): readonly MonitoringRule[] {
  const { groups } = JSON.parse(monitor(watched).monitoring.rules) as { groups: { rules: MonitoringRule[] }[] };
  return groups.flatMap(({ rules }) => rules);
}

test('HighLatency is not raised for the one of two workloads of a model that is watched without it', () => {
  const rules = rulesOf([{ options: { latencyAlert: false } }, { target: { jobName: 'triton-canary' } }]);
  const alerts = rules.filter(({ alert }) => alert === 'HighLatency');
  expect(alerts.map(({ expr, labels }) => [expr, labels?.job])).toEqual([
    ['deepseek_latency_p99{job="triton-canary"} > 50', 'triton-canary'],
  ]);
  expect(rules.filter(({ record }) => record === 'deepseek_latency_p99')).toHaveLength(2);
});

/** Thresholds of the alerts for workloads. */
function thresholdsOf(watched: Watched): readonly string[] {
  return rulesOf([watched]).flatMap(({ alert, expr }) => (alert === 'HighLatency' ? [expr.replace(/^.* > /, '')] : []));
}

describe('a threshold that the histogram never exceeds', () => {
  const BOUNDS = [50, 100, 500];
  const TWO = { models: ['a', 'b'], latencyBoundsMs: [5, 50], latencyLimitsMs: { a: 50, b: 500 } };

  test.each<[string, Partial<MetricsTarget>, WatchOptions, object, string[]]>([
    ['of watch', { latencyBoundsMs: BOUNDS }, { latencyThresholdMs: 501 }, {}, ['latencyThresholdMs']],
    ['at the last bound', { latencyBoundsMs: BOUNDS }, { latencyThresholdMs: 500 }, {}, ['latencyThresholdMs']],
    [
      'of a model',
      { latencyBoundsMs: BOUNDS },
      { latencyThresholdsMs: { deepseek: 1e5 } },
      {},
      ['latencyThresholdsMs.deepseek'],
    ],
    ['of the stack', { latencyBoundsMs: BOUNDS }, {}, { latencyThresholdMs: 1e5 }, ['latencyThresholdsMs.deepseek']],
    ['of vLLM', VLLM_TARGET, { latencyThresholdMs: 1e9 }, {}, ['latencyThresholdMs']],
    ['of the model whose histogram ends first', TWO, { latencyThresholdMs: 60 }, {}, ['latencyThresholdMs']],
    [
      'of a plan that is slower',
      { latencyBoundsMs: BOUNDS, plannedLatencyMs: { deepseek: 600 } },
      {},
      {},
      ['latencyThresholdsMs.deepseek'],
    ],
  ])('is refused: %s', (_, target, options, props, properties) => {
    const faults = faultsThrown(() => monitor([{ target, options }], props));
    expect(idsOf(faults)).toEqual(properties.map((property) => `LATENCY_BEYOND_HISTOGRAM ${property}`));
    expect(faults[0].reason.includes('latencyBucketsMs')).toBe(target !== VLLM_TARGET);
  });

  test.each<[string, Partial<MetricsTarget>, WatchOptions, string[]]>([
    ['below the last bound', { latencyBoundsMs: BOUNDS }, { latencyThresholdMs: 499 }, ['499']],
    ['below the last one of vLLM', VLLM_TARGET, { latencyThresholdMs: 2_559_999 }, ['2559999']],
    ['where bounds are not known', {}, { latencyThresholdMs: 1e9 }, ['1000000000']],
    [
      'where P99 is read from a summary',
      { latencyBoundsMs: BOUNDS, features: [MetricFeature.SUMMARY_LATENCIES] },
      { latencyThresholdMs: 1e9 },
      ['1000000000'],
    ],
    ['without the alert', { latencyBoundsMs: BOUNDS }, { latencyThresholdMs: 1e9, latencyAlert: false }, []],
    ['by the bound of each model', TWO, { latencyThresholdsMs: { b: 499 } }, ['5', '499']],
  ])('is not: %s', (_, target, options, expected) => {
    expect(thresholdsOf({ target, options })).toEqual(expected);
  });
});

describe('the threshold by default', () => {
  test.each<[string, number | undefined, number[], number]>([
    ['is twice the plan below the end', 100, [50, 250, 500], 250],
    ['is a bound between the plan and the end', 27_774, [10_000, 30_000, 60_000], 30_000],
    ['lies between the two without such a bound', 40_000, [10_000, 30_000, 60_000], 50_000],
    ['is below the end without a plan', undefined, [5, 25, 50], 25],
    ['is below the only bound', undefined, [1], 0.5],
  ])('%s', (_, plan, bounds, expected) => {
    expect(defaultThresholdMs(plan, { bounds, limitMs: bounds[bounds.length - 1] })).toBe(expected);
  });

  test.each<[string, number, number]>([
    ['those of every model', 29_999, 60_000],
    ['one more', 30_000, 120_000],
    ['two more', 60_000, 300_000],
    ['all', 1e9, 3_600_000],
  ])('bounds of the histogram reach above the plan: %s', (_, plan, last) => {
    expect(Math.max(...defaultLatencyBuckets(plan))).toBe(last);
  });

  const long = (more: Partial<VllmModelProps>) =>
    deploy({
      instanceType: GpuInstanceType.G6E_XLARGE,
      models: [
        TritonModel.vllm({
          name: 'llama',
          model: ModelSpec.LLAMA_3_1_8B,
          precision: Precision.FP8,
          contextLength: 131_072,
          inputTokens: 120_000,
          kvCachePrecision: Precision.FP8,
          ...more,
        }),
      ],
    }).deployment.metricsTarget;

  test.each([1, 2, 3])('is exceeded by a P99 of Triton, for %d prompts of 120000 tokens', (concurrency) => {
    const { latencyLimitsMs, latencyBoundsMs, plannedLatencyMs } = long({ concurrency });
    const target = { ...TARGET, models: ['llama'], latencyLimitsMs, latencyBoundsMs, plannedLatencyMs };
    const [threshold] = thresholdsOf({ target }).map(Number);
    expect(threshold).toBeGreaterThan(plannedLatencyMs!.llama);
    expect(threshold).toBeLessThan(latencyLimitsMs!.llama);
  });

  test('is no example in the warning of a plan beyond the end', () => {
    const target = { latencyBoundsMs: [50, 100], plannedLatencyMs: { deepseek: 200 } };
    const { result } = monitor([{ target, options: { latencyThresholdMs: 60 } }]);
    expect(warningsOf(result.stack).map(({ reason }) => reason)).toEqual([
      expect.stringContaining(
        'give its histogram, which ends at 100 ms, bounds above 500 and raise the threshold to that',
      ),
    ]);
  });
});
