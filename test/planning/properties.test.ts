import * as fc from 'fast-check';
import {
  CapacityPlan,
  CapacityPlanner,
  CapacityRequest,
  DataSize,
  GpuInstanceType,
  GpuNodeType,
  GpuType,
  InferenceEngine,
  ModelSpec,
  NodeNetwork,
  Parallelism,
  Precision,
  UnscopedValidationError,
} from '../../lib/planning';
import { estimate } from '../../lib/planning/serving-estimate';
import { resolveLoad, configurationOf } from '../../lib/planning/configuration';

/** Three layers in four with a window, so that groups of the cache are padded. */
const WINDOWED = ModelSpec.dense({
  name: 'windowed',
  shape: { ...ModelSpec.GEMMA_2_9B.shape, slidingWindow: { tokens: 512, layers: 32 } },
});
/** A card that EC2 does not have, on a host that is small. */
const OWN = GpuNodeType.custom({
  name: 'own-a30',
  gpu: GpuType.A30,
  gpuCount: 3,
  vcpus: 16,
  memory: DataSize.gib(64),
  networkBandwidthGbps: 25,
});

/** Hardware outside EC2 with any GPU of the table, or one that is described. */
const ownNodes = fc
  .record({
    gpu: fc.oneof(
      fc.constantFrom(...GpuType.ALL),
      fc
        .record({ gib: fc.integer({ min: 4, max: 1000 }), bandwidth: fc.integer({ min: 20, max: 10000 }) })
        .map(({ gib, bandwidth }) => GpuType.custom({ memory: DataSize.gib(gib), bandwidth })),
    ),
    gpuCount: fc.constantFrom(1, 2, 3, 8, 72),
    networkBandwidthGbps: fc.constantFrom(undefined, 0, 1, 6400),
  })
  .map((props) => GpuNodeType.custom({ name: 'own', vcpus: 8, memory: DataSize.gib(128), ...props }));

const requests: fc.Arbitrary<CapacityRequest> = fc.record(
  {
    model: fc.oneof(
      fc.constantFrom(...ModelSpec.ALL, WINDOWED),
      fc.double({ min: 1e6, max: 2e13, noNaN: true }).map((parameters) => ModelSpec.dense({ name: 'any', parameters })),
      fc.constantFrom(...ModelSpec.ALL).map((model) => model.withSkippedLayers(0.4).withSharedParameters(0.9)),
    ),
    instanceType: fc.oneof(fc.constantFrom(...GpuInstanceType.ALL, OWN), ownNodes),
    precision: fc.option(fc.constantFrom(...Precision.ALL), { nil: undefined }),
    kvCachePrecision: fc.constantFrom(
      Precision.FP16,
      Precision.BF16,
      Precision.FP8,
      Precision.INT8,
      Precision.FP32,
      undefined,
    ),
    contextLength: fc.option(fc.integer({ min: 1, max: 200000 }), { nil: undefined }),
    concurrency: fc.option(fc.integer({ min: 1, max: 5000 }), { nil: undefined }),
    parallelism: fc.option(
      fc
        .record({
          tensor: fc.constantFrom(1, 2, 4, 8, 16),
          pipeline: fc.integer({ min: 1, max: 9 }),
          data: fc.integer({ min: 1, max: 5 }),
          spread: fc.boolean(),
        })
        .map(({ spread, ...p }) => Parallelism.of({ ...p, expert: spread ? p.tensor * p.data : 1 })),
      { nil: undefined },
    ),
    engine: fc.constantFrom(...InferenceEngine.ALL),
    network: fc.constantFrom(NodeNetwork.RDMA, NodeNetwork.TCP),
    cudaGraphs: fc.boolean(),
    microBatches: fc.option(fc.integer({ min: 1, max: 64 }), { nil: undefined }),
    gpuMemoryUtilization: fc.option(fc.double({ min: 0.01, max: 1, noNaN: true }), { nil: undefined }),
    cpuOffload: fc.option(
      fc.integer({ min: 0, max: 200 }).map((n) => DataSize.gib(n)),
      { nil: undefined },
    ),
    pricePerHour: fc.constantFrom(undefined, 1e-6, 0.5, 1000, 1e9),
    utilization: fc.constantFrom(undefined, 1e-4, 0.3, 1),
    maxNodes: fc.constantFrom(1, 2, 4),
  },
  { requiredKeys: ['model', 'instanceType'] },
);

/** The plan, or nothing when the request is refused with clear faults. */
function planOrRefusal(request: CapacityRequest): CapacityPlan | undefined {
  try {
    return CapacityPlanner.plan(request);
  } catch (error) {
    if (!UnscopedValidationError.isValidationError(error)) throw error;
    expect((error as Error).message).not.toMatch(/NaN|undefined/);
    return undefined;
  }
}

function numbersIn(value: unknown): number[] {
  if (typeof value === 'number') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(numbersIn);
}

describe('whatever is asked', () => {
  test('no number of a plan is NaN, infinite or negative, and it reads back the same', () => {
    let plans = 0;
    fc.assert(
      fc.property(requests, (request) => {
        const plan = planOrRefusal(request);
        if (!plan) return;
        plans++;
        const json = plan.toJson();
        for (const n of numbersIn(json)) expect(Number.isFinite(n) && n >= 0).toBe(true);
        expect(plan.decodeLatencyMs).toBeGreaterThan(0);
        expect(plan.timeToFirstTokenMs).toBeGreaterThan(0);
        expect(plan.outputTokensPerSecond).toBeGreaterThan(0);
        expect(plan.pipelineEfficiency).toBeGreaterThan(0);
        expect(plan.pipelineEfficiency).toBeLessThanOrEqual(1);
        expect(plan.explain()).not.toMatch(/NaN|Infinity|undefined/);
        expect(JSON.stringify(CapacityPlan.fromJson(JSON.stringify(json)))).toBe(JSON.stringify(json));
      }),
      { numRuns: 400 },
    );
    expect(plans).toBeGreaterThan(100);
  });

  test('a plan fits exactly when nothing is short, and never above the memory', () => {
    fc.assert(
      fc.property(requests, (request) => {
        const plan = planOrRefusal(request);
        if (!plan) return;
        const { total, available } = plan.memoryPerGpu;
        if (plan.fits) {
          expect(total.bytes).toBeLessThanOrEqual(available.bytes);
          expect(available.bytes).toBeLessThanOrEqual(plan.instanceType.gpu.memory.bytes);
          expect(plan.maxConcurrency).toBeGreaterThanOrEqual(plan.concurrency);
          expect(plan.alternatives).toEqual([]);
          expect(plan.shortfallPerGpu).toBeUndefined();
        } else if (plan.shortfallPerGpu) {
          expect(plan.shortfallPerGpu.bytes).toBeCloseTo(total.bytes - available.bytes, -1);
        }
        expect(plan.layersPerStage.reduce((a, b) => a + b)).toBe(plan.model.layers);
        expect(plan.nodes * plan.instanceType.gpuCount).toBeGreaterThanOrEqual(plan.parallelism.gpus);
      }),
      { numRuns: 300 },
    );
  });

  test('what fits more sequences fits fewer, and longer contexts are never easier', () => {
    fc.assert(
      fc.property(requests, fc.integer({ min: 1, max: 5000 }), (request, other) => {
        const parallelism = request.parallelism ?? Parallelism.NONE;
        const plan = planOrRefusal({ ...request, parallelism, concurrency: Math.max(other, request.concurrency ?? 1) });
        const fewer = planOrRefusal({
          ...request,
          parallelism,
          concurrency: Math.min(other, request.concurrency ?? 1),
        });
        if (plan && fewer && plan.fits) expect(fewer.fits).toBe(true);
        if (plan && plan.contextLength > 40) {
          const shorter = planOrRefusal({
            ...request,
            parallelism,
            concurrency: plan.concurrency,
            contextLength: Math.floor(plan.contextLength / 2),
            inputTokens: undefined,
            outputTokens: undefined,
          });
          if (plan.fits && shorter) expect(shorter.fits).toBe(true);
        }
      }),
      { numRuns: 200 },
    );
  });

  test('more sequences never shorten the time per token, nor lower the rate of a replica by more than a hair', () => {
    const models = fc.constantFrom(...ModelSpec.ALL);
    fc.assert(
      fc.property(models, fc.integer({ min: 1, max: 256 }), fc.integer({ min: 1, max: 256 }), (model, a, b) => {
        const at = (concurrency: number) =>
          CapacityPlanner.plan({
            model,
            instanceType: GpuInstanceType.P5_48XLARGE,
            contextLength: 2048,
            inputTokens: 512,
            outputTokens: 512,
            concurrency,
            maxSequences: 256,
            parallelism: Parallelism.of({ tensor: 1 }),
          });
        const [few, many] = [at(Math.min(a, b)), at(Math.max(a, b))];
        expect(many.decodeLatencyMs).toBeGreaterThanOrEqual(few.decodeLatencyMs * (1 - 1e-9));
        expect(many.outputTokensPerSecond).toBeGreaterThanOrEqual(few.outputTokensPerSecond * 0.98);
      }),
      { numRuns: 200 },
    );
  });

  test('a token waits for the prompts of all other sequences, never for its own', () => {
    const models = fc.constantFrom(ModelSpec.LLAMA_3_1_8B, ModelSpec.LLAMA_3_1_70B, ModelSpec.QWEN_3_30B_A3B);
    fc.assert(
      fc.property(
        models,
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 16, max: 4096 }),
        fc.integer({ min: 16, max: 4096 }),
        (model, concurrency, inputTokens, outputTokens) => {
          const load = resolveLoad({ model, concurrency, inputTokens, outputTokens });
          const hardware = { instanceType: GpuInstanceType.P5E_48XLARGE, precision: Precision.BF16 };
          const time = estimate(configurationOf(load, hardware, Parallelism.of({ tensor: 4 })), concurrency);
          // The rate counts the prompts of all sequences, so the share of one prompt can be read from it.
          const onePrompt = concurrency / time.outputTokensPerSecond - time.timePerOutputToken;
          expect(onePrompt).toBeGreaterThan(0);
          const waited = (time.timePerOutputToken - Math.max(time.decode.total, time.hostStep)) / onePrompt;
          expect(waited / Math.max(1, concurrency)).toBeCloseTo((concurrency - 1) / Math.max(1, concurrency), 6);
          if (concurrency === 1) expect(time.timePerOutputToken).toBe(Math.max(time.decode.total, time.hostStep));
        },
      ),
      { numRuns: 200 },
    );
  });

  test('every alternative fits', () => {
    fc.assert(
      fc.property(requests, (request) => {
        const plan = planOrRefusal({ ...request, cpuOffload: undefined });
        for (const way of plan?.alternatives ?? []) {
          const tried = planOrRefusal({
            ...request,
            cpuOffload: undefined,
            // A context of one token has room for no prompt and answer of its own.
            ...(way.contextLength > 1 && {
              inputTokens: Math.min(plan?.inputTokens ?? 1, Math.floor(way.contextLength / 2)),
              outputTokens: Math.min(plan?.outputTokens ?? 1, Math.floor(way.contextLength / 2)),
            }),
            instanceType: way.instanceType,
            precision: way.precision,
            kvCachePrecision: way.kvCachePrecision,
            contextLength: way.contextLength,
            concurrency: way.concurrency,
            parallelism: way.parallelism,
            gpuMemoryUtilization: way.gpuMemoryUtilization,
            maxSequences: way.maxSequences,
            maxBatchedTokens: way.maxBatchedTokens,
          });
          expect([way.change, tried?.fits]).toEqual([way.change, true]);
        }
      }),
      { numRuns: 100 },
    );
  });

  test('NaN and infinite numbers are refused, never computed with', () => {
    const bad = fc.constantFrom(NaN, Infinity, -Infinity, -1, -8.1e298, 0.5, 0);
    const property = fc.constantFrom(
      'contextLength',
      'concurrency',
      'inputTokens',
      'outputTokens',
      'maxBatchedTokens',
      'maxSequences',
      'microBatches',
      'maxNodes',
    );
    fc.assert(
      fc.property(property, bad, (name, value) => {
        const request = { model: ModelSpec.LLAMA_3_1_8B, instanceType: GpuInstanceType.G6E_XLARGE, [name]: value };
        expect(() => CapacityPlanner.plan(request)).toThrow(new RegExp(`${name} must be a whole number of at least 1`));
      }),
    );
  });
});
