import { TerraformStack, Token } from 'cdktf';
import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { GpuInstanceType } from '../../../lib/catalog/gpu-instance-type';
import { EksClusterAttributes } from '../../../lib/compute/cluster/eks-gpu-cluster-props';
import { EksGpuCluster } from '../../../lib/compute/cluster/eks-gpu-cluster';
import { GpuNodePool } from '../../../lib/compute/pools/managed/gpu-node-pool';
import { Capacity } from '../../../lib/compute/pools/options/capacity';
import { NodeImage } from '../../../lib/compute/pools/options/node-image';
import { Placement } from '../../../lib/compute/pools/options/placement';
import { synthesize, testApp } from '../../support/synth';
import { EFA, Options, refusal, synthPool } from '../test-pool';

/** What a pool of a type in a region is refused for, on a cluster of somebody else. */
function inRegion(region: string, options: Options, attributes: Partial<EksClusterAttributes> = {}): string {
  const build = () => {
    const stack = new TerraformStack(testApp(), 'stack');
    new AwsProvider(stack, 'Aws', { region });
    const cluster = EksGpuCluster.fromAttributes(stack, 'Cluster', {
      clusterName: 'shared',
      subnetIds: ['subnet-1'],
      securityGroupIds: ['sg-1'],
      ...attributes,
    });
    const instanceType = GpuInstanceType.P5_48XLARGE;
    new GpuNodePool(stack, 'Pool', { cluster, instanceType, minNodes: 1, maxNodes: 1, ...options });
  };
  try {
    build();
    return 'accepted';
  } catch {
    return refusal(build);
  }
}

describe('a type and a region', () => {
  const { P5_48XLARGE, P5EN_48XLARGE, P5E_48XLARGE, G5_XLARGE, G6E_XLARGE, P6_B300_48XLARGE } = GpuInstanceType;
  const NOT_SOLD = 'TYPE_NOT_IN_REGION instanceType';

  test.each<[GpuInstanceType, string, string]>([
    [P5_48XLARGE, 'us-west-2', 'accepted'],
    [P5_48XLARGE, 'eu-south-2', NOT_SOLD],
    [P5_48XLARGE, 'ca-west-1', NOT_SOLD],
    [P5_48XLARGE, 'eu-future-9', 'accepted'],
    [P5EN_48XLARGE, 'eu-south-2', 'accepted'],
    [P5E_48XLARGE, 'us-east-2', 'accepted'],
    [P6_B300_48XLARGE, 'us-east-2', NOT_SOLD],
    [G5_XLARGE, 'ap-southeast-1', NOT_SOLD],
    [G6E_XLARGE, 'eu-central-1', 'accepted'],
    [P5_48XLARGE.offeredIn('eu-south-2'), 'eu-south-2', 'accepted'],
  ])('%s in %s: %s', (instanceType, region, expected) => {
    expect(inRegion(region, { instanceType })).toBe(expected);
  });

  test('are not compared where the capacity is there already, or the region is not known', () => {
    const capacity = Capacity.reservation({ reservationId: 'cr-1', availabilityZone: 'eu-south-2a' });
    expect(inRegion('eu-south-2', { capacity, subnetIds: ['subnet-1'] })).toBe('accepted');
    expect(inRegion(Token.asString('${var.region}'), {})).toBe('accepted');
  });

  test('offeredIn adds a region, and changes no type of the catalog', () => {
    const here = P5_48XLARGE.offeredIn('eu-south-2');
    expect(here.regions).toEqual([...(P5_48XLARGE.regions ?? []), 'eu-south-2'].sort());
    expect(P5_48XLARGE.regions).not.toContain('eu-south-2');
    expect({ ...here, regions: 0 }).toEqual({ ...P5_48XLARGE, regions: 0 });
  });
});

describe('a cluster of somebody else', () => {
  const complete = { vpcId: 'vpc-1', endpoint: 'https://x', certificateAuthorityData: 'YQ==' };

  test.each<[string, Partial<EksClusterAttributes>, string]>([
    ['in the region of the provider', { region: 'us-west-2' }, 'accepted'],
    ['in another', { region: 'eu-west-1' }, 'CLUSTER_IN_OTHER_REGION region'],
    ['in another, with nothing to look up', { region: 'eu-west-1', ...complete }, 'POOL_IN_OTHER_REGION provider'],
    ['with zones of another', { availabilityZones: ['eu-west-1a'] }, 'ZONE_IN_OTHER_REGION availabilityZones'],
    [
      'with zones of two',
      { subnetIds: ['a', 'b'], availabilityZones: ['us-west-2a', 'us-east-1b'] },
      'ZONES_OF_TWO_REGIONS availabilityZones',
    ],
    ['with a Local Zone', { availabilityZones: ['us-west-2-lax-1a'] }, 'LOCAL_ZONE availabilityZones'],
  ])('%s', (_, attributes, expected) => {
    expect(inRegion('us-west-2', {}, attributes)).toBe(expected);
  });
});

describe('a new cluster', () => {
  const ids = (availabilityZones: string[]) => () =>
    synthesize((stack) => void new EksGpuCluster(stack, 'Cluster', { clusterName: 'c', availabilityZones }));

  test.each<[string[], string]>([
    [['us-west-2a', 'us-east-1b'], 'ZONES_OF_TWO_REGIONS availabilityZones'],
    [['us-east-1a', 'us-east-1b'], 'ZONE_IN_OTHER_REGION availabilityZones'],
    [['us-west-2a', 'us-west-2-lax-1b'], 'LOCAL_ZONE availabilityZones'],
  ])('in %j is refused', (zones, expected) => expect(refusal(ids(zones))).toBe(expected));

  test('takes zones of the region of its own provider', () => {
    const build = () =>
      synthesize((stack) => {
        const provider = new AwsProvider(stack, 'East', { alias: 'east', region: 'us-east-1' });
        const availabilityZones = ['us-east-1a', 'us-east-1b'];
        new EksGpuCluster(stack, 'Cluster', { clusterName: 'c', availabilityZones, provider });
      });
    expect(build).not.toThrow();
  });

  test.each([
    ['m7g.large', 'AL2023_ARM_64_STANDARD'],
    ['c8gn.2xlarge', 'AL2023_ARM_64_STANDARD'],
    ['im4gn.large', 'AL2023_ARM_64_STANDARD'],
    ['m7i.large', 'AL2023_x86_64_STANDARD'],
    ['r7i.large', 'AL2023_x86_64_STANDARD'],
    ['m6id.large', 'AL2023_x86_64_STANDARD'],
  ])('with system nodes of %s has an image for them: %s', (instanceType, amiType) => {
    const result = synthesize(
      (stack) => void new EksGpuCluster(stack, 'Cluster', { clusterName: 'c', systemNodes: { instanceType } }),
    );
    for (const group of result.resources('aws_eks_node_group')) expect(group.ami_type).toBe(amiType);
  });

  test('refuses a Kubernetes version that is a number', () => {
    const kubernetesVersion = 1.35 as unknown as string;
    const build = () =>
      synthesize((stack) => void new EksGpuCluster(stack, 'Cluster', { clusterName: 'c', kubernetesVersion }));
    expect(refusal(build)).toBe('WRONG_KIND kubernetesVersion');
  });
});

describe('capacity, driver and interfaces', () => {
  const ZONES = { availabilityZones: ['us-west-2a', 'us-west-2b'] };
  const block = (more: object) =>
    Capacity.capacityBlock({
      ...{ reservationId: 'cr-1', availabilityZone: 'us-west-2a' },
      ...{ start: '2027-01-11T11:30:00Z', end: '2027-01-25T11:30:00Z' },
      ...more,
    });

  test.each([
    ['too many instances', { instances: 65 }, 'NOT_A_WHOLE_NUMBER instances'],
    ['half a year and a day', { end: '2027-07-13T11:30:00Z' }, 'OUT_OF_RANGE end'],
  ])('a block of %s is refused', (_, more, expected) => {
    expect(refusal(() => block(more))).toBe(expected);
    expect(() => block({ instances: 64, end: '2027-07-12T11:30:00Z' })).not.toThrow();
  });

  test.each<[GpuInstanceType, number, string]>([
    [GpuInstanceType.P6_B200_48XLARGE, 550, 'DRIVER_TOO_OLD image'],
    [GpuInstanceType.P6_B300_48XLARGE, 570, 'DRIVER_TOO_OLD image'],
    [GpuInstanceType.P5EN_48XLARGE, 535, 'DRIVER_TOO_OLD image'],
  ])('%s with driver %d is refused', (instanceType, driverMajor, expected) => {
    const image = NodeImage.al2023({ releaseVersion: '1.35.6-20260714', driverMajor });
    expect(refusal(() => synthPool({ instanceType, image }))).toBe(expected);
    const first = NodeImage.al2023({ driverMajor: instanceType.gpu.firstDriverMajor });
    expect(() => synthPool({ instanceType, image: first })).not.toThrow();
  });

  const warned = (options: Options, cluster: object) => synthPool(options, cluster).annotations().join();
  const groups = (count: number) => ({ securityGroupIds: Array.from({ length: count }, (_, i) => `sg-${i}`) });

  test('six security groups of an interface are over the default quota', () => {
    expect(warned(EFA, groups(4))).toBe('');
    expect(warned(EFA, groups(5))).toContain('SECURITY_GROUPS_OVER_QUOTA');
    expect(warned({}, groups(5))).toBe('');
    expect(refusal(() => synthPool(EFA, groups(16)))).toBe('TOO_MANY_SECURITY_GROUPS cluster.securityGroupIds');
  });

  test('an existing placement group over two zones is warned of', () => {
    const placement = Placement.existing('near');
    expect(warned({ placement }, ZONES)).toContain('PLACEMENT_GROUP_OVER_ZONES');
    expect(warned({ placement, availabilityZone: 'us-west-2a' }, ZONES)).toBe('');
    expect(warned({ placement, subnetIds: ['subnet-a'] }, ZONES)).toBe('');
  });
});

describe('values that the compiler would have refused', () => {
  test.each<[object, string]>([
    [{ diskSize: 200 }, 'WRONG_KIND diskSize'],
    [{ diskSize: '200Gi' }, 'WRONG_KIND diskSize'],
    [{ capacity: 'spot' }, 'WRONG_KIND capacity'],
    [{ image: 'bottlerocket' }, 'WRONG_KIND image'],
    [{ placement: 'cluster', efaLayout: 1 }, 'WRONG_KIND efaLayout, WRONG_KIND placement'],
    [{ nodeRepair: true }, 'WRONG_KIND nodeRepair'],
    [{ instanceType: 'p5.48xlarge' }, 'WRONG_KIND instanceType'],
  ])('%j is refused', (options, expected) => {
    const build = () =>
      synthesize((stack) => {
        const cluster = EksGpuCluster.fromAttributes(stack, 'Cluster', {
          ...{ clusterName: 'c', subnetIds: ['subnet-1'], securityGroupIds: ['sg-1'] },
        });
        const nodes = { cluster, instanceType: GpuInstanceType.G5_XLARGE, minNodes: 1, maxNodes: 1 };
        new GpuNodePool(stack, 'Pool', { ...nodes, ...options });
      });
    expect(refusal(build)).toBe(expected);
  });

  test('a constant that the catalog has not is refused, and so is a name that is known later', () => {
    const missing = (GpuInstanceType as unknown as { [name: string]: GpuInstanceType }).P9_METAL;
    const build = () =>
      synthesize((stack) => {
        const cluster = EksGpuCluster.fromAttributes(stack, 'Cluster', {
          ...{ clusterName: 'c', subnetIds: ['subnet-1'], securityGroupIds: ['sg-1'] },
        });
        new GpuNodePool(stack, 'Pool', { cluster, instanceType: missing, minNodes: 1, maxNodes: 1 });
      });
    expect(refusal(build)).toBe('MISSING_PROPERTY instanceType');
    expect(refusal(() => GpuInstanceType.of(Token.asString({ resolve: () => 'p5.48xlarge' })))).toBe(
      'VALUE_NOT_CONCRETE',
    );
  });
});
