import { Lazy, TerraformStack, Token } from 'cdktf';
import { GpuInstanceType } from '../../../lib/catalog/gpu-instance-type';
import { GpuType } from '../../../lib/catalog/gpu-type';
import { Autoscaling } from '../../../lib/compute/pools/options/autoscaling';
import { Capacity, CapacityBlock } from '../../../lib/compute/pools/options/capacity';
import {
  ExistingGpuNodePool,
  ExistingGpuNodePoolProps,
} from '../../../lib/compute/pools/existing/existing-gpu-node-pool';
import { GpuNodePool } from '../../../lib/compute/pools/managed/gpu-node-pool';
import { KarpenterGpuNodePool } from '../../../lib/compute/pools/karpenter/karpenter-gpu-node-pool';
import { Placement } from '../../../lib/compute/pools/options/placement';
import { ClusterChecks } from '../../../lib/scheduling/cluster-checks';
import { IKubernetesCluster } from '../../../lib/core/kubernetes-cluster';
import { RdmaFabric } from '../../../lib/network/rdma-fabric';
import { DataSize } from '../../../lib/units/data-size';
import { synthesize, testStack } from '../../support/synth';
import { testEksCluster } from '../test-eks-cluster';
import { EFA, Options, addPool, synthPool, refusal } from '../test-pool';
import { TaintEffect } from '../../../lib/core/gpu-node-pool';

const ZONES = { availabilityZones: ['us-west-2a', 'us-west-2b'] };
const BLOCK: CapacityBlock = {
  reservationId: 'cr-1',
  availabilityZone: 'us-west-2a',
  start: '2027-01-11T11:30:00Z',
  end: '2027-01-25T11:30:00Z',
};
const later = (name: string) => Lazy.stringValue({ produce: () => `\${var.${name}}` });
const infiniband = RdmaFabric.infiniband({ adaptersPerNode: 8, gbpsPerAdapter: 400 });

describe('a fabric that EC2 does not have is refused', () => {
  const type = GpuInstanceType.P5_48XLARGE;

  test('by a managed node group', () => {
    expect(refusal(() => synthPool({ instanceType: type, fabric: infiniband }))).toBe('FABRIC_NOT_ON_EC2 fabric');
  });

  test('by Karpenter', () => {
    expect(
      refusal(() =>
        synthesize((stack) => {
          const cluster = testEksCluster(stack);
          new KarpenterGpuNodePool(stack, 'P', {
            cluster,
            instanceType: type,
            minNodes: 0,
            maxNodes: 1,
            fabric: infiniband,
          });
        }),
      ),
    ).toBe('FABRIC_NOT_ON_EC2 fabric');
  });
});

/** A type that is sold as capacity blocks. */
const P4D: Options = { instanceType: GpuInstanceType.P4D_24XLARGE };

describe('the zone of reserved capacity, where Terraform only knows it later', () => {
  const capacity = Capacity.capacityBlock({ ...BLOCK, availabilityZone: later('zone') });

  test('chooses no subnet of the cluster', () => {
    expect(refusal(() => synthPool({ ...P4D, capacity }, ZONES))).toBe('ZONE_NOT_KNOWN subnetIds');
  });

  test('is compared with that of the given subnet when Terraform plans', () => {
    const result = synthPool({ ...P4D, capacity, subnetIds: ['subnet-b'] }, ZONES);
    expect(result.onlyData('aws_subnet').lifecycle.postcondition[0].condition).toBe(
      '${(self.availability_zone == var.zone)}',
    );
  });
});

describe('the subnet of reserved capacity', () => {
  test('is not taken from a list known only to Terraform, whose zones cannot be checked', () => {
    const capacity = Capacity.capacityBlock(BLOCK);
    expect(refusal(() => synthPool({ ...P4D, capacity, subnetIds: Token.asList('${data.x.ids}') }, ZONES))).toBe(
      'ZONE_NOT_KNOWN subnetIds',
    );
  });

  test('is not simply the first if one must be chosen and the zone is not given', () => {
    const capacity = Capacity.reservation({ reservationId: 'cr-1' });
    expect(refusal(() => synthPool({ ...EFA, capacity }))).toBe('RESERVATION_ZONE_MISSING capacity');
    expect(synthPool({ ...EFA, capacity, subnetIds: ['s'] }).only('aws_eks_node_group').subnet_ids).toEqual(['s']);
    expect(synthPool({ ...EFA, capacity }, { subnetIds: ['s'] }).only('aws_eks_node_group').subnet_ids).toEqual(['s']);
    expect(synthPool({ capacity }).only('aws_eks_node_group').subnet_ids).toEqual(['subnet-a', 'subnet-b']);
  });
});

test('hardware with more huge pages than memory is an error', () => {
  const instanceType = GpuInstanceType.unlisted({
    name: 'g9.small',
    gpu: GpuType.T4,
    gpuCount: 1,
    vcpus: 4,
    memory: DataSize.gib(8),
    networkCards: [{ index: 0, maxInterfaces: 4, efa: true }],
  });
  const build = (stack: TerraformStack) => void ClusterChecks.of(addPool(stack, { ...EFA, instanceType }).cluster);
  expect(() => synthesize(build)).toThrow(/more memory than a g9.small h/);
});

test('a reservation in a placement group is of no use outside of it', () => {
  const capacity = Capacity.reservation({ reservationId: 'cr-1', placementGroupName: 'near' });
  expect(refusal(() => synthPool({ capacity, placement: Placement.none() }))).toBe(
    'RESERVATION_PLACED_ELSEWHERE placement',
  );
});

describe('labels and taints that Kubernetes or EKS refuses', () => {
  test.each<[string, Options, string]>([
    ['a prefix that is no domain', { labels: { 'Team_A/row': 'x' } }, "INVALID_FORMAT labels['Team_A/row']"],
    [
      'a prefix with an empty part',
      { labels: { 'example..com/row': 'x' } },
      "INVALID_FORMAT labels['example..com/row']",
    ],
    ['an empty prefix', { labels: { '/row': 'x' } }, "INVALID_FORMAT labels['/row']"],
    ['two prefixes', { labels: { 'a/b/c': 'x' } }, "INVALID_FORMAT labels['a/b/c']"],
    ['an empty value', { labels: { row: '' } }, "LABEL_VALUE_REQUIRED labels['row']"],
    [
      'a long key',
      { labels: { [`${'a'.repeat(60)}.io/row`]: 'x' } },
      "KEY_TOO_LONG_FOR_EKS labels['aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.io/row']",
    ],
    [
      'a taint that is no key',
      { taints: [{ key: 'my team', effect: TaintEffect.NO_SCHEDULE }] },
      'INVALID_FORMAT taints[0].key',
    ],
    [
      'a taint with a value that is none',
      { taints: [{ key: 'team', value: 'a b', effect: TaintEffect.NO_SCHEDULE }] },
      'INVALID_FORMAT taints[0].value',
    ],
    [
      'a taint twice',
      {
        taints: [
          { key: 'team', effect: TaintEffect.NO_SCHEDULE },
          { key: 'team', value: 'ml', effect: TaintEffect.NO_SCHEDULE },
        ],
      },
      'DUPLICATE taints[1]',
    ],
    [
      'a long taint',
      { taints: [{ key: `a.io/${'k'.repeat(60)}`, effect: TaintEffect.NO_SCHEDULE }] },
      'KEY_TOO_LONG_FOR_EKS taints[0].key',
    ],
  ])('%s', (_, options, message) => expect(refusal(() => synthPool(options))).toBe(message));

  test('Karpenter takes the longer keys of Kubernetes', () => {
    synthesize((stack) => {
      const cluster = testEksCluster(stack);
      new KarpenterGpuNodePool(stack, 'P', {
        cluster,
        instanceType: GpuInstanceType.G5_XLARGE,
        minNodes: 0,
        maxNodes: 1,
        labels: { [`${'a'.repeat(60)}.io/row`]: '' },
      });
    });
  });
});

describe('what the tags for the cluster autoscaler cannot say is refused', () => {
  const autoscaling = Autoscaling.clusterAutoscaler();
  const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`label-${i}`, 'x']));

  test.each<[string, Options, string]>([
    [
      'two effects of one taint',
      { taints: [{ key: 'nvidia.com/gpu', effect: TaintEffect.NO_EXECUTE }] },
      'TAINT_WITH_TWO_EFFECTS taints',
    ],
    ['labels that become one tag', { labels: { 'a/b': 'x', 'a-b': 'x' } }, "LABELS_SHARE_A_TAG labels['a-b']"],
    ['more tags than a group takes', { labels: many(40) }, 'TOO_MANY_AUTOSCALER_TAGS labels'],
  ])('%s', (_, options, message) => {
    expect(refusal(() => synthPool({ autoscaling, ...options }))).toBe(message);
    synthPool(options);
  });

  test('and all that it can is there', () => {
    const tags = synthPool({ autoscaling, labels: many(30) }).resources('aws_autoscaling_group_tag');
    expect(tags.length).toBeLessThan(45);
  });
});

describe('existing nodes', () => {
  const existing = (
    stack: TerraformStack,
    id: string,
    cluster: IKubernetesCluster,
    props: Partial<ExistingGpuNodePoolProps> = {},
  ) =>
    new ExistingGpuNodePool(stack, id, {
      cluster,
      hardware: GpuInstanceType.G5_XLARGE,
      nodes: 1,
      driverInImage: true,
      ...props,
    });

  test('have a name that no other pool has, and nothing is made of one that has', () => {
    const stack = testStack();
    const cluster = testEksCluster(stack);
    existing(stack, 'First', cluster, { poolName: 'chat' });
    const managed = () =>
      new GpuNodePool(stack, 'Chat', { cluster, instanceType: GpuInstanceType.G5_XLARGE, minNodes: 1, maxNodes: 1 });
    expect(refusal(managed)).toBe('POOL_NAME_TAKEN poolName');
    expect(stack.node.tryFindChild('Chat')).toBeUndefined();
  });

  test('are in one pool', () => {
    synthesize((stack) => {
      const cluster = testEksCluster(stack);
      existing(stack, 'First', cluster, { nodeNames: ['gpu-1'] });
      expect(refusal(() => existing(stack, 'Second', cluster, { nodes: 2, nodeNames: ['gpu-1', 'gpu-2'] }))).toBe(
        'NODE_IN_OTHER_POOL nodeNames[0]',
      );
    });
  });

  test.each<[string, Partial<ExistingGpuNodePoolProps>, string]>([
    ['a selector that is no label', { nodeSelector: { 'my row': 'a' } }, "INVALID_FORMAT nodeSelector['my row']"],
    ['no disk', { ephemeralStorage: DataSize.gib(0) }, 'OUT_OF_RANGE ephemeralStorage'],
    ['a label that is none', { labels: { row: 'a b' } }, "INVALID_FORMAT labels['row']"],
    [
      'a taint that is none',
      { taints: [{ key: 'a b', effect: TaintEffect.NO_EXECUTE }] },
      'INVALID_FORMAT taints[0].key',
    ],
    [
      'an effect that is none',
      { taints: [{ key: 'a', effect: 'Never' as TaintEffect }] },
      'UNKNOWN_VALUE taints[0].effect',
    ],
  ])('are refused with %s', (_, props, message) => {
    synthesize((stack) => {
      const cluster = testEksCluster(stack);
      expect(refusal(() => existing(stack, 'First', cluster, props))).toBe(message);
    });
  });
});

test('a type that is newer than the library can have a pool', () => {
  const instanceType = GpuInstanceType.unlisted({
    ...{ name: 'g9-x.2xlarge', gpu: GpuType.T4, gpuCount: 2, vcpus: 64 },
    memory: DataSize.gib(128),
  });
  expect(() => synthPool({ instanceType })).not.toThrow();
});
