import { refusal } from '../test-pool';
import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { Lazy, TerraformOutput, TerraformStack, Token } from 'cdktf';
import { Construct } from 'constructs';
import { GpuInstanceType } from '../../../lib/catalog/gpu-instance-type';
import { EksGpuCluster } from '../../../lib/compute/cluster/eks-gpu-cluster';
import { EksClusterAttributes } from '../../../lib/compute/cluster/eks-gpu-cluster-props';
import { Capacity } from '../../../lib/compute/pools/options/capacity';
import { GpuSharing } from '../../../lib/compute/pools/options/gpu-sharing';
import { NodeRepair } from '../../../lib/compute/pools/options/node-repair';
import { GpuNodePool } from '../../../lib/compute/pools/managed/gpu-node-pool';
import { GpuNodePoolProps } from '../../../lib/compute/pools/shared/gpu-node-pool-props';
import { KarpenterGpuNodePool } from '../../../lib/compute/pools/karpenter/karpenter-gpu-node-pool';
import { KubernetesAccess } from '../../../lib/kubernetes/kubernetes-access';
import { RdmaFabric } from '../../../lib/network/rdma-fabric';
import { Block, synthesize } from '../../support/synth';

const list = () => Token.asList(Lazy.stringValue({ produce: () => '${module.eks.ids}' }));
const later = Lazy.stringValue({ produce: () => '${module.eks.id}' });

function build(
  Pool: typeof GpuNodePool | typeof KarpenterGpuNodePool,
  attributes: Partial<EksClusterAttributes>,
  options: Partial<GpuNodePoolProps> = {},
) {
  return synthesize((stack: TerraformStack) => {
    const cluster = EksGpuCluster.fromAttributes(stack, 'Cluster', {
      clusterName: 'shared',
      subnetIds: ['subnet-1', 'subnet-2'],
      securityGroupIds: ['sg-1'],
      ...attributes,
    });
    KubernetesAccess.of(stack, cluster);
    new Pool(stack, 'Pool', {
      cluster,
      instanceType: GpuInstanceType.G5_XLARGE,
      minNodes: 2,
      maxNodes: 2,
      ...options,
    });
  });
}

const EFA = { instanceType: GpuInstanceType.P5_48XLARGE, fabric: RdmaFabric.efa() };
const ids = /^\$\{.*module\.eks\.ids.*\}$/;

describe('security groups that are a list of a module', () => {
  test('are those of the nodes', () => {
    const template = build(GpuNodePool, { securityGroupIds: list() }).only('aws_launch_template');
    expect(template.vpc_security_group_ids).toMatch(ids);
  });

  test('are those of the interfaces with EFA, beside the pool’s own', () => {
    const template = build(GpuNodePool, { securityGroupIds: list() }, EFA).only('aws_launch_template');
    const [primary, efaOnly] = template.network_interfaces as Block[];
    expect(primary.security_groups).toMatch(/^\$\{concat\(.*module\.eks\.ids.*aws_security_group\..*\.id.*\)\}$/);
    expect(efaOnly.security_groups).toEqual([expect.stringMatching(/aws_security_group/)]);
  });

  test('have a first one, which is the cluster’s', () => {
    const { json } = synthesize((stack) => {
      const attributes = { clusterName: 'a', subnetIds: ['subnet-1'], securityGroupIds: list() };
      const cluster = EksGpuCluster.fromAttributes(stack, 'Cluster', attributes);
      new TerraformOutput(stack, 'first', { value: cluster.clusterSecurityGroupId });
    });
    expect(json.output.first.value).toMatch(/^\$\{element\(.*, 0\)\}$/);
  });
});

describe('Karpenter, whose objects name each', () => {
  test('takes the one subnet of a list that EFA needs', () => {
    expect(() => build(KarpenterGpuNodePool, { subnetIds: list() }, EFA)).not.toThrow();
  });

  test.each<[string, Partial<EksClusterAttributes>, Partial<GpuNodePoolProps>, string]>([
    ['subnets of the cluster', { subnetIds: list() }, {}, 'LENGTH_NOT_KNOWN subnetIds'],
    ['subnets of the pool', {}, { subnetIds: list() }, 'LENGTH_NOT_KNOWN subnetIds'],
    ['security groups', { securityGroupIds: list() }, {}, 'LENGTH_NOT_KNOWN cluster.securityGroupIds'],
  ])('refuses a list of %s', (_, attributes, options, message) => {
    expect(refusal(() => build(KarpenterGpuNodePool, attributes, options))).toBe(message);
  });
});

test.each<[string, Partial<GpuNodePoolProps>, string]>([
  ['an empty id', { subnetIds: [''] }, 'INVALID_NAME subnetIds'],
  ['an empty id among others', { subnetIds: ['subnet-1', ''] }, 'INVALID_NAME subnetIds'],
  ['one subnet twice', { subnetIds: ['subnet-1', 'subnet-1'] }, 'DUPLICATE subnetIds'],
])('a pool is refused %s', (_, options, message) =>
  expect(refusal(() => build(GpuNodePool, {}, options))).toBe(message),
);

test.each<[string, () => unknown, string]>([
  [
    'instances',
    () => Capacity.reservation({ reservationId: 'cr-1', instances: Token.asNumber(later) }),
    'VALUE_NOT_CONCRETE instances',
  ],
  [
    'times',
    () => Capacity.capacityBlock({ reservationId: 'cr-1', availabilityZone: 'us-east-1a', start: later, end: later }),
    'VALUE_NOT_CONCRETE start, VALUE_NOT_CONCRETE end',
  ],
  ['shares of a GPU', () => GpuSharing.timeSlicing(Token.asNumber(later)), 'NOT_A_WHOLE_NUMBER replicas'],
  ['nodes repaired at a time', () => NodeRepair.auto(Token.asNumber(later)), 'NOT_A_WHOLE_NUMBER maxParallel'],
  [
    'adapters',
    () => RdmaFabric.infiniband({ adaptersPerNode: Token.asNumber(later), gbpsPerAdapter: Token.asNumber(later) }),
    'NOT_A_WHOLE_NUMBER adaptersPerNode, OUT_OF_RANGE gbpsPerAdapter',
  ],
])('%s must be known, and no huge number is shown', (_, make, message) => expect(refusal(make)).toBe(message));

test('two imports of one cluster have pools of different names', () => {
  const pools = (second: string) =>
    synthesize((stack) => {
      for (const [id, poolName] of [
        ['A', 'chat'],
        ['B', second],
      ]) {
        const scope = new Construct(stack, id);
        const attributes = { clusterName: 'shared', subnetIds: ['subnet-1'], securityGroupIds: ['sg-1'] };
        const cluster = EksGpuCluster.fromAttributes(scope, 'Cluster', attributes);
        const size = { minNodes: 1, maxNodes: 1, instanceType: GpuInstanceType.G5_XLARGE };
        new GpuNodePool(scope, 'Pool', { cluster, poolName, ...size });
      }
    });
  expect(() => pools('other')).not.toThrow();
  expect(refusal(() => pools('chat'))).toBe('POOL_NAME_TAKEN poolName');
});

test('two clusters of one name are two where the imports say different regions', () => {
  const pools = (regions: string[]) => () =>
    synthesize((stack) => {
      for (const [index, region] of regions.entries()) {
        const scope = new Construct(stack, `Scope${index}`);
        const cluster = EksGpuCluster.fromAttributes(scope, 'Cluster', {
          clusterName: 'shared',
          vpcId: 'vpc-1',
          endpoint: 'https://shared',
          certificateAuthorityData: 'YQ==',
          region,
          subnetIds: ['subnet-1'],
          securityGroupIds: ['sg-1'],
        });
        const provider = new AwsProvider(scope, 'Aws', { alias: `aws${index}`, region });
        const size = { minNodes: 1, maxNodes: 1, instanceType: GpuInstanceType.G5_XLARGE };
        new GpuNodePool(scope, 'Pool', { cluster, poolName: 'chat', provider, ...size });
      }
    });
  expect(pools(['us-east-1', 'eu-west-1'])).not.toThrow();
  expect(refusal(pools(['us-east-1', 'us-east-1']))).toBe('POOL_NAME_TAKEN poolName');
});
