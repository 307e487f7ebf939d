import { TerraformStack } from 'cdktf';
import { MetricsTarget } from '../../lib/core/watchable';
import { parsePromql } from '../../lib/metrics/promql/parse';
import { GrafanaAuth, MetricContract, MonitoringStack } from '../../lib/monitoring';
import { synthStack, testStack } from '../support/synth';
import { testCluster } from '../support/test-cluster';
import { TARGET, TestWorkload } from './support';

jest.mock('../../lib/metrics/promql/parse', () => {
  const actual = jest.requireActual<{ parsePromql: (text: string) => unknown }>('../../lib/metrics/promql/parse');
  return { ...actual, parsePromql: jest.fn(actual.parsePromql) };
});

/** A workload that counts how often it is asked what it is. */
class CountedWorkload extends TestWorkload {
  public asked = 0;

  public constructor(stack: TerraformStack, id: string) {
    super(stack, id);
    const target: MetricsTarget = { ...TARGET, jobName: id, models: [id] };
    Object.defineProperty(this, 'metricsTarget', {
      get: () => {
        this.asked++;
        return target;
      },
    });
  }
}

const stack = testStack();
const monitoring = new MonitoringStack(stack, 'Monitoring', { cluster: testCluster(stack), alertReceivers: [] });
const [first, ...others] = ['a', 'b', 'c', 'd'].map((id) => new CountedWorkload(stack, id));

test('workloads that are watched already are not asked anew for each further one', () => {
  monitoring.watch(first);
  const before = first.asked;
  others.forEach((other) => monitoring.watch(other));
  expect(before).toBeGreaterThan(0);
  expect(first.asked).toBe(before);
});

test('what a workload has become since is looked at when the stack is synthesized', () => {
  Object.defineProperty(others[0], 'metricsTarget', { value: { ...TARGET, jobName: 'a', models: ['b'] } });
  expect(() => synthStack(stack)).toThrow("two workloads have the job name 'a'");
});

/** How often a target is asked for its exporters when rules of another one are checked. */
function asksOf(rules: number): number {
  let asked = 0;
  const other: MetricsTarget = {
    ...{ ...TARGET, jobName: 'other' },
    get exporters() {
      asked++;
      return TARGET.exporters;
    },
  };
  const expr = `rate(nv_inference_request_success{job="${TARGET.jobName}"}[5m])`;
  const all = Array.from({ length: rules }, (_, index) => ({ record: `r${index}`, expr }));
  expect(MetricContract.faults(all, [TARGET, other])).toEqual([]);
  return asked;
}

test('rules of one target do not ask what others expose, however many they are', () => {
  expect(asksOf(2)).toBeGreaterThan(0);
  expect(asksOf(20)).toBe(asksOf(2));
});

/** What a synthesis of so many workloads takes: queries parsed, and the most that one of them is asked what it is. */
function workOf(count: number) {
  const many = testStack();
  const watching = new MonitoringStack(many, 'Monitoring', {
    cluster: testCluster(many),
    alertReceivers: [],
    clusterMetrics: false,
    grafana: { auth: GrafanaAuth.generatedPassword() },
  });
  const workloads = Array.from({ length: count }, (_, i) => new CountedWorkload(many, `server-${i}`));
  workloads.forEach((workload) => watching.watch(workload));
  const { groups } = JSON.parse(watching.rules) as { groups: { rules: unknown[] }[] };
  const rules = groups.reduce((sum, group) => sum + group.rules.length, 0);
  for (const workload of workloads) workload.asked = 0;
  jest.mocked(parsePromql).mockClear();
  synthStack(many);
  const parsed = jest.mocked(parsePromql).mock.calls.length;
  return { rules, parsed, asked: Math.max(...workloads.map(({ asked }) => asked)) };
}

test('each further rule is parsed once, and no workload is asked more often since there are others', () => {
  const [few, many] = [workOf(3), workOf(12)];
  expect(many.rules).toBeGreaterThan(few.rules);
  expect(many.parsed - few.parsed).toBe(many.rules - few.rules);
  expect(many.asked).toBe(few.asked);
  // Of what is read while cdktf resolves a stack, checks it and writes it.
  expect(few.asked).toBeLessThan(9);
});
