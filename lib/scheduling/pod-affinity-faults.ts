import { Fault, fault } from '../units/fault';
import { PlacedDemand, PodPlacement, PoolLoad } from './placement';
import { PodTerm, isOfNode, mayMean, means } from './pod-affinity';

/** How many pods of a demand, requesting this much, a node of a pool takes. */
type Fit = (placed: PlacedDemand, load: PoolLoad) => number;

/**
 * Pods that must be on a node with others, where no node has room for both.
 *
 * @param placement where pods may be
 * @param fits how many pods a node takes
 *
 * @internal
 */
export function togetherFaults({ demands }: PodPlacement, fits: Fit): { fault: Fault; loads: readonly PoolLoad[] }[] {
  return demands.flatMap((placed) => {
    const { demand, path } = placed;
    const near = (demand.near ?? []).filter(isOfNode);
    if (demand.onEveryNode || placed.pools.length === 0) return [];
    const term = near.find((each) => !means(each, demand.name, demand) && hasNoNode(placed, each, demands, fits));
    if (term === undefined) return [];
    const partners = demands.filter((each) => means(term, each.demand.name, each.demand));
    const reason =
      `${path}: a pod of '${demand.name}' must be on the node of a pod with ${labelText(term)} (` +
      `${partners.map((each) => `'${each.demand.name}'`).join(', ')}), but no node of pool '${placed.pools[0].pool.poolName}' has room for both; use larger ` +
      'nodes, or make it a preference, by a weight';
    return [{ fault: fault('AFFINITY_HAS_NO_NODE', undefined, reason), loads: placed.pools }];
  });
}

function hasNoNode(placed: PlacedDemand, term: PodTerm, all: readonly PlacedDemand[], fits: Fit): boolean {
  const partners = all.filter((each) => mayMean(term, each.demand.name, each.demand));
  // Nodes that are not known here may have both.
  if (partners.length === 0 || partners.some(({ pools, demand }) => pools.length === 0 || demand.onEveryNode)) {
    return false;
  }
  return partners.every((partner) =>
    partner.pools.every((load) => !placed.pools.includes(load) || fits(both(placed, partner), load) < 1),
  );
}

/** A pod of each as one. */
function both(a: PlacedDemand, b: PlacedDemand): PlacedDemand {
  const requests = new Map(a.requests);
  b.requests.forEach((amount, resource) => requests.set(resource, (requests.get(resource) ?? 0) + amount));
  return { ...a, requests, demand: { ...a.demand, podsPerNode: undefined } };
}

/**
 * Pods that must be on other nodes than each other, of more workloads than a pool has nodes for.
 *
 * @param load a pool
 * @param bound what lasts, and can run on it alone
 * @param fits how many pods a node takes
 *
 * @internal
 */
export function apartFaults(load: PoolLoad, bound: readonly PlacedDemand[], fits: Fit): Fault[] {
  const counted = bound.filter(({ demand }) => demand.pods > 0);
  const nodesOf = (placed: PlacedDemand) => Math.ceil(placed.demand.pods / Math.max(1, fits(placed, load)));
  const sum = (group: readonly PlacedDemand[]) => group.reduce((nodes, each) => nodes + nodesOf(each), 0);
  const groups = counted
    .filter(({ demand }) => demand.away?.some(isOfNode))
    .map((first) =>
      counted.reduce((group, each) => (group.every((one) => exclude(one, each)) ? [...group, each] : group), [first]),
    )
    .filter((group) => group.length > 1 && sum(group) > load.nodes);
  if (groups.length === 0) return [];
  const worst = groups.reduce((a, b) => (sum(b) > sum(a) ? b : a));
  const { node, poolName } = load.pool;
  const reason =
    `${node.path}: pods of ${worst.map(({ demand }) => `'${demand.name}'`).join(', ')} must not be on a node with each other, and take ` +
    `${sum(worst)} nodes, but pool '${poolName}' has at most ${load.nodes}; raise maxNodes, or make it a preference, by a weight`;
  return [fault('ANTI_AFFINITY_EXCEEDS_POOL', undefined, reason)];
}

function exclude(a: PlacedDemand, b: PlacedDemand): boolean {
  const keepsOff = (one: PlacedDemand, other: PlacedDemand) =>
    one.demand.away?.some((term) => isOfNode(term) && means(term, other.demand.name, other.demand)) === true;
  return a !== b && (keepsOff(a, b) || keepsOff(b, a));
}

/**
 * Pods that must be near others, of which the program has none.
 *
 * @param demands the pods of the program
 * @param unknown whether a namespace has pods that are not known here, as those of a chart
 *
 * @internal
 */
export function nearNothing(demands: readonly PlacedDemand[], unknown: (namespace: string) => boolean): Fault[] {
  return demands.flatMap(({ path, demand }) =>
    (demand.near ?? [])
      .filter((term) => !term.namespaces.some(unknown))
      .filter((term) => !demands.some((each) => mayMean(term, each.demand.name, each.demand)))
      .map((term) => {
        const reason =
          `${path}: pods of '${demand.name}' must be near pods with ${labelText(term)} in namespace ${term.namespaces.join(', ')}, but this program has ` +
          'none, and without them they wait forever; correct matchLabels or namespaces, make it a preference, by a weight, or, if another program ' +
          "runs them, accept this by Warnings.accept(cluster, 'AFFINITY_TO_NO_POD', '<reason>')";
        return fault('AFFINITY_TO_NO_POD', undefined, reason);
      }),
  );
}

function labelText({ labels }: PodTerm): string {
  const all = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  return all.length === 0 ? 'any label' : all.join(', ');
}
