import {
  CapacityPlanner,
  DataSize,
  GpuInstanceType,
  InferenceEngine,
  ModelSpec,
  Parallelism,
  Precision,
} from '../../lib/planning';
import { configurationOf, resolveLoad } from '../../lib/planning/configuration';
import { stageWeights } from '../../lib/planning/stage-weights';
import { stagesOf } from '../../lib/planning/stages';
import { realConfig } from '../catalog/real-configs';

const MODEL = ModelSpec.DEEPSEEK_V3;
/** 61 layers of 128 heads × (128 + 128) × 512. */
const UP = 61 * 128 * 256 * 512;

function weights(
  precision: Precision,
  more: { model?: ModelSpec; engine?: InferenceEngine; tensor?: number; pipeline?: number; checkpoint?: number } = {},
): number {
  const { model = MODEL, engine = InferenceEngine.VLLM_0_21, tensor = 1, pipeline = 1, checkpoint } = more;
  const load = resolveLoad({
    ...{ model, engine, concurrency: 1 },
    checkpointSize: checkpoint === undefined ? undefined : DataSize.bytes(checkpoint),
  });
  const hardware = { instanceType: GpuInstanceType.P5EN_48XLARGE, precision };
  const configuration = configurationOf(load, hardware, Parallelism.of({ tensor, pipeline }));
  return stagesOf(configuration).reduce((sum, stage) => sum + stageWeights(configuration, stage), 0);
}

describe('16-bit copies of the up projections of latent attention', () => {
  // Other engines load the same weights without them, and without rows of padding, which 129280 tokens do not need.
  const copies = (precision: Precision, more: Parameters<typeof weights>[1] = {}) =>
    weights(precision, more) - weights(precision, { ...more, engine: InferenceEngine.TENSORRT_LLM });

  test('are 2.05 GB of DeepSeek V3 in formats that vLLM dequantizes', () => {
    expect(2 * UP).toBeCloseTo(2.05e9, -7);
    for (const precision of [Precision.FP8, Precision.FP8_BLOCK, Precision.INT8, Precision.INT4])
      expect(copies(precision)).toBeCloseTo(2 * UP, -1);
  });

  test('are views of what is in 16 bits or more', () => {
    for (const precision of [Precision.BF16, Precision.FP16, Precision.FP32, Precision.NVFP4])
      expect(copies(precision)).toBe(0);
    const wide = ModelSpec.fromHuggingFaceConfig('kimi-k2.5', realConfig('moonshotai/Kimi-K2.5'));
    expect(wide.publishedBits?.attention).toBe(16);
    expect(copies(Precision.INT4, { model: wide })).toBe(0);
  });

  test('are shared out over tensor ranks, and lie in the stages of their layers', () => {
    expect(copies(Precision.FP8_BLOCK, { tensor: 8 })).toBeCloseTo((2 * UP) / 8, -1);
    expect(copies(Precision.FP8_BLOCK, { tensor: 8, pipeline: 2 })).toBeCloseTo((2 * UP) / 8, -1);
  });

  test('are no part of a checkpoint, whose size does not scale them', () => {
    const checkpoint = 1.2 * MODEL.checkpointSize(Precision.FP8_BLOCK).bytes;
    expect(copies(Precision.FP8_BLOCK, { checkpoint })).toBeCloseTo(2 * UP, -1);
  });

  test('are not of attention without such projections', () => {
    const v4 = ModelSpec.fromHuggingFaceConfig('v4', realConfig('deepseek-ai/DeepSeek-V4-Flash'));
    expect(copies(Precision.FP8_BLOCK, { model: v4 })).toBeLessThan(1e6);
    const plain = { model: ModelSpec.LLAMA_3_1_8B, precision: Precision.FP8 };
    expect(copies(plain.precision, plain)).toBe(0);
  });

  test('a plan has them among its weights', () => {
    const request = { model: MODEL, precision: Precision.FP8_BLOCK, parallelism: Parallelism.of({ tensor: 8 }) };
    const plan = (engine: InferenceEngine) =>
      CapacityPlanner.plan({ ...request, engine, instanceType: GpuInstanceType.P5EN_48XLARGE }).memoryPerGpu.weights;
    const more = plan(InferenceEngine.VLLM_0_21).bytes - plan(InferenceEngine.TENSORRT_LLM).bytes;
    expect(more / 2 ** 30).toBeCloseTo(0.24, 2);
  });
});
