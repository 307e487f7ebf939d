import { DeploymentV1SpecTemplateSpecContainerEnv } from '@cdktf/provider-kubernetes/lib/deployment-v1';
import { PodContainer } from '../../kubernetes/pod-template';

/** Where pods see the cache. */
export const MODEL_CACHE_MOUNT = '/model-cache';
/** Name of its volume. */
export const MODEL_CACHE_VOLUME = 'model-cache';
/** Name of the container that keeps what the pod needs from being evicted. */
export const HOLD_CONTAINER = 'hold-weights';
/** What it asks for: it sleeps, and copies what was compiled once. */
export const HOLD_REQUESTS = { cpuMillis: 10, memoryMib: 32 };

/** Scripts by their keys in the config map. */
export const CACHE_SCRIPTS: { readonly [key: string]: string } = {
  'fill-cache.sh': 'fill-cache.sh',
  'hold-weights.sh': 'hold-weights.sh',
  'model-cache.sh': 'model-cache.sh',
};

/**
 * Folders below the home of a server in which engines and compilers keep what they made: vLLM (`VLLM_CACHE_ROOT`, with DeepGEMM in it), TorchInductor
 * and Triton's kernels as the environment of the container says, FlashInfer and the driver of CUDA below `HOME`.
 *
 * @see https://github.com/vllm-project/vllm (vllm/envs.py, vllm/compilation/backends.py of 0.24)
 * @see https://docs.nvidia.com/cuda/cuda-c-programming-guide/#cuda-environment-variables (CUDA_CACHE_PATH)
 */
const COMPILED_PARTS = ['vllm', 'torchinductor', 'kernels', '.cache/flashinfer', '.nv/ComputeCache'];

/**
 * How a pod uses the cache.
 *
 * @internal
 */
export interface PodCache {
  /** The claim that stands for it. */
  readonly claimName: string;
  /** What it may hold. */
  readonly mib: number;
  /** Whether a sync keeps the files, so that no store is asked. @default false */
  readonly synced?: boolean;
  /** What tells apart what engines compile. @default - it is not kept */
  readonly compiledKey?: string;
  /** Port of the first pod of a server on several nodes: once it answers, all of them have compiled. @default - a server has one pod */
  readonly leaderPort?: number;
}

/** @internal */
export function cacheVolume({ claimName }: PodCache) {
  return { name: MODEL_CACHE_VOLUME, persistentVolumeClaim: { claimName } };
}

/**
 * What the scripts read.
 *
 * @param cache how the pod uses the cache
 * @param engineDir where its engine keeps what it compiles
 *
 * @internal
 */
export function cacheEnvironment(
  { mib, synced, compiledKey, leaderPort }: PodCache,
  engineDir: string,
): DeploymentV1SpecTemplateSpecContainerEnv[] {
  const compiled = compiledKey && { COMPILED_KEY: compiledKey, COMPILED_PARTS: COMPILED_PARTS.join(' ') };
  return [
    { name: 'POD_UID', valueFrom: { fieldRef: { fieldPath: 'metadata.uid' } } },
    ...Object.entries({
      CACHE_DIR: MODEL_CACHE_MOUNT,
      CACHE_MIB: String(mib),
      ENGINE_DIR: engineDir,
      ...(synced ? { CACHE_SYNCED: '1' } : {}),
      ...compiled,
      ...(leaderPort === undefined ? {} : { LEADER_PORT: String(leaderPort) }),
    }).map(([name, value]) => ({ name, value })),
  ];
}

/** What of a pod its container that holds the cache shares. */
interface Holder {
  readonly image: string;
  readonly configMount: string;
  readonly modelsMount: string;
  readonly cacheMount: string;
}

/** @internal */
export function holdContainer(cache: PodCache, pod: Holder): PodContainer {
  const { cpuMillis, memoryMib } = HOLD_REQUESTS;
  return {
    name: HOLD_CONTAINER,
    image: pod.image,
    command: ['/bin/sh', `${pod.configMount}/hold-weights.sh`],
    env: [
      { name: 'CONFIG_DIR', value: pod.configMount },
      { name: 'MODELS_DIR', value: pod.modelsMount },
      ...cacheEnvironment(cache, pod.cacheMount),
    ],
    volumeMount: [
      { name: 'config', mountPath: pod.configMount, readOnly: true },
      { name: 'models', mountPath: pod.modelsMount, readOnly: true },
      { name: 'cache', mountPath: pod.cacheMount, readOnly: true },
      { name: 'tmp', mountPath: '/tmp' },
      { name: MODEL_CACHE_VOLUME, mountPath: MODEL_CACHE_MOUNT },
    ],
    resources: {
      requests: { cpu: `${cpuMillis}m`, memory: `${memoryMib}Mi` },
      // The page cache of what it copies is charged to it.
      limits: { cpu: '1', memory: '256Mi' },
    },
    terminationMessagePolicy: 'FallbackToLogsOnError',
  };
}
