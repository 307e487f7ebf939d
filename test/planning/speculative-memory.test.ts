import * as fc from 'fast-check';
import {
  CapacityPlan,
  CapacityPlanner,
  GpuInstanceType,
  InferenceEngine,
  ModelSpec,
  Parallelism,
  Precision,
  SpeculativeDecoding,
} from '../../lib/planning';
import { blocksPerSequence, cacheLayout, poolOf } from '../../lib/planning/cache-pool';
import { configurationOf, resolveLoad } from '../../lib/planning/configuration';
import { draftWeights } from '../../lib/planning/draft-weights';
import { capturedGraphs } from '../../lib/planning/graph-memory';
import { stagesOf } from '../../lib/planning/stages';
import { realConfig } from '../catalog/real-configs';

const QWEN = ModelSpec.fromHuggingFaceConfig('qwen3.5-27b', realConfig('Qwen/Qwen3.5-27B'));
const R1 = ModelSpec.of('deepseek-r1');
const LLAMA = ModelSpec.of('llama-3.1-8b');
const GEMMA = ModelSpec.fromHuggingFaceConfig('gemma-4-26b', realConfig('nvidia/Gemma-4-26B-A4B-NVFP4'));

function configured(
  model: ModelSpec,
  speculativeDecoding: SpeculativeDecoding | undefined,
  more: { tensor?: number; precision?: Precision; engine?: InferenceEngine; kv?: Precision; context?: number } = {},
) {
  const load = resolveLoad({
    ...{ model, speculativeDecoding, engine: more.engine, kvCachePrecision: more.kv },
    contextLength: more.context,
    maxSequences: 2,
    concurrency: 1,
  });
  const hardware = { instanceType: GpuInstanceType.of('p5.48xlarge'), precision: more.precision ?? Precision.BF16 };
  return configurationOf(load, hardware, Parallelism.of({ tensor: more.tensor ?? 1 }));
}

describe('the cache of Qwen3.6-27B with its prediction layer on two GPUs, as logs have it', () => {
  // noonghunna/club-3090#294, #295 and #642: 622,408, 620,944 and 623,873 tokens of sequences of 262,144, which are 425, 424 and 426 blocks. The last
  // log has 11.05 GiB for them. FP8 cache, tensor 2, three tokens drafted, prefixes cached (so that a sequence keeps a second state).
  const configuration = configured(QWEN, SpeculativeDecoding.mtp({ tokens: 3 }), {
    tensor: 2,
    kv: Precision.FP8,
    context: 262144,
    engine: InferenceEngine.VLLM_0_28,
  });
  const layout = cacheLayout(configuration);
  const pool = poolOf(layout, stagesOf(configuration)[0]);
  const perSequence = blocksPerSequence(configuration, layout, pool);

  test.each([
    [425, 622408],
    [424, 620944],
    [426, 623873],
  ])('%d blocks are %d tokens', (blocks, tokens) => {
    expect(Math.floor((blocks * 262144) / perSequence)).toBe(tokens);
  });

  test('blocks of 1600 tokens for 17 layers with attention, 3 × 17 with a state; 11.05 GiB are 426 of them', () => {
    expect(layout.blockTokens).toBe(1600);
    expect(pool.pooledLayers).toBe(4 * 17);
    expect((11.05 * 2 ** 30) / pool.blockBytes).toBeCloseTo(426, 1);
  });
});

describe('weights of what drafts', () => {
  const weights = (...given: Parameters<typeof configured>) => draftWeights(configured(...given));

  test('a prediction layer of DeepSeek-R1: 11.5 billion parameters without its copies of embedding and head', () => {
    // README_WEIGHTS.md of DeepSeek-V3: 11.5 billion unique parameters, 0.9 each of the embedding and the head, which are shared.
    const bytes = weights(R1, SpeculativeDecoding.mtp({ tokens: 1 }), { precision: Precision.FP8_BLOCK });
    expect(bytes / 1e9).toBeGreaterThan(11.4);
    expect(bytes / 1e9).toBeLessThan(11.8);
  });

  test('in formats of 4 bits it stays in 16', () => {
    const mtp = SpeculativeDecoding.mtp({ tokens: 3 });
    expect(weights(QWEN, mtp, { precision: Precision.INT4 })).toBeCloseTo(weights(QWEN, mtp), -4);
    expect(weights(QWEN, mtp, { precision: Precision.FP8 })).toBeLessThan(0.7 * weights(QWEN, mtp));
  });

  test('a head of EAGLE-3 for Llama-3.1-8B', () => {
    // Its layer (with queries, keys and values of twice the width), a matrix of 3 × 4096 to 4096 and a head of 32,000 tokens.
    const layer = 4096 * (2 * 4096 + 2 * 2 * 1024 + 4096) + 3 * 4096 * 14336;
    const expected = 2 * (layer + 3 * 4096 * 4096 + 32000 * 4096);
    const head = SpeculativeDecoding.eagle3({ tokens: 3, draftVocabularySize: 32000 });
    expect(weights(LLAMA, head) / expected).toBeCloseTo(1, 3);
  });

  test('a head of EAGLE-3 for Gemma 4 26B takes the 0.45 GiB of a log: the table of tokens is shared, and it drafts 32,000 of 262,144', () => {
    const head = (draftVocabularySize?: number) => SpeculativeDecoding.eagle3({ tokens: 3, draftVocabularySize });
    const own = weights(GEMMA, head(32000));
    expect(own / 2 ** 30).toBeCloseTo(0.45, 2);
    expect(weights(GEMMA, head()) - own).toBe((262144 - 32000) * 2816 * 2);
  });

  test('a draft model is all of it, n-grams are nothing', () => {
    const draft = ModelSpec.of('llama-3.2-1b');
    const bytes = weights(LLAMA, SpeculativeDecoding.draftModel({ model: draft, tokens: 3 }));
    expect(bytes / draft.weightSize(Precision.BF16).bytes).toBeCloseTo(1, 3);
    expect(weights(LLAMA, SpeculativeDecoding.nGram({ tokens: 3 }))).toBe(0);
    expect(weights(LLAMA, undefined)).toBe(0);
  });
});

test('every token drafted takes room, and none gives some back', () => {
  const capacity = (model: ModelSpec, of?: SpeculativeDecoding): CapacityPlan =>
    CapacityPlanner.plan({
      ...{ model, speculativeDecoding: of, instanceType: GpuInstanceType.of('p5en.48xlarge'), contextLength: 8192 },
      parallelism: Parallelism.of({ tensor: 8 }),
      // Larger steps are captured in fewer sizes.
      cudaGraphs: false,
    });
  fc.assert(
    fc.property(fc.constantFrom(QWEN, R1), fc.integer({ min: 1, max: 8 }), (model, tokens) => {
      const [none, fewer, more] = [
        capacity(model),
        capacity(model, SpeculativeDecoding.mtp({ tokens })),
        capacity(model, SpeculativeDecoding.mtp({ tokens: tokens + 1 })),
      ].map((plan) => plan.kvCapacityTokens);
      expect(fewer).toBeLessThan(none);
      expect(more).toBeLessThanOrEqual(fewer);
      expect(more).toBeGreaterThan(0);
    }),
    { numRuns: 20 },
  );
});

test('sizes of graphs are of whole sequences', () => {
  // Two sequences of four tokens: 4, 8 and 16 (with prompts up to twice as many), and 4 and 8.
  expect(capturedGraphs(configured(QWEN, SpeculativeDecoding.mtp({ tokens: 3 })))).toBe(5);
  expect(capturedGraphs(configured(QWEN, undefined))).toBe(5);
});
