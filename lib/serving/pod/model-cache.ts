import { checkArguments } from '../../units/argument-faults';
import { DataSize } from '../../units/data-size';

/**
 * A cache on the disk of each node.
 */
export interface NodeCacheOptions {
  /**
   * Most that it may hold on a node: the weights of all that runs there at the same time, in two versions where a rollout starts new servers beside
   * old ones, and what is kept for the next start. It is taken off the local disk that pods can have.
   */
  readonly size: DataSize;
  /**
   * Its folder on the nodes, which must be on the disk that pods' local storage is on, or that size would be counted on the wrong one. It is
   * created, and it stays when the cache is removed. To change it rolls out the servers with an empty cache.
   * @default '/var/lib/kubelet/model-cache', beside the local storage of pods: on the instance store where the nodes give that to pods
   */
  readonly path?: string;
  /**
   * Namespace of the pods that reserve the disk and create the folder, which need the Pod Security level 'privileged' for that; the servers do
   * not. Created unless the program or the cluster has it: see `ExistingNamespaces`.
   * @default 'model-cache'
   */
  readonly namespace?: string;
}

/**
 * A cache on a volume of your own.
 */
export interface ClaimCacheOptions {
  /**
   * Name of the claim, in the namespace of the servers: one that pods of all their nodes can mount at once (`ReadWriteMany`: a file system on the
   * network), or of one node, if all of them run there. Group 1000 must be able to write to it.
   */
  readonly claimName: string;
  /** Most that the cache may hold: the weights of all that use it at the same time, and what is kept for the next start. */
  readonly size: DataSize;
}

/**
 * Where servers keep weights, and what their engines compile, beyond the life of a pod. Files are named after their content and exist once, however
 * many pods, models or versions have them; each is checked when it arrives. What no running pod needs is evicted when room is needed, the least
 * recently used first. A pod that finds its files there downloads nothing, and starts even while the store cannot be reached.
 *
 * Give the same one to all deployments of a pool: servers of vLLM and of Triton share it, of Triton's models those of language.
 *
 * @see docs/model-cache.md
 */
export class ModelCache {
  /**
   * On the disk of each node of the pool, shared by its pods: the fastest one, and the one without further parts. Each node downloads a model once.
   *
   * A `local` volume, whose node affinity is that of the pool, so that a claim stands for the folder of whichever node a pod is on. Pods with it
   * meet the Pod Security level 'restricted', which a `hostPath` does not. To remove the cache leaves its folder on the nodes.
   *
   * @param options how large it is, and where
   */
  public static onNode(options: NodeCacheOptions): ModelCache {
    return new ModelCache(options.size, options, undefined);
  }

  /**
   * On a claim of yours, shared by all pods that mount it: for file systems on the network, where a model is downloaded once for all nodes.
   *
   * @param options which claim, and how much of it
   */
  public static claim(options: ClaimCacheOptions): ModelCache {
    return new ModelCache(options.size, undefined, options);
  }

  /**
   * On the claim of a site in which a `ModelSync` keeps the model, of which `version` names the channel. Pods take what is visible there when they start, and
   * wait for the first release; they ask no store.
   *
   * @param options the claim of the sync, and how much it may hold: `sync.claimName` and `sync.cacheSize`
   */
  public static synced(options: ClaimCacheOptions): ModelCache {
    return new ModelCache(options.size, undefined, options, true);
  }

  /** Most that it may hold, of each node or altogether. */
  public readonly size: DataSize;
  /** @internal */
  public readonly _node?: NodeCacheOptions;
  /** @internal */
  public readonly _claim?: ClaimCacheOptions;

  /** @internal */
  public readonly _synced: boolean;

  private constructor(
    size: DataSize,
    node: NodeCacheOptions | undefined,
    claim: ClaimCacheOptions | undefined,
    synced = false,
  ) {
    this.size = size;
    this._node = node;
    this._claim = claim;
    this._synced = synced;
  }
}

checkArguments('ModelCache', ModelCache);
