import { GpuNodeType } from '../../catalog/gpu-node-type';
import { NodeDisk } from '../../scheduling/node-disk';
import { DataSize } from '../../units/data-size';
import { addedRequests, initRequests } from '../pod/pod-addition-specs';
import { PodModel } from '../pod/pod-model';
import { SizedPod, sizePod } from '../pod/pod-sizing';
import { ModelDefinition } from './model-definition';
import { FRONT_END_MEMORY } from './openai/openai-front-end';
import { cacheOf } from './settings/server-settings';
import { TritonServingOptions } from './triton-serving-options';

/**
 * Sizes the pod of Triton on a node.
 *
 * @param options what the user says of the pods
 * @param definitions its models as the user describes them
 * @param models those of them that are resolved
 * @param type the node
 * @param gpusPerNode GPUs, or shares of them, that pods can have of it
 * @param disk disk that pods can have of it @default - that of the type
 *
 * @internal
 */
export function sizeTritonPod(
  options: TritonServingOptions,
  definitions: readonly ModelDefinition[],
  models: readonly PodModel[],
  type: GpuNodeType,
  gpusPerNode: number,
  disk?: NodeDisk,
): SizedPod {
  return sizePod(models, type, {
    ...options.resources,
    startupSeconds: options.startupBudget?.toSeconds(),
    cache: beside(options, definitions),
    besides: addedRequests(options),
    before: initRequests(options),
    gpusPerNode,
    disk,
    modelCache: options.modelCache,
  });
}

/** Host memory that the server takes besides that of its models. */
function beside(options: TritonServingOptions, definitions: readonly ModelDefinition[]): DataSize | undefined {
  const cache = cacheOf(options, definitions)?.memory;
  return options.openAi ? FRONT_END_MEMORY.plus(cache ?? DataSize.ZERO) : cache;
}
