import { GpuInstanceType } from '../catalog/gpu-instance-type';
import { Precision } from '../catalog/precision';
import { ServingLoad } from './capacity-request';

/**
 * What the GPU could, but the engine or the model cannot on it.
 *
 * @internal
 */
export function formatFaults(
  { model, engine }: Pick<ServingLoad, 'model' | 'engine'>,
  { gpu, name }: GpuInstanceType,
  precision: Precision,
): string[] {
  // Engines compute prompts behind latent attention with FlashAttention 2, which is of Ampere on; on Volta vLLM stops at the first token.
  if (model.latentAttention && gpu.computeCapability < 8) {
    return [
      `latent attention (${model.name}) needs compute capability 8.0, but ${gpu.name} (${name}) has ${gpu.computeCapability.toFixed(1)}; use a GPU from A10G on`,
    ];
  }
  if (!gpu.supports(precision)) return [];
  const eight = precision === Precision.FP8 || precision === Precision.FP8_BLOCK;
  if (eight && engine?.name.startsWith('tensorrt') && gpu.computeCapability < 8.9) {
    return [
      `${engine.name} runs ${precision.name} from compute capability 8.9 on, but ${gpu.name} (${name}) has ${gpu.computeCapability.toFixed(1)}; vllm and sglang do`,
    ];
  }
  // Quantised weights are multiplied in bf16, or in fp16 where the GPU lacks it.
  const inHalf = precision === Precision.FP16 || (precision.quantized && !gpu.supports(Precision.BF16));
  if (!model.shape.needsBfloat16 || !inHalf) return [];
  return [
    `${model.name} overflows in fp16, which engines refuse; ` +
      (gpu.supports(Precision.BF16)
        ? 'use bf16'
        : `${gpu.name} (${name}) has no bf16: use fp32, or a GPU from A10G on`),
  ];
}
