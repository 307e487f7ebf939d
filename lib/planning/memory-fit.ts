import { MemoryModel, memoryOf } from './memory-model';
import { Configuration } from './configuration';

/**
 * Host memory that the operating system, the kubelet and the engine's processes need.
 *
 * @internal
 */
export const HOST_RESERVE_GIB = 4;

/**
 * What determines whether a configuration fits, without times.
 *
 * @internal
 */
export interface Fit {
  readonly memory: MemoryModel;
  readonly totalBytes: number;
  readonly shortfallBytes: number;
  /** Host memory one node needs for weights, and what it has. */
  readonly hostBytes: number;
  readonly hostFits: boolean;
  readonly fits: boolean;
}

/**
 * Whether a configuration fits the memory of the GPUs and the host.
 *
 * @internal
 */
export function fitOf(configuration: Configuration): Fit {
  const memory = memoryOf(configuration);
  const totalBytes = memory.weights + memory.kvNeeded + memory.activations + memory.runtime;
  // Offloaded weights of every GPU of a node stay in its memory; the rest passes through in pieces.
  const gpusPerNode = Math.min(configuration.instanceType.gpuCount, configuration.parallelism.gpus);
  const hostBytes = memory.offloaded * gpusPerNode + HOST_RESERVE_GIB * 2 ** 30;
  const hostFits = memory.offloaded === 0 || hostBytes <= configuration.instanceType.memory.bytes;
  const shortfallBytes = Math.max(0, totalBytes - memory.available);
  return {
    memory,
    totalBytes,
    shortfallBytes,
    hostBytes,
    hostFits,
    fits: shortfallBytes === 0 && hostFits && memory.maxSequences >= configuration.concurrency,
  };
}
