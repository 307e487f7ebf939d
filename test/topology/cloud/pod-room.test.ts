import {
  CapacityPlanner,
  CloudTopology,
  CloudTopologyProps,
  DataSize,
  GpuInstanceType,
  InferenceServer,
  LoraAdapter,
  ModelSpec,
  ServedModel,
  Sidecar,
  TritonServingOptions,
} from '../../../lib';
import { faultsAtSynth, faultsThrown, idsOf, warningsOf } from '../../support/faults';
import { testStack } from '../../support/synth';

const CHAT: ServedModel = { model: ModelSpec.LLAMA_3_1_8B, name: 'chat' };
const OF_VLLM = { server: InferenceServer.VLLM };
const make = (props: Partial<CloudTopologyProps> = {}) =>
  new CloudTopology(testStack(), 'Cloud', { clusterName: 'c', models: [CHAT], monitoring: false, ...props });
const typeOf = (topology: CloudTopology) => topology.plan.instanceType.name;
const aside = (beside: Partial<Sidecar>): TritonServingOptions => ({
  sidecars: [{ name: 'aside', image: 'registry.example/aside:1.0', ...beside }],
});
const adapters = (count: number, each: DataSize): LoraAdapter[] =>
  Array.from({ length: count }, (_, i) => ({ name: `adapter-${i}`, rank: 16, size: each }));

test('what asks for no more than GPUs stays on the cheapest node', () => {
  expect(typeOf(make())).toBe('g6e.xlarge');
  expect(typeOf(make(OF_VLLM))).toBe('g6e.xlarge');
});

describe('the planner takes the next node that has room for the pod', () => {
  test.each<[string, Partial<CloudTopologyProps>, { memory?: number; vcpus?: number; disk?: number }]>([
    [
      'prefixes on the host, in vLLM',
      { ...OF_VLLM, models: [{ ...CHAT, kvOffload: DataSize.gib(64) }] },
      { memory: 64 + 7 },
    ],
    ['prefixes on the host, in Triton', { models: [{ ...CHAT, kvOffload: DataSize.gib(64) }] }, { memory: 2 * 64 }],
    ['memory of a sidecar', { serving: aside({ memory: DataSize.gib(40) }) }, { memory: 40 + 7 }],
    ['cores of a sidecar', { serving: aside({ cpu: 6 }) }, { vcpus: 7 }],
    [
      'memory of an init container, which runs before',
      { serving: { initContainers: [{ name: 'warm', image: 'registry.example/w:1', memory: DataSize.gib(40) }] } },
      { memory: 40 },
    ],
    [
      'cores of an init container',
      { serving: { initContainers: [{ name: 'warm', image: 'registry.example/w:1', cpu: 5 }] } },
      { vcpus: 6 },
    ],
    [
      'memory that is asked for',
      { ...OF_VLLM, vllmServing: { resources: { memory: DataSize.gib(100) } } },
      { memory: 100 },
    ],
    ['disk that is asked for', { serving: { resources: { ephemeralStorage: DataSize.gib(300) } } }, { disk: 300 }],
    [
      'files of adapters',
      { ...OF_VLLM, models: [{ ...CHAT, loraAdapters: adapters(4, DataSize.gib(80)) }] },
      { disk: 320 + 15 },
    ],
    [
      'what the options of one model alone add',
      { servingByModel: { chat: aside({ memory: DataSize.gib(60) }) } },
      { memory: 67 },
    ],
  ])('%s', (_, props, { memory = 0, vcpus = 0, disk = 0 }) => {
    const topology = make(props);
    const { instanceType } = topology.plan;
    expect(instanceType.name).not.toBe('g6e.xlarge');
    expect(instanceType.memory.gib).toBeGreaterThan(memory);
    expect(instanceType.vcpus).toBeGreaterThan(vcpus);
    expect(instanceType.localStorage?.gib ?? Infinity).toBeGreaterThan(disk);
    // The proof of all pods agrees.
    expect(idsOf(faultsAtSynth(topology.node.root))).toEqual([]);
    expect(topology.explain()).not.toMatch(/^Next:.* g6e\.xlarge /m);
  });

  test('and for all replicas of a node', () => {
    const models = [{ ...CHAT, replicas: 8, targets: { minOutputTokensPerSecond: 1e4 } }];
    const asked = { ...OF_VLLM, vllmServing: { resources: { memory: DataSize.gib(200) } } };
    const { plan } = make({ ...asked, models });
    expect(plan.instanceType.memory.gib).toBeGreaterThan((200 * plan.replicas) / plan.nodes);
  });
});

test('where no node has room, one error says what is lacking and names nodePools', () => {
  const models = [{ ...CHAT, kvOffload: DataSize.gib(8192) }];
  const faults = faultsThrown(() => make({ ...OF_VLLM, models }));
  expect(idsOf(faults)).toEqual(['NO_NODE_WITH_ROOM models[0]']);
  expect(faults[0].reason).toContain('nodePools');
});

test('what is wrong on every node is refused as such', () => {
  const resources = { memory: DataSize.mib(512), sharedMemory: DataSize.gib(4) };
  const faults = faultsThrown(() => make({ ...OF_VLLM, vllmServing: { resources } }));
  expect(idsOf(faults)).toEqual(['SHARED_MEMORY_EXCEEDS_MEMORY vllmServing.resources.sharedMemory']);
  const serving = aside({ cpu: Number.NaN });
  expect(idsOf(faultsThrown(() => make({ serving })))).toEqual(['OUT_OF_RANGE serving.sidecars[0].cpu']);
});

describe('hardware that is given or locked is not chosen again', () => {
  const models = [{ ...CHAT, kvOffload: DataSize.gib(64) }];

  test('a pool without room is refused', () => {
    const nodePools = [{ name: 'gpu', instanceType: GpuInstanceType.G6E_XLARGE, minNodes: 1, maxNodes: 1 }];
    expect(idsOf(faultsThrown(() => make({ ...OF_VLLM, models, nodePools })))).toEqual([
      'POD_EXCEEDS_NODE vllmServing.resources.memory',
    ]);
  });

  test('so is a lock on a node without room', () => {
    const plan = CapacityPlanner.plan({ model: CHAT.model, instanceType: GpuInstanceType.G6E_XLARGE });
    expect(idsOf(faultsThrown(() => make({ ...OF_VLLM, models, plan })))).toEqual([
      'POD_EXCEEDS_NODE vllmServing.resources.memory',
    ]);
  });

  test('a lock on the choice is the same choice today', () => {
    const { plan } = make({ ...OF_VLLM, models });
    const kept = make({ ...OF_VLLM, models, plan });
    expect(kept.plan).toBe(plan);
    expect(warningsOf(kept).map(({ id }) => id)).not.toContain('PLAN_DIFFERS');
  });
});

// What the planner chooses must pass the proof, on GPUs with a link of their own and without.
test.each([ModelSpec.LLAMA_3_1_70B, ModelSpec.LLAMA_65B].map((model) => [model.name, model] as const))(
  'a model of several GPUs is deployed where the planner put it: %s',
  (_, model) => {
    const topology = make({ ...OF_VLLM, models: [{ model }] });
    expect(topology.plan.parallelism.tensor).toBeGreaterThan(1);
    expect(topology.plan.instanceType.nvlinkDomainSize).toBe(1);
    expect(idsOf(faultsAtSynth(topology.node.root))).toEqual([]);
  },
);
