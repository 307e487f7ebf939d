/**
 * What the ledger of a network operator calls the networks that it makes.
 *
 * @internal
 */
export const SECONDARY_NETWORK = 'secondary network';

/**
 * What the operator must know of a network.
 *
 * @internal
 */
export interface SecondaryNetworkEntry {
  readonly reference: string;
  /** Addresses of each node. @default - the network has no `NvIpamPool` */
  readonly perNodeBlockSize?: number;
}

/**
 * A reference with its namespace: Multus takes `<name>` for a network of the pod's namespace, this library for one of `default`.
 *
 * @internal
 */
export function wholeReference(reference: string): string {
  return reference.includes('/') ? reference : `default/${reference}`;
}
