import {
  CapacityPlan,
  CapacityPlanner,
  DataSize,
  GpuInterconnect,
  GpuInstanceType,
  GpuNodeType,
  GpuType,
  GpuTypeProps,
  ModelSpec,
  Parallelism,
  Precision,
} from '../../lib/planning';
import { runCommandLine } from '../../lib/command-line/command-line';
import { realConfig } from './real-configs';
import { faultsThrown, idsOf } from '../support/faults';

const LLAMA = {
  model_type: 'llama',
  ...{ hidden_size: 4096, intermediate_size: 14336, num_hidden_layers: 32, vocab_size: 128256 },
  ...{ num_attention_heads: 32, num_key_value_heads: 8, max_position_embeddings: 131072 },
};
const quantized = (quantization_config: unknown, more: object = {}) => ({ ...LLAMA, ...more, quantization_config });
const refusals = (config: unknown, beside?: unknown) =>
  idsOf(faultsThrown(() => ModelSpec.fromHuggingFaceConfig('m', config, beside)));
const ofGroups = (weights: object) => ({
  quant_method: 'compressed-tensors',
  config_groups: { group_0: { targets: ['Linear'], weights: { num_bits: 4, type: 'int', ...weights } } },
});

describe('a quantization_config that no checkpoint has', () => {
  test.each<[string, object, string]>([
    ['groups of 3', { quant_method: 'gptq', bits: 4, group_size: 3 }, 'group_size'],
    ['groups of 0', { quant_method: 'awq', bits: 4, group_size: 0 }, 'group_size'],
    ['groups of 0 under the older key', { quant_method: 'awq', w_bit: 4, q_group_size: 0 }, 'q_group_size'],
    ['groups of less than none', { quant_method: 'gptq', bits: 8, group_size: -128 }, 'group_size'],
    ['groups of half a value', { quant_method: 'gptq', bits: 4, group_size: 0.5 }, 'group_size'],
    ['groups of a text', { quant_method: 'awq', bits: 4, group_size: '128' }, 'group_size'],
    ['groups of more than any matrix', { quant_method: 'awq', bits: 4, group_size: 1e9 }, 'group_size'],
    ['an order that is no flag', { quant_method: 'gptq', bits: 4, group_size: 128, desc_act: 'yes' }, 'desc_act'],
    ['a zero point that is no flag', { quant_method: 'awq', bits: 4, zero_point: 128 }, 'zero_point'],
    ['an unknown activation scheme', { quant_method: 'fp8', activation_scheme: 'sometimes' }, 'activation_scheme'],
    ['an unknown 4-bit type', { load_in_4bit: true, bnb_4bit_quant_type: 'int3' }, 'bnb_4bit_quant_type'],
    ['modules in a text', { quant_method: 'fp8', ignored_layers: 'lm_head' }, 'ignored_layers'],
    ['modules by number', { quant_method: 'fp8', modules_to_not_convert: 7 }, 'modules_to_not_convert'],
    ['a million modules', { quant_method: 'fp8', ignored_layers: Array(1e6).fill('a') }, 'ignored_layers'],
    [
      'compressed groups of 7',
      ofGroups({ strategy: 'group', group_size: 7 }),
      'config_groups.group_0.weights.group_size',
    ],
    ['an unknown strategy', ofGroups({ strategy: 'mine' }), 'config_groups.group_0.weights.strategy'],
    ['symmetry of a text', ofGroups({ symmetric: 'no' }), 'config_groups.group_0.weights.symmetric'],
  ])('%s', (_, quantization, property) => {
    expect(refusals(quantized(quantization))).toEqual([`UNSUPPORTED_QUANTIZATION quantization_config.${property}`]);
  });

  test.each([-1, 32, 64, 128, 1024])('groups of %d are read', (group_size) => {
    const model = ModelSpec.fromHuggingFaceConfig('m', quantized({ quant_method: 'gptq', bits: 4, group_size }));
    expect(model.publishedPrecision).toBe(Precision.INT4);
  });
});

describe('an hf_quant_config.json beside', () => {
  const NANO = realConfig('nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B-NVFP4');
  // Excerpt of that of nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B-NVFP4 (ai-dynamo/aiconfigurator 095f58a, src/aiconfigurator/model_configs).
  const BESIDE = {
    producer: { name: 'modelopt', version: '0.29.0' },
    quantization: { quant_algo: 'NVFP4', kv_cache_quant_algo: 'FP8', group_size: 16, exclude_modules: ['lm_head'] },
  };

  test.each([
    ['parsed', BESIDE],
    ['as text', JSON.stringify(BESIDE)],
    ['without its outer section', BESIDE.quantization],
  ])('is read %s', (_, beside) => {
    const model = ModelSpec.fromHuggingFaceConfig('nano', NANO, beside);
    expect(model.publishedPrecision).toBe(Precision.NVFP4);
    expect(model.publishedFrom).toBe('hf_quant_config.json');
    const without = ModelSpec.fromHuggingFaceConfig('nano', NANO);
    expect(without.publishedPrecision?.bits).toBe(16);
    expect(model.parameters).toBe(without.parameters);
    expect(model.checkpointSize(Precision.NVFP4).gib).toBeLessThan(0.4 * without.checkpointSize(Precision.BF16).gib);
  });

  test('states modules that stay in 16 bits', () => {
    const exclude_modules = ['lm_head', ...Array.from({ length: 32 }, (_, i) => `model.layers.${i}.self_attn*`)];
    const beside = { quantization: { quant_algo: 'FP8', exclude_modules } };
    expect(ModelSpec.fromHuggingFaceConfig('m', LLAMA, beside).publishedBits).toEqual({ attention: 16 });
    expect(ModelSpec.fromHuggingFaceConfig('m', LLAMA, { quantization: { quant_algo: 'FP8' } }).publishedBits).toBe(
      undefined,
    );
  });

  test('counts only where config.json says nothing itself', () => {
    const config = quantized({ quant_method: 'fp8', weight_block_size: [128, 128] });
    const model = ModelSpec.fromHuggingFaceConfig('m', config, BESIDE);
    expect(model.publishedPrecision).toBe(Precision.FP8_BLOCK);
    expect(model.publishedFrom).toBe('quantization_config of config.json');
  });

  test.each([null, 'NO_QUANT'])('with the algorithm %s leaves the weights as they are', (quant_algo) => {
    const beside = { quantization: { quant_algo, kv_cache_quant_algo: 'FP8' } };
    const model = ModelSpec.fromHuggingFaceConfig('m', { ...LLAMA, torch_dtype: 'bfloat16' }, beside);
    expect(model.publishedPrecision).toBe(Precision.BF16);
  });

  test.each<[string, unknown, string]>([
    ['no file of the kind', {}, 'CONFIG_LACKS_VALUE hf_quant_config.json'],
    ['a list', [], 'INVALID_FORMAT'],
    ['no JSON', '{', 'INVALID_FORMAT'],
    ['a section of a text', { quantization: 'FP8' }, 'CONFIG_LACKS_VALUE hf_quant_config.json'],
    [
      'an unknown algorithm',
      { quantization: { quant_algo: 'FP3' } },
      'UNSUPPORTED_QUANTIZATION hf_quant_config.json.quant_algo',
    ],
    [
      'groups of 5',
      { quantization: { quant_algo: 'W4A16_AWQ', group_size: 5 } },
      'UNSUPPORTED_QUANTIZATION hf_quant_config.json.group_size',
    ],
  ])('that is %s is refused', (_, beside, fault) => {
    expect(refusals(LLAMA, beside)).toEqual([fault]);
  });

  test('is read by the command', () => {
    const files: { readonly [path: string]: string } = {
      'models/nano/config.json': NANO,
      'models/nano/hf_quant_config.json': JSON.stringify(BESIDE),
    };
    const plan = (config: string) => {
      const line = `plan --config ${config} --instance p6-b200.48xlarge --explain`;
      return runCommandLine(line.split(' '), (path) => {
        const text = path in files ? files[path] : path === 'alone/nano/config.json' ? NANO : undefined;
        if (text === undefined) throw new Error('ENOENT');
        return text;
      }).output;
    };
    expect(plan('models/nano/config.json')).toMatch(/^nano in nvfp4 .*\bFormat: planned in nvfp4/s);
    expect(plan('alone/nano/config.json')).toMatch(/^nano in bf16 .*\bFormat: planned in bf16/s);
  });
});

describe('explain() says which format was read', () => {
  const line = (model: ModelSpec, precision?: Precision) => {
    const instanceType = GpuInstanceType.P5_48XLARGE;
    const plan = CapacityPlanner.plan({ model, precision, instanceType, contextLength: 1024 });
    const [found] = plan.explain().match(/^Format: .*$/m) ?? [];
    expect(plan.explainMarkdown().includes('Format: ')).toBe(found !== undefined);
    expect(CapacityPlan.fromJson(plan.toJson()).explain()).toBe(plan.explain());
    return found;
  };
  const read = (config: object, beside?: object) => ModelSpec.fromHuggingFaceConfig('m', config, beside);

  test('where the format of the plan differs from that of the file', () => {
    const fp8 = read(quantized({ quant_method: 'fp8' }));
    expect(line(fp8, Precision.BF16)).toBe(
      'Format: planned in bf16; m is published in fp8, by quantization_config of config.json.',
    );
    expect(line(ModelSpec.GPT_OSS_120B, Precision.BF16)).toBe(
      'Format: planned in bf16; gpt-oss-120b is published in mxfp4.',
    );
    expect(line(read({ ...LLAMA, torch_dtype: 'bfloat16' }), Precision.INT4)).toBe(
      'Format: planned in int4; m is published in bf16, by torch_dtype of config.json.',
    );
  });

  test('where it is that of the file', () => {
    expect(line(read(quantized({ quant_method: 'fp8' })))).toBe(
      'Format: planned in fp8, as m is published, by quantization_config of config.json.',
    );
    expect(line(read(LLAMA, { quantization: { quant_algo: 'FP8' } }))).toBe(
      'Format: planned in fp8, as m is published, by hf_quant_config.json.',
    );
    expect(line(read({ ...LLAMA, torch_dtype: 'float16' }), Precision.BF16)).toBe(
      'Format: planned in bf16, as m is published, by torch_dtype of config.json; a checkpoint with an hf_quant_config.json is read with that file.',
    );
    expect(line(read(LLAMA))).toBe(
      'Format: planned in bf16; of m it is not known: no entry of config.json states one.',
    );
  });

  test('nothing where there is nothing to say', () => {
    expect(line(ModelSpec.LLAMA_3_1_8B)).toBeUndefined();
    expect(line(ModelSpec.GPT_OSS_120B)).toBeUndefined();
  });
});

describe('GpuType.custom', () => {
  const base: GpuTypeProps = { memory: DataSize.gib(80), bandwidth: 2000 };

  test.each<[keyof GpuTypeProps, number]>([
    ['tflops', 1e-300],
    ['tflops', 1e-9],
    ['fp32Tflops', 1e-9],
    ['fp8Tflops', 1e-9],
    ['int8Tops', 1e-9],
    ['fp4Tflops', 1e-300],
    ['nvlinkGBps', 1e-9],
    ['nvlinkGBps', 1],
    ['pcieGBps', 1e-9],
    ['tdpWatts', 1e-9],
    ['computeCapability', 0.001],
    ['bandwidth', 3.35],
  ])('%s of %d is refused', (property, value) => {
    expect(idsOf(faultsThrown(() => GpuType.custom({ ...base, [property]: value })))).toEqual([
      `OUT_OF_RANGE ${property}`,
    ]);
  });

  test('the least of each makes a plan of finite numbers', () => {
    const gpu = GpuType.custom({
      ...{ ...base, bandwidth: 20, tflops: 0.2, fp32Tflops: 0.1, nvlinkGBps: 10, pcieGBps: 0.4, tdpWatts: 1 },
      computeCapability: 8,
    });
    const instanceType = GpuNodeType.custom({
      ...{ name: 'slow', gpu, gpuCount: 8, vcpus: 8, memory: DataSize.gib(64) },
      interconnect: GpuInterconnect.NVSWITCH,
    });
    const parallelism = Parallelism.of({ tensor: 8 });
    const plan = CapacityPlanner.plan({ model: ModelSpec.LLAMA_3_1_8B, instanceType, parallelism });
    expect(plan.decodeLatencyMs).toBeLessThan(1e6);
    expect(plan.explain()).not.toMatch(/NaN|Infinity/);
    expect(GpuType.custom({ ...base, nvlinkGBps: 0, fp8Tflops: 0 }).memory.gib).toBe(80);
  });
});
