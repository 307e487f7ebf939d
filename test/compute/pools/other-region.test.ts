import { refusal } from '../test-pool';
import { ClusterNodePools } from '../../../lib/scheduling/cluster-node-pools';
import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { TerraformStack } from 'cdktf';
import { GpuInstanceType } from '../../../lib/catalog/gpu-instance-type';
import { EksGpuCluster } from '../../../lib/compute/cluster/eks-gpu-cluster';
import { NodeAgents } from '../../../lib/compute/agents/node-agents';
import { ExistingGpuNodePool } from '../../../lib/compute/pools/existing/existing-gpu-node-pool';
import { GpuNodePool } from '../../../lib/compute/pools/managed/gpu-node-pool';
import { KarpenterGpuNodePool } from '../../../lib/compute/pools/karpenter/karpenter-gpu-node-pool';
import { KubernetesAccess } from '../../../lib/kubernetes/kubernetes-access';
import { RdmaFabric } from '../../../lib/network/rdma-fabric';
import { synthesize, testApp } from '../../support/synth';

const imported = (stack: TerraformStack) =>
  EksGpuCluster.fromAttributes(stack, 'Cluster', {
    clusterName: 'shared',
    subnetIds: ['subnet-1'],
    securityGroupIds: ['sg-1'],
  });
const size = { instanceType: GpuInstanceType.P5_48XLARGE.offeredIn('eu-west-1'), minNodes: 1, maxNodes: 1 };

describe.each([GpuNodePool, KarpenterGpuNodePool])('a pool in another stack than its cluster: %p', (Pool) => {
  const build = (region?: string, named = false) => {
    const app = testApp();
    const [first, second] = [new TerraformStack(app, 'first'), new TerraformStack(app, 'second')];
    new AwsProvider(first, 'Aws', { region: 'us-east-1' });
    const provider = new AwsProvider(second, 'Aws', { region, alias: named ? 'named' : undefined });
    return new Pool(second, 'Pool', { ...size, cluster: imported(first), provider: named ? provider : undefined });
  };

  test('is refused where that is for another region', () => {
    expect(refusal(() => build('eu-west-1'))).toBe('POOL_IN_OTHER_REGION provider');
  });

  test.each([
    ['the same region', 'us-east-1', false],
    ['a region that is not known', undefined, false],
    ['a provider that is named', 'eu-west-1', true],
  ])('is not for %s', (_, region, named) => expect(() => build(region, named)).not.toThrow());
});

describe('a pool of a cluster whose region is said', () => {
  const build = (said: string, region: string) => () => {
    const app = testApp();
    const [first, second] = [new TerraformStack(app, 'first'), new TerraformStack(app, 'second')];
    new AwsProvider(first, 'Aws', { region: 'us-east-1' });
    new AwsProvider(second, 'Aws', { region });
    const cluster = EksGpuCluster.fromAttributes(first, 'Cluster', {
      clusterName: 'shared',
      vpcId: 'vpc-1',
      endpoint: 'https://shared',
      certificateAuthorityData: 'YQ==',
      region: said,
      subnetIds: ['subnet-1'],
      securityGroupIds: ['sg-1'],
    });
    new GpuNodePool(second, 'Pool', { ...size, cluster });
  };

  test('belongs there, whatever the stack of the import is for', () => {
    expect(build('eu-west-1', 'eu-west-1')).not.toThrow();
    expect(refusal(build('eu-west-1', 'us-east-1'))).toBe('POOL_IN_OTHER_REGION provider');
  });
});

test('a pool that was removed from the tree is not a pool of its cluster', () => {
  const result = synthesize((stack) => {
    const cluster = imported(stack);
    KubernetesAccess.of(stack, cluster);
    new GpuNodePool(stack, 'Gone', { ...size, cluster, fabric: RdmaFabric.efa() });
    expect(stack.node.tryRemoveChild('Gone')).toBe(true);
    expect(ClusterNodePools.of(cluster)).toEqual([]);
    new NodeAgents(stack, 'Agents', { cluster });
  });
  expect(result.resources('kubernetes_daemon_set_v1')).toHaveLength(1);
});

test('the name and the nodes of a pool that was taken out of the tree are free again', () => {
  synthesize((stack) => {
    const cluster = imported(stack);
    KubernetesAccess.of(stack, cluster);
    const pools = [
      () => new GpuNodePool(stack, 'Pool', { ...size, cluster }),
      () =>
        new ExistingGpuNodePool(stack, 'Own', {
          cluster,
          hardware: GpuInstanceType.G5_XLARGE,
          nodes: 1,
          driverInImage: true,
          nodeNames: ['gpu-1'],
        }),
    ];
    for (const make of pools) {
      const first = make();
      stack.node.tryRemoveChild(first.node.id);
      const second = make();
      expect(ClusterNodePools.of(cluster).includes(first)).toBe(false);
      expect(ClusterNodePools.of(cluster).includes(second)).toBe(true);
    }
  });
});
