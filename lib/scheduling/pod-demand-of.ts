import { PodDemand, PodToleration } from './pod-demand';
import { quantityValue } from '../kubernetes/quantity';

/** The part of a container that the scheduler looks at, as the provider's types have it. */
interface Container {
  readonly resources?: {
    readonly requests?: { [resource: string]: string };
    readonly limits?: { [resource: string]: string };
  };
}

/** The part of a pod that the scheduler looks at, as the provider's types have it. */
interface PodSpec {
  readonly nodeSelector?: { [key: string]: string };
  readonly toleration?: unknown;
  readonly hostNetwork?: unknown;
  readonly container?: unknown;
  readonly initContainer?: unknown;
}

/**
 * What a pod asks for, read from the very object that is synthesized, so that the checks see what the scheduler will.
 *
 * @internal
 */
export function podDemandOf(
  spec: PodSpec,
  about: Omit<PodDemand, 'requests' | 'nodeSelector' | 'hostNetwork'>,
): PodDemand {
  return {
    tolerations: (spec.toleration as PodToleration[] | undefined) ?? [],
    ...about,
    requests: podRequests(
      (spec.container as Container[] | undefined) ?? [],
      (spec.initContainer as Container[] | undefined) ?? [],
    ),
    nodeSelector: spec.nodeSelector,
    hostNetwork: spec.hostNetwork === true,
  };
}

/**
 * What a pod requests: the larger of its containers together and its largest init container. The provider has no init containers
 * that run on beside the others.
 *
 * @internal
 */
export function podRequests(main: readonly Container[], init: readonly Container[]): { [resource: string]: string } {
  return largest([sum(main.map(requestsOf)), ...init.map(requestsOf)]);
}

/** A limit without a request is the request. */
function requestsOf({ resources }: Container): { [resource: string]: string } {
  return { ...resources?.limits, ...resources?.requests };
}

function sum(all: { [resource: string]: string }[]): { [resource: string]: string } {
  if (all.length === 1) return all[0];
  const totals: { [resource: string]: number } = {};
  for (const requests of all) {
    for (const [resource, quantity] of Object.entries(requests)) {
      totals[resource] = (totals[resource] ?? 0) + quantityValue(quantity);
    }
  }
  return Object.fromEntries(
    Object.entries(totals).map(([resource, value]) => [resource, `${Math.round(value * 1000)}m`]),
  );
}

function largest(all: { [resource: string]: string }[]): { [resource: string]: string } {
  const most: { [resource: string]: string } = {};
  for (const requests of all) {
    for (const [resource, quantity] of Object.entries(requests)) {
      const known = most[resource];
      if (known === undefined || quantityValue(quantity) > quantityValue(known)) most[resource] = quantity;
    }
  }
  return most;
}
