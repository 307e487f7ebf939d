import {
  CapacityPlanner,
  DecoderShape,
  GpuInstanceType,
  InferenceEngine,
  ModelSpec,
  Parallelism,
  Precision,
} from '../../lib/planning';

const SHAPE: DecoderShape = {
  layers: 4,
  hiddenSize: 1024,
  attentionHeads: 16,
  keyValueHeads: 4,
  intermediateSize: 2816,
  vocabularySize: 49152,
  maxContextLength: 4096,
  tiedEmbeddings: true,
};

function loadedBytes(
  shape: DecoderShape,
  { engine = InferenceEngine.VLLM, precision = Precision.BF16, tensor = 1 } = {},
): number {
  return CapacityPlanner.plan({
    model: shape.experts ? ModelSpec.mixtureOfExperts({ name: 'm', shape }) : ModelSpec.dense({ name: 'm', shape }),
    instanceType: GpuInstanceType.P5_48XLARGE,
    parallelism: Parallelism.of({ tensor }),
    engine,
    precision,
  }).memoryPerGpu.weights.bytes;
}

// Measured by `npm run test:engine` too; here what the measured models do not show.
describe('weights as vLLM loads them', () => {
  // Granite 3 has 49155 tokens.
  test.each([
    ['tied', true, 1, 61 * 1024 * 2],
    ['of its own', false, 1, 2 * 61 * 1024 * 2],
    ['shared out over 4 ranks', false, 4, (2 * 61 * 1024 * 2) / 4],
  ])('49155 tokens are loaded as 49216, the head %s', (_, tiedEmbeddings, tensor, padding) => {
    const shape = { ...SHAPE, tiedEmbeddings, vocabularySize: 49155 };
    const whole = ModelSpec.dense({ name: 'm', shape }).weightSize(Precision.BF16).bytes;
    const unpadded = loadedBytes(shape, { engine: InferenceEngine.TENSORRT_LLM, tensor });
    expect(loadedBytes(shape, { tensor }) - unpadded).toBe(padding);
    if (tensor === 1) expect(unpadded).toBe(whole);
  });

  test('a multiple of 64 is loaded as it is', () => {
    expect(loadedBytes(SHAPE)).toBe(ModelSpec.dense({ name: 'm', shape: SHAPE }).weightSize(Precision.BF16).bytes);
  });

  test('a router in 32 bits takes two bytes more a parameter in 16-bit and quantized formats, and none in 32 bits', () => {
    const experts = { routed: 8, perToken: 2, intermediateSize: 512, routerBias: true };
    const more = (precision: Precision) =>
      loadedBytes({ ...SHAPE, experts: { ...experts, float32RouterParameters: 8 * 1025 } }, { precision }) -
      loadedBytes({ ...SHAPE, experts }, { precision });
    expect(more(Precision.BF16)).toBe(4 * 8 * 1025 * 2);
    expect(more(Precision.FP8)).toBe(4 * 8 * 1025 * 2);
    expect(more(Precision.FP32)).toBe(0);
  });

  test('a number of 32-bit parameters that is none is refused', () => {
    const experts = { routed: 8, perToken: 2, intermediateSize: 512, float32RouterParameters: -1 };
    expect(() => ModelSpec.mixtureOfExperts({ name: 'm', shape: { ...SHAPE, experts } })).toThrow(
      /experts\.float32RouterParameters must be a whole number of at least 0; got -1/,
    );
  });
});
