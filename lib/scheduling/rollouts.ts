import { TerraformResource } from 'cdktf';
import { IConstruct } from 'constructs';
import { enter, entered } from '../core/cluster-ledger';
import { IKubernetesCluster } from '../core/kubernetes-cluster';
import { capacityFindings } from './cluster-capacity-faults';
import { gpuResource } from './node-allocatable';
import { PodPlacement } from './placement';
import { PodDemand } from './pod-demand';

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
}

/**
 * The pods of a workload.
 *
 * @internal
 */
export interface AskedPods {
  readonly resource: TerraformResource;
  readonly path: string;
  readonly demand: PodDemand;
}

interface Candidate extends AskedPods {
  readonly rollout: PlannedRollout;
  /** Pods that its rollout starts first. */
  readonly more: number;
  /** Names of the pools that its pods may be on. */
  readonly pools: ReadonlySet<string>;
  readonly gpus: number;
}

/**
 * Which rollouts start new servers before they stop old ones, so that all of them may come at the same time: those for which there is room together.
 * Those that are told to go first, then small ones, so that as many servers as possible go on answering.
 *
 * Where all on the same nodes are servers of one pod that ask for the same, they may share the room: whoever is second waits for a node that the first
 * gives back, and holds none meanwhile. Servers of several pods, and such of different sizes, could each hold what the other waits for.
 *
 * @param rollouts all rollouts on a cluster
 * @param asked all pods on it
 * @param place places pods
 *
 * @internal
 */
export function chooseRollouts(
  rollouts: readonly PlannedRollout[],
  asked: readonly AskedPods[],
  place: (asked: readonly AskedPods[]) => PodPlacement,
): ReadonlyMap<TerraformResource, RolloutChoice> {
  const chosen: Candidate[] = [];
  const choices = new Map<TerraformResource, RolloutChoice>();
  const fits = (all: readonly Candidate[], pools: Candidate['pools']) => {
    const more = new Map(all.map(({ resource, more: pods }) => [resource, pods]));
    const placement = place(
      asked.map((each) => ({
        ...each,
        demand: { ...each.demand, pods: each.demand.pods + (more.get(each.resource) ?? 0) },
      })),
    );
    const short = new Set(
      capacityFindings(placement).flatMap((finding) => finding.pools.map(({ poolName }) => poolName)),
    );
    return pools.size > 0 && ![...pools].some((pool) => short.has(pool));
  };
  for (const each of inOrder(candidatesOf(rollouts, asked, place(asked)))) {
    const near = chosen.filter(({ pools }) => [...pools].some((pool) => each.pools.has(pool)));
    const together = fits([...chosen, each], each.pools);
    const inTurns = !together && near.length > 0 && areAlike([...near, each]) && fits([each], each.pools);
    const hasRoom = together || inTurns;
    choices.set(each.resource, { hasRoom, inTurns, beside: near.map(({ rollout }) => rollout.name) });
    if (hasRoom) chosen.push(each);
  }
  return choices;
}

function candidatesOf(
  rollouts: readonly PlannedRollout[],
  asked: readonly AskedPods[],
  { demands }: PodPlacement,
): Candidate[] {
  const byResource = new Map(asked.map((each) => [each.resource, each]));
  const placed = new Map(demands.map((each) => [each.demand.name, each]));
  return rollouts.flatMap((rollout) => {
    const pods = byResource.get(rollout.workload);
    if (pods === undefined || !rollout.mayStart()) return [];
    const { podsPerGroup = 1, name } = pods.demand;
    const { pools = [], requests } = placed.get(name) ?? {};
    const gpus = Math.max(0, ...pools.map(({ pool }) => requests?.get(gpuResource(pool)) ?? 0)) * podsPerGroup;
    const more = (rollout.told ?? 1) * podsPerGroup;
    return [{ ...pods, rollout, more, gpus, pools: new Set(pools.map(({ pool }) => pool.poolName)) }];
  });
}

function inOrder(candidates: readonly Candidate[]): Candidate[] {
  const rank = ({ rollout, gpus, path }: Candidate) => [rollout.told === undefined ? 1 : 0, gpus, path] as const;
  return [...candidates].sort((a, b) => {
    const [x, y] = [rank(a), rank(b)];
    return x[0] - y[0] || x[1] - y[1] || (x[2] < y[2] ? -1 : 1);
  });
}

/** Whether each can take the place of any other, and holds nothing while it waits. */
function areAlike(all: readonly Candidate[]): boolean {
  const place = ({ demand, pools }: Candidate) => {
    const { requests, podsPerGroup = 1, near = [], away = [], podsPerPool = 0, podsPerNode = 0 } = demand;
    return JSON.stringify([
      Object.entries(requests).sort(),
      podsPerGroup,
      near,
      away,
      podsPerPool,
      podsPerNode,
      [...pools],
    ]);
  };
  const isWhole = ({ demand, rollout }: Candidate) => rollout.startsWhole || (demand.podsPerGroup ?? 1) === 1;
  return all.every((each) => isWhole(each) && place(each) === place(all[0]));
}
