import {
  CapacityPlanner,
  CapacityRequest,
  DataSize,
  GpuInstanceType,
  GpuNodeType,
  GpuType,
  InferenceEngine,
  MemoryShare,
  ModelSpec,
  Parallelism,
  Precision,
} from '../../lib/planning';
import { configurationOf, resolveLoad } from '../../lib/planning/configuration';
import { capturedGraphs, graphBytes } from '../../lib/planning/graph-memory';
import { planWarnings } from '../../lib/planning/warnings';
import { realConfig } from '../catalog/real-configs';

const { G6E_12XLARGE, G6_48XLARGE, P5EN_48XLARGE, P5_48XLARGE } = GpuInstanceType;
const RTX_4090 = GpuNodeType.custom({
  name: 'four',
  gpu: GpuType.RTX_4090,
  gpuCount: 4,
  vcpus: 64,
  memory: DataSize.gib(256),
});
const QWEN_2_5_72B = ModelSpec.QWEN_2_5_72B;
const QWEN_3_5 = ModelSpec.fromHuggingFaceConfig('qwen3.5-35b-a3b', realConfig('Qwen/Qwen3.5-35B-A3B'));

function configured(model: ModelSpec, instanceType: GpuNodeType, tensor: number, more: Partial<CapacityRequest> = {}) {
  const load = resolveLoad({ model, contextLength: 4096, ...more });
  return configurationOf(load, { instanceType, precision: Precision.BF16 }, Parallelism.of({ tensor }));
}

const gib = (...of: Parameters<typeof configured>) => graphBytes(configured(...of)) / 2 ** 30;

test.each([
  [256, 51 + 35],
  [16, 7 + 5],
  [1, 2 + 1],
  [1024, 51 + 51],
])('%d sequences: %d graphs, as the logs of vLLM say of 256', (maxSequences, graphs) => {
  expect(capturedGraphs(configured(ModelSpec.LLAMA_3_1_8B, P5EN_48XLARGE, 1, { maxSequences, concurrency: 1 }))).toBe(
    graphs,
  );
});

describe('never below what logs state, GiB', () => {
  test.each<[string, ModelSpec, GpuNodeType, number, number]>([
    ['one H200 (bench/vllm)', ModelSpec.LLAMA_3_1_8B, P5EN_48XLARGE, 1, 0.59],
    ['one H200 (bench/vllm)', ModelSpec.QWEN_3_30B_A3B, P5EN_48XLARGE, 1, 0.63],
    ['one H200 (bench/vllm)', ModelSpec.GPT_OSS_20B, P5EN_48XLARGE, 1, 0.61],
    ['one H200, as vLLM 0.24 expected (bench/vllm)', QWEN_3_5, P5EN_48XLARGE, 1, 1.54],
    ['four L40S over PCI Express, vLLM 0.19', QWEN_2_5_72B, G6E_12XLARGE, 4, 2.73],
    ['four RTX 4090, vllm-project/vllm#7553', ModelSpec.QWEN_3_32B, RTX_4090, 4, 2.46],
  ])('%s: %s', (_, model, instanceType, tensor, measured) => {
    expect(gib(model, instanceType, tensor)).toBeGreaterThan(measured);
    expect(gib(model, instanceType, tensor)).toBeLessThan(measured + 1);
  });

  test('none without graphs', () => {
    expect(gib(ModelSpec.LLAMA_3_1_8B, P5EN_48XLARGE, 1, { cudaGraphs: false })).toBe(0);
  });
});

// Its 367,712 tokens left nothing for the graphs: it died capturing them.
test('Gemma 2 on eight L4 of vLLM 0.5.4 (vllm-project/vllm#7593)', () => {
  const plan = (more: Partial<CapacityRequest>) =>
    CapacityPlanner.plan({
      ...{ model: ModelSpec.GEMMA_2_9B, instanceType: G6_48XLARGE, parallelism: Parallelism.of({ tensor: 8 }) },
      ...{ engine: InferenceEngine.VLLM, gpuMemoryUtilization: 0.9, contextLength: 4096, ...more },
    });
  const ids = (more: Partial<CapacityRequest>) => planWarnings(plan(more)).map(({ id }) => id);
  expect(plan({}).kvCapacityTokens).toBeLessThan(367712);
  expect(ids({})).toContain('GRAPHS_OUTSIDE_UTILIZATION');
  expect(ids({ gpuMemoryUtilization: 0.85 })).not.toContain('GRAPHS_OUTSIDE_UTILIZATION');
  expect(ids({ cudaGraphs: false })).not.toContain('GRAPHS_OUTSIDE_UTILIZATION');
  expect(ids({ engine: InferenceEngine.VLLM_0_21 })).not.toContain('GRAPHS_OUTSIDE_UTILIZATION');
});

// vLLM 0.19 had 67,024 tokens in 5.11 GiB: its sampler took less than that of the older ones that the row stands for.
test('Qwen2.5-72B on four L40S', () => {
  const { kvCapacityTokens } = CapacityPlanner.plan({
    ...{ model: QWEN_2_5_72B, instanceType: G6E_12XLARGE, parallelism: Parallelism.of({ tensor: 4 }) },
    ...{ engine: InferenceEngine.VLLM, gpuMemoryUtilization: 0.9, contextLength: 8192, concurrency: 1 },
  });
  expect(kvCapacityTokens).toBeLessThanOrEqual(67024);
  expect(kvCapacityTokens).toBeGreaterThan(0.75 * 67024);
});

describe('what the share of other engines is of', () => {
  const request = {
    ...{ model: ModelSpec.QWEN_3_235B_A22B, instanceType: P5_48XLARGE, parallelism: Parallelism.of({ tensor: 4 }) },
    ...{ precision: Precision.FP8_BLOCK, contextLength: 8192 },
  };

  // vllm-project/vllm#21348: 367,404 tokens of SGLang with a static share of 0.93, where vLLM's were 178,880 at 0.9.
  test('SGLang: weights and cache alone', () => {
    const engine = InferenceEngine.SGLANG;
    expect(engine.memoryShare).toBe(MemoryShare.STATIC);
    const plan = CapacityPlanner.plan({ ...request, engine, gpuMemoryUtilization: 0.93 });
    expect(plan.kvCapacityTokens).toBeLessThanOrEqual(367404);
    expect(plan.kvCapacityTokens).toBeGreaterThan(0.9 * 367404);
    expect(plan.memoryPerGpu.activations.bytes).toBe(0);
    expect(plan.explain()).toContain('below the one published log of SGLang');
    // Where the rest is too small for a step, it comes out of the share.
    expect(
      CapacityPlanner.plan({ ...request, engine, gpuMemoryUtilization: 0.98 }).memoryPerGpu.activations.gib,
    ).toBeGreaterThan(1);
  });

  test('TensorRT-LLM: what weights and activations leave', () => {
    const plan = (gpuMemoryUtilization: number) =>
      CapacityPlanner.plan({ ...request, engine: InferenceEngine.TENSORRT_LLM, gpuMemoryUtilization, concurrency: 1 });
    const [half, most] = [plan(0.45), plan(0.9)];
    expect(half.memoryPerGpu.available.bytes).toBe(P5_48XLARGE.gpu.memory.bytes);
    // Half the share holds half the tokens, whatever the weights take.
    expect(most.kvCapacityTokens / half.kvCapacityTokens).toBeGreaterThan(1.9);
    expect(most.kvCapacityTokens / half.kvCapacityTokens).toBeLessThan(2.2);
  });
});
