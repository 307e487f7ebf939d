import { TerraformStack, Token } from 'cdktf';
import {
  AlertReceiver,
  Capacity,
  CapacityPlanner,
  CloudTopology,
  ClusterAutoscaler,
  ClusterNodePools,
  DataSize,
  EksGpuCluster,
  EncryptedStorageClass,
  ExistingGpuNodePool,
  GpuInstanceType,
  GpuNodeType,
  GpuType,
  HostDeviceNetwork,
  ImagePrePuller,
  KubernetesCluster,
  ModelImport,
  ModelSource,
  ModelSpec,
  ModelStore,
  MonitoringStack,
  NetworkName,
  NvidiaNetworkOperator,
  RdmaAttachment,
  RdmaFabric,
  TensorDataType,
  TritonDeployment,
  TritonModel,
  ValidationError,
} from '../../lib';
import { testEksCluster } from '../compute/test-eks-cluster';
import { addPool } from '../compute/test-pool';
import { TestWorkload } from '../monitoring/support';
import { RACK } from '../network/support';
import { TestPool, TestStore, llama8b } from '../serving/support/fixtures';
import { faultsThrown, idsOf } from '../support/faults';
import { synthStack, testStack } from '../support/synth';
import { testCluster } from '../support/test-cluster';
import { SHAPE } from './small-model';

type Given = { readonly [property: string]: unknown };
type Make = (stack: TerraformStack, given: Given) => unknown;

const pool: Make = (stack, given) => addPool(stack, given);
const existing: Make = (stack, given) =>
  new ExistingGpuNodePool(stack, 'It', { cluster: testCluster(stack), hardware: RACK, nodes: 1, ...given });
const cluster: Make = (stack, given) => new EksGpuCluster(stack, 'It', { clusterName: 'chat', ...given });
const imported: Make = (stack, given) =>
  EksGpuCluster.fromAttributes(stack, 'It', {
    clusterName: 'chat',
    subnetIds: ['subnet-1'],
    securityGroupIds: ['sg-1'],
    ...given,
  });
const rack: Make = (stack, given) => KubernetesCluster.fromKubeconfig(stack, 'It', { configPath: 'a.yaml', ...given });
const store: Make = (stack, given) => new ModelStore(stack, 'It', given);
const own: Make = (stack, given) =>
  ModelStore.s3Compatible(stack, 'It', {
    endpoint: 'https://s3.example.com',
    bucketName: 'models',
    credentials: { name: 'store' },
    ...given,
  });
const monitoring: Make = (stack, given) =>
  new MonitoringStack(stack, 'It', {
    cluster: given.cluster ?? testCluster(stack),
    alertReceivers: [],
    ...given,
  } as never);
const images: Make = (stack, given) =>
  new ImagePrePuller(stack, 'It', { cluster: testCluster(stack), images: ['a.example.com/b:1'], ...given });
const load: Make = (stack, given) =>
  new ModelImport(stack, 'It', {
    cluster: testCluster(stack),
    modelStore: new TestStore(stack, 'Store'),
    model: 'chat',
    source: ModelSource.volumeClaim('models'),
    ...given,
  });
const serve: Make = (stack, given) => {
  const on = testCluster(stack);
  return new TritonDeployment(stack, 'It', {
    cluster: on,
    nodePool: new TestPool(stack, 'gpu', on, GpuInstanceType.G6E_XLARGE),
    modelStore: new TestStore(stack, 'Store'),
    models: [llama8b],
    ...given,
  });
};
const topology: Make = (stack, given) =>
  new CloudTopology(stack, 'It', { clusterName: 'chat', models: [{ model: ModelSpec.LLAMA_3_1_8B }], ...given });
const hardware: Make = (_, given) =>
  GpuNodeType.custom({ name: 'own', gpu: GpuType.H100, gpuCount: 8, vcpus: 8, memory: DataSize.gib(64), ...given });
const plan: Make = (_, given) =>
  CapacityPlanner.plan({ model: ModelSpec.LLAMA_3_1_8B, instanceType: GpuInstanceType.G6E_XLARGE, ...given });

const search: Make = (_, given) =>
  CapacityPlanner.search({
    model: ModelSpec.LLAMA_3_1_8B,
    candidates: [{ instanceType: GpuInstanceType.G6E_XLARGE }],
    ...given,
  });
const dense: Make = (_, given) => ModelSpec.dense({ name: 'own', shape: SHAPE, ...given });
const mixture: Make = (_, given) =>
  ModelSpec.mixtureOfExperts({
    name: 'own',
    shape: SHAPE,
    experts: { routed: 4, perToken: 2, intermediateSize: 128 },
    ...given,
  });
const kind = (attention: Given) => ({ shape: { ...SHAPE, layerKinds: [{ count: 2, attention }] } });
const block: Make = (_, given) =>
  Capacity.capacityBlock({
    reservationId: 'cr-02168da1478b509e0',
    availabilityZone: 'us-west-2a',
    start: '2027-01-01T11:30:00Z',
    end: '2027-01-08T11:30:00Z',
    ...given,
  });
const scaler: Make = (stack, given) => new ClusterAutoscaler(stack, 'It', { cluster: testEksCluster(stack), ...given });
const storage: Make = (stack, given) =>
  new EncryptedStorageClass(stack, 'It', { cluster: testCluster(stack), ...given });
const watch: Make = (stack, given) => {
  const made = new MonitoringStack(stack, 'It', { cluster: testCluster(stack), alertReceivers: [] });
  made.watch(new TestWorkload(stack, 'Workload', given.target as object), given.options as object);
};
const grant: Make = (stack, { role, prefix }) => new ModelStore(stack, 'It').grantRead(role as never, prefix as string);

const onnx: Make = (_, given) => {
  const tensor = { dataType: TensorDataType.FP32, dims: [1] };
  return TritonModel.onnxRuntime({
    ...{ name: 'scores', maxBatchSize: 8, inputs: [{ ...tensor, name: 'x' }], outputs: [{ ...tensor, name: 'y' }] },
    ...given,
  });
};
const vllm: Make = (_, given) => TritonModel.vllm({ name: 'chat', model: ModelSpec.LLAMA_3_1_8B, ...given });
const bind: Make = (_, given) => RdmaFabric.efa().bind({ hardware: GpuInstanceType.P5_48XLARGE, gpus: 8, ...given });
const attach: Make = (_, given) => RdmaAttachment.hostDevices({ network: NetworkName.of('fast'), ...given });
const network: Make = (stack, given) => {
  const on = testCluster(stack);
  new ExistingGpuNodePool(stack, 'Rack', {
    ...{ cluster: on, hardware: RACK, nodes: 1 },
    fabric: RdmaFabric.infiniband({ adaptersPerNode: 1, gbpsPerAdapter: 400 }),
  });
  const operator = new NvidiaNetworkOperator(stack, 'Operator', { cluster: on, secondaryNetworks: true });
  return new HostDeviceNetwork(stack, 'It', { operator, ...given });
};
const slack: Make = (_, given) => AlertReceiver.slack('a', given as never);
const pager: Make = (_, { name, ...given }) => AlertReceiver.pagerDuty(name as string, given as never);
const hook: Make = (_, given) => AlertReceiver.webhook('a', given);
const hub: Make = (_, given) =>
  ModelSource.huggingFace({ repository: 'meta/llama', revision: 'a'.repeat(40), ...given });
const urls: Make = (_, { files }) => ModelSource.urls(files as never);
const claim: Make = (_, { name, folder }) => ModelSource.volumeClaim(name as string, folder as string);
/** More than AWS takes. */
const MANY_TAGS = Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`tag-${i}`, 'x']));
const vpc = (given: Given) => ({ vpc: { vpcId: 'vpc-1', privateSubnetIds: ['a', 'b'], ...given } });

/** What is given, and every fault of it: those of kinds, and those of the other properties. */
test.each<[string, Make, Given, string[]]>([
  ['GpuNodePool', pool, { capacity: { kind: 'SPOT' }, maxNodes: -1 }, ['capacity', 'maxNodes']],
  ['GpuNodePool', pool, { instanceType: null, poolName: 'A_B' }, ['instanceType', 'poolName']],
  ['GpuNodePool', pool, { minNodes: '1', diskSize: DataSize.gib(1) }, ['minNodes', 'diskSize']],
  ['GpuNodePool', pool, { placement: {}, tags: { 'aws:a': 'b' } }, ['placement', 'tags']],
  ['GpuNodePool', pool, { labels: { a: 5 }, poolName: 'A_B' }, ["labels['a']", 'poolName']],
  ['ExistingGpuNodePool', existing, { hardware: 'dgx', nodes: 0 }, ['hardware', 'nodes']],
  ['ExistingGpuNodePool', existing, { gpuSharing: {}, nodes: 0 }, ['gpuSharing', 'nodes']],
  ['EksGpuCluster', cluster, { clusterName: 5, vpcCidr: '10.0.0.0/8' }, ['clusterName', 'vpcCidr']],
  ['EksGpuCluster', cluster, { clusterName: 'a b', apiAccess: {} }, ['clusterName', 'apiAccess']],
  [
    'EksGpuCluster',
    cluster,
    { clusterName: 'a b', vpc: { vpcId: 5 } },
    ['clusterName', 'vpc.vpcId', 'vpc.privateSubnetIds'],
  ],
  [
    'EksGpuCluster',
    cluster,
    vpc({ privateSubnetIds: ['a', 5], privateSubnetCidrs: ['10.0.0.0/99', '10.0.1.0/24'] }),
    ['vpc.privateSubnetIds[1]', 'vpc.privateSubnetCidrs'],
  ],
  [
    'EksGpuCluster',
    cluster,
    vpc({ privateSubnetIds: 5, privateSubnetCidrs: ['x'], controlPlaneSubnetIds: ['a'] }),
    ['vpc.privateSubnetIds', 'vpc.privateSubnetCidrs', 'vpc.controlPlaneSubnetIds'],
  ],
  [
    'EksGpuCluster',
    cluster,
    vpc({ privateSubnetCidrs: ['10.0.0.0/24', 5], controlPlaneSubnetIds: ['a'] }),
    ['vpc.privateSubnetCidrs[1]', 'vpc.controlPlaneSubnetIds'],
  ],
  [
    'EksGpuCluster',
    cluster,
    vpc({ vpcId: 5, privateSubnetIds: ['a'], availabilityZones: ['us-east-1a'] }),
    ['vpc.vpcId', 'vpc.privateSubnetIds', 'vpc.availabilityZones'],
  ],
  ['EksGpuCluster', cluster, { vpc: 5, vpcCidr: '10.0.0.0/8', clusterName: 'a b' }, ['vpc', 'vpcCidr', 'clusterName']],
  [
    'EksGpuCluster',
    cluster,
    { release: '1.34', systemNodes: { minNodes: -1 }, clusterName: 'a b' },
    ['release', 'systemNodes.minNodes', 'clusterName'],
  ],
  ['EksGpuCluster', cluster, { release: '1.34', kubernetesVersion: '9.99' }, ['release', 'kubernetesVersion']],
  ['EksGpuCluster', cluster, { release: 5, kubernetesVersion: '1.99' }, ['release', 'kubernetesVersion']],
  ['CloudTopology', topology, { release: 5, kubernetesVersion: '9.99' }, ['release', 'kubernetesVersion']],
  ['EksGpuCluster', cluster, { availabilityZones: [5] }, ['availabilityZones[0]', 'availabilityZones']],
  ['ImagePrePuller', images, { images: Token.asList('${var.images}'), name: 'A B' }, ['images', 'name']],
  [
    'MonitoringStack',
    monitoring,
    { accessibleFrom: Token.asList('${var.names}'), namespace: 'A B', retentionDays: 0 },
    ['accessibleFrom', 'namespace', 'retentionDays'],
  ],
  [
    'MonitoringStack',
    monitoring,
    { retentionDays: Token.asNumber('${var.days}'), namespace: 'A B' },
    ['retentionDays', 'namespace'],
  ],
  // Of a list as a whole more may be wrong than one element.
  ['GpuNodePool', pool, { tags: { ...MANY_TAGS, owner: 5 } }, ["tags['owner']", 'tags']],
  ['EksGpuCluster', cluster, vpc({ privateSubnetIds: [5] }), ['vpc.privateSubnetIds[0]', 'vpc.privateSubnetIds']],
  ['ImagePrePuller', images, { images: ['a/b:1', 'a/b:1', 5] }, ['images[1]', 'images[2]']],
  ['EksGpuCluster', cluster, { availabilityZones: ['us-west-2a', 5] }, ['availabilityZones[1]']],
  ['CloudTopology', topology, { cluster: 5, clusterName: 'a b' }, ['cluster', 'clusterName']],
  ['CloudTopology', topology, { cluster: 5, systemNodes: { minNodes: -1 } }, ['cluster', 'systemNodes.minNodes']],
  [
    'CloudTopology',
    topology,
    { release: 5, clusterName: 'a b', vpcCidr: '10.0.0.0/8' },
    ['release', 'clusterName', 'vpcCidr'],
  ],
  ['CloudTopology', topology, { vpc: 5, clusterName: 'a b' }, ['vpc', 'clusterName']],
  ['a pod of a fabric', bind, { hardware: 5, gpus: -1 }, ['hardware', 'gpus']],
  ['a pod of a fabric', bind, { hardware: GpuInstanceType.G5_XLARGE, gpus: '1' }, ['gpus', 'fabric']],
  [
    'a pod of a fabric',
    bind,
    { hardware: 5, gpus: 1, environment: { FI_PROVIDER: 'tcp' } },
    ['hardware', 'environment.FI_PROVIDER'],
  ],
  [
    'adapters of a host',
    attach,
    { network: 5, adapters: { deviceIds: Token.asList('${var.ids}') } },
    ['network', 'adapters.deviceIds'],
  ],
  ['a network of devices', network, { network: 5, resourceName: 'a b' }, ['network', 'resourceName']],
  ['a network of devices', network, { resourceName: 5, ipam: {} }, ['resourceName', 'ipam.type']],
  ['a network of devices', network, { operator: 5, resourceName: 'a b' }, ['operator', 'resourceName']],
  ['an ONNX model', onnx, { name: 'a b', maxBatchSize: '8' }, ['name', 'maxBatchSize']],
  ['an ONNX model', onnx, { inputs: 5, intraOpThreads: 0, fileName: 'a/b' }, ['inputs', 'intraOpThreads', 'fileName']],
  ['a model of vLLM', vllm, { name: 'a b', contextLength: '8k' }, ['name', 'contextLength']],
  ['a Slack channel', slack, { webhookUrl: { name: 'A B', key: 5 } }, ['webhookUrl.name', 'webhookUrl.key']],
  ['a pager', pager, { name: 5, routingKey: { name: 'A B', key: 'a' } }, ['name', 'routingKey.name']],
  ['a webhook', hook, { url: 'ftp://x', bearerToken: 5 }, ['url', 'bearerToken']],
  ['a hub', hub, { repository: 'a b', revision: 5 }, ['repository', 'revision']],
  [
    'a hub',
    hub,
    { repository: 5, revision: 'a b', token: { name: 'A', key: 'k' } },
    ['repository', 'revision', 'token.name'],
  ],
  ['a hub', hub, { endpoint: 'ftp://x', allow: 5 }, ['endpoint', 'allow']],
  [
    'files',
    urls,
    { files: [{ url: 'ftp://x' }, { url: 'https://a/b', sha256: 5 }] },
    ['files[0].url', 'files[1].sha256'],
  ],
  ['a volume', claim, { name: 'A B', folder: 5 }, ['claimName', 'folder']],
  ['a model', dense, { name: '', shape: 5 }, ['name', 'shape']],
  ['a model', dense, { name: '', shape: { ...SHAPE, layers: 0 } }, ['name', 'layers']],
  ['a model', mixture, { name: '', shape: 5 }, ['name', 'shape']],
  ['an imported cluster', imported, { clusterName: 'a b', tags: 5 }, ['clusterName', 'tags']],
  ['a cluster by its kubeconfig', rack, { configPath: '', context: 5 }, ['configPath', 'context']],
  ['ModelStore', store, { bucketName: 'A', removalPolicy: 'keep' }, ['bucketName', 'removalPolicy']],
  ['ModelStore', store, { bucketName: 5, noncurrentVersionDays: -1 }, ['bucketName', 'noncurrentVersionDays']],
  ['a store of another kind', own, { endpoint: 5, bucketName: 'A' }, ['endpoint', 'bucketName']],
  ['MonitoringStack', monitoring, { cluster: 5, retentionDays: 0 }, ['cluster', 'retentionDays']],
  ['MonitoringStack', monitoring, { storage: {}, namespace: 'A B' }, ['storage', 'namespace']],
  ['MonitoringStack', monitoring, { accessibleFrom: 5, namespace: 'A B' }, ['accessibleFrom', 'namespace']],
  ['ImagePrePuller', images, { images: 5, name: 'A B' }, ['images', 'name']],
  ['ImagePrePuller', images, { imageRegistry: 'a', name: 'A B' }, ['imageRegistry', 'name']],
  ['ModelImport', load, { source: {}, retries: -1, name: 'A B' }, ['source', 'retries', 'name']],
  ['ModelImport', load, { modelStore: { node: 5 }, retries: -1 }, ['modelStore', 'retries']],
  ['TritonDeployment', serve, { nodePool: {}, replicas: 0 }, ['nodePool', 'replicas']],
  ['TritonDeployment', serve, { models: [{}], replicas: 0 }, ['models[0]', 'replicas']],
  ['TritonDeployment', serve, { models: null, name: 'A B' }, ['models', 'name']],
  ['TritonDeployment', serve, { cluster: 5, replicas: 0 }, ['cluster', 'replicas']],
  ['TritonDeployment', serve, { stallTimeout: 5, replicas: 0 }, ['stallTimeout', 'replicas']],
  ['TritonDeployment', serve, { tritonRelease: '26.02', replicas: 0 }, ['tritonRelease', 'replicas']],
  ['CloudTopology', topology, { clusterName: 'a b', monitoring: 'yes' }, ['clusterName', 'monitoring']],
  ['GpuNodeType', hardware, { gpuCount: 0, memory: 64 }, ['gpuCount', 'memory']],
  ['a plan', plan, { concurrency: -1, precision: 'fp8' }, ['concurrency', 'precision']],
  ['a plan', plan, { model: 'llama', concurrency: -1, pricePerHour: -1 }, ['model', 'concurrency', 'pricePerHour']],
  ['a plan', plan, { instanceType: 'g6e', maxNodes: 0, inputTokens: 0 }, ['instanceType', 'maxNodes', 'inputTokens']],
  [
    'a search',
    search,
    { model: undefined, limit: 0, targets: { maxTimePerOutputTokenMs: -1 } },
    ['model', 'limit', 'targets.maxTimePerOutputTokenMs'],
  ],
  ['a search', search, { targets: 5, precisions: [], concurrency: 0 }, ['targets', 'precisions', 'concurrency']],
  ['a model', dense, { shape: { ...SHAPE, layers: '2', hiddenSize: -1 } }, ['shape.layers', 'hiddenSize']],
  ['a model', dense, { name: 5, shape: { ...SHAPE, layers: 0 } }, ['name', 'layers']],
  ['a model', dense, { shape: 5, publishedBits: { attention: 99 } }, ['shape', 'publishedBits.attention']],
  [
    'a model',
    mixture,
    { experts: { routed: '4', perToken: 0, intermediateSize: 128 } },
    ['experts.routed', 'experts.perToken'],
  ],
  [
    'a model',
    dense,
    kind({ heads: '4', headSize: -1 }),
    ['shape.layerKinds[0].attention.heads', 'layerKinds[0].attention.headSize'],
  ],
  ['a block', block, { start: 5, end: 'soon', instances: 0 }, ['start', 'end', 'instances']],
  ['ClusterAutoscaler', scaler, { cluster: 5, chartVersion: 'x' }, ['cluster', 'chartVersion']],
  ['EncryptedStorageClass', storage, { cluster: 5, storageClassName: 'A B' }, ['cluster', 'storageClassName']],
  ['watch', watch, { options: { latencyAlert: 'no', latencyThresholdMs: -1 } }, ['latencyAlert', 'latencyThresholdMs']],
  [
    'watch',
    watch,
    { target: { port: '80' }, options: { latencyThresholdMs: -1 } },
    ['workload.metricsTarget.port', 'latencyThresholdMs'],
  ],
  ['grantRead', grant, { role: 5, prefix: '' }, ['role', 'prefix']],
])('all faults of %s are in one error: %#', (_, make, given, expected) => {
  const found = new Set(faultsThrown(() => make(testStack(), given)).map(({ property }) => property));
  expect([...found].sort()).toEqual([...expected].sort());
});

test('no fault is made up from a value that will be mended', () => {
  const wrong = { capacity: { kind: 'SPOT' }, instanceType: GpuInstanceType.P5_48XLARGE, fabric: 'efa' };
  expect(idsOf(faultsThrown(() => addPool(testStack(), wrong as never)))).toEqual([
    'WRONG_KIND capacity',
    'WRONG_KIND fabric',
  ]);
});

test('what is only tried leaves nothing behind', () => {
  const stack = testStack();
  const on = testCluster(stack);
  const before = stack.node.findAll().length;
  const props = { cluster: on, hardware: RACK, nodes: 1, nodeSelector: { pool: 'rack' } };
  expect(() => new ExistingGpuNodePool(stack, 'It', { ...props, maxPods: '5' as never })).toThrow(/maxPods/);
  expect(() => monitoring(stack, { cluster: on, storage: {} })).toThrow(/storage/);
  expect(stack.node.tryFindChild('It')).toBeUndefined();
  expect(stack.node.findAll()).toHaveLength(before);
  expect(ClusterNodePools.of(on)).toEqual([]);
  new ExistingGpuNodePool(stack, 'It', props);
  expect(ClusterNodePools.of(on)).toHaveLength(1);
  synthStack(stack);
});

test.each<[string, Make, Given]>([
  ['GpuNodePool', pool, { maxNodes: -1 }],
  ['ExistingGpuNodePool', existing, { nodes: 0 }],
  ['EksGpuCluster', cluster, { clusterName: 'a b' }],
  ['an imported cluster', imported, { clusterName: 'a b' }],
  ['a cluster by its kubeconfig', rack, { configPath: '' }],
  ['ModelStore', store, { bucketName: 'A' }],
  ['a store of another kind', own, { bucketName: 'A' }],
  ['MonitoringStack', monitoring, { retentionDays: 0 }],
  ['ImagePrePuller', images, { name: 'A B' }],
  ['ModelImport', load, { retries: -1 }],
  ['TritonDeployment', serve, { replicas: 0 }],
  ['ClusterAutoscaler', scaler, { chartVersion: 'x' }],
  ['EncryptedStorageClass', storage, { storageClassName: 'A B' }],
])('%s that is refused is not in the tree', (_, make, given) => {
  const stack = testStack();
  expect(() => make(stack, given)).toThrow(ValidationError);
  expect(stack.node.findAll().filter(({ node }) => node.id === 'It' || node.id === 'Chat')).toEqual([]);
});

test('a topology that is refused leaves its stack as it was', () => {
  const stack = testStack();
  const before = stack.node.findAll().length;
  expect(() => topology(stack, { monitoringOptions: { retentionDays: 0 } })).toThrow(/retentionDays/);
  expect(() => topology(stack, { monitoring: 'yes' })).toThrow(/monitoring/);
  expect(stack.node.findAll()).toHaveLength(before);
});

test('a name that is taken stays with whoever has it', () => {
  const stack = testStack();
  const first = new ModelStore(stack, 'It');
  expect(() => store(stack, { bucketName: 5 })).toThrow('bucketName must be a text');
  expect(stack.node.tryFindChild('It')).toBe(first);
});
