import { TerraformStack } from 'cdktf';
import { GpuInstanceType } from '../../lib/catalog/gpu-instance-type';
import { ClusterAutoscaler } from '../../lib/compute/agents/cluster-autoscaler';
import { GpuOperator } from '../../lib/compute/agents/gpu-operator';
import { Karpenter } from '../../lib/compute/agents/karpenter';
import { NodeAgents } from '../../lib/compute/agents/node-agents';
import { efaPluginFaults } from '../../lib/compute/agents/node-agents-images';
import { NodeAgentsProps } from '../../lib/compute/agents/node-agents-props';
import { ExistingGpuNodePool } from '../../lib/compute/pools/existing/existing-gpu-node-pool';
import { GpuNodePool } from '../../lib/compute/pools/managed/gpu-node-pool';
import { GpuSharing } from '../../lib/compute/pools/options/gpu-sharing';
import { IGpuNodePool } from '../../lib/core/gpu-node-pool';
import { IEksCluster } from '../../lib/compute/cluster/eks-cluster';
import { testEksCluster } from '../compute/test-eks-cluster';
import { TestPool } from '../serving/support/fixtures';
import { faultsAtSynth, warningsOf } from '../support/faults';
import { testStack } from '../support/synth';
import { FaultText } from './fault-text';

type MakePool = (stack: TerraformStack, cluster: IEksCluster) => void;

/** What the synthesis of agents beside some pools finds. */
const found = (props: Partial<NodeAgentsProps>, ...pools: MakePool[]) => {
  const stack = testStack();
  const cluster = testEksCluster(stack);
  pools.forEach((make) => make(stack, cluster));
  new NodeAgents(stack, 'Agents', { cluster, ...props });
  return faultsAtSynth(stack);
};

const pool =
  (name: string, gpuSharing?: GpuSharing): MakePool =>
  (stack, cluster) =>
    void new GpuNodePool(stack, name, {
      cluster,
      instanceType: GpuInstanceType.P5_48XLARGE,
      minNodes: 1,
      maxNodes: 1,
      gpuSharing,
    });

const existing =
  (driverInImage?: boolean, hardware = GpuInstanceType.P5_48XLARGE): MakePool =>
  (stack, cluster) =>
    void new ExistingGpuNodePool(stack, 'nodes', {
      cluster,
      hardware,
      nodes: 1,
      nodeSelector: { 'eks.amazonaws.com/nodegroup': 'gpu' },
      driverInImage,
    });

/** A pool of a user's own class, whose labels are any. */
class LabeledPool extends TestPool implements IGpuNodePool {
  public override readonly nodeLabels = { 'nvidia.com/device-plugin.config': 'mps' };
}

export const TEXTS: FaultText[] = [
  {
    id: 'CLUSTER_AUTOSCALER_EXISTS',
    property: 'cluster',
    text: "cluster 'test' already has a cluster autoscaler, at 'test/A', which serves all its pools; remove one of the two",
    refuse: () => {
      const stack = testStack();
      const cluster = testEksCluster(stack);
      ['A', 'B'].forEach((id) => new ClusterAutoscaler(stack, id, { cluster }));
    },
  },
  {
    id: 'DRIVER_ALREADY_IN_IMAGE',
    property: 'gpuOperator',
    text:
      "the GPU operator must not install a driver or toolkit on pool(s) 'plain', whose image already has them; leave driver out of the " +
      'options of GpuOperator.version, and driver.enabled and toolkit.enabled out of its values',
    faults: () => found({ gpuOperator: GpuOperator.version(undefined, { driver: true }) }, pool('plain')),
  },
  {
    id: 'VALUE_CONTRADICTS_PROOF',
    property: 'gpuOperator.values.devicePlugin.enabled',
    text: 'values of the GPU operator must not set devicePlugin.enabled to false, because nothing else would advertise the GPUs of the nodes; remove it',
    faults: () =>
      found(
        { gpuOperator: GpuOperator.version(undefined, { values: { devicePlugin: { enabled: false } } }) },
        pool('plain'),
      ),
  },
  {
    id: 'VALUE_CONTRADICTS_PROOF',
    property: 'gpuOperator.values.daemonsets',
    text:
      'values of the GPU operator must not set daemonsets to null, which takes daemonsets.tolerations out of the values of this library and of the ' +
      'chart; remove it',
    faults: () =>
      found({ gpuOperator: GpuOperator.version(undefined, { values: { daemonsets: null } }) }, pool('plain')),
  },
  {
    id: 'UNKNOWN_VALUE',
    property: 'gpuOperator.values.devicePlugn',
    text:
      'the chart of the GPU operator would pass over gpuOperator.values.devicePlugn without a word, because it knows none; nearest: ' +
      "'devicePlugin'",
    refuse: () =>
      found({ gpuOperator: GpuOperator.version(undefined, { values: { devicePlugn: {} } }) }, pool('plain')),
  },
  {
    id: 'LITERAL_SECRET',
    property: 'gpuOperator.values.driver.licensingConfig.token',
    text:
      'gpuOperator.values.driver.licensingConfig.token must not hold a secret, because it becomes part of the state and of the cluster; got the ' +
      'text of one; keep it in a Secret of the cluster, and name that where the chart takes one: driver.licensingConfig.secretName, ' +
      'driver.secretEnv, imagePullSecrets',
    refuse: () => {
      const values = { driver: { licensingConfig: { token: 'plain-text' } } };
      return found({ gpuOperator: GpuOperator.version(undefined, { values }) }, pool('plain'));
    },
  },
  {
    id: 'DRIVER_IN_IMAGE_UNKNOWN',
    text:
      "the image of pool(s) 'nodes' may already have NVIDIA's driver and container toolkit, and a second driver of the GPU " +
      'operator would break it; pass driverInImage to the pool: true for the accelerated images of EKS, else false',
    faults: () => found({ gpuOperator: GpuOperator.version() }, existing()),
  },
  {
    id: 'OPERATOR_DRIVER_NOT_FOR_GPU',
    property: 'gpuOperator',
    text:
      "driver 595.91.07, which GPU operator v26.7.0 installs on pool 'nodes', no longer supports V100-16GB; use GpuOperator.version('v26.3.3'), or set " +
      'driver.version in its values to one of 580',
    faults: () => found({ gpuOperator: GpuOperator.version('v26.7.0') }, existing(false, GpuInstanceType.P3_8XLARGE)),
  },
  {
    id: 'OPERATOR_DRIVER_NOT_FOR_GPU',
    property: 'gpuOperator',
    text:
      "driver 550.144.03, which GPU operator v24.9.2 installs on pool 'nodes', does not know B300, which needs driver 580 or later; use a later version " +
      'of the operator, or set driver.version in its values',
    faults: () =>
      found({ gpuOperator: GpuOperator.version('v24.9.2') }, existing(false, GpuInstanceType.P6_B300_48XLARGE)),
  },
  {
    id: 'EFA_PLUGIN_TOO_OLD',
    property: 'efaPluginImage',
    text: "EFA plugin 'efa:v0.5.5' is too old for p6-b200.48xlarge: it would count NVLink devices as EFA; use v0.5.6 or later",
    faults: () => efaPluginFaults('efa:v0.5.5', ['p6-b200.48xlarge']),
  },
  {
    id: 'INVALID_FORMAT',
    property: 'image',
    text: "image must have a tag or a digest, so that what is pulled does not change unnoticed; got 'registry.example.com/ca'",
    refuse: () => {
      const stack = testStack();
      new ClusterAutoscaler(stack, 'A', { cluster: testEksCluster(stack), image: 'registry.example.com/ca' });
    },
  },
  {
    id: 'KARPENTER_EXISTS',
    property: 'cluster',
    text: "cluster 'test' already has Karpenter, at 'test/A', which serves all its pools; remove one of the two",
    refuse: () => {
      const stack = testStack();
      const cluster = testEksCluster(stack);
      ['A', 'B'].forEach((id) => new Karpenter(stack, id, { cluster }));
    },
  },
  {
    id: 'MIG_MANAGER_RESTARTS_KUBELET',
    text:
      "the MIG manager of the GPU operator restarts the kubelet and reboots the nodes of pool(s) 'mig' while they join, after which nodes of " +
      'AL2023 may stay NotReady for good (https://github.com/NVIDIA/gpu-operator/issues/2415); pass image: ' +
      "NodeImage.BOTTLEROCKET_NVIDIA to 'mig', which divides the GPUs by itself, or watch new nodes",
    faults: () => {
      const stack = testStack();
      const cluster = testEksCluster(stack);
      pool('mig', GpuSharing.mig('1g.10gb'))(stack, cluster);
      const agents = new NodeAgents(stack, 'Agents', { cluster, gpuOperator: GpuOperator.version() });
      faultsAtSynth(agents);
      return warningsOf(agents);
    },
  },
  {
    id: 'MIG_NEEDS_GPU_OPERATOR',
    property: 'gpuOperator',
    text: "pool(s) 'mig' divide their GPUs by MIG, which only the GPU operator sets up; pass gpuOperator: GpuOperator.version()",
    faults: () => found({}, pool('mig', GpuSharing.mig('1g.10gb'))),
  },
  {
    id: 'MIXED_MIG_RESOURCE_NAMES',
    text:
      "MIG instances of pool(s) 'b' have resource names of their own, while those of 'a' are called nvidia.com/gpu; the GPU operator has " +
      'one MIG strategy for all nodes, so add renamed() to the GpuSharing of all of them, or of none',
    faults: () =>
      found(
        { gpuOperator: GpuOperator.version() },
        pool('a', GpuSharing.mig('1g.10gb')),
        // Of nodes that exist: a managed node group has no such configuration.
        (stack, cluster) =>
          void new (class extends TestPool {
            public override readonly nodeLabels = { 'nvidia.com/mig.config': 'all-3g.40gb' };
            public readonly driverInImage = true;
            public readonly gpuResourceName = 'nvidia.com/mig-3g.40gb';
          })(stack, 'b', cluster, GpuInstanceType.P5_48XLARGE),
      ),
  },
  {
    id: 'NODE_AGENTS_EXIST',
    property: 'cluster',
    text: "cluster 'test' already has node agents, at 'test/A', which serve all its pools; remove one of the two",
    refuse: () => {
      const stack = testStack();
      const cluster = testEksCluster(stack);
      ['A', 'B'].forEach((id) => new NodeAgents(stack, id, { cluster }));
    },
  },
  {
    id: 'UNKNOWN_PLUGIN_CONFIG',
    text:
      "label 'nvidia.com/device-plugin.config=mps' names an unknown configuration of the device plugin; use 'time-slicing-<pods per GPU>', " +
      "and append '-renamed' for the resource nvidia.com/gpu.shared",
    faults: () => found({}, (stack, cluster) => void new LabeledPool(stack, 'own', cluster, GpuInstanceType.G5_XLARGE)),
  },
];
