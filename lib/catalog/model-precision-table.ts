import { ModelName } from './model-table';
import { Precision } from './precision';

const { BF16, FP16, FP8_BLOCK, MXFP4 } = Precision;

/**
 * What the checkpoint of each model of the catalog is published in: `torch_dtype`, or `quantization_config`, of the `config.json` that its
 * shape is from. Those of Llama 3.1 and 4, Mixtral, Qwen3, DeepSeek-V3 and R1, Kimi-K2 and gpt-oss are also in ai-dynamo/aiconfigurator
 * 095f58a51 (src/aiconfigurator/model_configs), where they were compared; the others are from memory, and matter little: both 16-bit
 * formats have the same size.
 *
 * @internal
 */
export const PUBLISHED_PRECISIONS: { readonly [K in ModelName]: Precision } = {
  // "torch_dtype": "float16"
  'llama-65b': FP16,
  'llama-2-7b': FP16,
  'llama-2-13b': FP16,
  'llama-2-70b': FP16,
  // "torch_dtype": "bfloat16"
  'llama-3.1-8b': BF16,
  'llama-3.1-70b': BF16,
  'llama-3.1-405b': BF16,
  'llama-3.2-1b': BF16,
  'llama-3.2-3b': BF16,
  'llama-3.3-70b': BF16,
  'llama-4-scout': BF16,
  'llama-4-maverick': BF16,
  'tinyllama-1.1b': BF16,
  'deepseek-llm-7b': BF16,
  'deepseek-llm-67b': BF16,
  'deepseek-v2': BF16,
  'deepseek-v2-lite': BF16,
  'deepseek-r1-distill-qwen-1.5b': BF16,
  'deepseek-r1-distill-qwen-7b': BF16,
  'deepseek-r1-distill-qwen-14b': BF16,
  'deepseek-r1-distill-qwen-32b': BF16,
  'deepseek-r1-distill-llama-8b': BF16,
  'deepseek-r1-distill-llama-70b': BF16,
  'qwen2.5-0.5b': BF16,
  'qwen2.5-1.5b': BF16,
  'qwen2.5-3b': BF16,
  'qwen2.5-7b': BF16,
  'qwen2.5-14b': BF16,
  'qwen2.5-32b': BF16,
  'qwen2.5-72b': BF16,
  'qwen3-8b': BF16,
  'qwen3-14b': BF16,
  'qwen3-32b': BF16,
  'qwen3-30b-a3b': BF16,
  'qwen3-235b-a22b': BF16,
  'mistral-7b-v0.3': BF16,
  'mistral-small-24b': BF16,
  'mixtral-8x7b': BF16,
  'mixtral-8x22b': BF16,
  'phi-3-mini': BF16,
  'phi-4': BF16,
  'glm-4.5': BF16,
  'glm-4.5-air': BF16,
  // The instruction-tuned models; engines serve the base models, which are in float32, in bfloat16 too
  'gemma-2-9b': BF16,
  'gemma-2-27b': BF16,
  // "quantization_config": { "quant_method": "fp8", "fmt": "e4m3", "weight_block_size": [128, 128] }
  'deepseek-v3': FP8_BLOCK,
  'deepseek-r1': FP8_BLOCK,
  'kimi-k2': FP8_BLOCK,
  // "quantization_config": { "quant_method": "mxfp4" }, all but attention, router, embedding and head
  'gpt-oss-20b': MXFP4,
  'gpt-oss-120b': MXFP4,
};
