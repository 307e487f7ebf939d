import { DeploymentV1 } from '@cdktf/provider-kubernetes/lib/deployment-v1';
import { ITerraformDependable, TerraformStack } from 'cdktf';
import { Construct, IConstruct } from 'constructs';
import { GpuInstanceType } from '../../lib/catalog/gpu-instance-type';
import { ClusterAutoscaler } from '../../lib/compute/agents/cluster-autoscaler';
import { GpuOperator } from '../../lib/compute/agents/gpu-operator';
import { NodeAgents } from '../../lib/compute/agents/node-agents';
import { EncryptedStorageClass } from '../../lib/compute/cluster/encrypted-storage-class';
import { KubernetesCluster } from '../../lib/compute/cluster/kubernetes-cluster';
import { ExistingGpuNodePool } from '../../lib/compute/pools/existing/existing-gpu-node-pool';
import { GpuNodePool } from '../../lib/compute/pools/managed/gpu-node-pool';
import { IServiceAccountRole } from '../../lib/core/aws-role';
import { ClusterLedger, enter, entered, isInTree } from '../../lib/core/cluster-ledger';
import { IGpuNodePool } from '../../lib/core/gpu-node-pool';
import { IKubernetesCluster } from '../../lib/core/kubernetes-cluster';
import { KubernetesAccess } from '../../lib/kubernetes/kubernetes-access';
import { NvidiaNetworkOperator } from '../../lib/network/network-operator';
import { ClusterNodePools } from '../../lib/scheduling/cluster-node-pools';
import { TritonDeployment } from '../../lib/serving';
import { testEksCluster } from '../compute/test-eks-cluster';
import { rack } from '../network/support';
import { TestPool, TestStore, llama8b } from '../serving/support/fixtures';
import { faultsAtSynth, idsOf } from '../support/faults';
import { synthesize, testStack } from '../support/synth';
import { testCluster } from '../support/test-cluster';

/** A cluster of a user's own class: what the contract asks for, and nothing else. */
class OwnCluster extends Construct implements IKubernetesCluster {
  public readonly clusterName = 'own';
  public readonly connection = { configPath: 'kubeconfig.yaml' };
  public readonly ready: ITerraformDependable[] = [];

  public get nodePools(): IGpuNodePool[] {
    return ClusterNodePools.of(this);
  }

  public serviceAccountRole(): IServiceAccountRole {
    throw new Error('no roles');
  }
}

function ownCluster(stack: TerraformStack): OwnCluster {
  const cluster = new OwnCluster(stack, 'Own');
  KubernetesAccess.of(stack, cluster);
  return cluster;
}

/** Pods of a user's own, as the Kubernetes provider makes them. */
function pods(stack: TerraformStack, cluster: IKubernetesCluster, gpus: number, id = 'Pods') {
  const labels = { app: 'own' };
  const resources = { limits: { 'nvidia.com/gpu': String(gpus) } };
  new DeploymentV1(stack, id, {
    provider: KubernetesAccess.of(stack, cluster).kubernetesProvider,
    metadata: { name: 'own', namespace: 'default' },
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          container: [{ name: 'own', image: 'busybox:1', resources }],
          toleration: [{ key: 'nvidia.com/gpu', operator: 'Exists', effect: 'NoSchedule' }],
        },
      },
    },
  });
}

const deployment = (stack: TerraformStack, cluster: IKubernetesCluster, nodePool: IGpuNodePool, id = 'Chat') =>
  new TritonDeployment(stack, id, { cluster, nodePool, modelStore: storeOf(stack), models: [llama8b] });

const storeOf = (stack: TerraformStack) =>
  (stack.node.tryFindChild('Store') as TestStore | undefined) ?? new TestStore(stack, 'Store');

describe('entries of removed constructs do not count', () => {
  test.each<[string, (stack: TerraformStack) => () => IConstruct]>([
    [
      'TritonDeployment',
      (stack) => {
        const cluster = testCluster(stack);
        const pool = new TestPool(stack, 'gpu', cluster, GpuInstanceType.G5_XLARGE, 1);
        return () => deployment(stack, cluster, pool);
      },
    ],
    [
      'ClusterAutoscaler',
      (stack) => {
        const cluster = testEksCluster(stack);
        return () => new ClusterAutoscaler(stack, 'Autoscaler', { cluster });
      },
    ],
    [
      'NvidiaNetworkOperator',
      (stack) => {
        const cluster = testCluster(stack);
        rack(stack, cluster);
        return () => new NvidiaNetworkOperator(stack, 'Operator', { cluster });
      },
    ],
    [
      'NodeAgents with GPU feature discovery',
      (stack) => {
        const cluster = testCluster(stack);
        return () => new NodeAgents(stack, 'Agents', { cluster, gpuFeatureDiscovery: true });
      },
    ],
    [
      'EncryptedStorageClass',
      (stack) => {
        const cluster = testCluster(stack);
        return () => new EncryptedStorageClass(stack, 'Class', { cluster });
      },
    ],
  ])('%s can be made anew', (_, prepare) => {
    synthesize((stack) => {
      const make = prepare(stack);
      const first = make();
      stack.node.tryRemoveChild(first.node.id);
      const second = make();
      expect(isInTree(first)).toBe(false);
      expect(isInTree(second)).toBe(true);
    });
  });

  test('nor do entries of constructs below a removed one', () => {
    synthesize((stack) => {
      const cluster = testEksCluster(stack);
      const make = () => {
        const site = new Construct(stack, 'Site');
        const size = { instanceType: GpuInstanceType.G5_XLARGE, minNodes: 1, maxNodes: 1 };
        return new GpuNodePool(site, 'Pool', { cluster, ...size });
      };
      const first = make();
      expect(cluster.nodePools).toEqual([first]);
      stack.node.tryRemoveChild('Site');
      expect(cluster.nodePools).toEqual([]);
      const second = make();
      expect(cluster.nodePools).toEqual([second]);
    });
  });

  test('a removed agent is not notified of pools', () => {
    synthesize((stack) => {
      const cluster = testCluster(stack);
      const told: string[] = [];
      const listen = (id: string) => {
        const owner = new Construct(stack, id);
        ClusterLedger.of(cluster).onPool(owner, ({ poolName }) => told.push(`${id} ${poolName}`));
      };
      listen('early');
      listen('gone');
      new TestPool(stack, 'a', cluster, GpuInstanceType.G5_XLARGE);
      stack.node.tryRemoveChild('gone');
      new TestPool(stack, 'b', cluster, GpuInstanceType.G5_XLARGE);
      listen('late');
      expect(told).toEqual(['early a', 'gone a', 'early b', 'late a', 'late b']);
    });
  });
});

describe('entries of unfinished constructs do not count', () => {
  test('a TritonDeployment that threw keeps no claim on the GPUs of its pool', () => {
    synthesize((stack) => {
      const cluster = KubernetesCluster.fromKubeconfig(stack, 'Rack', { configPath: 'rack.yaml' });
      KubernetesAccess.of(stack, cluster);
      const pool = new TestPool(stack, 'gpu', cluster, GpuInstanceType.G5_XLARGE, 1);
      expect(() => deployment(stack, cluster, pool, 'Refused')).toThrow(/cannot act with an IAM role/);
      stack.node.tryRemoveChild('Refused');
      const modelStore = Object.assign(storeOf(stack), { credentials: { name: 'store' } });
      new TritonDeployment(stack, 'Chat', { cluster, nodePool: pool, modelStore, models: [llama8b] });
    });
  });

  test('a pool that was refused keeps neither its name nor its nodes', () => {
    synthesize((stack) => {
      const cluster = testCluster(stack);
      const names = { nodes: 1, nodeNames: ['gpu-1'], poolName: 'rack' };
      expect(() => rack(stack, cluster, { ...names, maxPods: 0 }, 'Refused')).toThrow(/maxPods/);
      expect(cluster.nodePools).toEqual([]);
      rack(stack, cluster, names);
    });
  });
});

test.each([false, true])('a cluster without a pool is proven, whether it explained itself (%s) or not', (explains) => {
  const stack = testStack();
  const cluster = KubernetesCluster.fromKubeconfig(stack, 'Rack', { configPath: 'rack.yaml' });
  if (explains) cluster.explain();
  ['One', 'Two'].forEach((id) => pods(stack, cluster, 1, id));
  expect(idsOf(faultsAtSynth(stack))).toEqual(['DUPLICATE_OBJECT']);
});

describe("classes of a user's own", () => {
  test.each([
    [8, false],
    [9, true],
  ])('a cluster is proven: a pod of %i GPUs on a pool of 8-GPU nodes is refused: %s', (gpus, isRefused) => {
    const build = () =>
      synthesize((stack) => {
        const cluster = ownCluster(stack);
        rack(stack, cluster, { nodes: 1 });
        pods(stack, cluster, gpus);
      });
    if (isRefused) expect(build).toThrow(/9 of nvidia\.com\/gpu/);
    else expect(build).not.toThrow();
  });

  test('a pool on it is served by node agents that were made before', () => {
    const result = synthesize((stack) => {
      const cluster = ownCluster(stack);
      new NodeAgents(stack, 'Agents', { cluster });
      new (class extends TestPool {
        public override readonly taints = [{ key: 'team', value: 'ml', effect: 'NoSchedule' as never }];
      })(stack, 'gpu', cluster, GpuInstanceType.P5_48XLARGE);
    });
    const plugin = result.byName('kubernetes_daemon_set_v1', 'nvidia-device-plugin');
    expect(plugin.spec.template.spec.toleration).toContainEqual({
      key: 'team',
      operator: 'Exists',
      effect: 'NoSchedule',
    });
  });
});

describe('the GPU operator installs no driver that the image has', () => {
  const values = (driverInImage: boolean) => {
    const result = synthesize((stack) => {
      const cluster = testEksCluster(stack);
      new ExistingGpuNodePool(stack, 'Pool', {
        cluster,
        hardware: GpuInstanceType.P5_48XLARGE,
        nodes: 1,
        nodeSelector: { 'eks.amazonaws.com/nodegroup': 'gpu' },
        driverInImage,
      });
      new NodeAgents(stack, 'Agents', { cluster, gpuOperator: GpuOperator.version() });
    });
    return JSON.parse(result.byName('helm_release', 'gpu-operator').values[0]) as { [part: string]: unknown };
  };

  test('on existing nodes of EKS as on those of GpuNodePool', () => {
    expect(values(true)).toMatchObject({ driver: { enabled: false }, toolkit: { enabled: false } });
    expect(values(false)).toMatchObject({ driver: { enabled: true }, toolkit: { enabled: true } });
  });
});

test('entries are in the order of their names, and those of one name in the order of their making', () => {
  synthesize((stack) => {
    const [a, b, c] = ['A', 'B', 'C'].map((id) => new Construct(stack, id));
    enter(stack, 'range', 'y', a, 1);
    enter(stack, 'range', 'x', b, 2);
    enter(stack, 'range', 'y', c, 3);
    expect(entered(stack, 'range').map(({ value }) => value)).toEqual([2, 1, 3]);
    expect(entered(stack, 'range', 'y').map(({ value }) => value)).toEqual([1, 3]);
    expect(entered(stack, 'other')).toEqual([]);
  });
});
