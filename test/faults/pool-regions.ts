import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { TerraformStack } from 'cdktf';
import { GpuInstanceType } from '../../lib/catalog/gpu-instance-type';
import { EksGpuCluster } from '../../lib/compute/cluster/eks-gpu-cluster';
import { GpuNodePool } from '../../lib/compute/pools/managed/gpu-node-pool';
import { NodeImage } from '../../lib/compute/pools/options/node-image';
import { Placement } from '../../lib/compute/pools/options/placement';
import { existing, managed, warnings, block, ZONES } from '../compute/pool-programs';
import { addPool } from '../compute/test-pool';
import { testApp, testStack } from '../support/synth';
import { FaultText } from './fault-text';

const groups = (count: number) => Array.from({ length: count }, (_, index) => `sg-${index}`);
const inZones = (availabilityZones: string[]) => () =>
  new EksGpuCluster(testStack(), 'Cluster', { clusterName: 'chat', availabilityZones });

export const TEXTS: FaultText[] = [
  {
    id: 'TYPE_NOT_IN_REGION',
    property: 'instanceType',
    text:
      "AWS does not sell 'p5e.48xlarge' in us-west-2, but in us-east-2; choose another type or region, or, if AWS sells it there by now, pass " +
      "instanceType.offeredIn('us-west-2')",
    refuse: managed({ instanceType: GpuInstanceType.P5E_48XLARGE }),
  },
  {
    id: 'CAPACITY_BLOCK_NOT_SOLD',
    property: 'capacity',
    text:
      "AWS sells no Capacity Blocks of 'g6e.48xlarge', but of p4d, p4de, p5, p5e, p5en, p6-b200, p6-b300 and p6e-gb200; use Capacity.reservation(...) or " +
      'Capacity.onDemand()',
    refuse: managed({ instanceType: GpuInstanceType.G6E_48XLARGE, capacity: block() }, ZONES),
  },
  {
    id: 'DRIVER_TOO_OLD',
    property: 'image',
    text:
      "driver 550 of image 'al2023' does not know B200 of 'p6-b200.48xlarge', which needs driver 570 or later; pin a later release, or leave image " +
      'out for the one that the cluster pins',
    refuse: managed({ instanceType: GpuInstanceType.P6_B200_48XLARGE, image: NodeImage.al2023({ driverMajor: 550 }) }),
  },
  {
    id: 'DRIVER_TOO_OLD',
    property: 'driverMajor',
    text:
      "driver 550 of the nodes does not know B200 of 'p6-b200.48xlarge', which needs driver 570 or later; correct driverMajor or " +
      'hardware',
    refuse: existing({ hardware: GpuInstanceType.P6_B200_48XLARGE, driverMajor: 550 }),
  },
  {
    id: 'DRIVER_TOO_NEW',
    property: 'driverMajor',
    text:
      "driver 595 of the nodes no longer supports V100-32GB of 'p3dn.24xlarge', which needs driver 580 or earlier; correct driverMajor or " +
      'hardware',
    refuse: existing({ hardware: GpuInstanceType.P3DN_24XLARGE, driverMajor: 595 }),
  },
  {
    id: 'TOO_MANY_SECURITY_GROUPS',
    property: 'cluster.securityGroupIds',
    text: "an interface has at most 16 security groups, but the nodes of pool 'chat' would have 17; name fewer of cluster 'test'",
    refuse: managed({}, { securityGroupIds: groups(17) }),
  },
  {
    id: 'SECURITY_GROUPS_OVER_QUOTA',
    property: 'cluster.securityGroupIds',
    text:
      'the interfaces of the nodes would have 6 security groups, but an account has a quota of 5 unless it was raised: no node would start; name ' +
      'fewer, or raise the quota',
    faults: warnings('SECURITY_GROUPS_OVER_QUOTA', 'cluster.securityGroupIds', (stack) =>
      addPool(stack, {}, { securityGroupIds: groups(6) }),
    ),
  },
  {
    id: 'PLACEMENT_GROUP_OVER_ZONES',
    property: 'placement',
    text:
      "placement group 'near' has nodes in several subnets, but a group of the cluster strategy is in one zone: the nodes of others would not " +
      'start; pass availabilityZone unless the group spreads or partitions them',
    faults: warnings('PLACEMENT_GROUP_OVER_ZONES', 'placement', (stack) =>
      addPool(stack, { placement: Placement.existing('near') }),
    ),
  },
  {
    id: 'ZONES_OF_TWO_REGIONS',
    property: 'availabilityZones',
    text: "availabilityZones must name zones of one region; got 'us-west-2a' of us-west-2 and 'us-east-1b' of us-east-1",
    refuse: inZones(['us-west-2a', 'us-east-1b']),
  },
  {
    id: 'ZONE_IN_OTHER_REGION',
    property: 'availabilityZones',
    text:
      "'us-east-1a' of availabilityZones is in us-east-1, but the AWS provider is for us-west-2; name zones of us-west-2, or pass a provider for " +
      'us-east-1',
    refuse: inZones(['us-east-1a', 'us-east-1b']),
  },
  {
    id: 'ZONE_IN_OTHER_REGION',
    property: 'capacity',
    text: 'capacity-block cr-1 is in eu-west-1a, but the pool is made in us-west-2; use a reservation of us-west-2, or pass a provider for eu-west-1',
    refuse: managed({ capacity: block({ availabilityZone: 'eu-west-1a' }), subnetIds: ['subnet-a'] }),
  },
  {
    id: 'LOCAL_ZONE',
    property: 'availabilityZones',
    text:
      "'us-west-2-lax-1b' of availabilityZones is a Local Zone or a Wavelength Zone, in which EKS has no managed node groups; name availability " +
      "zones such as 'us-west-2a'",
    refuse: inZones(['us-west-2a', 'us-west-2-lax-1b']),
  },
  {
    id: 'CLUSTER_IN_OTHER_REGION',
    property: 'region',
    text:
      "cluster 'shared' is in eu-west-1, but what is not said of it would be looked up in us-west-2, for which the AWS provider is; pass a provider " +
      'for eu-west-1',
    refuse: () =>
      EksGpuCluster.fromAttributes(testStack(), 'Cluster', {
        ...{ clusterName: 'shared', subnetIds: ['subnet-a'], securityGroupIds: ['sg-1'], region: 'eu-west-1' },
      }),
  },
  {
    id: 'CLUSTER_IN_OTHER_REGION',
    property: 'provider',
    text:
      "cluster 'shared' is in eu-west-1, but the association of a role would be made in us-west-2, for which the AWS provider is; pass a provider for " +
      'eu-west-1 to the cluster',
    refuse: () =>
      EksGpuCluster.fromAttributes(testStack(), 'Cluster', {
        ...{ clusterName: 'shared', subnetIds: ['subnet-a'], securityGroupIds: ['sg-1'], region: 'eu-west-1' },
        ...{ vpcId: 'vpc-1', endpoint: 'https://x.eks', certificateAuthorityData: 'Y2E=', podIdentity: true },
      }).serviceAccountRole('inference', 'chat'),
  },
  {
    id: 'POOL_IN_OTHER_ACCOUNT',
    property: 'provider',
    text:
      "the pool would be made in account 222222222222, but cluster 'chat' is in account 111111111111; pass a provider of account " +
      '111111111111',
    refuse: () => {
      const stack = new TerraformStack(testApp(), 'accounts');
      const region = 'us-west-2';
      new AwsProvider(stack, 'Aws', { region, allowedAccountIds: ['111111111111'] });
      const cluster = new EksGpuCluster(stack, 'Cluster', { clusterName: 'chat' });
      const other = { region, alias: 'other', allowedAccountIds: ['222222222222'] };
      const nodes = { instanceType: GpuInstanceType.G5_XLARGE, minNodes: 1, maxNodes: 1 };
      new GpuNodePool(stack, 'Pool', { cluster, ...nodes, provider: new AwsProvider(stack, 'Other', other) });
    },
  },
];
