import { Fault, fault } from '../units/fault';
import { isLasting } from './cluster-capacity-faults';
import { gpuResource } from './node-allocatable';
import { PlacedDemand, PlacedPool, PodPlacement, PoolLoad } from './placement';
import { PodPriorities } from './pod-priority';
import { nodesTakenUp } from './worst-spread';

/**
 * Pods that ask for GPUs, and the most nodes on which the pods beside them may leave too few.
 *
 * @internal
 */
export interface LargePods {
  /** Those that come last: all ask for as many GPUs, and may run on the same pools. */
  readonly demands: readonly PlacedDemand[];
  /** GPUs of one of them. */
  readonly size: number;
  /** Those that may be in their way. */
  readonly others: readonly PlacedDemand[];
  readonly pools: readonly PoolLoad[];
  /** Nodes of the pools. */
  readonly nodes: number;
  /** Nodes that the others, and all but one of them, can take up, were there as many. */
  readonly takenUp: number;
  /** Whether they may wait although GPUs are free. */
  readonly mayWait: boolean;
}

/** Nodes of pools that have as many GPUs each. */
interface Nodes {
  readonly pools: readonly PoolLoad[];
  readonly perNode: number;
  readonly count: number;
}

/**
 * Whether pods have room wherever the scheduler placed the others: it does not pack, but by default prefers the nodes on which the most is free. Each pod
 * may come last, after a rollout or the loss of its node.
 *
 * Only GPUs are looked at, and not the pods that a rollout starts before it ends old ones.
 *
 * @param placement all pods of a cluster
 * @param priorities which pods end others to make room
 * @param nodesOf number of nodes of a pool
 * @see https://kubernetes.io/docs/reference/scheduling/config/#scheduling-plugins
 *
 * @internal
 */
export function largePods(
  placement: PodPlacement,
  priorities: PodPriorities,
  nodesOf: (load: PoolLoad) => number,
): LargePods[] {
  return alike(placement.demands).flatMap((demands) => {
    const [first] = demands;
    const found = setsFor(first, nodesOf).map((nodes) => roomOf(demands, nodes, priorities));
    // A group that must be near itself has to fit where its first pod is, which may be any pool.
    const isBound = (first.demand.podsPerGroup ?? 1) > 1 && (first.demand.near ?? []).length > 0;
    const single = found.filter(({ pools }) => pools.length === 1);
    if (isBound) return [single.find(({ mayWait }) => mayWait) ?? single[0]].filter((each) => each !== undefined);
    // Where they have a node on some of their pools in any case, they never wait.
    return [found.find(({ mayWait }) => !mayWait) ?? found[found.length - 1]].filter((each) => each !== undefined);
  });
}

/** Whether they share their pools with smaller ones, so that the order may matter. @internal */
export function areBesideSmaller({ others, size, pools }: LargePods): boolean {
  return others.some((other) => pools.some(({ pool }) => gpusOn(other, pool) < size));
}

/** @internal */
export function largePodWarning(found: LargePods): Fault {
  const { demands, size, others, pools, nodes, takenUp } = found;
  const first = others.filter((other) => !demands.includes(other));
  const isOne = pools.length === 1;
  const names = pools.map(({ pool }) => `'${pool.poolName}'`).join(', ');
  const property = pools.some(({ pool }) => isFixed(pool)) ? 'minNodes' : 'maxNodes';
  const cure = isOne ? `raise ${property} to ${takenUp + 1}` : `give these pools ${takenUp + 1} nodes together`;
  return fault(
    'LARGE_POD_MAY_WAIT',
    undefined,
    `${demands[0].path}: pods of ${listed(demands, pools)} may wait for a node of pool${isOne ? '' : 's'} ${names} with ${gpus(size)} free although all pods ` +
      `fit: the scheduler does not pack them, and in the worst order the others (${listed(first.length > 0 ? first : others, pools)}) leave none on ` +
      `${nodes === 1 ? 'the only node' : `any of ${nodes} nodes`}; give either of them nodes of their own (a pool, or labels and taints), those that may ` +
      `wait a priorityClassName above that of the others, which makes room, or ${cure}`,
  );
}

/** Nodes of a pool that are there without anybody's help. @internal */
export function ownNodes({ pool, nodes }: PoolLoad): number {
  return isFixed(pool) ? Math.min(nodes, pool.minNodes) : nodes;
}

function isFixed({ isAutoscaled, minNodes, maxNodes }: PlacedPool): boolean {
  return isAutoscaled === false && minNodes < maxNodes;
}

/** Pods that may come last, by what the answer depends on. */
function alike(demands: readonly PlacedDemand[]): PlacedDemand[][] {
  const found = new Map<string, PlacedDemand[]>();
  for (const each of demands.filter(isToFit)) {
    const { podsPerGroup = 1, near = [], priorityClass, queued } = each.demand;
    const place = each.pools.map(({ pool }) => [pool.poolName, gpusOn(each, pool)]);
    const own = isLasting(each) ? '' : each.demand.name;
    const key = JSON.stringify([place, podsPerGroup > 1 && near.length > 0, priorityClass, queued, own]);
    found.set(key, [...(found.get(key) ?? []), each]);
  }
  return [...found.values()];
}

/** Whether there must be room for pods beside all that stays. */
function isToFit(each: PlacedDemand): boolean {
  const { demand, pools } = each;
  if (demand.pods === 0) return false;
  return (isLasting(each) || (demand.besideLasting ?? false)) && pools.some(({ pool }) => gpusOn(each, pool) > 0);
}

/** Each pool of some pods, and those together whose nodes are equal: the last are the most. */
function setsFor(placed: PlacedDemand, nodesOf: (load: PoolLoad) => number): Nodes[] {
  const able = placed.pools
    .map((load) => ({ load, perNode: load.free.get(gpuResource(load.pool)) ?? 0, size: gpusOn(placed, load.pool) }))
    .filter(({ perNode, size }) => size > 0 && size <= perNode);
  const equal = new Map<string, typeof able>();
  for (const each of able) {
    const key = `${each.perNode} ${each.size}`;
    equal.set(key, [...(equal.get(key) ?? []), each]);
  }
  const together = [...equal.values()].filter((some) => some.length > 1).sort((a, b) => a.length - b.length);
  return [...able.map((each) => [each]), ...together].map((some) => ({
    pools: some.map(({ load }) => load),
    perNode: some[0].perNode,
    count: some.reduce((sum, { load }) => sum + nodesOf(load), 0),
  }));
}

function roomOf(
  demands: readonly PlacedDemand[],
  { pools, perNode, count }: Nodes,
  priorities: PodPriorities,
): LargePods {
  const [first] = demands;
  const size = gpusOn(first, pools[0].pool);
  const near = new Set(pools.flatMap((load) => load.demands));
  const isInTheWay = (each: PlacedDemand) =>
    each === first ||
    (isLasting(each) &&
      mostOn(each, pools) > 0 &&
      !priorities.preempts(first.demand.priorityClass, each.demand.priorityClass));
  const others = [...near].filter(isInTheWay);
  const pods = others.map((each) => ({
    size: mostOn(each, pools),
    count: podsOf(each, first) - (each === first ? 1 : 0),
  }));
  const takenUp = nodesTakenUp(pods, size, perNode);
  return { demands, size, others, pools, nodes: count, takenUp, mayWait: takenUp >= count };
}

function mostOn(each: PlacedDemand, pools: readonly PoolLoad[]): number {
  return Math.max(...pools.map(({ pool }) => gpusOn(each, pool)));
}

/** A training in a queue waits until scalers leave their fewest servers. */
function podsOf({ demand: { pods, fewestPods = pods } }: PlacedDemand, { demand: { queued = false } }: PlacedDemand) {
  return queued ? Math.min(pods, fewestPods) : pods;
}

function gpusOn({ requests }: PlacedDemand, pool: PlacedPool): number {
  return requests.get(gpuResource(pool)) ?? 0;
}

function listed(demands: readonly PlacedDemand[], pools: readonly PoolLoad[]): string {
  const names = demands.map((each) => `'${each.demand.name}' ${each.demand.pods} x ${gpus(mostOn(each, pools))}`);
  return names.length <= 4 ? names.join(', ') : `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`;
}

function gpus(count: number): string {
  return `${count} GPU${count === 1 ? '' : 's'}`;
}
