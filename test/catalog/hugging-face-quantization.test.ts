import { CapacityPlanner, GpuInstanceType, ModelSpec, Precision } from '../../lib/planning';
import { faultsThrown, idsOf, reasonsOf } from '../support/faults';

const LLAMA = {
  model_type: 'llama',
  ...{ hidden_size: 4096, intermediate_size: 14336, num_hidden_layers: 32, vocab_size: 128256 },
  ...{ num_attention_heads: 32, num_key_value_heads: 8, max_position_embeddings: 131072 },
  torch_dtype: 'bfloat16',
};
const read = (quantization_config?: object, more: object = {}) =>
  ModelSpec.fromHuggingFaceConfig('mine', {
    ...LLAMA,
    ...(quantization_config ? { quantization_config } : {}),
    ...more,
  });

const INT4_WEIGHTS = { num_bits: 4, type: 'int', strategy: 'group', group_size: 32, symmetric: true, dynamic: false };
const FP4_WEIGHTS = { dynamic: false, num_bits: 4, type: 'float', group_size: 16 };
const groups = (...weights: object[]) => ({
  config_groups: Object.fromEntries(weights.map((each, i) => [`group_${i}`, { targets: ['Linear'], weights: each }])),
});

// Excerpts of config.json, most from ai-dynamo/aiconfigurator 095f58a, src/aiconfigurator/model_configs.
test.each<[string, object, Precision]>([
  [
    'deepseek-ai/DeepSeek-V3',
    { activation_scheme: 'dynamic', fmt: 'e4m3', quant_method: 'fp8', weight_block_size: [128, 128] },
    Precision.FP8_BLOCK,
  ],
  ['an FP8 checkpoint with one scale per tensor', { quant_method: 'fp8', activation_scheme: 'static' }, Precision.FP8],
  ['openai/gpt-oss-20b', { modules_to_not_convert: ['lm_head'], quant_method: 'mxfp4' }, Precision.MXFP4],
  [
    'moonshotai/Kimi-K2.5',
    { ...groups(INT4_WEIGHTS), format: 'pack-quantized', quant_method: 'compressed-tensors' },
    Precision.INT4,
  ],
  [
    'moonshotai/Kimi-K3',
    {
      ...groups({ num_bits: 4, type: 'float', group_size: 32 }),
      ...{ format: 'mxfp4-pack-quantized', quant_method: 'compressed-tensors' },
    },
    Precision.MXFP4,
  ],
  [
    'a compressed-tensors checkpoint in FP8',
    {
      ...groups({ num_bits: 8, type: 'float', strategy: 'channel', symmetric: true }),
      ...{ format: 'float-quantized', quant_method: 'compressed-tensors' },
    },
    Precision.FP8,
  ],
  [
    'Qwen/Qwen3-32B-FP8-Static-PerTensor, without a method',
    { ...groups({ dynamic: false, num_bits: 8, type: 'float' }), quant_algo: 'FP8', producer: { name: 'modelopt' } },
    Precision.FP8,
  ],
  ['nvidia/GLM-5.1-NVFP4', { ...groups(FP4_WEIGHTS), quant_algo: 'NVFP4', quant_method: 'modelopt' }, Precision.NVFP4],
  [
    'Qwen/Qwen2.5-7B-Instruct-AWQ',
    { bits: 4, group_size: 128, quant_method: 'awq', version: 'gemm', zero_point: true },
    Precision.INT4,
  ],
  ['a GPTQ checkpoint of 8 bits', { bits: 8, group_size: 128, desc_act: false, quant_method: 'gptq' }, Precision.INT8],
  [
    'a bitsandbytes checkpoint of 4 bits',
    { load_in_4bit: true, bnb_4bit_quant_type: 'nf4', quant_method: 'bitsandbytes' },
    Precision.INT4,
  ],
  ['a bitsandbytes checkpoint of 8 bits', { load_in_8bit: true, quant_method: 'bitsandbytes' }, Precision.INT8],
])('%s', (_, quantization, precision) => {
  expect(read(quantization).publishedPrecision).toBe(precision);
});

test('without quantization the checkpoint is in its dtype, where that is known', () => {
  expect(read().publishedPrecision).toBe(Precision.BF16);
  expect(read(undefined, { torch_dtype: 'float16' }).publishedPrecision).toBe(Precision.FP16);
  expect(read(undefined, { torch_dtype: 'float32' }).publishedPrecision).toBe(Precision.FP32);
  expect(read(undefined, { torch_dtype: undefined }).publishedPrecision).toBeUndefined();
});

test('the language part of a model that also reads images may hold it', () => {
  const quantization_config = { quant_method: 'awq', bits: 4 };
  const model = ModelSpec.fromHuggingFaceConfig('mine', { text_config: { ...LLAMA, quantization_config } });
  expect(model.publishedPrecision).toBe(Precision.INT4);
});

test('a plan takes it: a 4-bit checkpoint is not planned in bf16', () => {
  const model = read({ bits: 4, group_size: 128, quant_method: 'awq' });
  const plan = CapacityPlanner.plan({ model, instanceType: GpuInstanceType.G6_XLARGE, contextLength: 4096 });
  expect([plan.precision, plan.fits]).toEqual([Precision.INT4, true]);
});

test.each<[string, object, string[]]>([
  [
    'an unknown method',
    { quant_method: 'exl3', bits: 2.6 },
    ['UNKNOWN_QUANTIZATION_METHOD quantization_config.quant_method'],
  ],
  ['3 bits', { quant_method: 'gptq', bits: 3 }, ['UNSUPPORTED_QUANTIZATION quantization_config.bits']],
  [
    'blocks of another size',
    { quant_method: 'fp8', weight_block_size: [32, 32] },
    ['UNSUPPORTED_QUANTIZATION quantization_config.weight_block_size'],
  ],
  [
    'formats that differ between layers',
    { quant_method: 'modelopt', quant_algo: 'MIXED_PRECISION' },
    ['UNSUPPORTED_QUANTIZATION quantization_config.quant_algo'],
  ],
  [
    'groups of two formats',
    { quant_method: 'compressed-tensors', ...groups(INT4_WEIGHTS, FP4_WEIGHTS) },
    ['UNSUPPORTED_QUANTIZATION quantization_config.config_groups'],
  ],
])('%s is refused', (_, quantization, ids) => {
  expect(idsOf(faultsThrown(() => read(quantization)))).toEqual(ids);
});

test('an unknown method is named, with the known ones', () => {
  expect(reasonsOf(faultsThrown(() => read({ quant_method: 'exl3' })))[0]).toMatch(/'exl3'; known: awq, bitsandbytes/);
});

describe('nothing is guessed', () => {
  const ids = (quantization: unknown, key = 'quantization_config') =>
    idsOf(faultsThrown(() => read(undefined, { [key]: quantization })));

  test.each(['awq', ['awq'], 4, true, false, 10n])('quantization_config %p is no object', (value) => {
    expect(ids(value)).toEqual(['INVALID_FORMAT quantization_config']);
  });

  const compressed = (weights: object) => ({ quant_method: 'compressed-tensors', ...groups(weights) });
  test.each<[object, string]>([
    [{}, 'CONFIG_LACKS_VALUE quant_method'],
    [{ bits: 4 }, 'CONFIG_LACKS_VALUE quant_method'],
    [{ quant_method: ['awq'] }, 'UNKNOWN_QUANTIZATION_METHOD quant_method'],
    [{ quant_method: 10n }, 'UNKNOWN_QUANTIZATION_METHOD quant_method'],
    [{ quant_method: 'bitsandbytes' }, 'UNSUPPORTED_QUANTIZATION load_in_4bit'],
    [
      { quant_method: 'bitsandbytes', load_in_4bit: false, load_in_8bit: false },
      'UNSUPPORTED_QUANTIZATION load_in_4bit',
    ],
    [{ quant_method: 'bitsandbytes', load_in_4bit: 'true' }, 'UNSUPPORTED_QUANTIZATION load_in_4bit'],
    [{ load_in_4bit: true, load_in_8bit: true }, 'UNSUPPORTED_QUANTIZATION load_in_4bit'],
    [{ quant_method: 'gptq' }, 'UNSUPPORTED_QUANTIZATION bits'],
    [{ quant_method: 'modelopt' }, 'UNSUPPORTED_QUANTIZATION quant_algo'],
    [{ quant_method: 'modelopt', quant_algo: {} }, 'UNSUPPORTED_QUANTIZATION quant_algo'],
    [{ quant_method: 'compressed-tensors' }, 'UNSUPPORTED_QUANTIZATION config_groups'],
    [{ quant_method: 'compressed-tensors', config_groups: { a: {} } }, 'UNSUPPORTED_QUANTIZATION config_groups'],
    [compressed({ num_bits: 8 }), 'UNSUPPORTED_QUANTIZATION config_groups'],
    [compressed({ num_bits: 8, type: 'uint' }), 'UNSUPPORTED_QUANTIZATION config_groups'],
    [
      compressed({ num_bits: 8, type: 'float', strategy: 'block', block_structure: [64, 64] }),
      'UNSUPPORTED_QUANTIZATION config_groups',
    ],
  ])('description %# is refused in readable words', (quantization, id) => {
    const [kind, property] = id.split(' ');
    for (const key of ['quantization_config', 'compression_config']) {
      const faults = faultsThrown(() => read(undefined, { [key]: quantization }));
      expect(idsOf(faults)).toEqual([`${kind} ${key}.${property}`]);
      expect(reasonsOf(faults).join()).not.toMatch(/undefined|\[object|weights ,/);
    }
  });

  test('flags without a method are those of bitsandbytes, and the older key is read the same', () => {
    expect(read({ load_in_4bit: true }).publishedPrecision).toBe(Precision.INT4);
    expect(read({ load_in_8bit: true }).publishedPrecision).toBe(Precision.INT8);
    const block = compressed({ num_bits: 8, type: 'float', strategy: 'block', block_structure: [128, 128] });
    expect(read(undefined, { compression_config: block }).publishedPrecision).toBe(Precision.FP8_BLOCK);
  });

  test('a name or model_type that is no text is a fault', () => {
    for (const name of [10n, {}])
      expect(idsOf(faultsThrown(() => ModelSpec.fromHuggingFaceConfig(name as never, LLAMA)))).toEqual([
        'WRONG_KIND name',
      ]);
    expect(idsOf(faultsThrown(() => read(undefined, { model_type: {} })))).toEqual(['INVALID_FORMAT model_type']);
  });
});
