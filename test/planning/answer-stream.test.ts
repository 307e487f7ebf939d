import {
  CapacityPlanner,
  GpuInstanceType,
  InferenceEngine,
  ModelSpec,
  Parallelism,
  Precision,
} from '../../lib/planning';
import { resolveLoad, configurationOf } from '../../lib/planning/configuration';
import { ServingEstimate, estimate } from '../../lib/planning/serving-estimate';

const { SGLANG, VLLM, TENSORRT_LLM } = InferenceEngine;

function at(engine: InferenceEngine, concurrency: number, outputTokens: number, tensor = 8): ServingEstimate {
  const load = resolveLoad({ model: ModelSpec.LLAMA_3_1_8B, engine, concurrency, inputTokens: 1000, outputTokens });
  const hardware = { instanceType: GpuInstanceType.P5E_48XLARGE, precision: Precision.FP8_BLOCK };
  return estimate(configurationOf(load, hardware, Parallelism.of({ tensor })), concurrency);
}

function plan(engine: InferenceEngine, concurrency: number) {
  return CapacityPlanner.plan({
    model: ModelSpec.LLAMA_3_1_8B,
    instanceType: GpuInstanceType.P5E_48XLARGE,
    precision: Precision.FP8_BLOCK,
    parallelism: Parallelism.of({ tensor: 8 }),
    engine,
    concurrency,
    inputTokens: 1000,
    outputTokens: 1000,
  });
}

describe('the host that streams answers', () => {
  test('SGLang with many short steps waits for its host: 25 µs for each sequence and 30 ns for each token it has answered', () => {
    const time = at(SGLANG, 512, 1000);
    expect(time.hostStep).toBeCloseTo(512 * (25e-6 + 500 * 30e-9), 9);
    expect(time.hostStep).toBeGreaterThan(1.9 * time.decode.total);
    expect(time.timePerOutputToken).toBeGreaterThan(time.hostStep);
    // Twice the GPUs change the prompts' part only.
    const few = at(SGLANG, 512, 1000, 4);
    expect(few.hostStep).toBe(time.hostStep);
    expect(few.timePerOutputToken - time.timePerOutputToken).toBeLessThan(few.decode.total - time.decode.total + 1e-3);
  });

  test('few sequences, or steps that take the GPU longer, do not wait', () => {
    for (const concurrency of [1, 16, 64]) {
      const time = at(SGLANG, concurrency, 1000);
      expect(time.hostStep).toBeLessThan(time.decode.total);
    }
    expect(at(SGLANG, 1, 1000).timePerOutputToken).toBe(at(SGLANG, 1, 1000).decode.total);
    const alone = at(SGLANG, 512, 1000, 1);
    expect(alone.hostStep).toBeLessThan(alone.decode.total);
  });

  test('vLLM takes 2.4 ms for a step and 19 µs for each sequence, however long its answer; TensorRT-LLM was not measured', () => {
    expect(at(TENSORRT_LLM, 512, 1000).hostStep).toBe(0);
    for (const out of [100, 1000]) expect(at(VLLM, 256, out).hostStep).toBeCloseTo(2.4e-3 + 256 * 19e-6, 9);
  });

  test('longer answers cost more per token up to the 2000 tokens that were measured, not beyond', () => {
    const steps = [100, 500, 1000, 2000].map((out) => at(SGLANG, 256, out).hostStep);
    expect(steps).toEqual([...steps].sort((a, b) => a - b));
    expect(new Set(steps).size).toBe(4);
    expect(at(SGLANG, 256, 8000).hostStep).toBe(steps[3]);
  });

  test('a plan that waits for the host says so, and its formula has the host', () => {
    const bound = plan(SGLANG, 512);
    expect(bound.warnings.join()).toMatch(/\[capacity:HOST_BOUND\] .*512 sequences.* 20\.5 ms .*replicas/);
    const formula = (p: typeof bound) => p.figures.find((f) => f.name === 'time per output token')?.formula;
    expect(formula(bound)).toBe('max(decode(b, in + out/2), host(b, out)) + (b - 1) × prefill(in) / out');
    const evidence = (p: typeof bound) => p.figures.find((f) => f.name === 'time per output token')?.evidence;
    expect([evidence(bound), evidence(plan(SGLANG, 16))]).toEqual(['extrapolated', 'measured kernels']);
    expect(plan(SGLANG, 16).warnings.join()).not.toContain('HOST_BOUND');
    expect(plan(VLLM, 256).warnings.join()).not.toContain('HOST_BOUND');
    expect(formula(plan(VLLM, 256))).toBe('decode(b, in + out/2) + (b - 1) × prefill(in) / out');
  });

  test('more sequences never lower the rate, and every number is finite', () => {
    let last = 0;
    for (let concurrency = 1; concurrency <= 1024; concurrency *= 2) {
      const time = at(SGLANG, concurrency, 300);
      expect(time.outputTokensPerSecond).toBeGreaterThan(last * 0.98);
      expect(Number.isFinite(time.timePerOutputToken)).toBe(true);
      last = time.outputTokensPerSecond;
    }
    expect(last).toBeLessThan(1 / 29e-6);
  });

  test('a pipeline waits for the host of all its sequences, not of one micro-batch', () => {
    const load = resolveLoad({
      model: ModelSpec.LLAMA_3_1_8B,
      engine: SGLANG,
      concurrency: 512,
      inputTokens: 100,
      outputTokens: 1000,
    });
    const hardware = { instanceType: GpuInstanceType.P5E_48XLARGE, precision: Precision.FP8 };
    const time = estimate(configurationOf(load, hardware, Parallelism.of({ tensor: 4, pipeline: 2 })), 512);
    expect(time.hostStep).toBeCloseTo(512 * 40e-6, 9);
    expect(time.timePerOutputToken).toBeGreaterThanOrEqual(time.hostStep);
  });
});
