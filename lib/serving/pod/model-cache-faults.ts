import { posix } from 'path';
import { enter, entered } from '../../core/cluster-ledger';
import { IGpuNodePool } from '../../core/gpu-node-pool';
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
 * The faults of a cache and its place, whatever is in it.
 *
 * @internal
 */
export function modelCacheFaults(cache: ModelCache | undefined, pool: IGpuNodePool): Fault[] {
  if (cache === undefined) return [];
  const { _node: node, _claim: claim } = cache;
  return allOf(
    () => concreteFault('modelCache.size', cache.size.bytes, 'disk is reserved for it'),
    () => positiveFault('modelCache.size', cache.size.bytes),
    () => objectNameFaults('modelCache.claimName', claim?.claimName),
    () => pathFaults(node?.path),
    () => (node?.namespace === undefined ? [] : kubernetesNameFault('modelCache.namespace', node.namespace)),
    () => (node ? diskFaults(cache, pool) : []),
    () => otherCacheFaults(cache, pool),
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
  const most = isOnNode ? largestSet(uses, gpusPerNode(pool)) : [...uses];
  const need = most.reduce((sum, { mib }) => sum + mib, 0);
  if (need <= cache.size.mib) return [];
  const list = most.map(({ name, mib }) => `'${name}' ${mib} MiB`).join(', ');
  const where = isOnNode
    ? `a ${hardware.name} of pool '${poolName}' can run ${list} at the same time`
    : `its servers need ${list}`;
  const reason =
    `modelCache.size must be at least ${need} MiB, because ${where}, and what runs is never evicted; got ${Math.ceil(cache.size.mib)} MiB; ` +
    'raise it, or move models to another pool';
  return [fault('MODELS_EXCEED_CACHE', 'modelCache.size', reason)];
}

/** Of servers whose pods fit on a node together, those with most files. */
function largestSet(uses: readonly CacheUse[], gpus: number): CacheUse[] {
  const best: CacheUse[][] = Array.from({ length: gpus + 1 }, () => []);
  const size = (set: readonly CacheUse[]) => set.reduce((sum, { mib }) => sum + mib, 0);
  for (const use of [...uses].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    for (let room = gpus; room >= use.gpus; room -= 1) {
      const set = [...best[room - use.gpus], use];
      if (size(set) > size(best[room])) best[room] = set;
    }
  }
  return best[gpus];
}

/** Kinds of entries in the ledger of a pool. */
const CACHE = 'model cache';
const USE = 'use of the model cache';

/**
 * Notes what a server has in the cache of a pool.
 *
 * @param key what tells its files from others
 *
 * @internal
 */
export function enterCacheUse(
  owner: IConstruct,
  pool: IGpuNodePool,
  cache: ModelCache,
  key: string,
  use: CacheUse,
): void {
  enter(pool, CACHE, '', owner, { text: textOf(cache), path: owner.node.path });
  enter(pool, USE, `${placeOf(cache)} ${key}`, owner, { ...use, place: placeOf(cache) });
}

/**
 * The same over all deployments of the pool.
 *
 * @internal
 */
export function allCacheSizeFaults(pool: IGpuNodePool, cache: ModelCache): Fault[] {
  const uses = new Map<string, CacheUse>();
  for (const { value } of entered<CacheUse & { place: string }>(pool, USE)) {
    if (value.place === placeOf(cache)) uses.set(value.name, value);
  }
  return cacheSizeFaults(cache, pool, [...uses.values()]);
}

function placeOf({ _claim: claim }: ModelCache): string {
  return claim ? `claim ${claim.claimName}` : 'node';
}

function textOf({ size, _node: node }: ModelCache): string | undefined {
  return (
    node &&
    `${Math.ceil(size.mib)} MiB at ${node.path ?? NODE_CACHE_PATH}, reserved in namespace ${node.namespace ?? 'model-cache'}`
  );
}

/** The disk of a node is reserved once. */
function otherCacheFaults(cache: ModelCache, pool: IGpuNodePool): Fault[] {
  const own = textOf(cache);
  const others = entered<{ text?: string; path: string }>(pool, CACHE).map(({ value }) => value);
  const other = others.find(({ text }) => text !== undefined && text !== own);
  if (own === undefined || other === undefined) return [];
  const reason =
    `modelCache must be the same for all servers of pool '${pool.poolName}', whose nodes have one cache: that of '${other.path}' is ${other.text}; ` +
    `got ${own}; make one ModelCache and give it to all of them`;
  return [fault('MODEL_CACHES_DIFFER', 'modelCache', reason)];
}
