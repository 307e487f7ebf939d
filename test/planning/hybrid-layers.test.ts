import * as fc from 'fast-check';
import {
  CapacityPlan,
  CapacityPlanner,
  CapacityRequest,
  GpuInstanceType,
  InferenceEngine,
  LayerKind,
  ModelSpec,
  Parallelism,
  Precision,
} from '../../lib/planning';
import { cacheLayout, poolOf } from '../../lib/planning/cache-pool';
import { resolveLoad, configurationOf } from '../../lib/planning/configuration';
import { stagesOf } from '../../lib/planning/stages';
import { faultsThrown, idsOf } from '../support/faults';

const QWEN_3_NEXT_STATE = {
  heads: 32,
  headSize: 128,
  stateSize: 128,
  groups: 16,
  stateBits: 16,
  matrixParameters: 2048 * 12352 + 4096 * 2048,
};
const SHAPE = {
  layers: 48,
  hiddenSize: 2048,
  attentionHeads: 16,
  keyValueHeads: 2,
  headSize: 256,
  intermediateSize: 5120,
  vocabularySize: 151936,
  maxContextLength: 262144,
};
/** Qwen3-Next-80B-A3B. */
const HYBRID = ModelSpec.mixtureOfExperts({
  name: 'qwen3-next',
  shape: {
    ...SHAPE,
    experts: { routed: 512, perToken: 10, intermediateSize: 512, sharedIntermediateSize: 512, sharedGate: true },
    layerKinds: [
      { count: 36, state: QWEN_3_NEXT_STATE, experts: true },
      { count: 12, attention: { outputGate: true }, experts: true },
    ],
  },
});

function poolFor(request: CapacityRequest) {
  const { instanceType, parallelism = Parallelism.NONE, precision = Precision.BF16 } = request;
  const made = configurationOf(resolveLoad(request), { instanceType, precision }, parallelism);
  const layout = cacheLayout(made);
  return { ...layout, ...poolOf(layout, stagesOf(made)[0]) };
}

describe('layers with a state', () => {
  const request = {
    model: HYBRID,
    instanceType: GpuInstanceType.P5_48XLARGE,
    engine: InferenceEngine.VLLM_0_21,
    contextLength: 32768,
    precision: Precision.FP8,
    parallelism: Parallelism.of({ tensor: 2 }),
  };

  test('lengthen the blocks of attention until a page holds a state', () => {
    // On each of two ranks a state is 4096 × 3 × 2 + 16 × 128 × 128 × 2 bytes, and a token of one layer 1 × 512 × 2.
    const state = 4096 * 3 * 2 + 16 * 128 * 128 * 2;
    const pool = poolFor(request);
    expect(pool.blockTokens).toBe(Math.ceil(state / (16 * 1024)) * 16);
    expect(pool).toMatchObject({ groupCount: 4, pooledLayers: 48, blockPerSequence: true });
    expect(pool.blockBytes).toBe(12 * pool.blockTokens * 1024);
    expect(pool.perSequenceState).toBe(36 * state);
  });

  test('a sequence has a block for each group of them, and the scheduler one for each of its sequences', () => {
    const plan = CapacityPlanner.plan({ ...request, concurrency: 1, maxSequences: 1 });
    const pool = poolFor(request);
    expect(plan.memoryPerGpu.kvCache.bytes).toBe((3 + Math.ceil(32768 / pool.blockTokens)) * pool.blockBytes);
    const many = CapacityPlanner.plan({ ...request, concurrency: 1, maxSequences: 1000 });
    expect(many.memoryPerGpu.kvCache.bytes).toBe(1000 * pool.blockBytes);
    const eager = CapacityPlanner.plan({ ...request, concurrency: 1, maxSequences: 1000, cudaGraphs: false });
    expect(eager.memoryPerGpu.kvCache.bytes).toBe(plan.memoryPerGpu.kvCache.bytes);
  });

  test('more sequences than blocks of states do not fit, and as many do', () => {
    const plan = (maxSequences: number) =>
      CapacityPlanner.plan({ ...request, instanceType: GpuInstanceType.P5_48XLARGE, concurrency: 1, maxSequences });
    let [fits, fails] = [1, 20000];
    while (fails - fits > 1) {
      const middle = Math.floor((fits + fails) / 2);
      if (plan(middle).fits) fits = middle;
      else fails = middle;
    }
    expect(fits).toBeGreaterThan(100);
    const refused = plan(fails);
    expect(refused.shortfallPerGpu?.bytes).toBeGreaterThan(0);
    expect(refused.alternatives.map(({ change }) => change)).toContain(
      `${fits} sequences in the scheduler instead of ${fails}`,
    );
  });

  test.each([InferenceEngine.VLLM, InferenceEngine.VLLM_0_21, InferenceEngine.VLLM_0_28, InferenceEngine.SGLANG])(
    'the longest context that fits is offered with %s, and one more block does not fit',
    (engine) => {
      const plan = (contextLength: number) =>
        CapacityPlanner.plan({ ...request, engine, contextLength, concurrency: 40, maxSequences: 40 });
      const refused = plan(262144);
      const found = refused.alternatives.find(({ change }) => change.startsWith('context '));
      expect(found).toBeDefined();
      expect(plan(found!.contextLength).fits).toBe(true);
      expect(plan(found!.contextLength + 256).fits).toBe(false);
    },
  );

  test('since 0.28 each sequence keeps a second state', () => {
    const bytes = (engine: InferenceEngine) =>
      CapacityPlanner.plan({ ...request, engine, concurrency: 1, maxSequences: 1 }).memoryPerGpu.kvCache.bytes;
    const { blockBytes } = poolFor(request);
    expect(bytes(InferenceEngine.VLLM_0_28) - bytes(InferenceEngine.VLLM_0_21)).toBe(3 * blockBytes);
  });

  test('the capacity is what vLLM states: contexts of full length that fit since 0.21, blocks of a group before', () => {
    const since = CapacityPlanner.plan({ ...request, cudaGraphs: false });
    const before = CapacityPlanner.plan({ ...request, cudaGraphs: false, engine: InferenceEngine.VLLM });
    const { blockTokens } = poolFor(request);
    expect(before.kvCapacityTokens % blockTokens).toBe(0);
    expect(since.kvCapacityTokens / before.kvCapacityTokens).toBeGreaterThan(3);
    expect(since.maxConcurrency).toBe(Math.floor(since.kvCapacityTokens / 32768));
  });

  test('take no more time with a longer context, where attention does', () => {
    const time = (layerKinds: LayerKind[], inputTokens: number) =>
      CapacityPlanner.plan({
        ...request,
        model: ModelSpec.dense({ name: 'any', shape: { ...SHAPE, layerKinds } }),
        contextLength: 131072,
        inputTokens,
        outputTokens: 1,
        concurrency: 1,
      }).decodeLatencyMs;
    const states = [{ count: 48, state: QWEN_3_NEXT_STATE }];
    const attention = [{ count: 48, attention: {} }];
    expect(time(states, 100000)).toBeCloseTo(time(states, 1000), 9);
    expect(time(attention, 100000)).toBeGreaterThan(1.2 * time(attention, 1000));
  });

  test('a plan says what they take, and comes back from its JSON', () => {
    const plan = CapacityPlanner.plan(request);
    expect(plan.stateBytesPerSequencePerGpu).toBe(poolFor(request).perSequenceState);
    expect(plan.explain()).toContain('states per sequence and GPU: ');
    expect(plan.explain()).toContain('36 layers of 32 × 128 × 128 in 16 bits');
    expect(plan.explain()).toContain('12 layers of 2 heads of 256, 16 bits');
    expect(JSON.stringify(CapacityPlan.fromJson(plan.toJson()))).toBe(JSON.stringify(plan));
    const plain = CapacityPlanner.plan({ ...request, model: ModelSpec.LLAMA_3_1_8B });
    expect(plain.stateBytesPerSequencePerGpu).toBeUndefined();
  });

  test('tensor parallelism divides their heads', () => {
    expect(() => CapacityPlanner.plan({ ...request, parallelism: Parallelism.of({ tensor: 64 }) })).toThrow(
      /does not divide the 32 heads of the states of qwen3-next; use one of 1, 2, 4, 8, 16$/,
    );
  });

  test('stages have the layers that lie in them', () => {
    const layerOrder = [...Array.from({ length: 36 }, () => 0), ...Array.from({ length: 12 }, () => 1)];
    const shape = { ...HYBRID.shape, layerOrder };
    const model = ModelSpec.mixtureOfExperts({ name: 'sorted', shape });
    const counts = (of: ModelSpec) =>
      stagesOf({ model: of, parallelism: Parallelism.of({ tensor: 1, pipeline: 4 }) }).map(({ kinds }) => kinds);
    expect(counts(model)).toEqual([[12, 0], [12, 0], [12, 0], [0, 12]]); // prettier-ignore
    expect(counts(HYBRID)).toEqual([[9, 3], [9, 3], [9, 3], [9, 3]]); // prettier-ignore
  });
});

const whole = (max: number) => fc.integer({ min: 1, max });
const anyKind = fc.record(
  {
    count: whole(8),
    attention: fc.record(
      { window: whole(8192), sharesCache: fc.boolean(), headSize: whole(512) },
      { requiredKeys: [] },
    ),
    state: fc.record({ heads: whole(64), headSize: whole(256), stateSize: whole(256), matrixParameters: whole(1e9) }),
    intermediateSize: whole(1e5),
    otherParameters: whole(1e6),
  },
  { requiredKeys: ['count'] },
);

/** The model, or undefined where a layer shares a cache that no other has. */
function describedOrRefused(describe: () => ModelSpec): ModelSpec | undefined {
  try {
    return describe();
  } catch {
    const faults = idsOf(faultsThrown(describe));
    expect(faults.filter((each) => !/^CONFLICTING_PROPERTIES layerKinds.*sharesCache$/.test(each))).toEqual([]);
    return undefined;
  }
}

test('every number of a plan of any kinds of layers is finite', () => {
  fc.assert(
    fc.property(
      fc.array(anyKind, { minLength: 1, maxLength: 6 }),
      fc.constantFrom(...InferenceEngine.ALL),
      (kinds, engine) => {
        const layerKinds = [...kinds, { count: 1, attention: {}, intermediateSize: 5120 }];
        const layers = layerKinds.reduce((sum, { count }) => sum + count, 0);
        const describe = () =>
          ModelSpec.dense({ name: 'any', shape: { ...SHAPE, maxContextLength: 8192, layers, layerKinds } });
        const model = describedOrRefused(describe);
        if (!model) return;
        const plan = CapacityPlanner.plan({
          model,
          engine,
          instanceType: GpuInstanceType.P5_48XLARGE,
          contextLength: 8192,
          concurrency: 2,
          parallelism: Parallelism.of({ tensor: 1, pipeline: Math.min(layers, 2) }),
        });
        expect(
          JSON.stringify(plan.toJson(), (_, value: unknown) =>
            typeof value === 'number' && !Number.isFinite(value) ? 'not finite' : value,
          ),
        ).not.toContain('not finite');
        expect(plan.memoryPerGpu.total.bytes).toBeGreaterThan(0);
      },
    ),
  );
});
