import {
  CapacityPlan,
  CapacityPlanner,
  CapacityRequest,
  DataSize,
  GpuInstanceType,
  InferenceEngine,
  GpuNodeType,
  GpuInterconnect,
  GpuType,
  ModelSpec,
  Parallelism,
  Precision,
} from '../../lib/planning';
import { faultsThrown, idsOf } from '../support/faults';

const LOAD: CapacityRequest = {
  model: ModelSpec.LLAMA_3_1_8B,
  instanceType: GpuInstanceType.G6E_XLARGE,
  contextLength: 8192,
  concurrency: 4,
};

describe('CapacityPlanner.plan', () => {
  const plan = CapacityPlanner.plan(LOAD);

  test('counts the memory of a GPU', () => {
    const { weights, kvCache, activations, runtime, total, available } = plan.memoryPerGpu;
    expect(weights.gib).toBeCloseTo(14.958, 3);
    expect(kvCache.gib).toBe(4);
    expect(total.bytes).toBeCloseTo(weights.bytes + kvCache.bytes + activations.bytes + runtime.bytes, 0);
    expect(available.bytes).toBeCloseTo(0.92 * GpuType.L40S.memory.bytes, 0);
    expect(plan.fits).toBe(true);
    expect(plan.kvBytesPerTokenPerGpu).toBe(131072);
    expect(plan.kvCapacityTokens % 16).toBe(0);
    expect(plan.maxConcurrency).toBe(Math.floor(plan.kvCapacityTokens / 8192));
  });

  test('fills in defaults', () => {
    const bare = CapacityPlanner.plan({ model: LOAD.model, instanceType: LOAD.instanceType });
    expect(bare).toMatchObject({ contextLength: 8192, concurrency: 4, nodes: 1, replicas: 1, maxSequences: 256 });
    expect(bare.precision).toBe(Precision.BF16);
    expect(bare.maxBatchedTokens).toBe(2048);
    expect(CapacityPlanner.plan({ ...LOAD, instanceType: GpuInstanceType.P5_4XLARGE }).maxBatchedTokens).toBe(8192);
    const short = CapacityPlanner.plan({ model: ModelSpec.LLAMA_65B, instanceType: GpuInstanceType.P4DE_24XLARGE });
    expect(short.contextLength).toBe(2048);
  });

  test('the context is the stated prompt and answer, unless it is given', () => {
    const context = (more: Partial<CapacityRequest>) =>
      CapacityPlanner.plan({ model: LOAD.model, instanceType: LOAD.instanceType, ...more }).contextLength;
    expect(context({ inputTokens: 1000, outputTokens: 200 })).toBe(1200);
    expect(context({ inputTokens: 20000, outputTokens: 2000 })).toBe(22000);
    expect(context({ inputTokens: 1000, outputTokens: 200, contextLength: 4096 })).toBe(4096);
    expect(context({ inputTokens: 1000 })).toBe(8192);
    expect(context({ outputTokens: 200 })).toBe(8192);
    expect(idsOf(faultsThrown(() => context({ inputTokens: 131072, outputTokens: 1 })))).toEqual([
      'TOKENS_EXCEED_CONTEXT contextLength',
    ]);
    const most = (more: Partial<CapacityRequest>) =>
      CapacityPlanner.plan({ ...LOAD, contextLength: undefined, ...more }).maxConcurrency;
    const short = CapacityPlanner.plan({ ...LOAD, contextLength: undefined, inputTokens: 1000, outputTokens: 200 });
    expect(short.maxConcurrency).toBe(Math.floor(short.kvCapacityTokens / 1200));
    expect(short.maxConcurrency).toBeGreaterThan(5 * most({}));
  });

  // vllm-project/vllm#16303: 16,064 tokens are left to a 32B model, as with 1024 sequences on 80 GB (neither is stated there).
  test('memory of the sampler grows with the sequences the scheduler may hold', () => {
    const capacity = (maxSequences: number, engine = InferenceEngine.VLLM) =>
      CapacityPlanner.plan({
        model: ModelSpec.QWEN_2_5_32B,
        instanceType: GpuInstanceType.P5_4XLARGE,
        concurrency: 1,
        maxSequences,
        engine,
      });
    // Newer versions sort nothing.
    const sampled = capacity(1024, InferenceEngine.VLLM_0_21).memoryPerGpu.activations.bytes;
    expect(sampled).toBeLessThan(0.4 * capacity(1024).memoryPerGpu.activations.bytes);
    expect(sampled).toBeGreaterThan(3.5 * 4 * 1024 * ModelSpec.QWEN_2_5_32B.vocabularySize);
    expect(capacity(1024).kvCapacityTokens).toBeLessThanOrEqual(16064);
    const [half, all] = [512, 1024].map((n) => capacity(n).memoryPerGpu.activations.bytes);
    expect(all / half).toBeCloseTo(2, 6);
    expect(capacity(256).kvCapacityTokens).toBeGreaterThan(16064);
  });

  test('what is kept free on a GPU below 70 GiB is a share of the cache', () => {
    const [full, roomy] = [DataSize.gib(14.9), DataSize.gib(12)].map(
      (checkpointSize) =>
        CapacityPlanner.plan({ ...LOAD, instanceType: GpuInstanceType.G5_XLARGE, checkpointSize }).memoryPerGpu.runtime,
    );
    // 0.3 % fewer weights, 2 % more room.
    expect(roomy.gib - full.gib).toBeCloseTo(2.9 * (0.02 * 1.003 - 0.003), 3);
  });

  test('takes the smallest tensor degree that fits within one NVLink domain', () => {
    const p4de = { model: ModelSpec.LLAMA_65B, instanceType: GpuInstanceType.P4DE_24XLARGE, concurrency: 1 };
    expect(CapacityPlanner.plan(p4de).parallelism).toMatchObject({ tensor: 2, pipeline: 1 });
    expect(CapacityPlanner.plan({ ...p4de, concurrency: 30 }).parallelism.tensor).toBeGreaterThan(2);
    const p4d = CapacityPlanner.plan({ ...p4de, instanceType: GpuInstanceType.P4D_24XLARGE });
    expect(p4d.parallelism.tensor).toBe(4);
  });

  test('takes more nodes only when it is allowed to, as a pipeline', () => {
    const request = { model: ModelSpec.LLAMA_3_1_405B, instanceType: GpuInstanceType.P4DE_24XLARGE, concurrency: 1 };
    expect(CapacityPlanner.plan(request).fits).toBe(false);
    const two = CapacityPlanner.plan({ ...request, maxNodes: 2 });
    expect(two.fits).toBe(true);
    expect(two.nodes).toBe(2);
    expect(two.parallelism).toMatchObject({ tensor: 8, pipeline: 2 });
    expect(two.layersPerStage).toEqual([63, 63]);
  });

  test('uneven stages: 95 and 61 layers', () => {
    const stages = (model: ModelSpec, pipeline: number) =>
      CapacityPlanner.plan({
        model,
        instanceType: GpuInstanceType.P5E_48XLARGE,
        contextLength: 4096,
        parallelism: Parallelism.of({ tensor: 1, pipeline }),
      });
    expect(stages(ModelSpec.DEEPSEEK_LLM_67B, 4).layersPerStage).toEqual([24, 24, 24, 23]);
    const v3 = stages(ModelSpec.DEEPSEEK_V3, 8);
    expect(v3.layersPerStage.reduce((a, b) => a + b)).toBe(61);
    expect(v3.warnings.join()).toContain('[capacity:UNEVEN_STAGES]');
  });

  test('key-value heads: shared out, replicated, compressed', () => {
    const bytes = (model: ModelSpec, tensor: number) =>
      CapacityPlanner.plan({
        model,
        instanceType: GpuInstanceType.P5E_48XLARGE,
        contextLength: 2048,
        parallelism: Parallelism.of({ tensor }),
      });
    expect(bytes(ModelSpec.LLAMA_3_1_70B, 8).kvBytesPerTokenPerGpu).toBe(327680 / 8);
    const few = bytes(ModelSpec.QWEN_3_235B_A22B, 8);
    expect(few.kvBytesPerTokenPerGpu).toBe(94 * 2 * 1 * 128 * 2);
    expect(few.warnings.join()).toContain('[capacity:KEY_VALUE_REPLICATED]');
    const latent = bytes(ModelSpec.DEEPSEEK_V3, 8);
    expect(latent.kvBytesPerTokenPerGpu).toBe(70272);
    expect(latent.warnings.join()).toContain('[capacity:LATENT_CACHE_REPLICATED]');
  });

  test('counts nodes of replicas, small ones sharing a node', () => {
    const nodes = (tensor: number, data: number) =>
      CapacityPlanner.plan({
        ...LOAD,
        instanceType: GpuInstanceType.P5_48XLARGE,
        parallelism: Parallelism.of({ tensor, data }),
      }).nodes;
    expect(nodes(1, 8)).toBe(1);
    expect(nodes(1, 9)).toBe(2);
    expect(nodes(4, 3)).toBe(2);
    expect(nodes(8, 3)).toBe(3);
  });

  test('cost per million tokens at the stated share, and with a spare', () => {
    const priced = CapacityPlanner.plan({ ...LOAD, pricePerHour: 1.861, utilization: 0.5 });
    expect(priced.costPerMillionTokens).toBeCloseTo((1e6 * 1.861) / (3600 * priced.maxOutputTokensPerSecond * 0.5), 9);
    expect(priced.costPerMillionTokensWithSpare).toBeCloseTo(2 * (priced.costPerMillionTokens as number), 9);
    expect(plan.costPerMillionTokens).toBeUndefined();
    expect(priced.explain()).toMatch(/1.861 per hour \(given\), utilization 0.5/);
  });

  test('explains every number in text and Markdown', () => {
    for (const figure of plan.figures) {
      expect(plan.explain()).toContain(figure.formula);
      expect(plan.explainMarkdown()).toContain(figure.value);
      for (const text of [figure.name, figure.value, figure.inputs, figure.errorBand])
        expect(text).not.toMatch(/NaN|Infinity|undefined/);
    }
    expect(plan.figures.map((f) => f.evidence)).toContain('exact');
    expect(plan.explainMarkdown()).toMatch(/^## llama-3.1-8b in bf16 on 1 × g6e.xlarge/);
  });

  describe('a plan that does not fit', () => {
    const tight = { ...LOAD, instanceType: GpuInstanceType.G6_XLARGE, concurrency: 8, pricePerHour: 0.8 };
    const unfit = CapacityPlanner.plan(tight);

    test('names the shortfall and the part that eats the memory', () => {
      expect(unfit.fits).toBe(false);
      const { total, available } = unfit.memoryPerGpu;
      expect(unfit.shortfallPerGpu?.bytes).toBeCloseTo(total.bytes - available.bytes, 0);
      expect(unfit.explain()).toMatch(/Does not fit: short by .* largest part: weights/);
    });

    test('has alternatives of every kind, and each one fits', () => {
      const changes = unfit.alternatives.map((way) => way.change).join('\n');
      expect(changes).toMatch(/precision fp8 instead of bf16/);
      expect(changes).toMatch(/context \d+ instead of 8192/);
      expect(changes).toMatch(/sequences at once instead of 8/);
      for (const way of unfit.alternatives) {
        const tried = CapacityPlanner.plan({
          model: tight.model,
          instanceType: way.instanceType,
          precision: way.precision,
          kvCachePrecision: way.kvCachePrecision,
          contextLength: way.contextLength,
          concurrency: way.concurrency,
          parallelism: way.parallelism,
        });
        expect([way.change, tried.fits]).toEqual([way.change, true]);
        expect(tried.nodes).toBe(way.nodes);
      }
    });

    test('offers more GPUs and other instance types for large models', () => {
      const large = CapacityPlanner.plan({
        model: ModelSpec.LLAMA_65B,
        instanceType: GpuInstanceType.P4DE_24XLARGE,
        parallelism: Parallelism.of({ tensor: 1 }),
      });
      const changes = large.alternatives.map((way) => way.change).join('\n');
      expect(changes).toMatch(/tensor \d instead of tensor 1/);
      expect(changes).toMatch(/instance type g\d\w*.\d+xlarge instead of p4de.24xlarge/);
    });
  });

  const v100 = GpuInstanceType.P3DN_24XLARGE;
  test.each<[string, Partial<CapacityRequest>, string[]]>([
    [
      'bf16 on V100',
      { instanceType: v100, precision: Precision.BF16, engine: InferenceEngine.VLLM },
      ['PRECISION_NOT_SUPPORTED precision'],
    ],
    [
      'bf16 on T4',
      { instanceType: GpuInstanceType.G4DN_XLARGE, precision: Precision.BF16 },
      ['PRECISION_NOT_SUPPORTED precision'],
    ],
    [
      'fp8 on T4',
      { instanceType: GpuInstanceType.G4DN_XLARGE, precision: Precision.FP8 },
      ['PRECISION_NOT_SUPPORTED precision'],
    ],
    [
      'nvfp4 on V100',
      { instanceType: v100, precision: Precision.NVFP4, engine: InferenceEngine.VLLM },
      ['PRECISION_NOT_SUPPORTED precision'],
    ],
    [
      'an fp8 cache on T4',
      { instanceType: GpuInstanceType.G4DN_XLARGE, kvCachePrecision: Precision.FP8 },
      ['CACHE_PRECISION_NOT_SUPPORTED kvCachePrecision'],
    ],
    ['a context beyond the model', { contextLength: 200000 }, ['CONTEXT_EXCEEDS_MODEL contextLength']],
    [
      'heads not divisible',
      { parallelism: Parallelism.of({ tensor: 3 }) },
      ['TENSOR_DOES_NOT_DIVIDE_HEADS parallelism'],
    ],
    [
      'key-value heads not divisible',
      { model: ModelSpec.PHI_4, parallelism: Parallelism.of({ tensor: 4 }) },
      ['TENSOR_DOES_NOT_FIT_KEY_VALUE_HEADS parallelism'],
    ],
    [
      'more stages than layers',
      { parallelism: Parallelism.of({ tensor: 1, pipeline: 33 }) },
      ['PIPELINE_EXCEEDS_LAYERS parallelism'],
    ],
    [
      'experts in a dense model',
      { parallelism: Parallelism.of({ tensor: 2, expert: 2 }) },
      ['MODEL_HAS_NO_EXPERTS parallelism'],
    ],
    [
      'groups cut',
      {
        model: ModelSpec.QWEN_3_235B_A22B,
        instanceType: GpuInstanceType.P5_48XLARGE,
        precision: Precision.FP8_BLOCK,
        parallelism: Parallelism.of({ tensor: 8 }),
      },
      ['TENSOR_SPLITS_QUANTIZATION_GROUPS parallelism'],
    ],
    ['no sequences', { concurrency: 0 }, ['NOT_A_WHOLE_NUMBER concurrency']],
    ['negative lengths', { contextLength: -1 }, ['NOT_A_WHOLE_NUMBER contextLength']],
    ['a token', { concurrency: -8.1e298 }, ['NOT_A_WHOLE_NUMBER concurrency']],
    ['a token as a share', { gpuMemoryUtilization: -8.1e298 }, ['OUT_OF_RANGE gpuMemoryUtilization']],
    ['a text', { concurrency: '8' as unknown as number }, ['WRONG_KIND concurrency']],
    ['a text as a share', { gpuMemoryUtilization: '0.5' as unknown as number }, ['WRONG_KIND gpuMemoryUtilization']],
    [
      'an answer longer than the context',
      { inputTokens: 8000, outputTokens: 1000 },
      ['TOKENS_EXCEED_CONTEXT contextLength'],
    ],
    ['utilization above one', { gpuMemoryUtilization: 1.1 }, ['OUT_OF_RANGE gpuMemoryUtilization']],
    ['a price of nothing', { pricePerHour: 0 }, ['OUT_OF_RANGE pricePerHour']],
    ['a price of next to nothing', { pricePerHour: 5e-324 }, ['OUT_OF_RANGE pricePerHour']],
    ['a share of next to nothing', { pricePerHour: 2, utilization: 5e-324 }, ['OUT_OF_RANGE utilization']],
    ['a share above one', { utilization: 2 }, ['OUT_OF_RANGE utilization']],
    ['a 32-bit cache', { kvCachePrecision: Precision.FP32 }, ['CACHE_NEEDS_FP32_WEIGHTS kvCachePrecision']],
    ['a cache in a format of weights', { kvCachePrecision: Precision.INT4 }, ['UNKNOWN_VALUE kvCachePrecision']],
    [
      'a bf16 cache on a T4',
      { instanceType: GpuInstanceType.G4DN_XLARGE, kvCachePrecision: Precision.BF16 },
      ['CACHE_PRECISION_NOT_SUPPORTED kvCachePrecision'],
    ],
  ])('fails with %s', (_, change, ids) => {
    expect(idsOf(faultsThrown(() => CapacityPlanner.plan({ ...LOAD, ...change })))).toEqual(ids);
  });

  test('reports all faults at once', () => {
    const request = {
      ...LOAD,
      instanceType: v100,
      precision: Precision.FP8,
      contextLength: 1e6,
      parallelism: Parallelism.of({ tensor: 5 }),
    };
    expect(idsOf(faultsThrown(() => CapacityPlanner.plan(request)))).toEqual([
      'CONTEXT_EXCEEDS_MODEL contextLength',
      'PRECISION_NOT_SUPPORTED precision',
      'GPU_TOO_OLD_FOR_ENGINE engine',
      'TENSOR_DOES_NOT_DIVIDE_HEADS parallelism',
    ]);
  });
});

describe('CapacityPlan as JSON', () => {
  const custom = GpuNodeType.custom({
    name: 'dgx-a100',
    gpu: GpuType.A100_80GB,
    gpuCount: 8,
    vcpus: 256,
    memory: DataSize.gib(2048),
    interconnect: GpuInterconnect.NVSWITCH,
  });
  const tiny = ModelSpec.dense({ name: 'guess', parameters: 7e9 }).withSkippedLayers(0.1).withSharedParameters(0.2);

  test.each<[string, CapacityRequest]>([
    ['that fits', { ...LOAD, pricePerHour: 2 }],
    ['that does not', { ...LOAD, concurrency: 500 }],
    ['on custom hardware', { ...LOAD, instanceType: custom }],
    ['of an approximate, changed model', { ...LOAD, model: tiny }],
    [
      'of a model with experts of its own',
      {
        ...LOAD,
        instanceType: custom,
        model: ModelSpec.mixtureOfExperts({ name: 'own', shape: ModelSpec.MIXTRAL_8X7B.shape }),
      },
    ],
  ])('comes back the same: a plan %s', (_, request) => {
    const plan = CapacityPlanner.plan(request);
    const text = JSON.stringify(plan);
    for (const back of [
      CapacityPlan.fromJson(text),
      CapacityPlan.fromJson(JSON.parse(text)),
      CapacityPlan.fromJson(plan.toJson()),
    ]) {
      expect(JSON.stringify(back)).toBe(text);
      expect(back).toEqual(plan);
      expect(back.sameChoice(plan)).toBe(true);
      expect(back.explain()).toBe(plan.explain());
      expect(back.memoryPerGpu.weights.bytes).toBe(plan.memoryPerGpu.weights.bytes);
      expect(back.alternatives).toEqual(plan.alternatives);
      expect(back.model.parameters).toBe(plan.model.parameters);
    }
  });

  test('tells other choices apart', () => {
    const plan = CapacityPlanner.plan(LOAD);
    expect(plan.sameChoice(CapacityPlanner.plan({ ...LOAD, instanceType: GpuInstanceType.G6E_2XLARGE }))).toBe(false);
    expect(plan.sameChoice(CapacityPlanner.plan({ ...LOAD, precision: Precision.FP8 }))).toBe(false);
  });

  const LOCK = CapacityPlanner.plan(LOAD).toJson() as object;

  test.each<[string, unknown, string]>([
    ['no JSON', '{', 'INVALID_FORMAT'],
    ['a list', [], 'INVALID_FORMAT'],
    ['a text that is no object', '"plan"', 'INVALID_FORMAT'],
    ['something else', {}, 'PLAN_OF_OTHER_VERSION version'],
    ['a later version', { ...LOCK, version: 3 }, 'PLAN_OF_OTHER_VERSION version'],
    ['an unknown model', { ...LOCK, model: 'llama-9' }, 'UNKNOWN_VALUE model'],
    ['an unknown precision', { ...LOCK, precision: 'fp7' }, 'UNKNOWN_VALUE precision'],
    [
      'an instance type that the catalog does not have',
      { ...LOCK, instanceType: 'g9.xlarge' },
      'UNKNOWN_VALUE instanceType',
    ],
  ])('fails with %s', (_, json, id) => {
    expect(idsOf(faultsThrown(() => CapacityPlan.fromJson(json)))).toEqual([id]);
  });
});
