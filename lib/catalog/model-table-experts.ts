import { DecoderShape } from './model-architecture';

/** The encoder of images of Llama 4 by its vision_config, with adapter and projector; an image has up to 17 tiles of 144 tokens. */
const LLAMA_4_ENCODERS = [
  {
    name: 'vision_config',
    parameters: 871932416,
    tokensPerItem: 2448,
    positionsPerToken: 577 / 144,
    hiddenSize: 1408,
    intermediateSize: 5632,
    inputSize: 588,
    shared: true,
  },
];

/**
 * Names of the models of this table.
 *
 * @internal
 */
export type ExpertsName =
  | 'deepseek-v2'
  | 'deepseek-v2-lite'
  | 'deepseek-v3'
  | 'deepseek-r1'
  | 'kimi-k2'
  | 'llama-4-scout'
  | 'llama-4-maverick'
  | 'glm-4.5'
  | 'glm-4.5-air'
  | 'qwen3-30b-a3b'
  | 'qwen3-235b-a22b'
  | 'mixtral-8x7b'
  | 'mixtral-8x22b'
  | 'gpt-oss-20b'
  | 'gpt-oss-120b';

/**
 * Mixture-of-experts models, each with its source.
 *
 * @internal
 */
export const EXPERTS_SHAPES: { readonly [K in ExpertsName]: DecoderShape } = {
  // config.json of deepseek-ai/DeepSeek-V2
  'deepseek-v2': {
    layers: 60,
    hiddenSize: 5120,
    attentionHeads: 128,
    intermediateSize: 12288,
    vocabularySize: 102400,
    maxContextLength: 163840,
    latentAttention: { queryRank: 1536, keyValueRank: 512, nopeHeadSize: 128, ropeHeadSize: 64, valueHeadSize: 128 },
    experts: { routed: 160, perToken: 6, intermediateSize: 1536, shared: 2, firstDenseLayers: 1 },
  },
  // config.json of deepseek-ai/DeepSeek-V2-Lite
  'deepseek-v2-lite': {
    layers: 27,
    hiddenSize: 2048,
    attentionHeads: 16,
    intermediateSize: 10944,
    vocabularySize: 102400,
    maxContextLength: 163840,
    latentAttention: { keyValueRank: 512, nopeHeadSize: 128, ropeHeadSize: 64, valueHeadSize: 128 },
    experts: { routed: 64, perToken: 6, intermediateSize: 1408, shared: 2, firstDenseLayers: 1 },
  },
  // config.json of deepseek-ai/DeepSeek-V3, without the multi-token prediction layer
  'deepseek-v3': {
    layers: 61,
    hiddenSize: 7168,
    attentionHeads: 128,
    intermediateSize: 18432,
    vocabularySize: 129280,
    maxContextLength: 163840,
    predictionLayers: 1,
    latentAttention: { queryRank: 1536, keyValueRank: 512, nopeHeadSize: 128, ropeHeadSize: 64, valueHeadSize: 128 },
    experts: {
      routed: 256,
      perToken: 8,
      intermediateSize: 2048,
      shared: 1,
      firstDenseLayers: 3,
      routerBias: true,
      float32RouterParameters: 256,
    },
  },
  // config.json of deepseek-ai/DeepSeek-R1, without the multi-token prediction layer
  'deepseek-r1': {
    layers: 61,
    hiddenSize: 7168,
    attentionHeads: 128,
    intermediateSize: 18432,
    vocabularySize: 129280,
    maxContextLength: 163840,
    predictionLayers: 1,
    latentAttention: { queryRank: 1536, keyValueRank: 512, nopeHeadSize: 128, ropeHeadSize: 64, valueHeadSize: 128 },
    experts: {
      routed: 256,
      perToken: 8,
      intermediateSize: 2048,
      shared: 1,
      firstDenseLayers: 3,
      routerBias: true,
      float32RouterParameters: 256,
    },
  },
  // config.json of moonshotai/Kimi-K2-Instruct
  'kimi-k2': {
    layers: 61,
    hiddenSize: 7168,
    attentionHeads: 64,
    intermediateSize: 18432,
    vocabularySize: 163840,
    maxContextLength: 131072,
    latentAttention: { queryRank: 1536, keyValueRank: 512, nopeHeadSize: 128, ropeHeadSize: 64, valueHeadSize: 128 },
    experts: {
      routed: 384,
      perToken: 8,
      intermediateSize: 2048,
      shared: 1,
      firstDenseLayers: 1,
      routerBias: true,
      float32RouterParameters: 384,
    },
  },
  // config.json of meta-llama/Llama-4-Scout-17B-16E-Instruct; the image encoder by its vision_config, with the adapter and projector
  'llama-4-scout': {
    layers: 48,
    hiddenSize: 5120,
    attentionHeads: 40,
    keyValueHeads: 8,
    headSize: 128,
    intermediateSize: 16384,
    vocabularySize: 202048,
    maxContextLength: 10485760,
    slidingWindow: { tokens: 8192, layers: 36, chunked: true },
    encoders: LLAMA_4_ENCODERS,
    experts: { routed: 16, perToken: 1, intermediateSize: 8192, shared: 1 },
  },
  // config.json of meta-llama/Llama-4-Maverick-17B-128E-Instruct; the image encoder as in Scout
  'llama-4-maverick': {
    layers: 48,
    hiddenSize: 5120,
    attentionHeads: 40,
    keyValueHeads: 8,
    headSize: 128,
    intermediateSize: 16384,
    vocabularySize: 202048,
    maxContextLength: 1048576,
    slidingWindow: { tokens: 8192, layers: 36, chunked: true },
    encoders: LLAMA_4_ENCODERS,
    experts: { routed: 128, perToken: 1, intermediateSize: 8192, shared: 1, layerStep: 2 },
  },
  // config.json of zai-org/GLM-4.5, by excerpts, without the multi-token prediction layer; the size of its files agrees
  'glm-4.5': {
    layers: 92,
    hiddenSize: 5120,
    attentionHeads: 96,
    keyValueHeads: 8,
    headSize: 128,
    intermediateSize: 12288,
    vocabularySize: 151552,
    maxContextLength: 131072,
    attentionBias: true,
    queryKeyNorm: true,
    predictionLayers: 1,
    experts: {
      routed: 160,
      perToken: 8,
      intermediateSize: 1536,
      shared: 1,
      firstDenseLayers: 3,
      routerBias: true,
      float32RouterParameters: 160 * 5121,
    },
  },
  // config.json of zai-org/GLM-4.5-Air, without the multi-token prediction layer
  'glm-4.5-air': {
    layers: 46,
    hiddenSize: 4096,
    attentionHeads: 96,
    keyValueHeads: 8,
    headSize: 128,
    intermediateSize: 10944,
    vocabularySize: 151552,
    maxContextLength: 131072,
    attentionBias: true,
    predictionLayers: 1,
    experts: {
      routed: 128,
      perToken: 8,
      intermediateSize: 1408,
      shared: 1,
      firstDenseLayers: 1,
      routerBias: true,
      float32RouterParameters: 128 * 4097,
    },
  },
  // config.json of Qwen/Qwen3-30B-A3B
  'qwen3-30b-a3b': {
    layers: 48,
    hiddenSize: 2048,
    attentionHeads: 32,
    keyValueHeads: 4,
    headSize: 128,
    intermediateSize: 6144,
    vocabularySize: 151936,
    maxContextLength: 40960,
    queryKeyNorm: true,
    experts: { routed: 128, perToken: 8, intermediateSize: 768 },
  },
  // config.json of Qwen/Qwen3-235B-A22B
  'qwen3-235b-a22b': {
    layers: 94,
    hiddenSize: 4096,
    attentionHeads: 64,
    keyValueHeads: 4,
    headSize: 128,
    intermediateSize: 12288,
    vocabularySize: 151936,
    maxContextLength: 40960,
    queryKeyNorm: true,
    experts: { routed: 128, perToken: 8, intermediateSize: 1536 },
  },
  // config.json of mistralai/Mixtral-8x7B-v0.1
  'mixtral-8x7b': {
    layers: 32,
    hiddenSize: 4096,
    attentionHeads: 32,
    keyValueHeads: 8,
    intermediateSize: 14336,
    vocabularySize: 32000,
    maxContextLength: 32768,
    experts: { routed: 8, perToken: 2, intermediateSize: 14336 },
  },
  // config.json of mistralai/Mixtral-8x22B-v0.1
  'mixtral-8x22b': {
    layers: 56,
    hiddenSize: 6144,
    attentionHeads: 48,
    keyValueHeads: 8,
    intermediateSize: 16384,
    vocabularySize: 32000,
    maxContextLength: 65536,
    experts: { routed: 8, perToken: 2, intermediateSize: 16384 },
  },
  // config.json of openai/gpt-oss-20b
  'gpt-oss-20b': {
    layers: 24,
    hiddenSize: 2880,
    attentionHeads: 64,
    keyValueHeads: 8,
    headSize: 64,
    intermediateSize: 2880,
    vocabularySize: 201088,
    maxContextLength: 131072,
    attentionBias: true,
    attentionOutputBias: true,
    attentionSinks: true,
    experts: { routed: 32, perToken: 4, intermediateSize: 2880, bias: true, routerBias: true },
    slidingWindow: { tokens: 128, layers: 12 },
  },
  // config.json of openai/gpt-oss-120b
  'gpt-oss-120b': {
    layers: 36,
    hiddenSize: 2880,
    attentionHeads: 64,
    keyValueHeads: 8,
    headSize: 64,
    intermediateSize: 2880,
    vocabularySize: 201088,
    maxContextLength: 131072,
    attentionBias: true,
    attentionOutputBias: true,
    attentionSinks: true,
    experts: { routed: 128, perToken: 4, intermediateSize: 2880, bias: true, routerBias: true },
    slidingWindow: { tokens: 128, layers: 18 },
  },
};
