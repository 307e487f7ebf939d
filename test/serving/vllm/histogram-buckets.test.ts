import { VllmRelease } from '../../../lib/catalog';
import { MetricFeature } from '../../../lib/catalog/metric-kind';
import { ServiceLevelObjective } from '../../../lib/monitoring';
import { faultsThrown, idsOf } from '../../support/faults';
import { monitor } from '../../monitoring/support';
import { CHAT, deployVllm } from '../support/vllm-fixtures';

const vllmRelease = VllmRelease.of('0.32.0');
const targetOf = (...buckets: ({ readonly [family: string]: number[] } | undefined)[]) =>
  deployVllm({
    vllmRelease,
    maxNodes: 4,
    models: buckets.map((given, i) => ({
      ...CHAT,
      name: i === 0 ? 'chat' : `chat-${i}`,
      ...(given ? { engineArguments: { custom_histogram_buckets: given } } : {}),
    })),
  }).deployment.metricsTarget;

describe('bounds of histograms that an argument of the engine replaces', () => {
  test('are told by the target: those of the first token that all models have, and the last of each', () => {
    const own = targetOf({ time_to_first_token: [0.07, 0.3, 2] }, { time_to_first_token: [0.3, 5] });
    expect(own).toMatchObject({
      features: [MetricFeature.CUSTOM_BUCKETS],
      latencyBoundsMs: [300],
      latencyLimitsMs: { chat: 2000, 'chat-1': 5000 },
    });
    expect(targetOf({ time_to_first_token: [0.07, 0.3] }).latencyBoundsMs).toEqual([70, 300]);
  });

  test('of other histograms leave those of the first token as they are', () => {
    const target = targetOf({ request_latency: [1, 2] });
    expect(target.features).toEqual([MetricFeature.CUSTOM_BUCKETS]);
    expect(target.latencyBoundsMs).toEqual(expect.arrayContaining([1, 250, 2_560_000]));
  });

  test('are the usual ones without it', () => {
    expect(targetOf(undefined)).toMatchObject({ features: [] });
    expect(targetOf(undefined).latencyBoundsMs).toBeUndefined();
  });

  test('decide what an objective and a threshold may be', () => {
    const target = targetOf({ time_to_first_token: [0.07, 0.3] });
    const faults = (options: object) => idsOf(faultsThrown(() => monitor([{ target, options }])));
    const objective = (ms: number) => ({ latencyAlert: false, objectives: [ServiceLevelObjective.latency(95, ms)] });
    expect(() => monitor([{ target, options: objective(70) }])).not.toThrow();
    // One of the usual bounds, which these servers do not have.
    expect(faults(objective(250))).toEqual([expect.stringContaining('OBJECTIVE')]);
    expect(faults({ latencyThresholdMs: 400 })).toEqual(['LATENCY_BEYOND_HISTOGRAM latencyThresholdMs']);
    expect(() => monitor([{ target, options: { latencyThresholdMs: 280 } }])).not.toThrow();
  });

  test('are not given as a flag, where nothing reads them', () => {
    const given = { vllmRelease, extraArguments: ['--custom-histogram-buckets={"time_to_first_token": [1]}'] };
    const faults = faultsThrown(() => deployVllm(given));
    expect(idsOf(faults)).toEqual(['RESERVED extraArguments[0]']);
    expect(faults[0].reason).toContain('engineArguments.custom_histogram_buckets of the model');
  });
});
