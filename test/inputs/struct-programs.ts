import { HelmProvider } from '@cdktf/provider-helm/lib/provider';
import { KubernetesProvider } from '@cdktf/provider-kubernetes/lib/provider';
import {
  AlertReceiver,
  Capacity,
  CapacityPlanner,
  CloudTopology,
  CustomResources,
  ExistingGpuNodePool,
  GpuInstanceType,
  GpuNodePool,
  HostDeviceNetwork,
  KubernetesAccess,
  KubernetesManifests,
  MacvlanNetwork,
  ModelSpec,
  MonitoringStack,
  NcclAcceptanceTest,
  NetworkName,
  NvidiaNetworkOperator,
  Precision,
  RdmaAttachment,
  RdmaFabric,
  SpeculativeDecoding,
  TensorDataType,
  TritonModel,
} from '../../lib';
import { testEksCluster } from '../compute/test-eks-cluster';
import { TestWorkload } from '../monitoring/support';
import { RACK, rack } from '../network/support';
import { testCluster, TestCluster } from '../support/test-cluster';
import { programWith } from './kind-programs';
import { stringProgramOf } from './string-programs';
import { Given, Program, StructPrograms } from './string-programs-compute';
import { deploy, importing } from './string-programs-workloads';
import { EXPERTS, SHAPE } from './small-model';

const G6E = GpuInstanceType.G6E_XLARGE;
const model = ModelSpec.LLAMA_3_2_1B;

function topology(given: Given): Program {
  return (stack) => {
    // Few candidates, so that plans take little time.
    const nodePools = [{ name: 'chat', instanceType: G6E.offeredIn('us-west-2'), minNodes: 1, maxNodes: 1 }];
    new CloudTopology(stack, 'Cloud', { clusterName: 'test', models: [{ model, name: 'chat' }], nodePools, ...given });
  };
}

function pool(given: Given): Program {
  return (stack) =>
    void new GpuNodePool(stack, 'Chat', {
      cluster: testEksCluster(stack),
      instanceType: GpuInstanceType.G5_XLARGE.offeredIn('us-west-2'),
      minNodes: 1,
      maxNodes: 2,
      ...given,
    });
}

const tensor = { name: 'x', dataType: TensorDataType.FP32, dims: [1] };
const onnx = { name: 'scores', maxBatchSize: 8, inputs: [tensor], outputs: [{ ...tensor, name: 'y' }] };

function batched(dynamicBatching: Given): Program {
  return (stack) => deploy({ models: [TritonModel.onnxRuntime({ ...onnx, dynamicBatching })] })(stack);
}

function shaped(more: Given): Program {
  return () =>
    void CapacityPlanner.plan({
      model: ModelSpec.dense({ name: 'own', shape: { ...SHAPE, ...more } }),
      instanceType: G6E,
    });
}

const ipam = { type: 'whereabouts', range: '192.168.2.0/24' };

function operated(more: (operator: NvidiaNetworkOperator) => void): Program {
  return (stack) => {
    const cluster = testCluster(stack);
    rack(stack, cluster);
    more(new NvidiaNetworkOperator(stack, 'Operator', { cluster, secondaryNetworks: true }));
  };
}

function rails(given: Given) {
  return Array.from({ length: 8 }, (_, index) => ({
    resourceName: `rail${index}`,
    network: NetworkName.of('fast'),
    physicalFunctions: [`ibs${index}f0`],
    ...(index === 0 ? given : {}),
  }));
}

/** What other tables make something of first, or lack, and what is valid without any property. */
const WHOLE: StructPrograms = {
  CloudTopologyProps: topology,
  TopologyNodePool: (given) =>
    topology({
      nodePools: [{ name: 'chat', instanceType: G6E.offeredIn('us-west-2'), minNodes: 1, maxNodes: 1, ...given }],
    }),
  TopologyKarpenterPool: (given) =>
    topology({
      nodePools: undefined,
      karpenterPools: [{ name: 'chat', instanceType: G6E.offeredIn('us-west-2'), minNodes: 0, maxNodes: 1, ...given }],
    }),
  ServedModel: (given) => topology({ models: [{ model, name: 'chat', nodePool: 'chat', ...given }] }),
  LanguageModelOptions: (given) => topology({ models: [{ model, name: 'chat', ...given }] }),
  Ec2GpuNodePoolOptions: pool,
  GpuNodePoolOptions: pool,
  GpuNodePoolProps: pool,
  CapacityReservation: (given) => (stack) =>
    pool({ capacity: Capacity.reservation({ reservationId: 'cr-02168da1478b509e0', ...given }) })(stack),
  ExistingGpuNodePoolProps: (given) => (stack) => {
    const fabric = RdmaFabric.infiniband({ adaptersPerNode: 8, gbpsPerAdapter: 400 });
    new ExistingGpuNodePool(stack, 'Rack', { cluster: testCluster(stack), hardware: RACK, nodes: 4, fabric, ...given });
  },
  SpeculativeDecodingProps: (given) => () => void SpeculativeDecoding.nGram({ tokens: 3, ...given }),
  DraftModelProps: (given) => () => void SpeculativeDecoding.draftModel({ tokens: 3, model, ...given }),
  Eagle3Props: (given) => () => void SpeculativeDecoding.eagle3({ tokens: 3, model, ...given }),
  DynamicBatching: batched,
  QueuePolicy: (given) => batched({ queue: given }),
  EncoderShape: (given) =>
    shaped({ encoders: [{ name: 'vision_config', parameters: 1000, hiddenSize: 64, ...given }] }),
  ExpertLayers: (given) => () =>
    void CapacityPlanner.plan({
      model: ModelSpec.mixtureOfExperts({ name: 'own', shape: SHAPE, experts: { ...EXPERTS, ...given } }),
      instanceType: G6E,
    }),
  WeightBits: (given) => () =>
    void CapacityPlanner.plan({
      model: ModelSpec.dense({
        name: 'own',
        shape: SHAPE,
        publishedBits: { attention: 4, feedForward: 4, ...given },
        publishedPrecision: Precision.INT4,
      }),
      instanceType: G6E,
    }),
  SecondaryNetworkProps: (given) =>
    operated(
      (operator) => void new MacvlanNetwork(operator.node.scope!, 'Rail', { operator, master: 'e', ipam, ...given }),
    ),
  DeviceNetworkProps: (given) =>
    operated(
      (operator) =>
        void new HostDeviceNetwork(operator.node.scope!, 'Rail', { operator, ipam, resourceName: 'a', ...given }),
    ),
  CustomResourcesProps: (given) => (stack) =>
    void new CustomResources(stack, 'Resources', {
      cluster: testCluster(stack),
      releaseName: 'rules',
      namespace: 'monitoring',
      resources: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } }],
      ...given,
    }),
  NvidiaNetworkOperatorProps: (given) => (stack) => {
    const cluster = testCluster(stack);
    rack(stack, cluster);
    new NvidiaNetworkOperator(stack, 'Operator', { cluster, secondaryNetworks: true, ...given });
  },
  FabricPod: (given) => () =>
    void RdmaFabric.infiniband({ adaptersPerNode: 8, gbpsPerAdapter: 400 }).bind({ hardware: RACK, gpus: 8, ...given }),
  NcclAcceptanceTestProps: (given) => (stack) =>
    void new NcclAcceptanceTest(stack, 'Test', { nodePool: rack(stack, testCluster(stack)), ...given }),
  KubernetesManifestsOptions: (given) => (stack) => {
    importing({})(stack);
    KubernetesManifests.of(stack, given).toYaml();
  },
  KubernetesProviders: (given) => (stack) => {
    const kubernetes = new KubernetesProvider(stack, 'Kubernetes', { configPath: 'kubeconfig' });
    const helm = new HelmProvider(stack, 'Helm', { kubernetes: { configPath: 'kubeconfig' } });
    KubernetesAccess.fromProviders(stack, new TestCluster(stack, 'Cluster'), { kubernetes, helm, ...given });
  },
  MonitoringStackProps: (given) => (stack) =>
    void new MonitoringStack(stack, 'Monitoring', { cluster: testCluster(stack), ...given }),
  MetricsTarget: (given) => (stack) => {
    const made = new MonitoringStack(stack, 'Monitoring', { cluster: testCluster(stack) });
    made.watch(new TestWorkload(stack, 'Workload', given));
  },
  WatchOptions: (given) => (stack) => {
    const made = new MonitoringStack(stack, 'Monitoring', { cluster: testCluster(stack) });
    made.watch(new TestWorkload(stack, 'Workload'), given);
  },
  PagerDutyReceiverProps: (given) => (stack) => {
    const receiver = AlertReceiver.pagerDuty('duty', { routingKey: { name: 'duty', key: 'key' }, ...given });
    new MonitoringStack(stack, 'Monitoring', { cluster: testCluster(stack), alertReceivers: [receiver] });
  },
  RoceOptions: (given) => () => {
    const attachment = RdmaAttachment.sharedDevices({ networks: [NetworkName.of('fast')] });
    RdmaFabric.roce({ adaptersPerNode: 8, gbpsPerAdapter: 400, attachment, ...given });
  },
  VirtualFunctionRail: (given) => () => void RdmaAttachment.virtualFunctions({ rails: rails(given) }),
  VirtualFunctionsOptions: (given) => () => void RdmaAttachment.virtualFunctions({ rails: rails({}), ...given }),
};

/** The smallest valid program that uses a struct, with some properties set; undefined if there is none. */
export function structProgram(struct: string): ((given: Given) => Program) | undefined {
  return WHOLE[struct] ?? programWith(struct) ?? stringProgramOf(struct);
}
