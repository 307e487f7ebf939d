import {
  CapacityPlan,
  CapacityPlanner,
  DataSize,
  GpuInstanceType,
  InferenceEngine,
  ModelSpec,
  Parallelism,
  Precision,
} from '../../lib/planning';
import { faultsThrown, idsOf } from '../support/faults';

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
    const far = { ...request, checkpointSize: DataSize.gib(900) };
    expect(idsOf(faultsThrown(() => CapacityPlanner.plan(far)))).toEqual([
      'CHECKPOINT_SIZE_IMPLAUSIBLE checkpointSize',
    ]);
  });

  // Loaded sizes that vLLM states: vllm-project/vllm#23278 (one H100), #33155 (its other kernel, 64.38 GiB), myoceane.fr (one A100).
  test('MXFP4 experts are padded to the tiles of the kernels', () => {
    const loaded = (model: ModelSpec, instanceType: GpuInstanceType, tensor = 1) =>
      CapacityPlanner.plan({ model, instanceType, precision: Precision.MXFP4, parallelism: Parallelism.of({ tensor }) })
        .memoryPerGpu.weights.gib;
    const large = loaded(ModelSpec.GPT_OSS_120B, GpuInstanceType.P5_48XLARGE);
    expect(large).toBeGreaterThan(64.38);
    expect(large).toBeLessThanOrEqual(65.97);
    expect(large).toBeGreaterThan(0.995 * 65.97);
    const small = loaded(ModelSpec.GPT_OSS_20B, GpuInstanceType.P4DE_24XLARGE);
    expect(Math.abs(small / 13.72 - 1)).toBeLessThan(0.005);
    // A rank's 360 wide share is padded to 384, on Blackwell to 512.
    const share = (instanceType: GpuInstanceType) => loaded(ModelSpec.GPT_OSS_120B, instanceType, 8);
    expect(share(GpuInstanceType.P6_B200_48XLARGE)).toBeGreaterThan(share(GpuInstanceType.P5_48XLARGE));
    expect(share(GpuInstanceType.P5_48XLARGE)).toBeGreaterThan(large / 8);
    expect(loaded(ModelSpec.GPT_OSS_120B, GpuInstanceType.P5_48XLARGE, 4)).toBeGreaterThan(large / 4);
  });

  // vllm-project/vllm#23278: by its own default vLLM samples 1024 sequences on an H100, and lacks 2.14 GiB before any cache.
  test('a plan that holds for fewer sequences than the engine would take says so', () => {
    const request = {
      model: ModelSpec.GPT_OSS_120B,
      instanceType: GpuInstanceType.P5_48XLARGE,
      precision: Precision.MXFP4,
      contextLength: 4096,
      concurrency: 1,
      engine: InferenceEngine.VLLM,
      parallelism: Parallelism.of({ tensor: 1 }),
    };
    const plan = CapacityPlanner.plan(request);
    expect(plan).toMatchObject({ fits: true, maxSequences: 256 });
    expect(plan.warnings.join()).toContain('[capacity:SCHEDULER_SEQUENCES]');
    expect(plan.warnings.join()).toContain('max_num_seqs');
    expect(CapacityPlanner.plan({ ...request, maxSequences: 1024 }).fits).toBe(false);
    const told = CapacityPlanner.plan({ ...request, maxSequences: 256 });
    expect(told.warnings.join()).not.toContain('SCHEDULER_SEQUENCES');
  });

  test('the largest throughput is of no more sequences than the scheduler is given', () => {
    const request = { ...LOAD, contextLength: 512, instanceType: GpuInstanceType.G6E_XLARGE };
    const few = CapacityPlanner.plan({ ...request, maxSequences: 8 });
    const eight = CapacityPlanner.plan({ ...request, concurrency: 8, maxSequences: 8 });
    expect(few.maxOutputTokensPerSecond).toBeCloseTo(eight.outputTokensPerSecond, 6);
    expect(few.maxOutputTokensPerSecond).toBeLessThan(CapacityPlanner.plan(request).maxOutputTokensPerSecond);
  });

  test('a checkpoint larger than counted is so in the formats of the alternatives too, and survives JSON', () => {
    const request = {
      ...LOAD,
      instanceType: GpuInstanceType.G6E_XLARGE,
      model: ModelSpec.QWEN_2_5_32B,
      concurrency: 1,
    };
    const plan = CapacityPlanner.plan({ ...request, checkpointSize: DataSize.gib(61 * 1.5) });
    expect(plan.fits).toBe(false);
    for (const way of plan.alternatives.filter((w) => /^precision/.test(w.change))) {
      const other = { ...request, precision: way.precision };
      const { gib } = request.model.checkpointSize(other.precision);
      expect(CapacityPlanner.plan({ ...other, checkpointSize: DataSize.gib(1.49 * gib) }).fits).toBe(true);
    }
    expect(CapacityPlan.fromJson(plan.toJson()).checkpointSize).toEqual(DataSize.gib(61 * 1.5));
    expect(plan.explain()).toContain('scaled to a checkpoint of 91.5');
  });

  test('alternatives keep a cache that the other hardware and weights can have', () => {
    const request = {
      ...LOAD,
      contextLength: 1024,
      instanceType: GpuInstanceType.G5_XLARGE,
      precision: Precision.FP32,
    };
    const fp8 = CapacityPlanner.plan({ ...request, kvCachePrecision: Precision.FP8 });
    expect(fp8.alternatives.length).toBeGreaterThan(0);
    expect(fp8.alternatives.filter((way) => way.instanceType.name.startsWith('g4dn'))).toEqual([]);
    const fp32 = CapacityPlanner.plan({ ...request, kvCachePrecision: Precision.FP32 });
    expect(fp32.alternatives.find((way) => way.precision === Precision.BF16)).toMatchObject({
      kvCachePrecision: Precision.FP16,
    });
  });

  test('the cache has 32 bits with 32-bit weights, unless it is asked for otherwise', () => {
    const fp32 = { ...LOAD, instanceType: GpuInstanceType.P5_4XLARGE, precision: Precision.FP32 };
    const plan = CapacityPlanner.plan(fp32);
    expect(plan.kvCachePrecision).toBe(Precision.FP32);
    expect(plan.kvBytesPerTokenPerGpu).toBe(2 * 131072);
    expect(CapacityPlan.fromJson(plan.toJson()).kvCachePrecision).toBe(Precision.FP32);
    const fp8 = CapacityPlanner.plan({ ...fp32, kvCachePrecision: Precision.FP8 });
    expect(fp8.kvBytesPerTokenPerGpu).toBe(131072 / 2);
    // An alternative with 16-bit weights has a 16-bit cache again.
    const ways = CapacityPlanner.plan({
      ...fp32,
      instanceType: GpuInstanceType.G6E_XLARGE,
      concurrency: 8,
    }).alternatives;
    expect(ways.find((way) => way.precision === Precision.BF16)).toMatchObject({ kvCachePrecision: Precision.FP16 });
    expect(ways.find((way) => way.precision === Precision.FP32 && way.change.startsWith('instance'))).toMatchObject({
      kvCachePrecision: Precision.FP32,
    });
  });
});
