import { IConstruct } from 'constructs';
import { ClusterLedger, ClusterSingleton } from '../../core/cluster-ledger';
import { IKubernetesCluster } from '../../core/kubernetes-cluster';
import { REQUESTS_IN_FLIGHT } from '../../core/requests-in-flight';
import { warnOnce } from '../../core/validation';
import { MetricsTarget, ScaledModel } from '../../core/watchable';
import { fault } from '../../units/fault';
import { ServerAutoscaling, ServerScaler } from './server-autoscaling';

/**
 * Declares that a deployment is scaled, so that the cluster is known to need what does it, and warns at synthesis where nobody records its
 * requests.
 *
 * @internal
 */
export function declareScaled(
  deployment: IConstruct,
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
