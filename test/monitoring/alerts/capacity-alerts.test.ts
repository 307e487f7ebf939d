import { Construct } from 'constructs';
import { MetricExporter, MetricFeature } from '../../../lib/catalog/metric-kind';
import { IKubernetesCluster } from '../../../lib/core';
import { MetricsTarget } from '../../../lib/core/watchable';
import { GpuInstanceType } from '../../../lib/catalog';
import { INHIBIT_RULES } from '../../../lib/monitoring/alerting/inhibit-rules';
import { MonitoringRule } from '../../../lib/monitoring/rules/monitoring-rule';
import { TestPool } from '../../serving/support/fixtures';
import { Around, monitor } from '../support';
import { testAlerts } from './promtool';

const KUBE: Partial<MetricsTarget> = {
  jobName: 'kube-state-metrics',
  namespace: 'monitoring',
  exporters: [MetricExporter.KUBE_STATE_METRICS],
  models: [],
  features: [MetricFeature.POOL_LABELS],
  version: '2.20.0',
};
const POOL = 'gpu-inference-constructs/pool';

/** promtool begins at 1970: a block that ends fourteen hours later. */
const END = '1970-01-01T14:00:00Z';

/** A pool that ends, labeled as it is here. */
class EndingPool extends TestPool {
  public constructor(
    scope: Construct,
    cluster: IKubernetesCluster,
    public readonly capacityEnd: string | undefined,
    public override readonly nodeLabels: { [key: string]: string },
  ) {
    super(scope, 'p5', cluster, GpuInstanceType.P5_48XLARGE);
  }
}

const withPool =
  (capacityEnd: string | undefined, nodeLabels: { [key: string]: string } = { [POOL]: 'p5' }): Around =>
  (stack, cluster) => {
    new EndingPool(stack, cluster, capacityEnd, nodeLabels);
  };
const LABELED = withPool(END);

const of = (metric: string, labels: string) => `${metric}{job="kube-state-metrics",instance="10.0.0.9:8080",${labels}}`;
const node = (name: string, pool: string) =>
  of('kube_node_labels', `node="${name}",label_gpu_inference_constructs_pool="${pool}"`);
const pod = (name: string, on: string, maker = 'ReplicaSet') =>
  of('kube_pod_info', `namespace="inference",pod="${name}",node="${on}",created_by_kind="${maker}"`);
const phase = (name: string, is: string) =>
  of('kube_pod_status_phase', `namespace="inference",pod="${name}",phase="${is}"`);

testAlerts(
  {
    watched: [{ target: KUBE }],
    props: { clusterMetrics: true, kubeStateMetrics: false, nodeExporter: false },
    around: LABELED,
  },
  [
    {
      alert: 'CapacityBlockEnding',
      when: 'a server runs on the block until it is drained an hour before the end',
      series: {
        [node('a', 'p5')]: '1x780',
        [pod('chat-0', 'a')]: '1x780',
        [phase('chat-0', 'Running')]: '1x780',
      },
      fires: {
        '3h': [{ pool: 'p5', severity: 'warning' }],
        '12h30m': [
          { pool: 'p5', severity: 'critical' },
          { pool: 'p5', severity: 'warning' },
        ],
      },
      silent: ['1h50m', '13h10m'],
    },
    {
      alert: 'CapacityBlockEnding',
      when: 'only what runs on every node, what has ended, and what runs elsewhere is there',
      series: {
        [node('a', 'p5')]: '1x900',
        [node('b', 'other')]: '1x900',
        [pod('agent-0', 'a', 'DaemonSet')]: '1x900',
        [phase('agent-0', 'Running')]: '1x900',
        [pod('import-0', 'a', 'Job')]: '1x900',
        [phase('import-0', 'Succeeded')]: '1x900',
        [phase('import-0', 'Running')]: '0x900',
        [pod('chat-0', 'b')]: '1x900',
        [phase('chat-0', 'Running')]: '1x900',
      },
      silent: ['3h', '12h30m', '13h50m'],
    },
  ],
);

describe('who is told of the end', () => {
  const alerts = (...args: Parameters<typeof monitor>) => {
    const { groups } = JSON.parse(monitor(...args).monitoring.rules) as { groups: { rules: MonitoringRule[] }[] };
    return groups.flatMap(({ rules }) => rules).filter(({ alert }) => alert === 'CapacityBlockEnding');
  };
  const CLUSTER = { clusterMetrics: true, kubeStateMetrics: false, nodeExporter: false };

  test('of the monitoring stacks of a cluster the one that watches the cluster', () => {
    expect(alerts([{}], { clusterMetrics: false }, LABELED)).toEqual([]);
    expect(alerts([{}], CLUSTER, LABELED)).toHaveLength(2);
    expect(alerts([{}], CLUSTER, withPool(undefined))).toEqual([]);
  });

  test('where nothing says which pods run there, it fires until the end, whatever runs', () => {
    const unlabeled = alerts([{ target: KUBE }], CLUSTER, withPool(END, {}));
    const unseen = alerts([{ target: { ...KUBE, features: [] } }], CLUSTER, LABELED);
    for (const rules of [unlabeled, unseen])
      expect(rules.map(({ expr }) => expr)).toEqual([
        '(inference_capacity_end_timestamp_seconds{pool="p5"} - time() < 43200) > 0',
        '(inference_capacity_end_timestamp_seconds{pool="p5"} - time() < 7200) > 0',
      ]);
  });

  test('the critical one holds back the warning of the same pool', () => {
    expect(INHIBIT_RULES).toContainEqual({
      source_matchers: ['alertname="CapacityBlockEnding"', 'severity="critical"'],
      target_matchers: ['alertname="CapacityBlockEnding"', 'severity="warning"'],
      equal: ['pool'],
    });
  });
});
