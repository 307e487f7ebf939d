import { CapacityPlanner, CapacityRequest, GpuInstanceType, ModelSpec, Parallelism } from '../../lib/planning';

describe('ways out of a shortfall', () => {
  const ways = (request: Partial<CapacityRequest>) =>
    CapacityPlanner.plan({
      model: ModelSpec.GPT_OSS_120B,
      instanceType: GpuInstanceType.P5_4XLARGE,
      contextLength: 8192,
      concurrency: 4,
      ...request,
    }).alternatives;

  test('settings of the engine come first, since they cost nothing, and the plan with them fits', () => {
    const [first] = ways({});
    expect(first.change).toBe('gpuMemoryUtilization 0.95 instead of 0.92');
    const { gpuMemoryUtilization, maxSequences, maxBatchedTokens } = first;
    expect(ways({ gpuMemoryUtilization, maxSequences, maxBatchedTokens })).toEqual([]);
  });

  test('several of them where one is not enough', () => {
    const load = { concurrency: 12 };
    const [first] = ways(load);
    expect(first.change).toMatch(/^gpuMemoryUtilization 0\.95 instead of 0\.92 and maxSequences 64 instead of 256 and/);
    const { gpuMemoryUtilization, maxSequences, maxBatchedTokens } = first;
    expect(ways({ ...load, gpuMemoryUtilization, maxSequences, maxBatchedTokens })).toEqual([]);
  });

  test('no format that nobody publishes of the model', () => {
    const changes = ways({ concurrency: 200 }).map(({ change }) => change);
    expect(changes.length).toBeGreaterThan(0);
    expect(changes.filter((change) => change.startsWith('precision'))).toEqual([]);
  });
});

test('ranks that exchange tokens have smaller steps, whose buffers hold the tokens of all', () => {
  const request = {
    model: ModelSpec.DEEPSEEK_R1,
    instanceType: GpuInstanceType.P5_48XLARGE,
    parallelism: Parallelism.of({ tensor: 1, data: 16, expert: 16 }),
  };
  const plan = CapacityPlanner.plan(request);
  expect(plan.fits).toBe(false);
  const [first] = plan.alternatives;
  expect(first.change).toBe('gpuMemoryUtilization 0.95 instead of 0.92 and maxBatchedTokens 1024 instead of 2048');
  expect(first.nodes).toBe(plan.nodes);
  const { gpuMemoryUtilization, maxBatchedTokens } = first;
  expect(CapacityPlanner.plan({ ...request, gpuMemoryUtilization, maxBatchedTokens }).fits).toBe(true);
});

test('a stated number of replicas is the most that hardware is chosen for', () => {
  const request = { model: ModelSpec.LLAMA_3_1_8B, targets: { minOutputTokensPerSecond: 1500 }, replicas: 1 };
  const one = CapacityPlanner.cheapest(request);
  expect(CapacityPlanner.cheapest({ ...request, maxReplicas: 8 }).instanceType.name).toBe(one.instanceType.name);
});
