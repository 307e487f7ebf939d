import * as fc from 'fast-check';
import {
  CapacityPlanner,
  GpuInstanceType,
  InferenceEngine,
  ModelSpec,
  Parallelism,
  Precision,
} from '../../lib/planning';
import { memoryOf } from '../../lib/planning/memory-model';
import { stageWeights } from '../../lib/planning/stage-weights';
import { resolveLoad, configurationOf } from '../../lib/planning/configuration';
import { stagesOf } from '../../lib/planning/stages';
import { passTime } from '../../lib/planning/step-time';

function setup(model: ModelSpec, props: { tensor?: number; pipeline?: number }, precision = Precision.BF16) {
  const hardware = { instanceType: GpuInstanceType.P5EN_48XLARGE, precision };
  return configurationOf(resolveLoad({ model, concurrency: 1 }), hardware, Parallelism.of({ tensor: 1, ...props }));
}

const scout = ModelSpec.LLAMA_4_SCOUT;
const maverick = ModelSpec.LLAMA_4_MAVERICK;

/** Any division of layers: the first dense, and experts in every n-th. */
const anyModel = fc
  .record({
    layers: fc.integer({ min: 1, max: 100 }),
    step: fc.integer({ min: 1, max: 7 }),
    dense: fc.integer({ min: 0, max: 99 }),
    pipeline: fc.integer({ min: 1, max: 9 }),
  })
  .filter(({ layers, step, dense, pipeline }) => {
    const with_ = Array.from({ length: layers }, (_, i) => i).filter((i) => i >= dense && (i + 1) % step === 0);
    return dense < layers && pipeline <= layers && with_.length > 0;
  });

describe('dense layers between layers with experts', () => {
  test('each stage has the layers that lie in it', () => {
    fc.assert(
      fc.property(anyModel, ({ layers, step, dense, pipeline }) => {
        const experts = { ...scout.shape.experts!, layerStep: step, firstDenseLayers: dense };
        const model = ModelSpec.mixtureOfExperts({
          name: 'any',
          shape: { ...scout.shape, layers, slidingWindow: undefined },
          experts,
        });
        let start = 0;
        for (const stage of stagesOf(setup(model, { pipeline }))) {
          const own = Array.from({ length: stage.layers }, (_, i) => start + i);
          expect(stage.expertLayers).toBe(own.filter((i) => i >= dense && (i + 1) % step === 0).length);
          expect(stage.denseLayers + stage.expertLayers).toBe(stage.layers);
          start += stage.layers;
        }
        expect(start).toBe(layers);
        const counted = model._parameterCount;
        expect(counted.denseLayers + counted.expertLayers).toBe(layers);
      }),
    );
  });

  test('the stages hold the whole model, its encoder of images on the first', () => {
    for (const pipeline of [1, 2, 5]) {
      const own = setup(maverick, { pipeline });
      const bytes = stagesOf(own).reduce((sum, stage) => sum + stageWeights(own, stage), 0);
      expect(bytes).toBe(maverick.weightSize(Precision.BF16).bytes);
    }
    const bare = ModelSpec.mixtureOfExperts({ name: 'bare', shape: { ...maverick.shape, encoders: [] } });
    const [with_, without] = [maverick, bare].map((model) => setup(model, { tensor: 8 }));
    expect(memoryOf(with_).weights - memoryOf(without).weights).toBe((2 * 871932416) / 8);
  });

  test('a step reads the dense layers whole and the experts that it hits', () => {
    const pass = { decoding: 1, cachedTokens: 1024, prompts: 0, promptTokens: 0 };
    const all = ModelSpec.mixtureOfExperts({
      name: 'all',
      shape: { ...maverick.shape, experts: { ...maverick.shape.experts!, layerStep: 1 } },
    });
    const time = (model: ModelSpec) => passTime(setup(model, { tensor: 8 }, Precision.FP8), pass).weights;
    // One token uses as many parameters of a dense layer as of one with experts, which has a router besides.
    expect(time(maverick) / time(all)).toBeGreaterThan(0.5);
    expect(time(maverick)).toBeLessThan(time(all));
  });

  test.each([
    // Of 36 layers with chunks of 8192 tokens, vLLM keeps the chunk and a step since it drops finished ones; others keep the whole context.
    [InferenceEngine.VLLM, 1_000_000 * 24_576],
    [InferenceEngine.SGLANG, 1_000_000 * 24_576],
    [InferenceEngine.VLLM_0_21, (1_000_000 * 24_576) / 4 + 3 * (8192 + 8192) * 6_144],
    [InferenceEngine.VLLM_0_28, (1_000_000 * 24_576) / 4 + 3 * (8192 + 8192) * 6_144],
  ])('chunked layers keep what %s keeps of a context of a million tokens', (engine, bytes) => {
    const plan = (contextLength: number) =>
      CapacityPlanner.plan({
        model: scout,
        engine,
        instanceType: GpuInstanceType.P5EN_48XLARGE,
        contextLength,
        concurrency: 1,
        parallelism: Parallelism.of({ tensor: 8 }),
      }).memoryPerGpu.kvCache.bytes;
    expect(plan(1_000_000) / bytes).toBeCloseTo(1, 3);
  });
});
