/**
 * Kind of entry in a network operator's ledger: the networks that it makes.
 *
 * @internal
 */
export const SECONDARY_NETWORK = 'secondary network';

/**
 * What the operator must know about a network.
 *
 * @internal
 */
export interface SecondaryNetworkEntry {
  readonly reference: string;
  /** Addresses of each node. @default - the network has no `NvIpamPool` */
  readonly perNodeBlockSize?: number;
}

/**
 * A reference with its namespace: Multus resolves `<name>` in the pod's namespace, this library in `default`.
 *
 * @internal
 */
export function wholeReference(reference: string): string {
  return reference.includes('/') ? reference : `default/${reference}`;
}
