import { Construct } from 'constructs';
import { enter, entered, isInTree } from '../../../core/cluster-ledger';
import { IGpuNodePool } from '../../../core/gpu-node-pool';
import { addValidation } from '../../../core/validation';
import { CustomResources, CustomResourcesProps } from '../../../kubernetes/custom-resources';
import { fault } from '../../../units/fault';

/** Kind of the entry in the ledger of the scope: an installation, and the pool that it is of. */
const INSTALLATION = 'Karpenter objects of a pool';

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
    const [other] = entered<IGpuNodePool>(scope, INSTALLATION, id);
    if (other && !isInTree(other.value)) scope.node.tryRemoveChild(id);
    const installation = new KarpenterInstallation(scope, id, pool, props);
    enter(scope, INSTALLATION, id, installation, pool);
    return installation;
  }

  private constructor(scope: Construct, id: string, pool: IGpuNodePool, props: CustomResourcesProps) {
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
