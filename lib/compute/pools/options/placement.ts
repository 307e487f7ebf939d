import { fault } from '../../../units/fault';
import { throwIfFaulty } from '../../../units/errors';
import { checkArguments } from '../../../units/argument-faults';

/** Ways to place instances. */
export enum PlacementKind {
  /** Wherever there is capacity. */
  NONE = 'none',
  /** In a cluster placement group created for the pool. */
  CLUSTER_GROUP = 'cluster-group',
  /** In a placement group that exists already. */
  EXISTING = 'existing',
}

/**
 * How the instances of a pool are placed relative to each other: in an EC2 placement group or in none.
 *
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/placement-strategies.html
 */
export class Placement {
  /** In no placement group: wherever there is capacity. */
  public static none(): Placement {
    return new Placement(PlacementKind.NONE);
  }

  /** In a cluster placement group created for the pool: low latency, a single availability zone, capacity harder to get. */
  public static clusterGroup(): Placement {
    return new Placement(PlacementKind.CLUSTER_GROUP);
  }

  /**
   * In a placement group that exists already. Throws an `UnscopedValidationError` for an empty name.
   *
   * @param groupName name of the group
   */
  public static existing(groupName: string): Placement {
    throwIfFaulty(
      groupName === ''
        ? [fault('INVALID_NAME', 'groupName', "groupName must be the name of an existing placement group; got ''")]
        : [],
    );
    return new Placement(PlacementKind.EXISTING, groupName);
  }

  /** The way instances are placed. */
  public readonly kind: PlacementKind;
  /** Name of the existing group. @default - the pool creates its group, or has none */
  public readonly groupName?: string;

  private constructor(kind: PlacementKind, groupName?: string) {
    this.kind = kind;
    this.groupName = groupName;
  }

  /** The way instances are placed, for messages. */
  public toString(): string {
    return this.groupName ? `${this.kind} '${this.groupName}'` : this.kind;
  }
}

checkArguments('Placement', Placement);
