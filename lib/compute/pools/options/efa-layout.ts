import { nameClass } from '../../../units/own-class';

/**
 * How the network interfaces of a node with EFA are laid out over its network cards.
 *
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/efa-acc-inst-types.html
 */
export class EfaLayout {
  /**
   * As AWS recommends: an ENA interface as the primary one, and an EFA-only interface on every card that can hold one. A node takes
   * one address for itself, and the EFA-only interface on card 0 costs the pods an interface (on p5: 51 pods instead of 100).
   */
  public static readonly EFA_ONLY = new EfaLayout('efa-only');

  /**
   * The layout that AWS recommended before EFA-only interfaces: the primary interface is EFA and ENA in one, EFA-only interfaces are
   * the second device of the other cards. It leaves the other interfaces of card 0 to the pods; card 0 must support EFA. Karpenter
   * cannot launch it.
   */
  public static readonly COMBINED = new EfaLayout('combined');

  /**
   * All EFA interfaces, and as many further ENA interfaces as IP bandwidth needs: on p5 and p5e one on every fourth card. Only for
   * the types for which AWS documents these cards.
   */
  public static readonly BANDWIDTH_OPTIMIZED = new EfaLayout('bandwidth-optimized');

  /** Every layout. Frozen. */
  public static readonly ALL: EfaLayout[] = Object.freeze([
    EfaLayout.EFA_ONLY,
    EfaLayout.COMBINED,
    EfaLayout.BANDWIDTH_OPTIMIZED,
  ]) as EfaLayout[];

  /** Name, e.g. `efa-only`. */
  public readonly name: string;

  private constructor(name: string) {
    this.name = name;
  }

  /** The name. */
  public toString(): string {
    return this.name;
  }
}

nameClass('EfaLayout', EfaLayout);
