import {
  CapacityPlanner,
  GpuInstanceType,
  GpuNodeType,
  GpuType,
  InferenceEngine,
  ModelSpec,
  NodeNetwork,
  Parallelism,
} from '../../lib/planning';
import { DataSize } from '../../lib/units';

const model = ModelSpec.QWEN_3_8B;
const parallelism = Parallelism.of({ tensor: 2 });
const WITHOUT_EFA = GpuInstanceType.ALL.filter(({ efaInterfaces, gpuCount }) => efaInterfaces === 0 && gpuCount === 1);
const MAY_SPAN = WITHOUT_EFA.map((type): [string, GpuInstanceType] => [type.name, type]);

const idsOf = (warnings: readonly string[]) => warnings.map((text) => /:([A-Z_]+)\]/.exec(text)?.[1]);

describe('the network between nodes', () => {
  test.each(MAY_SPAN)('%s has no EFA: two nodes are planned by TCP', (_, instanceType) => {
    // The planner's default engine has no code for GPUs before Turing.
    const engine = instanceType.gpu.computeCapability < 7.5 ? InferenceEngine.vllm('0.19.1') : undefined;
    const load = { model, instanceType, parallelism, engine, contextLength: 1024, concurrency: 1 };
    const plan = CapacityPlanner.plan(load);
    const byTcp = CapacityPlanner.plan({ ...load, network: NodeNetwork.TCP });
    expect(plan.network).toBe(NodeNetwork.TCP);
    expect(plan.decodeLatencyMs).toBe(byTcp.decodeLatencyMs);
    expect(idsOf(plan.warnings)).toEqual(expect.arrayContaining(['NODES_OVER_TCP', 'TENSOR_ACROSS_NODES']));
  });

  test('g6e.xlarge, tensor 2: the time of TCP, three times that of RDMA', () => {
    const plan = CapacityPlanner.plan({ model, instanceType: GpuInstanceType.G6E_XLARGE, parallelism });
    expect(plan.decodeLatencyMs).toBeGreaterThan(300);
    expect(plan.warnings.join()).toContain('leaves a node of g6e.xlarge, which has 1 GPU; each layer');
    const larger = CapacityPlanner.plan({ model, instanceType: GpuInstanceType.G6E_8XLARGE, parallelism });
    expect(larger.network).toBe(NodeNetwork.RDMA);
  });

  test('what a type of EC2 lacks is not had by asking for it; of other hardware it is believed', () => {
    const asked = { model, parallelism, network: NodeNetwork.RDMA };
    const plan = CapacityPlanner.plan({ ...asked, instanceType: GpuInstanceType.G6E_XLARGE });
    expect(plan.network).toBe(NodeNetwork.TCP);
    expect(plan.decodeLatencyMs).toBeGreaterThan(300);
    expect(idsOf(plan.warnings)).toContain('NODES_OVER_TCP');
    const rack = { name: 'rack', gpu: GpuType.L40S, gpuCount: 1, vcpus: 16, memory: DataSize.gib(128) };
    expect(CapacityPlanner.plan({ ...asked, instanceType: GpuNodeType.custom(rack) }).network).toBe(NodeNetwork.RDMA);
  });

  test('hardware outside EC2 has RDMA where it says so', () => {
    const props = { name: 'rack', gpu: GpuType.L40S, gpuCount: 1, vcpus: 16, memory: DataSize.gib(128) };
    const networkOf = (rdma: boolean) =>
      CapacityPlanner.plan({ model, parallelism, instanceType: GpuNodeType.custom({ ...props, rdma }) }).network;
    expect([networkOf(true), networkOf(false)]).toEqual([NodeNetwork.RDMA, NodeNetwork.TCP]);
  });
});

describe('nodes of one replica', () => {
  const instanceType = GpuInstanceType.P5_48XLARGE;
  const two = Parallelism.of({ tensor: 8, pipeline: 2 });

  test.each([
    ['more than maxNodes', { parallelism: two, maxNodes: 1 }, ['PARALLELISM_EXCEEDS_NODES']],
    ['as many as maxNodes', { parallelism: two, maxNodes: 2 }, []],
    ['no limit given', { parallelism: two }, []],
    ['replicas are not counted', { parallelism: Parallelism.of({ tensor: 8, data: 3 }), maxNodes: 1 }, []],
  ])('%s', (_, request, expected) =>
    expect(
      idsOf(CapacityPlanner.plan({ model, instanceType, ...request }).warnings).filter((id) =>
        id?.startsWith('PARALLELISM'),
      ),
    ).toEqual(expected),
  );

  test('a search leaves out what needs more', () => {
    const search = (maxNodes?: number) =>
      CapacityPlanner.search({ model, parallelism: two, maxNodes, candidates: [{ instanceType }] });
    expect([search(1).length, search(2).length, search().length]).toEqual([0, 1, 1]);
  });
});
