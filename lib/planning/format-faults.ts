import { Fault, fault } from '../units/fault';
import { GpuNodeType } from '../catalog/gpu-node-type';
import { GpuVendor } from '../catalog/gpu-vendor';
import { InferenceEngine } from '../catalog/inference-engine';
import { Precision } from '../catalog/precision';
import { ServingLoad } from './capacity-request';

/**
 * GPUs from here on compute in FP8; on Ampere only weights are kept in FP8, by Marlin kernels: vLLM's (vllm-project/vllm#5975, for experts
 * #16850 and #18026) and SGLang's, which it does not use for experts (sgl-project/sglang#9754, not merged). TensorRT-LLM's support matrix
 * has no FP8 on Ampere.
 *
 * @see https://nvidia.github.io/TensorRT-LLM/reference/support-matrix.html
 */
const FP8_COMPUTE_CAPABILITY = 8.9;

/**
 * The faults of formats that the GPU supports, but the engine or the model does not.
 *
 * @internal
 */
export function formatFaults(
  { model, engine }: Pick<ServingLoad, 'model' | 'engine'>,
  { gpu, name }: GpuNodeType,
  precision: Precision,
): Fault[] {
  // vLLM computes prompts behind latent attention by flash_attn_varlen_func (vllm/attention/backends/mla/common.py), which requires Ampere
  // (vllm-project/vllm#8189); no other engine is known to run it on older GPUs.
  if (model.latentAttention && gpu.computeCapability < 8) {
    return [
      fault(
        'LATENT_ATTENTION_NOT_SUPPORTED',
        'instanceType',
        `latent attention (${model.name}) needs compute capability 8.0, but ${gpu.name} (${name}) has ${gpu.computeCapability.toFixed(1)}; use a GPU from A10G on`,
      ),
    ];
  }
  // NVIDIA's engine is built on CUDA; vLLM and SGLang publish builds for ROCm (https://docs.vllm.ai, https://docs.sglang.ai).
  if (gpu.vendor === GpuVendor.AMD && engine?.name.startsWith('tensorrt')) {
    const reason = `${engine.name} runs on GPUs of NVIDIA only, but ${gpu.name} (${name}) is of AMD; use vllm or sglang, which have builds for ROCm`;
    return [fault('ENGINE_LACKS_GPU', 'engine', reason)];
  }
  if (!gpu.supports(precision)) return [];
  const eight = precision.name === Precision.FP8.name || precision.name === Precision.FP8_BLOCK.name;
  if (eight && engine && gpu.computeCapability < FP8_COMPUTE_CAPABILITY) {
    const has = `${gpu.name} (${name}) has ${gpu.computeCapability.toFixed(1)}`;
    const others = model.experts ? 'use vllm' : 'vllm and sglang do';
    if (engine.name.startsWith('tensorrt'))
      return [
        fault(
          'ENGINE_LACKS_PRECISION',
          'precision',
          `${engine.name} runs ${precision.name} from compute capability 8.9 on, but ${has}; ${others}`,
        ),
      ];
    if (model.experts && engine.name === InferenceEngine.SGLANG.name)
      return [
        fault(
          'ENGINE_LACKS_PRECISION',
          'precision',
          `${engine.name} runs experts in ${precision.name} from compute capability 8.9 on, but ${has}; ${others}`,
        ),
      ];
  }
  // Quantized weights are multiplied in bf16, or in fp16 where the GPU lacks it.
  const inHalf = precision.name === Precision.FP16.name || (precision.quantized && !gpu.supports(Precision.BF16));
  if (!model.shape.needsBfloat16 || !inHalf) return [];
  return [
    fault(
      'MODEL_OVERFLOWS_IN_FP16',
      'precision',
      `${model.name} overflows in fp16, which engines refuse; ` +
        (gpu.supports(Precision.BF16)
          ? 'use bf16'
          : `${gpu.name} (${name}) has no bf16: use fp32, or a GPU from A10G on`),
    ),
  ];
}
