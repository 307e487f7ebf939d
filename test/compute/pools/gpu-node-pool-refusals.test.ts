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
import { EFA, Options, addPool, synthPool } from '../test-pool';
import { TaintEffect } from '../../../lib/core/gpu-node-pool';

const ZONES = { availabilityZones: ['eu-central-1a', 'eu-central-1b'] };
const BLOCK: CapacityBlock = {
  reservationId: 'cr-1',
  availabilityZone: 'eu-central-1a',
  start: '2027-01-11T11:30:00Z',
  end: '2027-01-25T11:30:00Z',
};
const later = (name: string) => Lazy.stringValue({ produce: () => `\${var.${name}}` });
const infiniband = RdmaFabric.infiniband({ adaptersPerNode: 8, gbpsPerAdapter: 400 });

describe('a fabric that EC2 does not have is refused', () => {
  const type = GpuInstanceType.P5_48XLARGE;

  test('by a managed node group', () => {
    expect(() => synthPool({ instanceType: type, fabric: infiniband })).toThrow(
      /EC2 has no infiniband, .*'p5.48xlarge' would reach each other by TCP only; use RdmaFabric.efa\(\).*ExistingGpuNodePool/,
    );
  });

  test('by Karpenter', () => {
    expect(() =>
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
    ).toThrow(/EC2 has no infiniband/);
  });
});

describe('the zone of reserved capacity, where Terraform only knows it later', () => {
  const capacity = Capacity.capacityBlock({ ...BLOCK, availabilityZone: later('zone') });

  test('chooses no subnet of the cluster', () => {
    expect(() => synthPool({ capacity }, ZONES)).toThrow(/the zone of capacity-block cr-1 is not known.*pass subnetId/);
  });

  test('is compared with that of the given subnet when Terraform plans', () => {
    const result = synthPool({ capacity, subnetId: 'subnet-b' }, ZONES);
    expect(result.onlyData('aws_subnet').lifecycle.postcondition[0].condition).toBe(
      '${self.availability_zone == "${var.zone}"}',
    );
  });
});

describe('the subnet of reserved capacity', () => {
  test('is not one of a list that is known later, whose zones nobody could check', () => {
    const capacity = Capacity.capacityBlock(BLOCK);
    expect(() => synthPool({ capacity, subnetIds: Token.asList('${data.x.ids}') }, ZONES)).toThrow(
      /the zones of subnetIds are not known at synthesis, but capacity-block cr-1 is in eu-central-1a; pass subnetId/,
    );
  });

  test('is not just the first, where one must be chosen and the zone is not said', () => {
    const capacity = Capacity.reservation({ reservationId: 'cr-1' });
    const message = /reservation cr-1 says no zone, .* one of the 2 subnets.*availabilityZone.*or subnetId/;
    expect(() => synthPool({ ...EFA, capacity })).toThrow(message);
    expect(synthPool({ ...EFA, capacity, subnetId: 's' }).only('aws_eks_node_group').subnet_ids).toEqual(['s']);
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
  expect(() => synthesize(build)).toThrow(
    /what runs on every node of pool 'chat' .* asks for more memory than a g9.small has/,
  );
});

test('failure 2: a reservation in a placement group is of no use outside of it', () => {
  const capacity = Capacity.reservation({ reservationId: 'cr-1', placementGroupName: 'near' });
  expect(() => synthPool({ capacity, placement: Placement.none() })).toThrow(
    /was made in placement group 'near', and instances outside of it cannot use it; use Placement.fromReservation/,
  );
});

describe('labels and taints that Kubernetes or EKS refuses', () => {
  test.each<[string, Options, RegExp]>([
    ['a prefix that is no domain', { labels: { 'Team_A/row': 'x' } }, /label key 'Team_A\/row' must be/],
    ['a prefix with an empty part', { labels: { 'example..com/row': 'x' } }, /label key 'example..com\/row' must be/],
    ['an empty prefix', { labels: { '/row': 'x' } }, /label key '\/row' must be/],
    ['two prefixes', { labels: { 'a/b/c': 'x' } }, /label key 'a\/b\/c' must be/],
    ['an empty value', { labels: { row: '' } }, /label 'row' must have a value, or EKS refuses it/],
    ['a long key', { labels: { [`${'a'.repeat(60)}.io/row`]: 'x' } }, /at most 63 characters with its prefix.*got 67/],
    [
      'a taint that is no key',
      { taints: [{ key: 'my team', effect: TaintEffect.NO_SCHEDULE }] },
      /taint key 'my team' must be an optional DNS prefix/,
    ],
    [
      'a taint with a value that is none',
      { taints: [{ key: 'team', value: 'a b', effect: TaintEffect.NO_SCHEDULE }] },
      /taint 'team' must have a value of at most 63.*got 'a b'/,
    ],
    [
      'a taint twice',
      {
        taints: [
          { key: 'team', effect: TaintEffect.NO_SCHEDULE },
          { key: 'team', value: 'ml', effect: TaintEffect.NO_SCHEDULE },
        ],
      },
      /taint 'team:NoSchedule' is there already; a node has one of a key and an effect$/,
    ],
    [
      'a long taint',
      { taints: [{ key: `a.io/${'k'.repeat(60)}`, effect: TaintEffect.NO_SCHEDULE }] },
      /taint key .* got 65/,
    ],
  ])('%s', (_, options, message) => expect(() => synthPool(options)).toThrow(message));

  test('Karpenter takes the longer keys of Kubernetes', () => {
    synthesize((stack) => {
      const cluster = testEksCluster(stack);
      new KarpenterGpuNodePool(stack, 'P', {
        cluster,
        instanceType: GpuInstanceType.G5_XLARGE,
        minNodes: 0,
        maxNodes: 1,
        labels: { [`${'a'.repeat(60)}.io/row`]: '' },
      }).install(stack);
    });
  });
});

describe('failure 7: what the tags for the cluster autoscaler cannot say is refused', () => {
  const autoscaling = Autoscaling.clusterAutoscaler();
  const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`label-${i}`, 'x']));

  test.each<[string, Options, RegExp]>([
    [
      'two effects of one taint',
      { taints: [{ key: 'nvidia.com/gpu', effect: TaintEffect.NO_EXECUTE }] },
      /taint 'nvidia.com\/gpu' has two effects, but the autoscaler's tag of a key holds one/,
    ],
    ['labels that become one tag', { labels: { 'a/b': 'x', 'a-b': 'x' } }, /labels 'a\/b' and 'a-b' .* rename one/],
    ['more tags than a group takes', { labels: many(40) }, /40 labels and taints .* at most 30/],
  ])('%s', (_, options, message) => {
    expect(() => synthPool({ autoscaling, ...options })).toThrow(message);
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
  ) => new ExistingGpuNodePool(stack, id, { cluster, hardware: GpuInstanceType.G5_XLARGE, nodes: 1, ...props });

  test('have a name that no other pool has, and nothing is made of one that has', () => {
    const stack = testStack();
    const cluster = testEksCluster(stack);
    existing(stack, 'First', cluster, { poolName: 'chat' });
    const managed = () =>
      new GpuNodePool(stack, 'Chat', { cluster, instanceType: GpuInstanceType.G5_XLARGE, minNodes: 1, maxNodes: 1 });
    expect(managed).toThrow(/already has a pool named 'chat'/);
    expect(stack.node.findChild('Chat').node.children).toEqual([]);
  });

  test('are in one pool', () => {
    synthesize((stack) => {
      const cluster = testEksCluster(stack);
      existing(stack, 'First', cluster, { nodeNames: ['gpu-1'] });
      expect(() => existing(stack, 'Second', cluster, { nodes: 2, nodeNames: ['gpu-1', 'gpu-2'] })).toThrow(
        /node 'gpu-1' is in pool 'first' already/,
      );
    });
  });

  test.each<[string, Partial<ExistingGpuNodePoolProps>, RegExp]>([
    ['a selector that is no label', { nodeSelector: { 'my row': 'a' } }, /nodeSelector key 'my row' must be/],
    ['a label that is none', { labels: { row: 'a b' } }, /label 'row' must have a value of at most 63.*got 'a b'/],
    [
      'a taint that is none',
      { taints: [{ key: 'a b', effect: 'Never' as TaintEffect }] },
      /taint key 'a b'[^]*one of the effects/,
    ],
  ])('are refused with %s', (_, props, message) => {
    synthesize((stack) => {
      const cluster = testEksCluster(stack);
      expect(() => existing(stack, 'First', cluster, props)).toThrow(message);
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
