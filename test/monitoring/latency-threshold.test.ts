import { Token } from 'cdktf';
import { CapacityPlanner, CloudTopology, GpuInstanceType, ModelSpec } from '../../lib';
import { defaultThresholdMs } from '../../lib/monitoring/rules/latency-threshold';
import { CapacityPlan } from '../../lib/planning';
import { firstTokenUnderLoadMs } from '../../lib/planning/first-token-under-load';
import { faultsThrown, idsOf, warningsOf } from '../support/faults';
import { Block, testStack } from '../support/synth';
import { Watched, monitor } from './support';

const thresholds = (watched: readonly Watched[], props = {}) => {
  const { monitoring } = monitor(watched, props);
  const { groups } = JSON.parse(monitoring.rules) as { groups: { rules: { alert?: string; expr: string }[] }[] };
  return groups.flatMap(({ rules }) => rules.flatMap(({ alert, expr }) => (alert === 'HighLatency' ? [expr] : [])));
};
const planned = (deepseek: number) => ({ target: { plannedLatencyMs: { deepseek } } });

describe('the threshold of HighLatency', () => {
  test.each<[string, Watched, object, string]>([
    ['without a plan is 50 ms', {}, {}, '50'],
    ['of a plan lies above it', planned(82), {}, '250'],
    ['of a fast plan is never below 50 ms', planned(5), {}, '50'],
    ['is that of the stack', planned(82), { latencyThresholdMs: 300 }, '300'],
    [
      'of a model is that which the stack has for it',
      planned(82),
      { latencyThresholdMs: 300, latencyThresholdsMs: { deepseek: 400 } },
      '400',
    ],
    [
      'is that which watch is told',
      { ...planned(82), options: { latencyThresholdMs: 500 } },
      { latencyThresholdsMs: { deepseek: 400 } },
      '500',
    ],
    [
      'is that which watch is told for the model',
      { ...planned(82), options: { latencyThresholdMs: 500, latencyThresholdsMs: { deepseek: 600 } } },
      {},
      '600',
    ],
  ])('%s', (_, watched, props, expected) => {
    expect(thresholds([watched], props)).toEqual([`deepseek_latency_p99 > ${expected}`]);
  });

  test('is one for each model of a deployment', () => {
    const target = { models: ['a', 'b', 'c'], plannedLatencyMs: { a: 82, b: 1676 } };
    expect(thresholds([{ target }])).toEqual(['a_latency_p99 > 250', 'b_latency_p99 > 5000', 'c_latency_p99 > 50']);
  });

  test.each([
    [1, 50],
    [25, 50],
    [25.1, 100],
    [50, 100],
    [51, 250],
    [125, 250],
    [126, 500],
    [619, 2500],
    [5001, 25000],
  ])('for a plan of %d ms it is %d, a bound of the histogram', (plan, threshold) => {
    expect(defaultThresholdMs(plan)).toBe(threshold);
  });

  test.each<[string, Watched, object]>([
    ['by watch', { ...planned(82), options: { latencyThresholdMs: 81 } }, {}],
    ['by the stack', planned(82), { latencyThresholdMs: 50 }],
    ['by the stack for the model', planned(82), { latencyThresholdsMs: { deepseek: 50 } }],
  ])('below the plan is warned of: %s', (_, watched, props) => {
    const { result } = monitor([watched], { alertReceivers: [], ...props });
    expect(warningsOf(result.stack).map(({ id }) => id)).toEqual(['LATENCY_BELOW_PLAN']);
  });

  test.each<[string, Watched, object]>([
    ['at the plan', { ...planned(82), options: { latencyThresholdMs: 82 } }, {}],
    ['by default', planned(82), {}],
    ['below it, with the alert off', { ...planned(82), options: { latencyThresholdMs: 1, latencyAlert: false } }, {}],
  ])('is not warned of %s', (_, watched, props) => {
    const { result } = monitor([watched], { alertReceivers: [], ...props });
    expect(warningsOf(result.stack)).toEqual([]);
  });

  test.each<[string, object, object, string]>([
    ['zero for a model', { latencyThresholdsMs: { deepseek: 0 } }, {}, 'OUT_OF_RANGE latencyThresholdsMs.deepseek'],
    [
      'a token for a model',
      { latencyThresholdsMs: { deepseek: Token.asNumber('${x}') } },
      {},
      'VALUE_NOT_CONCRETE latencyThresholdsMs.deepseek',
    ],
    ['NaN for the stack', {}, { latencyThresholdMs: NaN }, 'OUT_OF_RANGE latencyThresholdMs'],
    ['an unknown model', { latencyThresholdsMs: { lama: 100 } }, {}, 'UNKNOWN_VALUE latencyThresholdsMs'],
  ])('refused: %s', (_, options, props, id) => {
    expect(idsOf(faultsThrown(() => monitor([{ options }], props)))).toEqual([id]);
  });

  test('of the stack for a model that nothing serves is refused at synthesis', () => {
    expect(() => monitor([{}], { latencyThresholdsMs: { lama: 100 } })).toThrow(
      /names the model 'lama', but the watched/,
    );
  });
});

test('of every model of a topology lies above what its plan expects', () => {
  const stack = testStack();
  const models = [ModelSpec.LLAMA_3_1_8B, ModelSpec.LLAMA_3_1_70B, ModelSpec.LLAMA_65B];
  const topology = new CloudTopology(stack, 'Cloud', {
    clusterName: 'chat',
    availabilityZones: ['us-west-2a', 'us-west-2b'],
    models: models.map((model) => ({ model })),
  });
  const { groups } = JSON.parse(topology.monitoring?.rules ?? '') as { groups: { rules: Block[] }[] };
  const alerts = groups.flatMap(({ rules }) => rules.filter(({ alert }) => alert === 'HighLatency'));
  expect(alerts.map(({ labels }) => labels.model).sort()).toEqual(models.map(({ name }) => name).sort());
  for (const { expr, labels } of alerts) {
    const plan = topology.plans[labels.model];
    expect(Number(/> (\S+)$/.exec(expr)?.[1])).toBeGreaterThan(firstTokenUnderLoadMs(plan));
  }
  expect(warningsOf(stack).map(({ id }) => id)).not.toContain('LATENCY_BELOW_PLAN');
});

describe('the time to the first token under load', () => {
  const plan = (facts: Partial<CapacityPlan>) =>
    ({ concurrency: 4, outputTokens: 200, timeToFirstTokenMs: 100, decodeLatencyMs: 20, ...facts }) as CapacityPlan;

  test.each<[string, Partial<CapacityPlan>, number]>([
    ['one request waits for nobody', { concurrency: 1 }, 120],
    // Utilization 400/4100; 100/(2 x 0.9024) x ln(9.756) = 126 ms for those that wait.
    ['four requests that answer for long', {}, 246],
    ['a full replica: for all the others', { concurrency: 41, outputTokens: 200 }, 4120],
    ['answers of one token: for all the others', { concurrency: 4, outputTokens: 1 }, 420],
  ])('%s', (_, facts, expected) => {
    expect(Math.round(firstTokenUnderLoadMs(plan(facts)))).toBe(expected);
  });

  test.each([1, 2, 4, 16, 64, 256])('is never below that of an idle replica: %d requests', (concurrency) => {
    const made = CapacityPlanner.plan({
      model: ModelSpec.LLAMA_3_1_8B,
      instanceType: GpuInstanceType.G6E_XLARGE,
      concurrency,
    });
    const time = firstTokenUnderLoadMs(made);
    expect(time).toBeGreaterThan(made.timeToFirstTokenMs);
    expect(time).toBeLessThanOrEqual(concurrency * made.timeToFirstTokenMs + made.decodeLatencyMs);
  });
});
