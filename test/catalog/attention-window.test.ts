import { ModelSpec } from '../../lib/catalog';
import { ownWindow, whyNoWindow, withWindow } from '../../lib/catalog/attention-window';
import { realConfig } from './real-configs';

const of = (model: ModelSpec) => ({ shape: model.shape, kinds: model._layers.kinds });
const file = (repository: string) => ModelSpec.fromHuggingFaceConfig('m', realConfig(repository));

test.each([
  ModelSpec.LLAMA_3_1_8B,
  ModelSpec.MISTRAL_7B,
  ModelSpec.MIXTRAL_8X7B,
  ModelSpec.QWEN_2_5_7B,
  ModelSpec.QWEN_3_8B,
  ModelSpec.QWEN_3_30B_A3B,
  ModelSpec.GLM_4_5,
  ModelSpec.dense({ name: '13b', parameters: 13e9 }),
])('vLLM limits what all layers of %s see', (model) => {
  expect(whyNoWindow(of(model))).toBeUndefined();
});

test.each([
  [ModelSpec.DEEPSEEK_V3, 'latent'],
  [ModelSpec.GEMMA_2_9B, 'alternate'],
  [ModelSpec.GPT_OSS_20B, 'alternate'],
  [ModelSpec.LLAMA_4_SCOUT, 'chunks'],
  [file('deepseek-ai/DeepSeek-V3.2'), 'latent'],
  [file('Qwen/Qwen3.5-27B'), 'state'],
])('and not of %s: %s', (model, reason) => {
  expect(whyNoWindow(of(model))).toContain(reason);
});

test('nor of a model within one that reads images, whose configuration is a part of its own', () => {
  const { shape } = file('Qwen/Qwen3-VL-8B-Instruct');
  for (const more of [{}, { encoders: [] }, { modelType: undefined }])
    expect(whyNoWindow(of(ModelSpec.dense({ name: 'm', shape: { ...shape, ...more } })))).toContain('images or sound');
});

test('every layer with attention has the window, and the parameters stay', () => {
  for (const model of [
    ModelSpec.LLAMA_3_1_8B,
    ModelSpec.dense({ name: '13b', parameters: 13e9 }),
    file('nvidia/Llama-3_3-Nemotron-Super-49B-v1'),
  ]) {
    const other = model._changed({}, withWindow(model.shape, 512));
    const windows = (each: ModelSpec) =>
      each._layers.kinds.flatMap(({ attention }) => (attention ? [attention.window] : []));
    expect(windows(model).every((window) => window === undefined)).toBe(true);
    expect(windows(other)).toEqual(windows(model).map(() => 512));
    expect(other.parameters).toBe(model.parameters);
    expect(other.name).toBe(model.name);
    expect(ownWindow(other._layers)).toBe(512);
    expect(ownWindow(model._layers)).toBeUndefined();
  }
});
