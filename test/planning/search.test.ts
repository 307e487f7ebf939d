import {
  CapacityPlan,
  CapacityPlanner,
  CapacityTargets,
  GpuInstanceType,
  InferenceEngine,
  ModelSpec,
  Parallelism,
  Precision,
} from '../../lib/planning';
import { faultsThrown, idsOf } from '../support/faults';

const MODEL = ModelSpec.LLAMA_3_1_8B;
const priced = (instanceType: GpuInstanceType, pricePerHour: number) => ({ instanceType, pricePerHour });

describe('CapacityPlanner.search', () => {
  test('an 8B model goes onto one GPU', () => {
    const [best] = CapacityPlanner.search({ model: MODEL });
    expect(best.fits).toBe(true);
    expect(best.parallelism.gpus).toBe(1);
    expect(best.instanceType.gpuCount).toBe(1);
    expect(best.instanceType.name).toBe('g6e.xlarge');
    const short = CapacityPlanner.search({ model: MODEL, contextLength: 2048 })[0];
    expect(['g5.xlarge', 'g6.xlarge']).toContain(short.instanceType.name);
  });

  test('without prices: the lowest list price among those that people do not wait for, then the others', () => {
    const plans = CapacityPlanner.search({ model: ModelSpec.QWEN_3_32B, limit: 1000 });
    const waits = ({ decodeLatencyMs, timeToFirstTokenMs }: CapacityPlan) =>
      decodeLatencyMs > 100 || timeToFirstTokenMs > 2000;
    const price = ({ nodes, instanceType }: CapacityPlan) => nodes * (instanceType.listPricePerHour ?? Infinity);
    const good = plans.filter((plan) => !waits(plan));
    expect(plans.slice(0, good.length)).toEqual(good);
    expect(good.length).toBeLessThan(plans.length);
    expect(good.map(price)).toEqual(good.map(price).sort((a, b) => (a === b ? 0 : a - b)));
    expect(plans.every((plan) => plan.fits)).toBe(true);
    expect(plans.some((plan) => plan.instanceType.legacy)).toBe(false);
  });

  test('with prices: the cheapest', () => {
    const candidates = [
      priced(GpuInstanceType.P5_48XLARGE, 55),
      priced(GpuInstanceType.G6E_XLARGE, 1.86),
      priced(GpuInstanceType.G6E_2XLARGE, 1.5),
    ];
    expect(
      CapacityPlanner.search({ model: MODEL, candidates })
        .map((plan) => plan.instanceType.name)
        .slice(0, 2),
    ).toEqual(['g6e.2xlarge', 'g6e.xlarge']);
  });

  test('what meets the targets comes before what is cheaper', () => {
    const candidates = [priced(GpuInstanceType.G6E_XLARGE, 1.86), priced(GpuInstanceType.P5_4XLARGE, 6)];
    const targets = { maxTimePerOutputTokenMs: 12 };
    const plans = CapacityPlanner.search({ model: MODEL, candidates, targets });
    expect(plans[0].instanceType.name).toBe('p5.4xlarge');
    expect(plans[0].decodeLatencyMs).toBeLessThanOrEqual(12);
    expect(plans[1].decodeLatencyMs).toBeGreaterThan(12);
  });

  test('adds replicas for a throughput target', () => {
    const request = {
      model: MODEL,
      candidates: [priced(GpuInstanceType.G6E_12XLARGE, 10)],
      parallelism: Parallelism.of({ tensor: 1 }),
      concurrency: 4,
    };
    const one = CapacityPlanner.search(request)[0];
    const targets = { minOutputTokensPerSecond: one.outputTokensPerSecond * 5.5 };
    const [many] = CapacityPlanner.search({ ...request, targets, maxReplicas: 16 });
    expect(many.replicas).toBe(6);
    expect(many.nodes).toBe(2);
    expect(many.outputTokensPerSecond).toBeGreaterThanOrEqual(targets.minOutputTokensPerSecond);
    expect(many.costPerMillionTokens).toBeGreaterThan(0);
  });

  test('tries formats, and keeps the wider one where both fit the same hardware', () => {
    const candidates = [{ instanceType: GpuInstanceType.G6E_XLARGE }];
    const plans = CapacityPlanner.search({
      model: MODEL,
      candidates,
      precisions: [Precision.INT4, Precision.FP8, Precision.BF16, Precision.NVFP4],
    });
    expect(plans.map((plan) => plan.precision.name)).toEqual(['bf16', 'fp8', 'int4', 'nvfp4']);
  });

  test.each([
    // Each of these was far too slow, or far too large, when the least GPU memory decided.
    [ModelSpec.QWEN_3_32B, 60, 5],
    [ModelSpec.LLAMA_3_1_70B, 60, 10],
    [ModelSpec.GPT_OSS_20B, 60, 2],
    [ModelSpec.GPT_OSS_120B, 60, 10],
  ])('%s is served at a pace and a price that one would choose', (model, ms, dollars) => {
    const [best] = CapacityPlanner.search({ model, limit: 1 });
    expect(best.decodeLatencyMs).toBeLessThan(ms);
    expect(best.instanceType.listPricePerHour).toBeLessThan(dollars);
  });

  test('no model of the catalog is slower by choice than people read', () => {
    for (const model of ModelSpec.ALL) {
      const [best] = CapacityPlanner.search({ model, limit: 1 });
      expect([model.name, best.decodeLatencyMs <= 100 && best.timeToFirstTokenMs <= 2000]).toEqual([model.name, true]);
    }
  });

  test('tensor parallelism over PCI Express only where nothing else is fast enough', () => {
    const candidates = [{ instanceType: GpuInstanceType.G6E_12XLARGE }];
    const best = (targets?: CapacityTargets) =>
      CapacityPlanner.search({ model: ModelSpec.LLAMA_3_1_70B, candidates, targets, limit: 1 })[0].parallelism;
    expect(best()).toMatchObject({ tensor: 4, pipeline: 1 });
    expect(best({ minOutputTokensPerSecond: 1 })).toMatchObject({ tensor: 1, pipeline: 4 });
  });

  test('only what a region sells, where one is named', () => {
    const [anywhere] = CapacityPlanner.search({ model: ModelSpec.QWEN_3_32B, limit: 1 });
    const [ireland] = CapacityPlanner.search({ model: ModelSpec.QWEN_3_32B, region: 'eu-west-1', limit: 1 });
    const sold = (plan: CapacityPlan) => (plan.instanceType as GpuInstanceType).regions!.includes('eu-west-1');
    expect([sold(anywhere), sold(ireland)]).toEqual([false, true]);
  });

  test('65B in 16 bits needs a large GPU or several, or several nodes', () => {
    const plans = CapacityPlanner.search({ model: ModelSpec.LLAMA_65B, concurrency: 1 });
    expect(plans[0].parallelism.gpus).toBeGreaterThan(1);
    const [v3] = CapacityPlanner.search({
      model: ModelSpec.DEEPSEEK_V3,
      concurrency: 1,
      maxNodes: 4,
      candidates: [{ instanceType: GpuInstanceType.P4DE_24XLARGE }],
    });
    expect(v3.nodes).toBeGreaterThan(1);
  });

  test('order of candidates changes nothing', () => {
    const candidates = GpuInstanceType.ALL.map((instanceType) => ({ instanceType }));
    const names = (list: typeof candidates) =>
      CapacityPlanner.search({ model: ModelSpec.LLAMA_2_13B, contextLength: 2048, candidates: list }).map(
        (plan) => plan.summary,
      );
    expect(names([...candidates].reverse())).toEqual(names(candidates));
  });

  test('cheapest gives the best, or says why there is none', () => {
    expect(CapacityPlanner.cheapest({ model: MODEL }).instanceType.name).toBe('g6e.xlarge');
    const request = { model: ModelSpec.DEEPSEEK_V3, candidates: [{ instanceType: GpuInstanceType.G6_XLARGE }] };
    expect(CapacityPlanner.search(request)).toEqual([]);
    expect(idsOf(faultsThrown(() => CapacityPlanner.cheapest(request)))).toEqual(['MODEL_FITS_NOWHERE']);
  });

  test.each([
    [{ maxTimePerOutputTokenMs: 0.001 }, ['TARGET_NOT_REACHED targets.maxTimePerOutputTokenMs']],
    [{ maxTimeToFirstTokenMs: 0.5 }, ['TARGET_NOT_REACHED targets.maxTimeToFirstTokenMs']],
    [{ minOutputTokensPerSecond: 1e7 }, ['TARGET_NOT_REACHED targets.minOutputTokensPerSecond']],
  ])('fitOn says what comes nearest when no hardware meets %j', (targets, ids) => {
    const request = { model: MODEL, targets };
    expect(CapacityPlanner.search(request).length).toBeGreaterThan(0);
    expect(idsOf(faultsThrown(() => CapacityPlanner.cheapest(request)))).toEqual(ids);
  });

  test('leaves out GPUs that the engine does not run on, and takes them with one that does', () => {
    const candidates = [priced(GpuInstanceType.P3DN_24XLARGE, 1), priced(GpuInstanceType.G6E_XLARGE, 2)];
    const names = (engine?: InferenceEngine) =>
      new Set(CapacityPlanner.search({ model: MODEL, candidates, engine }).map((plan) => plan.instanceType.name));
    expect([...names()]).toEqual(['g6e.xlarge']);
    expect([...names(InferenceEngine.VLLM_0_28)]).toEqual(['g6e.xlarge']);
    expect([...names(InferenceEngine.vllm('0.19.1'))].sort()).toEqual(['g6e.xlarge', 'p3dn.24xlarge']);
  });

  test.each([
    ['no candidates', { candidates: [] }, ['EMPTY_LIST candidates']],
    ['no formats', { precisions: [] }, ['EMPTY_LIST precisions']],
    [
      'a 32-bit cache of 16-bit weights',
      { kvCachePrecision: Precision.FP32 },
      ['CACHE_NEEDS_FP32_WEIGHTS kvCachePrecision'],
    ],
    [
      'a format that no candidate has',
      {
        ...{ candidates: [{ instanceType: GpuInstanceType.P3DN_24XLARGE }], precisions: [Precision.NVFP4] },
        engine: InferenceEngine.vllm('0.19.1'),
      },
      ['PRECISION_NOT_SUPPORTED precision'],
    ],
    [
      'GPUs that the engine does not run on alone',
      { candidates: [priced(GpuInstanceType.P3DN_24XLARGE, 1), priced(GpuInstanceType.P3_8XLARGE, 1)] },
      ['GPU_TOO_OLD_FOR_ENGINE engine', 'GPU_TOO_OLD_FOR_ENGINE engine'],
    ],
    [
      'a price below zero',
      { candidates: [priced(GpuInstanceType.G6_XLARGE, -1)] },
      ['OUT_OF_RANGE candidates[0].pricePerHour'],
    ],
    [
      'a target of nothing',
      { targets: { maxTimePerOutputTokenMs: 0 } },
      ['OUT_OF_RANGE targets.maxTimePerOutputTokenMs'],
    ],
    ['half a node', { maxNodes: 0.5 }, ['NOT_A_WHOLE_NUMBER maxNodes']],
    [
      'heads not divisible',
      { parallelism: Parallelism.of({ tensor: 5 }) },
      ['TENSOR_DOES_NOT_DIVIDE_HEADS parallelism'],
    ],
    ['a context beyond the model', { contextLength: 1e6 }, ['CONTEXT_EXCEEDS_MODEL contextLength']],
  ])('fails with %s', (_, change, ids) => {
    expect(idsOf(faultsThrown(() => CapacityPlanner.search({ model: MODEL, ...change })))).toEqual(ids);
  });
});
