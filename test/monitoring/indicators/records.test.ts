import { MetricsTarget } from '../../../lib/core/watchable';
import { Indicator, MetricContract, MonitoringRule, WatchOptions } from '../../../lib/monitoring';
import { faultsThrown, idsOf } from '../../support/faults';
import { monitor, Watched, OWN_JOBS } from '../support';
import { TARGETS } from './targets';

const rulesOf = (watched: readonly Watched[]) => {
  const { groups } = JSON.parse(monitor(watched).monitoring.rules) as {
    groups: { name: string; rules: MonitoringRule[] }[];
  };
  return groups.filter(({ name }) => !OWN_JOBS.includes(name)).flatMap(({ rules }) => rules);
};
const recordsOf = (watched: readonly Watched[]) => rulesOf(watched).flatMap(({ record }) => record ?? []);
const faultsOf = (target: MetricsTarget, options: WatchOptions) => faultsThrown(() => monitor([{ target, options }]));

describe('a series for each model', () => {
  test('has the name of the model and the end of its indicator, with the job alone as a label', () => {
    const rules = rulesOf([{ target: TARGETS.vllm }]);
    const records = rules.flatMap(({ record }) => record ?? []);
    for (const suffix of [
      ...['qps', 'latency_p50', 'latency_p95', 'latency_p99', 'time_to_first_token_p95', 'time_per_token_p95'],
      ...['tokens_per_second', 'queue_time_mean', 'queue_depth', 'batch_size', 'failure_percent'],
      ...['rejections_per_second', 'kv_cache_percent', 'preemptions_per_second', 'cost_per_million_tokens'],
    ]) {
      expect(records.filter((record) => record === `chat_${suffix}`)).toHaveLength(1);
    }
    expect(records).not.toContain('chat_load_time_percent');
    expect(rules.find(({ record }) => record === 'chat_queue_time_mean')).toEqual({
      record: 'chat_queue_time_mean',
      expr: 'inference_queue_time_mean_milliseconds{namespace="inference",job="vllm-talk",model="chat"}',
      labels: { job: 'vllm-talk' },
    });
  });

  test('is there only of models that the indicator tells of', () => {
    const records = recordsOf([{ target: TARGETS.tritonMixed }]);
    expect(records).toEqual(expect.arrayContaining(['chat_tokens_per_second', 'fraud_queue_depth', 'fraud_qps']));
    expect(records).not.toEqual(expect.arrayContaining([expect.stringMatching(/^fraud_(tokens|time_|cost)/)]));
    expect(records).not.toEqual(expect.arrayContaining([expect.stringMatching(/^ch?at_(queue|batch)/)]));
  });

  test('has the prefix that it is given, and is there without the alert too', () => {
    const metricPrefixes = { chat: 'talk' };
    const records = recordsOf([{ target: TARGETS.vllm, options: { metricPrefixes, latencyAlert: false } }]);
    expect(records).toEqual(expect.arrayContaining(['talk_qps', 'talk_latency_p99', 'talk_kv_cache_percent']));
    expect(records.filter((record) => record.startsWith('chat_'))).toEqual([]);
  });

  test('a name belongs to one model, and none is that of all models', () => {
    const ambiguous = (models: string[], metricPrefixes = {}) =>
      faultsOf({ ...TARGETS.vllm, models }, { metricPrefixes, latencyAlert: false });
    const twice = ambiguous(['a.b', 'a-b']);
    expect(idsOf(twice)).toEqual(['RECORDED_NAME_AMBIGUOUS metricPrefixes']);
    expect(twice[0].reason).toContain("models 'a.b' and 'a-b' would both be recorded as a_b_latency_p99");
    const all = ambiguous(['inference']);
    expect(idsOf(all)).toEqual(['RECORDED_NAME_AMBIGUOUS metricPrefixes']);
    expect(all[0].reason).toContain("model 'inference' would be recorded as inference_qps");
    expect(
      recordsOf([
        { target: { ...TARGETS.vllm, models: ['inference'] }, options: { metricPrefixes: { inference: 'own' } } },
      ]),
    ).toContain('own_qps');
  });
});

describe('GPUs', () => {
  const gpus = (watched: readonly Watched[]) =>
    rulesOf(watched).filter(({ record }) => record === Indicator.GPU_MEMORY.record);
  const triton = { target: TARGETS.triton };
  const dcgm = { target: TARGETS.dcgm };

  test('are told of by Triton where nothing else does', () => {
    expect(gpus([triton])).toEqual([
      expect.objectContaining({ labels: { job: 'triton-deepseek', namespace: 'inference' } }),
    ]);
  });

  test('are recorded once for the cluster where its exporter is watched, by whichever comes first', () => {
    for (const watched of [
      [triton, dcgm],
      [dcgm, triton],
    ]) {
      expect(gpus(watched)).toEqual([
        { record: Indicator.GPU_MEMORY.record, expr: Indicator.GPU_MEMORY.query(TARGETS.dcgm).expr },
      ]);
    }
  });

  test('are told of by all exporters of the cluster together', () => {
    const others = { target: { ...TARGETS.dcgm, jobName: 'dcgm-of-others' } };
    const [rule, ...more] = gpus([dcgm, others]);
    expect(more).toEqual([]);
    expect(rule.expr).toMatch(/job="dcgm-exporter".* or .*job="dcgm-of-others"/);
  });

  test('a whole cluster keeps the contract', () => {
    const targets = [TARGETS.tritonMixed, TARGETS.vllm, TARGETS.dcgm, { ...TARGETS.efa, jobName: 'efa' }, TARGETS.node];
    const talk: WatchOptions = { metricPrefixes: { chat: 'talk' } };
    const rules = rulesOf(
      targets.map((target) => ({ target, options: target.jobName === TARGETS.vllm.jobName ? talk : {} })),
    );
    expect(MetricContract.faults(rules, targets)).toEqual([]);
    const records = rules.flatMap(({ record }) => record ?? []);
    for (const { record } of Indicator.ALL) expect(records).toContain(record);
  });
});

describe('the price of servers', () => {
  const cost = (options: WatchOptions, target: Partial<MetricsTarget> = {}) =>
    rulesOf([{ target: { ...TARGETS.vllm, ...target }, options }]).find(
      ({ record }) => record === Indicator.COST.record,
    )?.expr;

  test('is that of the workload, or that which is given', () => {
    expect(cost({})).toMatch(/^1e6 \* 3 \/ 3600 \* /);
    expect(cost({ pricePerHour: { chat: 7.5 } })).toMatch(/^1e6 \* 7\.5 \/ 3600 \* /);
    expect(cost({ pricePerHour: { chat: 7.5 } }, { pricePerHour: undefined })).toMatch(/^1e6 \* 7\.5 \/ 3600 \* /);
  });

  test('without one there is no cost, and the reason says how to give one', () => {
    expect(cost({}, { pricePerHour: undefined })).toBeUndefined();
    const [{ reason }] = faultsThrown(() => Indicator.COST.query({ ...TARGETS.vllm, pricePerHour: undefined }));
    expect(reason).toContain('watch(workload, { pricePerHour: { MODEL: 12.5 } })');
  });

  test.each([
    [{ chat: -1 }, 'pricePerHour.chat'],
    [{ chat: 0 }, 'pricePerHour.chat'],
    [{ chat: NaN }, 'pricePerHour.chat'],
    [{ other: 1 }, 'pricePerHour'],
  ])('%j is refused', (pricePerHour, property) => {
    const faults = faultsOf(TARGETS.vllm, { pricePerHour });
    expect(faults.map((one) => one.property)).toEqual([property]);
  });
});
