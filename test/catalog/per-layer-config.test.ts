import { readFileSync } from 'fs';
import { join } from 'path';
import { ModelSpec, Precision } from '../../lib/planning';
import { faultsThrown, idsOf, reasonsOf } from '../support/faults';
import { realConfig } from './real-configs';

type Config = { readonly [key: string]: unknown };
const json = (path: string) => JSON.parse(readFileSync(join(__dirname, path), 'utf8')) as { [key: string]: Config };
/** As transformers 5.24.0 writes them. */
const SAVED = json('fixtures/per-layer-configs.json');
/** The same as published. */
const PUBLISHED = json('../../bench/vllm/configs/gemma-4-26b-a4b-text.json').config;

const read = (config: Config) => ModelSpec.fromHuggingFaceConfig('m', config);
const refused = (config: Config) => faultsThrown(() => read(config));
const wholeLayers = (model: ModelSpec) =>
  model._layers.kinds.filter(({ attention }) => attention && attention.window === undefined);

describe('Gemma 4 in a file of transformers that lists the layers with other heads', () => {
  test('is what the published file says', () => {
    const saved = read(SAVED['gemma-4-26b-a4b']);
    const published = read(PUBLISHED);
    expect(PUBLISHED).toMatchObject({ global_head_dim: 512, num_global_key_value_heads: 2 });
    expect(SAVED['gemma-4-26b-a4b']).not.toHaveProperty('num_global_key_value_heads');
    expect(saved.shape).toEqual(published.shape);
    expect(saved.parameters).toBe(published.parameters);
    const bytes = (model: ModelSpec) => model.keyValueBytesPerToken(Precision.BF16);
    expect(bytes(saved)).toBe(bytes(published));
  });

  test('as a part of a model that reads images too', () => {
    const outer = JSON.parse(realConfig('google/gemma-4-26B-A4B')) as Config;
    const saved = read({ ...outer, text_config: SAVED['gemma-4-26b-a4b'] });
    expect(saved.parameters).toBe(read(outer).parameters);
  });

  test.each(['gemma4_text', 'gemma4_unified_text'])('with the defaults of its class: %s', (type) => {
    const saved = read(SAVED[type]);
    expect(saved.shape).toEqual(read({ ...SAVED[type], per_layer_config: undefined, global_head_dim: 512 }).shape);
    expect(wholeLayers(saved)).toMatchObject([{ count: 5, attention: { headSize: 512 } }]);
  });

  test('names of earlier versions beside the list count nothing, as in the class', () => {
    const shape = read({ ...SAVED.gemma4_text, global_head_dim: 128 }).shape;
    expect(shape).toEqual(read(SAVED.gemma4_text).shape);
  });

  test('an empty list says that all heads are alike', () => {
    const [whole] = wholeLayers(read({ ...SAVED.gemma4_text, per_layer_config: {} }));
    expect(whole).toMatchObject({ count: 5 });
    expect(whole.attention?.headSize ?? 256).toBe(256);
  });

  test('one layer may have other query heads', () => {
    const per_layer_config = { '05': { head_dim: 512, num_attention_heads: 4 } };
    const more = read({ ...SAVED.gemma4_text, per_layer_config });
    const few = read({ ...SAVED.gemma4_text, per_layer_config: { '05': { head_dim: 512 } } });
    // Queries and outputs of four heads of 512 less.
    expect((few.parameters as number) - (more.parameters as number)).toBe(2 * 4 * 512 * 2304);
  });

  test.each<[string, unknown, string]>([
    ['a text', '5', 'INVALID_FORMAT per_layer_config'],
    ['a layer that it does not have', { '30': { head_dim: 512 } }, 'INVALID_FORMAT per_layer_config'],
    ['a layer of another name', { last: { head_dim: 512 } }, 'INVALID_FORMAT per_layer_config'],
    ['a layer that is a number', { '05': 512 }, 'INVALID_FORMAT per_layer_config'],
    ['half a head', { '05': { num_key_value_heads: 0.5 } }, 'NOT_A_WHOLE_NUMBER per_layer_config'],
    ['another window of one layer', { '05': { sliding_window: 64 } }, 'UNSUPPORTED_MODEL_PART per_layer_config'],
    ['a layer without a part', { '05': { skip: ['mlp'] } }, 'UNSUPPORTED_MODEL_PART per_layer_config'],
  ])('%s is refused', (_, per_layer_config, id) => {
    expect(idsOf(refused({ ...SAVED.gemma4_text, per_layer_config }))).toEqual([id]);
  });

  test('what is said of a layer as of all is no difference', () => {
    const per_layer_config = { '05': { head_dim: 512, sliding_window: 512 } };
    const { shape } = read({ ...SAVED.gemma4_text, per_layer_config });
    expect(shape).toEqual(read({ ...SAVED.gemma4_text, per_layer_config: { '5': { head_dim: 512 } } }).shape);
  });
});

test('families whose layers are read without the list refuse one', () => {
  const llama = JSON.parse(realConfig('meta-llama/Meta-Llama-3.1-8B')) as Config;
  const [fault] = refused({ ...llama, per_layer_config: { '3': { num_key_value_heads: 4 } } });
  expect(idsOf([fault])).toEqual(['UNSUPPORTED_MODEL_PART per_layer_config']);
  expect(reasonsOf([fault])[0]).toContain("model_type 'llama'");
  expect(read({ ...llama, per_layer_config: {} }).shape).toEqual(read(llama).shape);
});
