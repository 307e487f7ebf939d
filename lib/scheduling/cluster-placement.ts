import { Fault, untitled } from '../units/fault';
import { IGpuNodePool, NodeTaint } from '../core/gpu-node-pool';
import { nodeAllocatable } from './node-allocatable';
import { isWellKnown, mayHave, mayMeet } from './node-labels';
import { IScheduledWorkload, NodeRequirement, NodeTerm, PodDemand, PodToleration } from './pod-demand';
import { selectorFaults } from './pool-selector-faults';
import { quantityValue } from '../kubernetes/quantity';
import { hasToken } from '../core/tokens';

/** Amounts by resource: bytes, cores and pieces. @internal */
export type Amounts = ReadonlyMap<string, number>;

/** A demand with its amounts and the pools its pods may land on. @internal */
export interface PlacedDemand {
  readonly path: string;
  readonly demand: PodDemand;
  readonly requests: Amounts;
  readonly pools: PoolLoad[];
}

/** A pool and what lands on it. @internal */
export interface PoolLoad {
  readonly pool: IGpuNodePool;
  /** Nodes that it is taken to have. */
  readonly nodes: number;
  /** What pods can have on one of its nodes beside what runs on every node. */
  readonly free: Map<string, number>;
  /** What runs once on every node. */
  readonly agents: PlacedDemand[];
  /** What may land here; the only pool for those whose `pools` is this one. */
  readonly demands: PlacedDemand[];
}

/** @internal */
export interface Placement {
  readonly pools: PoolLoad[];
  readonly demands: PlacedDemand[];
  readonly faults: Fault[];
}

/**
 * What a cluster does to pods before they are scheduled, and how large its pools are.
 *
 * @internal
 */
export interface PlacementOptions {
  /** Whether pods tolerate the taints `<resource>:NoSchedule` of what they request. @default false */
  readonly toleratesRequested?: boolean;
  /** Nodes that a pool is taken to have. @default - its largest number */
  readonly nodesOf?: (pool: IGpuNodePool) => number;
}

/**
 * Leads every pod to the pools that its selector and tolerations allow. Linear in pools and pods: pools are found by their labels,
 * and demands that are alike share the answer.
 *
 * @internal
 */
export function placementOf(
  pools: readonly IGpuNodePool[],
  workloads: readonly Pick<IScheduledWorkload, 'node' | 'podDemands'>[],
  admission: PlacementOptions = {},
): Placement {
  const nodesOf = admission.nodesOf ?? (({ maxNodes }: IGpuNodePool) => maxNodes);
  const loads = pools.map((pool): PoolLoad => ({
    pool,
    nodes: nodesOf(pool),
    free: nodeAllocatable(pool),
    agents: [],
    demands: [],
  }));
  const index = indexByLabel(loads);
  const answers = new Map<string, { pools: PoolLoad[]; why?: string }>();
  const faults = selectorFaults(loads, index);
  const demands: PlacedDemand[] = [];
  for (const workload of workloads) {
    for (const asked of workload.podDemands) {
      const path = workload.node.path;
      // Of pods whose number Terraform only knows later each one is looked at, but not how many there are.
      const demand = admitted(hasToken(asked.pods) ? { ...asked, pods: 0 } : asked, admission);
      const requests = amountsOf(demand.requests);
      const strange = [...requests].filter(([, value]) => Number.isNaN(value)).map(([resource]) => resource);
      if (strange.length > 0) {
        faults.push(
          untitled(`${path}: pods of '${demand.name}' request quantities that are none: ${strange.join(', ')}`),
        );
        continue;
      }
      const { nodeSelector, nodeTerms, tolerations, onEveryNode, elsewhere } = demand;
      const key = JSON.stringify([nodeSelector, nodeTerms, tolerations, onEveryNode, elsewhere, needsGpuNode(demand)]);
      const answer = answers.get(key) ?? poolsFor(demand, loads, index);
      answers.set(key, answer);
      if (answer.why) faults.push(untitled(`${path}: pods of '${demand.name}' ${answer.why}`));
      const placed: PlacedDemand = { path, demand, requests, pools: answer.pools };
      for (const load of answer.pools) (demand.onEveryNode ? load.agents : load.demands).push(placed);
      demands.push(placed);
    }
  }
  loads.forEach(takeAgents);
  return { pools: loads, demands, faults };
}

/**
 * What runs on every node whatever this program makes: network, proxy, credentials and volume agents. The requests of EKS's own
 * add-ons, rounded up.
 */
const SYSTEM: Amounts = new Map([
  ['pods', 4],
  ['cpu', 0.25],
  ['memory', 200 * 2 ** 20],
]);

/** What one node of a pool has left for pods when everything that runs on every node is there. */
function takeAgents({ free, agents }: PoolLoad): void {
  const take = (amounts: Amounts) =>
    amounts.forEach((amount, resource) => free.set(resource, (free.get(resource) ?? 0) - amount));
  take(SYSTEM);
  agents.forEach(({ requests }) => take(requests));
}

/**
 * A pod as the API server's plugin ExtendedResourceToleration leaves it. The pods of a DaemonSet are made for the nodes that its
 * template tolerates, before they are admitted.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#extendedresourcetoleration
 */
function admitted(demand: PodDemand, { toleratesRequested = false }: PlacementOptions): PodDemand {
  const extended = Object.keys(demand.requests).filter((resource) => resource.includes('/'));
  if (!toleratesRequested || demand.onEveryNode || extended.length === 0) return demand;
  const added = extended.map((key) => ({ key, operator: 'Exists', effect: 'NoSchedule' }));
  return { ...demand, tolerations: [...(demand.tolerations ?? []), ...added] };
}

/** Resources and labels that only nodes with GPUs have. */
const OF_GPU_NODES = /^(gpu-inference-constructs|nvidia\.com|rdma)\/|^vpc\.amazonaws\.com\/efa$/;

/** Whether only nodes of known pools can take a pod: it asks for what pools have, or selects by what pools stamp. */
function needsGpuNode({ elsewhere, requests, nodeSelector = {}, nodeTerms = [] }: PodDemand): boolean {
  if (elsewhere) return false;
  if ([...Object.keys(requests), ...Object.keys(nodeSelector)].some((key) => OF_GPU_NODES.test(key))) return true;
  const isThere = ({ key, operator }: NodeRequirement) => OF_GPU_NODES.test(key) && /^(In|Exists)$/.test(operator);
  return nodeTerms.length > 0 && nodeTerms.every(({ requirements }) => requirements.some(isThere));
}

/** Pools by the labels they stamp, and by the keys of those. */
function indexByLabel(loads: PoolLoad[]): Map<string, PoolLoad[]> {
  const index = new Map<string, PoolLoad[]>();
  for (const load of loads) {
    for (const [key, value] of Object.entries(load.pool.nodeLabels)) {
      for (const id of [key, `${key}=${value}`]) {
        const found = index.get(id);
        if (found) found.push(load);
        else index.set(id, [load]);
      }
    }
  }
  return index;
}

function poolsFor(
  demand: PodDemand,
  all: PoolLoad[],
  index: Map<string, PoolLoad[]>,
): { pools: PoolLoad[]; why?: string } {
  // Labels of kubelets and clouds count where a pool says which it has.
  const selector = Object.entries(demand.nodeSelector ?? {}).filter((entry) => !hasToken(entry));
  const isStamped = (key: string) => index.has(key);
  const wanted = selector.filter(([key]) => !isWellKnown(key) || isStamped(key));
  const others = selector.filter((entry) => !wanted.includes(entry));
  const perLabel = wanted.map(([key, value]) => index.get(`${key}=${value}`) ?? []);
  const shortest = perLabel.reduce((a, b) => (b.length < a.length ? b : a), all);
  const labeled = shortest.filter(({ pool }) => wanted.every(([key, value]) => pool.nodeLabels[key] === value));
  const possible = labeled.filter(({ pool }) => others.every(([key, value]) => mayHave(pool, key, value)));
  const selected = possible.filter(({ pool }) => mayMeet(demand.nodeTerms, pool, isStamped));
  const required = needsGpuNode(demand);
  // A cluster whose pools another program made is not known here.
  if (all.length === 0) return { pools: [] };
  if (selected.length === 0) {
    if (!required) return { pools: [] };
    if (possible.length > 0) {
      // A DaemonSet that keeps away from all pools there are does what it is meant to.
      const keepsAway = demand.onEveryNode && possible.some(({ pool }) => mayMeet(positive(demand), pool, isStamped));
      return { pools: [], why: keepsAway ? undefined : 'have a node affinity that no pool of the cluster meets' };
    }
    return { pools: [], why: labeled.length > 0 ? hardwareFault(others) : selectorFault(wanted, index) };
  }
  // Nodes that are not known here may take these, so that nothing is certain of the pools; they may have a pool's labels too, but not
  // those that tell its nodes from all others.
  const isCertain = !demand.elsewhere && selected.some(({ pool }) => selectsPool(demand, pool));
  if (!demand.onEveryNode && !required && !isCertain) return { pools: [] };
  const tolerated = selected.filter(({ pool }) => untolerated(pool.taints, demand.tolerations).length === 0);
  if (demand.onEveryNode && wanted.length > 0 && tolerated.length < selected.length) {
    const missed = selected.filter((load) => !tolerated.includes(load));
    return { pools: tolerated, why: `${taintFault(missed[0].pool, demand)}${further(missed.length - 1)}` };
  }
  if (tolerated.length > 0 || !required) return { pools: tolerated };
  return { pools: [], why: taintFault(selected[0].pool, demand) };
}

/** Whether the selector of pods has all the labels that only the nodes of a pool have. */
function selectsPool({ nodeSelector = {} }: PodDemand, pool: IGpuNodePool): boolean {
  return Object.entries(pool.nodeSelector).every(([key, value]) => nodeSelector[key] === value);
}

/** A node affinity without what a node must not have. */
function positive({ nodeTerms = [] }: PodDemand): NodeTerm[] {
  return nodeTerms.map(({ requirements }) => ({
    requirements: requirements.filter(({ operator }) => operator !== 'NotIn' && operator !== 'DoesNotExist'),
  }));
}

function further(count: number): string {
  return count > 0 ? `; nor those of ${count} further pools` : '';
}

/** The way out for pods of nodes that another program makes. */
const OR_ELSEWHERE =
  ', or annotate pods for nodes that this program does not make with gpu-inference-constructs/elsewhere: "true"';

function selectorFault(wanted: [string, string][], index: Map<string, PoolLoad[]>): string {
  const unstamped = wanted.filter(([key, value]) => !index.has(`${key}=${value}`)).map(([k, v]) => `${k}=${v}`);
  const labels = wanted.map(([key, value]) => `${key}=${value}`).join(', ');
  return unstamped.length > 0
    ? `select nodes by ${unstamped.join(', ')}, which no pool of the cluster stamps; use the pool's nodeSelector${OR_ELSEWHERE}`
    : `select nodes by ${labels}, which are stamped, but by no pool together; use one pool's nodeSelector`;
}

function hardwareFault(selector: [string, string][]): string {
  const labels = selector.map(([key, value]) => `${key}=${value}`).join(', ');
  return `select nodes by ${labels}, which no pool of the cluster has; use the pool's nodeSelector${OR_ELSEWHERE}`;
}

function taintFault(pool: IGpuNodePool, demand: PodDemand): string {
  const taints = untolerated(pool.taints, demand.tolerations).map(
    ({ key, value, effect }) => `${key}${value ? `=${value}` : ''}:${effect}`,
  );
  return `do not tolerate the taints ${taints.join(', ')} of pool '${pool.poolName}'; add tolerations for them, or select other nodes`;
}

function untolerated(taints: readonly NodeTaint[], tolerations: readonly PodToleration[] = []): NodeTaint[] {
  return taints
    .filter(({ effect }) => effect !== 'PreferNoSchedule')
    .filter((taint) => !tolerations.some((toleration) => tolerates(toleration, taint)));
}

function tolerates(toleration: PodToleration, taint: NodeTaint): boolean {
  if (hasToken({ ...toleration })) return true;
  const { key, operator = 'Equal', value, effect } = toleration;
  if (effect && effect !== taint.effect) return false;
  if (operator === 'Exists') return !key || key === taint.key;
  return key === taint.key && (value ?? '') === (taint.value ?? '');
}

function amountsOf(requests: { [resource: string]: string }): Amounts {
  const known = Object.entries(requests).filter(([, quantity]) => !hasToken(quantity));
  const amounts = known.map(([resource, quantity]): [string, number] => [resource, quantityValue(quantity)]);
  return new Map([...amounts.filter(([, value]) => value !== 0), ['pods', 1]]);
}
