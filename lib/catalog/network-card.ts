/**
 * One network card of an instance type, as EC2 numbers them.
 */
export interface NetworkCard {
  /** Network card index, from 0. */
  readonly index: number;
  /** Maximum number of network interfaces on this card. */
  readonly maxInterfaces: number;
  /** Whether the card can hold an EFA interface. */
  readonly efa: boolean;
}
