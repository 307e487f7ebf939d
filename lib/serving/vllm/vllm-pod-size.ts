import { GpuNodeType } from '../../catalog/gpu-node-type';
import { NodeDisk } from '../../scheduling/node-disk';
import { addedRequests, initRequests } from '../pod/pod-addition-specs';
import { SizedPod, sizePod } from '../pod/pod-sizing';
import { ServingOptions } from '../pod/serving-options';
import { VllmServer } from './vllm-server';

/**
 * Sizes the pod of vLLM's own server on a node.
 *
 * @param options what the user says of the pods
 * @param server the model with everything decided
 * @param type the node
 * @param gpusPerNode GPUs, or shares of them, that pods can have of it
 * @param disk disk that pods can have of it @default - that of the type
 *
 * @internal
 */
export function sizeVllmPod(
  options: ServingOptions,
  server: VllmServer,
  type: GpuNodeType,
  gpusPerNode: number,
  disk?: NodeDisk,
): SizedPod {
  return sizePod([server], type, {
    ...options.resources,
    startupSeconds: options.startupBudget?.toSeconds(),
    besides: addedRequests(options),
    before: initRequests(options),
    gpusPerNode,
    disk,
    modelCache: options.modelCache,
    waitsForOthers: server.nodes.nodes > 1,
  });
}
