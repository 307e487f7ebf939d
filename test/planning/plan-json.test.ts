import {
  CapacityPlan,
  CapacityPlanner,
  DataSize,
  GpuInstanceType,
  ModelSpec,
  Parallelism,
  Precision,
  UnscopedValidationError,
} from '../../lib/planning';

const PLAN = CapacityPlanner.plan({
  model: ModelSpec.LLAMA_3_1_8B,
  instanceType: GpuInstanceType.G6E_XLARGE,
  precision: Precision.FP8,
  kvCachePrecision: Precision.FP8,
  pricePerHour: 2,
});
const DATA = JSON.parse(JSON.stringify(PLAN));

describe('a plan whose JSON was changed by hand', () => {
  test.each<[string, unknown, RegExp]>([
    ['fits', 'yes', /fits must be true or false; got "yes"/],
    ['kvCapacityTokens', -1, /kvCapacityTokens must be a number, zero or more; got -1/],
    ['kvCapacityTokens', 'x', /kvCapacityTokens must be a number/],
    ['decodeLatencyMs', null, /decodeLatencyMs must be a number, zero or more; got null/],
    ['maxSequences', -4, /maxSequences must be a whole number above zero/],
    ['maxSequences', 2, /maxSequences 2 is below concurrency 4/],
    ['maxBatchedTokens', 1.5, /maxBatchedTokens must be a whole number/],
    ['gpuMemoryUtilization', 7, /gpuMemoryUtilization must be above 0 and at most 1; got 7/],
    ['pricePerHour', -2, /pricePerHour must be a number above zero/],
    ['network', 'smoke', /network must be one of RDMA, TCP; got "smoke"/],
    ['parallelism', { tensor: 3 }, /tensor parallelism 3 does not divide the 32 attention heads/],
    ['parallelism', { tensor: 1, pipeline: 2 }, /layersPerStage 32 is not 32 layers in 2 stages/],
    ['parallelism', { tensor: 4 }, /1 nodes of g6e.xlarge have fewer GPUs/],
    ['nodes', 0, /nodes must be a whole number above zero/],
    ['contextLength', 1e9, /contextLength 1000000000 exceeds the 131072 tokens/],
    ['concurrency', 200, /fits is true, but .* 200 sequences are more/],
    ['precision', 'bf16', /weights of 8.46 GiB per GPU are fewer than llama-3.1-8b has in bf16/],
    ['kvCachePrecision', 'fp16', /kvBytesPerTokenPerGpu 65536 is less than llama-3.1-8b needs in fp16/],
    ['alternatives', 'x', /alternatives must be a list/],
    ['alternatives', [{}], /alternatives must be a list/],
    ['figures', [{ name: 'x' }], /figures must be a list of figures/],
    ['warnings', 5, /warnings must be a list of texts/],
  ])('%s: %j', (key, value, message) => {
    const changed = { ...DATA, [key]: value };
    expect(() => CapacityPlan.fromJson(changed)).toThrow(UnscopedValidationError);
    expect(() => CapacityPlan.fromJson(changed)).toThrow(message);
  });

  test('what plans of every kind write is taken back', () => {
    const plans = [
      PLAN,
      CapacityPlanner.plan({
        model: ModelSpec.DEEPSEEK_V3,
        instanceType: GpuInstanceType.P5_48XLARGE,
        precision: Precision.FP8_BLOCK,
        parallelism: Parallelism.of({ tensor: 8, pipeline: 4 }),
      }),
      CapacityPlanner.plan({
        model: ModelSpec.QWEN_3_30B_A3B,
        instanceType: GpuInstanceType.P5_48XLARGE,
        parallelism: Parallelism.of({ tensor: 1, data: 8, expert: 8 }),
      }),
      CapacityPlanner.plan({
        model: ModelSpec.LLAMA_3_1_8B,
        instanceType: GpuInstanceType.G6E_XLARGE,
        cpuOffload: DataSize.gib(500),
      }),
      CapacityPlanner.plan({ model: ModelSpec.LLAMA_3_1_405B, instanceType: GpuInstanceType.G5_XLARGE }),
    ];
    for (const plan of plans) expect(JSON.stringify(CapacityPlan.fromJson(plan.toJson()))).toBe(JSON.stringify(plan));
  });
});

test('a parallelism without a tensor degree, as from a language without types, says so', () => {
  const props = JSON.parse('{ "pipeline": 8 }');
  expect(() => Parallelism.of(props)).toThrow(/^tensor must be a whole number of at least 1/);
});

test('a prompt that takes several steps waits for each of them', () => {
  const request = { model: ModelSpec.LLAMA_3_1_8B, instanceType: GpuInstanceType.G6E_XLARGE, inputTokens: 2048 };
  const first = (maxBatchedTokens: number) =>
    CapacityPlanner.plan({ ...request, contextLength: 4096, maxBatchedTokens }).timeToFirstTokenMs;
  expect(first(4096)).toBe(first(2048));
  expect(first(1024)).toBeGreaterThanOrEqual(first(2048));
  // 128 steps, none shorter than reading 15 GiB of weights at 864 GB/s.
  expect(first(16)).toBeGreaterThan((128 * 14.9 * 2 ** 30) / 864e6);
});
