import {
  CapacityPlan,
  CapacityPlanner,
  CapacityTargets,
  GpuInstanceType,
  InferenceEngine,
  ModelSpec,
  SpeculativeDecoding,
} from '../../lib/planning';
import { realConfig } from '../catalog/real-configs';

const MODEL = ModelSpec.LLAMA_3_1_8B;
const cost = (plan: CapacityPlan) => plan.nodes * (plan.instanceType.listPricePerHour ?? Infinity);

function cheapest(targets: CapacityTargets, concurrency?: number, model = MODEL): CapacityPlan {
  return CapacityPlanner.search({ model, targets, concurrency, maxReplicas: 64, limit: 1 })[0];
}

describe('a throughput target without concurrency', () => {
  const rates: CapacityTargets[] = [
    { minOutputTokensPerSecond: 500 },
    { minOutputTokensPerSecond: 20000 },
    { minOutputTokensPerSecond: 20000, maxTimePerOutputTokenMs: 20 },
    { minOutputTokensPerSecond: 3000, maxTimePerOutputTokenMs: 50, maxTimeToFirstTokenMs: 100 },
  ];

  test.each(rates)('costs no more than with any number of sequences that is given: %j', (targets) => {
    const chosen = cheapest(targets);
    expect(chosen.outputTokensPerSecond).toBeGreaterThanOrEqual(targets.minOutputTokensPerSecond!);
    expect(chosen.decodeLatencyMs).toBeLessThanOrEqual(targets.maxTimePerOutputTokenMs ?? Infinity);
    expect(chosen.timeToFirstTokenMs).toBeLessThanOrEqual(targets.maxTimeToFirstTokenMs ?? Infinity);
    expect(chosen.fits).toBe(true);
    expect(chosen.maxConcurrency).toBeGreaterThanOrEqual(chosen.concurrency);
    const given = [4, 16, 32, 64, 128, 256].map((concurrency) => cheapest(targets, concurrency));
    const reaching = given.filter(
      (plan) =>
        plan.outputTokensPerSecond >= targets.minOutputTokensPerSecond! &&
        plan.decodeLatencyMs <= (targets.maxTimePerOutputTokenMs ?? Infinity),
    );
    expect(reaching.length).toBeGreaterThan(0);
    expect(cost(chosen)).toBeLessThanOrEqual(Math.min(...reaching.map(cost)));
  });

  test('takes several times fewer GPUs than four sequences for each replica would', () => {
    const targets = { minOutputTokensPerSecond: 20000 };
    expect(cheapest(targets).parallelism.gpus * 6).toBeLessThan(cheapest(targets, 4).parallelism.gpus);
  });

  test('takes no more sequences than the target needs', () => {
    const chosen = cheapest({ minOutputTokensPerSecond: 500 });
    expect(chosen.replicas).toBe(1);
    const fewer = cheapest({ minOutputTokensPerSecond: 500 }, Math.floor(chosen.concurrency * 0.74));
    expect(cost(fewer)).toBeGreaterThan(cost(chosen));
  });

  test('takes no more sequences than the scheduler is given', () => {
    const request = { model: MODEL, targets: { minOutputTokensPerSecond: 20000 }, maxReplicas: 64, limit: 1 };
    const [plan] = CapacityPlanner.search({ ...request, maxSequences: 16 });
    expect(plan).toMatchObject({ concurrency: 16, maxSequences: 16 });
  });

  test.each([
    [undefined, 256, 256],
    [SpeculativeDecoding.draftModel({ model: ModelSpec.LLAMA_3_2_1B, tokens: 3 }), 257, 256],
  ])('takes no more sequences than a step of vLLM has tokens: %#', (speculativeDecoding, maxBatchedTokens, most) => {
    const candidates = [{ instanceType: GpuInstanceType.P5_48XLARGE }];
    const targets = { minOutputTokensPerSecond: 1e6 };
    const request = { model: MODEL, contextLength: 1024, inputTokens: 512, outputTokens: 128, limit: 1 };
    const of = { ...request, candidates, targets, speculativeDecoding, maxBatchedTokens, maxReplicas: 1 };
    const [plan] = CapacityPlanner.search(of);
    expect(plan.maxBatchedTokens).toBe(maxBatchedTokens);
    expect(plan.maxSequences).toBeLessThanOrEqual(most);
    expect(plan.concurrency).toBe(256);
    expect(() => CapacityPlan.fromJson(plan.toJson())).not.toThrow();
    const [other] = CapacityPlanner.search({ ...of, engine: InferenceEngine.SGLANG, speculativeDecoding: undefined });
    expect(other.concurrency).toBeGreaterThan(256);
  });

  test('is written with the sequences that it takes where they are more than the default', () => {
    const candidates = [{ instanceType: GpuInstanceType.P5EN_48XLARGE }];
    const request = { model: MODEL, contextLength: 256, inputTokens: 128, outputTokens: 128, candidates, limit: 1 };
    const [plan] = CapacityPlanner.search({ ...request, targets: { minOutputTokensPerSecond: 1e9 }, maxReplicas: 1 });
    expect(plan.concurrency).toBeGreaterThan(256);
    expect(plan.maxSequences).toBe(plan.concurrency);
    expect(plan.fits).toBe(true);
  });

  test('a stated concurrency stays', () => {
    expect(cheapest({ minOutputTokensPerSecond: 20000 }, 4).concurrency).toBe(4);
    expect(cheapest({ maxTimePerOutputTokenMs: 50 }).concurrency).toBe(4);
  });

  test('out of reach, the nearest is returned', () => {
    const plan = cheapest({ minOutputTokensPerSecond: 1000, maxTimePerOutputTokenMs: 0.1 });
    expect(plan.fits).toBe(true);
    expect(plan.decodeLatencyMs).toBeGreaterThan(0.1);
  });

  test('a hybrid keeps within its blocks of states', () => {
    const model = ModelSpec.fromHuggingFaceConfig('q', realConfig('Qwen/Qwen3.5-27B'));
    const plan = cheapest({ minOutputTokensPerSecond: 5000 }, undefined, model);
    expect(plan.outputTokensPerSecond).toBeGreaterThanOrEqual(5000);
    expect(plan.maxSequences).toBeGreaterThanOrEqual(plan.concurrency);
    expect(cost(plan)).toBeLessThan(cost(cheapest({ minOutputTokensPerSecond: 5000 }, 4, model)));
  });
});
