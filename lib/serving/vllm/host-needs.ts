import { CapacityPlan } from '../../planning/capacity-plan';
import { DataSize } from '../../units/data-size';
import { VllmOptions } from './vllm-options';
import { VllmVersion } from './vllm-version';

/** The release whose cache on the host is a file in /dev/shm: seen in the wheels of 0.26.0 and 0.27.0 (vllm-project/vllm#50094). */
const OFFLOADS_TO_SHARED_MEMORY = [0, 27] as const;

/**
 * Before, PyTorch rounds each tensor of the cache up to a power of two when it pins it: up to twice in all, by the shapes of the layers
 * (vllm-project/vllm#46278 and #53042, where 1.92 times as much was seen).
 */
const PINNED_ROUNDING = 2;

/** What the cache on the host takes at least, and where. Another backend keeps it in its own way, perhaps outside the pod. */
function keptAtLeast(options: VllmOptions, vllm: VllmVersion) {
  const none = DataSize.ZERO;
  const { kvOffload } = options;
  if (kvOffload === undefined || !isNative(options)) return { pinned: none, shared: none };
  return vllm.isAtLeast(...OFFLOADS_TO_SHARED_MEMORY)
    ? { pinned: none, shared: kvOffload }
    : { pinned: kvOffload, shared: none };
}

function isNative({ engineArguments = {} }: VllmOptions): boolean {
  return (engineArguments.kv_offloading_backend ?? 'native') === 'native';
}

/** What it may take of host memory besides shared memory. */
function pinnedAtMost(options: VllmOptions, vllm: VllmVersion): DataSize {
  const { kvOffload = DataSize.ZERO } = options;
  if (!isNative(options)) return kvOffload;
  return keptAtLeast(options, vllm).pinned.times(PINNED_ROUNDING);
}

/**
 * Host memory of an engine of vLLM and its server, without shared memory: 4 GiB for the server and tokenizer and 3 GiB for each worker with
 * its CUDA context; measured values are below both. Weights that stay on the host come to it, and the prefixes that are kept there.
 *
 * @internal
 */
export function vllmHostMemory(gpus: number, plan: CapacityPlan, options: VllmOptions, vllm: VllmVersion): DataSize {
  return engineHostMemory(gpus, plan).plus(pinnedAtMost(options, vllm));
}

/**
 * Host memory of the processes that answer requests beside the first: vLLM starts as many as there are data-parallel ranks, all of them on the
 * first node. One of 0.24 had 0.7 GiB of its own beside a small tokenizer (bench/vllm, results-h200-groups.json).
 *
 * @see https://github.com/vllm-project/vllm (vllm/entrypoints/cli/serve.py of 0.24.0: `api_server_count`)
 *
 * @internal
 */
export function answeringMemory({ parallelism }: CapacityPlan): DataSize {
  return DataSize.gib(parallelism.attentionRanks - 1);
}

/**
 * Host memory of a language model's engine and its server that keeps no cache on the host.
 *
 * @internal
 */
export function engineHostMemory(gpus: number, plan: CapacityPlan): DataSize {
  return DataSize.gib(4 + 3 * gpus).plus(plan.cpuOffload.times(1.1 * gpus));
}

/**
 * The parts of host memory and of shared memory that an engine takes at least, whatever the rest turns out to be.
 *
 * @internal
 */
export function vllmPinnedMemory(gpus: number, plan: CapacityPlan, options: VllmOptions, vllm: VllmVersion) {
  const { pinned, shared } = keptAtLeast(options, vllm);
  return { host: plan.cpuOffload.times(gpus).plus(pinned), shared };
}

/**
 * Shared memory: what vLLM's README gives a container, and NCCL's and the workers' buffers for each GPU of a group.
 *
 * @internal
 */
export function engineSharedMemory(gpus: number): DataSize {
  return DataSize.gib(1 + (gpus > 1 ? gpus : 0));
}

/**
 * The same with the prefixes that vLLM keeps there.
 *
 * @internal
 */
export function vllmSharedMemory(gpus: number, options: VllmOptions, vllm: VllmVersion): DataSize {
  return engineSharedMemory(gpus).plus(keptAtLeast(options, vllm).shared);
}
