import { ClusterLedger } from '../core/cluster-ledger';
import { IGpuNodePool } from '../core/gpu-node-pool';
import { IKubernetesCluster } from '../core/kubernetes-cluster';
import { ClusterChecks } from './cluster-checks';
import { checkArguments } from '../units/argument-faults';

/**
 * The GPU pools of a cluster of any class. Pools of this library register themselves; a pool of your own class that implements
 * `IGpuNodePool` is registered by the first construct that it is passed to. For agents to serve it before that, end its constructor with
 * `ClusterNodePools.add(this)`.
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
   * Registers a pool with its cluster: node agents serve it, and synthesis checks that the pods of the cluster fit on it. A second call
   * for the same pool changes nothing. Throws a `ValidationError` if another pool of the cluster has the same name.
   *
   * @param pool the pool, with all its properties set
   */
  public static add(pool: IGpuNodePool): void {
    ClusterChecks.of(pool.cluster);
    ClusterLedger.of(pool.cluster).addPool(pool);
  }

  private constructor() {}
}

checkArguments('ClusterNodePools', ClusterNodePools);
