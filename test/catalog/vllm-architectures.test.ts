import { ModelSpec } from '../../lib/catalog';
import { architectureSupport } from '../../lib/catalog/vllm-architectures';
import { realConfig } from './real-configs';

describe('the first vLLM that knows a model', () => {
  test.each([
    ['Qwen/Qwen3.5-27B', 'Qwen3.5', '0.17.0'],
    ['google/gemma-4-26B-A4B', 'Gemma 4', '0.19.0'],
    ['deepseek-ai/DeepSeek-V3.2', 'DeepSeek-V3.2', '0.11.0'],
    ['deepseek-ai/DeepSeek-V4-Flash', 'DeepSeek-V4', '0.20.0'],
    ['zai-org/GLM-5.1', 'GLM-5', '0.16.0'],
    ['nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B-BF16', 'Nemotron-H', '0.9.2'],
    ['moonshotai/Kimi-K3', 'Kimi K3', '0.27.1'],
    ['MiniMaxAI/MiniMax-M2.5', 'MiniMax-M2', '0.11.1'],
    ['Qwen/Qwen3-VL-8B-Instruct', 'Qwen3-VL', '0.11.0'],
    // Not in the table: what their shape has decides.
    ['Qwen/Qwen3-8B', 'Qwen3', '0.8.4'],
    ['openai/gpt-oss-20b', 'gpt-oss', '0.10.1'],
    ['deepseek-ai/DeepSeek-V3', 'DeepSeek-V3', '0.6.6'],
  ])('%s: %s since %s', (name, architecture, vllm) => {
    const { shape } = ModelSpec.fromHuggingFaceConfig(name, realConfig(name));
    expect(architectureSupport(shape)).toMatchObject({ architecture, vllm });
  });

  test.each([
    // registry.py of the wheel 0.11.0 has LongcatFlashForCausalLM, that of 0.10.2 does not.
    ['longcat_flash', 'LongCat-Flash', '0.11.0'],
    ['olmo3', 'OLMo 3', '0.11.0'],
    ['minimax', 'MiniMax', '0.10.0'],
    ['laguna', 'Laguna', '0.21.0'],
    ['glm_ocr_text', 'GLM-OCR', '0.16.0'],
    ['muse_glimmer_text', 'Muse Glimmer', '0.28.0'],
  ])('%s: %s since %s', (modelType, architecture, vllm) => {
    const shape = { ...ModelSpec.LLAMA_3_1_8B.shape, modelType };
    expect(architectureSupport(shape)).toEqual({ architecture, vllm });
  });

  test('every version knows Llama', () => {
    const name = 'meta-llama/Meta-Llama-3.1-8B';
    expect(architectureSupport(ModelSpec.fromHuggingFaceConfig(name, realConfig(name)).shape)).toBeUndefined();
  });

  test('a family is not the name of a method', () => {
    const shape = { ...ModelSpec.LLAMA_3_1_8B.shape, modelType: 'constructor' };
    expect(architectureSupport(ModelSpec.dense({ name: 'own', shape }).shape)).toBeUndefined();
  });
});
