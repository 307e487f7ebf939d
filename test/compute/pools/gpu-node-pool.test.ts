import { ClusterNodePools } from '../../../lib/scheduling/cluster-node-pools';
import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { Subnet } from '@cdktf/provider-aws/lib/subnet';
import { Lazy, Token } from 'cdktf';
import { EksRelease } from '../../../lib/catalog/eks-release';
import { GpuInstanceType } from '../../../lib/catalog/gpu-instance-type';
import { Autoscaling } from '../../../lib/compute/pools/options/autoscaling';
import { Capacity } from '../../../lib/compute/pools/options/capacity';
import { GpuNodePool } from '../../../lib/compute/pools/managed/gpu-node-pool';
import { RdmaFabric } from '../../../lib/network/rdma-fabric';
import { DataSize } from '../../../lib/units/data-size';
import { Block, Synthesized, synthesize, synthesizePair } from '../../support/synth';
import { TestEksClusterProps, testEksCluster } from '../test-eks-cluster';
import { EFA, Options, addPool, synthPool, userData, refusal } from '../test-pool';
import { TaintEffect } from '../../../lib/core/gpu-node-pool';

describe('GpuNodePool', () => {
  test('with the fewest properties is a managed node group of NVIDIA nodes', () => {
    const result = synthPool({}, { kubernetesVersion: '1.34' });
    expect(result.only('aws_eks_node_group')).toMatchObject({
      cluster_name: 'test',
      node_group_name_prefix: 'chat-',
      ami_type: 'AL2023_x86_64_NVIDIA',
      capacity_type: 'ON_DEMAND',
      instance_types: ['g5.xlarge'],
      subnet_ids: ['subnet-a', 'subnet-b'],
      version: '1.34',
      scaling_config: { min_size: 1, max_size: 2, desired_size: 1 },
      update_config: { max_unavailable: 1 },
      lifecycle: { create_before_destroy: true, ignore_changes: ['scaling_config[0].desired_size', 'subnet_ids'] },
    });
    expect(result.types).not.toContain('aws_placement_group');
    expect(result.types).not.toContain('aws_security_group');
    expect(result.annotations()).toEqual([]);
  });

  test('labels and taints its nodes, and says so', () => {
    let pool: GpuNodePool | undefined;
    const result = synthesize((stack) => {
      pool = addPool(stack, {
        labels: { team: 'risk' },
        taints: [{ key: 'team', value: 'risk', effect: TaintEffect.NO_EXECUTE }],
      });
    });
    const group = result.only('aws_eks_node_group');
    expect(group.labels).toEqual({
      'gpu-inference-constructs/pool': 'chat',
      'nvidia.com/gpu.present': 'true',
      'k8s.amazonaws.com/accelerator': expect.stringMatching(/^nvidia-a10g/),
      team: 'risk',
    });
    expect(group.taint).toEqual([
      { key: 'nvidia.com/gpu', value: 'present', effect: 'NO_SCHEDULE' },
      { key: 'team', value: 'risk', effect: 'NO_EXECUTE' },
    ]);
    expect(pool?.nodeLabels).toEqual(group.labels);
    expect(pool?.nodeSelector).toEqual({ 'gpu-inference-constructs/pool': 'chat' });
    expect(pool?.taints.map((taint) => taint.effect)).toEqual(['NoSchedule', 'NoExecute']);
    expect(pool && ClusterNodePools.of(pool.cluster)).toEqual([pool]);
    expect(pool?.efaInterfacesPerNode).toBe(0);
  });

  test('keeps credentials from pods and encrypts the root volume', () => {
    const template = synthPool().only('aws_launch_template');
    expect(template.metadata_options).toMatchObject({ http_tokens: 'required', http_put_response_hop_limit: 1 });
    expect(template.block_device_mappings).toEqual([
      {
        device_name: '/dev/xvda',
        ebs: { volume_type: 'gp3', volume_size: 100, encrypted: 'true', delete_on_termination: 'true' },
      },
    ]);
    // Nodes that are started by hand get what the group starts now.
    expect(template.update_default_version).toBe(true);
    for (const forbidden of ['image_id', 'iam_instance_profile', 'instance_type', 'vpc_security_group_ids']) {
      expect(template).not.toHaveProperty(forbidden);
    }
  });

  test('gives its nodes a role that may join and pull, and nothing else', () => {
    const result = synthPool();
    expect(JSON.parse(result.only('aws_iam_role').assume_role_policy).Statement).toEqual([
      { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'ec2.amazonaws.com' } },
    ]);
    const policies = result.resources('aws_iam_role_policy_attachment').map((each) => each.policy_arn.split('/').pop());
    // The release of the test's cluster is not known, so its CNI may rely on the role of the nodes.
    expect(policies.sort()).toEqual([
      'AmazonEC2ContainerRegistryPullOnly',
      'AmazonEKSWorkerNodePolicy',
      'AmazonEKS_CNI_Policy',
    ]);
    expect(result.only('aws_eks_node_group').depends_on).toHaveLength(policies.length);
    const own = synthPool({}, { release: EksRelease.V1_35 }).resources('aws_iam_role_policy_attachment');
    expect(own.map((each) => each.policy_arn)).not.toContainEqual(expect.stringContaining('AmazonEKS_CNI_Policy'));
  });

  test('runs the pinned release of the image', () => {
    const { release_version: version } = synthPool({}, { release: EksRelease.V1_35 }).only('aws_eks_node_group');
    expect(version).toMatch(/^1\.35\.\d+-\d{8}$/);
    expect(synthPool().only('aws_eks_node_group')).not.toHaveProperty('release_version');
  });

  test('tags instances, volumes and interfaces, which tags of a node group do not reach', () => {
    const result = synthPool({ tags: { owner: 'risk' } }, { tags: { stage: 'prod' } });
    const tags = { 'managed-by': 'gpu-inference-constructs', owner: 'risk', stage: 'prod' };
    expect(result.only('aws_launch_template').tag_specifications).toEqual(
      ['instance', 'volume', 'network-interface'].map((resource_type) => ({
        resource_type,
        tags: { ...tags, Name: 'test-chat' },
      })),
    );
    for (const type of ['aws_eks_node_group', 'aws_launch_template', 'aws_iam_role']) {
      expect(result.only(type).tags).toEqual(tags);
    }
  });

  test('lets a tag be changed without a node being replaced: new instances get it from their group', () => {
    const [before, after] = [synthPool(EFA), synthPool(EFA, { tags: { stage: 'prod', Name: 'mine' } })];
    const template = (result: Synthesized) => {
      const { tags: _, tag_specifications: __, lifecycle, ...rest } = result.only('aws_launch_template');
      expect(lifecycle).toEqual({ ignore_changes: ['tag_specifications', 'tags', 'tags_all'] });
      return rest;
    };
    expect(template(after)).toEqual(template(before));
    const { tags: _, ...group } = before.only('aws_eks_node_group');
    expect(after.only('aws_eks_node_group')).toMatchObject(group);
    expect(before.types).not.toContain('aws_autoscaling_group_tag');
    const tag = (key: string, value: string) => ({ key, value, propagate_at_launch: true });
    expect(after.resources('aws_autoscaling_group_tag').map((each) => each.tag)).toEqual(
      expect.arrayContaining([tag('stage', 'prod'), tag('Name', 'mine')]),
    );
    expect(after.only('aws_launch_template').tag_specifications[0].tags.Name).toBe('mine');
  });

  test('takes as many tags as an Auto Scaling group has room for', () => {
    const tags = (name: string, count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`${name}/${index}`, 'x']));
    const make =
      (own: number, options: Options = {}) =>
      () =>
        synthPool({ ...options, tags: tags('own', own) }, { tags: tags('cluster', 20) });
    expect(make(24)).not.toThrow();
    expect(refusal(make(25))).toBe('OUT_OF_RANGE tags');
    const autoscaling = Autoscaling.clusterAutoscaler();
    expect(make(10, { autoscaling })).not.toThrow();
    expect(refusal(make(11, { autoscaling }))).toBe('TOO_MANY_AUTOSCALER_TAGS labels');
  });

  test('uses the instance store as RAID 0 where there is one', () => {
    expect(userData(synthPool()).spec).toEqual({ instance: { localStorage: { strategy: 'RAID0' } } });
    const without = synthPool({ instanceType: GpuInstanceType.P3_16XLARGE }).only('aws_launch_template');
    expect(without).not.toHaveProperty('user_data');
    expect(without.block_device_mappings[0].ebs.volume_size).toBe(200);
  });

  test('takes spot capacity, a disk, a subnet and a name', () => {
    const result = synthPool({
      capacity: Capacity.spot(),
      diskSize: DataSize.gib(500),
      subnetIds: ['subnet-c'],
      poolName: 'cheap',
    });
    expect(result.only('aws_eks_node_group')).toMatchObject({
      capacity_type: 'SPOT',
      subnet_ids: ['subnet-c'],
      node_group_name_prefix: 'cheap-',
    });
    expect(result.only('aws_launch_template').block_device_mappings[0].ebs.volume_size).toBe(500);
  });

  test('puts nodes into further security groups of the cluster', () => {
    const template = synthPool({}, { securityGroupIds: ['sg-cluster', 'sg-more'] }).only('aws_launch_template');
    expect(template.vpc_security_group_ids).toEqual(['sg-cluster', 'sg-more']);
  });

  test('warns of a previous generation, and of no other', () => {
    const legacy = synthPool({ instanceType: GpuInstanceType.P3_16XLARGE }, { release: EksRelease.DEFAULT });
    expect(legacy.annotations()).toEqual([
      expect.stringMatching(/^\[gpu-inference-constructs:LEGACY_INSTANCE_TYPE\] 'p3.16xlarge'/),
    ]);
    const current = GpuInstanceType.ALL.filter((type) => !type.legacy && !type.blocksOnly);
    const result = synthesize((stack) => {
      const cluster = testEksCluster(stack);
      for (const instanceType of current) {
        const fabric = instanceType.efaInterfaces > 0 ? RdmaFabric.efa() : undefined;
        const here = instanceType.offeredIn('us-west-2');
        new GpuNodePool(stack, instanceType.name, {
          ...{ cluster, instanceType: here, minNodes: 1, maxNodes: 1, fabric },
        });
      }
    });
    expect(result.resources('aws_eks_node_group')).toHaveLength(current.length);
    expect(result.annotations()).toEqual([]);
  });

  test('passes the provider of its own, or else the cluster’s, to every resource', () => {
    const blocks = (options: (provider: AwsProvider) => [Options, TestEksClusterProps]) => {
      const result = synthesize((stack) => {
        const provider = new AwsProvider(stack, 'Other', { region: 'us-west-2', alias: 'other' });
        addPool(stack, ...options(provider));
      });
      return [...result.types.flatMap((type) => result.resources(type)), result.onlyData('aws_partition')];
    };
    for (const all of [blocks((provider) => [{ ...EFA, provider }, {}]), blocks((provider) => [EFA, { provider }])]) {
      expect(all.length).toBeGreaterThan(8);
      expect(all.filter((block) => block.provider !== 'aws.other')).toEqual([]);
    }
  });

  test('may lie in another stack than its cluster’s subnets', () => {
    const { workload } = synthesizePair((infra, other) => {
      const subnet = new Subnet(infra, 'Subnet', { vpcId: 'vpc-1', cidrBlock: '10.0.0.0/24' });
      addPool(other, { subnetIds: [subnet.id] });
    });
    expect(workload.only('aws_eks_node_group').subnet_ids[0]).toMatch(/terraform_remote_state/);
  });

  test('of one name leaves the others alone when it goes', () => {
    const build = (names: string[]) =>
      synthesize((stack) => {
        const cluster = testEksCluster(stack);
        const common = { cluster, instanceType: GpuInstanceType.P4DE_24XLARGE, minNodes: 1, maxNodes: 2 };
        for (const name of names) new GpuNodePool(stack, name, { ...common, fabric: RdmaFabric.efa() });
      }).json.resource;
    const both = build(['a', 'b']);
    const one = build(['b']);
    for (const [type, blocks] of Object.entries(one)) {
      for (const [id, block] of Object.entries(blocks as Block)) expect(both[type][id]).toEqual(block);
    }
    expect(Object.keys(both.aws_eks_node_group)).toHaveLength(2);
  });
});

describe('a change of labels, sizes or taints', () => {
  test('touches the node group only', () => {
    const build = (options: Options) => synthPool({ ...EFA, ...options }).json.resource;
    const before = build({});
    const after = build({
      maxNodes: 9,
      labels: { team: 'risk' },
      taints: [{ key: 'team', effect: TaintEffect.NO_EXECUTE }],
    });
    const { aws_eks_node_group: groupBefore, ...restBefore } = before;
    const { aws_eks_node_group: groupAfter, ...restAfter } = after;
    expect(restAfter).toEqual(restBefore);
    const [[, changed], [, same]] = [Object.entries<Block>(groupAfter)[0], Object.entries<Block>(groupBefore)[0]];
    expect({ ...changed, labels: same.labels, taint: same.taint, scaling_config: same.scaling_config }).toEqual(same);
  });
});

describe('GpuNodePool fails', () => {
  const token = Token.asNumber('${var.n}');
  const text = Lazy.stringValue({ produce: () => 'x' });

  test.each<[string, Options, string]>([
    ['more nodes at least than at most', { minNodes: 3 }, 'MIN_NODES_ABOVE_MAX_NODES minNodes'],
    ['a negative number of nodes', { minNodes: -1 }, 'NOT_A_WHOLE_NUMBER minNodes'],
    ['no nodes', { minNodes: 0, maxNodes: 0 }, 'NOT_A_WHOLE_NUMBER maxNodes, POOL_NEVER_HAS_NODES minNodes'],
    ['half a node', { maxNodes: 1.5 }, 'NOT_A_WHOLE_NUMBER maxNodes'],
    ['not a number', { minNodes: NaN }, 'NOT_A_WHOLE_NUMBER minNodes'],
    ['a token as minNodes', { minNodes: token }, 'VALUE_NOT_CONCRETE minNodes'],
    ['a token as maxNodes', { maxNodes: token }, 'VALUE_NOT_CONCRETE maxNodes'],
    ['a token as name', { poolName: text }, 'VALUE_NOT_CONCRETE poolName'],
    ['EFA on a type without it', { fabric: RdmaFabric.efa() }, 'EFA_NOT_SUPPORTED fabric'],
    ['a name Kubernetes refuses', { poolName: 'My_Pool' }, 'INVALID_NAME poolName'],
    ['no subnet', { subnetIds: [] }, 'EMPTY_LIST subnetIds'],
    ['a disk too small', { diskSize: DataSize.gib(10) }, 'OUT_OF_RANGE diskSize'],
    ['a disk of part of a GiB', { diskSize: DataSize.gb(100) }, 'NOT_A_WHOLE_NUMBER diskSize'],
    [
      'a label the pool sets',
      { labels: { 'nvidia.com/gpu.present': 'false' } },
      "RESERVED labels['nvidia.com/gpu.present']",
    ],
    [
      'an EFA label without EFA',
      { labels: { 'gpu-inference-constructs/efa': 'true' } },
      "RESERVED labels['gpu-inference-constructs/efa']",
    ],
    [
      'a label the kubelet refuses',
      { labels: { 'node-role.kubernetes.io/gpu': 'x' } },
      "LABEL_PREFIX_RESERVED labels['node-role.kubernetes.io/gpu']",
    ],
    [
      'a label EKS reserves',
      { labels: { 'eks.amazonaws.com/x': 'y' } },
      "LABEL_PREFIX_RESERVED labels['eks.amazonaws.com/x']",
    ],
    ['a label value with a blank', { labels: { team: 'a b' } }, "INVALID_FORMAT labels['team']"],
    ['a label key with a blank', { labels: { 'te am': 'a' } }, "INVALID_FORMAT labels['te am']"],
    ['a token in labels', { labels: { team: text } }, 'VALUE_NOT_CONCRETE labels'],
    [
      'a taint without effect',
      { taints: [{ key: 'x', effect: 'NO_EXECUTE' as TaintEffect }] },
      'UNKNOWN_VALUE taints[0].effect',
    ],
    [
      'the GPU taint again',
      { taints: [{ key: 'nvidia.com/gpu', effect: TaintEffect.NO_SCHEDULE }] },
      'RESERVED taints[0]',
    ],
    ['a reserved tag', { tags: { 'aws:x': 'y' } }, 'RESERVED tags'],
  ])('for %s', (_, options, message) => {
    expect(refusal(() => synthPool(options))).toBe(message);
    expect(() => synthPool(options)).toThrow(/^test\/Chat:/);
  });

  test('for the name of the cluster’s own nodes', () => {
    expect(refusal(() => synthPool({ poolName: 'system' }, { release: EksRelease.DEFAULT }))).toBe('RESERVED poolName');
    expect(() => synthPool({ poolName: 'system' })).not.toThrow();
  });

  test('for a cluster without known subnets', () => {
    expect(refusal(() => synthPool({}, { subnetIds: [] }))).toBe('NO_SUBNETS_KNOWN subnetIds');
  });

  test('for a second pool of one name', () => {
    expect(
      refusal(() =>
        synthesize((stack) => {
          const cluster = testEksCluster(stack);
          const instanceType = GpuInstanceType.G5_XLARGE;
          new GpuNodePool(stack, 'Chat', { cluster, instanceType, minNodes: 1, maxNodes: 1 });
          new GpuNodePool(stack, 'Other', { cluster, instanceType, minNodes: 1, maxNodes: 1, poolName: 'chat' });
        }),
      ),
    ).toBe('POOL_NAME_TAKEN poolName');
  });

  test('with all faults at once', () => {
    const bad = { minNodes: 5, fabric: RdmaFabric.efa(), diskSize: DataSize.gib(1), labels: { team: 'a b' } };
    expect(refusal(() => synthPool(bad))).toBe(
      "MIN_NODES_ABOVE_MAX_NODES minNodes, EFA_NOT_SUPPORTED fabric, OUT_OF_RANGE diskSize, INVALID_FORMAT labels['team']",
    );
  });
});
