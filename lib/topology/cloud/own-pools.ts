import { instanceTypeOf } from '../../catalog/gpu-instance-type';
import { Autoscaling } from '../../compute/pools/options/autoscaling';
import { nodesFor } from '../../planning/configuration';
import { ServerAutoscaling } from '../../serving/scaling/server-autoscaling';
import { AssignedModel } from '../shared/model-assignment';
import { TopologyNodePool } from '../shared/topology-node-pool';

/**
 * A pool, and by which key it is in `nodePools`.
 *
 * @internal
 */
export interface KeyedPool {
  readonly key: string;
  readonly pool: TopologyNodePool;
}

/**
 * One pool for each model, with as many nodes as its replicas fill; a locked plan may have another number of replicas. Where a scaler sets their
 * number, the cluster autoscaler adds nodes up to the most.
 *
 * @param assigned the models
 * @param autoscaling what sets the number of servers of a model
 *
 * @internal
 */
export function ownPools(
  assigned: readonly AssignedModel[],
  autoscaling: (model: string) => ServerAutoscaling | undefined,
): KeyedPool[] {
  return assigned.flatMap(({ poolName, poolKey, replicas, resolved: { name, plan } }) => {
    const instanceType = instanceTypeOf(plan.instanceType);
    if (!instanceType) return [];
    const { minReplicas: least = replicas, maxReplicas: most = replicas } = autoscaling(name) ?? {};
    const nodes = (servers: number) =>
      servers === 0 ? 0 : nodesFor(plan.instanceType, plan.parallelism.withReplicas(servers));
    const [minNodes, maxNodes] = [nodes(least), nodes(most)];
    const grows = minNodes < maxNodes ? { autoscaling: Autoscaling.clusterAutoscaler() } : {};
    return [{ key: poolKey, pool: { name: poolName, instanceType, minNodes, maxNodes, ...grows } }];
  });
}
