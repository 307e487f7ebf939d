import { App } from 'cdktf';
import { Headline8xV100 } from '../../examples/headline-8xv100/stack';
import { CapacityPlanner, GpuInstanceType, ModelSpec, Parallelism, Precision } from '../../lib/planning';
import { testApp } from '../support/synth';

const plan = new Headline8xV100(testApp() as App).deployment.plan!;

describe('what headline-8xv100 says of itself', () => {
  test('1,200 tokens/s of two servers on the eight GPUs of one', () => {
    expect(plan.fits).toBe(true);
    expect([plan.nodes, plan.replicas, plan.parallelism.tensor]).toEqual([1, 2, 4]);
    expect(Math.round(plan.outputTokensPerSecond)).toBe(1737);
    expect(Math.round(plan.decodeLatencyMs)).toBe(36);
    // Not every figure is measured, and the plan says so.
    expect(plan.explain()).toMatch(/evidence: extrapolated; error: factor 1.5 either way/);
  });

  const on = (model: ModelSpec, precision: Precision, tensor: number, concurrency: number) =>
    CapacityPlanner.plan({
      ...{ model, precision, contextLength: 2048, concurrency, instanceType: GpuInstanceType.P3DN_24XLARGE },
      parallelism: Parallelism.of({ tensor }),
      engine: plan.engine,
    });

  test('all eight GPUs together give less, and 65B in 8 bits at most 400', () => {
    expect(Math.round(on(ModelSpec.LLAMA_2_13B, Precision.FP16, 8, 64).outputTokensPerSecond)).toBe(1394);
    const large = on(ModelSpec.LLAMA_65B, Precision.INT8, 8, 16);
    expect(large.fits).toBe(true);
    expect(large.maxOutputTokensPerSecond).toBeLessThan(400);
  });
});
