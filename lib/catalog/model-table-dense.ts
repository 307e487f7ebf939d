import { DecoderShape } from './model-architecture';

/**
 * Names of the models of this table.
 *
 * @internal
 */
export type DenseName =
  | 'qwen2.5-0.5b'
  | 'qwen2.5-1.5b'
  | 'qwen2.5-3b'
  | 'qwen2.5-7b'
  | 'qwen2.5-14b'
  | 'qwen2.5-32b'
  | 'qwen2.5-72b'
  | 'qwen3-8b'
  | 'qwen3-14b'
  | 'qwen3-32b'
  | 'mistral-7b-v0.3'
  | 'mistral-small-24b'
  | 'phi-3-mini'
  | 'phi-4'
  | 'gemma-2-9b'
  | 'gemma-2-27b';

/**
 * Other dense models, each with its source.
 *
 * @internal
 */
export const DENSE_SHAPES: { readonly [K in DenseName]: DecoderShape } = {
  // config.json of Qwen/Qwen2.5-0.5B-Instruct
  'qwen2.5-0.5b': {
    layers: 24,
    hiddenSize: 896,
    attentionHeads: 14,
    keyValueHeads: 2,
    intermediateSize: 4864,
    vocabularySize: 151936,
    maxContextLength: 32768,
    attentionBias: true,
    tiedEmbeddings: true,
  },
  // config.json of Qwen/Qwen2.5-1.5B-Instruct
  'qwen2.5-1.5b': {
    layers: 28,
    hiddenSize: 1536,
    attentionHeads: 12,
    keyValueHeads: 2,
    intermediateSize: 8960,
    vocabularySize: 151936,
    maxContextLength: 32768,
    attentionBias: true,
    tiedEmbeddings: true,
  },
  // config.json of Qwen/Qwen2.5-3B-Instruct
  'qwen2.5-3b': {
    layers: 36,
    hiddenSize: 2048,
    attentionHeads: 16,
    keyValueHeads: 2,
    intermediateSize: 11008,
    vocabularySize: 151936,
    maxContextLength: 32768,
    attentionBias: true,
    tiedEmbeddings: true,
  },
  // config.json of Qwen/Qwen2.5-7B-Instruct
  'qwen2.5-7b': {
    layers: 28,
    hiddenSize: 3584,
    attentionHeads: 28,
    keyValueHeads: 4,
    intermediateSize: 18944,
    vocabularySize: 152064,
    maxContextLength: 32768,
    attentionBias: true,
  },
  // config.json of Qwen/Qwen2.5-14B-Instruct
  'qwen2.5-14b': {
    layers: 48,
    hiddenSize: 5120,
    attentionHeads: 40,
    keyValueHeads: 8,
    intermediateSize: 13824,
    vocabularySize: 152064,
    maxContextLength: 32768,
    attentionBias: true,
  },
  // config.json of Qwen/Qwen2.5-32B-Instruct
  'qwen2.5-32b': {
    layers: 64,
    hiddenSize: 5120,
    attentionHeads: 40,
    keyValueHeads: 8,
    intermediateSize: 27648,
    vocabularySize: 152064,
    maxContextLength: 32768,
    attentionBias: true,
  },
  // config.json of Qwen/Qwen2.5-72B-Instruct
  'qwen2.5-72b': {
    layers: 80,
    hiddenSize: 8192,
    attentionHeads: 64,
    keyValueHeads: 8,
    intermediateSize: 29568,
    vocabularySize: 152064,
    maxContextLength: 32768,
    attentionBias: true,
  },
  // config.json of Qwen/Qwen3-8B
  'qwen3-8b': {
    layers: 36,
    hiddenSize: 4096,
    attentionHeads: 32,
    keyValueHeads: 8,
    headSize: 128,
    intermediateSize: 12288,
    vocabularySize: 151936,
    maxContextLength: 40960,
    queryKeyNorm: true,
  },
  // config.json of Qwen/Qwen3-14B
  'qwen3-14b': {
    layers: 40,
    hiddenSize: 5120,
    attentionHeads: 40,
    keyValueHeads: 8,
    headSize: 128,
    intermediateSize: 17408,
    vocabularySize: 151936,
    maxContextLength: 40960,
    queryKeyNorm: true,
  },
  // config.json of Qwen/Qwen3-32B
  'qwen3-32b': {
    layers: 64,
    hiddenSize: 5120,
    attentionHeads: 64,
    keyValueHeads: 8,
    headSize: 128,
    intermediateSize: 25600,
    vocabularySize: 151936,
    maxContextLength: 40960,
    queryKeyNorm: true,
  },
  // config.json of mistralai/Mistral-7B-v0.3
  'mistral-7b-v0.3': {
    layers: 32,
    hiddenSize: 4096,
    attentionHeads: 32,
    keyValueHeads: 8,
    intermediateSize: 14336,
    vocabularySize: 32768,
    maxContextLength: 32768,
  },
  // config.json of mistralai/Mistral-Small-24B-Instruct-2501, by excerpts; its published parameter count agrees
  'mistral-small-24b': {
    layers: 40,
    hiddenSize: 5120,
    attentionHeads: 32,
    keyValueHeads: 8,
    headSize: 128,
    intermediateSize: 32768,
    vocabularySize: 131072,
    maxContextLength: 32768,
  },
  // config.json of microsoft/Phi-3-mini-128k-instruct
  'phi-3-mini': {
    layers: 32,
    hiddenSize: 3072,
    attentionHeads: 32,
    intermediateSize: 8192,
    vocabularySize: 32064,
    maxContextLength: 131072,
  },
  // config.json of microsoft/phi-4 (10 key-value heads: tensor 1, 2, 5 or 10 shares them out)
  'phi-4': {
    layers: 40,
    hiddenSize: 5120,
    attentionHeads: 40,
    keyValueHeads: 10,
    intermediateSize: 17920,
    vocabularySize: 100352,
    maxContextLength: 16384,
  },
  // config.json of google/gemma-2-9b
  'gemma-2-9b': {
    layers: 42,
    hiddenSize: 3584,
    attentionHeads: 16,
    keyValueHeads: 8,
    headSize: 256,
    intermediateSize: 14336,
    vocabularySize: 256000,
    maxContextLength: 8192,
    tiedEmbeddings: true,
    normsPerLayer: 4,
    needsBfloat16: true,
    slidingWindow: { tokens: 4096, layers: 21 },
  },
  // config.json of google/gemma-2-27b
  'gemma-2-27b': {
    layers: 46,
    hiddenSize: 4608,
    attentionHeads: 32,
    keyValueHeads: 16,
    headSize: 128,
    intermediateSize: 36864,
    vocabularySize: 256000,
    maxContextLength: 8192,
    tiedEmbeddings: true,
    normsPerLayer: 4,
    needsBfloat16: true,
    slidingWindow: { tokens: 4096, layers: 23 },
  },
};
