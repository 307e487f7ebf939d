import {
  CapacityPlan,
  CapacityPlanner,
  CapacityRequest,
  GpuInstanceType,
  GpuType,
  InferenceEngine,
  MediaInput,
  ModelSpec,
  Parallelism,
  Precision,
} from '../../lib/planning';
import { configurationOf, resolveLoad } from '../../lib/planning/configuration';
import { profiledMedia } from '../../lib/planning/encoder-memory';
import { planWarnings } from '../../lib/planning/warnings';
import { realConfig } from '../catalog/real-configs';

const P5 = GpuInstanceType.P5_4XLARGE;
const QWEN_3_VL = ModelSpec.fromHuggingFaceConfig('qwen3-vl', realConfig('Qwen/Qwen3-VL-30B-A3B-Instruct'));

const TEXT = {
  model_type: 'qwen2',
  hidden_size: 5120,
  num_hidden_layers: 64,
  num_attention_heads: 40,
  num_key_value_heads: 8,
  intermediate_size: 27648,
  vocab_size: 151674,
  max_position_embeddings: 32768,
};
/** OpenGVLab/InternVL3-38B-hf, the published 38.4 billion. */
const INTERN_VL = ModelSpec.fromHuggingFaceConfig('internvl3-38b', {
  model_type: 'internvl',
  tie_word_embeddings: false,
  text_config: TEXT,
  vision_config: {
    ...{ hidden_size: 3200, intermediate_size: 12800, num_hidden_layers: 45, num_attention_heads: 25 },
    ...{
      image_size: [448, 448],
      patch_size: [14, 14],
      norm_type: 'rms_norm',
      use_qk_norm: true,
      attention_bias: false,
    },
  },
});

function planned(model: ModelSpec, more: Partial<CapacityRequest> = {}): CapacityPlan {
  return CapacityPlanner.plan({
    model,
    instanceType: P5,
    precision: Precision.BF16,
    gpuMemoryUtilization: 0.9,
    ...more,
  });
}

const figures = (plan: CapacityPlan) => plan.figures.filter(({ name }) => name.startsWith('encoder'));
const warned = (plan: CapacityPlan) => planWarnings(plan).map(({ id }) => id);

describe('Qwen3-VL-30B-A3B on one GPU of 79.1 GiB, where vLLM 0.11 had 87,840 tokens', () => {
  test.each([undefined, 2048])('steps of %s tokens', (maxBatchedTokens) => {
    const { kvCapacityTokens } = planned(QWEN_3_VL, { engine: InferenceEngine.VLLM, maxBatchedTokens });
    expect(kvCapacityTokens).toBeLessThanOrEqual(87840);
    expect(kvCapacityTokens).toBeGreaterThan(0.88 * 87840);
  });

  test('100,000 tokens do not fit, and at 0.95 it died of CUDA out of memory with them', () => {
    const request = { engine: InferenceEngine.VLLM, contextLength: 100000, concurrency: 1 };
    expect(planned(QWEN_3_VL, request).fits).toBe(false);
    expect(warned(planned(QWEN_3_VL, request))).not.toContain('GRAPHS_OUTSIDE_UTILIZATION');
    const high = planned(QWEN_3_VL, { ...request, gpuMemoryUtilization: 0.95 });
    expect(warned(high)).toContain('GRAPHS_OUTSIDE_UTILIZATION');
  });
});

test('a model whose weights are larger than the GPU with those of its encoder does not fit', () => {
  expect(INTERN_VL.parameters / 1e9).toBeCloseTo(38.4, 1);
  expect(GpuType.H100.memory.gib * 0.9).toBeLessThan(71.5);
  expect(planned(INTERN_VL, { contextLength: 4096, concurrency: 1 }).fits).toBe(false);
});

test('what it is started for decides what it takes, and the plan says so', () => {
  const of = (mediaInput?: MediaInput) => planned(QWEN_3_VL, { mediaInput });
  const [all, none] = [of(), of(MediaInput.NONE)];
  expect(all.mediaInput).toBe(MediaInput.ALL);
  expect(figures(all).map(({ name }) => name)).toEqual(['encoder weights per GPU', 'encoder activations per GPU']);
  expect(figures(none)).toEqual([]);
  expect(all.memoryPerGpu.weights.bytes - none.memoryPerGpu.weights.bytes).toBe(2 * 538631408);
  expect(none.kvCapacityTokens).toBeGreaterThan(all.kvCapacityTokens + (2 * 538631408) / all.kvBytesPerTokenPerGpu);
  // Videos take more only of a vLLM that keeps room for their time marks.
  const old = { engine: InferenceEngine.VLLM };
  const images = planned(QWEN_3_VL, { ...old, mediaInput: MediaInput.IMAGES });
  expect(images.kvCapacityTokens).toBeGreaterThan(planned(QWEN_3_VL, old).kvCapacityTokens);
  expect(CapacityPlan.fromJson(JSON.stringify(none)).mediaInput).toBe(MediaInput.NONE);
  expect(planned(ModelSpec.LLAMA_3_1_8B).mediaInput).toBeUndefined();
});

describe('the batch that vLLM encodes when it starts, as its logs say', () => {
  const GEMMA_4 = ModelSpec.fromHuggingFaceConfig('gemma-4', realConfig('google/gemma-4-26B-A4B'));
  const QWEN_3_5 = ModelSpec.fromHuggingFaceConfig('qwen3.5', realConfig('Qwen/Qwen3.5-27B'));
  const QWEN_2_5_VL = ModelSpec.fromHuggingFaceConfig('qwen2.5-vl', {
    ...TEXT,
    ...{ model_type: 'qwen2_5_vl', max_position_embeddings: 128000 },
    vision_config: { depth: 32, hidden_size: 1280, intermediate_size: 3420, out_hidden_size: 5120 },
  });
  const { VLLM, VLLM_0_21 } = InferenceEngine;

  test.each<[string, ModelSpec, InferenceEngine, number, number, number, number]>([
    // Budgets of 8192, 4096 and 2496 tokens, 'profiled with' 3, 1 and 1 'video items'.
    ['Gemma 4', GEMMA_4, VLLM_0_21, 8192, 8192, 3, 2496],
    ['Gemma 4', GEMMA_4, VLLM_0_21, 4096, 8192, 1, 2496],
    ['Gemma 4', GEMMA_4, VLLM_0_21, 2048, 8192, 1, 2496],
    // A budget of 16384 tokens, with '1 image items'.
    ['Qwen3.5', QWEN_3_5, VLLM_0_21, 8192, 8192, 1, 16384],
    ['Qwen3-VL', QWEN_3_VL, VLLM_0_21, 8192, 262144, 1, 16384],
    // A budget of 98304 tokens, with '1 video items'.
    ['Qwen2.5-VL', QWEN_2_5_VL, VLLM, 8192, 100000, 1, 98304],
    ['Qwen2.5-VL', QWEN_2_5_VL, VLLM, 8192, 128000, 1, 114688],
    // A budget of 153600 tokens, with '1 video items': 12.5 for each that the encoder makes.
    ['Qwen3-VL', QWEN_3_VL, VLLM, 8192, 262144, 1, 12288],
  ])('%s', (_, model, engine, maxBatchedTokens, contextLength, items, tokensPerItem) => {
    const load = resolveLoad({ model, engine, maxBatchedTokens, contextLength });
    const configuration = configurationOf(
      load,
      { instanceType: P5, precision: Precision.BF16 },
      Parallelism.of({ tensor: 1 }),
    );
    expect(profiledMedia(configuration)).toMatchObject({ items, tokensPerItem });
  });
});

// Its vLLM loaded 28.51 GiB, had 7.04 GiB of cache left, refused 131,072 tokens and stated 112,896 as the most. Sequences are not stated: the default is 256.
test('Qwen3.5-27B in FP8 on one L40S at 0.86', () => {
  const model = ModelSpec.fromHuggingFaceConfig('qwen3.5', realConfig('Qwen/Qwen3.5-27B'));
  const plan = (contextLength: number, maxSequences = 256) =>
    planned(model, {
      ...{ instanceType: GpuInstanceType.G6E_XLARGE, precision: Precision.FP8_BLOCK, gpuMemoryUtilization: 0.86 },
      ...{ engine: InferenceEngine.VLLM_0_21, contextLength, concurrency: 1, maxSequences },
    });
  expect(plan(131072).fits).toBe(false);
  expect(plan(112896).kvCapacityTokens).toBeLessThanOrEqual(112896);
  expect(plan(112896).kvCapacityTokens).toBeGreaterThan(0.75 * 112896);
  // Graphs of fewer sequences leave more.
  expect(plan(Math.ceil(0.9 * 112896), 32).fits).toBe(true);
  expect(plan(8192).memoryPerGpu.weights.gib / 28.51).toBeCloseTo(1, 1);
});

test('a longer context allows longer videos, where the family has no limit of its own', () => {
  const activations = (contextLength: number) =>
    planned(INTERN_VL, { contextLength, instanceType: GpuInstanceType.P5_48XLARGE }).memoryPerGpu.activations.bytes;
  expect(activations(32768)).toBeGreaterThan(activations(8192));
});

test('starting for less is among the ways out, with the plan that has it', () => {
  const request = { contextLength: 103000, concurrency: 1 };
  const short = planned(QWEN_3_VL, request);
  expect(short.fits).toBe(false);
  const way = short.alternatives.find(({ mediaInput }) => mediaInput === MediaInput.NONE);
  expect(way?.change).toBe('text alone, without its encoder (mediaInput NONE)');
  expect(planned(QWEN_3_VL, { ...request, mediaInput: MediaInput.NONE }).fits).toBe(true);
});

describe('an encoder that is not known', () => {
  const of = (vision_config: unknown, model_type = 'qwen3_vl') =>
    planned(
      ModelSpec.fromHuggingFaceConfig('seeing', {
        model_type,
        text_config: { ...TEXT, model_type: 'qwen2' },
        vision_config,
      }),
    );

  test.each([
    ['a section without width and layers', { depth: 24 }, 'qwen3_vl'],
    ['a family without a reader', { hidden_size: 1024, num_hidden_layers: 24 }, 'of_tomorrow'],
  ])('%s', (_, section, type) => {
    expect(warned(of(section, type))).toContain('ENCODER_NOT_COUNTED');
  });

  test.each([[undefined], [null]])('none is: %s', (section) => {
    expect(warned(of(section))).not.toContain('ENCODER_NOT_COUNTED');
  });

  test('may be given, or be left out when it starts', () => {
    const { shape } = ModelSpec.LLAMA_3_1_8B;
    const own = (encoder: object) =>
      ModelSpec.dense({ name: 'own', shape: { ...shape, encoders: [{ name: 'vision_config', ...encoder }] } });
    expect(warned(planned(own({})))).toContain('ENCODER_NOT_COUNTED');
    expect(warned(planned(own({}), { mediaInput: MediaInput.NONE }))).not.toContain('ENCODER_NOT_COUNTED');
    const known = planned(own({ parameters: 1e9, tokensPerItem: 16384, positionsPerToken: 4, hiddenSize: 2048 }));
    expect(warned(known)).not.toContain('ENCODER_NOT_COUNTED');
    expect(known.memoryPerGpu.weights.bytes - planned(own({})).memoryPerGpu.weights.bytes).toBe(2e9);
    expect(known.memoryPerGpu.activations.bytes).toBeGreaterThan(16384 * 4 * 2 * 10 * 2048);
  });
});
