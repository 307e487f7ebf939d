import {
  CapacityPlanner,
  CapacityRequest,
  EdgeHardware,
  GpuInstanceType,
  GpuNodeType,
  GpuType,
  InferenceEngine,
  ModelSpec,
  NodeNetwork,
  Parallelism,
} from '../../lib/planning';
import { DataSize } from '../../lib/units';
import { faultsThrown, idsOf as idsOfFaults } from '../support/faults';

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

describe('a rack at a site, by RDMA and by TCP', () => {
  const rackOf = (rdma: boolean) =>
    EdgeHardware.server({
      ...{ gpu: GpuType.L40S, gpuCount: 4, vcpus: 64, memory: DataSize.gib(512) },
      ...{ networkBandwidthGbps: 100, rdma },
    }).nodeType as GpuNodeType;
  const asked = {
    model: ModelSpec.LLAMA_3_3_70B,
    instanceType: rackOf(true),
    parallelism: Parallelism.of({ tensor: 8 }),
    contextLength: 4096,
    concurrency: 4,
  };

  test('is the same plan twice, and RDMA takes the shorter time', () => {
    const comparison = CapacityPlanner.compareNetworks(asked);
    const { rdma, tcp } = comparison;
    expect([rdma.network, tcp.network]).toEqual([NodeNetwork.RDMA, NodeNetwork.TCP]);
    expect(rdma.nodes).toBe(2);
    expect(rdma.memoryPerGpu).toEqual(tcp.memoryPerGpu);
    const alone = CapacityPlanner.plan({ ...asked, network: NodeNetwork.TCP });
    expect(tcp.decodeLatencyMs).toBe(alone.decodeLatencyMs);
    expect(comparison.tokenTimeSaved).toBeCloseTo(1 - rdma.decodeLatencyMs / tcp.decodeLatencyMs, 10);
    // Of the whole time between two tokens; what goes between the nodes alone takes far less by RDMA.
    expect(comparison.tokenTimeSaved).toBeGreaterThan(0.3);
    expect(comparison.firstTokenTimeSaved).toBeGreaterThan(0);
  });

  test('says what is assumed', () => {
    const text = CapacityPlanner.compareNetworks(asked).explain();
    expect(text).toMatch(/^llama-3\.3-70b in .* on 2 × .*, tensor 8/);
    expect(text).toContain('RDMA saves');
    expect(text).toContain('starts in 65 µs');
    expect(text).toContain('no measurement of inference is known: 250 µs');
  });

  test('saves less where layers are divided between the machines, which exchange less', () => {
    const pipelined = CapacityPlanner.compareNetworks({
      ...asked,
      parallelism: Parallelism.of({ tensor: 4, pipeline: 2 }),
    });
    expect(pipelined.tokenTimeSaved).toBeLessThan(CapacityPlanner.compareNetworks(asked).tokenTimeSaved);
    expect(pipelined.tokenTimeSaved).toBeGreaterThan(0);
  });

  test.each<[string, Partial<CapacityRequest>, string]>([
    ['a network that is given', { network: NodeNetwork.TCP }, 'CONFLICTING_PROPERTIES network'],
    ['machines without RDMA', { instanceType: rackOf(false) }, 'EDGE_HARDWARE_LACKS_FEATURE instanceType'],
    ['one machine', { parallelism: Parallelism.of({ tensor: 4 }) }, 'OUT_OF_RANGE parallelism'],
  ])('refuses %s', (_, more, id) => {
    expect(idsOfFaults(faultsThrown(() => CapacityPlanner.compareNetworks({ ...asked, ...more })))).toEqual([id]);
  });
});
