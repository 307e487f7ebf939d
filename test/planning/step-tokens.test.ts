import { CapacityPlan, CapacityPlanner, GpuInstanceType, InferenceEngine, ModelSpec } from '../../lib/planning';
import { SpeculativeDecoding } from '../../lib';
import { faultsThrown } from '../support/faults';

const request = { model: ModelSpec.LLAMA_3_1_8B, instanceType: GpuInstanceType.G6E_XLARGE };
const plan = (more: object) => CapacityPlanner.plan({ ...request, ...more });
const refused = (body: () => unknown) => faultsThrown(body).map(({ id, property }) => `${id} ${property}`);

// `SchedulerConfig` of vLLM refuses `max_num_batched_tokens` below `max_num_seqs`.
describe('a step of vLLM has a token for each sequence', () => {
  test.each([
    ['sequences asked for', { maxSequences: 4000 }, 4000],
    ['sequences at once', { concurrency: 3000, contextLength: 64 }, 3000],
    ['neither', {}, 2048],
  ])('by default: %s', (_, more, tokens) => {
    expect(plan(more).maxBatchedTokens).toBe(tokens);
  });

  test('a million sequences fit nowhere', () => {
    expect(plan({ maxSequences: 1000000 }).fits).toBe(false);
  });

  test.each([
    ['more sequences than tokens', { maxSequences: 257, maxBatchedTokens: 256 }, 'maxSequences'],
    ['more at once than tokens', { concurrency: 257, maxBatchedTokens: 256 }, 'concurrency'],
  ])('%s are refused, and not of other engines', (_, more, property) => {
    expect(refused(() => plan(more))).toEqual([`CONFLICTING_PROPERTIES ${property}`]);
    expect(plan({ ...more, engine: InferenceEngine.TENSORRT_LLM }).maxBatchedTokens).toBe(256);
  });

  test('with a small step there are fewer sequences by default, and one fewer where a draft model takes tokens', () => {
    expect(plan({ maxBatchedTokens: 64 })).toMatchObject({ maxSequences: 64, fits: true });
    expect(plan({ maxBatchedTokens: 64 }).explain()).not.toContain('lowered from the default');
    const speculativeDecoding = SpeculativeDecoding.draftModel({ tokens: 3, model: ModelSpec.LLAMA_3_2_1B });
    expect(plan({ maxBatchedTokens: 64, speculativeDecoding, engine: InferenceEngine.VLLM_0_21 }).maxSequences).toBe(
      63,
    );
  });

  test('a lock with fewer tokens than sequences is refused', () => {
    const lock = plan({}).toJson() as { maxSequences: number };
    expect(refused(() => CapacityPlan.fromJson({ ...lock, maxSequences: 2049 }))).toEqual([
      'PLAN_CHANGED maxSequences',
    ]);
    expect(CapacityPlan.fromJson({ ...lock, maxSequences: 2048 }).maxSequences).toBe(2048);
  });
});
