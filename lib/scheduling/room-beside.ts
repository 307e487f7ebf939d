import { readableAmount } from '../kubernetes/quantity';
import { Fault, fault } from '../units/fault';
import { capacityFindings } from './cluster-capacity-faults';
import { gpuResource } from './node-allocatable';
import { PlacedDemand, PodPlacement, PoolLoad } from './placement';
import { PodDemand } from './pod-demand';

/**
 * The pods of a workload.
 *
 * @internal
 */
export interface AskedPods {
  readonly path: string;
  readonly demand: PodDemand;
}

/** A fault, and the pools that it concerns. */
interface Finding {
  readonly fault: Fault;
  readonly pools: readonly string[];
}

/**
 * Trainings and the like, which run to completion, but for so long that they must have room beside all that stays: what stays never makes room for them.
 *
 * One that waits in a queue must have it when scalers leave their fewest servers, since it waits for that. Those that wait in none, and whose pods start
 * together, must also have room beside each other: each could hold what the other waits for.
 *
 * @param asked all pods on a cluster
 * @param place places pods
 *
 * @internal
 */
export function besideFindings(
  asked: readonly AskedPods[],
  place: (asked: readonly AskedPods[]) => PodPlacement,
): Finding[] {
  const long = asked.filter(({ demand }) => demand.besideLasting).sort((a, b) => (a.path < b.path ? -1 : 1));
  const groups: AskedPods[] = [];
  return long.flatMap((each) => {
    const { queued = false, podsPerGroup = 1 } = each.demand;
    const base = queued ? asked.map(fewest) : asked;
    const alone = shortOf(base, [each], place);
    if (alone) return [roomFault(each, alone, [])];
    if (queued || podsPerGroup === 1) return [];
    const together = shortOf(base, [...groups, each], place);
    if (together) return [roomFault(each, together, groups)];
    groups.push(each);
    return [];
  });
}

/** Where some that end run with all that stays, if their pools are short only then. */
function shortOf(
  base: readonly AskedPods[],
  some: readonly AskedPods[],
  place: (asked: readonly AskedPods[]) => PodPlacement,
): PodPlacement | undefined {
  const names = new Set(some.map(({ demand }) => demand.name));
  const staying = base.map((each) =>
    names.has(each.demand.name) ? { ...each, demand: { ...each.demand, temporary: false } } : each,
  );
  const placement = place(staying);
  const last = some[some.length - 1];
  const pools = poolsOf(placement, last);
  const isShort = (each: PodPlacement) =>
    capacityFindings(each).some((finding) => finding.pools.some(({ poolName }) => pools.includes(poolName)));
  return isShort(placement) && !isShort(place(base)) ? placement : undefined;
}

function poolsOf({ demands }: PodPlacement, { demand }: AskedPods): string[] {
  return demands.find((each) => each.demand.name === demand.name)?.pools.map(({ pool }) => pool.poolName) ?? [];
}

/** Scaled servers at their fewest. */
function fewest(each: AskedPods): AskedPods {
  const { demand } = each;
  return { ...each, demand: { ...demand, pods: Math.min(demand.pods, demand.fewestPods ?? demand.pods) } };
}

function roomFault({ path, demand }: AskedPods, placement: PodPlacement, beside: readonly AskedPods[]): Finding {
  const own = placement.demands.find((each) => each.demand.name === demand.name) as PlacedDemand;
  const [load] = own.pools;
  const others = load.demands.filter(
    (each) => each !== own && !each.demand.temporary && each.pools.every((one) => own.pools.includes(one)),
  );
  const { resource, need, total, taken, missing } = shortage(own, load, others);
  const amount = (value: number) => readableAmount(resource, value);
  const stays = others
    .filter(({ requests }) => requests.has(resource))
    .map(({ demand: { name, pods }, requests }) => `'${name}' ${pods} x ${amount(requests.get(resource) ?? 0)}`)
    .join(', ');
  const names = beside.map((each) => `'${each.demand.name}'`).join(', ');
  const { poolName } = load.pool;
  const cures = [
    `raise maxNodes to ${load.nodes + missing}`,
    'give it a pool of its own',
    ...(demand.queued ? [] : ['let it wait in a queue (GpuQueue) where scalers or other trainings give nodes back']),
  ];
  const reason =
    `${path}: '${demand.name}' asks for ${amount(need)} of ${resource} (${demand.pods} pod${demand.pods === 1 ? '' : 's'}), but beside what stays on pool ` +
    `'${poolName}' (${stays || 'nothing'}) ${amount(Math.max(0, total - taken))} of the ${amount(total)} of its ${load.nodes} nodes are left` +
    (names === '' ? '' : `: it and ${names} could each hold what the other waits for`) +
    `; ${cures.slice(0, -1).join(', ')}, or ${cures[cures.length - 1]}`;
  return { fault: fault('TRAINING_HAS_NO_ROOM', undefined, reason), pools: own.pools.map(({ pool }) => pool.poolName) };
}

/** The resource that is short: the first whose sums exceed the pool, else GPUs, which do not divide into its nodes. */
function shortage(
  { demand, requests }: PlacedDemand,
  { pool, free, nodes }: PoolLoad,
  others: readonly PlacedDemand[],
) {
  const all = [...requests].flatMap(([resource, amount]) => {
    const perNode = free.get(resource);
    if (perNode === undefined || perNode <= 0) return [];
    const need = amount * demand.pods;
    const total = perNode * nodes;
    const taken = others.reduce((sum, each) => sum + (each.requests.get(resource) ?? 0) * each.demand.pods, 0);
    return [{ resource, need, total, taken, missing: Math.ceil((need + taken - total) / perNode) }];
  });
  const gpus = all.find(({ resource }) => resource === gpuResource(pool)) ?? all[0];
  const short = [gpus, ...all].find(({ missing }) => missing > 0);
  return short ?? { ...gpus, missing: demand.pods };
}
