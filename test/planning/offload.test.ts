import { CapacityPlanner, DataSize, GpuInstanceType, ModelSpec, Parallelism } from '../../lib/planning';
import { lockFaults } from '../../lib/serving/model/locked-plan';
import { idsOf } from '../support/faults';

const model = ModelSpec.LLAMA_3_1_8B;
const cpuOffload = DataSize.gib(4);
const eight = { model, instanceType: GpuInstanceType.P5_48XLARGE, parallelism: Parallelism.of({ tensor: 8 }) };

test('only weights that there are cross PCI Express', () => {
  const plan = CapacityPlanner.plan({ ...eight, cpuOffload });
  expect(plan.cpuOffload.gib).toBeCloseTo(1.87, 2);
  const all = CapacityPlanner.plan({ ...eight, cpuOffload: plan.cpuOffload });
  expect(plan.decodeLatencyMs).toBeCloseTo(all.decodeLatencyMs, 6);
  const half = CapacityPlanner.plan({ ...eight, cpuOffload: plan.cpuOffload.times(0.5) });
  expect(half.decodeLatencyMs).toBeLessThan(all.decodeLatencyMs);
});

test('a lock with all weights in host memory is kept by who asked for more, and by nobody who asked for less', () => {
  const plan = CapacityPlanner.plan({ ...eight, cpuOffload });
  const with_ = (offload: DataSize, of = plan) => idsOf(lockFaults(of, { model, cpuOffload: offload }));
  expect([with_(cpuOffload), with_(plan.cpuOffload)]).toEqual([[], []]);
  expect(with_(DataSize.gib(1))).toEqual(['PROPERTY_CONTRADICTS_PLAN cpuOffload']);
  const one = CapacityPlanner.plan({ ...eight, cpuOffload: DataSize.gib(1) });
  expect(with_(cpuOffload, one)).toEqual(['PROPERTY_CONTRADICTS_PLAN cpuOffload']);
  expect(with_(cpuOffload, CapacityPlanner.plan(eight))).toEqual(['PROPERTY_CONTRADICTS_PLAN cpuOffload']);
});

test('who gives up speed for a smaller GPU gets the cheapest, unless a target is given', () => {
  const [cheapest] = CapacityPlanner.search({ model, cpuOffload, limit: 1 });
  expect(cheapest.instanceType.name).toBe('g6.xlarge');
  expect(cheapest.decodeLatencyMs).toBeGreaterThan(100);
  const targets = { maxTimePerOutputTokenMs: 100 };
  const [fast] = CapacityPlanner.search({ model, cpuOffload, targets, limit: 1 });
  expect(fast.decodeLatencyMs).toBeLessThan(100);
  const [none] = CapacityPlanner.search({ model, cpuOffload: DataSize.gib(0), limit: 1 });
  expect(none.instanceType.name).toBe('g6e.xlarge');
});
