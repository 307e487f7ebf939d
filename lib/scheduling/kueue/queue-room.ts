import { IGpuNodePool } from '../../core/gpu-node-pool';
import { Fault, fault } from '../../units/fault';
import { isLasting } from '../cluster-capacity-faults';
import { gpuResource, nodeAllocatable } from '../node-allocatable';
import { PlacedDemand, PodPlacement } from '../placement';
import { queuedNodes, queuedNodesProperty } from './queued-nodes';

/**
 * What a queue hands out of a pool: Kueue counts only what waits in its queues, so that whatever else runs there must be left out.
 *
 * @internal
 */
export interface QueueRoom {
  /** Path of the queue. */
  readonly queue: string;
  readonly pool: IGpuNodePool;
  readonly nodes: number;
  /** GPUs of a node. */
  readonly perNode: number;
  /** GPUs of the largest pod that waits in the queue. */
  readonly size: number;
  /** GPUs that the queue hands out. */
  readonly handedOut: number;
  /** GPUs that could be handed out while scalers leave their fewest servers. */
  readonly most: number;
  /** What asks for GPUs of the pool beside the queue, and stays or runs for long. */
  readonly outside: readonly PlacedDemand[];
  /** What this program lets wait in the queue. */
  readonly inside: readonly PlacedDemand[];
}

/**
 * Finds out what a queue may hand out of a pool, wherever the scheduler places the pods beside it: one GPU that they hold takes a whole node from a pod
 * that needs one. Pods that end soon, as those of an import or of a test, are not counted: what was admitted waits for them, and starts.
 *
 * Servers of a scaler are counted at their most, but always leave what the largest of the queue needs where they do so at their fewest: it waits for them.
 *
 * @param queue path of the queue
 * @param pool the pool
 * @param placement all pods of the cluster
 *
 * @internal
 */
export function queueRoom(queue: string, pool: IGpuNodePool, placement: PodPlacement): QueueRoom {
  const resource = gpuResource(pool);
  const nodes = queuedNodes(pool);
  const perNode = nodeAllocatable(pool).get(resource) ?? 0;
  const here = (placement.pools.find((load) => load.pool === pool)?.demands ?? []).filter(
    (each) => asks(each, pool) > 0,
  );
  const inside = here.filter(({ demand }) => demand.queue === queue);
  const outside = here.filter(
    (each) =>
      each.demand.queue !== queue && !isLabeled(each) && (isLasting(each) || each.demand.besideLasting === true),
  );
  const size = Math.min(perNode, Math.max(1, ...inside.map((each) => asks(each, pool))));
  const leftBeside = (podsOf: (placed: PlacedDemand) => number) => {
    const places = nodes * Math.floor(perNode / size);
    const lost = outside.reduce((sum, each) => sum + podsOf(each) * Math.ceil(asks(each, pool) / size), 0);
    return Math.max(0, places - lost) * size;
  };
  const most = perNode === 0 ? 0 : leftBeside(fewestOf);
  const least = perNode === 0 ? 0 : leftBeside(({ demand }) => demand.pods);
  const needed = Math.max(0, ...needs(inside, pool).map(({ gpus }) => gpus));
  const handedOut = Math.min(most, Math.max(least, needed));
  return { queue, pool, nodes, perNode, size, handedOut, most, outside, inside };
}

/**
 * What keeps something in a queue from ever being admitted beside what runs outside of it.
 *
 * @internal
 */
export function queueRoomFaults(queue: string, room: QueueRoom): Fault[] {
  const { pool, nodes, perNode, size, most, outside, inside } = room;
  if (outside.length === 0) return [];
  const short = needs(inside, pool).filter(({ gpus }) => gpus > most);
  if (short.length === 0) return [];
  const { gpus } = short.reduce((a, b) => (b.gpus > a.gpus ? b : a));
  const names = short.map(({ name }) => name).join(', ');
  const mayWait = outside.filter(({ demand }) => demand.besideLasting === true || (demand.podsPerGroup ?? 1) > 1);
  const cure =
    mayWait.length === 0
      ? 'or '
      : `let ${mayWait.map(({ demand }) => `'${demand.name}'`).join(', ')} wait in the queue too, or `;
  const raised = nodes + Math.ceil((gpus - most) / Math.max(1, perNode));
  const reason =
    `queue '${queue}' hands out ${most} of the ${nodes * perNode} GPUs of pool '${pool.poolName}' (${nodes} nodes), since ${outsideText(room)} may hold the ` +
    `others${size === perNode && size > 1 ? ', on as many nodes as that can be,' : ''} without waiting in it, and ${names} would never be admitted, which ` +
    `needs ${gpus} with all that stays in the queue; raise ${queuedNodesProperty(pool)} to ${raised}, ${cure}give one of them a pool of its own`;
  return [fault('QUEUE_TOO_SMALL', 'queue', reason)];
}

/**
 * Whether a queue admits more pods at the same time as all that this program lets wait in it.
 *
 * @internal
 */
export function admitsMore({ pool, inside, handedOut }: QueueRoom, more: ReadonlyMap<PlacedDemand, number>): boolean {
  const asked = inside.reduce((sum, each) => sum + (each.demand.pods + (more.get(each) ?? 0)) * asks(each, pool), 0);
  return asked <= handedOut;
}

/** What a queue hands out of a pool, for readers. @internal */
export function explainQueue(room: QueueRoom): string {
  const { queue, pool, nodes, perNode, handedOut, outside } = room;
  const all = `  '${queue}': ${handedOut} of the ${nodes * perNode} GPUs of pool '${pool.poolName}'`;
  if (outside.length === 0) return all;
  return `${all}; ${outsideText(room)} may hold the others without waiting in it, whole nodes from pods that need them`;
}

/** The amount of a resource that those outside ask for. @internal */
export function heldOutside({ outside }: QueueRoom, resource: string): number {
  return outside.reduce((sum, { demand, requests }) => sum + demand.pods * (requests.get(resource) ?? 0), 0);
}

function outsideText({ outside, pool }: QueueRoom): string {
  return outside
    .map((each) => `'${each.demand.name}' (${each.demand.pods} x ${asks(each, pool)})`)
    .sort()
    .join(', ');
}

/** GPUs that must be free of the queue for each that waits in it: what stays is there before a training is. */
function needs(inside: readonly PlacedDemand[], pool: IGpuNodePool): { name: string; gpus: number }[] {
  const ofDemand = (each: PlacedDemand) => fewestOf(each) * asks(each, pool);
  const staying = inside.filter(isLasting);
  const base = staying.reduce((sum, each) => sum + ofDemand(each), 0);
  const ending = inside.filter((each) => !isLasting(each));
  const one = ({ demand: { name } }: PlacedDemand, gpus: number) => ({ name: `'${name}'`, gpus });
  return [...staying.map((each) => one(each, base)), ...ending.map((each) => one(each, base + ofDemand(each)))];
}

function asks({ requests }: PlacedDemand, pool: IGpuNodePool): number {
  return requests.get(gpuResource(pool)) ?? 0;
}

function fewestOf({ demand: { pods, fewestPods = pods } }: PlacedDemand): number {
  return Math.min(pods, fewestPods);
}

/** Whether pods that others make wait in a queue of their namespace. */
function isLabeled({ demand: { queue, isLabeledForQueue = false } }: PlacedDemand): boolean {
  return queue === undefined && isLabeledForQueue;
}
