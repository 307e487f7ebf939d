import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { TerraformStack, Token } from 'cdktf';
import { GpuInstanceType } from '../../lib/catalog/gpu-instance-type';
import { GpuNodeType } from '../../lib/catalog/gpu-node-type';
import { GpuType } from '../../lib/catalog/gpu-type';
import { KarpenterGpuNodePool } from '../../lib/compute/pools/karpenter/karpenter-gpu-node-pool';
import { GpuNodePool } from '../../lib/compute/pools/managed/gpu-node-pool';
import { Capacity } from '../../lib/compute/pools/options/capacity';
import { GpuSharing } from '../../lib/compute/pools/options/gpu-sharing';
import { NodeImage } from '../../lib/compute/pools/options/node-image';
import { NodeRepair } from '../../lib/compute/pools/options/node-repair';
import { TaintEffect } from '../../lib/core/gpu-node-pool';
import { validationFaults } from '../../lib/core/validation';
import { RdmaFabric } from '../../lib/network/rdma-fabric';
import { DataSize } from '../../lib/units';
import { testEksCluster } from '../compute/test-eks-cluster';
import { testApp, testStack } from '../support/synth';
import { FaultText } from './fault-text';
import { managed, karpenter, existing, warnings, AUTOSCALED } from '../compute/pool-programs';
import { addPool } from '../compute/test-pool';

const { G5_XLARGE, P5_48XLARGE } = GpuInstanceType;

const NODES = 'arn:aws:iam::123456789012:role/nodes';

export const TEXTS: FaultText[] = [
  {
    id: 'NODE_ROLE_HAS_ENTRY',
    property: 'nodeRoleArn',
    text:
      "nodeRoleArn is also the role of pool 'managed', which brings the access entry of the role, and AWS refuses a second one; pass " +
      'nodeAccessEntry: false, or another role',
    faults: () => {
      const stack = testStack();
      const cluster = testEksCluster(stack);
      const shared = { cluster, instanceType: GpuInstanceType.G5_XLARGE, minNodes: 1, maxNodes: 1, nodeRoleArn: NODES };
      new GpuNodePool(stack, 'Managed', shared);
      return validationFaults(new KarpenterGpuNodePool(stack, 'Elastic', shared));
    },
  },
  {
    id: 'FABRIC_NOT_ON_EC2',
    property: 'fabric',
    text:
      "EC2 has no infiniband, so the nodes of 'g5.xlarge' would only reach each other by TCP; use " +
      'RdmaFabric.efa() or RdmaFabric.none(), or ExistingGpuNodePool for other hardware',
    refuse: managed({ fabric: RdmaFabric.infiniband({ adaptersPerNode: 8, gbpsPerAdapter: 400 }) }),
  },
  {
    id: 'GPUS_NOT_SHARED',
    text:
      'GPUs that are not shared have no other resource name; call renamed() on GpuSharing.timeSlicing(...) or ' +
      'GpuSharing.mig(...)',
    refuse: () => GpuSharing.none().renamed(),
  },
  {
    id: 'CAPACITY_BLOCKS_ONLY',
    property: 'capacity',
    text:
      "AWS sells 'p6e-gb200.36xlarge' as Capacity Blocks only, and capacity is on-demand; pass Capacity.capacityBlock(...) with the block that " +
      'you bought',
    refuse: managed({ instanceType: GpuInstanceType.P6E_GB200_36XLARGE }),
  },
  {
    id: 'GPU_NOT_NVIDIA',
    property: 'hardware',
    text:
      "MI300X of 'mi300x' is of AMD, but the images and node agents of this package are built for CUDA, and its pods ask for nvidia.com/gpu; " +
      'use nodes with GPUs of NVIDIA; CapacityPlanner still plans for it',
    refuse: existing({
      hardware: GpuNodeType.custom({
        ...{ name: 'mi300x', gpu: GpuType.MI300X, gpuCount: 8, vcpus: 192, memory: DataSize.gib(2048) },
      }),
    }),
  },
  {
    id: 'GPU_SHARING_NOT_DECLARED',
    property: 'gpuSharing',
    text:
      "label 'nvidia.com/device-plugin.config=time-slicing-4' shares the GPUs, but gpuSharing is not given; pass " +
      'gpuSharing: GpuSharing.timeSlicing(4)',
    refuse: existing({ labels: { 'nvidia.com/device-plugin.config': 'time-slicing-4' } }),
  },
  {
    id: 'CONFLICTING_PROPERTIES',
    property: 'gpuSharing',
    text:
      "label 'nvidia.com/device-plugin.config=time-slicing-8' means GpuSharing.timeSlicing(8), but gpuSharing is " +
      "'time-slicing 4'; make them agree",
    refuse: existing({
      labels: { 'nvidia.com/device-plugin.config': 'time-slicing-8' },
      gpuSharing: GpuSharing.timeSlicing(4),
    }),
  },
  {
    id: 'CONFLICTING_PROPERTIES',
    property: "labels['team']",
    text: "label 'team' is 'a' in labels, but nodeSelector has 'b'; make them agree",
    refuse: existing({ labels: { team: 'a' }, nodeSelector: { team: 'b' } }),
  },
  {
    id: 'CONFLICTING_PROPERTIES',
    property: "labels['nvidia.com/gpu.present']",
    text:
      "label 'nvidia.com/gpu.present' is 'false' in labels, but node agents and workloads rely on 'true'; make " +
      'them agree',
    refuse: existing({ labels: { 'nvidia.com/gpu.present': 'false' } }),
  },
  {
    id: 'KARPENTER_KEEPS_NO_MINIMUM',
    property: 'minNodes',
    text: 'Karpenter keeps no minimum: minNodes must be 0, or maxNodes (2) for a fixed number of nodes; got 1',
    refuse: karpenter({ minNodes: 1 }),
  },
  {
    id: 'KEY_TOO_LONG_FOR_EKS',
    property: `labels['${'a'.repeat(60)}.io/row']`,
    text:
      "label key 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.io/row' has 67 characters, but " +
      'EKS accepts at most 63, prefix included; shorten it',
    refuse: managed({ labels: { [`${'a'.repeat(60)}.io/row`]: 'x' } }),
  },
  {
    id: 'LABELS_SHARE_A_TAG',
    property: "labels['a-b']",
    text: "labels 'a/b' and 'a-b' would get the same construct id for their autoscaler tags; rename one of them",
    refuse: managed({ ...AUTOSCALED, labels: { 'a/b': 'x', 'a-b': 'x' } }),
  },
  {
    id: 'LABEL_PREFIX_RESERVED',
    property: "labels['eks.amazonaws.com/x']",
    text:
      "label 'eks.amazonaws.com/x' has the prefix 'eks.amazonaws.com', which EKS reserves; use a prefix of your " +
      'own',
    refuse: managed({ labels: { 'eks.amazonaws.com/x': 'y' } }),
  },
  {
    id: 'LABEL_VALUE_REQUIRED',
    property: "labels['row']",
    text: "label 'row' has no value, which EKS refuses; write for example 'true'",
    refuse: managed({ labels: { row: '' } }),
  },
  {
    id: 'LENGTH_NOT_KNOWN',
    property: 'cluster.securityGroupIds',
    text:
      "Karpenter's objects name each security group, but the length of securityGroupIds of cluster 'test' is not " +
      'known at synthesis; pass the elements one by one, e.g. [Fn.element(list, 0)]',
    refuse: karpenter({}, { securityGroupIds: Token.asList('${data.x.ids}') }),
  },
  {
    id: 'MANAGED_NODE_GROUPS_ONLY',
    property: 'gpuSharing',
    text:
      'gpuSharing is not for pools of Karpenter: Karpenter counts whole GPUs and would launch a node for each ' +
      'share; leave it out, or use GpuNodePool',
    refuse: karpenter({ gpuSharing: GpuSharing.timeSlicing(2) }),
  },
  {
    id: 'MIG_NOT_SUPPORTED',
    property: 'gpuSharing',
    text:
      "gpuSharing 'mig 1g.10gb' needs MIG, but A10G of 'g5.xlarge' does not support it or its profiles are not " +
      'known; GPUs with known profiles: A30, A100-40GB, A100-80GB, A100-80GB-PCIE, H100, H100-PCIE, H200, B200, ' +
      'B300, GB200, RTX-PRO-6000; use GpuSharing.timeSlicing(...) or GpuSharing.none()',
    refuse: managed({ gpuSharing: GpuSharing.mig('1g.10gb') }),
  },
  {
    id: 'MIG_NOT_SUPPORTED_BY_BOTTLEROCKET',
    property: 'gpuSharing',
    text:
      'Bottlerocket cannot divide B200 by MIG; use NodeImage.AL2023_NVIDIA with the GPU operator, or ' +
      'GpuSharing.timeSlicing(...)',
    refuse: managed({
      instanceType: GpuInstanceType.P6_B200_48XLARGE,
      image: NodeImage.BOTTLEROCKET_NVIDIA,
      gpuSharing: GpuSharing.mig('1g.23gb'),
    }),
  },
  {
    id: 'UNKNOWN_MIG_PROFILE',
    property: 'gpuSharing',
    text: "H100 has no MIG profile '1g.5gb'; available: 1g.10gb, 1g.20gb, 2g.20gb, 3g.40gb, 4g.40gb, 7g.80gb",
    refuse: managed({ instanceType: P5_48XLARGE, gpuSharing: GpuSharing.mig('1g.5gb') }),
  },
  {
    id: 'MIN_NODES_ABOVE_MAX_NODES',
    property: 'minNodes',
    text: 'minNodes (3) must not exceed maxNodes (2); lower minNodes or raise maxNodes',
    refuse: managed({ minNodes: 3 }),
  },
  {
    id: 'NOT_A_WHOLE_NUMBER',
    property: 'initialNodes',
    text: 'initialNodes must be a whole number from 1 to 2; got 3',
    refuse: managed({ initialNodes: 3 }),
  },
  {
    id: 'NODE_COUNT_MISMATCH',
    property: 'nodeNames',
    text: 'nodeNames must name all 4 nodes; got 1; correct nodeNames or nodes',
    refuse: existing({ nodes: 4, nodeNames: ['a'] }),
  },
  {
    id: 'NODE_IN_OTHER_POOL',
    property: 'nodeNames[0]',
    text:
      "node 'gpu-1' already belongs to pool 'rack0', and a node has the labels of one pool; remove it from one " +
      'of the two',
    refuse: existing({ nodeNames: ['gpu-1'] }, { nodeNames: ['gpu-1'] }),
  },
  {
    id: 'INVALID_NAME',
    property: 'nodeNames[0]',
    text: "a node must be named as 'kubectl get nodes' prints it; got 'A_1'",
    refuse: existing({ nodeNames: ['A_1'] }),
  },
  {
    id: 'NODE_MONITORING_REQUIRED',
    property: 'nodeRepair',
    text:
      'nodeRepair needs the node monitoring agent, or failing GPUs go unnoticed; set nodeMonitoring on cluster ' +
      "'test'",
    refuse: managed({ nodeRepair: NodeRepair.auto() }),
  },
  {
    id: 'POOL_NAME_TAKEN',
    property: 'poolName',
    text: "cluster 'test' already has a pool named 'rack'; pass another poolName",
    refuse: existing(
      { poolName: 'rack', nodeSelector: { row: 'a' } },
      { poolName: 'rack', nodeSelector: { row: 'b' } },
    ),
  },
  {
    id: 'POOL_IN_OTHER_REGION',
    property: 'provider',
    text:
      "stack 'second' is for eu-west-1, but cluster 'test' belongs to stack 'first' for us-east-1; pass a " +
      'provider for us-east-1, or create the pool in a stack for us-east-1',
    refuse: () => {
      const app = testApp();
      const [first, second] = [new TerraformStack(app, 'first'), new TerraformStack(app, 'second')];
      new AwsProvider(first, 'Aws', { region: 'us-east-1' });
      new AwsProvider(second, 'Aws', { region: 'eu-west-1' });
      const cluster = testEksCluster(first, { connection: { eksClusterName: 'test' } });
      new GpuNodePool(second, 'Chat', { cluster, instanceType: G5_XLARGE, minNodes: 1, maxNodes: 1 });
    },
  },
  {
    id: 'POOL_NEVER_HAS_NODES',
    property: 'minNodes',
    text:
      'the pool starts with 0 nodes and has no autoscaler, so it would never have any; pass autoscaling: ' +
      'Autoscaling.clusterAutoscaler(), or raise minNodes or initialNodes',
    refuse: managed({ minNodes: 0 }),
  },
  {
    id: 'POOL_REMOVED',
    property: 'workloads',
    text:
      "pool 'chat' was removed from the construct tree, but its objects are still at 'test/Karpenter-chat'; " +
      "remove them too, by node.tryRemoveChild('Karpenter-chat') of their scope",
    faults: () => {
      const stack = testStack();
      const size = { instanceType: G5_XLARGE, minNodes: 0, maxNodes: 1 };
      new KarpenterGpuNodePool(stack, 'Chat', { cluster: testEksCluster(stack), ...size, workloads: stack });
      stack.node.tryRemoveChild('Chat');
      return validationFaults(stack.node.findChild('Karpenter-chat'));
    },
  },
  {
    id: 'RENAMED_SHARES',
    property: 'gpuSharing',
    text:
      "gpuSharing 'time-slicing 2 as nvidia.com/gpu.shared' is for existing nodes that advertise shares under " +
      'this name; this pool sets up its nodes itself and advertises shares as nvidia.com/gpu; remove renamed()',
    refuse: managed({ gpuSharing: GpuSharing.timeSlicing(2).renamed() }),
  },
  {
    id: 'RESERVED',
    property: 'taints[0]',
    text: "taint 'nvidia.com/gpu:NoSchedule' is set by the pool itself on every GPU node; leave it out of taints",
    refuse: managed({ taints: [{ key: 'nvidia.com/gpu', effect: TaintEffect.NO_SCHEDULE }] }),
  },
  {
    id: 'RESERVED',
    property: "labels['gpu-inference-constructs/efa']",
    text: "label 'gpu-inference-constructs/efa' is set by the pool itself; leave it out of labels",
    refuse: managed({ labels: { 'gpu-inference-constructs/efa': 'true' } }),
  },
  {
    id: 'SELECTOR_AMBIGUOUS',
    property: 'nodeSelector',
    text:
      "nodeSelector gpu=h100 does not distinguish the nodes from those of pool 'rack0'; add a label that only " +
      'these nodes have',
    refuse: existing({ nodeSelector: { gpu: 'h100', row: 'a' } }, { nodeSelector: { gpu: 'h100' } }),
  },
  {
    id: 'EMPTY_LIST',
    property: 'nodeSelector',
    text:
      'nodeSelector must have at least one label, which no other node has; leave it out for the label of the ' + 'pool',
    refuse: existing({ nodeSelector: {} }),
  },
  {
    id: 'TAINT_WITH_TWO_EFFECTS',
    property: 'taints',
    text:
      "taint 'nvidia.com/gpu' has two effects, but the cluster autoscaler reads one from the tag of a key; " +
      'remove one of them',
    refuse: managed({ ...AUTOSCALED, taints: [{ key: 'nvidia.com/gpu', effect: TaintEffect.NO_EXECUTE }] }),
  },
  {
    id: 'UPDATE_NEEDS_SPARE',
    property: 'minNodes',
    text:
      'the pools on reservation cr-1 always use all of its 2 instance(s), but another image, Kubernetes version, disk or layout starts a new ' +
      'node before it drains an old one: the update would fail; reserve one instance more, or lower minNodes and scale the pool down before an ' +
      'update',
    faults: warnings('UPDATE_NEEDS_SPARE', 'minNodes', (stack) => {
      const capacity = Capacity.reservation({ reservationId: 'cr-1', instances: 2 });
      addPool(stack, { minNodes: 2, capacity });
    }),
  },
  {
    id: 'IMAGE_NOT_PINNED',
    property: 'image',
    text:
      "no release of image 'al2023' is pinned, so each node that Karpenter launches gets the newest of its day; running nodes keep theirs, and no " +
      "change of the pool replaces them; pass kubernetesVersion to cluster 'test', or NodeImage.al2023({ releaseVersion })",
    faults: warnings('IMAGE_NOT_PINNED', 'image', (stack) => {
      const nodes = { instanceType: G5_XLARGE, minNodes: 0, maxNodes: 2 };
      new KarpenterGpuNodePool(stack, 'Chat', { cluster: testEksCluster(stack), ...nodes });
    }),
  },
  {
    id: 'ZONE_NOT_NAMED',
    property: 'availabilityZone',
    text:
      "a pool with EFA needs one subnet, and pool 'chat' of Karpenter takes that of us-west-2a, the first by name of cluster 'test': if another one " +
      "comes first later, Karpenter moves all nodes of the pool there; pass availabilityZone: 'us-west-2a'",
    faults: warnings('ZONE_NOT_NAMED', 'availabilityZone', (stack) => {
      const nodes = { instanceType: GpuInstanceType.P5_48XLARGE, fabric: RdmaFabric.efa(), minNodes: 2, maxNodes: 2 };
      const zones = { subnetIds: ['subnet-b', 'subnet-a'], availabilityZones: ['us-west-2b', 'us-west-2a'] };
      new KarpenterGpuNodePool(stack, 'Chat', { cluster: testEksCluster(stack, zones), ...nodes });
    }),
  },
  {
    id: 'RESERVATION_DIFFERS',
    property: 'capacity',
    text:
      "reservation cr-1 is in us-west-2b for pool 'b' and in us-west-2a for 'a', but a reservation is of one instance type and in one zone; correct one " +
      'of the pools',
    refuse: () => {
      const stack = testStack();
      const zones = ['us-west-2a', 'us-west-2b'];
      const cluster = testEksCluster(stack, { subnetIds: ['subnet-a', 'subnet-b'], availabilityZones: zones });
      zones.forEach((availabilityZone, index) => {
        const capacity = Capacity.reservation({ reservationId: 'cr-1', availabilityZone });
        new GpuNodePool(stack, 'AB'[index], { cluster, instanceType: G5_XLARGE, minNodes: 1, maxNodes: 1, capacity });
      });
    },
  },
  {
    id: 'TOO_MANY_AUTOSCALER_TAGS',
    property: 'labels',
    text:
      'the cluster autoscaler reads each label and taint from a tag of the Auto Scaling group, which leaves room ' +
      'for 30; got 40; remove some',
    refuse: managed({
      ...AUTOSCALED,
      labels: Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`label-${index}`, 'x'])),
    }),
  },
  {
    id: 'INVALID_FORMAT',
    property: "labels['te am']",
    text:
      "label key 'te am' must be a name of at most 63 letters, digits, '-', '_' or '.', optionally after a " +
      "lower-case DNS prefix and '/', such as 'example.com/team'",
    refuse: managed({ labels: { 'te am': 'a' } }),
  },
  {
    id: 'INVALID_FORMAT',
    property: "labels['team']",
    text: "the value of label 'team' must be at most 63 letters, digits, '-', '_' or '.'; got 'a b'",
    refuse: managed({ labels: { team: 'a b' } }),
  },
  {
    id: 'UNKNOWN_VALUE',
    property: 'taints[0].effect',
    text: "taints[0].effect must be one of 'NoSchedule', 'PreferNoSchedule', 'NoExecute'; got 'Never'",
    refuse: managed({ taints: [{ key: 'x', effect: 'Never' as TaintEffect }] }),
  },
];
