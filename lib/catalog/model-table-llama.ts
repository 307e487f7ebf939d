import { DecoderShape } from './model-architecture';

/**
 * Names of the models of this table.
 *
 * @internal
 */
export type LlamaName =
  | 'llama-65b'
  | 'llama-2-7b'
  | 'llama-2-13b'
  | 'llama-2-70b'
  | 'llama-3.1-8b'
  | 'llama-3.1-70b'
  | 'llama-3.1-405b'
  | 'llama-3.2-1b'
  | 'llama-3.2-3b'
  | 'llama-3.3-70b'
  | 'tinyllama-1.1b'
  | 'deepseek-llm-7b'
  | 'deepseek-llm-67b'
  | 'deepseek-r1-distill-qwen-1.5b'
  | 'deepseek-r1-distill-qwen-7b'
  | 'deepseek-r1-distill-qwen-14b'
  | 'deepseek-r1-distill-qwen-32b'
  | 'deepseek-r1-distill-llama-8b'
  | 'deepseek-r1-distill-llama-70b';

/**
 * Dense models of the Llama family and of DeepSeek, each with its source.
 *
 * @internal
 */
export const LLAMA_SHAPES: { readonly [K in LlamaName]: DecoderShape } = {
  // config.json of huggyllama/llama-65b; Touvron et al. 2023, table 2
  'llama-65b': {
    layers: 80,
    hiddenSize: 8192,
    attentionHeads: 64,
    intermediateSize: 22016,
    vocabularySize: 32000,
    maxContextLength: 2048,
  },
  // config.json of meta-llama/Llama-2-7b-hf
  'llama-2-7b': {
    layers: 32,
    hiddenSize: 4096,
    attentionHeads: 32,
    intermediateSize: 11008,
    vocabularySize: 32000,
    maxContextLength: 4096,
  },
  // config.json of meta-llama/Llama-2-13b-hf
  'llama-2-13b': {
    layers: 40,
    hiddenSize: 5120,
    attentionHeads: 40,
    intermediateSize: 13824,
    vocabularySize: 32000,
    maxContextLength: 4096,
  },
  // config.json of meta-llama/Llama-2-70b-hf
  'llama-2-70b': {
    layers: 80,
    hiddenSize: 8192,
    attentionHeads: 64,
    keyValueHeads: 8,
    intermediateSize: 28672,
    vocabularySize: 32000,
    maxContextLength: 4096,
  },
  // config.json of meta-llama/Llama-3.1-8B
  'llama-3.1-8b': {
    layers: 32,
    hiddenSize: 4096,
    attentionHeads: 32,
    keyValueHeads: 8,
    intermediateSize: 14336,
    vocabularySize: 128256,
    maxContextLength: 131072,
  },
  // config.json of meta-llama/Llama-3.1-70B
  'llama-3.1-70b': {
    layers: 80,
    hiddenSize: 8192,
    attentionHeads: 64,
    keyValueHeads: 8,
    intermediateSize: 28672,
    vocabularySize: 128256,
    maxContextLength: 131072,
  },
  // config.json of meta-llama/Llama-3.1-405B
  'llama-3.1-405b': {
    layers: 126,
    hiddenSize: 16384,
    attentionHeads: 128,
    keyValueHeads: 8,
    intermediateSize: 53248,
    vocabularySize: 128256,
    maxContextLength: 131072,
  },
  // config.json of meta-llama/Llama-3.2-1B
  'llama-3.2-1b': {
    layers: 16,
    hiddenSize: 2048,
    attentionHeads: 32,
    keyValueHeads: 8,
    headSize: 64,
    intermediateSize: 8192,
    vocabularySize: 128256,
    maxContextLength: 131072,
    tiedEmbeddings: true,
  },
  // config.json of meta-llama/Llama-3.2-3B
  'llama-3.2-3b': {
    layers: 28,
    hiddenSize: 3072,
    attentionHeads: 24,
    keyValueHeads: 8,
    headSize: 128,
    intermediateSize: 8192,
    vocabularySize: 128256,
    maxContextLength: 131072,
    tiedEmbeddings: true,
  },
  // config.json of meta-llama/Llama-3.3-70B-Instruct
  'llama-3.3-70b': {
    layers: 80,
    hiddenSize: 8192,
    attentionHeads: 64,
    keyValueHeads: 8,
    intermediateSize: 28672,
    vocabularySize: 128256,
    maxContextLength: 131072,
  },
  // config.json of TinyLlama/TinyLlama-1.1B-Chat-v1.0
  'tinyllama-1.1b': {
    layers: 22,
    hiddenSize: 2048,
    attentionHeads: 32,
    keyValueHeads: 4,
    intermediateSize: 5632,
    vocabularySize: 32000,
    maxContextLength: 2048,
  },
  // config.json of deepseek-ai/deepseek-llm-7b-base
  'deepseek-llm-7b': {
    layers: 30,
    hiddenSize: 4096,
    attentionHeads: 32,
    intermediateSize: 11008,
    vocabularySize: 102400,
    maxContextLength: 4096,
  },
  // config.json of deepseek-ai/deepseek-llm-67b-base (8 key-value heads; tables that say 64 fail the checksum)
  'deepseek-llm-67b': {
    layers: 95,
    hiddenSize: 8192,
    attentionHeads: 64,
    keyValueHeads: 8,
    intermediateSize: 22016,
    vocabularySize: 102400,
    maxContextLength: 4096,
  },
  // config.json of deepseek-ai/DeepSeek-R1-Distill-Qwen-1.5B (output head not tied, unlike its base)
  'deepseek-r1-distill-qwen-1.5b': {
    layers: 28,
    hiddenSize: 1536,
    attentionHeads: 12,
    keyValueHeads: 2,
    intermediateSize: 8960,
    vocabularySize: 151936,
    maxContextLength: 131072,
    attentionBias: true,
  },
  // config.json of deepseek-ai/DeepSeek-R1-Distill-Qwen-7B
  'deepseek-r1-distill-qwen-7b': {
    layers: 28,
    hiddenSize: 3584,
    attentionHeads: 28,
    keyValueHeads: 4,
    intermediateSize: 18944,
    vocabularySize: 152064,
    maxContextLength: 131072,
    attentionBias: true,
  },
  // config.json of deepseek-ai/DeepSeek-R1-Distill-Qwen-14B
  'deepseek-r1-distill-qwen-14b': {
    layers: 48,
    hiddenSize: 5120,
    attentionHeads: 40,
    keyValueHeads: 8,
    intermediateSize: 13824,
    vocabularySize: 152064,
    maxContextLength: 131072,
    attentionBias: true,
  },
  // config.json of deepseek-ai/DeepSeek-R1-Distill-Qwen-32B
  'deepseek-r1-distill-qwen-32b': {
    layers: 64,
    hiddenSize: 5120,
    attentionHeads: 40,
    keyValueHeads: 8,
    intermediateSize: 27648,
    vocabularySize: 152064,
    maxContextLength: 131072,
    attentionBias: true,
  },
  // config.json of deepseek-ai/DeepSeek-R1-Distill-Llama-8B
  'deepseek-r1-distill-llama-8b': {
    layers: 32,
    hiddenSize: 4096,
    attentionHeads: 32,
    keyValueHeads: 8,
    intermediateSize: 14336,
    vocabularySize: 128256,
    maxContextLength: 131072,
  },
  // config.json of deepseek-ai/DeepSeek-R1-Distill-Llama-70B
  'deepseek-r1-distill-llama-70b': {
    layers: 80,
    hiddenSize: 8192,
    attentionHeads: 64,
    keyValueHeads: 8,
    intermediateSize: 28672,
    vocabularySize: 128256,
    maxContextLength: 131072,
  },
};
