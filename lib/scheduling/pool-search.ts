import { NodeTaint } from '../core/gpu-node-pool';
import { Fault, fault } from '../units/fault';
import { isWellKnown } from './node-label-table';
import { mayHave, mayMeet } from './node-labels';
import { PlacedPool, PoolLoad } from './placement';
import { NodeRequirement, NodeTerm, PodDemand, PodToleration } from './pod-demand';
import { systemNodesMayRun } from './system-pool';

/**
 * The pools on which pods may be placed, or the reason why there are none: a sentence that continues "pods of 'x'".
 *
 * @internal
 */
export interface PoolAnswer {
  readonly pools: PoolLoad[];
  readonly why?: Fault;
}

/** Pools by the labels that they set, and by the keys of these labels. @internal */
export type PoolIndex = ReadonlyMap<string, PoolLoad[]>;

/** @internal */
export function indexByLabel(loads: PoolLoad[]): PoolIndex {
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

/** Resources and labels that only nodes with GPUs have. */
const GPU_NODE_KEY = /^(gpu-inference-constructs\/(?!system$)|(nvidia\.com|rdma)\/)|^vpc\.amazonaws\.com\/efa$/;

/**
 * Whether only nodes of known pools can run a pod: it requests resources, or selects labels, that only pools have.
 *
 * @internal
 */
export function needsGpuNode({ elsewhere, requests, nodeSelector = {}, nodeTerms = [] }: PodDemand): boolean {
  if (elsewhere) return false;
  if ([...Object.keys(requests), ...Object.keys(nodeSelector)].some((key) => GPU_NODE_KEY.test(key))) return true;
  const demandsKey = ({ key, operator }: NodeRequirement) => GPU_NODE_KEY.test(key) && /^(In|Exists)$/.test(operator);
  return nodeTerms.length > 0 && nodeTerms.every(({ requirements }) => requirements.some(demandsKey));
}

/**
 * What is known of the nodes of a cluster beside those of its GPU pools.
 *
 * @internal
 */
export interface OtherNodes {
  /** The system nodes. @default - not known */
  readonly system?: PoolLoad;
  /** Whether there are none beside the system nodes, as far as this program says. */
  readonly isAll: boolean;
}

/**
 * The GPU pools and system nodes on which the pods of a demand may run.
 *
 * @param demand the pods
 * @param all the GPU pools
 * @param index their labels
 * @param others the other nodes of the cluster
 *
 * @internal
 */
export function poolsFor(demand: PodDemand, all: PoolLoad[], index: PoolIndex, others: OtherNodes): PoolAnswer {
  const { system, isAll } = others;
  if (!system || demand.elsewhere || needsGpuNode(demand)) return gpuPoolsFor(demand, all, index, false);
  const isThere = systemNodesMayRun(demand, system.pool);
  const isOnlyThere = selectsPool(demand, system.pool);
  const gpu = gpuPoolsFor(demand, all, index, isAll);
  if (demand.onEveryNode) return isThere ? { ...gpu, pools: [...gpu.pools, system] } : gpu;
  if (isOnlyThere) return { pools: isThere ? [system] : [] };
  return isAll && isThere ? { ...gpu, pools: [...gpu.pools, system] } : gpu;
}

function gpuPoolsFor(demand: PodDemand, all: PoolLoad[], index: PoolIndex, isAll: boolean): PoolAnswer {
  // If another program manages the pools of the cluster, they are not known here.
  if (all.length === 0) return { pools: [] };
  // Labels of kubelets and clouds count if a pool declares them.
  const selector = Object.entries(demand.nodeSelector ?? {});
  const isStamped = (key: string) => index.has(key);
  const wanted = selector.filter(([key]) => !isWellKnown(key) || isStamped(key));
  const others = selector.filter((entry) => !wanted.includes(entry));
  const perLabel = wanted.map(([key, value]) => index.get(`${key}=${value}`) ?? []);
  const shortest = perLabel.reduce((a, b) => (b.length < a.length ? b : a), all);
  const labeled = shortest.filter(({ pool }) => wanted.every(([key, value]) => pool.nodeLabels[key] === value));
  const possible = labeled.filter(({ pool }) => others.every(([key, value]) => mayHave(pool, key, value)));
  const selected = meeting(demand.nodeTerms ?? [], possible, index);
  const required = needsGpuNode(demand);
  if (selected.length === 0) {
    if (!required) return { pools: [] };
    if (possible.length > 0) {
      // A DaemonSet that avoids all known pools works as intended.
      const keepsAway = demand.onEveryNode && possible.some(({ pool }) => mayMeet(positive(demand), pool, isStamped));
      return { pools: [], why: keepsAway ? undefined : AFFINITY_FAULT };
    }
    return { pools: [], why: selectorFault(labeled.length > 0 ? others : wanted, labeled.length > 0, index) };
  }
  // Unknown nodes may run these pods, so nothing is certain about the pools. Unknown nodes may have some labels of a pool too, but not
  // those that identify its nodes.
  const isCertain = !demand.elsewhere && selected.some(({ pool }) => selectsPool(demand, pool));
  if (!demand.onEveryNode && !required && !isCertain && !isAll) return { pools: [] };
  const tolerated = selected.filter(({ pool }) => untolerated(pool.taints, demand.tolerations).length === 0);
  if (demand.onEveryNode && selector.length > others.length && tolerated.length < selected.length) {
    const missed = selected.filter((load) => !tolerated.includes(load));
    return { pools: tolerated, why: taintFault(missed[0].pool, demand, missed.length - 1) };
  }
  if (tolerated.length > 0 || !required) return { pools: tolerated };
  return { pools: [], why: taintFault(selected[0].pool, demand, 0) };
}

/**
 * The pools whose nodes may meet one of the alternatives of a node affinity. An alternative with a label that only pools set is compared
 * only with the pools that set it, so that one alternative for each of many pools stays fast.
 */
function meeting(terms: readonly NodeTerm[], pools: readonly PoolLoad[], index: PoolIndex): PoolLoad[] {
  if (terms.length === 0) return [...pools];
  const isStamped = (key: string) => index.has(key);
  const among = new Set(pools);
  const found = new Set<PoolLoad>();
  for (const term of terms) {
    const stamped = term.requirements.find(({ key, operator }) => operator === 'In' && !isWellKnown(key));
    const candidates = stamped
      ? (stamped.values ?? []).flatMap((value) => index.get(`${stamped.key}=${value}`) ?? [])
      : pools;
    candidates
      .filter((load) => among.has(load) && mayMeet([term], load.pool, isStamped))
      .forEach((load) => found.add(load));
  }
  return pools.filter((load) => found.has(load));
}

/** Whether the selector of pods has all the labels that identify the nodes of a pool. */
function selectsPool({ nodeSelector = {} }: PodDemand, pool: PlacedPool): boolean {
  return Object.entries(pool.nodeSelector).every(([key, value]) => nodeSelector[key] === value);
}

/** A node affinity without its negative requirements. */
function positive({ nodeTerms = [] }: PodDemand): NodeTerm[] {
  return nodeTerms.map(({ requirements }) => ({
    requirements: requirements.filter(({ operator }) => operator !== 'NotIn' && operator !== 'DoesNotExist'),
  }));
}

const AFFINITY_FAULT = fault(
  'NODE_AFFINITY_MATCHES_NO_POOL',
  undefined,
  'have a node affinity that no pool of the cluster meets; use the labels in the nodeSelector of a pool',
);

/** The hint for pods of nodes that another program manages. */
const ELSEWHERE_HINT =
  ', or annotate pods for nodes that this program does not manage with gpu-inference-constructs/elsewhere: "true"';

function selectorFault(wanted: [string, string][], isOfPlatform: boolean, index: PoolIndex): Fault {
  const listed = (labels: [string, string][]) => labels.map(([key, value]) => `${key}=${value}`).join(', ');
  const unstamped = wanted.filter(([key, value]) => !index.has(`${key}=${value}`));
  const why =
    isOfPlatform || unstamped.length > 0
      ? `select nodes by ${listed(unstamped)}, a label that no pool of the cluster has; use the pool's nodeSelector${ELSEWHERE_HINT}`
      : `select nodes by ${listed(wanted)}, labels of different pools that no single pool has together; use one pool's nodeSelector`;
  return fault('NODE_SELECTOR_MATCHES_NO_POOL', undefined, why);
}

function taintFault(pool: PlacedPool, { tolerations }: PodDemand, furtherPools: number): Fault {
  const taints = untolerated(pool.taints, tolerations).map(
    ({ key, value, effect }) => `${key}${value ? `=${value}` : ''}:${effect}`,
  );
  return fault(
    'TAINT_NOT_TOLERATED',
    undefined,
    `do not tolerate the taint${taints.length > 1 ? 's' : ''} ${taints.join(', ')} of pool '${pool.poolName}'` +
      `${furtherPools > 0 ? `, nor the taints of ${furtherPools} more pools` : ''}; add tolerations, or select other nodes`,
  );
}

function untolerated(taints: readonly NodeTaint[], tolerations: readonly PodToleration[] = []): NodeTaint[] {
  return taints
    .filter(({ effect }) => effect !== 'PreferNoSchedule')
    .filter((taint) => !tolerations.some((toleration) => tolerates(toleration, taint)));
}

function tolerates(toleration: PodToleration, taint: NodeTaint): boolean {
  const { key, operator = 'Equal', value, effect } = toleration;
  if (effect && effect !== taint.effect) return false;
  if (operator === 'Exists') return !key || key === taint.key;
  return key === taint.key && (value ?? '') === (taint.value ?? '');
}
