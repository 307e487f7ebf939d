import { GpuInstanceType, ModelSpec, Parallelism } from '../../lib/catalog';
import { CapacityPlanner } from '../../lib/planning';
import { faultsThrown } from '../support/faults';

const model = ModelSpec.LLAMA_3_1_8B;

test('a plan has the replicas that are stated, and the nodes they fill', () => {
  const one = CapacityPlanner.plan({ model, instanceType: GpuInstanceType.G6E_XLARGE });
  const three = CapacityPlanner.plan({ model, instanceType: GpuInstanceType.G6E_XLARGE, replicas: 3 });
  expect([one.replicas, three.replicas, three.nodes]).toEqual([1, 3, 3]);
  expect(three.outputTokensPerSecond).toBeCloseTo(3 * one.outputTokensPerSecond, 6);
});

test('more replicas choose no other hardware: a pool that runs would be replaced', () => {
  const typeOf = (replicas?: number) => CapacityPlanner.search({ model, replicas, limit: 1 })[0];
  expect(typeOf(5).instanceType).toBe(typeOf().instanceType);
  expect(typeOf(5).replicas).toBe(5);
});

test.each([0, 1.5])('%p replicas are refused', (replicas) => {
  const instanceType = GpuInstanceType.G6E_XLARGE;
  expect(faultsThrown(() => CapacityPlanner.plan({ model, instanceType, replicas }))).toHaveLength(1);
  expect(faultsThrown(() => CapacityPlanner.search({ model, replicas }))).toHaveLength(1);
});

describe('a parallelism for another number of replicas', () => {
  test('keeps what is within one', () => {
    const { tensor, pipeline, data, expert } = Parallelism.of({ tensor: 4, pipeline: 2, expert: 4 }).withReplicas(3);
    expect([tensor, pipeline, data, expert]).toEqual([4, 2, 3, 4]);
  });

  test('keeps ranks together that share experts', () => {
    const degrees = ({ tensor, data, expert }: Parallelism) => [tensor, data, expert];
    expect(degrees(Parallelism.of({ tensor: 2, data: 4, expert: 8 }).withReplicas(1))).toEqual([2, 4, 8]);
    expect(degrees(Parallelism.of({ tensor: 1, data: 8, expert: 8 }).withReplicas(3))).toEqual([1, 24, 8]);
    expect(degrees(Parallelism.of({ tensor: 2, data: 8, expert: 8 }).withReplicas(1))).toEqual([2, 4, 8]);
  });
});
