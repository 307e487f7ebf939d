import { Parallelism } from '../../catalog/parallelism';
import { CapacityPlan } from '../../planning/capacity-plan';
import { CapacityTargets } from '../../planning/capacity-request';
import { DataSize } from '../../units/data-size';
import { Fault } from '../../units/fault';

/**
 * A language model on its hardware with every default decided and its plan made: the input of servers, topologies and `explain()`.
 *
 * @internal
 */
export class ResolvedModel {
  /** Default version in the model store. */
  public static readonly DEFAULT_VERSION = '1';

  /** Version in the model store. */
  public readonly version: string;

  /**
   * @param name name it is served under
   * @param version version in the model store @default - '1'
   * @param plan model, hardware, precision, context and all other decisions
   * @param targets times and rates that were asked for @default - none
   */
  public constructor(
    public readonly name: string,
    version: string | undefined,
    public readonly plan: CapacityPlan,
    public readonly targets: CapacityTargets = {},
  ) {
    this.version = version ?? ResolvedModel.DEFAULT_VERSION;
  }

  /** Parallelism within one server; replicas are servers of their own. */
  public get parallelism(): Parallelism {
    return this.plan.parallelism.withReplicas(1);
  }

  /** Size of the checkpoint's files. */
  public get storedSize(): DataSize {
    const { checkpointSize, model, precision } = this.plan;
    return checkpointSize ?? model.checkpointSize(precision);
  }

  /** The same where it is more than a guess by the number of parameters. */
  public get knownSize(): DataSize {
    const { checkpointSize, model } = this.plan;
    return checkpointSize === undefined && model.approximate ? DataSize.ZERO : this.storedSize;
  }
}

/**
 * The result of resolving a model.
 *
 * @internal
 */
export interface Resolution {
  /** @default - there are faults */
  readonly resolved?: ResolvedModel;
  readonly faults: Fault[];
  /** Advice, each with a stable id. */
  readonly warnings: Fault[];
  /** What the planner chose from, where it chose the hardware, cheapest first; of a region, or of all. */
  readonly choices?: (region?: string) => CapacityPlan[];
  /** What the planner would choose today, if it differs from the locked plan. */
  readonly otherChoice?: CapacityPlan;
}

/**
 * The part of a parallelism that one server sees.
 *
 * @internal
 */
export function withinServer({ tensor, pipeline, expert }: Parallelism): Parallelism {
  return Parallelism.of({ tensor, pipeline, expert: Math.min(expert, tensor) });
}
