import {
  CapacityPlan,
  CapacityPlanner,
  CapacityRequest,
  GpuInstanceType,
  GpuType,
  InferenceEngine,
  MediaInput,
  ModelSpec,
  Precision,
} from '../../lib/planning';
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

test('a longer context allows longer videos, where the family has no limit of its own', () => {
  const activations = (contextLength: number) =>
    planned(INTERN_VL, { contextLength, instanceType: GpuInstanceType.P5_48XLARGE }).memoryPerGpu.activations.bytes;
  expect(activations(32768)).toBeGreaterThan(activations(8192));
});

test('starting for less is among the ways out, with the plan that has it', () => {
  const request = { contextLength: 95000, concurrency: 1 };
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
