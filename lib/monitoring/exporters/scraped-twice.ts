import { IConstruct } from 'constructs';
import { MetricExporter } from '../../catalog/metric-kind';
import { ClusterLedger, ClusterSingleton } from '../../core/cluster-ledger';
import { IKubernetesCluster } from '../../core/kubernetes-cluster';
import { IWatchable, MetricsTarget } from '../../core/watchable';
import { Fault, fault } from '../../units/fault';
import { MonitoringOptions } from '../monitoring-options';

/**
 * The faults of what a monitoring stack scrapes and another one scrapes too, by whatever name: each series would be there twice,
 * which doubles sums, and alerts would be raised twice.
 *
 * @param cluster the cluster
 * @param monitoring the stack
 * @param own what it scrapes
 *
 * @internal
 */
export function scrapedTwiceFaults(
  cluster: IKubernetesCluster,
  monitoring: IConstruct,
  own: readonly IWatchable[],
): Fault[] {
  const known = new Map<string, { readonly by: IConstruct; readonly what: IWatchable }>();
  for (const each of scrapedByOthers(cluster, monitoring)) known.set(identityOf(each.what.metricsTarget), each);
  return own.flatMap((what) => {
    const other = known.get(identityOf(what.metricsTarget));
    return other ? [twice(what, other)] : [];
  });
}

function twice(what: IWatchable, { by, what: other }: { readonly by: IConstruct; readonly what: IWatchable }): Fault {
  const { jobName } = what.metricsTarget;
  const as = other.metricsTarget.jobName === jobName ? '' : ` as '${other.metricsTarget.jobName}'`;
  return fault(
    'SCRAPED_TWICE',
    'metricsTarget',
    `the pods of '${jobName}' are scraped twice, since '${by.node.path}' scrapes them too${as}: every series would be there twice; watch them ` +
      'once, in one monitoring stack',
  );
}

function scrapedByOthers(cluster: IKubernetesCluster, monitoring: IConstruct) {
  const ledger = ClusterLedger.of(cluster);
  const watched = ledger.watched.map(({ owner: by, value: what }) => ({ by, what }));
  const finder = ledger.singleton(ClusterSingleton.CLUSTER_METRICS)?.owner;
  const found = finder ? ledger.exporters.map((what) => ({ by: finder, what })) : [];
  return [...watched, ...found].filter(({ by }) => by !== monitoring);
}

/** Which pods are scraped, and where. */
function identityOf({ namespace, podSelector, port, path = '/metrics' }: MetricsTarget): string {
  const labels = Object.keys(podSelector)
    .sort()
    .map((label) => [label, podSelector[label]]);
  return JSON.stringify([namespace, labels, port, path]);
}

/**
 * The fault of a second monitoring stack that would scrape the nodes and the objects of a cluster.
 *
 * @internal
 */
export function secondClusterMetricsFaults(cluster: IKubernetesCluster): Fault[] {
  const other = ClusterLedger.of(cluster).singleton(ClusterSingleton.CLUSTER_METRICS)?.owner;
  if (!other) return [];
  return [
    fault(
      'CLUSTER_METRICS_EXIST',
      'clusterMetrics',
      `cluster '${cluster.clusterName}' already has a monitoring stack that scrapes its nodes, its GPUs and its objects, at '${other.node.path}': every ` +
        'series would be there twice, and two node exporters would want one port of each node; pass clusterMetrics: false to one of the two',
    ),
  ];
}

const OF_NODES = [MetricExporter.NODE, MetricExporter.EFA];
const OF_OBJECTS = [MetricExporter.KUBE_STATE_METRICS];

/**
 * The faults of an exporter of the cluster's own that is watched, where the monitoring stack makes one of the kind too.
 *
 * @param options those of the stack
 * @param watched what it was told to watch
 *
 * @internal
 */
export function secondExporterFaults(options: MonitoringOptions, watched: readonly MetricsTarget[]): Fault[] {
  const second = (made: boolean, property: string, kinds: readonly MetricExporter[], what: string): Fault[] =>
    made
      ? watched
          .filter(({ exporters }) => exporters.some((exporter) => kinds.includes(exporter)))
          .map(({ jobName }) =>
            fault(
              'EXPORTER_TWICE',
              property,
              `'${jobName}' tells of ${what}, and so does the exporter that the monitoring stack makes, so that every series would be there twice; pass ` +
                `${property}: false where the cluster has one already`,
            ),
          )
      : [];
  return [
    ...second(makesNodeExporter(options), 'nodeExporter', OF_NODES, 'nodes'),
    ...second(makesKubeStateMetrics(options), 'kubeStateMetrics', OF_OBJECTS, 'the objects of the cluster'),
  ];
}

/** @internal */
export function makesNodeExporter({ clusterMetrics = true, nodeExporter = true }: MonitoringOptions): boolean {
  return clusterMetrics && nodeExporter;
}

/** @internal */
export function makesKubeStateMetrics({ clusterMetrics = true, kubeStateMetrics = true }: MonitoringOptions): boolean {
  return clusterMetrics && kubeStateMetrics;
}
