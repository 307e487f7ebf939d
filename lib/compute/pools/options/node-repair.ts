import { untitled } from '../../../units/fault';
import { displayValue } from '../../../core/tokens';
import { throwIfFaulty } from '../../../units/errors';

/**
 * Whether EKS replaces or reboots nodes whose health conditions say that they are broken.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/node-repair.html
 */
export class NodeRepair {
  /** Nodes are left as they are. */
  public static disabled(): NodeRepair {
    return new NodeRepair(false);
  }

  /**
   * Broken nodes are repaired. Broken GPUs are only seen where the node monitoring agent runs. EKS stops repairing a node group
   * of more than five nodes of which more than a fifth are broken. Throws an `UnscopedValidationError` for fewer than 1.
   *
   * @param maxParallel most nodes repaired at a time @default - one with reserved capacity, which has no spare; else EKS's own limit
   */
  public static enabled(maxParallel?: number): NodeRepair {
    throwIfFaulty(
      maxParallel === undefined || (Number.isInteger(maxParallel) && maxParallel >= 1)
        ? []
        : [
            untitled(
              `maxParallel of node repair must be a whole number of at least 1; got ${displayValue(maxParallel)}`,
            ),
          ],
    );
    return new NodeRepair(true, maxParallel);
  }

  /** Whether nodes are repaired. */
  public readonly isEnabled: boolean;
  /** Most nodes repaired at a time. @default - see `enabled` */
  public readonly maxParallel?: number;

  private constructor(isEnabled: boolean, maxParallel?: number) {
    this.isEnabled = isEnabled;
    this.maxParallel = maxParallel;
  }
}
