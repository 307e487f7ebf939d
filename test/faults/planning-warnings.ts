import {
  CapacityPlanner,
  CapacityRequest,
  DataSize,
  GpuInstanceType,
  GpuNodeType,
  GpuType,
  InferenceEngine,
  ModelSpec,
  NodeNetwork,
  Parallelism,
  Precision,
  SpeculativeDecoding,
} from '../../lib/planning';
import { planWarnings } from '../../lib/planning/warnings';
import { FaultText } from './fault-text';

const { LLAMA_3_1_8B, LLAMA_3_1_70B, LLAMA_3_1_405B, DEEPSEEK_V3, GPT_OSS_120B, QWEN_2_5_7B, QWEN_3_30B_A3B } =
  ModelSpec;
const { P5_48XLARGE, P5EN_48XLARGE, P4DE_24XLARGE, P3DN_24XLARGE, G6_XLARGE, G6_12XLARGE, G6_48XLARGE } =
  GpuInstanceType;
const AMD = GpuNodeType.custom({
  ...{ name: 'mi325x', gpu: GpuType.MI325X, gpuCount: 8, vcpus: 192, memory: DataSize.gib(2048) },
});
const degrees = (tensor: number, pipeline = 1) => Parallelism.of({ tensor, pipeline });

/** A warning of a plan, as deployments pass it on. */
function row(id: string, text: string, request: CapacityRequest): FaultText {
  return { id, text, faults: () => planWarnings(CapacityPlanner.plan(request)) };
}

/** What the planner warns of in a choice. */
export const TEXTS: FaultText[] = [
  row(
    'APPROXIMATE_MODEL',
    'only the number of parameters of ours is known; its key-value cache and times are those of a LLaMA model of that size',
    { model: ModelSpec.dense({ name: 'ours', parameters: 65e9 }), instanceType: P5_48XLARGE },
  ),
  row(
    'ENCODER_NOT_COUNTED',
    'seeing has an encoder that is not known (vision_config), and the plan leaves out its weights and what the engine takes for the largest ' +
      'image when it starts; give its parameters and tokensPerItem (encoders of the shape), or serve text alone (mediaInput NONE)',
    {
      model: ModelSpec.dense({
        name: 'seeing',
        shape: { ...LLAMA_3_1_8B.shape, encoders: [{ name: 'vision_config' }] },
      }),
      instanceType: P5_48XLARGE,
    },
  ),
  row(
    'GRAPHS_OUTSIDE_UTILIZATION',
    'vllm takes CUDA graphs and context from outside gpuMemoryUtilization 0.95, where up to 0.28 GiB are missing for them: it may run out of ' +
      'memory when it captures graphs; lower it to 0.93, or switch graphs off',
    { model: LLAMA_3_1_8B, instanceType: G6_XLARGE, engine: InferenceEngine.VLLM, gpuMemoryUtilization: 0.95 },
  ),
  row(
    'CPU_OFFLOAD',
    'offloaded weights cross PCI Express in every step; it suits offline batches, not a latency target',
    { model: LLAMA_3_1_8B, instanceType: G6_XLARGE, cpuOffload: DataSize.gib(4) },
  ),
  row(
    'FRACTIONAL_GPU',
    'g6f.4xlarge has 1/2 of a GPU, and others use the rest: times are those of the share that it is sure of, and shorter while the others are idle',
    { model: ModelSpec.LLAMA_3_2_1B, instanceType: GpuInstanceType.G6F_4XLARGE },
  ),
  row(
    'HOST_BOUND',
    "with 512 sequences a step waits for sglang's host process, which takes 20.5 ms to schedule it and to send their tokens, while the GPUs take 9.6; more " +
      'replicas help, more GPUs for each replica do not',
    {
      ...{ model: LLAMA_3_1_8B, instanceType: P5EN_48XLARGE, parallelism: degrees(8) },
      ...{ engine: InferenceEngine.SGLANG, concurrency: 512, inputTokens: 1000, outputTokens: 1000 },
    },
  ),
  row(
    'HOST_BOUND',
    "with 1 sequence a step waits for vllm-0.24.0's host process, which takes 8.2 ms to schedule it and to send their tokens, while the GPUs take 5.2; " +
      'preparing what is drafted and verified is most of it: faster processors help, more GPUs do not',
    {
      ...{ model: ModelSpec.GLM_4_5_AIR, instanceType: P5EN_48XLARGE, parallelism: degrees(8), concurrency: 1 },
      speculativeDecoding: SpeculativeDecoding.mtp({ tokens: 1, acceptanceRate: 0.9 }),
    },
  ),
  row('HOST_MEMORY', 'offloading needs 124.0 GiB of host memory, g6.xlarge has 16 GiB', {
    ...{ model: LLAMA_3_1_70B, instanceType: G6_XLARGE, cpuOffload: DataSize.gib(120) },
  }),
  row(
    'DATA_PARALLEL_ATTENTION',
    "each replica has 8 data-parallel ranks that share experts over 8 GPUs; vLLM's own server starts them where its model is given this parallelism; " +
      'the vLLM backend of Triton starts one rank, and topologies choose no other',
    {
      ...{ model: DEEPSEEK_V3, instanceType: P5EN_48XLARGE },
      parallelism: Parallelism.of({ tensor: 1, data: 8, expert: 8 }),
    },
  ),
  row('KEY_VALUE_REPLICATED', 'qwen3-30b-a3b has 4 key-value heads, so 8 tensor ranks hold copies of them', {
    model: QWEN_3_30B_A3B,
    instanceType: P4DE_24XLARGE,
    parallelism: degrees(8),
  }),
  row(
    'LATENT_CACHE_REPLICATED',
    'each of the 8 tensor ranks holds the whole compressed cache of deepseek-v3; data parallel attention with expert parallelism would share ' +
      'it out',
    { model: DEEPSEEK_V3, instanceType: P5EN_48XLARGE, parallelism: degrees(8) },
  ),
  row('LEGACY_INSTANCE', 'p3dn.24xlarge is of a previous generation; drivers from 595 on drop V100-32GB', {
    model: LLAMA_3_1_8B,
    instanceType: P3DN_24XLARGE,
    engine: InferenceEngine.VLLM,
  }),
  row(
    'MEMORY_SHARED_WITH_HOST',
    "the memory of GB10 is the host's too: with gpuMemoryUtilization 0.9 the engine may find less than that free and stop; at 0.85 it is known to " +
      'start',
    {
      ...{ model: LLAMA_3_1_8B, gpuMemoryUtilization: 0.9 },
      instanceType: GpuNodeType.custom({
        ...{ name: 'spark', gpu: GpuType.GB10, gpuCount: 1, vcpus: 20, memory: DataSize.gib(119) },
      }),
    },
  ),
  row(
    'NODES_OVER_TCP',
    'replicas span nodes of p5.48xlarge over TCP; no measurement of that is known, the times are estimates',
    { model: LLAMA_3_1_405B, instanceType: P5_48XLARGE, parallelism: degrees(8, 2), network: NodeNetwork.TCP },
  ),
  row(
    'PARALLELISM_EXCEEDS_NODES',
    'tensor 8, pipeline 2 needs 16 GPUs, which are 2 nodes of p5.48xlarge (8 each), but maxNodes is 1; lower the degrees, or raise maxNodes',
    { model: LLAMA_3_1_405B, instanceType: P5_48XLARGE, parallelism: degrees(8, 2), maxNodes: 1 },
  ),
  row(
    'ROCM_NOT_MEASURED',
    'no measurement of vllm-0.24.0 on ROCm is in the planner: memory beside weights and cache, and times on MI325X, are those of its build for ' +
      'CUDA',
    { model: LLAMA_3_1_8B, instanceType: AMD },
  ),
  row(
    'SCHEDULER_SEQUENCES',
    'it fits with 256 sequences in the scheduler; started without max_num_seqs, vLLM defaults to more on H100, for which its sampler lacks ' +
      'the memory',
    {
      ...{ model: GPT_OSS_120B, instanceType: P5_48XLARGE, precision: Precision.MXFP4, parallelism: degrees(1) },
      ...{ engine: InferenceEngine.VLLM, contextLength: 4096, concurrency: 1 },
    },
  ),
  row(
    'TENSOR_ACROSS_NODES',
    'tensor parallelism 16 leaves the NVLink domain of 8 GPUs; each layer waits for the network twice',
    { model: LLAMA_3_1_70B, instanceType: P5_48XLARGE, parallelism: degrees(16) },
  ),
  row(
    'TENSOR_OVER_MESH',
    'not every pair of the 8 GPUs of p3dn.24xlarge is connected by NVLink; tensor 4 stays within direct links',
    { model: LLAMA_3_1_8B, instanceType: P3DN_24XLARGE, parallelism: degrees(8), engine: InferenceEngine.VLLM },
  ),
  row(
    'TENSOR_OVER_PCIE',
    'tensor parallelism 4 on g6.12xlarge goes over PCI Express, twice per layer; pipeline parallelism needs far less of it',
    { model: LLAMA_3_1_8B, instanceType: G6_12XLARGE, parallelism: degrees(4) },
  ),
  row('UNEVEN_STAGES', '28 layers in 8 stages are 3, 3, 3, 4, 4, 4, 4, 3; the longest stage sets the pace', {
    model: QWEN_2_5_7B,
    instanceType: G6_48XLARGE,
    parallelism: degrees(1, 8),
  }),
];
