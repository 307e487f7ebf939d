import { DataAwsSubnets } from '@cdktf/provider-aws/lib/data-aws-subnets';
import { Token } from 'cdktf';
import { Construct } from 'constructs';
import { EksRelease } from '../../../lib/catalog/eks-release';
import { GpuInstanceType } from '../../../lib/catalog/gpu-instance-type';
import { EksGpuCluster } from '../../../lib/compute/cluster/eks-gpu-cluster';
import { Autoscaling } from '../../../lib/compute/pools/options/autoscaling';
import { GpuNodePool } from '../../../lib/compute/pools/managed/gpu-node-pool';
import { KarpenterGpuNodePool } from '../../../lib/compute/pools/karpenter/karpenter-gpu-node-pool';
import { Capacity } from '../../../lib/compute/pools/options/capacity';
import { Placement } from '../../../lib/compute/pools/options/placement';
import { KubernetesAccess } from '../../../lib/kubernetes/kubernetes-access';
import { Block, synthesize } from '../../support/synth';
import { EFA, Options, addPool, synthPool, userData, refusal } from '../test-pool';

describe('a pool with EFA', () => {
  const result = () => synthPool(EFA);

  test('attaches every interface, with security groups on the interfaces and not on the template', () => {
    const template = result().only('aws_launch_template');
    expect(template.network_interfaces).toHaveLength(33);
    const [primary, ...efa] = template.network_interfaces as Block[];
    expect(primary).toEqual({
      network_card_index: 0,
      device_index: 0,
      interface_type: 'interface',
      delete_on_termination: 'true',
      security_groups: ['sg-cluster', expect.stringMatching(/aws_security_group\..*\.id/)],
    });
    expect(new Set(efa.map((each) => each.interface_type))).toEqual(new Set(['efa-only']));
    expect(new Set(efa.map((each) => each.security_groups.join()))).toEqual(new Set([primary.security_groups[1]]));
    expect(template).not.toHaveProperty('vpc_security_group_ids');
    for (const each of template.network_interfaces as Block[]) {
      expect(each).not.toHaveProperty('subnet_id');
      expect(each).not.toHaveProperty('associate_public_ip_address');
    }
  });

  test('has a security group with all traffic from and to itself, and nothing else', () => {
    const synthesized = result();
    const group = synthesized.only('aws_security_group');
    expect(group.vpc_id).toBe('vpc-1');
    expect(group).not.toHaveProperty('ingress');
    for (const type of ['aws_vpc_security_group_ingress_rule', 'aws_vpc_security_group_egress_rule']) {
      const rule = synthesized.only(type);
      expect(rule.ip_protocol).toBe('-1');
      expect(rule.referenced_security_group_id).toBe(rule.security_group_id);
      expect(rule).not.toHaveProperty('cidr_ipv4');
      const wanted = Object.keys(synthesized.json.resource[type])[0];
      expect(synthesized.only('aws_eks_node_group').depends_on).toContain(`${type}.${wanted}`);
    }
  });

  test('marks exactly its own nodes for the EFA plugin', () => {
    expect(result().only('aws_eks_node_group').labels['gpu-inference-constructs/efa']).toBe('true');
    const tcp = synthPool({ instanceType: GpuInstanceType.P5_48XLARGE }).only('aws_eks_node_group');
    expect(tcp.labels).not.toHaveProperty(['gpu-inference-constructs/efa']);
  });

  test('tells the kubelet how many pods get an address, over EKS’s own value', () => {
    expect(userData(result()).spec).toMatchObject({
      instance: { localStorage: { strategy: 'RAID0' } },
      kubelet: { maxPodsExpression: '51', flags: ['--max-pods=51'] },
    });
  });

  test('knows its interfaces per node', () => {
    synthesize((stack) => {
      expect(addPool(stack, EFA).efaInterfacesPerNode).toBe(32);
    });
  });
});

test('the security group of EFA is there before that it replaces goes, which its interfaces still name', () => {
  expect(synthPool(EFA).only('aws_security_group').lifecycle).toEqual({ create_before_destroy: true });
});

describe('the placement group', () => {
  test('is the pool’s own by default with EFA', () => {
    const result = synthPool(EFA);
    expect(result.only('aws_placement_group')).toMatchObject({
      name: expect.stringMatching(/^test\.chat-[0-9a-f]{8}$/),
      strategy: 'cluster',
      lifecycle: { create_before_destroy: true },
    });
    expect(result.only('aws_launch_template').placement.group_name).toMatch(/^\$\{aws_placement_group\./);
  });

  test('is never forced on capacity that was reserved without it', () => {
    const result = synthPool({ ...EFA, placement: Placement.none() });
    expect(result.types).not.toContain('aws_placement_group');
    expect(result.only('aws_launch_template')).not.toHaveProperty('placement');
  });

  test('may be one that exists', () => {
    const result = synthPool({ ...EFA, placement: Placement.existing('reserved') });
    expect(result.types).not.toContain('aws_placement_group');
    expect(result.only('aws_launch_template').placement).toEqual({ group_name: 'reserved' });
    expect(refusal(() => Placement.existing(''))).toBe('INVALID_NAME groupName');
  });

  test('is there without EFA when asked for', () => {
    const result = synthPool({ placement: Placement.clusterGroup() });
    expect(result.only('aws_placement_group').strategy).toBe('cluster');
    expect(result.only('aws_eks_node_group').subnet_ids).toEqual(['subnet-a']);
  });
});

describe('an EFA pool has one subnet', () => {
  test('by default the first of the cluster', () => {
    expect(synthPool(EFA).only('aws_eks_node_group').subnet_ids).toEqual(['subnet-a']);
  });

  test('also outside of any placement group', () => {
    const options = { ...EFA, placement: Placement.none() };
    expect(synthPool(options).only('aws_eks_node_group').subnet_ids).toEqual(['subnet-a']);
    expect(refusal(() => synthPool({ ...options, subnetIds: ['subnet-a', 'subnet-b'] }))).toBe(
      'ONE_SUBNET_REQUIRED subnetIds',
    );
  });

  test('also where the cluster’s subnets are known later only', () => {
    const result = synthesize((stack) => {
      const subnetIds = new DataAwsSubnets(stack, 'Subnets', {}).ids;
      addPool(stack, EFA, { subnetIds });
    });
    expect(result.only('aws_eks_node_group').subnet_ids).toEqual([expect.stringMatching(/^\$\{element\(.*, 0\)\}$/)]);
  });

  test.each<[string, Options]>([
    ['EFA over two subnets', { ...EFA, subnetIds: ['subnet-a', 'subnet-b'] }],
    ['EFA over an unknown number', { ...EFA, subnetIds: Token.asList('${data.x.ids}') }],
    ['a cluster placement group over two', { placement: Placement.clusterGroup(), subnetIds: ['a', 'b'] }],
  ])('fails for %s', (_, options) => {
    expect(refusal(() => synthPool(options))).toBe('ONE_SUBNET_REQUIRED subnetIds');
  });
});

describe('the number of nodes', () => {
  test('to start with may be above the minimum, also on a capacity block', () => {
    const group = synthPool({ initialNodes: 2 }).only('aws_eks_node_group');
    expect(group.scaling_config).toEqual({ min_size: 1, max_size: 2, desired_size: 2 });
    const later = synthPool({ minNodes: 0, initialNodes: 1 }).only('aws_eks_node_group');
    expect(later.scaling_config).toEqual({ min_size: 0, max_size: 2, desired_size: 1 });
    const capacity = Capacity.capacityBlock({
      reservationId: 'cr-1',
      availabilityZone: 'us-west-2a',
      start: '2026-12-01T11:30:00Z',
      end: '2026-12-08T11:30:00Z',
    });
    const instanceType = GpuInstanceType.P4D_24XLARGE;
    const block = synthPool(
      { instanceType, capacity, initialNodes: 2 },
      { availabilityZones: ['us-west-2a', 'us-west-2b'] },
    );
    const grow = block.resources('aws_autoscaling_schedule').filter((each) => each.desired_capacity > 0);
    expect(grow.map((each) => each.desired_capacity)).toEqual([2]);
  });

  test.each([0, 3, 1.5])('to start with is refused beyond the bounds: %d', (initialNodes) => {
    expect(refusal(() => synthPool({ initialNodes }))).toContain('NOT_A_WHOLE_NUMBER initialNodes');
  });

  test('may be zero, and is left to the scaler after the first apply', () => {
    const group = synthPool({ minNodes: 0, autoscaling: Autoscaling.clusterAutoscaler() }).only('aws_eks_node_group');
    expect(group.scaling_config).toEqual({ min_size: 0, max_size: 2, desired_size: 0 });
    expect(group.lifecycle.ignore_changes).toContain('scaling_config[0].desired_size');
  });
});

describe('driver and image', () => {
  test.each(GpuInstanceType.ALL.map((type): [string, GpuInstanceType] => [type.name, type]))(
    'of %s come with the NVIDIA image of the pinned release',
    (_, instanceType) => {
      const capacity = Capacity.reservation({ reservationId: 'cr-1', availabilityZone: 'us-west-2a' });
      const build = () =>
        synthPool(
          { instanceType, ...(instanceType.blocksOnly ? { capacity } : {}) },
          { release: EksRelease.DEFAULT, availabilityZones: ['us-west-2a', 'us-west-2b'] },
        );
      // G7 needs driver 595, which images have from 20260917 on.
      if (instanceType.gpu.name === 'RTX-PRO-4500') {
        expect(refusal(build)).toBe('DRIVER_TOO_OLD image');
        return;
      }
      const result = build();
      const group = result.only('aws_eks_node_group');
      const architecture = instanceType.architecture === 'arm64' ? 'ARM_64' : 'x86_64';
      expect(group.ami_type).toBe(`AL2023_${architecture}_NVIDIA`);
      expect(group.release_version).toBe(EksRelease.DEFAULT.nodeImageVersion);
      expect(result.only('aws_launch_template')).not.toHaveProperty('image_id');
    },
  );
});

describe('node repair', () => {
  test('is off, because there is no monitoring agent to tell a sick node from a busy one', () => {
    expect(synthPool().only('aws_eks_node_group')).not.toHaveProperty('node_repair_config');
  });
});

test.each([GpuNodePool, KarpenterGpuNodePool])(
  'names of one account and region are apart whatever the hyphens: %p',
  (Pool) => {
    const result = synthesize((stack) => {
      for (const [clusterName, poolName] of [
        ['a-b', 'c'],
        ['a', 'b-c'],
      ]) {
        const scope = new Construct(stack, clusterName);
        const cluster = EksGpuCluster.fromAttributes(scope, 'Cluster', {
          clusterName,
          subnetIds: ['subnet-1'],
          securityGroupIds: ['sg-1'],
        });
        KubernetesAccess.of(scope, cluster);
        new Pool(scope, 'Pool', {
          ...EFA,
          cluster,
          instanceType: GpuInstanceType.P5_48XLARGE,
          poolName,
          minNodes: 1,
          maxNodes: 1,
        });
      }
    });
    const names = result.resources('aws_placement_group').map(({ name }) => name as string);
    expect(names.map((name) => name.slice(0, -9)).sort()).toEqual(['a-b.c', 'a.b-c']);
    // What else is unique in an account or a VPC gets an ending from the provider.
    for (const type of ['aws_iam_role', 'aws_launch_template', 'aws_security_group']) {
      for (const resource of result.resources(type)) expect(resource).not.toHaveProperty('name');
    }
  },
);
