import { TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
import { GpuInstanceType } from '../../lib/catalog/gpu-instance-type';
import { GpuNodeType } from '../../lib/catalog/gpu-node-type';
import { ImagePrePuller } from '../../lib/compute/agents/image-pre-puller';
import { NodeAgents } from '../../lib/compute/agents/node-agents';
import { GpuNodePool } from '../../lib/compute/pools/managed/gpu-node-pool';
import { IGpuNodePool } from '../../lib/core/gpu-node-pool';
import { IKubernetesCluster } from '../../lib/core/kubernetes-cluster';
import { NcclAcceptanceTest } from '../../lib/network/nccl-acceptance-test';
import { NvidiaNetworkOperator } from '../../lib/network/network-operator';
import { RdmaFabric } from '../../lib/network/rdma-fabric';
import { TritonDeployment } from '../../lib/serving';
import { testEksCluster } from '../compute/test-eks-cluster';
import { NDR, RACK } from '../network/support';
import { TestStore, llama8b } from '../serving/support/fixtures';
import { faultsAtSynth, faultsThrown, idsOf } from '../support/faults';
import { synthStack, synthesize, testStack } from '../support/synth';
import { TestCluster, testCluster } from '../support/test-cluster';

/** A pool of a user's own class, which says nothing to its cluster. */
class SilentPool extends Construct implements IGpuNodePool {
  public readonly poolName: string;
  public readonly minNodes = 1;
  public readonly maxNodes = 2;
  public readonly nodeLabels: { [key: string]: string };
  public readonly nodeSelector: { [key: string]: string };
  public readonly taints = [];
  public readonly ready = [];

  public constructor(
    stack: TerraformStack,
    id: string,
    public readonly cluster: IKubernetesCluster,
    public readonly fabric = RdmaFabric.none(),
    public readonly hardware: GpuNodeType = RACK,
    public readonly efaInterfacesPerNode = 0,
  ) {
    super(stack, id);
    this.poolName = id;
    this.nodeLabels = { pool: id, 'nvidia.com/gpu.present': 'true' };
    this.nodeSelector = { pool: id };
  }
}

const INFINIBAND = RdmaFabric.infiniband(NDR);

const serve = (stack: TerraformStack, cluster: TestCluster, nodePool: IGpuNodePool, id = 'Chat') =>
  new TritonDeployment(stack, id, {
    cluster,
    nodePool,
    replicas: 2,
    modelStore: new TestStore(stack, `Store-${id}`),
    models: [llama8b],
  });

describe("a pool of a user's own class that is handed to a construct is known to its cluster", () => {
  test.each<[string, RdmaFabric, (stack: TerraformStack, cluster: TestCluster, pool: IGpuNodePool) => unknown]>([
    ['TritonDeployment', RdmaFabric.none(), serve],
    [
      'NcclAcceptanceTest',
      INFINIBAND,
      (stack, _, nodePool) => new NcclAcceptanceTest(stack, 'Test', { nodePool, minimumBusBandwidth: 1 }),
    ],
    [
      'ImagePrePuller',
      RdmaFabric.none(),
      (stack, cluster, pool) =>
        new ImagePrePuller(stack, 'Images', { cluster, nodePools: [pool], images: ['nvcr.io/a:1'] }),
    ],
    [
      'NvidiaNetworkOperator',
      INFINIBAND,
      (stack, cluster, pool) => new NvidiaNetworkOperator(stack, 'Operator', { cluster, nodePools: [pool] }),
    ],
  ])('%s', (_, fabric, use) => {
    const stack = testStack();
    const cluster = testCluster(stack);
    const pool = new SilentPool(stack, 'own', cluster, fabric);
    expect(cluster.nodePools).toEqual([]);
    use(stack, cluster, pool);
    expect(cluster.nodePools).toEqual([pool]);
  });

  test('so that its capacity is proven', () => {
    const stack = testStack();
    const cluster = testCluster(stack);
    const pool = new SilentPool(stack, 'own', cluster, RdmaFabric.none(), GpuInstanceType.G6E_XLARGE);
    ['Chat', 'Code'].forEach((id) => serve(stack, cluster, pool, id));
    expect(idsOf(faultsAtSynth(stack))).toContain('PODS_DO_NOT_FIT_TOGETHER');
  });

  test('but not where the construct refuses it', () => {
    const stack = testStack();
    const cluster = testCluster(stack);
    const pool = new SilentPool(stack, 'own', cluster);
    expect(idsOf(faultsThrown(() => new NcclAcceptanceTest(stack, 'Test', { nodePool: pool })))).not.toEqual([]);
    expect(cluster.nodePools).toEqual([]);
  });
});

describe('a pool does not answer for the agents of its cluster', () => {
  const EFA = {
    instanceType: GpuInstanceType.P5_48XLARGE,
    fabric: RdmaFabric.efa(),
    minNodes: 1,
    maxNodes: 1,
  };

  test('agents in an unknown region refuse the synthesis, not the pool with EFA that is made after them', () => {
    const stack = testStack();
    const cluster = testEksCluster(stack);
    new NodeAgents(stack, 'Agents', { cluster, region: 'xx-moon-1' });
    const pool = new GpuNodePool(stack, 'Pool', { cluster, ...EFA });
    expect(cluster.nodePools).toEqual([pool]);
    expect(idsOf(faultsAtSynth(stack))).toEqual(['UNKNOWN_VALUE region']);
    expect(() => synthStack(stack)).toThrow(/no registry of the EFA device plugin is known for region 'xx-moon-1'/);
  });

  test.each([
    ['whose pool has EFA', undefined],
    ['that are told to bring the EFA plugin', true],
  ])('agents in an unknown region %s are refused before they have made anything', (_, efa) => {
    synthesize((stack) => {
      const cluster = testEksCluster(stack);
      if (!efa) new GpuNodePool(stack, 'Pool', { cluster, ...EFA });
      const make = () => new NodeAgents(stack, 'Agents', { cluster, efa, region: 'xx-moon-1' });
      expect(idsOf(faultsThrown(make))).toEqual(['UNKNOWN_VALUE region']);
      expect(stack.node.tryFindChild('Agents')?.node.children ?? []).toEqual([]);
      new NodeAgents(stack, 'Others', { cluster, efa });
    });
  });
});
