import { TerraformStack } from 'cdktf';
import {
  AlertReceiver,
  CustomResources,
  DataSize,
  ExistingGpuNodePool,
  ExistingNamespaces,
  KubernetesLabels,
  FabricPod,
  EfaInstaller,
  GpuNodeType,
  GpuType,
  InferenceEngine,
  Precision,
  TritonRelease,
  VllmRelease,
  GpuInstanceType,
  HostDeviceNetwork,
  IpoibNetwork,
  KubernetesManifests,
  MacvlanNetwork,
  MetricExporter,
  ModelImport,
  ModelSource,
  ModelSpec,
  ModelStore,
  MonitoringStack,
  MonitoringStorage,
  ServiceLevelObjective,
  NcclAcceptanceTest,
  NetworkName,
  NicDriver,
  NvIpamPool,
  NvidiaNetworkOperator,
  RdmaAttachment,
  RdmaFabric,
  SecondaryNetwork,
  SriovIbNetwork,
  SriovNetwork,
  TensorDataType,
  TritonDeployment,
  TritonModel,
  Warnings,
} from '../../lib';
import { TestWorkload } from '../monitoring/support';
import { NDR, rack } from '../network/support';
import { TestPool, TestStore } from '../serving/support/fixtures';
import { testCluster } from '../support/test-cluster';
import { ArgumentPrograms, Given, Program, StructPrograms } from './string-programs-compute';
import { EXPERTS, SHAPE } from './small-model';

const small = () => TritonModel.vllm({ name: 'chat', model: ModelSpec.QWEN_2_5_0_5B });
const tensor = { name: 'x', dataType: TensorDataType.FP32, dims: [1] };
const onnx = { name: 'scores', maxBatchSize: 0, inputs: [tensor], outputs: [{ ...tensor, name: 'y' }] };
const credentials = { name: 'store' };

export function deploy(given: Given, id = 'Chat', store?: (stack: TerraformStack) => ModelStore): Program {
  return (stack) => {
    const cluster = testCluster(stack);
    new TritonDeployment(stack, id, {
      cluster,
      nodePool: new TestPool(stack, 'gpu', cluster, GpuInstanceType.G5_XLARGE),
      modelStore: store?.(stack) ?? new TestStore(stack, 'Store'),
      models: [small()],
      ...given,
    });
  };
}

/** A store that a deployment reads and an import writes. */
function stored(make: (stack: TerraformStack) => any): Program {
  return (stack) => {
    const store = make(stack);
    deploy({}, 'Chat', () => store)(stack);
  };
}

export function importing(given: Given, id = 'Import'): Program {
  return (stack) =>
    void new ModelImport(stack, id, {
      cluster: testCluster(stack),
      modelStore: new TestStore(stack, 'Store'),
      model: 'chat',
      source: ModelSource.urls([{ url: 'https://models.example/model.safetensors' }]),
      ...given,
    });
}

export function monitoring(given: Given, id = 'Monitoring'): Program {
  return (stack) => void new MonitoringStack(stack, id, { cluster: testCluster(stack), ...given });
}

const receiving = (make: () => AlertReceiver): Program => {
  return (stack) => monitoring({ alertReceivers: [make()] })(stack);
};

function operator(given: Given, pool: Given = {}, id = 'Operator', more?: (site: Site) => void): Program {
  return (stack) => {
    const cluster = testCluster(stack);
    rack(stack, cluster, pool);
    const made = new NvidiaNetworkOperator(stack, id, { cluster, secondaryNetworks: true, ...given });
    more?.({ stack, operator: made });
  };
}

interface Site {
  readonly stack: TerraformStack;
  readonly operator: NvidiaNetworkOperator;
}

const network = (more: (site: Site) => void): Program => operator({}, {}, 'Operator', more);
const ipam = { type: 'whereabouts', range: '192.168.2.0/24' };

/** A pool whose fabric has an attachment, with the operator that sets it up and a test that uses it. */
function attached(attachment: () => RdmaAttachment, options: Given = {}): Program {
  return (stack) => {
    const cluster = testCluster(stack);
    const fabric = RdmaFabric.infiniband({ ...NDR, attachment: attachment(), ...options });
    const nodePool = rack(stack, cluster, { fabric });
    const existingNetworks = [NetworkName.of('fast')];
    new NvidiaNetworkOperator(stack, 'Operator', { cluster, existingNetworks });
    new NcclAcceptanceTest(stack, 'Test', { nodePool });
  };
}

function acceptance(given: Given, id = 'Test'): Program {
  return (stack) => {
    const nodePool = rack(stack, testCluster(stack));
    new NcclAcceptanceTest(stack, id, { nodePool, ...given });
  };
}

/** A pool on a fabric of the user's own class. */
function onFabric(own: (fabric: RdmaFabric) => object): Program {
  return (stack) => {
    const cluster = testCluster(stack);
    const base = RdmaFabric.infiniband(NDR);
    const fabric: RdmaFabric = Object.create(base, Object.getOwnPropertyDescriptors(own(base)));
    const nodePool = rack(stack, cluster, { fabric });
    new NvidiaNetworkOperator(stack, 'Operator', { cluster, existingNetworks: [NetworkName.of('fast')] });
    new NcclAcceptanceTest(stack, 'Test', { nodePool });
  };
}

function serving(model: () => ModelSpec): Program {
  return (stack) => deploy({ models: [TritonModel.vllm({ name: 'chat', model: model() })] })(stack);
}

const readConfig = () => ({
  model_type: 'llama',
  num_hidden_layers: 2,
  hidden_size: 256,
  num_attention_heads: 4,
  intermediate_size: 512,
  vocab_size: 1024,
  max_position_embeddings: 8192,
});

class AnyNetwork extends SecondaryNetwork {
  public constructor({ stack, operator: made }: Site, id: string, resource: Given) {
    super(stack, id, { operator: made, ipam }, { apiVersion: 'example.com/v1', kind: 'AnyNetwork', ...resource });
  }
}

const rails = (given: Given) =>
  Array.from({ length: 8 }, (_, index) => ({
    resourceName: `rail${index}`,
    network: NetworkName.of('fast'),
    physicalFunctions: [`ibs${index}f0`],
    ...(index === 0 ? given : {}),
  }));

/** Of what runs on clusters, and of stores. */
export const WORKLOAD_STRUCTS: StructPrograms = {
  ModelStoreProps: (given) => stored((stack) => new ModelStore(stack, 'Store', given)),
  ModelStoreAccessLogs: (given) =>
    stored((stack) => new ModelStore(stack, 'Store', { accessLogs: { bucketName: 'logs', ...given } })),
  ModelStoreAttributes: (given) => stored((stack) => ModelStore.fromBucketName(stack, 'Store', 'models', given)),
  ModelStoreCredentials: (given) =>
    stored((stack) =>
      ModelStore.fromBucketName(stack, 'Store', 'models', { credentials: { ...credentials, ...given } }),
    ),
  S3CompatibleStoreProps: (given) =>
    stored((stack) =>
      ModelStore.s3Compatible(stack, 'Store', {
        bucketName: 'models',
        endpoint: 'https://objects.example:9000',
        credentials,
        ...given,
      }),
    ),
  TritonDeploymentProps: (given) => deploy(given),
  ServingOptions: (given) => deploy(given),
  TritonServingOptions: (given) => deploy(given),
  VllmModelProps: (given) => (stack) =>
    deploy({ models: [TritonModel.vllm({ name: 'chat', model: ModelSpec.QWEN_2_5_0_5B, ...given })] })(stack),
  VllmOptions: (given) => (stack) =>
    deploy({ models: [TritonModel.vllm({ name: 'chat', model: ModelSpec.QWEN_2_5_0_5B, ...given })] })(stack),
  TensorModelProps: (given) => (stack) => deploy({ models: [TritonModel.onnxRuntime({ ...onnx, ...given })] })(stack),
  OnnxRuntimeModelProps: (given) => (stack) =>
    deploy({ models: [TritonModel.onnxRuntime({ ...onnx, ...given })] })(stack),
  TensorSpec: (given) => (stack) =>
    deploy({ models: [TritonModel.onnxRuntime({ ...onnx, inputs: [{ ...tensor, ...given }] })] })(stack),
  ModelImportProps: importing,
  ModelFile: (given) => (stack) =>
    importing({ source: ModelSource.urls([{ url: 'https://models.example/model.safetensors', ...given }]) })(stack),
  MonitoringOptions: monitoring,
  PersistentStorageProps: (given) => (stack) =>
    monitoring({ storage: MonitoringStorage.persistentVolume(given) })(stack),
  SlackReceiverProps: (given) =>
    receiving(() => AlertReceiver.slack('slack', { webhookUrl: { name: 'slack', key: 'url' }, ...given })),
  WebhookReceiverProps: (given) =>
    receiving(() => AlertReceiver.webhook('hook', { url: 'https://hook.example', ...given })),
  KubernetesLabelsOptions: (given) => (stack) => {
    KubernetesLabels.add(stack, given);
    new MonitoringStack(stack, 'Monitoring', { cluster: testCluster(stack) });
  },
  MetricsTarget: (given) => (stack) => {
    const made = new MonitoringStack(stack, 'Monitoring', { cluster: testCluster(stack) });
    made.watch(new TestWorkload(stack, 'Workload', given));
  },
  ObjectiveOptions: (given) => (stack) => {
    const made = new MonitoringStack(stack, 'Monitoring', { cluster: testCluster(stack) });
    made.watch(new TestWorkload(stack, 'Workload'), {
      objectives: [ServiceLevelObjective.availability(99.9, given)],
    });
  },
  WatchOptions: (given) => (stack) => {
    const made = new MonitoringStack(stack, 'Monitoring', { cluster: testCluster(stack) });
    const { metricPrefixes } = given;
    const [key, value] = Object.entries(metricPrefixes ?? {})[0] ?? [];
    made.watch(new TestWorkload(stack, 'Workload'), {
      metricPrefixes: key === 'k' ? { [MetricExporter.TRITON_VLLM]: value as string } : metricPrefixes,
    });
  },
  CustomResourcesProps: (given) => (stack) =>
    void new CustomResources(stack, 'Resources', {
      cluster: testCluster(stack),
      releaseName: 'rules',
      namespace: 'monitoring',
      resources: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } }],
      ...given,
      ...(given.resources && {
        resources: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, ...given.resources[0] }],
      }),
    }),
  NvidiaNetworkOperatorProps: (given) =>
    // Only address pools wait, by kubectl, for what the operator defines.
    operator(given, {}, 'Operator', (site) =>
      given.kubectlImage === undefined
        ? undefined
        : void new NvIpamPool(site.stack, 'Pool', {
            operator: site.operator,
            subnet: '192.168.0.0/22',
            perNodeBlockSize: 16,
          }),
    ),
  SecondaryNetworkProps: (given) =>
    network((site) => {
      const whole = { type: 'whereabouts', ...given.ipam };
      new MacvlanNetwork(site.stack, 'Rail', { operator: site.operator, master: 'ens2f0', ...given, ipam: whole });
    }),
  MacvlanNetworkProps: (given) =>
    network(
      (site) => void new MacvlanNetwork(site.stack, 'Rail', { operator: site.operator, ipam, master: 'e', ...given }),
    ),
  IpoibNetworkProps: (given) =>
    network(
      (site) => void new IpoibNetwork(site.stack, 'Rail', { operator: site.operator, ipam, master: 'e', ...given }),
    ),
  DeviceNetworkProps: (given) =>
    network(
      (site) =>
        void new HostDeviceNetwork(site.stack, 'Rail', { operator: site.operator, ipam, resourceName: 'a', ...given }),
    ),
  SecondaryNetworkResource: (given) => network((site) => void new AnyNetwork(site, 'Rail', given)),
  NvIpamPoolProps: (given) =>
    network(
      (site) =>
        void new NvIpamPool(site.stack, 'Pool', {
          operator: site.operator,
          subnet: '192.168.0.0/22',
          perNodeBlockSize: 16,
          ...given,
        }),
    ),
  ConnectXOptions: (given) => (stack) => attached(() => RdmaAttachment.sharedDevices(), given)(stack),
  AdapterSelection: (given) => attached(() => RdmaAttachment.sharedDevices({ adapters: given })),
  SharedDevicesOptions: (given) => attached(() => RdmaAttachment.sharedDevices(given)),
  HostDevicesOptions: (given) =>
    attached(() => RdmaAttachment.hostDevices({ network: NetworkName.of('fast'), ...given })),
  VirtualFunctionRail: (given) => attached(() => RdmaAttachment.virtualFunctions({ rails: rails(given) })),
  FabricAttachment: (given) => onFabric((fabric) => ({ attachment: { ...fabric.attachment, ...given } })),
  FabricBinding: (given) => onFabric((fabric) => ({ bind: (pod: FabricPod) => ({ ...fabric.bind(pod), ...given }) })),
  DenseModelProps: (given) => serving(() => ModelSpec.dense({ name: 'own', shape: SHAPE, ...given })),
  MixtureOfExpertsProps: (given) =>
    serving(() => ModelSpec.mixtureOfExperts({ name: 'own', shape: SHAPE, experts: EXPERTS, ...given })),
  GpuNodeTypeProps: (given) => (stack) => {
    const hardware = GpuNodeType.custom({
      name: 'own',
      gpu: GpuType.H100,
      gpuCount: 1,
      vcpus: 16,
      memory: DataSize.gib(128),
      ...given,
    });
    new ExistingGpuNodePool(stack, 'Pool', { cluster: testCluster(stack), hardware, nodes: 1 });
  },
  GpuTypeProps: (given) => (stack) => {
    const gpu = GpuType.custom({ memory: DataSize.gib(96), bandwidth: 2000, ...given });
    const hardware = GpuNodeType.custom({ name: 'own', gpu, gpuCount: 1, vcpus: 16, memory: DataSize.gib(128) });
    new ExistingGpuNodePool(stack, 'Pool', { cluster: testCluster(stack), hardware, nodes: 1 });
  },
  FabricPod: (given) => acceptance(given),
  NcclAcceptanceTestProps: acceptance,
  KubernetesManifestsOptions:
    ({ values }) =>
    (stack) => {
      importing({})(stack);
      KubernetesManifests.of(stack, { values }).toYaml();
    },
};

export const named = (find: (name: string) => unknown): ((name: string) => Program) => {
  return (name) => () => void find(name);
};

/** The same for arguments of methods and for the ids of constructs. */
export const WORKLOAD_ARGUMENTS: ArgumentPrograms = {
  'AlertReceiver.slack(name)': (name) =>
    receiving(() => AlertReceiver.slack(name, { webhookUrl: { name: 's', key: 'k' } })),
  'AlertReceiver.pagerDuty(name)': (name) =>
    receiving(() => AlertReceiver.pagerDuty(name, { routingKey: { name: 's', key: 'k' } })),
  'AlertReceiver.webhook(name)': (name) =>
    receiving(() => AlertReceiver.webhook(name, { url: 'https://hook.example' })),
  'MonitoringStack.new(id)': (id) => monitoring({}, id),
  'TritonDeployment.new(id)': (id) => deploy({ name: 'chat' }, id),
  'ModelImport.new(id)': (id) => importing({}, id),
  'ModelSource.volumeClaim(claimName)': (value) => (stack) =>
    importing({ source: ModelSource.volumeClaim(value) })(stack),
  'ModelSource.volumeClaim(folder)': (value) => (stack) =>
    importing({ source: ModelSource.volumeClaim('claim', value) })(stack),
  'ModelStore.fromBucketName(id)': (id) => stored((stack) => ModelStore.fromBucketName(stack, id, 'models')),
  'ModelStore.fromBucketName(bucketName)': (name) => stored((stack) => ModelStore.fromBucketName(stack, 'Store', name)),
  'ModelStore.s3Compatible(id)': (id) =>
    stored((stack) =>
      ModelStore.s3Compatible(stack, id, { bucketName: 'models', endpoint: 'https://o.example', credentials }),
    ),
  'ModelStore.uriFor(model)': (value) => (stack) => void new ModelStore(stack, 'Store').uriFor(value),
  'ModelStore.uriFor(version)': (value) => (stack) => void new ModelStore(stack, 'Store').uriFor('chat', value),
  'Warnings.accept(id)': (id) => (stack) => Warnings.accept(stack, id, 'read'),
  'Warnings.accept(reason)': (reason) => (stack) => Warnings.accept(stack, 'PUBLIC_API', reason),
  'ExistingNamespaces.declare(names)': (names) => (stack) => {
    const cluster = testCluster(stack);
    ExistingNamespaces.declare(cluster, names);
  },
  'CustomResources.new(id)': (id) => (stack) =>
    void new CustomResources(stack, id, {
      cluster: testCluster(stack),
      releaseName: 'rules',
      namespace: 'monitoring',
      resources: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } }],
    }),
  'NcclAcceptanceTest.new(id)': (id) => acceptance({}, id),
  'NvidiaNetworkOperator.new(id)': (id) => operator({}, {}, id),
  'NvIpamPool.new(id)': (id) =>
    network(
      (site) =>
        void new NvIpamPool(site.stack, id, {
          operator: site.operator,
          subnet: '192.168.0.0/22',
          perNodeBlockSize: 16,
        }),
    ),
  'MacvlanNetwork.new(id)': (id) =>
    network((site) => void new MacvlanNetwork(site.stack, id, { operator: site.operator, ipam, master: 'e' })),
  'IpoibNetwork.new(id)': (id) =>
    network((site) => void new IpoibNetwork(site.stack, id, { operator: site.operator, ipam, master: 'e' })),
  'HostDeviceNetwork.new(id)': (id) =>
    network((site) => void new HostDeviceNetwork(site.stack, id, { operator: site.operator, ipam, resourceName: 'a' })),
  'SriovNetwork.new(id)': (id) =>
    network((site) => void new SriovNetwork(site.stack, id, { operator: site.operator, ipam, resourceName: 'a' })),
  'SriovIbNetwork.new(id)': (id) =>
    network((site) => void new SriovIbNetwork(site.stack, id, { operator: site.operator, ipam, resourceName: 'a' })),
  'NetworkName.of(name)': (value) =>
    attached(() => RdmaAttachment.sharedDevices({ networks: [NetworkName.of(value)] })),
  'NetworkName.of(namespace)': (value) =>
    attached(() => RdmaAttachment.sharedDevices({ networks: [NetworkName.of('fast', value)] })),
  'GpuType.of(name)': named((name) => GpuType.of(name)),
  'InferenceEngine.of(name)': named((name) => InferenceEngine.of(name)),
  'InferenceEngine.vllm(version)': named((version) => InferenceEngine.vllm(version)),
  'Precision.of(name)': named((name) => Precision.of(name)),
  'EfaInstaller.of(version)': named((name) => EfaInstaller.of(name)),
  'TritonRelease.of(release)': named((name) => TritonRelease.of(name)),
  'VllmRelease.of(version)': named((name) => VllmRelease.of(name)),
  'ModelSpec.of(name)': named((name) => ModelSpec.of(name)),
  'ModelSpec.fromHuggingFaceConfig(name)': (name) => serving(() => ModelSpec.fromHuggingFaceConfig(name, readConfig())),
  'NicDriver.container(version)': (value) => (stack) => operator({ driver: NicDriver.container(value) })(stack),
};
