import { Fault, fault } from '../units/fault';
import { IGpuNodePool } from './gpu-node-pool';
import { IKubernetesCluster } from './kubernetes-cluster';

/**
 * The fault of using a pool of one cluster on another; empty if it belongs to this one. Two imports of one cluster are two objects, which
 * do not know each other's pools and pods.
 *
 * @param pool the pool
 * @param cluster where it is used
 * @param property path of the property that holds the pool
 * @param name what messages call it
 *
 * @internal
 */
export function otherClusterFault(
  pool: IGpuNodePool,
  cluster: IKubernetesCluster,
  property: string,
  name = 'pool',
): Fault[] {
  const { poolName, cluster: own } = pool;
  if (own === cluster) return [];
  return own.clusterName === cluster.clusterName
    ? [
        fault(
          'WRONG_CLUSTER',
          property,
          `${name} '${poolName}' belongs to the cluster '${own.clusterName}' at '${own.node.path}', not to the one at ` +
            `'${cluster.node.path}'; make or import a cluster once and pass that object to everything on it, in other stacks too`,
        ),
      ]
    : [
        fault(
          'WRONG_CLUSTER',
          property,
          `${name} '${poolName}' belongs to cluster '${own.clusterName}', not to '${cluster.clusterName}'; use a pool of that cluster`,
        ),
      ];
}
