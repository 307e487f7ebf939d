import { App } from 'cdktf';
import {
  AlertReceiver,
  DataSize,
  EnvoyAiGatewayController,
  EnvoyAiInferenceGateway,
  ExistingGpuNodePool,
  GatewayAuthentication,
  GatewayBackend,
  GatewayExposure,
  GatewayTls,
  GpuInstanceType,
  GpuOperator,
  GpuSharing,
  ImagePrePuller,
  InferenceGateway,
  ModelCache,
  ModelImport,
  ModelSource,
  ModelSpec,
  ModelStore,
  MonitoringStack,
  MonitoringStorage,
  NcclAcceptanceTest,
  NetworkName,
  NodeAgents,
  NicDriver,
  NvIpamPool,
  NvidiaNetworkOperator,
  HostDeviceNetwork,
  PodVolume,
  RdmaAttachment,
  RdmaFabric,
  ServiceType,
  TaintEffect,
  TensorDataType,
  TensorApiAccess,
  TritonDeployment,
  TritonModel,
  VllmDeployment,
  WeightLoading,
  VllmRelease,
} from '../../lib';
import { NDR, rack } from '../network/support';
import { PROGRAMS as POLICY_PROGRAMS, Program } from '../policies/programs';
import { TestPool, TestStore } from '../serving/support/fixtures';
import { testStack } from '../support/synth';
import { release, rollout, sync } from '../storage/sync/support';
import { testCluster } from '../support/test-cluster';

/** Everything that users may add to a server's pod. */
const ADDITIONS = {
  podLabels: { team: 'chat' },
  podAnnotations: { 'example.com/note': 'seen' },
  secretEnvironment: { EXTRA_TOKEN: { name: 'extra', key: 'token' } },
  sidecars: [
    {
      name: 'proxy',
      image: 'example.test/proxy:1',
      ports: { tls: 8443 },
      environment: { MODE: 'strict' },
      volumeMounts: [{ volume: 'certificates', path: '/certificates' }],
    },
  ],
  initContainers: [{ name: 'warm', image: 'example.test/warm:1', command: ['/warm'] }],
  serviceAccountAnnotations: { 'example.com/identity': 'chat' },
  maxDisruptions: 2,
  volumes: [
    PodVolume.secret('certificates', 'proxy-certificates'),
    PodVolume.configMap('settings', 'proxy-settings'),
    PodVolume.claim('shared', 'shared-data'),
    PodVolume.emptyFolder('spool', DataSize.gib(1)),
  ],
  volumeMounts: [{ volume: 'shared', path: '/shared', readOnly: false }],
  runtimeClassName: 'nvidia',
  tolerations: [{ key: 'team', value: 'chat', effect: TaintEffect.NO_SCHEDULE }],
  serviceType: ServiceType.LOAD_BALANCER,
  serviceAnnotations: { 'example.com/internal': 'true' },
};

const FRAUD = TritonModel.onnxRuntime({
  name: 'fraud',
  inputs: [{ name: 'features', dataType: TensorDataType.FP32, dims: [128] }],
  outputs: [{ name: 'score', dataType: TensorDataType.FP32, dims: [1] }],
  maxBatchSize: 32,
});

/**
 * Servers with what the examples lack: additions, credentials of a store, adapters, a key of one's own, a server that does not drain, NVIDIA's
 * OpenAI front end with the tensor API and without.
 */
function servers(app: App): void {
  const stack = testStack(app, 'servers');
  const cluster = testCluster(stack);
  const modelStore = new TestStore(stack, 'Store');
  const own = ModelStore.s3Compatible(stack, 'OwnStore', {
    bucketName: 'own',
    endpoint: 'https://objects.example.test',
    credentials: { name: 'store', key: 'aws' },
  });
  const nodePool = new TestPool(stack, 'gpu', cluster, GpuInstanceType.G5_XLARGE, 6);
  new TritonDeployment(stack, 'Added', { cluster, nodePool, modelStore, models: [FRAUD], ...ADDITIONS });
  new TritonDeployment(stack, 'Own', { cluster, nodePool, modelStore: own, models: [FRAUD] });
  const served = { name: 'chat', model: ModelSpec.LLAMA_3_1_8B };
  const language = TritonModel.vllm({ name: 'llama', model: ModelSpec.LLAMA_3_1_8B });
  const front = { cluster, nodePool, modelStore, models: [language] };
  new TritonDeployment(stack, 'Fronted', { ...front, openAi: { tensorApi: TensorApiAccess.CALLERS } });
  const apiKey = { name: 'keys', key: 'closed' };
  new TritonDeployment(stack, 'Closed', { ...front, openAi: { apiKey, tensorApi: TensorApiAccess.POD } });
  new VllmDeployment(stack, 'Adapted', {
    cluster,
    nodePool,
    modelStore,
    models: [{ ...served, loraAdapters: [{ name: 'legal', rank: 16 }] }],
    apiKey: { name: 'keys', key: 'chat' },
    ...ADDITIONS,
  });
  new VllmDeployment(stack, 'Older', {
    cluster,
    nodePool,
    modelStore: own,
    models: [{ ...served, name: 'older' }],
    // It would break off what runs when it is told to stop.
    vllmRelease: VllmRelease.of('0.17.1'),
  });
}

/** Servers with a cache on their nodes, and others that need no disk for weights. */
function caches(app: App): void {
  const stack = testStack(app, 'caches');
  const cluster = testCluster(stack);
  const modelStore = new TestStore(stack, 'Store');
  const nodePool = new TestPool(stack, 'cached', cluster, GpuInstanceType.G5_XLARGE, 2);
  const modelCache = ModelCache.onNode({ size: DataSize.gib(50) });
  const models = [{ name: 'cached', model: ModelSpec.LLAMA_3_1_8B }];
  new VllmDeployment(stack, 'Cached', { cluster, nodePool, modelStore, models, modelCache });
  const streams = new TestPool(stack, 'streams', cluster, GpuInstanceType.G5_XLARGE, 2);
  new VllmDeployment(stack, 'Streamed', {
    cluster,
    nodePool: streams,
    modelStore,
    models: [{ name: 'streamed', model: ModelSpec.LLAMA_3_1_8B }],
    weightLoading: WeightLoading.streamed(),
  });
}

/** Imports from every kind of source; of URLs without a token is in the programs of policies. */
function imports(app: App): void {
  const stack = testStack(app, 'imports');
  const cluster = testCluster(stack);
  const modelStore = new TestStore(stack, 'Store');
  const own = ModelStore.s3Compatible(stack, 'OwnStore', {
    bucketName: 'own',
    endpoint: 'https://objects.example.test',
    credentials: { name: 'store' },
  });
  const token = { name: 'hub', key: 'token' };
  new ModelImport(stack, 'Gated', {
    cluster,
    modelStore,
    model: 'gated',
    source: ModelSource.huggingFace({ repository: 'example/gated', revision: 'a'.repeat(40), token }),
    nodeSelector: { disk: 'large' },
  });
  new ModelImport(stack, 'Claimed', {
    cluster,
    modelStore: own,
    model: 'claimed',
    source: ModelSource.volumeClaim('weights', 'chat'),
  });
}

/** A release, one that comes in rings, and a site that takes it. */
function synced(app: App): void {
  const stack = testStack(app, 'synced');
  const cluster = testCluster(stack);
  const modelStore = ModelStore.s3Compatible(stack, 'Store', {
    bucketName: 'own',
    endpoint: 'https://objects.example.test',
    credentials: { name: 'store' },
  });
  release(stack, { cluster, modelStore });
  const hub = {
    url: 'https://prometheus.monitoring.svc:9090',
    username: 'rollouts',
    password: { name: 'hub', key: 'password' },
    certificateAuthority: { name: 'hub', key: 'ca.crt' },
  };
  rollout(stack, { cluster, modelStore, hub }, 'Rings');
  const nodeSelector = { disk: 'large' };
  sync(stack, { cluster, modelStore, nodeSelector, servers: ['chat'] }, 'Sync');
}

/** Agents, fabrics and monitoring with what the examples lack. */
function rest(app: App): void {
  const stack = testStack(app, 'rest');
  const cluster = testCluster(stack);
  new ExistingGpuNodePool(stack, 'Shared', {
    cluster,
    hardware: GpuInstanceType.G5_XLARGE,
    nodes: 2,
    gpuSharing: GpuSharing.timeSlicing(4),
  });
  new NodeAgents(stack, 'All', { cluster, gpuFeatureDiscovery: true, dcgmExporter: true });
  new ImagePrePuller(stack, 'Everywhere', { cluster, images: ['example.test/a:1', 'example.test/b:2'] });
  const efa = new TestPool(stack, 'p5', cluster, GpuInstanceType.P5_48XLARGE, 2, RdmaFabric.efa());
  new NcclAcceptanceTest(stack, 'OverEfa', { nodePool: efa });
  const network = NetworkName.of('fast');
  const devices = RdmaFabric.infiniband({ ...NDR, attachment: RdmaAttachment.hostDevices({ network }) });
  const hall = rack(stack, cluster, { fabric: devices });
  const operator = new NvidiaNetworkOperator(stack, 'Operator', { cluster, nodeFeatureDiscovery: false });
  const ipPool = new NvIpamPool(stack, 'Addresses', { operator, subnet: '10.1.0.0/22', perNodeBlockSize: 8 });
  new HostDeviceNetwork(stack, 'fast', { operator, ipPool });
  new NcclAcceptanceTest(stack, 'OverDevices', { nodePool: hall });
  const monitoring = new MonitoringStack(stack, 'Ephemeral', {
    cluster,
    storage: MonitoringStorage.emptyDir(),
    priorityClassName: 'monitoring',
    grafana: {},
    alertReceivers: [AlertReceiver.slack('on-call', { webhookUrl: { name: 'alerting', key: 'slack' } })],
  });
  const modelStore = new TestStore(stack, 'Store');
  const nodePool = new TestPool(stack, 'gpu', cluster, GpuInstanceType.G5_XLARGE);
  monitoring.watch(new TritonDeployment(stack, 'Watched', { cluster, nodePool, modelStore, models: [FRAUD] }));
}

/** A front door for the public, before a Service of others. */
function gateways(app: App): void {
  const stack = testStack(app, 'gateways');
  const models = {
    name: 'models',
    namespace: 'inference',
    port: 8000,
    podSelector: { app: 'models' },
    models: ['chat'],
  };
  new InferenceGateway(stack, 'Door', {
    cluster: testCluster(stack),
    backends: [GatewayBackend.ofService({ ...models, apiKey: { name: 'models', key: 'key' } })],
    authentication: GatewayAuthentication.apiKeys({ red: { name: 'teams', key: 'red' } }),
    tls: GatewayTls.secret('door-certificate'),
    exposure: GatewayExposure.public(),
    nodeSelector: { role: 'front' },
    priorityClassName: 'front',
  });
}

/** The same for Envoy AI Gateway, with what runs it, before a server with a picker and one of another namespace. */
function aiGateways(app: App): void {
  const stack = testStack(app, 'ai-gateways');
  const cluster = testCluster(stack);
  new EnvoyAiGatewayController(stack, 'Gateways', {
    cluster,
    rateLimitRedis: 'redis.redis.svc:6379',
    inferencePools: true,
  });
  const models = { name: 'models', namespace: 'inference', port: 8000, podSelector: { app: 'models' } };
  const picked = { ...models, models: ['chat'], endpointPicker: { serviceName: 'chat-epp' } };
  const other = { name: 'other', namespace: 'kserve', port: 80, models: ['other'], basePath: '/openai/v1' };
  new EnvoyAiInferenceGateway(stack, 'AiDoor', {
    cluster,
    backends: [
      GatewayBackend.ofService({ ...picked, apiKey: { name: 'models', key: 'apiKey' } }),
      GatewayBackend.ofService(other),
    ],
    authentication: GatewayAuthentication.apiKeys({ red: { name: 'teams', key: 'red' } }),
    tls: GatewayTls.secret('door-certificate'),
    exposure: GatewayExposure.public(),
    limits: { tokensPerMinute: 1000 },
    nodeSelector: { role: 'front' },
    priorityClassName: 'front',
  });
}

/** Operators of others, and what they are told of nodes whose driver and network they manage. */
function operators(app: App): void {
  const stack = testStack(app, 'operators');
  const cluster = testCluster(stack);
  new NodeAgents(stack, 'Managed', { cluster, gpuOperator: GpuOperator.version() });
  const taints = [{ key: 'team', value: 'ml', effect: TaintEffect.NO_SCHEDULE }];
  rack(stack, cluster, { taints, driverInImage: false });
  new ExistingGpuNodePool(stack, 'Divided', {
    cluster,
    hardware: GpuInstanceType.G5_XLARGE,
    nodes: 1,
    driverInImage: false,
    gpuSharing: GpuSharing.timeSlicing(2),
  });
  new NvidiaNetworkOperator(stack, 'Network', {
    cluster,
    driver: NicDriver.container(),
    secondaryNetworks: true,
    nodeFeatureDiscovery: false,
  });
}

/** The examples and the programs of policies, and those with the kinds of pods that they lack. */
export const PROGRAMS: { readonly [name: string]: Program } = {
  ...POLICY_PROGRAMS,
  servers,
  caches,
  imports,
  synced,
  rest,
  operators,
  gateways,
  aiGateways,
};
