import { readFileSync } from 'fs';
import { join } from 'path';
import { FAMILIES } from '../../lib/catalog/hugging-face/families';
import { ModelSpec } from '../../lib/catalog';

interface Counted {
  readonly config: { readonly model_type: string; readonly text_config?: { readonly model_type?: string } };
  readonly parameters: number;
  readonly buffers: number;
}

/** What transformers counts on the meta device, recorded by bench/parameters/count.py. */
const COUNTED = JSON.parse(readFileSync(join(__dirname, '../../bench/parameters/counts.json'), 'utf8')) as {
  readonly transformers: string;
  readonly models: readonly Counted[];
};

describe(`parameters are those that transformers ${COUNTED.transformers} counts`, () => {
  test.each(COUNTED.models.map((model, i) => [i, model.config.model_type, model] as const))(
    '%i: %s',
    (_, type, { config, parameters, buffers }) => {
      expect(ModelSpec.fromHuggingFaceConfig(type, config).parameters).toBe(parameters + buffers);
    },
  );

  test('of every family that transformers has', () => {
    const counted = new Set(
      COUNTED.models.flatMap(({ config }) => [config.model_type, config.text_config?.model_type]),
    );
    // Families that transformers knows under another name or not at all.
    const others = [
      'bailing_moe',
      'kimi_k2',
      'deepseek',
      'mimo',
      'hunyuan',
      'minicpmo',
      'minicpmv',
      'internlm2',
      'mimo_v2',
      'minimax_m3',
      'plamo3',
      'minimax_text_01',
      'nemotron-nas',
      'step3',
      'step3_text',
    ];
    expect(
      Object.keys(FAMILIES)
        .filter((type) => !counted.has(type))
        .sort(),
    ).toEqual(others.sort());
  });
});
