import { untitled } from '../../../units/fault';
import { UnscopedValidationError } from '../../../units/errors';

/** Ways to place instances. */
export enum PlacementKind {
  /** Wherever there is capacity. */
  NONE = 'none',
  /** In a cluster placement group made for the pool. */
  CLUSTER_GROUP = 'cluster-group',
  /** In a placement group that exists already. */
  EXISTING = 'existing',
  /** As the capacity reservation of the pool was placed. */
  FROM_RESERVATION = 'from-reservation',
}

/**
 * How the instances of a pool are placed relative to each other.
 *
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/placement-strategies.html
 */
export class Placement {
  /** Wherever there is capacity. Right for capacity that was reserved without a placement group. */
  public static none(): Placement {
    return new Placement(PlacementKind.NONE);
  }

  /** In a cluster placement group of the pool's own: low latency, one availability zone, capacity harder to get. */
  public static clusterGroup(): Placement {
    return new Placement(PlacementKind.CLUSTER_GROUP);
  }

  /**
   * In a placement group that exists already, e.g. the one a capacity reservation was made in. Throws a
   * `UnscopedValidationError` for an empty name.
   *
   * @param groupName name of the group
   */
  public static existing(groupName: string): Placement {
    if (groupName === '')
      throw new UnscopedValidationError([untitled('the name of an existing placement group must not be empty')]);
    return new Placement(PlacementKind.EXISTING, groupName);
  }

  /**
   * As the pool's capacity reservation was placed: in its placement group, or in none. The default with reserved capacity,
   * which instances of another placement group cannot use.
   *
   * @see https://github.com/terraform-aws-modules/terraform-aws-eks/issues/3730
   */
  public static fromReservation(): Placement {
    return new Placement(PlacementKind.FROM_RESERVATION);
  }

  /** The way instances are placed. */
  public readonly kind: PlacementKind;
  /** Name of the existing group. @default - the group, if any, is made by the pool */
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
