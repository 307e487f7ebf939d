import { ClusterLedger, ClusterSingleton } from '../../core/cluster-ledger';
import { IKubernetesCluster } from '../../core/kubernetes-cluster';
import { InstalledScaler } from '../../core/installed-scaler';
import { alreadyInstalled } from '../../kubernetes/controller-release';
import { Fault, fault } from '../../units/fault';

/**
 * The fault of a second one of what a cluster has once.
 *
 * @internal
 */
export function secondScalerFaults(kind: ClusterSingleton, cluster: IKubernetesCluster): Fault[] {
  const reason = alreadyInstalled(cluster, kind, named(kind));
  if (reason === undefined) return [];
  return [fault(kind === ClusterSingleton.KEDA ? 'KEDA_EXISTS' : 'METRICS_ADAPTER_EXISTS', 'cluster', reason)];
}

function named(kind: ClusterSingleton, article = 'an'): string {
  return kind === ClusterSingleton.KEDA ? kind : `${article} ${kind}`;
}

/**
 * Workloads whose requests are asked for without credentials, which Prometheus does not answer.
 *
 * @param cluster the cluster
 * @param watched paths of the workloads that are watched
 *
 * @internal
 */
export function unauthorizedScalerFaults(cluster: IKubernetesCluster, watched: ReadonlySet<string>): Fault[] {
  const ledger = ClusterLedger.of(cluster);
  return [ClusterSingleton.METRICS_ADAPTER, ClusterSingleton.KEDA].flatMap((kind) => {
    const [scaled] = ledger.scaled(kind).filter(({ node }) => watched.has(node.path));
    if (scaled === undefined) return [];
    const reason =
      `${named(kind, 'the')} asks Prometheus for the requests of '${scaled.node.path}' without a password, and webSecurity lets nobody in who has none; ` +
      'leave webSecurity out, or the autoscaling of what it watches';
    return [fault('SCALER_WITHOUT_PASSWORD', 'webSecurity', reason)];
  });
}

/**
 * Namespaces of what reads the requests in flight, which the network policy of Prometheus keeps out.
 *
 * @param cluster the cluster
 * @param watched paths of the workloads that are watched
 * @param open namespaces whose pods may ask Prometheus
 *
 * @internal
 */
export function closedToScalerFaults(
  cluster: IKubernetesCluster,
  watched: ReadonlySet<string>,
  open: readonly string[],
): Fault[] {
  const ledger = ClusterLedger.of(cluster);
  return [ClusterSingleton.METRICS_ADAPTER, ClusterSingleton.KEDA].flatMap((kind) => {
    const installed = ledger.singleton<InstalledScaler>(kind)?.value;
    const [scaled] = ledger.scaled(kind).filter(({ node }) => watched.has(node.path));
    if (installed === undefined || scaled === undefined || open.includes(installed.namespace)) return [];
    const reason =
      `${named(kind, 'the')} asks Prometheus for the requests of '${scaled.node.path}' from namespace '${installed.namespace}', which its network policy keeps ` +
      `out; add the namespace: accessibleFrom: ['${installed.namespace}']`;
    return [fault('PROMETHEUS_CLOSED_TO_SCALER', 'accessibleFrom', reason)];
  });
}
