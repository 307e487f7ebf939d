import { EdgeT4 } from '../../examples/edge-t4/stack';
import { CapacityPlanner, Precision } from '../../lib';
import { SynthesizedStack } from '../../lib/testing';
import { testApp } from '../support/synth';

describe('edge-t4 serves what its README says', () => {
  /** Whether each format is refused with what lacks on each GPU, and which one is served. */
  const PROVEN: [number, { fp16: boolean; int8: boolean; int4: boolean }, string][] = [
    [1, { fp16: false, int8: false, int4: true }, 'int4'],
    [2, { fp16: false, int8: true, int4: true }, 'int8'],
    [4, { fp16: true, int8: true, int4: true }, 'fp16'],
  ];

  test.each(PROVEN)('on %d T4: %j, hence %s', (cards, fits, served) => {
    const { topology, bootstrap, stack } = new EdgeT4(testApp(), { cards });
    const plan = topology.plans['llama-2-13b'];
    expect(plan.precision.name).toBe(served);
    expect(plan.fits).toBe(true);
    expect(topology.power).toEqual({ wattsPerGpu: 65 });
    const formats = { fp16: Precision.FP16, int8: Precision.INT8, int4: Precision.INT4 };
    const { model, instanceType, contextLength, concurrency, gpuMemoryUtilization, engine } = plan;
    const load = { model, instanceType, contextLength, concurrency, gpuMemoryUtilization, engine };
    const found = Object.entries(formats).map(([format, precision]) => [
      format,
      CapacityPlanner.plan({ ...load, precision }).fits,
    ]);
    expect(Object.fromEntries(found)).toEqual(fits);
    // The machine gets the label by which pods find it, and the limit by which the plan was made.
    expect(bootstrap.files['config.yaml']).toContain(
      `gpu-inference-constructs/pool=t4${cards === 1 ? '' : `-x${cards}`}`,
    );
    const [deployment] = SynthesizedStack.of(stack).resources('kubernetes_deployment_v1');
    expect(JSON.stringify(deployment)).toContain(`"nvidia.com/gpu":"${plan.parallelism.gpusPerReplica}"`);
  });
});
