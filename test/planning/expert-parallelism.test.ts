import * as fc from 'fast-check';
import { GpuInstanceType, InferenceEngine, ModelSpec, Parallelism, Precision } from '../../lib/catalog';
import { CapacityPlan, CapacityPlanner, CapacityRequest, NodeNetwork } from '../../lib/planning';
import { exchangeOf, imbalanceOf, waitedFor } from '../../lib/planning/all-to-all';
import { Configuration, configurationOf, resolveLoad } from '../../lib/planning/configuration';
import { layerWeights, stageWeights } from '../../lib/planning/stage-weights';
import { stagesOf } from '../../lib/planning/stages';
import { planModel } from '../../lib/serving/model/plan-model';
import { ServingHardware } from '../../lib/serving/model/serving-hardware';
import { planWarnings } from '../../lib/planning/warnings';
import { faultsThrown, idsOf } from '../support/faults';

const { DEEPSEEK_R1, KIMI_K2, QWEN_3_30B_A3B } = ModelSpec;
const { P5_48XLARGE, P5EN_48XLARGE, P6_B200_48XLARGE } = GpuInstanceType;
const FP8 = Precision.FP8_BLOCK;

/** Data-parallel attention over some GPUs, with tensor ranks within each data-parallel one. */
const spread = (gpus: number, tensor = 1) => Parallelism.of({ tensor, data: gpus / tensor, expert: gpus });

function plan(parallelism: Parallelism, more: Partial<CapacityRequest> = {}): CapacityPlan {
  return CapacityPlanner.plan({
    ...{ model: DEEPSEEK_R1, instanceType: P5EN_48XLARGE, precision: FP8, contextLength: 8192, concurrency: 16 },
    ...{ parallelism, ...more },
  });
}

function configuration(parallelism: Parallelism, more: Partial<CapacityRequest> = {}): Configuration {
  const request = { model: DEEPSEEK_R1, instanceType: P5EN_48XLARGE, precision: FP8, ...more };
  return configurationOf(resolveLoad(request), request, parallelism);
}

/** Bytes of the weights of one GPU, of some stage. */
const weightsOf = (each: Configuration) => stageWeights(each, stagesOf(each)[0]);

describe('memory of data-parallel attention', () => {
  // Perplexity's talk of May 2025: EP8 DP8 TP1 of DeepSeek takes 100 GB of each H200 (gdymind.com/2025/05/16/Perplexity-DeepSeek-MoE).
  test('DeepSeek-R1 takes the 100 GB of each of eight H200 that are published', () => {
    expect(plan(spread(8)).memoryPerGpu.weights.bytes / 1e9).toBeCloseTo(100, -1);
    // 2 GB of it are the copies of the up projections.
    expect(Math.abs(plan(spread(8)).memoryPerGpu.weights.bytes / 100e9 - 1)).toBeLessThan(0.03);
  });

  test('each rank keeps the cache of its own sequences, so that several times as many fit as with tensor parallelism', () => {
    const [tensor, ranks] = [plan(Parallelism.of({ tensor: 8 })), plan(spread(8))];
    expect(ranks.kvBytesPerTokenPerGpu).toBe(tensor.kvBytesPerTokenPerGpu);
    expect(ranks.memoryPerGpu.kvCache.bytes).toBe(tensor.memoryPerGpu.kvCache.bytes / 8);
    expect(ranks.kvCapacityTokens).toBeGreaterThan(2.3 * tensor.kvCapacityTokens);
    expect([tensor.fits, ranks.fits, ranks.replicas, ranks.nodes]).toEqual([true, true, 1, 1]);
  });

  test('two nodes hold Kimi-K2 with 128k of context, as the recipe of vLLM says of sixteen H200', () => {
    // vllm-project/recipes moonshotai/Kimi-K2.md: sixteen of them are the least, by tensor parallelism or ranks with experts, at 0.85.
    const whole = { model: KIMI_K2, contextLength: 131072, concurrency: 1, maxNodes: 2 };
    for (const parallelism of [spread(16), Parallelism.of({ tensor: 16 })]) {
      const made = plan(parallelism, { ...whole, gpuMemoryUtilization: 0.85 });
      expect([made.fits, made.nodes, made.replicas]).toEqual([true, 2, 1]);
    }
    expect(plan(Parallelism.of({ tensor: 8 }), whole).fits).toBe(false);
  });

  const degrees = fc
    .record({ tensor: fc.constantFrom(1, 2, 4), ranks: fc.constantFrom(2, 4, 8, 16, 32) })
    .map(({ tensor, ranks }) => spread(tensor * ranks, tensor));
  const models = fc.constantFrom(DEEPSEEK_R1, KIMI_K2, ModelSpec.DEEPSEEK_V2, QWEN_3_30B_A3B);
  const allowed = (model: ModelSpec, { expert }: Parallelism) => (model.experts?.routed ?? 0) % expert === 0;

  test('bytes over all GPUs are the routed experts once and the rest once for each rank', () => {
    fc.assert(
      fc.property(models, degrees, (model, parallelism) => {
        fc.pre(allowed(model, parallelism) && parallelism.tensor === 1);
        const whole = configuration(Parallelism.NONE, { model, precision: Precision.BF16 });
        const one = configuration(parallelism, { model, precision: Precision.BF16 });
        const experts =
          2 *
          model._parameterCount.kinds.reduce(
            (sum, kind, i) => sum + kind.routedExperts * stagesOf(whole)[0].kinds[i],
            0,
          );
        const rest = weightsOf(whole) - experts;
        const ranks = parallelism.attentionRanks;
        expect((ranks * weightsOf(one)) / (experts + ranks * rest)).toBeCloseTo(1, 9);
        expect(layerWeights(one).every(Number.isFinite)).toBe(true);
      }),
    );
  });

  test('more ranks never mean more weights on a GPU, nor less room for the cache of each', () => {
    fc.assert(
      fc.property(models, degrees, (model, parallelism) => {
        const twice = spread(2 * parallelism.expert, parallelism.tensor);
        fc.pre(allowed(model, twice));
        const [few, many] = [parallelism, twice].map((each) => weightsOf(configuration(each, { model })));
        expect(many).toBeLessThanOrEqual(few);
      }),
    );
  });
});

describe('exchange of tokens between ranks', () => {
  const engines = fc.constantFrom(InferenceEngine.VLLM_0_21, InferenceEngine.SGLANG, InferenceEngine.TENSORRT_LLM);
  const anywhere = fc.record({
    model: fc.constantFrom(DEEPSEEK_R1, KIMI_K2),
    instanceType: fc.constantFrom(P5_48XLARGE, P5EN_48XLARGE, P6_B200_48XLARGE, GpuInstanceType.G6E_48XLARGE),
    network: fc.constantFrom(NodeNetwork.RDMA, NodeNetwork.TCP),
    engine: engines,
    gpus: fc.constantFrom(2, 4, 8, 16, 32, 64),
  });

  test('sends hidden size × experts of a token × bytes for every token, in 8 bits there and 16 back', () => {
    const exchange = exchangeOf(configuration(spread(16), { engine: InferenceEngine.SGLANG }), 128, false);
    expect(exchange.dispatchBytes).toBe(128 * 8 * 7168);
    expect(exchange.combineBytes).toBe(2 * 128 * 8 * 7168);
    const wide = configuration(spread(16), { engine: InferenceEngine.SGLANG, precision: Precision.BF16 });
    expect(exchangeOf(wide, 128, false).dispatchBytes).toBe(2 * 128 * 8 * 7168);
  });

  test('is finite, and takes no less time for more tokens', () => {
    fc.assert(
      fc.property(anywhere, fc.integer({ min: 1, max: 16384 }), fc.boolean(), ({ gpus, ...more }, tokens, prompts) => {
        const each = configuration(spread(gpus), more);
        const [few, many] = [tokens, 2 * tokens].map((count) => exchangeOf(each, count, prompts));
        for (const value of [few.dispatch, few.combine]) expect(Number.isFinite(value) && value > 0).toBe(true);
        expect(many.dispatch).toBeGreaterThanOrEqual(few.dispatch);
        expect(many.combine).toBeGreaterThanOrEqual(few.combine);
        expect(imbalanceOf(each)).toBeGreaterThanOrEqual(1);
      }),
    );
  });

  test('there is none without data-parallel ranks', () => {
    expect(exchangeOf(configuration(Parallelism.of({ tensor: 8, expert: 8 })), 128, false)).toMatchObject({
      ...{ dispatch: 0, combine: 0, dispatchBytes: 0, combineBytes: 0 },
    });
    expect(imbalanceOf(configuration(Parallelism.of({ tensor: 8, expert: 8 })))).toBe(1);
  });

  // deepseek-ai/DeepEP docs/legacy.md (H800, ConnectX-7), whn09/pplx-garden-benchmark docs/deepep-efa-comparison-en.md (H100, EFA): 128 tokens.
  test.each([
    ['InfiniBand', 16, 118, 195],
    ['InfiniBand', 32, 155, 273],
    ['InfiniBand', 64, 173, 314],
    ['InfiniBand', 128, 192, 369],
    ['EFA', 16, 215, 242],
  ])('over %s between %i GPUs takes %i and %i µs, within 25 %%', (network, gpus, dispatch, combine) => {
    const request = { model: DEEPSEEK_R1, instanceType: P5_48XLARGE, precision: FP8, engine: InferenceEngine.SGLANG };
    const own = configurationOf(resolveLoad(request), request, spread(gpus));
    const instanceType = Object.create(P5_48XLARGE, { efaInterfaces: { value: network === 'EFA' ? 32 : 0 } });
    const exchange = exchangeOf({ ...own, instanceType }, 128, false);
    expect(Math.abs((exchange.dispatch * 1e6) / dispatch - 1)).toBeLessThan(0.25);
    expect(Math.abs((exchange.combine * 1e6) / combine - 1)).toBeLessThan(0.25);
  });

  test('waits for the prompts of its own rank, and for more of those of others the fewer there are', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1000, noNaN: true }),
        fc.constantFrom(2, 8, 64),
        engines,
        (n, ranks, engine) => {
          const waited = waitedFor(configuration(spread(ranks), { engine }), n);
          expect(waited).toBeGreaterThanOrEqual(n / ranks);
          expect(waited).toBeLessThanOrEqual(n);
        },
      ),
    );
    expect(waitedFor(configuration(Parallelism.of({ tensor: 8 })), 0.3)).toBe(0.3);
    // Few prompts are all waited for; where they queue at every rank, each waits for its own: two of 1024 tokens in a step of 2048.
    const eight = configuration(spread(8));
    expect([waitedFor(eight, 0.1), waitedFor(eight, 8), waitedFor(eight, 24)]).toEqual([0.1, 2, 3]);
  });
});

describe('plans with data-parallel attention', () => {
  test('no number is missing, infinite or negative', () => {
    const loads = fc.record({
      concurrency: fc.integer({ min: 1, max: 5000 }),
      contextLength: fc.integer({ min: 64, max: 100_000 }),
      parallelism: fc.constantFrom(spread(8), spread(16), spread(16, 2), spread(32, 4)),
      model: fc.constantFrom(DEEPSEEK_R1, KIMI_K2),
      network: fc.constantFrom(NodeNetwork.RDMA, NodeNetwork.TCP),
    });
    fc.assert(
      fc.property(loads, ({ parallelism, ...load }) => {
        const made = plan(parallelism, load);
        const numbers = [
          made.decodeLatencyMs,
          made.timeToFirstTokenMs,
          made.outputTokensPerSecond,
          made.maxConcurrency,
        ];
        for (const value of [...numbers, made.kvCapacityTokens])
          expect(Number.isFinite(value) && value >= 0).toBe(true);
        expect(JSON.stringify(CapacityPlan.fromJson(made.toJson()))).toBe(JSON.stringify(made));
      }),
      { numRuns: 40 },
    );
  });

  test('say what is divided, what is exchanged, how vLLM starts them, and that no deployment does', () => {
    const made = plan(spread(16), { maxNodes: 2 });
    expect(planWarnings(made).map(({ id }) => id)).toContain('DATA_PARALLEL_ATTENTION');
    const text = made.explain();
    expect(text).toContain('16 ranks of 1 GPU in each replica, 16 of 256 experts on each GPU');
    const limit = 'disaggregated prefill and decode';
    expect(text).toContain(limit);
    expect(plan(Parallelism.of({ tensor: 8, pipeline: 2 })).explain()).toContain(limit);
    expect(plan(Parallelism.of({ tensor: 8 })).explain()).not.toContain(limit);
    expect(text).toMatch(/dispatch \d+ µs, combine \d+ µs/);
    expect(text).toContain('EFA between nodes');
    expect(text).toContain('Start on node 1 of 2: vllm serve MODEL --tensor-parallel-size=1 --data-parallel-size=16 ');
  });

  test('start as the help of vLLM 0.24.0 has it, on each node', () => {
    const made = plan(spread(16, 2), { maxNodes: 2, kvCachePrecision: Precision.FP8 });
    const limits = [
      ...['--max-model-len=8192', '--max-num-seqs=256', '--max-num-batched-tokens=2048'],
      ...['--gpu-memory-utilization=0.92', '--kv-cache-dtype=fp8'],
    ];
    const ranks = ['--tensor-parallel-size=2', '--data-parallel-size=8', '--data-parallel-size-local=4'];
    expect(made.vllmServeArguments(0, '10.0.0.1')).toEqual([
      ...[...ranks, '--data-parallel-address=10.0.0.1', '--enable-expert-parallel', ...limits],
    ]);
    expect(made.vllmServeArguments(1, '10.0.0.1')).toEqual([
      ...[...ranks, '--data-parallel-address=10.0.0.1', '--data-parallel-start-rank=4', '--enable-expert-parallel'],
      ...['--headless', ...limits],
    ]);
    expect(idsOf(faultsThrown(() => made.vllmServeArguments(2)))).toEqual(['NOT_A_WHOLE_NUMBER node']);
    const pipeline = plan(Parallelism.of({ tensor: 8, pipeline: 2 }));
    expect(pipeline.vllmServeArguments(1, 'a')).toEqual(
      expect.arrayContaining(['--nnodes=2', '--node-rank=1', '--master-addr=a', '--headless']),
    );
    expect(pipeline.vllmServeArguments().join(' ')).not.toMatch(/headless|data-parallel|expert/);
  });

  test.each([
    ['experts over a part of the tensor ranks', { parallelism: Parallelism.of({ tensor: 4, expert: 2 }) }],
    ['ranks that do not fill nodes evenly', { parallelism: Parallelism.of({ tensor: 16, data: 2, expert: 32 }) }],
  ])('are refused by vLLM with %s', (_, { parallelism }) => {
    expect(idsOf(faultsThrown(() => plan(parallelism).vllmServeArguments()))).toEqual(['PLAN_NOT_FOR_VLLM']);
  });
});

describe('a search for a model with experts and latent attention', () => {
  const found = (more: object) =>
    CapacityPlanner.search({
      model: DEEPSEEK_R1,
      candidates: [{ instanceType: P5EN_48XLARGE }],
      precisions: [FP8],
      ...more,
    });

  test('tries data-parallel attention, unless told otherwise, and chooses it where it needs fewer nodes', () => {
    // More than the 53 sequences that tensor parallelism has room for.
    const load = { concurrency: 120, contextLength: 8192, maxNodes: 4, limit: 1 };
    const targets = { maxTimePerOutputTokenMs: 1000, maxTimeToFirstTokenMs: 60_000 };
    const [chosen] = found({ ...load, targets });
    expect([chosen.nodes, chosen.parallelism.attentionRanks > 1]).toEqual([1, true]);
    const [without] = found({ ...load, targets, dataParallelAttention: false });
    expect([without.nodes > 1, without.parallelism.attentionRanks]).toEqual([true, 1]);
  });

  test('reaches a throughput on half of the nodes, with more sequences than one scheduler takes', () => {
    const targets = { minOutputTokensPerSecond: 8000, maxTimePerOutputTokenMs: 100 };
    const load = { inputTokens: 1024, outputTokens: 1024, maxReplicas: 8, limit: 1, targets };
    const [chosen] = found(load);
    expect([chosen.nodes, chosen.parallelism.attentionRanks > 1, chosen.outputTokensPerSecond >= 8000]).toEqual([
      1,
      true,
      true,
    ]);
    expect(chosen.decodeLatencyMs).toBeLessThanOrEqual(100);
    expect(found({ ...load, dataParallelAttention: false })[0].nodes).toBe(2);
    // Each rank has a scheduler of its own.
    const lax = {
      ...targets,
      minOutputTokensPerSecond: 60_000,
      maxTimePerOutputTokenMs: 1000,
      maxTimeToFirstTokenMs: 60_000,
    };
    const [many] = found({ ...load, inputTokens: 64, outputTokens: 512, maxReplicas: 1, targets: lax });
    expect([many.concurrency > 1024, many.parallelism.attentionRanks > 1]).toEqual([true, true]);
  });

  test('deployments never choose what no server starts', () => {
    const load = { model: DEEPSEEK_R1, concurrency: 120, contextLength: 8192 };
    const request = { load, precision: FP8, targets: { maxTimePerOutputTokenMs: 1000 } };
    const hardware = { instanceType: P5EN_48XLARGE, poolName: 'gpu', gpusPerNode: 8 } as unknown as ServingHardware;
    const [onNode, chosen] = [planModel({ ...request, hardware }), planModel(request)];
    expect([onNode.parallelism.attentionRanks, chosen.parallelism.attentionRanks]).toEqual([1, 1]);
    expect(onNode.fits).toBe(false);
    expect(CapacityPlanner.search({ ...load, limit: 20 }).some((each) => each.parallelism.attentionRanks > 1)).toBe(
      true,
    );
  });

  test('prefers one scheduler where both do', () => {
    expect(found({ limit: 1 })[0].parallelism).toMatchObject({ tensor: 8, attentionRanks: 1 });
    expect(found({}).some(({ parallelism }) => parallelism.attentionRanks > 1)).toBe(true);
  });

  test('tries it for no model without latent attention, and on no node without NVLink', () => {
    const ranks = (request: object) =>
      CapacityPlanner.search({ model: QWEN_3_30B_A3B, ...request }).filter(
        (each) => each.parallelism.attentionRanks > 1,
      );
    expect(ranks({})).toEqual([]);
    expect(
      ranks({ model: ModelSpec.DEEPSEEK_V2_LITE, candidates: [{ instanceType: GpuInstanceType.G6E_48XLARGE }] }),
    ).toEqual([]);
  });

  test('a plan whose cache is short names it among the ways out', () => {
    const short = plan(Parallelism.of({ tensor: 8 }), { concurrency: 120 });
    expect(short.fits).toBe(false);
    expect(short.alternatives.map(({ change }) => change)).toContain('tensor 1, data 8, expert 8 instead of tensor 8');
  });
});
