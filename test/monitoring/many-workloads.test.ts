import { TerraformStack } from 'cdktf';
import { MetricsTarget } from '../../lib/core/watchable';
import { MetricContract, MonitoringStack } from '../../lib/monitoring';
import { synthStack, testStack } from '../support/synth';
import { testCluster } from '../support/test-cluster';
import { TARGET, TestWorkload } from './support';

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
