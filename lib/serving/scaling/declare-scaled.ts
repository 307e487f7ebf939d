import { ClusterLedger, ClusterSingleton } from '../../core/cluster-ledger';
import { IKubernetesCluster } from '../../core/kubernetes-cluster';
import { REQUESTS_IN_FLIGHT } from '../../core/requests-in-flight';
import { warnOnce } from '../../core/validation';
import { IWatchable, MetricsTarget, ScaledModel } from '../../core/watchable';
import { Fault, fault } from '../../units/fault';
import { ServerAutoscaling, ServerScaler } from './server-autoscaling';
import { missedClusters } from './wake-query';

/**
 * Declares that a deployment is scaled, so that the cluster is known to need what does it, and warns at synthesis where nobody records its
 * requests, or what is to wake it asks for those of others.
 *
 * @internal
 */
export function declareScaled(
  deployment: IWatchable,
  cluster: IKubernetesCluster,
  autoscaling: ServerAutoscaling | undefined,
): void {
  if (autoscaling === undefined) return;
  const ledger = ClusterLedger.of(cluster);
  const by = autoscaling.scaler === ServerScaler.KEDA ? ClusterSingleton.KEDA : ClusterSingleton.METRICS_ADAPTER;
  ledger.addScaled(by, deployment);
  warnOnce(deployment, () => {
    if (ledger.prometheusOf(deployment) !== undefined) return [];
    const reason =
      `its scaler reads the series ${REQUESTS_IN_FLIGHT}, which nothing in this program records, so that the number of servers would never change; ` +
      'pass the deployment to watch() of a MonitoringStack, or accept this if a Prometheus of your own records it';
    return [fault('LOAD_NOT_RECORDED', 'autoscaling', reason)];
  });
  warnOnce(deployment, () => missedWarnings(deployment.metricsTarget, ledger, autoscaling.wakeQuery));
}

/** Gateways are made after what is behind them. */
function missedWarnings(
  { namespace, scaledModels = [] }: MetricsTarget,
  ledger: ClusterLedger,
  wakeQuery: string | undefined,
): Fault[] {
  const services = [...new Set(scaledModels.map(({ service }) => service))];
  return services.flatMap((service) => {
    const known = ledger.frontedAs(`${namespace}/${service}`);
    const clusters = known.map(({ owner, value }) => ({ gateway: owner.node.path, cluster: value }));
    return missedClusters(wakeQuery, clusters).map(({ gateway, cluster }) => {
      const reason =
        `wakeQuery names other clusters of Envoy than '${cluster}', as the gateway '${gateway}' calls the servers of Service '${service}', so that requests ` +
        `that come there start none; name it there: envoy_cluster_name="${cluster}"`;
      return fault('WAKE_QUERY_MISSES_GATEWAY', 'autoscaling.wakeQuery', reason);
    });
  });
}

/**
 * What a monitoring stack must know of the scaler of a deployment.
 *
 * @internal
 */
export function scaledTarget(
  autoscaling: ServerAutoscaling | undefined,
  models: () => ScaledModel[],
): Pick<MetricsTarget, 'scaledModels' | 'scalesToZero'> {
  return autoscaling === undefined ? {} : { scaledModels: models(), scalesToZero: autoscaling.minReplicas === 0 };
}
