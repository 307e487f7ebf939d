import * as lib from '../../lib';
import { faultsAtSynth, reasonsOf } from '../support/faults';
import { synthesize, testStack } from '../support/synth';

/** Peers of the package: of these a program has one copy, whatever it has of the package. */
const PEERS = ['cdktf', 'constructs'];

/** The package once more, as a second `node_modules/gpu-inference-constructs` would be loaded. */
function loadAgain(): typeof lib {
  let copy: typeof lib | undefined;
  const peers = PEERS.map((name) => [name, require(name) as unknown] as const);
  jest.isolateModules(() => {
    for (const [name, loaded] of peers) jest.doMock(name, () => loaded);
    copy = require('../../lib') as typeof lib;
    // Everything is loaded when it is first asked for, which must be in here.
    for (const name of Object.keys(lib)) void copy[name as keyof typeof lib];
  });
  PEERS.forEach((name) => jest.dontMock(name));
  return copy as typeof lib;
}

const other = loadAgain();
const stateOf = ({ KubernetesCluster, KubernetesAccess }: typeof lib, stack: ReturnType<typeof testStack>) => {
  const cluster = KubernetesCluster.fromKubeconfig(stack, 'Rack', { configPath: 'rack.yaml' });
  return { cluster, access: KubernetesAccess.of(stack, cluster) };
};

/** A pool of nodes with 8 x H100 and InfiniBand, all of one copy of the package. */
function rack({ ExistingGpuNodePool, ...from }: typeof lib, cluster: lib.IKubernetesCluster, id: string, nodes = 1) {
  return new ExistingGpuNodePool(cluster, id, {
    cluster,
    hardware: from.GpuNodeType.custom({
      name: 'dgx-h100',
      gpu: from.GpuType.H100,
      gpuCount: 8,
      vcpus: 224,
      memory: from.DataSize.gib(2048),
      interconnect: from.GpuInterconnect.NVSWITCH,
      networkBandwidthGbps: 3200,
    }),
    nodes,
    fabric: from.RdmaFabric.infiniband({ adaptersPerNode: 8, gbpsPerAdapter: 400 }),
    nodeSelector: { pool: id.toLowerCase() },
  });
}

test('they are two copies', () => {
  expect(other.GpuNodeType).not.toBe(lib.GpuNodeType);
  expect(other.KubernetesCluster).not.toBe(lib.KubernetesCluster);
});

describe.each([
  ['the first', 'the second', lib, other],
  ['the second', 'the first', other, lib],
])('a cluster of %s copy and what %s puts onto it', (_, __, ours, theirs) => {
  test('have the same pools', () => {
    const { cluster } = stateOf(ours, testStack());
    const pools = [rack(theirs, cluster, 'A'), rack(ours, cluster, 'B')];
    expect(cluster.nodePools).toEqual(pools);
    expect(lib.ClusterNodePools.of(cluster)).toEqual(pools);
    expect(other.ClusterNodePools.of(cluster)).toEqual(pools);
  });

  test('have the same providers', () => {
    const stack = testStack();
    const { cluster, access } = stateOf(ours, stack);
    expect(theirs.KubernetesAccess.find(stack, cluster)?.kubernetesProvider).toBe(access.kubernetesProvider);
    expect(theirs.KubernetesAccess.of(stack, cluster).ensureHelmProvider()).toBe(access.ensureHelmProvider());
  });

  test('have one set of agents, which serve the pools of both', () => {
    const result = synthesize((stack) => {
      const { cluster } = stateOf(ours, stack);
      new theirs.NodeAgents(stack, 'Agents', { cluster });
      new theirs.NvidiaNetworkOperator(stack, 'Operator', { cluster, nodePools: [rack(ours, cluster, 'A')] });
      expect(() => new ours.NodeAgents(stack, 'More', { cluster })).toThrow(/already has node agents/);
      stack.node.tryRemoveChild('More');
      expect(() => new ours.NvidiaNetworkOperator(stack, 'Other', { cluster })).toThrow(/already has/);
      stack.node.tryRemoveChild('Other');
    });
    expect(result.resources('kubernetes_daemon_set_v1')).toHaveLength(1);
  });

  test('are proven once, together', () => {
    const stack = testStack();
    const { cluster } = stateOf(ours, stack);
    const nodePool = rack(theirs, cluster, 'A');
    const modelStore = ours.ModelStore.s3Compatible(stack, 'Store', {
      bucketName: 'models',
      endpoint: 'https://s3.example.com',
      credentials: { secretName: 'store' },
    });
    for (const [id, copy] of [
      ['One', ours],
      ['Two', theirs],
    ] as const) {
      const model = copy.ModelSpec.LLAMA_65B;
      const parallelism = copy.Parallelism.of({ tensor: 8 });
      new copy.TritonDeployment(stack, id, {
        cluster,
        nodePool,
        modelStore,
        models: [copy.TritonModel.vllm({ name: 'chat', model, parallelism, contextLength: 2048 })],
      });
    }
    const together = reasonsOf(faultsAtSynth(stack)).filter((reason) => reason.includes('nvidia.com/gpu'));
    expect(together).toHaveLength(1);
    expect(together[0]).toMatch(/pool 'a' .*16 of nvidia\.com\/gpu/);
  });
});
