import { ClusterLedger, ClusterSingleton } from '../../core/cluster-ledger';
import { IGpuNodePool } from '../../core/gpu-node-pool';

/**
 * Nodes that there are or that a pod that waits makes appear: where nothing adds any, those that the pool begins with.
 *
 * @internal
 */
export function queuedNodes(pool: IGpuNodePool): number {
  return isGrown(pool) ? pool.maxNodes : pool.minNodes;
}

/** The property that sets how many these are. @internal */
export function queuedNodesProperty(pool: IGpuNodePool): string {
  return isGrown(pool) ? 'maxNodes' : 'minNodes';
}

function isGrown(pool: IGpuNodePool): boolean {
  const ledger = ClusterLedger.of(pool.cluster);
  const grows = [ClusterSingleton.CLUSTER_AUTOSCALER, ClusterSingleton.KARPENTER].some((kind) =>
    ledger.needing(kind).includes(pool),
  );
  // A pool that begins without nodes is one that something adds them to, whatever installs it.
  return grows || pool.minNodes === 0;
}
