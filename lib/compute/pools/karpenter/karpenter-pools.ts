import { TerraformResource } from 'cdktf';
import { enter, entered } from '../../../core/cluster-ledger';
import { IKubernetesCluster } from '../../../core/kubernetes-cluster';
import { IGpuNodePool } from '../../../core/gpu-node-pool';

/** Kind of the entry in the ledger of a cluster: a pool of Karpenter, by its name. */
const KARPENTER_POOL = 'pool of Karpenter';

/**
 * What Karpenter must know and be able to do for a pool.
 *
 * @internal
 */
export interface KarpenterPoolNeeds {
  readonly nodeRoleArn: string;
  /** Whether it needs the feature gate StaticCapacity. */
  readonly isStatic: boolean;
  /** Whether it needs the feature gate NodeOverlay. */
  readonly hasOverlay: boolean;
  /** The resource of Karpenter's objects, which needs their definitions. */
  readonly objects: TerraformResource[];
}

/** @internal */
export function enterKarpenterPool(pool: IGpuNodePool, needs: KarpenterPoolNeeds): void {
  enter(pool.cluster, KARPENTER_POOL, pool.poolName, pool, needs);
}

/**
 * The pools of Karpenter on a cluster so far.
 *
 * @internal
 */
export function karpenterPools(cluster: IKubernetesCluster): KarpenterPoolNeeds[] {
  return entered<KarpenterPoolNeeds>(cluster, KARPENTER_POOL).map(({ value }) => value);
}
