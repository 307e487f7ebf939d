import { duplicateFaults } from '../units/duplicate-faults';
import { Fault, fault } from '../units/fault';
import { flagFault } from '../units/kind-faults';
import { givenValue, wholeNumberFault } from '../units/number-faults';
import { INSTANCE_TABLE } from './gpu-instance-table';
import { NetworkCard } from './network-card';
import { allOf } from '../units/unreadable';

/**
 * Facts that only EC2 nodes have.
 *
 * @internal
 */
export interface NetworkFacts {
  readonly networkCards: NetworkCard[];
  readonly ipv4PerInterface: number;
  readonly rdmaRead: boolean;
  readonly rdmaWrite: boolean;
  readonly legacy: boolean;
  readonly fractionOfGpu: number;
  readonly blocksOnly: boolean;
}

/**
 * What is wrong with the name of an instance type that the catalog does not list.
 *
 * @internal
 */
export function instanceNameFaults(name: string): Fault[] {
  if (Object.hasOwn(INSTANCE_TABLE, name)) {
    return [fault('DUPLICATE', 'name', `'${name}' is in the catalog; use GpuInstanceType.of('${name}')`)];
  }
  if (/^[a-z][a-z0-9-]*\.[a-z0-9-]+$/.test(name)) return [];
  const cure = 'GpuNodeType.custom describes hardware outside EC2';
  return [
    fault(
      'INVALID_NAME',
      'name',
      `name must be one of EC2's instance types, like 'p5.48xlarge'; got '${name}'; ${cure}`,
    ),
  ];
}

/**
 * What is no list of cards.
 *
 * @internal
 */
export function cardFaults(networkCards: unknown): Fault[] {
  const example = '{ index: 0, maxInterfaces: 15, efa: true }';
  if (!Array.isArray(networkCards)) {
    const reason = `networkCards must be a list of cards such as ${example}; got ${givenValue(networkCards)}`;
    return [fault('INVALID_FORMAT', 'networkCards', reason)];
  }
  return networkCards.flatMap((card: unknown, i) => {
    const at = `networkCards[${i}]`;
    if (typeof card === 'object' && card !== null) return flagFault(`${at}.efa`, (card as NetworkCard).efa);
    return [fault('INVALID_FORMAT', at, `${at} must be a card such as ${example}; got ${givenValue(card)}`)];
  });
}

/**
 * What is wrong with the network of an instance type.
 *
 * @internal
 */
export function networkFaults(network: NetworkFacts): Fault[] {
  const { networkCards, ipv4PerInterface } = network;
  return allOf(
    () => wholeNumberFault('ipv4PerInterface', ipv4PerInterface, 1),
    () =>
      networkCards.length > 0
        ? []
        : [
            fault(
              'EMPTY_LIST',
              'networkCards',
              'networkCards must list at least one card; leave it out for the default',
            ),
          ],
    () =>
      duplicateFaults(
        'networkCards',
        networkCards.map((card) => card.index),
      ),
    () => rdmaFaults(network),
    () =>
      networkCards.flatMap((card, i) =>
        allOf(
          () => wholeNumberFault(`networkCards[${i}].index`, card.index ?? NaN, 0),
          () => wholeNumberFault(`networkCards[${i}].maxInterfaces`, card.maxInterfaces ?? NaN, 1),
        ),
      ),
  );
}

/** Remote memory is read and written by EFA alone: what reads it without a card for EFA is a slip in the description. */
function rdmaFaults(network: NetworkFacts): Fault[] {
  if (network.networkCards.some((card) => card?.efa)) return [];
  return (['rdmaRead', 'rdmaWrite'] as const)
    .filter((name) => network[name])
    .map((name) => {
      const cure = `set efa on a card of networkCards, or leave ${name} out`;
      return fault('CONFLICTING_PROPERTIES', name, `${name} needs EFA, which no card of networkCards has; ${cure}`);
    });
}
