import { CapacityPlan, CapacityPlanner, GpuInstanceType, ModelSpec } from '../../lib/planning';
import { faultsThrown, idsOf, reasonsOf } from '../support/faults';

const LLAMA = {
  ...{ model_type: 'llama', num_hidden_layers: 2, hidden_size: 64, num_attention_heads: 4, num_key_value_heads: 2 },
  ...{ intermediate_size: 128, vocab_size: 1000, max_position_embeddings: 2048 },
};
const MB_10 = 1e7;
const read = (config: unknown) => ModelSpec.fromHuggingFaceConfig('m', config);
/** The text of the file with one key more. */
const withKey = (text: string) => `${JSON.stringify(LLAMA).slice(0, -1)},${text}}`;
const nestedText = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);

function nested(levels: number): unknown {
  let value: unknown = [];
  for (let i = 0; i < levels; i++) value = [value];
  return value;
}

/** An object that contains itself under a key. */
function cyclic(key: string, more: object = {}): { [key: string]: unknown } {
  const value: { [key: string]: unknown } = { ...LLAMA, ...more };
  value[key] = value;
  return value;
}

// What takes seconds, or does not end, runs into the limit of a test.
describe('texts of 10 MB', () => {
  test.each([
    ['lists in lists', nestedText(MB_10 / 2), /10000 levels deep/],
    ['lists that are never closed', '['.repeat(MB_10), /10000 levels deep/],
    ['objects in objects', '{"a":'.repeat(2e6) + '1' + '}'.repeat(2e6), /10000 levels deep/],
    ['lists in lists under a key that nobody reads', withKey(`"x":${nestedText(MB_10 / 2)}`), /10000 levels deep/],
    ['lists in lists as quantization', withKey(`"quantization_config":${nestedText(MB_10 / 2)}`), /10000 levels deep/],
    ['a text that never ends, of quotes behind backslashes', `"${'\\"'.repeat(MB_10 / 2)}`, /must be JSON/],
    ['quotes', '"'.repeat(MB_10), /must be JSON/],
    ['NaN', `[${'NaN,'.repeat(MB_10 / 4)}NaN]`, /1000 numbers that are Infinity or NaN/],
    ['Infinity', withKey(`"x":[${'Infinity,'.repeat(MB_10 / 9)}1]`), /1000 numbers that are Infinity or NaN/],
    ['no JSON', 'Z'.repeat(MB_10), /must be JSON/],
    ['more than 16 MB', ' '.repeat(1.7e7), /16000000 characters/],
  ])('%s', (_, text, reason) => {
    for (const body of [() => read(text), () => CapacityPlan.fromJson(text)]) {
      const faults = faultsThrown(body);
      expect(idsOf(faults)).toEqual(['INVALID_FORMAT']);
      expect(reasonsOf(faults).join()).toMatch(reason);
    }
  });

  test('brackets, and numbers that JSON lacks, mean nothing within a text', () => {
    expect(read(withKey(`"x":"${'['.repeat(1000)}\\"NaN\\\\","y":Infinity,"z":[-Infinity,NaN]`)).layers).toBe(2);
    expect(idsOf(faultsThrown(() => read(JSON.stringify(LLAMA).replace('64', 'NaN'))))).toEqual([
      'NOT_A_WHOLE_NUMBER hidden_size',
    ]);
    expect(idsOf(faultsThrown(() => read(JSON.stringify(LLAMA).replace('64', 'Infinity'))))).toEqual([
      'NOT_A_WHOLE_NUMBER hidden_size',
    ]);
  });
});

describe('parsed values', () => {
  const keys = ['model_type', 'num_hidden_layers', 'layer_types', 'quantization_config', 'hidden_size'];

  test.each(keys)('%s nested a million times', (key) => {
    expect(idsOf(faultsThrown(() => read({ ...LLAMA, [key]: nested(1e6) })))).toEqual([
      expect.stringMatching(new RegExp(`^[A-Z_]+ ${key}`)),
    ]);
  });

  test.each(keys.filter((key) => key !== 'layer_types'))('%s of 10 MB', (key) => {
    const faults = faultsThrown(() => read({ ...LLAMA, [key]: 'x'.repeat(MB_10) }));
    expect(idsOf(faults)).toEqual([expect.stringMatching(new RegExp(`^[A-Z_]+ ${key}`))]);
    expect(reasonsOf(faults).join().length).toBeLessThan(1000);
  });

  test('what contains itself', () => {
    expect(read(cyclic('self')).layers).toBe(2);
    expect(read(cyclic('text_config')).layers).toBe(2);
    expect(idsOf(faultsThrown(() => read(cyclic('quantization_config'))))).toEqual([
      'CONFIG_LACKS_VALUE quantization_config.quant_method',
    ]);
    const list: unknown[] = [];
    list.push(list);
    for (const key of ['num_hidden_layers', 'layer_types'])
      expect(idsOf(faultsThrown(() => read({ ...LLAMA, [key]: list })))[0]).toContain(key);
  });

  test('names of the prototype are names as any other', () => {
    expect(read(withKey('"__proto__":{"num_hidden_layers":5,"model_type":"gpt2"}')).layers).toBe(2);
    expect(idsOf(faultsThrown(() => read(`{"__proto__":${JSON.stringify(LLAMA)}}`)))).toEqual([
      'CONFIG_LACKS_VALUE model_type',
    ]);
    for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
      expect(faultsThrown(() => read({ ...LLAMA, model_type: name }))).toHaveLength(1);
      expect(faultsThrown(() => read({ ...LLAMA, quantization_config: { quant_method: name } }))).toHaveLength(1);
      const algorithm = { quant_method: 'modelopt', quant_algo: name };
      expect(faultsThrown(() => read({ ...LLAMA, quantization_config: algorithm }))).toHaveLength(1);
    }
    expect(({} as { num_hidden_layers?: number }).num_hidden_layers).toBeUndefined();
  });

  test('half a million keys', () => {
    const keysOf = Array.from({ length: 5e5 }, (_, i) => [`k${i}`, i] as const);
    expect(idsOf(faultsThrown(() => read({ ...LLAMA, ...Object.fromEntries(keysOf) })))).toEqual(['INVALID_FORMAT']);
  });

  test('a name of 10 MB', () => {
    const faults = faultsThrown(() => ModelSpec.fromHuggingFaceConfig('x'.repeat(MB_10), LLAMA));
    expect(idsOf(faults)).toEqual(['INVALID_NAME name']);
  });
});

describe('shapes by hand', () => {
  const { shape } = ModelSpec.LLAMA_3_1_8B;
  const million = Array.from({ length: 1e6 }, () => ({}));

  test.each<[string, object]>([
    ['a million kinds of layers', { ...shape, layerKinds: million }],
    ['a million encoders', { ...shape, encoders: million }],
    ['an order of a million layers', { ...shape, layerKinds: [{ count: 32, attention: {} }], layerOrder: million }],
    ['lists in lists', { ...shape, layerKinds: nested(1e6) }],
    ['lists in lists as a number', { ...shape, layers: nested(1e6) }],
    ['lists in lists as the shape', nested(1e6) as object],
  ])('%s', (_, given) => {
    const faults = faultsThrown(() => ModelSpec.dense({ name: 'm', shape: given as typeof shape }));
    expect(faults.length).toBeGreaterThan(0);
    expect(faults.length).toBeLessThanOrEqual(1000);
  });
});

describe('plans', () => {
  const json = CapacityPlanner.plan({
    model: ModelSpec.LLAMA_3_1_8B,
    instanceType: GpuInstanceType.P5_48XLARGE,
  }).toJson() as { readonly [key: string]: unknown };
  const refused = (more: object) => {
    const faults = faultsThrown(() => CapacityPlan.fromJson({ ...json, ...more }));
    expect(faults.length).toBeLessThan(20_000);
    return faults;
  };

  test.each(Object.keys(json))('%s of any size, depth or shape is refused', (key) => {
    // A value that may be left out, or that the plan does not read again, would be taken as it is.
    expect(refused({ [key]: nested(1e6) }).length).toBeGreaterThan(0);
    expect(refused({ [key]: Array.from({ length: 1e6 }, () => ({})) }).length).toBeGreaterThan(0);
    const own: { [key: string]: unknown } = { ...json };
    own[key] = own;
    expect(refused(own).length).toBeGreaterThan(0);
    expect(refused({ [key]: 'x'.repeat(MB_10) }).length).toBeGreaterThan(0);
  });
});
