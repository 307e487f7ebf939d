import { TerraformStack } from 'cdktf';
import { EksRelease } from '../../../lib/catalog/eks-release';
import { GpuInstanceType } from '../../../lib/catalog/gpu-instance-type';
import { KarpenterGpuNodePool } from '../../../lib/compute/pools/karpenter/karpenter-gpu-node-pool';
import { KarpenterGpuNodePoolProps } from '../../../lib/compute/pools/karpenter/karpenter-gpu-node-pool-props';
import { GpuNodePool } from '../../../lib/compute/pools/managed/gpu-node-pool';
import { Autoscaling } from '../../../lib/compute/pools/options/autoscaling';
import { Capacity } from '../../../lib/compute/pools/options/capacity';
import { EfaLayout } from '../../../lib/compute/pools/options/efa-layout';
import { GpuSharing } from '../../../lib/compute/pools/options/gpu-sharing';
import { NodeImage } from '../../../lib/compute/pools/options/node-image';
import { NodeRepair } from '../../../lib/compute/pools/options/node-repair';
import { GpuNodePoolProps } from '../../../lib/compute/pools/shared/gpu-node-pool-props';
import { TaintEffect } from '../../../lib/core/gpu-node-pool';
import { CustomResources } from '../../../lib/kubernetes/custom-resources';
import { KubernetesAccess } from '../../../lib/kubernetes/kubernetes-access';
import { NcclAcceptanceTest } from '../../../lib/network/nccl-acceptance-test';
import { RdmaFabric } from '../../../lib/network/rdma-fabric';
import { ClusterNodePools } from '../../../lib/scheduling/cluster-node-pools';
import { ClusterChecks } from '../../../lib/scheduling/cluster-checks';
import { Block, synthesize, synthesizePair } from '../../support/synth';
import { TestEksClusterProps, testEksCluster } from '../test-eks-cluster';
import { refusal } from '../test-pool';

type Options = Partial<KarpenterGpuNodePoolProps>;

const P5: Options = { instanceType: GpuInstanceType.P5_48XLARGE, fabric: RdmaFabric.efa() };

function karpenter(stack: TerraformStack, options: Options = {}, cluster: TestEksClusterProps = {}) {
  return new KarpenterGpuNodePool(stack, 'Train', {
    cluster: testEksCluster(stack, cluster),
    instanceType: GpuInstanceType.G5_XLARGE,
    minNodes: 0,
    maxNodes: 4,
    ...options,
  });
}

/** The objects as Karpenter would see them, by kind. */
function objects(options: Options = {}, cluster: TestEksClusterProps = {}): { [kind: string]: Block } {
  let found: Block[] = [];
  synthesize((stack) => void (found = karpenter(stack, options, cluster).objects));
  return Object.fromEntries(found.map((each) => [each.kind, each]));
}

describe('a pool by Karpenter', () => {
  test('is a NodePool of one instance type, with the pool’s labels and taints', () => {
    const { NodePool } = objects({
      labels: { team: 'risk' },
      taints: [{ key: 'team', effect: TaintEffect.NO_EXECUTE }],
    });
    expect(NodePool.spec.limits).toEqual({ 'nvidia.com/gpu': '4' });
    expect(NodePool.spec).not.toHaveProperty('replicas');
    const { metadata, spec } = NodePool.spec.template;
    expect(metadata.labels).toMatchObject({ team: 'risk', 'gpu-inference-constructs/pool': 'train' });
    expect(spec.taints).toEqual([
      { key: 'nvidia.com/gpu', value: 'present', effect: TaintEffect.NO_SCHEDULE },
      { key: 'team', value: undefined, effect: TaintEffect.NO_EXECUTE },
    ]);
    expect(spec.nodeClassRef).toEqual({ group: 'karpenter.k8s.aws', kind: 'EC2NodeClass', name: 'train' });
    expect(spec.requirements).toEqual([
      { key: 'node.kubernetes.io/instance-type', operator: 'In', values: ['g5.xlarge'] },
      { key: 'karpenter.sh/capacity-type', operator: 'In', values: ['on-demand'] },
    ]);
  });

  test('has the network cards of a managed node group of the same description', () => {
    const { EC2NodeClass } = objects(P5);
    const managed = synthesize((stack) => {
      new GpuNodePool(stack, 'Train', {
        cluster: testEksCluster(stack),
        instanceType: GpuInstanceType.P5_48XLARGE,
        fabric: RdmaFabric.efa(),
        minNodes: 1,
        maxNodes: 4,
      });
    }).only('aws_launch_template');
    expect(EC2NodeClass.spec.networkInterfaces).toEqual(
      (managed.network_interfaces as Block[]).map((each) => ({
        networkCardIndex: each.network_card_index,
        deviceIndex: each.device_index,
        interfaceType: each.interface_type,
      })),
    );
    expect(EC2NodeClass.spec.securityGroupSelectorTerms).toHaveLength(2);
    expect(EC2NodeClass.spec.subnetSelectorTerms).toEqual([{ id: 'subnet-a' }]);
  });

  test('tells Karpenter of huge pages, which it does not know', () => {
    const { NodeOverlay } = objects(P5);
    expect(NodeOverlay).toMatchObject({
      apiVersion: 'karpenter.sh/v1alpha1',
      spec: {
        requirements: [
          { key: 'karpenter.sh/nodepool', operator: 'In', values: ['train'] },
          { key: 'node.kubernetes.io/instance-type', operator: 'In', values: ['p5.48xlarge'] },
        ],
        capacity: { 'hugepages-2Mi': '10256Mi' },
      },
    });
    expect(objects()).not.toHaveProperty('NodeOverlay');
    const { capacity } = objects({ ...P5, image: NodeImage.BOTTLEROCKET_NVIDIA }).NodeOverlay.spec;
    expect(capacity).toEqual({ 'hugepages-2Mi': '42240Mi' });
  });

  // https://bottlerocket.dev/en/os/latest/#/concepts/root-filesystem/: the second volume is that of containers.
  test.each<[string, Options, [string, string][]]>([
    ['AL2023', {}, [['/dev/xvda', '100Gi']]],
    [
      'Bottlerocket',
      { image: NodeImage.BOTTLEROCKET_NVIDIA },
      [
        ['/dev/xvda', '4Gi'],
        ['/dev/xvdb', '100Gi'],
      ],
    ],
  ])('encrypts the volumes of %s and deletes them with their node', (_, options, expected) => {
    expect(objects(options).EC2NodeClass.spec.blockDeviceMappings).toEqual(
      expected.map(([deviceName, volumeSize]) => ({
        deviceName,
        ebs: { volumeSize, volumeType: 'gp3', encrypted: true, deleteOnTermination: true },
      })),
    );
  });

  test('has the pods that get an address, the instance store and no limit of locked memory', () => {
    const { spec } = objects(P5).EC2NodeClass;
    expect(spec.kubelet).toEqual({ maxPods: 51 });
    expect(spec.instanceStorePolicy).toBe('RAID0');
    expect(JSON.parse(spec.userData).spec.containerd.baseRuntimeSpec.process.rlimits).toContainEqual(
      expect.objectContaining({ type: 'RLIMIT_MEMLOCK' }),
    );
    expect(objects().EC2NodeClass.spec).not.toHaveProperty('userData');
  });

  test('runs the pinned release', () => {
    const alias = (options: Options, release?: EksRelease) =>
      objects(options, { release }).EC2NodeClass.spec.amiSelectorTerms;
    expect(alias({}, EksRelease.DEFAULT)).toEqual([{ alias: 'al2023@v20260714' }]);
    expect(alias({})).toEqual([{ alias: 'al2023@latest' }]);
    const image = NodeImage.bottlerocket({ releaseVersion: '1.62.0-1d7b2d2f' });
    expect(alias({ image }, EksRelease.DEFAULT)).toEqual([{ alias: 'bottlerocket@v1.62.0' }]);
  });

  test('is known with its fabric, its subnets and its pods', () => {
    synthesize((stack) => {
      const pool = karpenter(stack, P5, { subnetCidrs: ['10.0.0.0/24', '10.0.1.0/24'] });
      expect(pool.fabric).toBe(P5.fabric);
      expect(pool.subnets).toEqual([{ subnetId: 'subnet-a', usableAddresses: 251 }]);
      expect(pool.allocatable).toEqual({ pods: '51' });
      // Its huge pages and interfaces are what a test of the fabric asks for.
      new NcclAcceptanceTest(stack, 'Nccl', { nodePool: pool });
      expect(ClusterChecks.of(pool.cluster).faults).toEqual([]);
    });
  });

  test('is told before a block ends, and checks the zone of a subnet that is known later', () => {
    const block = {
      reservationId: 'cr-1',
      availabilityZone: 'eu-1b',
      start: '2026-12-01T11:30:00Z',
      end: '2026-12-02T11:30:00Z',
    };
    const made = (alarmTopicArn?: string) =>
      synthesize((stack) => {
        const capacity = Capacity.capacityBlock({ ...block, alarmTopicArn });
        karpenter(stack, { ...P5, capacity, subnetIds: ['subnet-z'] }, { kubernetesVersion: '1.35' });
      });
    const watched = made('arn:aws:sns:us-west-2:123456789012:blocks');
    expect(watched.only('aws_cloudwatch_event_rule').event_pattern).toContain('cr-1');
    expect(watched.only('aws_cloudwatch_event_target').arn).toMatch(/:blocks$/);
    expect(watched.annotations()).toEqual([]);
    expect(watched.onlyData('aws_subnet').lifecycle.postcondition[0].condition).toContain('eu-1b');
    expect(made().annotations()).toEqual([expect.stringContaining('CAPACITY_BLOCK_UNWATCHED')]);
  });

  test('always has its objects on the cluster: getters that are read, or not, change nothing', () => {
    const getters = (pool: KarpenterGpuNodePool) => {
      const { objects, allocatable, nodeLabels, platformLabels, subnets, taints, ready } = pool;
      return JSON.stringify([objects, allocatable, nodeLabels, platformLabels, subnets, taints, ready.length]);
    };
    const result = (read: boolean) =>
      synthesize((stack) => {
        const pool = karpenter(stack, P5);
        if (read) expect(getters(pool)).toBe(getters(pool));
      });
    expect(result(false).only('helm_release').values[0]).toContain('"kind":"NodePool"');
    expect(result(true).json).toEqual(result(false).json);
  });

  test('gives copies of its objects', () => {
    synthesize((stack) => {
      const pool = karpenter(stack);
      pool.objects[0].kind = 'Other';
      expect(pool.objects[0].kind).toBe('EC2NodeClass');
    });
  });

  test('puts its objects beside itself, into a namespace and after what brings the definitions', () => {
    const result = synthesize((stack) => {
      const cluster = testEksCluster(stack);
      const definitions = new CustomResources(stack, 'Definitions', {
        cluster,
        releaseName: 'definitions',
        namespace: 'karpenter',
        resources: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' } }],
      });
      new KarpenterGpuNodePool(stack, 'Train', {
        cluster,
        instanceType: GpuInstanceType.G5_XLARGE,
        minNodes: 0,
        maxNodes: 1,
        namespace: 'karpenter',
        dependsOn: definitions.ready,
      });
    });
    const release = result.byName('helm_release', 'karpenter-train');
    expect(release.namespace).toBe('karpenter');
    expect(release.depends_on).toContainEqual(expect.stringMatching(/^helm_release\..*Definitions/));
  });

  test('can be removed and made anew in the same workload stack', () => {
    const { workload } = synthesizePair((first, second) => {
      const cluster = testEksCluster(first);
      KubernetesAccess.of(second, cluster);
      const size = { cluster, instanceType: GpuInstanceType.G5_XLARGE, minNodes: 0 };
      new KarpenterGpuNodePool(first, 'Train', { ...size, maxNodes: 1, workloads: second });
      first.node.tryRemoveChild('Train');
      new KarpenterGpuNodePool(first, 'Train', { ...size, maxNodes: 2, workloads: second });
    });
    expect(workload.only('helm_release').values[0]).toContain('"nvidia.com/gpu":"2"');
  });

  test('of a long name has a release of its own', () => {
    const { workload } = synthesizePair((first, second) => {
      const cluster = testEksCluster(first);
      KubernetesAccess.of(second, cluster);
      for (const end of ['a', 'b']) {
        const poolName = `${'long-'.repeat(10)}${end}`;
        const size = { minNodes: 0, maxNodes: 1 };
        const options = { cluster, instanceType: GpuInstanceType.G5_XLARGE, poolName, ...size };
        new KarpenterGpuNodePool(first, end, { ...options, workloads: second });
      }
    });
    const names = workload.resources('helm_release').map(({ name }) => name as string);
    expect(new Set(names).size).toBe(2);
    for (const name of names) expect(name).toMatch(/^karpenter-long-[a-z0-9-]{1,37}[a-z0-9]$/);
  });

  test('of a fixed number is static, with room for the replacement of a node where AWS has one', () => {
    expect(objects({ ...P5, minNodes: 4 }).NodePool.spec).toMatchObject({ replicas: 4, limits: { nodes: '5' } });
    const limit = (instances?: number) => {
      const capacity = Capacity.reservation({ reservationId: 'cr-1', instances });
      return objects({ capacity, minNodes: 4 }).NodePool.spec.limits.nodes;
    };
    expect([limit(), limit(5), limit(4)]).toEqual(['5', '5', '4']);
  });

  test('of a fixed number has a NodePool of another name, because Karpenter changes none into the other', () => {
    const [fixed, growing] = [4, 0].map((minNodes) => objects({ ...P5, minNodes }));
    expect([fixed.NodePool.metadata.name, growing.NodePool.metadata.name]).toEqual(['train.static', 'train']);
    expect(fixed.NodeOverlay.spec.requirements[0].values).toEqual(['train.static']);
    expect(fixed.NodePool.spec.template.spec.nodeClassRef.name).toBe(fixed.EC2NodeClass.metadata.name);
    synthesize((stack) => {
      expect(karpenter(stack, { minNodes: 4 }).platformLabels).toMatchObject({
        'karpenter.sh/nodepool': 'train.static',
      });
    });
    const named = (length: number, minNodes: number) => () => objects({ poolName: 'a'.repeat(length), minNodes });
    expect(refusal(named(57, 4))).toBe('INVALID_NAME poolName');
    expect(named(56, 4)).not.toThrow();
    expect(named(63, 0)).not.toThrow();
  });

  test('runs a pinned image, or the one of the day that no node is replaced for', () => {
    const seen = (options: Options, cluster: TestEksClusterProps) => {
      const { NodePool, EC2NodeClass } = objects(options, cluster);
      const warned = synthesize((stack) => void karpenter(stack, options, cluster))
        .annotations()
        .join();
      return [
        EC2NodeClass.spec.amiSelectorTerms[0].alias as string,
        NodePool.spec.disruption.budgets as object[],
        warned.includes('IMAGE_NOT_PINNED'),
      ];
    };
    const [one, none] = [{ nodes: '1' }, { nodes: '0', reasons: ['Drifted'] }];
    const bottlerocket = { image: NodeImage.BOTTLEROCKET_NVIDIA };
    expect(seen({}, {})).toEqual(['al2023@latest', [one, none], true]);
    expect(seen({}, { kubernetesVersion: '9.99' })).toEqual(['al2023@latest', [one, none], true]);
    expect(seen({}, { kubernetesVersion: '1.34' })).toEqual(['al2023@v20260714', [one], false]);
    expect(seen({}, { release: EksRelease.V1_35 })).toEqual(['al2023@v20260714', [one], false]);
    expect(seen(bottlerocket, { release: EksRelease.V1_35 })).toEqual(['bottlerocket@latest', [one, none], true]);
    const image = NodeImage.bottlerocket({ releaseVersion: '1.62.0-1d7b2d2f' });
    expect(seen({ image }, {})).toEqual(['bottlerocket@v1.62.0', [one], false]);
  });

  test('takes reserved capacity as such', () => {
    const capacity = Capacity.capacityBlock({
      reservationId: 'cr-1',
      availabilityZone: 'eu-1b',
      start: '2026-12-01T11:30:00Z',
      end: '2026-12-02T11:30:00Z',
    });
    const made = objects({ ...P5, capacity }, { availabilityZones: ['eu-1a', 'eu-1b'] });
    expect(made.EC2NodeClass.spec.capacityReservationSelectorTerms).toEqual([{ id: 'cr-1' }]);
    expect(made.EC2NodeClass.spec).not.toHaveProperty('placementGroupSelector');
    expect(made.EC2NodeClass.spec.subnetSelectorTerms).toEqual([{ id: 'subnet-b' }]);
    expect(made.NodePool.spec.template.spec.requirements).toEqual(
      expect.arrayContaining([
        { key: 'karpenter.sh/capacity-type', operator: 'In', values: ['reserved'] },
        { key: 'karpenter.k8s.aws/capacity-reservation-type', operator: 'In', values: ['capacity-block'] },
      ]),
    );
  });

  test('lets its nodes join, and goes onto the cluster from the workload stack', () => {
    const { infra, workload } = synthesizePair((first, second) => {
      const cluster = testEksCluster(first);
      KubernetesAccess.of(second, cluster);
      const pool = new KarpenterGpuNodePool(first, 'Train', {
        cluster,
        instanceType: GpuInstanceType.P5_48XLARGE,
        fabric: RdmaFabric.efa(),
        minNodes: 0,
        maxNodes: 4,
        workloads: second,
      });
      expect(ClusterNodePools.of(pool.cluster)).toEqual([pool]);
      expect(pool.efaInterfacesPerNode).toBe(32);
    });
    expect(infra.only('aws_eks_access_entry').type).toBe('EC2_LINUX');
    expect(infra.only('aws_placement_group')).toMatchObject({
      name: expect.stringMatching(/^[^.]+\.[^.]+$/),
      strategy: 'cluster',
    });
    const { values } = workload.only('helm_release');
    for (const kind of ['NodePool', 'EC2NodeClass', 'NodeOverlay']) expect(values[0]).toContain(`"kind":"${kind}"`);
  });

  test('explains itself, without what only managed node groups have', () => {
    synthesize((stack) => {
      const text = karpenter(stack, P5).explain();
      expect(text).toContain("pool 'train': 0 to 4 x p5.48xlarge (8 x H100), on-demand");
      expect(text).toContain('image: al2023 as Karpenter chooses');
      expect(text).toContain('max pods: 51 instead of 100');
    });
  });

  test.each<[string, Options & Partial<GpuNodePoolProps>, string]>([
    ['a minimum', { minNodes: 2 }, 'KARPENTER_KEEPS_NO_MINIMUM minNodes'],
    ['combined interfaces', { ...P5, efaLayout: EfaLayout.COMBINED }, 'EFA_LAYOUT_NOT_SUPPORTED efaLayout'],
    [
      'a label of Karpenter’s',
      { labels: { 'karpenter.sh/row': 'a' } },
      "LABEL_PREFIX_RESERVED labels['karpenter.sh/row']",
    ],
    ['EFA where there is none', { fabric: RdmaFabric.efa() }, 'EFA_NOT_SUPPORTED fabric'],
    ['shared GPUs', { gpuSharing: GpuSharing.timeSlicing(2) }, 'MANAGED_NODE_GROUPS_ONLY gpuSharing'],
    ['EKS’s node repair', { nodeRepair: NodeRepair.auto() }, 'MANAGED_NODE_GROUPS_ONLY nodeRepair'],
    ['a number of nodes to start with', { initialNodes: 1 }, 'MANAGED_NODE_GROUPS_ONLY initialNodes'],
    [
      'the cluster autoscaler',
      { autoscaling: Autoscaling.clusterAutoscaler() },
      'MANAGED_NODE_GROUPS_ONLY autoscaling',
    ],
  ])('is refused with %s', (_, options, id) => expect(refusal(() => objects(options))).toBe(id));
});
