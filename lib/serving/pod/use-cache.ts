import { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { returned } from '../../core/errors';
import { IModelStore } from '../../core/model-store';
import { addValidation } from '../../core/validation';
import { configChecksum } from '../../kubernetes/config-checksum';
import { ImageRegistry } from '../../kubernetes/image-registry';
import { scriptAsset } from '../../kubernetes/script-asset';
import { CACHE_SCRIPTS, PodCache } from './cache-pod';
import { allCacheSizeFaults, enterCacheUse, versionsShortage } from './model-cache-faults';
import { NodeCache } from './node-cache';
import { Server, ServerParts } from './server';
import { ServerContainer, WeightsCopy } from './server-pod';

/**
 * Texts of the scripts that fill and hold a cache.
 *
 * @internal
 */
export function cacheScripts(): { [key: string]: string } {
  return Object.fromEntries(Object.entries(CACHE_SCRIPTS).map(([key, asset]) => [key, scriptAsset(asset)]));
}

/** A claim, and what pods that mount it wait for. */
interface UsedCache {
  readonly name: string;
  readonly made: ITerraformDependable[];
}

/**
 * The cache of a server, which is made with the first one of its pool.
 *
 * @param owner the construct of the server
 * @param before what the objects of its namespace wait for
 *
 * @internal
 */
export function useCache(owner: Construct, server: Server, before: ITerraformDependable[]): UsedCache | undefined {
  const { given, namespace, sizing } = server;
  const { modelCache: cache, nodePool, cluster, imageRegistry: registry = ImageRegistry.UPSTREAM } = given;
  if (cache === undefined) return undefined;
  const users = { cluster, nodePool, namespace };
  const use = { name: server.name, mib: sizing.cachedMib, gpus: sizing.gpus };
  enterCacheUse(owner, users, cache, filesKey(server), use);
  addValidation(owner, () => allCacheSizeFaults(users, cache));
  if (cache._claim) return { name: cache._claim.claimName, made: [] };
  return NodeCache.of(owner, { cluster, nodePool, cache, registry }).claimIn(namespace, before);
}

/** Tells the files of a server from others. */
function filesKey({ given, copies }: Server): string {
  return [...new Set(copies.map((copy) => uriOf(given.modelStore, copy)))].sort().join(' ');
}

/**
 * MiB that the cache of a server needs for two versions of its weights at once; undefined where it has them, or there is none.
 *
 * @internal
 */
export function cacheShortage(server: Server): number | undefined {
  const { namespace, given } = server;
  const { modelCache, cluster, nodePool } = given;
  return modelCache && versionsShortage({ cluster, nodePool, namespace }, modelCache, filesKey(server));
}

/**
 * How the pods of a server use it.
 *
 * @param container their container that serves
 *
 * @internal
 */
export function podCache(
  server: Server,
  { cacheClaim }: ServerParts,
  container: ServerContainer,
): PodCache | undefined {
  const { modelCache } = server.given;
  if (cacheClaim === undefined || modelCache === undefined) return undefined;
  const mib = Math.ceil(modelCache.size.mib);
  const own = { claimName: cacheClaim, mib, ...(modelCache._synced ? { synced: true } : {}) };
  if (!server.compiles) return own;
  const key = compiledKey(server, container);
  const { placeVariable: place, metricsPort } = server;
  // vLLM keeps what each rank compiles by its number, and ranks of a place are always the same.
  return place === undefined
    ? { ...own, compiledKey: key }
    : { ...own, compiledKey: `${key}-$(${place})`, leaderPort: metricsPort };
}

/** Differs with all that compiled code depends on: the image, the GPU, the files of the models, flags and environment. */
function compiledKey({ given, copies }: Server, { image, args, environment }: ServerContainer): string {
  return configChecksum({
    image,
    gpu: given.nodePool.hardware.gpu.name,
    models: JSON.stringify(copies.map((copy) => uriOf(given.modelStore, copy))),
    flags: JSON.stringify(args),
    environment: JSON.stringify(environment),
  }).slice(0, 32);
}

function uriOf(store: IModelStore, { model, version }: WeightsCopy): string {
  return returned(store, 'IModelStore', 'modelStore.uriFor()', store.uriFor(model, version));
}
