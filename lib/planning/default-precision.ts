import { GpuNodeType } from '../catalog/gpu-node-type';
import { InferenceEngine } from '../catalog/inference-engine';
import { ModelSpec } from '../catalog/model-spec';
import { Precision } from '../catalog/precision';
import { formatFaults } from './format-faults';

/**
 * The default format of the weights: the one that the model is published in where GPU and engine run it, else the widest
 * 16-bit format of the GPU. A checkpoint in 32 bits is served in 16, as engines do by default.
 *
 * @see https://github.com/vllm-project/vllm (vllm/config/model.py: `_resolve_auto_dtype`)
 *
 * @internal
 */
export function defaultPrecision(
  model: ModelSpec,
  hardware: GpuNodeType,
  engine: InferenceEngine | undefined = undefined,
): Precision {
  const { publishedPrecision: published } = model;
  const { gpu } = hardware;
  if (!published || published.bits > 16 || !gpu.supports(published)) return gpu.sixteenBitPrecision;
  return formatFaults({ model, engine }, hardware, published).length === 0 ? published : gpu.sixteenBitPrecision;
}
