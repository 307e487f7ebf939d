/**
 * How the instances of a pool are bought.
 *
 * A value class, so that a kind of capacity that sets several places of a node group at once stays one property.
 */
export class Capacity {
  /** On demand: the default. Large GPU types are often not to be had this way. */
  public static onDemand(): Capacity {
    return new Capacity('ON_DEMAND');
  }

  /** Spot: cheaper, and taken away at two minutes' notice. */
  public static spot(): Capacity {
    return new Capacity('SPOT');
  }

  /** Capacity type of an EKS managed node group, e.g. `ON_DEMAND`. */
  public readonly capacityType: string;

  private constructor(capacityType: string) {
    this.capacityType = capacityType;
  }

  /** The capacity type, for messages. */
  public toString(): string {
    return this.capacityType;
  }
}
