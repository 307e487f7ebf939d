import {
  CapacityPlan,
  CapacityPlanner,
  DataSize,
  GpuInstanceType,
  ModelSpec,
  Parallelism,
  Precision,
} from '../../lib/planning';

const LOAD = { model: ModelSpec.LLAMA_3_1_8B, contextLength: 8192, concurrency: 4 };

describe('checkpoints and caches that are not what the precision says', () => {
  // vllm-project/vllm#6746: Meta's FP8 checkpoint loads 57.752 GiB on each GPU, and the engine finds room for 79,392 tokens.
  test('a checkpoint larger than its format says', () => {
    const request = {
      model: ModelSpec.LLAMA_3_1_405B,
      instanceType: GpuInstanceType.P5_48XLARGE,
      precision: Precision.FP8,
      contextLength: 131072,
      concurrency: 1,
      parallelism: Parallelism.of({ tensor: 8 }),
      maxBatchedTokens: 131072,
    };
    const known = CapacityPlanner.plan({ ...request, checkpointSize: DataSize.gib(8 * 57.752) });
    expect(known.memoryPerGpu.weights.gib).toBeCloseTo(57.75, 1);
    expect(known.fits).toBe(false);
    expect(known.kvCapacityTokens).toBeLessThanOrEqual(79392);
    expect(() => CapacityPlanner.plan({ ...request, checkpointSize: DataSize.gib(900) })).toThrow(/far from/);
  });

  test('a checkpoint larger than counted is so in the formats of the ways out too, and survives JSON', () => {
    const request = {
      ...LOAD,
      instanceType: GpuInstanceType.G6E_XLARGE,
      model: ModelSpec.QWEN_2_5_32B,
      concurrency: 1,
    };
    const plan = CapacityPlanner.plan({ ...request, checkpointSize: DataSize.gib(61 * 1.5) });
    expect(plan.fits).toBe(false);
    for (const way of plan.waysOut.filter((w) => /^precision/.test(w.change))) {
      const other = { ...request, precision: Precision.of(way.precision) };
      const { gib } = request.model.checkpointSize(other.precision);
      expect(CapacityPlanner.plan({ ...other, checkpointSize: DataSize.gib(1.49 * gib) }).fits).toBe(true);
    }
    expect(CapacityPlan.fromJson(plan.toJson()).checkpointSize).toEqual(DataSize.gib(61 * 1.5));
    expect(plan.explain()).toContain('scaled to a checkpoint of 91.5');
  });

  test('ways out keep a cache that the other hardware and weights can have', () => {
    const request = {
      ...LOAD,
      contextLength: 1024,
      instanceType: GpuInstanceType.G5_XLARGE,
      precision: Precision.FP32,
    };
    const fp8 = CapacityPlanner.plan({ ...request, kvCachePrecision: Precision.FP8 });
    expect(fp8.waysOut.length).toBeGreaterThan(0);
    expect(fp8.waysOut.filter((way) => way.instanceType.startsWith('g4dn'))).toEqual([]);
    const fp32 = CapacityPlanner.plan({ ...request, kvCachePrecision: Precision.FP32 });
    expect(fp32.waysOut.find((way) => way.precision === 'bf16')).toMatchObject({ kvCachePrecision: 'fp16' });
  });

  test('the cache has 32 bits with 32-bit weights, unless it is asked for otherwise', () => {
    const fp32 = { ...LOAD, instanceType: GpuInstanceType.P5_4XLARGE, precision: Precision.FP32 };
    const plan = CapacityPlanner.plan(fp32);
    expect(plan.kvCachePrecision).toBe(Precision.FP32);
    expect(plan.kvBytesPerTokenPerGpu).toBe(2 * 131072);
    expect(CapacityPlan.fromJson(plan.toJson()).kvCachePrecision).toBe(Precision.FP32);
    const fp8 = CapacityPlanner.plan({ ...fp32, kvCachePrecision: Precision.FP8 });
    expect(fp8.kvBytesPerTokenPerGpu).toBe(131072 / 2);
    // A way out with 16-bit weights has a 16-bit cache again.
    const ways = CapacityPlanner.plan({ ...fp32, instanceType: GpuInstanceType.G6E_XLARGE, concurrency: 8 }).waysOut;
    expect(ways.find((way) => way.precision === 'bf16')).toMatchObject({ kvCachePrecision: 'fp16' });
    expect(ways.find((way) => way.precision === 'fp32' && way.change.startsWith('instance'))).toMatchObject({
      kvCachePrecision: 'fp32',
    });
  });
});
