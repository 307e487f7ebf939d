import { Construct } from 'constructs';
import { isInTree } from '../../../core/cluster-ledger';
import { IGpuNodePool } from '../../../core/gpu-node-pool';
import { addValidation } from '../../../core/validation';
import { CustomResources, CustomResourcesProps } from '../../../kubernetes/custom-resources';
import { fault } from '../../../units/fault';

/**
 * Karpenter's objects of a pool, in the scope that the user chose for them.
 *
 * @internal
 */
export class KarpenterInstallation extends CustomResources {
  /**
   * Creates the objects of a pool, replacing those of a pool of the same name that was removed from the construct tree.
   */
  public static of(scope: Construct, pool: IGpuNodePool, props: CustomResourcesProps): KarpenterInstallation {
    const id = `Karpenter-${pool.poolName}`;
    const other = scope.node.tryFindChild(id);
    if (other instanceof KarpenterInstallation && !isInTree(other.pool)) scope.node.tryRemoveChild(id);
    return new KarpenterInstallation(scope, id, pool, props);
  }

  private constructor(
    scope: Construct,
    id: string,
    private readonly pool: IGpuNodePool,
    props: CustomResourcesProps,
  ) {
    super(scope, id, props);
    addValidation(this, () =>
      isInTree(pool)
        ? []
        : [
            fault(
              'POOL_REMOVED',
              'workloads',
              `pool '${pool.poolName}' was removed from the construct tree, but its objects are still at '${this.node.path}'; remove them too, ` +
                `by node.tryRemoveChild('${id}') of their scope`,
            ),
          ],
    );
  }
}
