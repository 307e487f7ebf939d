import { Fn, TerraformStack, TerraformVariable } from 'cdktf';
import { GpuInstanceType } from '../../../lib/catalog/gpu-instance-type';
import { EksGpuCluster } from '../../../lib/compute/cluster/eks-gpu-cluster';
import { KarpenterGpuNodePool } from '../../../lib/compute/pools/karpenter/karpenter-gpu-node-pool';
import { GpuNodePool } from '../../../lib/compute/pools/managed/gpu-node-pool';
import { Capacity } from '../../../lib/compute/pools/options/capacity';
import { Placement } from '../../../lib/compute/pools/options/placement';
import { warningsOf } from '../../support/faults';
import { Block, Synthesized, synthesize, testStack } from '../../support/synth';
import { EFA, Options, addPool, refusal, synthPool } from '../test-pool';
import { testEksCluster } from '../test-eks-cluster';

/** A cluster whose subnets are named after their zones. */
const clusterIn = (...letters: string[]) => ({
  availabilityZones: letters.map((letter) => `us-west-2${letter}`),
  subnetIds: letters.map((letter) => `subnet-${letter}`),
});

const synthesized = new Map<string, Synthesized>();

/** The same pools on a cluster of this library with some zones. */
function ownCluster(...letters: string[]): Synthesized {
  const known = synthesized.get(letters.join());
  if (known) return known;
  const result = synthesize((stack) => {
    const { availabilityZones } = clusterIn(...letters);
    const cluster = new EksGpuCluster(stack, 'Cluster', { clusterName: 'eks', availabilityZones });
    const nodes = { cluster, minNodes: 1, maxNodes: 2 };
    const { G6E_XLARGE } = GpuInstanceType;
    new GpuNodePool(stack, 'Train', { ...nodes, ...EFA, instanceType: GpuInstanceType.P4D_24XLARGE });
    new GpuNodePool(stack, 'Near', { ...nodes, instanceType: G6E_XLARGE, placement: Placement.clusterGroup() });
    new GpuNodePool(stack, 'Chat', { ...nodes, instanceType: G6E_XLARGE });
    new GpuNodePool(stack, 'Named', { ...nodes, instanceType: G6E_XLARGE, availabilityZone: 'us-west-2b' });
    const capacity = Capacity.reservation({ reservationId: 'cr-1', availabilityZone: 'us-west-2b' });
    new GpuNodePool(stack, 'Reserved', { ...nodes, instanceType: G6E_XLARGE, capacity });
  });
  synthesized.set(letters.join(), result);
  return result;
}

const POOLS = ['train', 'near', 'chat', 'named', 'reserved'];

const zonesOf = (result: Synthesized, pool: string) =>
  (result.byName('aws_eks_node_group', pool).subnet_ids as string[]).map((id) => /Zone-([a-f])_Private/.exec(id)?.[1]);

describe('the zones of a cluster', () => {
  test.each(POOLS)('may be written in another order: pool %s stays as it is', (pool) => {
    const group = (...letters: string[]) => {
      const { depends_on: waits, ...rest } = ownCluster(...letters).byName('aws_eks_node_group', pool);
      return { ...rest, waits: new Set(waits) };
    };
    expect(group('b', 'a')).toEqual(group('a', 'b'));
    expect(group('c', 'b', 'a')).toEqual(group('a', 'c', 'b'));
  });

  test('decide by name about new pools', () => {
    const result = ownCluster('c', 'b');
    expect(POOLS.map((pool) => [pool, zonesOf(result, pool)])).toEqual([
      ['train', ['b']],
      ['near', ['b']],
      ['chat', ['b', 'c']],
      ['named', ['b']],
      ['reserved', ['b']],
    ]);
  });

  test.each(POOLS)('may become more: nothing about pool %s is a reason to replace it', (pool) => {
    const [before, after] = [ownCluster('b', 'c'), ownCluster('a', 'b', 'c')].map((result) =>
      result.byName('aws_eks_node_group', pool),
    );
    if (!after.lifecycle.ignore_changes.includes('subnet_ids')) expect(after.subnet_ids).toEqual(before.subnet_ids);
    // What it waits for and what a plan may not take away follow the zones, and change no node.
    const { subnet_ids: _, depends_on: __, ...rest } = before;
    const { postcondition: ___, ...lifecycle } = rest.lifecycle;
    expect(after).toMatchObject({ ...rest, lifecycle });
  });

  test('may not lose the one that nodes run in: the plan is refused', () => {
    const result = ownCluster('a', 'b');
    const [chat, train] = ['chat', 'train'].map(
      (pool) => result.byName('aws_eks_node_group', pool).lifecycle.postcondition[0],
    );
    const subnet = (letter: string) => `aws_subnet\\.Cluster_Network_Zone-${letter}_Private_[0-9A-F]+\\.id`;
    const left = `\\(length\\(setsubtract\\(self\\.subnet_ids, \\[${subnet('a')}, ${subnet('b')}\\]\\)\\) < 1\\)`;
    expect(chat.condition).toMatch(new RegExp(`^\\$\\{${left}\\}$`));
    expect(train.condition).toMatch(new RegExp(`^\\$\\{\\(${left} && \\(length\\(self\\.subnet_ids\\) < 2\\)\\)\\}$`));
    expect(chat.error_message).toContain("in a subnet that cluster 'eks' no longer has, and EKS cannot move them");
    expect(train.error_message).toContain('or in several, where a pool with EFA needs one');
    expect(result.byName('aws_eks_node_group', 'named').lifecycle).not.toHaveProperty('postcondition');
  });

  test('are those of an imported cluster, too', () => {
    const pick = (letters: string[], options: Options = {}) =>
      synthPool({ ...EFA, ...options }, clusterIn(...letters)).only('aws_eks_node_group').subnet_ids;
    expect(pick(['b', 'a'])).toEqual(['subnet-a']);
    expect(pick(['b', 'a'], { availabilityZone: 'us-west-2b' })).toEqual(['subnet-b']);
    const two = { availabilityZones: ['us-west-2a', 'us-west-2a'], subnetIds: ['subnet-y', 'subnet-x'] };
    expect(synthPool(EFA, two).only('aws_eks_node_group').subnet_ids).toEqual(['subnet-x']);
  });

  test.each<[string, (stack: TerraformStack) => string[]]>([
    ['a variable', (stack) => new TerraformVariable(stack, 'Subnets', { type: 'list(string)' }).listValue],
  ])('that only Terraform knows leave the order of the cluster: %s', (_, list) => {
    const result = synthesize((stack) => {
      const { clusterName, securityGroupIds } = { clusterName: 'c', securityGroupIds: ['sg-1'] };
      const subnetIds = list(stack);
      const cluster = EksGpuCluster.fromAttributes(stack, 'Eks', { clusterName, securityGroupIds, subnetIds });
      new GpuNodePool(stack, 'Pool', {
        cluster,
        ...EFA,
        instanceType: GpuInstanceType.P4D_24XLARGE,
        minNodes: 1,
        maxNodes: 1,
      });
    });
    const group = result.only('aws_eks_node_group');
    expect(group.subnet_ids).toEqual(['${element(var.Subnets, 0)}']);
    expect(group.lifecycle.postcondition[0].condition).toContain('setsubtract(self.subnet_ids, var.Subnets)');
  });
});

describe('a cluster whose zones nobody named', () => {
  const synthesizedIn = (availabilityZones?: string[]) =>
    synthesize((stack) => {
      const cluster = new EksGpuCluster(stack, 'Cluster', { clusterName: 'eks', availabilityZones });
      const nodes = { cluster, minNodes: 1, maxNodes: 2 };
      new GpuNodePool(stack, 'Train', { ...nodes, ...EFA, instanceType: GpuInstanceType.P4D_24XLARGE });
      new GpuNodePool(stack, 'Chat', { ...nodes, instanceType: GpuInstanceType.G6E_XLARGE });
    });
  const [unnamed, named] = [undefined, ['us-west-2b', 'us-west-2a']].map(synthesizedIn);

  test('stays in them when the first of the region are others', () => {
    for (const subnet of unnamed.resources('aws_subnet')) {
      expect(subnet.availability_zone).toMatch(/^\$\{element\(data\.aws_availability_zones\.\w+\.names, [01]\)\}$/);
      expect(subnet.lifecycle).toEqual({ ignore_changes: ['availability_zone'] });
    }
    for (const subnet of named.resources('aws_subnet')) expect(subnet).not.toHaveProperty('lifecycle');
  });

  test('may name them later: all keeps its address, its range and its name, and no pool moves', () => {
    const comparable = ({ json }: Synthesized) => {
      const { aws_subnet: subnets, aws_eks_node_group: groups, ...rest } = json.resource as Block;
      const withoutZone = Object.entries<Block>(subnets).map(
        ([id, { availability_zone: _, lifecycle: __, ...subnet }]) => [id, subnet],
      );
      const listed = Object.entries<Block>(groups).map(([id, { subnet_ids: subnetIds, ...group }]) => [
        id,
        { ...group, lifecycle: undefined, depends_on: new Set(group.depends_on), subnetIds: new Set(subnetIds) },
      ]);
      return {
        addresses: Object.keys(rest).map((type) => [type, Object.keys(rest[type]).sort()]),
        withoutZone,
        listed,
      };
    };
    expect(comparable(named)).toEqual(comparable(unnamed));
  });
});

describe('the zone of a pool', () => {
  const ZONES = clusterIn('a', 'b');
  const zone = (letter: string): Options => ({ availabilityZone: `us-west-2${letter}` });

  test.each<[string, Options, object, string]>([
    ['that the cluster has not', zone('c'), ZONES, 'NO_SUBNET_IN_ZONE availabilityZone'],
    [
      'of another region',
      { availabilityZone: 'us-east-1a' },
      ZONES,
      'NO_SUBNET_IN_ZONE availabilityZone, ZONE_IN_OTHER_REGION availabilityZone',
    ],
    ['on a cluster whose zones are not known', zone('a'), {}, 'ZONE_NOT_KNOWN availabilityZone'],
    ['that is known later', { availabilityZone: '${var.zone}' }, ZONES, 'NO_SUBNET_IN_ZONE availabilityZone'],
    [
      'in which the given subnet is not',
      { ...zone('a'), subnetIds: ['subnet-b'] },
      ZONES,
      'SUBNET_IN_OTHER_ZONE subnetIds',
    ],
    [
      'in which its reservation is not',
      { ...zone('a'), capacity: Capacity.reservation({ reservationId: 'cr-1', availabilityZone: 'us-west-2b' }) },
      ZONES,
      'CONFLICTING_PROPERTIES availabilityZone',
    ],
  ])('%s is refused', (_, options, cluster, expected) => {
    expect(refusal(() => synthPool(options, cluster))).toBe(expected);
  });

  test('must be known', () => {
    const late = () =>
      synthesize((stack) => {
        const availabilityZone = Fn.element(new TerraformVariable(stack, 'Zones', {}).listValue, 0);
        addPool(stack, { availabilityZone }, ZONES);
      });
    expect(refusal(late)).toBe('VALUE_NOT_CONCRETE availabilityZone');
  });

  test('chooses the subnet of a reservation without one', () => {
    const capacity = Capacity.reservation({ reservationId: 'cr-1' });
    const result = synthPool({ ...EFA, ...zone('b'), capacity }, ZONES);
    expect(result.only('aws_eks_node_group').subnet_ids).toEqual(['subnet-b']);
  });

  test('replaces the pool when it changes, the new one first, and is checked by Terraform where the subnet is passed', () => {
    const { lifecycle } = synthPool(zone('b'), ZONES).only('aws_eks_node_group');
    expect(lifecycle).toEqual({ create_before_destroy: true, ignore_changes: ['scaling_config[0].desired_size'] });
    const passed = synthPool({ ...zone('b'), subnetIds: ['subnet-x'] }, ZONES);
    expect(passed.onlyData('aws_subnet').lifecycle.postcondition[0]).toEqual({
      condition: '${(self.availability_zone == "us-west-2b")}',
      error_message: "GPU pool 'chat' is in us-west-2b, its subnet in another zone; pass a subnet there",
    });
  });

  test('is where Karpenter launches its nodes', () => {
    let subnets: unknown;
    synthesize((stack) => {
      const cluster = testEksCluster(stack, ZONES);
      const nodes = { cluster, instanceType: GpuInstanceType.G5_XLARGE, minNodes: 0, maxNodes: 2 };
      subnets = new KarpenterGpuNodePool(stack, 'Spot', { ...nodes, ...zone('b') }).objects[0].spec.subnetSelectorTerms;
    });
    expect(subnets).toEqual([{ id: 'subnet-b' }]);
  });

  describe('that Karpenter would leave for one that comes first later', () => {
    const placed = (options: Options, cluster: object) => {
      const stack = testStack();
      const nodes = { instanceType: GpuInstanceType.P5_48XLARGE, minNodes: 2, maxNodes: 2 };
      new KarpenterGpuNodePool(stack, 'Train', { cluster: testEksCluster(stack, cluster), ...nodes, ...options });
      return warningsOf(stack).filter(({ id }) => id === 'ZONE_NOT_NAMED');
    };
    const reserved = (availabilityZone: string) => ({
      capacity: Capacity.reservation({ reservationId: 'cr-1', availabilityZone }),
    });

    test.each<[string, Options, object]>([
      ['with EFA', EFA, clusterIn('b', 'a')],
      ['in a placement group', { placement: Placement.clusterGroup() }, clusterIn('a', 'b')],
      ['on a cluster whose zones are not known', EFA, { subnetIds: ['subnet-1', 'subnet-2'] }],
    ])('is warned of %s', (_, options, cluster) => {
      expect(placed(options, cluster)).toHaveLength(1);
    });

    test.each<[string, Options, object]>([
      ['its zone is named', { ...EFA, ...zone('b') }, clusterIn('a', 'b')],
      ['its subnet is passed', { ...EFA, subnetIds: ['subnet-b'] }, clusterIn('a', 'b')],
      ['its capacity is in one', { ...EFA, ...reserved('us-west-2b') }, clusterIn('a', 'b')],
      ['it may be in all', {}, clusterIn('a', 'b')],
      ['the cluster has one subnet', EFA, clusterIn('a')],
    ])('is not where %s', (_, options, cluster) => {
      expect(placed(options, cluster)).toEqual([]);
    });
  });
});
