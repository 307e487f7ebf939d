import { Fault, fault } from '../units/fault';
import { Amounts, PlacedDemand, PlacedPool, PodPlacement, PoolLoad } from './placement';
import { apartFaults, togetherFaults } from './pod-affinity-faults';
import { PodDemand } from './pod-demand';
import { isSystemPool } from './system-pool';
import { GpuSharingKind } from '../core/gpu-sharing-kind';
import { gpuResource } from './node-allocatable';
import { readableAmount } from '../kubernetes/quantity';

/**
 * How many pods of a demand fit on a node, and which resource limits them.
 *
 * @internal
 */
export function fitOf(
  requests: Amounts,
  { free, pool }: Pick<PoolLoad, 'free' | 'pool'>,
): { count: number; resource: string } {
  let fit = { count: Infinity, resource: '' };
  for (const [resource, amount] of requests) {
    const left = free.get(resource);
    if (left === undefined && mayAdvertise(pool, resource)) continue;
    const count = Math.max(0, Math.floor((left ?? 0) / amount + 1e-9));
    if (count < fit.count) fit = { count, resource };
  }
  return fit;
}

/**
 * Pods that no node can hold, and pools that are too small for all their pods together.
 *
 * Only certain faults are reported: sums of single resources, and the division of GPUs, which is exact where the sizes divide each
 * other.
 *
 * @internal
 */
export function capacityFaults(placement: PodPlacement): Fault[] {
  return capacityFindings(placement).map((finding) => finding.fault);
}

/**
 * The same, with the pools that each fault concerns.
 *
 * @internal
 */
export function capacityFindings(placement: PodPlacement): { readonly fault: Fault; readonly pools: PlacedPool[] }[] {
  const { pools, demands } = placement;
  const misfits = new Set<PlacedDemand>();
  const of = (loads: readonly PoolLoad[], faults: Fault[]) =>
    faults.map((each) => ({ fault: each, pools: loads.map(({ pool }) => pool) }));
  const findings = [
    ...pools.flatMap((load) => of([load], agentFaults(load))),
    ...demands.flatMap((placed) => {
      const own = podFaults(placed);
      if (own.length > 0) misfits.add(placed);
      return of(placed.pools, own);
    }),
  ];
  const sums = boundTogether(placement, misfits).flatMap(([loads, bound]) => of(loads, sumFaults(loads, bound)));
  const fits = ({ demand, requests }: PlacedDemand, load: PoolLoad) => allowedOf(demand, fitOf(requests, load)).count;
  const related = [
    ...togetherFaults(placement, fits).flatMap((each) => of(each.loads, [each.fault])),
    ...boundTogether(placement, misfits)
      .filter(([loads]) => loads.length === 1)
      .flatMap(([[load], bound]) => of([load], apartFaults(load, bound, fits))),
  ];
  return [...findings, ...sums, ...related];
}

function agentFaults({ pool, agents, free }: PoolLoad): Fault[] {
  const over = [...free].filter(([, left]) => left < 0).map(([resource]) => resource);
  if (over.length === 0) return [];
  const agentNames = agents.map(({ demand }) => `'${demand.name}'`).join(', ');
  return [
    fault(
      'NODE_AGENTS_DO_NOT_FIT',
      undefined,
      `${pool.node.path}: what runs on every node of pool '${pool.poolName}' (${agentNames || "the cluster's own agents"}) requests more ` +
        `${over.join(', ')} than a ${pool.hardware.name} has; request less, or use larger nodes`,
    ),
  ];
}

function podFaults(placed: PlacedDemand): Fault[] {
  const { demand, requests, pools } = placed;
  if (demand.onEveryNode || pools.length === 0) return [];
  const able = pools
    .map((load) => ({ load, ...allowedOf(demand, fitOf(requests, load)) }))
    .filter(({ count }) => count > 0);
  if (able.length === 0) return [nodeFault(placed)];
  const shares = shareFaults(placed);
  if (shares.length > 0) return shares;
  const { podsPerPool = Infinity } = demand;
  const most = able.reduce((sum, { load, count }) => sum + Math.min(count * load.nodes, podsPerPool), 0);
  if (demand.pods <= most) return [];
  const { load, count, resource } = able[0];
  const nodes = able.reduce((sum, fit) => sum + fit.load.nodes, 0);
  return [
    fault(
      'PODS_DO_NOT_FIT_POOL',
      undefined,
      `${placed.path}: ${demand.pods} pods of '${demand.name}' do not fit ${poolNames(able.map((fit) => fit.load))}: each node holds ` +
        `${count} of them (limited by ${resource}), and there are at most ${counted(nodes, 'node')}; raise ${maxNodesOf(load)} to ` +
        `${load.nodes + Math.ceil((demand.pods - most) / count)}`,
    ),
  ];
}

/** What a node takes of a demand whose own rules may allow fewer than there is room for. */
function allowedOf({ podsPerNode = Infinity }: PodDemand, fit: { count: number; resource: string }) {
  return fit.count <= podsPerNode ? fit : { count: podsPerNode, resource: 'their anti-affinity' };
}

/** The fault of pods that no node can hold. */
function nodeFault({ path, demand, requests, pools: [load] }: PlacedDemand): Fault {
  const { resource } = fitOf(requests, load);
  const left = load.free.get(resource);
  const { poolName, hardware } = load.pool;
  const why =
    left === undefined
      ? `no node of pool '${poolName}' advertises it${resourceHint(load.pool, resource)}`
      : `a node of pool '${poolName}' (${hardware.name}) has ${readableAmount(resource, Math.max(0, left))} for pods; ` +
        (isSystemPool(load.pool) ? SYSTEM_NODE_CURE : 'request less, or use a pool with larger nodes');
  const asked = readableAmount(resource, requests.get(resource) ?? 0);
  return fault(
    'POD_DOES_NOT_FIT_NODE',
    undefined,
    `${path}: a pod of '${demand.name}' requests ${asked} of ${resource}, but ${why}`,
  );
}

/** The faults of pods that request several shares of time-sliced GPUs. */
function shareFaults({ path, demand, requests, pools }: PlacedDemand): Fault[] {
  const slicedPools = pools.filter(({ pool }) => pool.gpuSharingKind === GpuSharingKind.TIME_SLICING);
  const resources = slicedPools.map(({ pool }) => gpuResource(pool));
  const resource = resources.find((each) => (requests.get(each) ?? 0) > 1);
  if (slicedPools.length < pools.length || resource === undefined) return [];
  return [
    fault(
      'ONE_GPU_SHARE_PER_POD',
      undefined,
      `${path}: a pod of '${demand.name}' requests ${requests.get(resource)} of ${resource}, but pods of ${poolNames(slicedPools)} take ` +
        'turns on its GPUs, so that a second share adds no capacity; request 1, or use a pool that does not share its GPUs',
    ),
  ];
}

/** The resource name to use if a pod requests the GPUs of a pool by another name. */
function resourceHint(pool: PlacedPool, resource: string): string {
  const name = gpuResource(pool);
  return name !== resource && GPU_RESOURCE_NAME.test(resource) ? `; request ${name}` : '; use a pool that has it';
}

/** The faults of all pods together that can only run on these pools. */
function sumFaults(loads: readonly PoolLoad[], bound: readonly PlacedDemand[]): Fault[] {
  if (bound.length < 2) return [];
  const totals = new Map<string, number>();
  for (const { requests, demand } of bound) {
    requests.forEach((amount, resource) => totals.set(resource, (totals.get(resource) ?? 0) + amount * demand.pods));
  }
  const nodes = loads.reduce((sum, load) => sum + load.nodes, 0);
  const faults = [...totals].flatMap(([resource, total]) => {
    const available = amountOf(resource, loads);
    if (available === undefined || total <= available * (1 + 1e-9)) return [];
    const parts = bound
      .filter(({ requests }) => requests.has(resource))
      .map(
        ({ demand, requests }) =>
          `'${demand.name}' ${demand.pods} x ${readableAmount(resource, requests.get(resource) ?? 0)}`,
      );
    return [
      fault(
        'PODS_DO_NOT_FIT_TOGETHER',
        undefined,
        `${loads[0].pool.node.path}: the pods of ${poolNames(loads)} together request ${readableAmount(resource, total)} of ${resource} (` +
          `${parts.join(', ')}), but ${loads.length > 1 ? 'their' : 'its'} ${counted(nodes, 'node')} ` +
          `${nodes === 1 ? 'has' : 'have'} ${readableAmount(resource, available)} for pods; raise ${loads.map(maxNodesOf).join(' or ')}, or give one of them a pool of its own`,
      ),
    ];
  });
  return faults.length > 0 || loads.length > 1 ? faults : packingFaults(loads[0], bound);
}

/** The allocatable amount of all nodes of pools; undefined if it is not known of one of them. */
function amountOf(resource: string, loads: readonly PoolLoad[]): number | undefined {
  const amounts = loads.map(
    ({ pool, free, nodes }) => (free.get(resource) ?? (mayAdvertise(pool, resource) ? NaN : 0)) * nodes,
  );
  const sum = amounts.reduce((total, amount) => total + amount, 0);
  return Number.isNaN(sum) ? undefined : sum;
}

/** Extended resources whose device plugins this library installs. */
const INSTALLED_PLUGIN_RESOURCE = /^(nvidia\.com|rdma)\/|^vpc\.amazonaws\.com\/efa$/;

/** Names of GPUs and of shares of them. */
const GPU_RESOURCE_NAME = /^nvidia\.com\/(gpu(\.shared)?$|mig-)/;

/** Resources that existing nodes may have been set up with manually: MIG only if the pool does not declare how its GPUs are shared. */
const MANUAL_RESOURCE_SHARING_UNDECLARED = /^hugepages-|^nvidia\.com\/mig-/;
const MANUAL_RESOURCE_SHARING_DECLARED = /^hugepages-/;

/**
 * Whether nodes of a pool may have a resource that is not known: local disk, which is only known with an instance store, and resources of
 * third-party device plugins. Of all other resources they have none.
 */
function mayAdvertise({ hardware, gpuSharingKind }: PlacedPool, resource: string): boolean {
  const byHand = gpuSharingKind === undefined ? MANUAL_RESOURCE_SHARING_UNDECLARED : MANUAL_RESOURCE_SHARING_DECLARED;
  if (resource === 'ephemeral-storage' || (!hardware.isEc2 && byHand.test(resource))) return true;
  return resource.includes('/') && !INSTALLED_PLUGIN_RESOURCE.test(resource);
}

/**
 * Each set of pools that some pods are restricted to, with all pods that cannot run elsewhere: pods of the whole set and pods of its
 * subsets.
 */
function boundTogether({ pools, demands }: PodPlacement, misfits: Set<PlacedDemand>): [PoolLoad[], PlacedDemand[]][] {
  const stays = (placed: PlacedDemand) => isLasting(placed) && !misfits.has(placed);
  const sets = new Map<string, PoolLoad[]>();
  for (const placed of demands) {
    if (placed.pools.length > 1 && stays(placed))
      sets.set(placed.pools.map(({ pool }) => pool.poolName).join(), placed.pools);
  }
  const all: PoolLoad[][] = [...pools.map((load) => [load]), ...sets.values()];
  return all.map((set) => {
    const within = new Set(set);
    const bound = new Set(set.flatMap((load) => load.demands));
    return [set, [...bound].filter((placed) => stays(placed) && placed.pools.every((load) => within.has(load)))];
  });
}

/** GPUs are whole: three pods of five do not fit two nodes of eight. Exact where each size divides the next larger. */
function packingFaults({ pool, free, nodes }: PoolLoad, bound: readonly PlacedDemand[]): Fault[] {
  const resource = gpuResource(pool);
  const perNode = free.get(resource) ?? 0;
  const sizes = bound
    .map(({ requests, demand }) => ({ size: requests.get(resource) ?? 0, pods: demand.pods }))
    .filter(({ size }) => size > 0)
    .sort((a, b) => b.size - a.size);
  if (sizes.some(({ size }, i) => i > 0 && sizes[i - 1].size % size !== 0)) return [];
  // Equal nodes are counted, not listed: the number of nodes by number of free GPUs.
  let states = new Map<number, number>([[perNode, nodes]]);
  for (const { size, pods } of sizes) {
    let left = pods;
    const next = new Map<number, number>();
    const add = (gpus: number, count: number) => count > 0 && next.set(gpus, (next.get(gpus) ?? 0) + count);
    for (const [gpus, count] of [...states].sort(([a], [b]) => a - b)) {
      const each = Math.floor(gpus / size);
      const full = each > 0 ? Math.min(count, Math.floor(left / each)) : 0;
      left -= full * each;
      add(gpus - each * size, full);
      const rest = full < count ? Math.min(left, each) : 0;
      left -= rest;
      if (rest > 0) add(gpus - rest * size, 1);
      add(gpus, count - full - (rest > 0 ? 1 : 0));
    }
    if (left > 0) {
      return [
        fault(
          'GPUS_DO_NOT_PACK',
          undefined,
          `${pool.node.path}: the pods of pool '${pool.poolName}' do not divide into its ${counted(nodes, 'node')} of ${perNode} GPUs: ` +
            `${counted(left, 'pod')} of ${size} GPUs ${left === 1 ? 'is' : 'are'} left over; raise maxNodes`,
        ),
      ];
    }
    states = next;
  }
  return [];
}

/** Whether pods keep running. @internal */
export function isLasting({ demand }: PlacedDemand): boolean {
  return !demand.temporary && !demand.onEveryNode;
}

function poolNames(loads: readonly PoolLoad[]): string {
  const list = loads.map(({ pool }) => `'${pool.poolName}'`).join(', ');
  return loads.length === 1 ? `pool ${list}` : `pools ${list}`;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

/** The cure of pods that are larger than a system node. */
const SYSTEM_NODE_CURE =
  'request less, use a larger systemNodes.instanceType, or annotate pods for nodes that this program does not make with ' +
  'gpu-inference-constructs/elsewhere: "true"';

/** The property that sets how many nodes there are at most. */
function maxNodesOf({ pool }: PoolLoad): string {
  return isSystemPool(pool) ? 'systemNodes.maxNodes' : 'maxNodes';
}
