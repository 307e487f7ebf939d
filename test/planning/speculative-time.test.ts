import * as fc from 'fast-check';
import { speculationPairs, speedup } from '../../bench/planner/speculation';
import {
  CapacityPlan,
  CapacityPlanner,
  CapacityRequest,
  GpuInstanceType,
  ModelSpec,
  Parallelism,
  SpeculativeDecoding,
} from '../../lib/planning';
import { REAL_CONFIGS } from '../catalog/real-configs';

const { LLAMA_3_1_70B: LLAMA, LLAMA_3_2_1B } = ModelSpec;
const plan = (of: SpeculativeDecoding | undefined, more: Partial<CapacityRequest> = {}): CapacityPlan =>
  CapacityPlanner.plan({
    ...{ model: LLAMA, instanceType: GpuInstanceType.P5_48XLARGE, parallelism: Parallelism.of({ tensor: 8 }) },
    ...{ speculativeDecoding: of, concurrency: 4 },
    ...more,
  });

test.each(speculationPairs().map((pair) => [pair.id, pair] as const))(
  '%s: the published speedup within 25 %%, and a time that is at most 10 %% optimistic',
  (_, { measured, planned }) => {
    expect(Math.abs(speedup(planned) / speedup(measured) - 1)).toBeLessThan(0.25);
    expect(planned[1] / measured[1]).toBeGreaterThan(0.9);
  },
);

test('more accepted tokens are faster, all accepted fewer than 1 + tokens times as fast, none accepted slower than without', () => {
  const without = plan(undefined).decodeLatencyMs;
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 8 }),
      fc.double({ min: 0, max: 0.9, noNaN: true }),
      fc.constantFrom(SpeculativeDecoding.nGram, SpeculativeDecoding.eagle3),
      fc.constantFrom(1, 16, 128),
      (tokens, acceptanceRate, method, concurrency) => {
        const at = (rate: number) => plan(method({ tokens, acceptanceRate: rate }), { concurrency });
        const [less, more] = [at(acceptanceRate), at(acceptanceRate + 0.1)];
        expect(more.decodeLatencyMs).toBeLessThan(less.decodeLatencyMs);
        expect(more.outputTokensPerSecond).toBeGreaterThan(less.outputTokensPerSecond);
        for (const { decodeLatencyMs, outputTokensPerSecond, maxOutputTokensPerSecond } of [less, more])
          for (const value of [decodeLatencyMs, outputTokensPerSecond, maxOutputTokensPerSecond])
            expect(Number.isFinite(value) && value > 0).toBe(true);
        const own = plan(undefined, { concurrency }).decodeLatencyMs;
        expect(at(1).decodeLatencyMs).toBeGreaterThan(own / (1 + tokens));
        expect(at(0).decodeLatencyMs).toBeGreaterThanOrEqual(own);
      },
    ),
    { numRuns: 30 },
  );
  expect(without).toBeGreaterThan(0);
});

test('a gain that is none is warned of, and one that is, is not', () => {
  const draft = (acceptanceRate?: number) =>
    plan(SpeculativeDecoding.draftModel({ model: LLAMA_3_2_1B, tokens: 3, acceptanceRate })).warnings.join('\n');
  expect(draft()).toMatch(/\[capacity:SPECULATION_WITHOUT_GAIN\].*1\.00 \(acceptanceRate is not given\)/);
  expect(draft(0.05)).toMatch(/SPECULATION_WITHOUT_GAIN.*acceptanceRate is 0\.05/);
  expect(draft(0.9)).not.toMatch(/SPECULATION_WITHOUT_GAIN/);
});

test('the plan says what drafts, what it takes and how many tokens a step gives; its JSON and its command too', () => {
  const model = ModelSpec.DEEPSEEK_R1;
  const made = plan(SpeculativeDecoding.mtp({ tokens: 1, acceptanceRate: 0.85 }), {
    ...{ model, instanceType: GpuInstanceType.P5EN_48XLARGE },
  });
  expect(made.explain()).toMatch(/drafting weights per GPU: 1\.\d+ GiB/);
  expect(made.explain()).toMatch(/tokens per step: 1\.85\n.*1 \+ tokens × acceptanceRate/);
  expect(CapacityPlan.fromJson(made.toJson()).explain()).toBe(made.explain());
  expect(made.vllmServeArguments()).toContain('--speculative-config={"method":"mtp","num_speculative_tokens":1}');
  const memory = (of?: SpeculativeDecoding) =>
    plan(of, { model, instanceType: GpuInstanceType.P5EN_48XLARGE }).memoryPerGpu.weights.gib;
  expect(memory(made.speculativeDecoding) - memory()).toBeCloseTo(11.6e9 / 8 / 2 ** 30, 0);
});

const PREDICTING = REAL_CONFIGS.map(({ name, text }) => {
  try {
    return [name, ModelSpec.fromHuggingFaceConfig(name, text)] as const;
  } catch {
    return [name, undefined] as const;
  }
}).filter((each): each is readonly [string, ModelSpec] => each[1]?._prediction() !== undefined);

test('at least 30 published files have prediction layers', () => expect(PREDICTING.length).toBeGreaterThanOrEqual(30));

test.each(PREDICTING)('%s is planned with its prediction layers', (_, model) => {
  const of = SpeculativeDecoding.mtp({ tokens: model._prediction()!.count });
  const request = { model, instanceType: GpuInstanceType.P6_B300_48XLARGE, maxNodes: 1, concurrency: 1 };
  const made = CapacityPlanner.plan({ ...request, speculativeDecoding: of });
  const bare = CapacityPlanner.plan({ ...request, parallelism: made.parallelism });
  expect(made.memoryPerGpu.weights.bytes).toBeGreaterThan(bare.memoryPerGpu.weights.bytes);
  expect(made.kvBytesPerTokenPerGpu).toBeGreaterThan(bare.kvBytesPerTokenPerGpu);
  for (const value of [made.decodeLatencyMs, made.kvCapacityTokens, made.maxOutputTokensPerSecond])
    expect(Number.isFinite(value)).toBe(true);
});
