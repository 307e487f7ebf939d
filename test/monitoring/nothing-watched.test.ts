import { MonitoringStack } from '../../lib/monitoring/monitoring-stack';
import { warningsOf } from '../support/faults';
import { synthesize, testStack } from '../support/synth';
import { testCluster } from '../support/test-cluster';
import { TestWorkload, OWN_JOBS } from './support';

describe('a monitoring stack that watches nothing', () => {
  const ids = (fill: (monitoring: MonitoringStack) => void) => {
    const stack = testStack();
    const monitoring = new MonitoringStack(stack, 'Monitoring', { cluster: testCluster(stack), alertReceivers: [] });
    fill(monitoring);
    monitoring.node.validate();
    monitoring.node.validate();
    return warningsOf(stack).map(({ id }) => id);
  };

  test('says so, once', () => expect(ids(() => undefined)).toEqual(['NOTHING_WATCHED']));

  test('says nothing once it watches a workload', () =>
    expect(ids((monitoring) => monitoring.watch(new TestWorkload(monitoring, 'Workload', {})))).toEqual([]));

  test('says so if the workload was removed', () =>
    expect(
      ids((monitoring) => {
        monitoring.watch(new TestWorkload(monitoring, 'Workload', {}));
        monitoring.node.tryRemoveChild('Workload');
      }),
    ).toEqual(['NOTHING_WATCHED']));
});

test('a refused workload leaves nothing behind', () => {
  let config = '';
  const result = synthesize((stack) => {
    const monitoring = new MonitoringStack(stack, 'Monitoring', {
      cluster: testCluster(stack),
      clusterMetrics: false,
    });
    expect(() => monitoring.watch(new TestWorkload(stack, 'A', { features: [] }))).toThrow();
    config = monitoring.prometheusConfiguration;
  });
  const bound = result.resources('kubernetes_role_binding_v1').map(({ metadata }) => metadata.namespace as string);
  expect(bound).toEqual(['monitoring']);
  const { scrape_configs: jobs } = JSON.parse(config) as { scrape_configs: { job_name: string }[] };
  expect(jobs.map(({ job_name: name }) => name)).toEqual(OWN_JOBS);
});
