import { TerraformResource } from 'cdktf';
import { IConstruct } from 'constructs';
import { enter, entered } from '../core/cluster-ledger';
import { IKubernetesCluster } from '../core/kubernetes-cluster';
import { hasRoomFor } from './cluster-room';
import { ResourcePods } from './kubernetes-pods';
import { QueueRoom, admitsMore } from './kueue/queue-room';
import { gpuResource } from './node-allocatable';
import { PlacedDemand, PlacedPool, PodPlacement } from './placement';

/**
 * A rollout that may start new servers before it stops old ones.
 *
 * @internal
 */
export interface PlannedRollout {
  /** What runs the servers. */
  readonly workload: TerraformResource;
  /** Name of the servers, for readers. */
  readonly name: string;
  /** How many it is told to start before it stops old ones. @default - one, if it may */
  readonly told?: number;
  /** Whether all pods of a server start at once or none of them, as a queue does. @default - a server is one pod */
  readonly startsWhole: boolean;
  /** Whether it starts any; asked at synthesis. */
  readonly mayStart: () => boolean;
}

const ROLLOUT = 'rollout';

/**
 * Notes the rollouts of some servers, for the choice of those that start new servers first.
 *
 * @internal
 */
export function declareRollout(cluster: IKubernetesCluster, owner: IConstruct, rollout: PlannedRollout): void {
  enter(cluster, ROLLOUT, owner.node.path, owner, rollout);
}

/** @internal */
export function rolloutsOn(cluster: IKubernetesCluster): PlannedRollout[] {
  return entered<PlannedRollout>(cluster, ROLLOUT).map(({ value }) => value);
}

/**
 * What is chosen for a rollout.
 *
 * @internal
 */
export interface RolloutChoice {
  /** Whether there is room for what it starts, whichever other rollouts come at the same time. */
  readonly hasRoom: boolean;
  /** Names of servers on the same nodes whose rollouts start new ones first too. */
  readonly beside: readonly string[];
  /** Whether there is not room for all of these at once: one waits for the other, and holds nothing meanwhile. */
  readonly inTurns: boolean;
  /** Names of trainings on the same nodes that alone keep it from having room, while they run. */
  readonly trainings: readonly string[];
}

/**
 * Where all pods of a cluster are.
 *
 * @internal
 */
export interface ClusterRoom {
  /** What pods come of. */
  readonly pods: ReadonlyMap<TerraformResource, ResourcePods>;
  readonly placement: PodPlacement;
  /** Pools without room for what must be there, rollouts apart. */
  readonly short: ReadonlySet<PlacedPool>;
  /** What queues hand out. */
  readonly queues: readonly QueueRoom[];
}

interface Candidate {
  readonly rollout: PlannedRollout;
  readonly placed: PlacedDemand;
  /** Pods that its rollout starts first. */
  readonly more: number;
  readonly gpus: number;
}

/**
 * Which rollouts start new servers before they stop old ones, so that all of them may come at the same time: those for which there is room together.
 * Those that are told to go first, then small ones, so that as many servers as possible go on answering.
 *
 * Where all on the same nodes are servers of one pod that ask for the same, they may share the room: whoever is second waits for a node that the first
 * gives back, and holds none meanwhile. Servers of several pods, and such of different sizes, could each hold what the other waits for.
 *
 * Trainings end, but may hold their nodes for days, in which a rollout would wait past its deadline: unless told to, none starts new servers first for
 * which there is no room beside all of them.
 *
 * @param rollouts all rollouts on a cluster
 * @param room where all pods on it are
 *
 * @internal
 */
export function chooseRollouts(
  rollouts: readonly PlannedRollout[],
  { pods, placement, short, queues }: ClusterRoom,
): ReadonlyMap<TerraformResource, RolloutChoice> {
  const chosen: Candidate[] = [];
  const choices = new Map<TerraformResource, RolloutChoice>();
  // What is told to goes ahead, and waits for trainings; nobody chooses that.
  const fits = (each: Candidate, others: readonly Candidate[], besideTrainings = each.rollout.told === undefined) => {
    const more = new Map([...others, each].map(({ placed, more: pods }) => [placed, pods]));
    const waitsIn = queues.filter((room) => besideTrainings && room.inside.includes(each.placed));
    return (
      each.placed.pools.length > 0 &&
      !each.placed.pools.some(({ pool }) => short.has(pool)) &&
      waitsIn.every((room) => admitsMore(room, more)) &&
      hasRoomFor(placement, each.placed, more, besideTrainings)
    );
  };
  for (const each of inOrder(candidatesOf(rollouts, pods, placement))) {
    const near = chosen.filter(({ placed }) => placed.pools.some((load) => each.placed.pools.includes(load)));
    const together = fits(each, chosen);
    const inTurns = !together && near.length > 0 && areAlike([...near, each]) && fits(each, []);
    const hasRoom = together || inTurns;
    const trainings = !hasRoom && fits(each, chosen, false) ? trainingsBeside(each) : [];
    const beside = near.map(({ rollout }) => rollout.name);
    choices.set(each.rollout.workload, { hasRoom, inTurns, beside, trainings });
    if (hasRoom) chosen.push(each);
  }
  return choices;
}

function trainingsBeside({ placed }: Candidate): string[] {
  const all = placed.pools.flatMap(({ demands }) => demands.filter(({ demand }) => demand.besideLasting));
  return [...new Set(all.map(({ demand }) => demand.name))].sort();
}

function candidatesOf(
  rollouts: readonly PlannedRollout[],
  pods: ClusterRoom['pods'],
  { demands }: PodPlacement,
): Candidate[] {
  const byName = new Map(demands.map((each) => [each.demand.name, each]));
  return rollouts.flatMap((rollout) => {
    const placed = byName.get(pods.get(rollout.workload)?.demand?.name ?? '');
    if (placed === undefined || !rollout.mayStart()) return [];
    const { podsPerGroup = 1 } = placed.demand;
    const gpus = placed.pools.map(({ pool }) => placed.requests.get(gpuResource(pool)) ?? 0);
    const more = (rollout.told ?? 1) * podsPerGroup;
    return [{ rollout, placed, more, gpus: Math.max(0, ...gpus) * podsPerGroup }];
  });
}

function inOrder(candidates: readonly Candidate[]): Candidate[] {
  const rank = ({ rollout, gpus, placed }: Candidate) =>
    [rollout.told === undefined ? 1 : 0, gpus, placed.path] as const;
  return [...candidates].sort((a, b) => {
    const [x, y] = [rank(a), rank(b)];
    return x[0] - y[0] || x[1] - y[1] || (x[2] < y[2] ? -1 : 1);
  });
}

/** Whether each can take the place of any other, and holds nothing while it waits. */
function areAlike(all: readonly Candidate[]): boolean {
  const place = ({ placed: { demand, pools } }: Candidate) => {
    const { requests, podsPerGroup = 1, near = [], away = [], podsPerPool = 0, podsPerNode = 0 } = demand;
    const names = pools.map(({ pool }) => pool.poolName);
    return JSON.stringify([Object.entries(requests).sort(), podsPerGroup, near, away, podsPerPool, podsPerNode, names]);
  };
  const isWhole = ({ placed, rollout }: Candidate) => rollout.startsWhole || (placed.demand.podsPerGroup ?? 1) === 1;
  return all.every((each) => isWhole(each) && place(each) === place(all[0]));
}
