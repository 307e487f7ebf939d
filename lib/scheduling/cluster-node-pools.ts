import { ClusterLedger } from '../core/cluster-ledger';
import { IGpuNodePool } from '../core/gpu-node-pool';
import { IKubernetesCluster } from '../core/kubernetes-cluster';
import { ClusterChecks } from './cluster-checks';

/**
 * The GPU pools of a cluster, whatever class it is of. Pools of this library enter themselves. One of a class of your own is entered by the
 * first construct that it is handed to; so that agents serve it without one, its constructor ends with `ClusterNodePools.add(this)`.
 */
export class ClusterNodePools {
  /**
   * The pools of a cluster that are in the construct tree, in the order of their names. Returns a copy.
   *
   * @param cluster the cluster
   */
  public static of(cluster: IKubernetesCluster): IGpuNodePool[] {
    return ClusterLedger.of(cluster).pools;
  }

  /**
   * Makes a pool known to its cluster, once however often it is called: node agents serve it, and it is proven at synthesis that the pods of the cluster have room on it.
   * Throws a `ValidationError` when another pool of the cluster has its name.
   *
   * @param pool the pool, with all its properties set
   */
  public static add(pool: IGpuNodePool): void {
    ClusterChecks.of(pool.cluster);
    ClusterLedger.of(pool.cluster).addPool(pool);
  }

  private constructor() {}
}
