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
      credentials: { name: 'store' },
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

  test.each<[string, 'GPT_OSS_20B' | 'DEEPSEEK_V3' | 'LLAMA_3_1_8B', 'MXFP4' | 'FP8_BLOCK' | 'NVFP4' | 'FP8', number]>([
    ['gpt-oss-20b', 'GPT_OSS_20B', 'MXFP4', 1],
    ['DeepSeek-V3', 'DEEPSEEK_V3', 'FP8_BLOCK', 8],
    ['DeepSeek-V3 in NVFP4', 'DEEPSEEK_V3', 'NVFP4', 8],
    ['Llama 3.1 8B in FP8', 'LLAMA_3_1_8B', 'FP8', 1],
  ])('have the same plan of %s', (___, model, precision, tensor) => {
    const planOf = (planner: typeof lib, values: typeof lib) =>
      JSON.stringify(
        planner.CapacityPlanner.plan({
          model: values.ModelSpec[model],
          precision: values.Precision[precision],
          kvCachePrecision: values.Precision.FP8,
          engine: values.InferenceEngine.TENSORRT_LLM,
          instanceType: values.GpuInstanceType.P6_B200_48XLARGE,
          parallelism: values.Parallelism.of({ tensor }),
        }),
      );
    expect(planOf(ours, theirs)).toBe(planOf(theirs, theirs));
  });

  test('have the same configuration of a model', () => {
    const configOf = (values: typeof lib) =>
      synthesize((stack) => {
        const { cluster } = stateOf(ours, stack);
        const { TritonModel, ModelSpec } = values;
        new ours.TritonDeployment(stack, 'Chat', {
          cluster,
          nodePool: rack(ours, cluster, 'A'),
          modelStore: ours.ModelStore.s3Compatible(stack, 'Store', {
            bucketName: 'models',
            endpoint: 'https://s3.example.com',
            credentials: { name: 'store' },
          }),
          models: [TritonModel.vllm({ name: 'chat', model: ModelSpec.LLAMA_3_1_8B })],
        });
      }).json.resource.kubernetes_config_map_v1;
    const made = JSON.stringify(configOf(theirs));
    expect(made).toContain('KIND_');
    expect(made).toBe(JSON.stringify(configOf(ours)));
  });

  test('have the same layout of EFA interfaces', () => {
    const interfacesOf = (values: typeof lib) =>
      synthesize((stack) => {
        const cluster = new ours.EksGpuCluster(stack, 'Cluster', {
          clusterName: 'chat',
          availabilityZones: ['us-west-2a', 'us-west-2b'],
        });
        new ours.GpuNodePool(cluster, 'Pool', {
          cluster,
          instanceType: values.GpuInstanceType.P4D_24XLARGE,
          minNodes: 2,
          maxNodes: 2,
          fabric: values.RdmaFabric.efa(),
          efaLayout: values.EfaLayout.COMBINED,
        });
      }).json.resource.aws_launch_template;
    const made = JSON.stringify(interfacesOf(theirs));
    expect(made).toContain('"interface_type":"efa"');
    expect(made).toBe(JSON.stringify(interfacesOf(ours)));
  });
});
