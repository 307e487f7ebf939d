import { posix } from 'path';
import { enter, entered } from '../../core/cluster-ledger';
import { IGpuNodePool } from '../../core/gpu-node-pool';
import { IKubernetesCluster } from '../../core/kubernetes-cluster';
import { kubernetesNameFault } from '../../core/naming';
import { concreteFault } from '../../core/tokens';
import { objectNameFaults } from '../../kubernetes/object-name';
import { gpusPerNode } from '../../scheduling/node-allocatable';
import { diskOfPool } from '../../scheduling/node-disk';
import { IConstruct } from 'constructs';
import { Fault, fault } from '../../units/fault';
import { positiveFault } from '../../units/number-faults';
import { allOf } from '../../units/unreadable';
import { ModelCache } from './model-cache';
import { NODE_CACHE_PATH } from './node-cache';

/**
 * Files that the pods of a server have in a cache.
 *
 * @internal
 */
export interface CacheUse {
  /** Name of the server, for messages. */
  readonly name: string;
  readonly mib: number;
  /** GPUs of each pod. */
  readonly gpus: number;
}

/**
 * Servers that use a cache.
 *
 * @internal
 */
export interface CacheUsers {
  readonly cluster: IKubernetesCluster;
  readonly nodePool: IGpuNodePool;
  /** That of the servers, and so of a claim. @default 'inference' */
  readonly namespace?: string;
}

/**
 * The faults of a cache and its place, whatever is in it.
 *
 * @internal
 */
export function modelCacheFaults(cache: ModelCache | undefined, users: CacheUsers): Fault[] {
  if (cache === undefined) return [];
  const { _node: node, _claim: claim } = cache;
  const { nodePool: pool } = users;
  return allOf(
    () => concreteFault('modelCache.size', cache.size.bytes, 'disk is reserved for it'),
    () => positiveFault('modelCache.size', cache.size.bytes),
    () => objectNameFaults('modelCache.claimName', claim?.claimName),
    () => pathFaults(node?.path),
    () => (node?.namespace === undefined ? [] : kubernetesNameFault('modelCache.namespace', node.namespace)),
    () => (node ? diskFaults(cache, pool) : []),
    () => otherCacheFaults(cache, users),
  );
}

/** Folders of a system, within which there are others, and which are none of ours. */
const SYSTEM = [
  '/',
  '/bin',
  '/boot',
  '/dev',
  '/etc',
  '/home',
  '/lib',
  '/lib64',
  '/mnt',
  '/opt',
  '/proc',
  '/root',
  '/run',
  '/sbin',
  '/srv',
  '/sys',
];
const SYSTEM_BELOW = [
  '/tmp',
  '/usr',
  '/var',
  '/var/lib',
  '/var/lib/containerd',
  '/var/lib/kubelet',
  '/var/lib/kubelet/pods',
  '/var/log',
];

function pathFaults(path: string | undefined): Fault[] {
  if (path === undefined) return [];
  const unknown = concreteFault('modelCache.path', path, 'volumes are made of it');
  if (unknown.length > 0) return unknown;
  const isPlain = /^\/[\w./-]+$/.test(path) && posix.normalize(path) === path && !path.endsWith('/');
  if (isPlain && !SYSTEM.includes(path) && !SYSTEM_BELOW.includes(path)) return [];
  const reason =
    `modelCache.path must be a folder of its own on the nodes, an absolute path of letters, digits and . _ - / without '..' that is none of the ` +
    `system, e.g. ${NODE_CACHE_PATH}; got '${path}'`;
  return [fault('INVALID_FORMAT', 'modelCache.path', reason)];
}

function diskFaults({ size }: ModelCache, pool: IGpuNodePool): Fault[] {
  const { mib } = diskOfPool(pool);
  if (mib === undefined || size.mib <= mib) return [];
  const reason =
    `modelCache.size must be at most ${mib} MiB, what pods can have of the local disk of a ${pool.hardware.name} in pool '${pool.poolName}'; got ` +
    `${Math.ceil(size.mib)} MiB; make it smaller, or use nodes with more local disk`;
  return [fault('CACHE_EXCEEDS_DISK', 'modelCache.size', reason)];
}

/**
 * Models that run on a node at the same time and do not fit into the cache together, so that the last of them would never start.
 *
 * @param cache the cache
 * @param pool whose nodes it is on
 * @param uses all that is in it
 *
 * @internal
 */
export function cacheSizeFaults(cache: ModelCache, pool: IGpuNodePool, uses: readonly CacheUse[]): Fault[] {
  const { hardware, poolName } = pool;
  const isOnNode = cache._node !== undefined;
  const most = atOnce(cache, pool, uses);
  const need = mibOf(most);
  if (need <= cache.size.mib) return [];
  const list = most.map(({ name, mib }) => `'${name}' ${mib} MiB`).join(', ');
  const [where, cure] = isOnNode
    ? [`a ${hardware.name} of pool '${poolName}' can run ${list} at the same time`, 'move models to another pool']
    : [`its servers need ${list}`, 'give some of them a claim of their own'];
  const reason =
    `modelCache.size must be at least ${need} MiB, because ${where}, and what runs is never evicted; got ${Math.ceil(cache.size.mib)} MiB; ` +
    `raise it, or ${cure}`;
  return [fault('MODELS_EXCEED_CACHE', 'modelCache.size', reason)];
}

/** Of all that is in a cache, what its pods may need at the same time at most. */
function atOnce(cache: ModelCache, pool: IGpuNodePool, uses: readonly CacheUse[]): CacheUse[] {
  return cache._node !== undefined ? largestSet(uses, gpusPerNode(pool)) : [...uses];
}

function mibOf(uses: readonly CacheUse[]): number {
  return uses.reduce((sum, { mib }) => sum + mib, 0);
}

/** Of servers whose pods fit on a node together, those with most files. */
function largestSet(uses: readonly CacheUse[], gpus: number): CacheUse[] {
  const best: CacheUse[][] = Array.from({ length: gpus + 1 }, () => []);
  const size = mibOf;
  for (const use of [...uses].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    for (let room = gpus; room >= use.gpus; room -= 1) {
      const set = [...best[room - use.gpus], use];
      if (size(set) > size(best[room])) best[room] = set;
    }
  }
  return best[gpus];
}

/** Kinds of entries in the ledger of a pool, and of a cluster for claims, which servers of all its pools may mount. */
const CACHE = 'model cache';
const USE = 'use of the model cache';

/** What the ledger knows of a cache by its place. */
interface KnownCache {
  readonly text: string;
  readonly path: string;
}

/** What it knows of a use: what is told apart by its key, and by its name for readers. */
interface KnownUse extends CacheUse {
  readonly key: string;
  readonly namespace: string;
}

/**
 * Notes what a server has in a cache.
 *
 * @param key what tells its files from others
 *
 * @internal
 */
export function enterCacheUse(
  owner: IConstruct,
  users: CacheUsers,
  cache: ModelCache,
  key: string,
  use: CacheUse,
): void {
  const { keeper, place, namespace } = placeOf(cache, users);
  const known: KnownUse = { ...use, key, namespace };
  enter(keeper, CACHE, place, owner, { text: textOf(cache), path: owner.node.path });
  enter(keeper, USE, place, owner, known);
}

/**
 * The same over all deployments with that cache.
 *
 * @internal
 */
export function allCacheSizeFaults(users: CacheUsers, cache: ModelCache): Fault[] {
  return cacheSizeFaults(cache, users.nodePool, told(allUses(users, cache)));
}

/**
 * MiB that a cache needs where pods of a server with another version of its weights start beside old ones, as large as those; undefined where it has
 * them, or lacks room without a rollout already.
 *
 * @param key what tells the files of the server from others
 *
 * @internal
 */
export function versionsShortage(users: CacheUsers, cache: ModelCache, key: string): number | undefined {
  const uses = allUses(users, cache);
  const needOf = (all: readonly CacheUse[]) => mibOf(atOnce(cache, users.nodePool, all));
  const need = needOf([...uses, ...uses.filter((use) => use.key === key)]);
  return need > cache.size.mib && needOf(uses) <= cache.size.mib ? need : undefined;
}

/** What is in a cache, each set of files once. */
function allUses(users: CacheUsers, cache: ModelCache): KnownUse[] {
  const { keeper, place } = placeOf(cache, users);
  const uses = new Map<string, KnownUse>();
  for (const { value } of entered<KnownUse>(keeper, USE, place)) {
    const { mib, gpus } = uses.get(value.key) ?? value;
    // Files of servers that read the same are there once, at their most, as soon as the smallest pod is.
    uses.set(value.key, { ...value, mib: Math.max(mib, value.mib), gpus: Math.min(gpus, value.gpus) });
  }
  return [...uses.values()];
}

/** Names of Services tell servers apart in a namespace only. */
function told(uses: readonly KnownUse[]): CacheUse[] {
  const isOne = new Set(uses.map(({ namespace }) => namespace)).size < 2;
  return uses.map(({ name, namespace, mib, gpus }) => ({ name: isOne ? name : `${namespace}/${name}`, mib, gpus }));
}

/** A claim is one of a namespace, whichever pools its pods run on; the other cache is one of each node. */
function placeOf({ _claim: claim }: ModelCache, { cluster, nodePool, namespace = 'inference' }: CacheUsers) {
  return claim
    ? { keeper: cluster, place: `claim ${namespace}/${claim.claimName}`, namespace }
    : { keeper: nodePool, place: 'node', namespace };
}

function textOf({ size, _node: node }: ModelCache): string {
  const most = `${Math.ceil(size.mib)} MiB`;
  if (node === undefined) return most;
  return `${most} at ${node.path ?? NODE_CACHE_PATH}, reserved in namespace ${node.namespace ?? 'model-cache'}`;
}

/** The disk of a node is reserved once; and where one pod may keep more in a claim than another, each evicts for the other. */
function otherCacheFaults(cache: ModelCache, users: CacheUsers): Fault[] {
  const own = textOf(cache);
  const { keeper, place, namespace } = placeOf(cache, users);
  const others = entered<KnownCache>(keeper, CACHE, place).map(({ value }) => value);
  const other = others.find(({ text }) => text !== own);
  if (other === undefined) return [];
  const whose = cache._claim
    ? `with claim '${cache._claim.claimName}' of namespace '${namespace}', which is one cache`
    : `of pool '${users.nodePool.poolName}', whose nodes have one cache`;
  const reason =
    `modelCache must be the same for all servers ${whose}: that of '${other.path}' is ${other.text}; got ${own}; make one ModelCache and give it ` +
    'to all of them';
  return [fault('MODEL_CACHES_DIFFER', 'modelCache', reason)];
}
