import {
  DataSize,
  GpuNodeType,
  GpuInterconnect,
  GpuType,
  InferenceEngine,
  ModelSpec,
  Precision,
} from '../../lib/planning';
import { Point } from './points';

/** Names of models in published measurements, as patterns. The first match counts. */
const MODELS: [RegExp, ModelSpec][] = [
  [/gpt-oss-120b/i, ModelSpec.GPT_OSS_120B],
  [/gpt-oss-20b/i, ModelSpec.GPT_OSS_20B],
  [/r1-distill-llama-70b/i, ModelSpec.DEEPSEEK_R1_DISTILL_LLAMA_70B],
  [/r1-distill-llama-8b/i, ModelSpec.DEEPSEEK_R1_DISTILL_LLAMA_8B],
  [/r1-distill-qwen-32b/i, ModelSpec.DEEPSEEK_R1_DISTILL_QWEN_32B],
  [/r1-distill-qwen-14b/i, ModelSpec.DEEPSEEK_R1_DISTILL_QWEN_14B],
  [/r1-distill-qwen-7b/i, ModelSpec.DEEPSEEK_R1_DISTILL_QWEN_7B],
  [/r1-distill-qwen-1\.5b/i, ModelSpec.DEEPSEEK_R1_DISTILL_QWEN_1_5B],
  [/deepseek-r1/i, ModelSpec.DEEPSEEK_R1],
  [/deepseek-v3/i, ModelSpec.DEEPSEEK_V3],
  [/deepseek-v2-lite/i, ModelSpec.DEEPSEEK_V2_LITE],
  [/deepseek-v2/i, ModelSpec.DEEPSEEK_V2],
  [/deepseek-llm-67b/i, ModelSpec.DEEPSEEK_LLM_67B],
  [/deepseek-llm-7b/i, ModelSpec.DEEPSEEK_LLM_7B],
  [/kimi-k2/i, ModelSpec.KIMI_K2],
  [/llama-?4-scout/i, ModelSpec.LLAMA_4_SCOUT],
  [/llama-?4-maverick/i, ModelSpec.LLAMA_4_MAVERICK],
  [/glm-4\.5-air/i, ModelSpec.GLM_4_5_AIR],
  [/glm-4\.5/i, ModelSpec.GLM_4_5],
  [/mistral-small/i, ModelSpec.MISTRAL_SMALL_24B],
  [/llama-?3\.1-405b/i, ModelSpec.LLAMA_3_1_405B],
  [/llama-?3\.[13]-70b/i, ModelSpec.LLAMA_3_1_70B],
  [/llama-?3(\.1)?-8b/i, ModelSpec.LLAMA_3_1_8B],
  [/llama-?3\.2-1b/i, ModelSpec.LLAMA_3_2_1B],
  [/llama-?3\.2-3b/i, ModelSpec.LLAMA_3_2_3B],
  [/tinyllama/i, ModelSpec.TINY_LLAMA_1_1B],
  [/llama-65b/i, ModelSpec.LLAMA_65B],
  [/llama(-2)?-70b/i, ModelSpec.LLAMA_2_70B],
  [/llama(-2)?-13b/i, ModelSpec.LLAMA_2_13B],
  [/llama(-2)?-7b/i, ModelSpec.LLAMA_2_7B],
  [/qwen3-235b/i, ModelSpec.QWEN_3_235B_A22B],
  [/qwen3-30b/i, ModelSpec.QWEN_3_30B_A3B],
  [/qwen3-32b/i, ModelSpec.QWEN_3_32B],
  [/qwen3-14b/i, ModelSpec.QWEN_3_14B],
  [/qwen3-8b/i, ModelSpec.QWEN_3_8B],
  [/qwen2\.5(-coder)?-72b/i, ModelSpec.QWEN_2_5_72B],
  [/qwen2\.5(-coder)?-32b/i, ModelSpec.QWEN_2_5_32B],
  [/qwen2\.5(-coder)?-14b/i, ModelSpec.QWEN_2_5_14B],
  [/qwen2\.5(-coder)?-7b/i, ModelSpec.QWEN_2_5_7B],
  [/qwen2\.5(-coder)?-3b/i, ModelSpec.QWEN_2_5_3B],
  [/qwen2\.5(-coder)?-1\.5b/i, ModelSpec.QWEN_2_5_1_5B],
  [/qwen2\.5(-coder)?-0\.5b/i, ModelSpec.QWEN_2_5_0_5B],
  [/mixtral-8x22b/i, ModelSpec.MIXTRAL_8X22B],
  [/mixtral-8x7b/i, ModelSpec.MIXTRAL_8X7B],
  [/mistral-7b/i, ModelSpec.MISTRAL_7B],
  [/phi-4/i, ModelSpec.PHI_4],
  [/phi-3-mini/i, ModelSpec.PHI_3_MINI],
  [/gemma-2-9b/i, ModelSpec.GEMMA_2_9B],
  [/gemma-2-27b/i, ModelSpec.GEMMA_2_27B],
  [
    // OPT: learned positions, biases everywhere, two feed-forward matrices.
    /opt-30b/i,
    ModelSpec.dense({ name: 'opt-30b', shape: opt(48, 7168, 56) }),
  ],
  [
    // Linear rotary scaling by 4 makes 65,536 of the 16,384 positions.
    /deepseek-coder-6\.7b/i,
    ModelSpec.dense({ name: 'deepseek-coder-6.7b', shape: llama(32, 4096, 32, 32, 11008, 32256, 65536) }),
  ],
  [
    /deepseek-coder-33b/i,
    ModelSpec.dense({ name: 'deepseek-coder-33b', shape: llama(62, 7168, 56, 8, 19200, 32256, 65536) }),
  ],
  [
    // Qwen 1.5 14B: multi-head attention.
    /qwen1\.5-14b/i,
    ModelSpec.dense({
      name: 'qwen1.5-14b',
      shape: { ...llama(40, 5120, 40, 40, 13696, 152064, 32768), attentionBias: true },
    }),
  ],
  [
    // Qwen and Qwen 1.5 72B: multi-head attention.
    /qwen(1\.5)?-72b/i,
    ModelSpec.dense({
      name: 'qwen-72b',
      shape: { ...llama(80, 8192, 64, 64, 24576, 152064, 32768), attentionBias: true },
    }),
  ],
  [/opt-6\.7b/i, ModelSpec.dense({ name: 'opt-6.7b', shape: opt(32, 4096, 32) })],
  [
    // cli99/llm-analysis "test-13b": GPT shape with two feed-forward matrices.
    /test-13b/i,
    ModelSpec.dense({
      name: 'test-13b',
      shape: {
        layers: 40,
        hiddenSize: 5120,
        attentionHeads: 40,
        intermediateSize: 20480,
        gatedFeedForward: false,
        vocabularySize: 51200,
        maxContextLength: 2048,
        tiedEmbeddings: true,
      },
    }),
  ],
  [
    /falcon-180b/i,
    ModelSpec.dense({
      name: 'falcon-180b',
      shape: {
        layers: 80,
        hiddenSize: 14848,
        attentionHeads: 232,
        keyValueHeads: 8,
        headSize: 64,
        intermediateSize: 59392,
        gatedFeedForward: false,
        vocabularySize: 65024,
        maxContextLength: 8192,
      },
    }),
  ],
];

function opt(layers: number, hiddenSize: number, attentionHeads: number) {
  return {
    layers,
    hiddenSize,
    attentionHeads,
    intermediateSize: 4 * hiddenSize,
    gatedFeedForward: false,
    feedForwardBias: true,
    attentionBias: true,
    attentionOutputBias: true,
    normBias: true,
    vocabularySize: 50272,
    positionEmbeddings: 2050,
    tiedEmbeddings: true,
    maxContextLength: 2048,
  };
}

function llama(
  layers: number,
  hiddenSize: number,
  attentionHeads: number,
  keyValueHeads: number,
  intermediateSize: number,
  vocabularySize: number,
  maxContextLength: number,
) {
  return { layers, hiddenSize, attentionHeads, keyValueHeads, intermediateSize, vocabularySize, maxContextLength };
}

export function modelOf(name: string): ModelSpec | undefined {
  return MODELS.find(([pattern]) => pattern.test(name))?.[1];
}

/** Boards of published measurements; eight to a node. */
const BOARDS: [RegExp, GpuType, GpuInterconnect][] = [
  [/^h100[-_]sxm/i, GpuType.H100, GpuInterconnect.NVSWITCH],
  [/^h100$/i, GpuType.H100, GpuInterconnect.NVSWITCH],
  [/^h200/i, GpuType.H200, GpuInterconnect.NVSWITCH],
  [/^b200/i, GpuType.B200, GpuInterconnect.NVSWITCH],
  [/^b300/i, GpuType.B300, GpuInterconnect.NVSWITCH],
  [/^a100-sxm-40/i, GpuType.A100_40GB, GpuInterconnect.NVSWITCH],
  [/^a100/i, GpuType.A100_80GB, GpuInterconnect.NVSWITCH],
  [/^a40/i, GpuType.A40, GpuInterconnect.PCIE],
  [/^rtx-?pro-?6000/i, GpuType.RTX_PRO_6000, GpuInterconnect.PCIE_PEER],
  [/^gb200/i, GpuType.GB200, GpuInterconnect.NVSWITCH],
  [/^l40s/i, GpuType.L40S, GpuInterconnect.PCIE],
  [/^l4$/i, GpuType.L4, GpuInterconnect.PCIE],
  [/^a10g/i, GpuType.A10G, GpuInterconnect.PCIE],
  [/^t4/i, GpuType.T4, GpuInterconnect.PCIE],
  [/^v100.*32/i, GpuType.V100_32GB, GpuInterconnect.NVLINK_MESH],
  [/^v100/i, GpuType.V100_16GB, GpuInterconnect.NVLINK_MESH],
];

const MADE = new Map<string, GpuNodeType>();

/** Hardware of a row: a node with eight of its GPUs. */
export function boardOf(gpu: string): GpuNodeType | undefined {
  const row = BOARDS.find(([pattern]) => pattern.test(gpu));
  if (!row) return undefined;
  const known = MADE.get(row[1].name);
  if (known) return known;
  const made = GpuNodeType.custom({
    name: `bench-${row[1].name.toLowerCase()}`,
    gpu: row[1],
    gpuCount: 8,
    interconnect: row[2],
    vcpus: 192,
    memory: DataSize.gib(2048),
    networkBandwidthGbps: 3200,
    rdma: true,
  });
  MADE.set(row[1].name, made);
  return made;
}

/** Format of the weights of a row. gpt-oss is published in MXFP4 whatever the table calls it. */
export function precisionOf(point: Point, model: ModelSpec): Precision | undefined {
  if (model.name.startsWith('gpt-oss')) return Precision.MXFP4;
  const [first, experts] = point.precision.toLowerCase().split('/moe:');
  const name = (experts && model.experts ? experts : first)
    .replace(/\(.*\)/, '')
    .replace(/[-_]?block(128)?$/, '-block');
  if (name === 'fp4') return Precision.NVFP4;
  if (/int4|awq|gptq/.test(name)) return Precision.INT4;
  return Precision.ALL.find((precision) => precision.name === name);
}

export function engineOf(source: string): InferenceEngine {
  if (/v0\.[0-6]\b|fastertransformer|without XQA/i.test(source)) return InferenceEngine.TENSORRT_LLM_0_6;
  if (/trt-?llm|tensorrt|mlperf|mlcommons/i.test(source)) return InferenceEngine.TENSORRT_LLM;
  if (/sglang/i.test(source)) return InferenceEngine.SGLANG;
  // The memory of CUDA graphs is taken from the utilization.
  if (/vllm 0\.(2[1-9]|[3-9]\d)\b/i.test(source)) return InferenceEngine.VLLM_0_21;
  return InferenceEngine.VLLM;
}
