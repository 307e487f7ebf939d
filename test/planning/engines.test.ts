import {
  CapacityPlanner,
  CapacityRequest,
  DataSize,
  GpuInstanceType,
  GpuNodeType,
  GpuType,
  InferenceEngine,
  ModelSpec,
  Parallelism,
  Precision,
} from '../../lib/planning';
import { defaultPrecision } from '../../lib/planning/default-precision';
import { cacheLayout, poolOf } from '../../lib/planning/cache-pool';
import { stagesOf } from '../../lib/planning/stages';
import { resolveLoad, configurationOf } from '../../lib/planning/configuration';
import { faultsThrown, idsOf } from '../support/faults';

const GIB = 2 ** 30;

/** google/gemma-3-1b-it: 22 of 26 layers have a window. */
const GEMMA_3_1B = ModelSpec.fromHuggingFaceConfig('gemma-3-1b', {
  model_type: 'gemma3_text',
  head_dim: 256,
  hidden_size: 1152,
  intermediate_size: 6912,
  max_position_embeddings: 32768,
  num_attention_heads: 4,
  num_hidden_layers: 26,
  num_key_value_heads: 1,
  sliding_window: 512,
  sliding_window_pattern: 6,
  vocab_size: 262144,
});

function setup(request: CapacityRequest) {
  const { instanceType } = request;
  const precision = request.precision ?? defaultPrecision(request.model, instanceType);
  return configurationOf(resolveLoad(request), { instanceType, precision }, request.parallelism ?? Parallelism.NONE);
}

describe('layers with a window', () => {
  const pool = (model: ModelSpec, engine?: InferenceEngine) => {
    const made = setup({ model, instanceType: GpuInstanceType.G6E_XLARGE, engine });
    const layout = cacheLayout(made);
    return { ...layout, ...poolOf(layout, stagesOf(made)[0]) };
  };

  test('are padded to groups as vLLM does', () => {
    const layers = (model: ModelSpec, engine?: InferenceEngine) => {
      const { groupCount, pooledLayers } = pool(model, engine);
      return [groupCount, pooledLayers];
    };
    expect(layers(GEMMA_3_1B)).toEqual([7, 28]);
    expect(layers(ModelSpec.GPT_OSS_20B)).toEqual([2, 24]);
    expect(layers(ModelSpec.GEMMA_2_9B)).toEqual([2, 42]);
    expect(layers(ModelSpec.LLAMA_3_1_8B)).toEqual([1, 32]);
    expect(layers(GEMMA_3_1B, InferenceEngine.SGLANG)).toEqual([1, 26]);
    // A log: 25.39 GiB of cache are 950,864 tokens, so one takes 28 layers of 1024 bytes.
    const { blockBytes, blockTokens, groupCount } = pool(GEMMA_3_1B);
    expect(Math.abs((((blockBytes * groupCount) / blockTokens) * 950864) / (25.39 * GIB) - 1)).toBeLessThan(0.001);
  });

  test('of nearly as many as the others are padded to the larger number', () => {
    const shape = { ...ModelSpec.GPT_OSS_20B.shape, layers: 25, slidingWindow: { tokens: 128, layers: 12 } };
    expect(pool(ModelSpec.mixtureOfExperts({ name: 'draft', shape }))).toMatchObject({
      groupCount: 2,
      pooledLayers: 26,
    });
  });

  test('need what vLLM says that a sequence needs: 4.54 GiB for gpt-oss-120b (vllm-project/vllm#27508)', () => {
    const request = {
      model: ModelSpec.GPT_OSS_120B,
      precision: Precision.MXFP4,
      instanceType: GpuInstanceType.P5_4XLARGE,
      contextLength: 131072,
      concurrency: 1,
      maxBatchedTokens: 1024,
    };
    expect(CapacityPlanner.plan(request).memoryPerGpu.kvCache.gib).toBeCloseTo(4.54, 2);
    // SGLang and TensorRT-LLM do not free what is outside the window unless they are told to.
    for (const engine of [InferenceEngine.SGLANG, InferenceEngine.TENSORRT_LLM]) {
      expect(CapacityPlanner.plan({ ...request, engine }).memoryPerGpu.kvCache.gib).toBeCloseTo(9, 2);
    }
  });

  test('a shorter context is found for them too', () => {
    const plan = CapacityPlanner.plan({
      model: ModelSpec.GEMMA_2_9B,
      instanceType: GpuInstanceType.G6E_XLARGE,
      contextLength: 4096,
      concurrency: 64,
    });
    expect(plan.fits).toBe(false);
    expect(plan.alternatives.map((way) => way.change)).toEqual(
      expect.arrayContaining([expect.stringMatching(/^context/)]),
    );
  });
});

describe('vLLM from 0.21 on', () => {
  /** Of the log's memory. */
  const instanceType = GpuNodeType.custom({
    ...{ name: 'one', gpu: GpuType.RTX_5090, gpuCount: 1, vcpus: 16, memory: DataSize.gib(64) },
  });
  const request = { model: ModelSpec.QWEN_2_5_7B, instanceType, contextLength: 8192, gpuMemoryUtilization: 0.9 };

  test('takes nine tenths and a fiftieth of the memory by default', () => {
    const of = (engine: InferenceEngine) =>
      CapacityPlanner.plan({ ...request, gpuMemoryUtilization: undefined, engine }).gpuMemoryUtilization;
    expect([InferenceEngine.VLLM, InferenceEngine.VLLM_0_21, InferenceEngine.VLLM_0_28].map(of)).toEqual([
      0.9, 0.92, 0.92,
    ]);
  });

  test('takes CUDA graphs from the utilization', () => {
    const own = { ...request, engine: InferenceEngine.VLLM_0_21 };
    const before = CapacityPlanner.plan({ ...request, engine: InferenceEngine.VLLM }).memoryPerGpu.runtime.gib;
    const after = CapacityPlanner.plan(own).memoryPerGpu.runtime.gib;
    expect(after - before).toBeGreaterThan(0.9);
    expect(after - before).toBeLessThanOrEqual(1.2);
    const eager = (engine: InferenceEngine) => CapacityPlanner.plan({ ...request, engine, cudaGraphs: false });
    // Without them it has more, since its sampler takes less.
    const more = eager(InferenceEngine.VLLM_0_21).kvCapacityTokens / eager(InferenceEngine.VLLM).kvCapacityTokens;
    expect(more).toBeGreaterThan(1);
    expect(more).toBeLessThan(1.1);
  });

  test('holds as much as a log of 0.24 says: 223,152 tokens on a GPU of 31.36 GiB', () => {
    const gpuMemoryUtilization = (0.9 * 31.36) / instanceType.gpu.memory.gib;
    const tokens = (engine: InferenceEngine) =>
      CapacityPlanner.plan({ ...request, gpuMemoryUtilization, engine }).kvCapacityTokens;
    expect(tokens(InferenceEngine.VLLM_0_21)).toBeLessThanOrEqual(223152);
    expect(tokens(InferenceEngine.VLLM_0_21)).toBeGreaterThan(0.92 * 223152);
    // Planned as an earlier version it would be more than there is.
    expect(tokens(InferenceEngine.VLLM)).toBeGreaterThan(223152);
  });

  test('is as fast as before', () => {
    const at = (engine: InferenceEngine) => CapacityPlanner.plan({ ...request, engine, concurrency: 4 });
    expect(at(InferenceEngine.VLLM_0_21).decodeLatencyMs).toBe(at(InferenceEngine.VLLM).decodeLatencyMs);
  });
});

describe('models that overflow in fp16', () => {
  const plan = (instanceType: GpuInstanceType, precision?: Precision) => () =>
    CapacityPlanner.plan({ model: ModelSpec.GEMMA_2_9B, instanceType, precision, contextLength: 2048, concurrency: 1 });

  test('are refused in fp16, and quantized where there is no bf16', () => {
    for (const refused of [
      plan(GpuInstanceType.G4DN_12XLARGE),
      plan(GpuInstanceType.G4DN_12XLARGE, Precision.INT4),
      plan(GpuInstanceType.G6_12XLARGE, Precision.FP16),
    ])
      expect(idsOf(faultsThrown(refused))).toEqual(['MODEL_OVERFLOWS_IN_FP16 precision']);
    expect(plan(GpuInstanceType.G6_12XLARGE)().fits).toBe(true);
    expect(plan(GpuInstanceType.G6_12XLARGE, Precision.INT4)().fits).toBe(true);
    expect(plan(GpuInstanceType.G4DN_12XLARGE, Precision.FP32)().precision).toBe(Precision.FP32);
  });

  test('are neither searched for nor suggested on such hardware', () => {
    const legacy = GpuInstanceType.ALL.map((instanceType) => ({ instanceType }));
    const found = CapacityPlanner.search({ model: ModelSpec.GEMMA_2_9B, candidates: legacy, limit: 100 });
    expect(found.every((one) => one.instanceType.gpu.supports(Precision.BF16))).toBe(true);
    const fp32 = plan(GpuInstanceType.G4DN_XLARGE, Precision.FP32)();
    expect(fp32.fits).toBe(false);
    expect(fp32.alternatives.filter((way) => /precision/.test(way.change))).toEqual([]);
  });
});

describe('FP8 on Ampere', () => {
  const request = {
    model: ModelSpec.LLAMA_3_1_8B,
    instanceType: GpuInstanceType.P4D_24XLARGE,
    precision: Precision.FP8,
    contextLength: 4096,
  };

  test.each([InferenceEngine.VLLM, InferenceEngine.SGLANG])('runs with %s, multiplied in 16 bits', (engine) => {
    const plan = CapacityPlanner.plan({ ...request, engine });
    expect(plan.fits).toBe(true);
    const wide = CapacityPlanner.plan({ ...request, engine, precision: Precision.BF16 });
    expect(plan.memoryPerGpu.weights.bytes).toBeLessThan(0.6 * wide.memoryPerGpu.weights.bytes);
    // Prompts are bound by products: no faster than in 16 bits.
    const prompt = { inputTokens: 3800, outputTokens: 100, concurrency: 1 };
    const first = (precision: Precision) =>
      CapacityPlanner.plan({ ...request, ...prompt, engine, precision }).timeToFirstTokenMs;
    expect(first(Precision.FP8)).toBeGreaterThan(0.95 * first(Precision.BF16));
    expect(first(Precision.FP8_BLOCK)).toBeGreaterThan(0.95 * first(Precision.BF16));
  });

  test('runs experts with vLLM, and not with SGLang', () => {
    const experts = { ...request, model: ModelSpec.QWEN_3_30B_A3B };
    for (const precision of [Precision.FP8, Precision.FP8_BLOCK]) {
      expect(CapacityPlanner.plan({ ...experts, precision }).fits).toBe(true);
      expect(() => CapacityPlanner.plan({ ...experts, precision, engine: InferenceEngine.SGLANG })).toThrow(
        /sglang runs experts in fp8(-block)? from compute capability 8.9 on, but A100-40GB .* has 8.0; use vllm/,
      );
    }
    const hopper = { ...experts, instanceType: GpuInstanceType.P5_48XLARGE, engine: InferenceEngine.SGLANG };
    expect(CapacityPlanner.plan(hopper).fits).toBe(true);
  });

  test('is refused with TensorRT-LLM, also as an alternative', () => {
    const engine = InferenceEngine.TENSORRT_LLM;
    expect(() => CapacityPlanner.plan({ ...request, engine })).toThrow(
      /tensorrt-llm runs fp8 from compute capability 8.9/,
    );
    const wide = { ...request, engine, model: ModelSpec.LLAMA_3_1_405B, precision: Precision.BF16, concurrency: 1 };
    const plan = CapacityPlanner.plan({ ...wide, parallelism: Parallelism.of({ tensor: 8 }) });
    expect(
      plan.alternatives.filter((way) => way.precision.name.startsWith('fp8') && way.instanceType.name.startsWith('p4')),
    ).toEqual([]);
  });
});

describe('experts', () => {
  test("their workspace has room where the sampler's peak is", () => {
    const plan = (maxSequences: number, maxBatchedTokens = 8192) =>
      CapacityPlanner.plan({
        model: ModelSpec.QWEN_3_30B_A3B,
        instanceType: GpuInstanceType.P5_4XLARGE,
        contextLength: 4096,
        concurrency: 1,
        maxSequences,
        maxBatchedTokens,
        // The number of graphs follows the sequences.
        cudaGraphs: false,
        engine: InferenceEngine.VLLM,
      }).memoryPerGpu;
    const sum = (m: ReturnType<typeof plan>) => m.activations.gib + m.runtime.gib;
    // Up to the workspace, more sequences take nothing; beyond it they do.
    expect(sum(plan(256))).toBeCloseTo(sum(plan(8)), 6);
    expect(sum(plan(1024))).toBeGreaterThan(sum(plan(256)) + 2);
    // It grows with the tokens of a step.
    expect(sum(plan(8))).toBeGreaterThan(sum(plan(8, 2048)) + 1);
  });
});

describe('latent attention', () => {
  test('is refused before Ampere, in every format, and not searched for there', () => {
    const request = { model: ModelSpec.DEEPSEEK_V2_LITE, contextLength: 4096, concurrency: 1 };
    for (const instanceType of [GpuInstanceType.P3DN_24XLARGE, GpuInstanceType.G4DN_12XLARGE]) {
      for (const precision of [Precision.FP16, Precision.FP32, Precision.INT4]) {
        expect(() => CapacityPlanner.plan({ ...request, instanceType, precision })).toThrow(
          /latent attention \(deepseek-v2-lite\) needs compute capability 8.0/,
        );
      }
    }
    const candidates = GpuInstanceType.ALL.map((instanceType) => ({ instanceType }));
    const found = CapacityPlanner.search({ ...request, candidates, limit: 100 });
    expect(found.length).toBeGreaterThan(5);
    expect(found.every((plan) => plan.instanceType.gpu.computeCapability >= 8)).toBe(true);
  });
});

describe('NVFP4 of latent attention', () => {
  test('leaves the projections and the prediction layer in 16 bits, as NVIDIA does', () => {
    const all = 0.5625 * ModelSpec.DEEPSEEK_R1.parameters;
    const loaded = ModelSpec.DEEPSEEK_R1.weightSize(Precision.NVFP4).bytes;
    // 61 layers × 69.7e6 values, and 1.85e9 of embeddings and head, 1.4375 bytes more each.
    expect((loaded - all) / 1.4375).toBeGreaterThan(61 * 69.7e6 + 1.85e9);
    expect((loaded - all) / 1.4375).toBeLessThan(61 * 69.8e6 + 2e9);
    expect(ModelSpec.DEEPSEEK_R1.checkpointSize(Precision.NVFP4).bytes / 1e9).toBeCloseTo(413.3, 1);
    const plan = CapacityPlanner.plan({
      model: ModelSpec.DEEPSEEK_R1,
      instanceType: GpuInstanceType.P6_B200_48XLARGE,
      precision: Precision.NVFP4,
      contextLength: 4096,
      parallelism: Parallelism.of({ tensor: 8 }),
    });
    expect(plan.memoryPerGpu.weights.bytes).toBeGreaterThan(loaded / 8);
  });
});
