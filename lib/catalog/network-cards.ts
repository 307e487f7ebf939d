import { NetworkCard } from './network-card';

/**
 * A run of equal cards; the first `efaCards` of them can hold an EFA interface.
 *
 * @internal
 */
export function cards(count: number, maxInterfaces: number, efaCards: number, firstIndex = 0): NetworkCard[] {
  return Array.from({ length: count }, (_, i) => ({ index: firstIndex + i, maxInterfaces, efa: i < efaCards }));
}
