import { CapacityPlan } from '../../planning/capacity-plan';
import { DataSize } from '../../units/data-size';

/**
 * Host memory of an engine of vLLM and its server: 4 GiB for the server and tokenizer and 3 GiB for each worker with its CUDA context; measured
 * values are below both. Weights that stay on the host come to it, and the prefixes that are kept there.
 *
 * @internal
 */
export function vllmHostMemory(gpus: number, plan: CapacityPlan, kvOffload = DataSize.bytes(0)): DataSize {
  return DataSize.gib(4 + 3 * gpus)
    .plus(plan.cpuOffload.times(1.1 * gpus))
    .plus(kvOffload);
}

/**
 * Shared memory: what vLLM's README gives a container, and NCCL's and the workers' buffers for each GPU of a group.
 *
 * @internal
 */
export function vllmSharedMemory(gpus: number): DataSize {
  return DataSize.gib(1 + (gpus > 1 ? gpus : 0));
}
