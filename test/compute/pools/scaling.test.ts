import { ClusterNodePools } from '../../../lib/scheduling/cluster-node-pools';
import { TerraformStack } from 'cdktf';
import { EksRelease } from '../../../lib/catalog/eks-release';
import { GpuInstanceType } from '../../../lib/catalog/gpu-instance-type';
import { Autoscaling } from '../../../lib/compute/pools/options/autoscaling';
import { Capacity } from '../../../lib/compute/pools/options/capacity';
import { ClusterAutoscaler } from '../../../lib/compute/agents/cluster-autoscaler';
import { EfaLayout } from '../../../lib/compute/pools/options/efa-layout';
import { GpuNodePool } from '../../../lib/compute/pools/managed/gpu-node-pool';
import { GpuNodePoolProps } from '../../../lib/compute/pools/shared/gpu-node-pool-props';
import { GpuSharing } from '../../../lib/compute/pools/options/gpu-sharing';
import { ImagePrePuller, ImagePrePullerProps } from '../../../lib/compute/agents/image-pre-puller';
import { KarpenterGpuNodePool } from '../../../lib/compute/pools/karpenter/karpenter-gpu-node-pool';
import { NodeImage } from '../../../lib/compute/pools/options/node-image';
import { NodeRepair } from '../../../lib/compute/pools/options/node-repair';
import { ClusterChecks } from '../../../lib/scheduling/cluster-checks';
import { KubernetesAccess } from '../../../lib/kubernetes/kubernetes-access';
import { NcclAcceptanceTest } from '../../../lib/network/nccl-acceptance-test';
import { RdmaFabric } from '../../../lib/network/rdma-fabric';
import { Block, synthesize, synthesisePair } from '../../support/synth';
import { TestEksClusterProps, testEksCluster } from '../test-eks-cluster';
import { TaintEffect } from '../../../lib/core/gpu-node-pool';

type Options = Partial<GpuNodePoolProps>;

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

  test('failure 7: tells Karpenter of huge pages, which it does not know', () => {
    const { NodeOverlay } = objects(P5);
    expect(NodeOverlay).toMatchObject({
      apiVersion: 'karpenter.sh/v1alpha1',
      spec: { capacity: { 'hugepages-2Mi': '10256Mi' } },
    });
    expect(objects()).not.toHaveProperty('NodeOverlay');
    const { capacity } = objects({ ...P5, image: NodeImage.BOTTLEROCKET_NVIDIA }).NodeOverlay.spec;
    expect(capacity).toEqual({ 'hugepages-2Mi': '42240Mi' });
  });

  test('failures 1 and 6: has the pods that get an address, the instance store and no limit of locked memory', () => {
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

  test('failure 6: is known with its fabric, its subnets and its pods', () => {
    synthesize((stack) => {
      const pool = karpenter(stack, P5, { subnetCidrs: ['10.0.0.0/24', '10.0.1.0/24'] });
      expect(pool.fabric).toBe(P5.fabric);
      expect(pool.subnets).toEqual([{ subnetId: 'subnet-a', usableAddresses: 251 }]);
      expect(pool.allocatable).toEqual({ pods: '51' });
      // Its huge pages and interfaces are what a test of the fabric asks for.
      new NcclAcceptanceTest(stack, 'Nccl', { nodePool: pool });
      pool.install(stack);
      expect(ClusterChecks.of(pool.cluster).faults).toEqual([]);
    });
  });

  test('failure 4: is told before a block ends, and checks the zone of a subnet that is known later', () => {
    const block = {
      reservationId: 'cr-1',
      availabilityZone: 'eu-1b',
      start: '2026-12-01T11:30:00Z',
      end: '2026-12-02T11:30:00Z',
    };
    const made = (alarmTopicArn?: string) =>
      synthesize((stack) => {
        const capacity = Capacity.capacityBlock({ ...block, alarmTopicArn });
        karpenter(stack, { ...P5, capacity, subnetId: 'subnet-z' }).install(stack);
      });
    const watched = made('arn:aws:sns:eu-central-1:123456789012:blocks');
    expect(watched.only('aws_cloudwatch_event_rule').event_pattern).toContain('cr-1');
    expect(watched.only('aws_cloudwatch_event_target').arn).toMatch(/:blocks$/);
    expect(watched.annotations()).toEqual([]);
    expect(watched.onlyData('aws_subnet').lifecycle.postcondition[0].condition).toContain('eu-1b');
    expect(made().annotations()).toEqual([expect.stringContaining('CAPACITY_BLOCK_UNWATCHED')]);
  });

  test('is refused when nobody puts its objects anywhere, and when they are put twice', () => {
    expect(() => synthesize((stack) => void karpenter(stack))).toThrow(
      /the objects of Karpenter pool 'train' are put nowhere, so that it would never have a node; call install/,
    );
    expect(() => synthesize((stack) => void karpenter(stack).objects)).not.toThrow();
    const twice = (stack: TerraformStack) => {
      const pool = karpenter(stack);
      pool.install(stack);
      pool.install(stack);
    };
    expect(() => synthesize(twice)).toThrow(
      /test\/Train: the objects of pool 'train' are put onto the cluster already, at 'test\/Kar/,
    );
  });

  test('of a long name has a release of its own', () => {
    const { workload } = synthesisePair((first, second) => {
      const cluster = testEksCluster(first);
      KubernetesAccess.of(second, cluster);
      for (const end of ['a', 'b']) {
        const poolName = `${'long-'.repeat(10)}${end}`;
        const size = { minNodes: 0, maxNodes: 1 };
        const options = { cluster, instanceType: GpuInstanceType.G5_XLARGE, poolName, ...size };
        new KarpenterGpuNodePool(first, end, options).install(second);
      }
    });
    const names = workload.resources('helm_release').map(({ name }) => name as string);
    expect(new Set(names).size).toBe(2);
    for (const name of names) expect(name).toMatch(/^karpenter-long-[a-z0-9-]{1,37}[a-z0-9]$/);
  });

  test('of a fixed number is static', () => {
    expect(objects({ ...P5, minNodes: 4 }).NodePool.spec).toMatchObject({ replicas: 4, limits: { nodes: '4' } });
  });

  test('failure 4: takes reserved capacity as such', () => {
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
    const { infra, workload } = synthesisePair((first, second) => {
      const pool = karpenter(first, P5);
      KubernetesAccess.of(second, pool.cluster);
      pool.install(second);
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

  test.each<[string, Options, RegExp]>([
    ['a minimum', { minNodes: 2 }, /Karpenter keeps no minimum.*got 2/],
    ['combined interfaces', { ...P5, efaLayout: EfaLayout.COMBINED }, /EFA and ENA in one/],
    ['shared GPUs', { gpuSharing: GpuSharing.timeSlicing(2) }, /counts whole GPUs/],
    ['EKS’s node repair', { nodeRepair: NodeRepair.enabled() }, /feature gate NodeRepair/],
    [
      'the cluster autoscaler',
      { autoscaling: Autoscaling.clusterAutoscaler() },
      /the cluster autoscaler scales no nodes of Karpenter/,
    ],
    [
      'a label of Karpenter’s',
      { labels: { 'karpenter.sh/row': 'a' } },
      /under 'karpenter.sh', which Karpenter reserves/,
    ],
    ['EFA where there is none', { fabric: RdmaFabric.efa() }, /has no EFA/],
  ])('is refused with %s', (_, options, message) => expect(() => objects(options)).toThrow(message));
});

describe('ClusterAutoscaler', () => {
  const result = (props: { imageTag?: string } = { imageTag: 'v1.35.0' }, kubernetesVersion?: string) =>
    synthesize((stack) => {
      new ClusterAutoscaler(stack, 'Autoscaler', { cluster: testEksCluster(stack, { kubernetesVersion }), ...props });
    });
  const tag = (kubernetesVersion?: string) =>
    JSON.parse(result({}, kubernetesVersion).only('helm_release').values[0]).image.tag as string;

  test('finds the groups of its cluster', () => {
    const release = result().only('helm_release');
    expect(release).toMatchObject({ chart: 'cluster-autoscaler', namespace: 'kube-system', version: '9.59.0' });
    expect(release.set).toEqual([{ name: 'awsRegion', value: 'eu-central-1' }]);
    expect(JSON.parse(release.values[0])).toMatchObject({
      autoDiscovery: { clusterName: 'test' },
      image: { tag: 'v1.35.0' },
      rbac: { serviceAccount: { name: 'cluster-autoscaler' } },
    });
  });

  test('is of the cluster’s Kubernetes minor, or the chart’s where that is not known', () => {
    for (const { kubernetesVersion } of EksRelease.ALL) {
      expect(tag(kubernetesVersion)).toMatch(new RegExp(`^v${kubernetesVersion}\\.\\d+$`));
    }
    expect(tag()).toBeUndefined();
  });

  test('is there once for a cluster', () => {
    expect(() =>
      synthesize((stack) => {
        const cluster = testEksCluster(stack);
        new ClusterAutoscaler(stack, 'Autoscaler', { cluster });
        new ClusterAutoscaler(stack, 'Second', { cluster });
      }),
    ).toThrow(/test\/Second: cluster 'test' already has a cluster autoscaler, at 'test\/Autoscaler'/);
  });

  test('may change only those', () => {
    const { Statement } = JSON.parse(result().only('aws_iam_role_policy').policy);
    for (const each of Statement as Block[]) {
      const changes = each.Action.filter((action: string) => !/:(Describe|Get)/.test(action));
      expect(changes.length === 0 || each.Condition !== undefined).toBe(true);
    }
    expect(Statement[1].Condition.StringEquals).toEqual({ 'aws:ResourceTag/k8s.io/cluster-autoscaler/test': 'owned' });
  });
});

describe('ImagePrePuller', () => {
  const IMAGES = ['nvcr.io/nvidia/tritonserver:26.07-vllm-python-py3', 'registry.example.com/app:1'];
  const made = (props: Partial<ImagePrePullerProps> = {}, ownPool = false) =>
    synthesize((stack) => {
      const cluster = testEksCluster(stack);
      const pool = (id: string) =>
        new GpuNodePool(stack, id, {
          cluster,
          instanceType: GpuInstanceType.G5_XLARGE,
          minNodes: 1,
          maxNodes: 1,
          taints: [{ key: id, effect: TaintEffect.NO_SCHEDULE }],
        });
      const [first] = [pool('a'), pool('b')];
      new ImagePrePuller(stack, 'warm', {
        cluster,
        images: IMAGES,
        nodePools: ownPool ? [first] : undefined,
        ...props,
      });
    });
  const podOf = (...args: Parameters<typeof made>) => made(...args).only('kubernetes_daemon_set_v1').spec.template.spec;

  test('pulls each image on every GPU node, and takes no GPU', () => {
    const pod = podOf();
    expect(pod.init_container.map((each: Block) => [each.name, each.image, each.command])).toEqual([
      ['tritonserver-26-07-vllm-python-py3', IMAGES[0], ['/bin/true']],
      ['app-1', IMAGES[1], ['/bin/true']],
    ]);
    expect(pod.node_selector).toEqual({ 'nvidia.com/gpu.present': 'true' });
    expect(pod).not.toHaveProperty('affinity');
    expect(pod.toleration.map((each: Block) => each.key)).toEqual(['a', 'b', 'nvidia.com/gpu']);
    for (const { resources, env } of [...pod.init_container, ...pod.container] as Block[]) {
      expect(Object.keys({ ...resources.requests, ...resources.limits }).sort()).toEqual(['cpu', 'memory']);
      expect(env).toEqual([{ name: 'NVIDIA_VISIBLE_DEVICES', value: 'void' }]);
    }
    expect(pod.container[0].security_context).toMatchObject({ run_as_non_root: true, privileged: false });
  });

  test('or on the pools that are named', () => {
    const pod = podOf({}, true);
    const [term] = pod.affinity.node_affinity.required_during_scheduling_ignored_during_execution.node_selector_term;
    expect(term.match_expressions).toEqual([{ key: 'gpu-inference-constructs/pool', operator: 'In', values: ['a'] }]);
    expect(pod.toleration.map((each: Block) => each.key)).toEqual(['a', 'nvidia.com/gpu']);
  });

  test('is counted among the pods of each node, on the pools it runs on', () => {
    synthesize((stack) => {
      const cluster = testEksCluster(stack);
      const options = { cluster, instanceType: GpuInstanceType.G5_XLARGE, minNodes: 1, maxNodes: 1 };
      const first = new GpuNodePool(stack, 'a', options);
      new GpuNodePool(stack, 'b', options);
      const lines = () => ClusterChecks.of(cluster).explain().split('\n');
      new ImagePrePuller(stack, 'warm', { cluster, images: IMAGES });
      new ImagePrePuller(stack, 'own', { cluster, images: IMAGES, nodePools: [first] });
      expect(lines()).toContainEqual(
        expect.stringMatching(/each node +inference\/warm +a, b .* cpu 0.01, memory 0 GiB/),
      );
      expect(lines()).toContainEqual(expect.stringMatching(/each node +inference\/own +a +1 /));
    });
  });

  test.each<[Partial<ImagePrePullerProps>, RegExp]>([
    [{ images: [] }, /at least one image/],
    [{ images: ['nvcr.io/nvidia/tritonserver'] }, /must name a tag or a digest/],
    [{ images: ['a/app:1', 'b/app:1'] }, /must differ in name or tag/],
    [{ nodePools: [] }, /nodePools must name at least one pool/],
    [{ name: 'Warm' }, /name must be an RFC 1123 label/],
  ])('is refused %#', (props, message) => expect(() => made(props)).toThrow(message));
});
