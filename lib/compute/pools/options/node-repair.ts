import { throwIfFaulty } from '../../../units/errors';
import { wholeNumberFault } from '../../../units/number-faults';
import { checkArguments } from '../../../units/argument-faults';

/**
 * Whether EKS replaces or reboots nodes that the node monitoring agent reports as unhealthy: EKS's node auto repair.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/node-repair.html
 */
export class NodeRepair {
  /** Unhealthy nodes are left as they are. */
  public static disabled(): NodeRepair {
    return new NodeRepair(false);
  }

  /**
   * EKS repairs unhealthy nodes. Failing GPUs are only noticed where the node monitoring agent runs. EKS suspends repairs in a node group
   * of more than five nodes while more than a fifth of them are unhealthy. Throws an `UnscopedValidationError` if `maxParallel` is not a
   * whole number of at least 1.
   *
   * @param maxParallel most nodes repaired at a time @default - 1 with reserved capacity, which has no spare instance; else EKS's own limit
   */
  public static auto(maxParallel?: number): NodeRepair {
    throwIfFaulty(wholeNumberFault('maxParallel', maxParallel, 1));
    return new NodeRepair(true, maxParallel);
  }

  /** Whether unhealthy nodes are repaired. */
  public readonly isEnabled: boolean;
  /** Most nodes repaired at a time. @default - see `auto` */
  public readonly maxParallel?: number;

  private constructor(isEnabled: boolean, maxParallel?: number) {
    this.isEnabled = isEnabled;
    this.maxParallel = maxParallel;
  }
}

checkArguments('NodeRepair', NodeRepair);
