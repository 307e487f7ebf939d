import { Fault, fault } from '../units/fault';
import { GpuNodeType } from '../catalog/gpu-node-type';
import { GpuType } from '../catalog/gpu-type';
import { GpuVendor } from '../catalog/gpu-vendor';
import { InferenceEngine } from '../catalog/inference-engine';
import { ModelSpec } from '../catalog/model-spec';
import { Precision } from '../catalog/precision';
import { ServingLoad } from './capacity-request';
import { nvfp4Faults } from './weight-only-nvfp4';

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
  const sparse = sparseFaults(model, engine ?? InferenceEngine.DEFAULT, gpu, name);
  if (sparse.length > 0) return sparse;
  // NVIDIA's engine is built on CUDA; vLLM and SGLang publish builds for ROCm (https://docs.vllm.ai, https://docs.sglang.ai).
  if (gpu.vendor === GpuVendor.AMD && engine?.name.startsWith('tensorrt')) {
    const reason = `${engine.name} runs on GPUs of NVIDIA only, but ${gpu.name} (${name}) is of AMD; use vllm or sglang, which have builds for ROCm`;
    return [fault('ENGINE_LACKS_GPU', 'engine', reason)];
  }
  if (!gpu.supports(precision)) return [];
  const four = nvfp4Faults(engine ?? InferenceEngine.DEFAULT, { gpu, name }, precision);
  if (four.length > 0) return four;
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

/** Major compute capabilities for which vLLM 0.24 and 0.32 have kernels of sparse latent attention, and vLLM before. */
const SPARSE_CAPABILITIES = [9, 10, 12];
const OLDER_SPARSE_CAPABILITIES = [9, 10];

/**
 * Sparse latent attention where vLLM has no kernel for it, so that it finds "no valid attention backend" and stops: `supports_compute_capability` of
 * its backends (vllm/v1/attention/backends/mla: flashmla_sparse, flashinfer_mla_sparse and their variants). Without one: vllm-project/vllm#54059 (RTX 4090), #31936 (RTX PRO
 * 6000 with 0.13). What other engines have is not known.
 */
function sparseFaults(model: ModelSpec, engine: InferenceEngine, gpu: GpuType, name: string): Fault[] {
  const sparse = model.latentAttention && model.shape.layerKinds?.some(({ attention }) => attention?.index);
  if (!sparse || !engine._isVllm || gpu.vendor !== GpuVendor.NVIDIA) return [];
  const known = !engine.countsGraphs ? OLDER_SPARSE_CAPABILITIES : SPARSE_CAPABILITIES;
  if (known.includes(Math.floor(gpu.computeCapability))) return [];
  const has = `${gpu.name} (${name}) has ${gpu.computeCapability.toFixed(1)}`;
  const reason = `sparse attention (${model.name}) has kernels in ${engine.name} for compute capability ${known.join(', ')} alone, but ${has}; use a GPU from H100 on`;
  return [fault('SPARSE_ATTENTION_NOT_SUPPORTED', 'instanceType', reason)];
}
