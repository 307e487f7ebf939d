import {
  CapacityPlan,
  CapacityPlanner,
  CapacityRequest,
  GpuInstanceType,
  GpuNodeType,
  GpuType,
  InferenceEngine,
  ModelSpec,
  Parallelism,
  Precision,
} from '../../lib/planning';
import { DataSize } from '../../lib/units';
import { realConfig } from '../catalog/real-configs';
import { FaultText } from './fault-text';

const { LLAMA_3_1_8B: LLAMA, DEEPSEEK_V3, GEMMA_2_9B, QWEN_3_30B_A3B, PHI_4 } = ModelSpec;
const { G4DN_XLARGE: T4, G5_XLARGE: A10G, P5_48XLARGE: H100 } = GpuInstanceType;
const SPARSE = ModelSpec.fromHuggingFaceConfig('deepseek-v3.2', realConfig('deepseek-ai/DeepSeek-V3.2'));
const MI300X = GpuNodeType.custom({
  ...{ name: 'mi300x', gpu: GpuType.MI300X, gpuCount: 8, vcpus: 192, memory: DataSize.gib(2048) },
});
const plan = (more: Partial<CapacityRequest>) => () =>
  CapacityPlanner.plan({ model: LLAMA, instanceType: H100, ...more });
const tensor = (degree: number) => Parallelism.of({ tensor: degree });
const locked = CapacityPlanner.plan({ model: LLAMA, instanceType: H100 }).toJson() as object;

export const TEXTS: FaultText[] = [
  {
    id: 'ATTENTION_WINDOW_NOT_SUPPORTED',
    property: 'attentionWindow',
    text: 'vLLM cannot limit the attention of deepseek-v3: its latent attention has no window; leave it out',
    refuse: plan({ model: DEEPSEEK_V3, attentionWindow: 4096 }),
  },
  {
    id: 'CACHE_NEEDS_FP32_WEIGHTS',
    property: 'kvCachePrecision',
    text: 'an fp32 key-value cache needs fp32 weights, but the weights are bf16; leave kvCachePrecision out',
    refuse: plan({ kvCachePrecision: Precision.FP32 }),
  },
  {
    id: 'CACHE_PRECISION_NOT_SUPPORTED',
    property: 'kvCachePrecision',
    text: 'a key-value cache in bf16 needs compute capability 8.0, but T4 (g4dn.xlarge) has 7.5; use fp16',
    refuse: plan({ instanceType: T4, kvCachePrecision: Precision.BF16 }),
  },
  {
    id: 'CHECKPOINT_SIZE_IMPLAUSIBLE',
    property: 'checkpointSize',
    text: 'checkpointSize 900 GiB is far from the 14.96 GiB that llama-3.1-8b has in bf16; check model and precision',
    refuse: plan({ checkpointSize: DataSize.gib(900) }),
  },
  {
    id: 'CONTEXT_EXCEEDS_MODEL',
    property: 'contextLength',
    text: 'contextLength 200000 exceeds the 131072 tokens that llama-3.1-8b was made for; use at most 131072',
    refuse: plan({ contextLength: 200000 }),
  },
  {
    id: 'ENGINE_LACKS_GPU',
    property: 'engine',
    text: 'tensorrt-llm runs on GPUs of NVIDIA only, but MI300X (mi300x) is of AMD; use vllm or sglang, which have builds for ROCm',
    refuse: plan({ instanceType: MI300X, engine: InferenceEngine.TENSORRT_LLM }),
  },
  {
    id: 'GPU_TOO_OLD_FOR_ENGINE',
    property: 'engine',
    text:
      'vLLM 0.24.0 supports compute capability 7.5 and later, but V100-16GB (p3.8xlarge) has 7.0; use engine vllm-0.19.1 or a newer ' +
      'GPU',
    refuse: () => CapacityPlanner.plan({ model: ModelSpec.LLAMA_3_1_8B, instanceType: GpuInstanceType.P3_8XLARGE }),
  },
  {
    id: 'GPU_TOO_OLD_FOR_ENGINE',
    property: 'engine',
    text: 'vllm-0.28 supports compute capability 7.5 and later, but V100-16GB (p3.8xlarge) has 7.0; use engine vllm-0.19.1 or a newer GPU',
    refuse: () =>
      CapacityPlanner.search({
        model: ModelSpec.LLAMA_3_1_8B,
        engine: InferenceEngine.VLLM_0_28,
        candidates: [{ instanceType: GpuInstanceType.P3_8XLARGE }],
      }),
  },
  {
    id: 'ENGINE_LACKS_PRECISION',
    property: 'precision',
    text: 'sglang runs experts in fp8 from compute capability 8.9 on, but A10G (g5.xlarge) has 8.6; use vllm',
    refuse: plan({
      ...{ model: QWEN_3_30B_A3B, instanceType: A10G },
      ...{ engine: InferenceEngine.SGLANG, precision: Precision.FP8 },
    }),
  },
  {
    id: 'EXPERT_DOES_NOT_DIVIDE_EXPERTS',
    property: 'parallelism',
    text: 'expert parallelism 3 does not divide the 128 experts of qwen3-30b-a3b; use a divisor',
    refuse: plan({ model: QWEN_3_30B_A3B, parallelism: Parallelism.of({ tensor: 1, data: 3, expert: 3 }) }),
  },
  {
    id: 'LATENT_ATTENTION_NOT_SUPPORTED',
    property: 'instanceType',
    text: 'latent attention (deepseek-v3) needs compute capability 8.0, but T4 (g4dn.xlarge) has 7.5; use a GPU from A10G on',
    refuse: plan({ model: DEEPSEEK_V3, instanceType: T4 }),
  },
  {
    id: 'SPARSE_ATTENTION_NOT_SUPPORTED',
    property: 'instanceType',
    text: 'sparse attention (deepseek-v3.2) has kernels in vllm-0.24.0 for compute capability 9, 10, 12 alone, but A10G (g5.xlarge) has 8.6; use a GPU from H100 on',
    refuse: plan({ model: SPARSE, instanceType: A10G }),
  },
  {
    id: 'PLAN_NOT_FOR_VLLM',
    text: 'the plan is for sglang, whose arguments are others; plan the model for vLLM',
    refuse: () => plan({ engine: InferenceEngine.SGLANG })().vllmServeArguments(),
  },
  {
    id: 'MODEL_FITS_NOWHERE',
    text: 'deepseek-v3 fits on none of the candidates with a context of the default length and the default number of sequences; allow more nodes (maxNodes), fewer bits (precisions) or a shorter context',
    refuse: () => CapacityPlanner.cheapest({ model: DEEPSEEK_V3, candidates: [{ instanceType: A10G }] }),
  },
  {
    id: 'MODEL_OVERFLOWS_IN_FP16',
    property: 'precision',
    text: 'gemma-2-9b overflows in fp16, which engines refuse; use bf16',
    refuse: plan({ model: GEMMA_2_9B, precision: Precision.FP16 }),
  },
  {
    id: 'PIPELINE_EXCEEDS_LAYERS',
    property: 'parallelism',
    text: 'pipeline parallelism 33 exceeds the 32 layers of llama-3.1-8b; use at most 32 stages',
    refuse: plan({ parallelism: Parallelism.of({ tensor: 1, pipeline: 33 }) }),
  },
  {
    id: 'PLAN_CHANGED',
    property: 'nodes',
    text: 'the capacity plan was changed: nodes must be a whole number above zero; got 0; make it again with CapacityPlan.toJson()',
    refuse: () => CapacityPlan.fromJson({ ...locked, nodes: 0 }),
  },
  {
    id: 'PLAN_OF_OTHER_VERSION',
    property: 'version',
    text: "a capacity plan must have format 'gpu-inference-constructs/capacity-plan' and version 2; got format 'gpu-inference-constructs/capacity-plan' and version 99; make it again with CapacityPlan.toJson()",
    refuse: () => CapacityPlan.fromJson({ ...locked, version: 99 }),
  },
  {
    id: 'PRECISION_NOT_SUPPORTED',
    property: 'precision',
    text: 'fp8 needs compute capability 8.0, but T4 (g4dn.xlarge) has 7.5; use one of fp32, fp16, int8, nvfp4, int4',
    refuse: plan({ instanceType: T4, precision: Precision.FP8 }),
  },
  {
    id: 'PRECISION_NOT_SUPPORTED',
    property: 'precision',
    text: 'nvfp4 is a format of NVIDIA, which MI300X (mi300x) does not compute in; use one of fp32, bf16, fp16, fp8, fp8-block, int8, mxfp4, int4',
    refuse: plan({ instanceType: MI300X, precision: Precision.NVFP4 }),
  },
  {
    id: 'TARGET_NOT_REACHED',
    property: 'targets.minOutputTokensPerSecond',
    text: 'no candidate for llama-3.1-8b reaches the target; the nearest, 1 × p5.48xlarge (tensor 8), has output tokens per second 19000, wanted at least 10000000; relax the target, or allow more replicas (maxReplicas) or other candidates',
    refuse: () =>
      CapacityPlanner.cheapest({
        ...{ model: LLAMA, candidates: [{ instanceType: H100 }] },
        targets: { minOutputTokensPerSecond: 1e7 },
      }),
  },
  {
    id: 'TENSOR_DOES_NOT_DIVIDE_HEADS',
    property: 'parallelism',
    text: 'tensor parallelism 3 does not divide the 32 attention heads of llama-3.1-8b; use one of 1, 2, 4, 8, 16',
    refuse: plan({ parallelism: tensor(3) }),
  },
  {
    id: 'TENSOR_DOES_NOT_FIT_KEY_VALUE_HEADS',
    property: 'parallelism',
    text: 'tensor parallelism 4 is neither a divisor nor a multiple of the 10 key-value heads of phi-4; use one of 1, 2, 5, 10',
    refuse: plan({ model: PHI_4, parallelism: tensor(4) }),
  },
  {
    id: 'TENSOR_SPLITS_QUANTIZATION_GROUPS',
    property: 'parallelism',
    text: 'int4 has groups of 128, but tensor parallelism 4 cuts the feed-forward width 768 of qwen3-30b-a3b into 192; use expert parallelism, or another tensor degree',
    refuse: plan({ model: QWEN_3_30B_A3B, precision: Precision.INT4, parallelism: tensor(4) }),
  },
  {
    id: 'TOKENS_EXCEED_CONTEXT',
    property: 'contextLength',
    text: 'inputTokens 8000 + outputTokens 1000 exceed contextLength 8192; raise contextLength or lower them',
    refuse: plan({ contextLength: 8192, inputTokens: 8000, outputTokens: 1000 }),
  },
];
