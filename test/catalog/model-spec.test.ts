import * as fc from 'fast-check';
import { ModelSpec, Parallelism, Precision } from '../../lib/planning';
import { faultsThrown, idsOf } from '../support/faults';

/** Parameters as published: `metadata.total_size / 2` of the safetensors index, or the parameter count shown on the model's page. */
const PUBLISHED: [ModelSpec, number][] = [
  [ModelSpec.LLAMA_65B, 65_285_660_672],
  [ModelSpec.LLAMA_2_7B, 6_738_415_616],
  [ModelSpec.LLAMA_2_13B, 13_015_864_320],
  [ModelSpec.LLAMA_2_70B, 68_976_648_192],
  [ModelSpec.LLAMA_3_1_8B, 8_030_261_248],
  [ModelSpec.LLAMA_3_1_70B, 70_553_706_496],
  [ModelSpec.LLAMA_3_1_405B, 405_853_388_800],
  [ModelSpec.LLAMA_3_2_1B, 1_235_814_400],
  [ModelSpec.LLAMA_3_2_3B, 3_212_749_824],
  [ModelSpec.TINY_LLAMA_1_1B, 1_100_048_384],
  [ModelSpec.DEEPSEEK_LLM_7B, 6_910_365_696],
  [ModelSpec.QWEN_2_5_0_5B, 494_032_768],
  [ModelSpec.QWEN_2_5_1_5B, 1_543_714_304],
  [ModelSpec.QWEN_2_5_3B, 3_085_938_688],
  [ModelSpec.QWEN_2_5_7B, 7_615_616_512],
  [ModelSpec.QWEN_2_5_14B, 14_770_033_664],
  [ModelSpec.QWEN_2_5_32B, 32_763_876_352],
  [ModelSpec.QWEN_2_5_72B, 72_706_203_648],
  [ModelSpec.QWEN_3_8B, 8_190_735_360],
  [ModelSpec.QWEN_3_14B, 14_768_307_200],
  [ModelSpec.QWEN_3_32B, 32_762_123_264],
  [ModelSpec.QWEN_3_30B_A3B, 30_532_122_624],
  [ModelSpec.QWEN_3_235B_A22B, 235_093_634_560],
  [ModelSpec.MISTRAL_7B, 7_248_023_552],
  [ModelSpec.MIXTRAL_8X7B, 46_702_792_704],
  [ModelSpec.PHI_3_MINI, 3_821_079_552],
  [ModelSpec.PHI_4, 14_659_507_200],
  [ModelSpec.GEMMA_2_9B, 9_241_705_984],
  [ModelSpec.GEMMA_2_27B, 27_227_128_320],
  [ModelSpec.DEEPSEEK_V2_LITE, 15_706_484_224],
  [ModelSpec.DEEPSEEK_V2, 235_741_434_880],
  [ModelSpec.LLAMA_4_SCOUT, 108_641_793_536],
  [ModelSpec.LLAMA_4_MAVERICK, 401_583_781_376],
  [ModelSpec.MISTRAL_SMALL_24B, 23_572_403_200],
  // Checkpoints without the prediction layer, e.g. PrimeIntellect/INTELLECT-3.
  [ModelSpec.GLM_4_5_AIR, 106_852_251_264],
];

/** Parameters as a model card rounds them. */
const ROUNDED: [ModelSpec, number, number][] = [
  [ModelSpec.DEEPSEEK_LLM_67B, 67.4e9, 67.4e9],
  [ModelSpec.DEEPSEEK_V3, 671e9, 37e9],
  [ModelSpec.DEEPSEEK_V2, 236e9, 21e9],
  [ModelSpec.KIMI_K2, 1.026e12, 32e9],
  [ModelSpec.LLAMA_4_SCOUT, 108.6e9, 17.2e9 + 0.872e9],
  [ModelSpec.LLAMA_4_MAVERICK, 401.6e9, 17.2e9 + 0.872e9],
  // The page rounds 356.8 billion, with the prediction layer.
  [ModelSpec.GLM_4_5, 356.8e9 - 3.99e9, 32e9 + 1.55e9],
  [ModelSpec.GLM_4_5_AIR, 106.9e9, 12e9 + 1.24e9],
  [ModelSpec.MIXTRAL_8X7B, 46.7e9, 12.9e9],
  [ModelSpec.MIXTRAL_8X22B, 140.6e9, 39e9],
  [ModelSpec.QWEN_3_30B_A3B, 30.5e9, 3.3e9],
  [ModelSpec.QWEN_3_235B_A22B, 235e9, 22e9],
  [ModelSpec.GPT_OSS_120B, 116.83e9, 5.13e9 + 0.579e9],
  [ModelSpec.GPT_OSS_20B, 20.91e9, 3.61e9 + 0.579e9],
];

/** File sizes of safetensors in GiB: kaito-project/kaito presets/workspace/models/model_catalog.yaml. */
const FILES: [ModelSpec, Precision, number, number][] = [
  [ModelSpec.LLAMA_3_1_8B, Precision.BF16, 14.96, 0.001],
  [ModelSpec.LLAMA_3_3_70B, Precision.BF16, 131.42, 0.001],
  [ModelSpec.QWEN_2_5_7B, Precision.BF16, 14.19, 0.001],
  [ModelSpec.QWEN_2_5_14B, Precision.BF16, 27.51, 0.001],
  [ModelSpec.QWEN_2_5_32B, Precision.BF16, 61.03, 0.001],
  [ModelSpec.QWEN_3_8B, Precision.BF16, 15.26, 0.001],
  [ModelSpec.MISTRAL_7B, Precision.BF16, 13.5, 0.001],
  [ModelSpec.PHI_4, Precision.BF16, 27.31, 0.001],
  [ModelSpec.QWEN_3_30B_A3B, Precision.BF16, 56.87, 0.001],
  [ModelSpec.QWEN_3_8B, Precision.INT4, 5.68, 0.01],
];

/** Bytes of keys and values per token in 16 bits (facts: configurations of the models; two vLLM logs confirm Qwen2.5-0.5B and Phi-4). */
const KEY_VALUE: [ModelSpec, number][] = [
  [ModelSpec.LLAMA_65B, 2560 * 1024],
  [ModelSpec.LLAMA_2_13B, 800 * 1024],
  [ModelSpec.LLAMA_2_7B, 512 * 1024],
  [ModelSpec.DEEPSEEK_LLM_7B, 480 * 1024],
  [ModelSpec.DEEPSEEK_LLM_67B, 380 * 1024],
  [ModelSpec.LLAMA_2_70B, 320 * 1024],
  [ModelSpec.QWEN_2_5_72B, 320 * 1024],
  [ModelSpec.LLAMA_3_1_8B, 128 * 1024],
  [ModelSpec.QWEN_2_5_0_5B, 12_288],
  [ModelSpec.PHI_4, 204_800],
  [ModelSpec.DEEPSEEK_V3, 70_272],
  // Eight H200 hold 3,919,664 tokens in 8 × 89.71 GiB (vLLM 0.12).
  [ModelSpec.LLAMA_4_SCOUT, 8 * 24_576],
];

describe('ModelSpec', () => {
  test.each(PUBLISHED)('%s: the shape has the published number of parameters', (model, parameters) => {
    expect(model.parameters).toBe(parameters);
  });

  test.each(ROUNDED)('%s: total and active parameters are those of the model card', (model, total, active) => {
    expect(Math.abs(model.parameters / total - 1)).toBeLessThan(0.003);
    expect(Math.abs(model.activeParameters / active - 1)).toBeLessThan(0.03);
  });

  test('the checksum catches a wrong number of key-value heads', () => {
    const shape = { ...ModelSpec.DEEPSEEK_LLM_67B.shape, keyValueHeads: 64 };
    expect(ModelSpec.dense({ name: 'wrong', shape }).parameters / 67.4e9).toBeGreaterThan(1.15);
  });

  test.each(FILES)('%s in %s takes %p GiB', (model, precision, gib, tolerance) => {
    expect(Math.abs(model.weightSize(precision).gib / gib - 1)).toBeLessThan(tolerance);
  });

  test('the files of DeepSeek-R1 in its own FP8 are 641.3 GiB, of which the prediction module is not loaded', () => {
    const files = ModelSpec.DEEPSEEK_R1.checkpointSize(Precision.FP8_BLOCK).gib;
    expect(Math.abs(files / 641.3 - 1)).toBeLessThan(0.005);
    expect(ModelSpec.DEEPSEEK_R1.weightSize(Precision.FP8_BLOCK).gib).toBeLessThan(630);
    expect(ModelSpec.PHI_4.checkpointSize(Precision.BF16).bytes).toBe(ModelSpec.PHI_4.weightSize(Precision.BF16).bytes);
  });

  test('the experts of gpt-oss-120b in MXFP4 are 56.7 GiB', () => {
    const whole = ModelSpec.GPT_OSS_120B;
    const rest = whole.weightSize(Precision.BF16).bytes - whole.weightSize(Precision.MXFP4).bytes;
    const experts = rest / (2 - 4.25 / 8);
    expect((experts * 4.25) / 8 / 2 ** 30).toBeCloseTo(56.7, 0);
  });

  test.each(KEY_VALUE)('%s keeps %p bytes per token', (model, bytes) => {
    expect(model.keyValueBytesPerToken(Precision.FP16)).toBe(bytes);
    expect(model.keyValueBytesPerToken(Precision.FP8)).toBe(bytes / 2);
  });

  describe('the deployment guide', () => {
    const guide = ModelSpec.dense({ name: 'deepseek-65b', parameters: 65e9 });

    test.each([
      [Precision.FP16, 130],
      [Precision.FP32, 260],
      [Precision.INT8, 65],
    ])('65B in %s is %p GB', (precision, gb) => {
      expect(guide.weightSize(precision).gb).toBeCloseTo(gb, 6);
      expect(guide.approximate).toBe(true);
      // LLaMA-65B is 65.3 billion, and keeps its embeddings in 16 bits when quantized.
      expect(Math.abs(ModelSpec.LLAMA_65B.weightSize(precision).gb / gb - 1)).toBeLessThan(0.02);
    });

    test('sharing parameters saves 30 % of the layers', () => {
      const shared = guide.withSharedParameters(0.3);
      expect(shared.parameters).toBeCloseTo(0.7 * 65e9, -3);
      const real = ModelSpec.LLAMA_65B.withSharedParameters(0.3);
      expect(real.parameters / ModelSpec.LLAMA_65B.parameters).toBeCloseTo(0.7, 1);
      expect(real.parameters / ModelSpec.LLAMA_65B.parameters).toBeGreaterThan(0.7);
      expect(real.layers).toBe(80);
    });

    test('skipping layers leaves the memory', () => {
      const skipping = ModelSpec.LLAMA_65B.withSkippedLayers(0.3).withSharedParameters(0.1);
      expect(skipping.skippedLayerFraction).toBe(0.3);
      expect(skipping.sharedParameterFraction).toBe(0.1);
      expect(ModelSpec.LLAMA_65B.withSkippedLayers(0.3).parameters).toBe(ModelSpec.LLAMA_65B.parameters);
    });
  });

  test('a model known by its size has about that shape', () => {
    const model = ModelSpec.dense({ name: '13b', parameters: 13e9 });
    expect(model).toMatchObject({ layers: 40, hiddenSize: 5120, keyValueHeads: 40, approximate: true });
    expect(model.parameters).toBe(13e9);
  });

  test('has the constants of all names, and finds them', () => {
    expect(ModelSpec.of('Llama-3.1-8B')).toBe(ModelSpec.LLAMA_3_1_8B);
    const constants = Object.values(ModelSpec).filter((value) => value instanceof ModelSpec);
    expect(new Set(constants)).toEqual(new Set(ModelSpec.ALL));
    expect(() => ModelSpec.of('llama-3-8b')).toThrow(/nearest: .*'llama-3.1-8b'/);
  });

  const shape = ModelSpec.LLAMA_3_1_8B.shape;
  const experts = { routed: 8, perToken: 2, intermediateSize: 1024 };

  test.each([
    ['nothing known', () => ModelSpec.dense({ name: 'x' }), ['MISSING_PROPERTY shape']],
    ['both known', () => ModelSpec.dense({ name: 'x', shape, parameters: 8e9 }), ['CONFLICTING_PROPERTIES parameters']],
    ['parameters in billions', () => ModelSpec.dense({ name: 'x', parameters: 8 }), ['OUT_OF_RANGE parameters']],
    ['a token', () => ModelSpec.dense({ name: 'x', parameters: -8.1e298 }), ['OUT_OF_RANGE parameters']],
    [
      'layers of zero',
      () => ModelSpec.dense({ name: 'x', shape: { ...shape, layers: 0 } }),
      ['NOT_A_WHOLE_NUMBER layers'],
    ],
    [
      'head sizes that do not divide',
      () => ModelSpec.dense({ name: 'x', shape: { ...shape, hiddenSize: 4095 } }),
      ['HEADS_DO_NOT_DIVIDE_HIDDEN_SIZE hiddenSize'],
    ],
    [
      'key-value heads that do not divide',
      () => ModelSpec.dense({ name: 'x', shape: { ...shape, keyValueHeads: 3 } }),
      ['CONFLICTING_PROPERTIES keyValueHeads'],
    ],
    [
      'experts in a dense model',
      () => ModelSpec.dense({ name: 'x', shape: { ...shape, experts } }),
      ['MODEL_HAS_EXPERTS shape.experts'],
    ],
    ['no experts', () => ModelSpec.mixtureOfExperts({ name: 'x', shape }), ['MODEL_HAS_NO_EXPERTS shape.experts']],
    [
      'more experts used than there are',
      () => ModelSpec.mixtureOfExperts({ name: 'x', shape, experts: { ...experts, perToken: 9 } }),
      ['CONFLICTING_PROPERTIES experts.perToken'],
    ],
    [
      'all layers dense',
      () => ModelSpec.mixtureOfExperts({ name: 'x', shape, experts: { ...experts, firstDenseLayers: 32 } }),
      ['CONFLICTING_PROPERTIES experts.firstDenseLayers'],
    ],
    [
      'no layer with experts left',
      () => ModelSpec.mixtureOfExperts({ name: 'x', shape, experts: { ...experts, layerStep: 33 } }),
      ['CONFLICTING_PROPERTIES experts.layerStep'],
    ],
    [
      'a step of zero',
      () => ModelSpec.mixtureOfExperts({ name: 'x', shape, experts: { ...experts, layerStep: 0 } }),
      ['NOT_A_WHOLE_NUMBER experts.layerStep'],
    ],
    [
      'an encoder of half a parameter',
      () => ModelSpec.dense({ name: 'x', shape: { ...shape, encoders: [{ name: 'vision_config', parameters: 0.5 }] } }),
      ['NOT_A_WHOLE_NUMBER encoders[0].parameters'],
    ],
    ['everything shared', () => ModelSpec.LLAMA_65B.withSharedParameters(1), ['OUT_OF_RANGE fraction']],
    ['layers skipped twice over', () => ModelSpec.LLAMA_65B.withSkippedLayers(2), ['OUT_OF_RANGE fraction']],
  ])('fails with %s', (_, make, ids) => {
    expect(idsOf(faultsThrown(make))).toEqual(ids);
  });

  test('every size is finite and grows with the bits', () => {
    for (const model of ModelSpec.ALL) {
      const sizes = Precision.ALL.map((precision) => model.weightSize(precision).bytes);
      expect(sizes.every((size) => Number.isFinite(size) && size > 0)).toBe(true);
      expect(model.weightSize(Precision.INT4).bytes).toBeLessThan(model.weightSize(Precision.INT8).bytes);
      expect(model.weightSize(Precision.FP16).bytes).toBe(model.parameters * 2);
    }
  });
});

describe('Precision', () => {
  test('counts scale factors', () => {
    expect(Precision.INT4.bitsPerWeight).toBeCloseTo(4.156, 3);
    expect(Precision.NVFP4.bitsPerWeight).toBe(4.5);
    expect(Precision.MXFP4.bitsPerWeight).toBe(4.25);
    expect(Precision.FP8_BLOCK.bitsPerWeight / 8 - 1).toBeCloseTo(0.00024, 5);
    expect(Precision.of('FP8_BLOCK')).toBe(Precision.FP8_BLOCK);
    expect(() => Precision.of('bf61')).toThrow(/nearest: 'bf16'/);
  });
});

describe('Parallelism', () => {
  test('counts GPUs', () => {
    const parallelism = Parallelism.of({ tensor: 4, pipeline: 2, data: 3 });
    expect(parallelism).toMatchObject({ gpusPerReplica: 8, gpus: 24, expert: 1 });
    expect(String(parallelism)).toBe('tensor 4, pipeline 2, data 3');
    expect(parallelism.dividesHeads(64)).toBe(true);
    expect(parallelism.dividesHeads(30)).toBe(false);
  });

  test('refuses invalid degrees, all at once', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.integer({ max: 0 }), fc.constant(1.5), fc.constant(NaN), fc.constant(-8.1e298)),
        (bad) => {
          expect(idsOf(faultsThrown(() => Parallelism.of({ tensor: bad, pipeline: bad })))).toEqual([
            'NOT_A_WHOLE_NUMBER tensor',
            'NOT_A_WHOLE_NUMBER pipeline',
          ]);
        },
      ),
    );
    expect(idsOf(faultsThrown(() => Parallelism.of({ tensor: 4, expert: 3 })))).toEqual([
      'EXPERT_DOES_NOT_DIVIDE_GPUS expert',
    ]);
  });
});
