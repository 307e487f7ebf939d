import { Token } from 'cdktf';
import {
  CapacityPlanner,
  CloudTopology,
  GpuInstanceType,
  InferenceServer,
  ModelSpec,
  ServiceLevelObjective,
} from '../../lib';
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

  const asked = (targetMs: number, plannedMs = 82) => ({
    target: { plannedLatencyMs: { deepseek: plannedMs }, targetLatencyMs: { deepseek: targetMs } },
  });
  const bounds = { latencyBoundsMs: [50, 100, 250, 400, 1000] };
  const promise = (percent: number, ms: number, models?: string[]) =>
    ServiceLevelObjective.latency(percent, ms, { models });
  const promised = (...objectives: ServiceLevelObjective[]) => ({
    target: { plannedLatencyMs: { deepseek: 82 }, ...bounds },
    options: { objectives },
  });

  test.each<[string, Watched, object, string]>([
    ['is the target of the model', asked(700), {}, '700'],
    ['is what the stack says, before the target', asked(700), { latencyThresholdMs: 300 }, '300'],
    ['is not a target below what the plan expects under load, since it is of an idle server', asked(81), {}, '250'],
    ['is a target at what the plan expects', asked(82), {}, '82'],
    ['is the objective of 99 of 100 requests', promised(promise(99, 400)), {}, '400'],
    ['is the least of several', promised(promise(99.9, 400), promise(99.5, 250)), {}, '250'],
    ['is no objective of fewer requests: it is kept while P99 is longer', promised(promise(95, 400)), {}, '250'],
    ['is no objective at the end of the histogram, which P99 never exceeds', promised(promise(99, 1000)), {}, '250'],
    [
      'is the target before the objective',
      { ...promised(promise(99, 400)), target: { ...asked(700).target, ...bounds } },
      {},
      '700',
    ],
    ['is the objective of the stack', { target: promised().target }, { objectives: [promise(99, 400)] }, '400'],
    [
      'is what watch says, before the objective',
      { ...promised(), options: { objectives: [promise(99, 400)], latencyThresholdMs: 300 } },
      {},
      '300',
    ],
  ])('%s', (_, watched, props, expected) => {
    expect(thresholds([watched], props)).toEqual([`deepseek_latency_p99 > ${expected}`]);
  });

  test('is that of an objective for its models alone', () => {
    const target = { models: ['a', 'b'], plannedLatencyMs: { a: 82, b: 82 }, ...bounds };
    const options = { objectives: [promise(99, 400, ['b'])] };
    expect(thresholds([{ target, options }])).toEqual(['a_latency_p99 > 250', 'b_latency_p99 > 400']);
  });

  test('of an objective below what the plan expects is warned of', () => {
    const target = { plannedLatencyMs: { deepseek: 300 }, ...bounds };
    const { result } = monitor([{ target, options: { objectives: [promise(99, 250)] } }], { alertReceivers: [] });
    expect(warningsOf(result.stack).map(({ id }) => id)).toEqual(['LATENCY_BELOW_PLAN']);
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

test.each([InferenceServer.VLLM, InferenceServer.TRITON])(
  'the target that a model is planned for reaches the alert: %s',
  (server) => {
    const stack = testStack();
    const topology = new CloudTopology(stack, 'Cloud', {
      clusterName: 'chat',
      availabilityZones: ['us-west-2a', 'us-west-2b'],
      server,
      models: [{ model: ModelSpec.LLAMA_3_1_8B, targets: { maxTimeToFirstTokenMs: 1999 } }],
    });
    expect(topology.monitoring?.rules).toContain('llama_3_1_8b_latency_p99 > 1999"');
  },
);

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
