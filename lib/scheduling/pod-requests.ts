import { quantityValue } from '../kubernetes/quantity';

/** The part of a container that the scheduler reads, as in the provider's types. */
interface Container {
  readonly resources?: {
    readonly requests?: { [resource: string]: string };
    readonly limits?: { [resource: string]: string };
  };
}

/**
 * Requests of a pod: the larger of its containers together and its largest init container. The provider has no sidecar init containers.
 *
 * @internal
 */
export function podRequests(main: readonly Container[], init: readonly Container[]): { [resource: string]: string } {
  return largest([sum(main.map(requestsOf)), ...init.map(requestsOf)]);
}

/** A limit without a request counts as the request. Requests come first, in the order in which they are written. */
function requestsOf({ resources }: Container): { [resource: string]: string } {
  return { ...resources?.requests, ...resources?.limits, ...resources?.requests };
}

function sum(all: { [resource: string]: string }[]): { [resource: string]: string } {
  if (all.length === 1) return all[0];
  const totals: { [resource: string]: number } = {};
  const invalid: { [resource: string]: string } = {};
  for (const requests of all) {
    for (const [resource, quantity] of Object.entries(requests)) {
      const value = quantityValue(quantity);
      if (Number.isNaN(value)) invalid[resource] = quantity;
      totals[resource] = (totals[resource] ?? 0) + value;
    }
  }
  const sums = Object.entries(totals).map(([resource, value]) => [resource, `${Math.round(value * 1000)}m`]);
  return { ...Object.fromEntries(sums), ...invalid };
}

function largest(all: { [resource: string]: string }[]): { [resource: string]: string } {
  const most: { [resource: string]: string } = {};
  for (const requests of all) {
    for (const [resource, quantity] of Object.entries(requests)) {
      const known = most[resource];
      // An invalid quantity is kept, so that it is refused later.
      const isMore = known === undefined || quantityValue(quantity) > quantityValue(known);
      if (isMore || Number.isNaN(quantityValue(quantity))) most[resource] = quantity;
    }
  }
  return most;
}
