import { App, LocalBackend, TerraformStack } from 'cdktf';
import {
  DataSize,
  ExistingGpuNodePool,
  GatewayBackend,
  GpuInstanceType,
  GpuNodeType,
  GpuQueue,
  GpuType,
  IKubernetesCluster,
  InferenceGateway,
  JobSetController,
  KServeInferenceService,
  KubernetesAccess,
  KubernetesCluster,
  Kueue,
  LeaderWorkerSetController,
  ModelCache,
  ModelImport,
  ModelSource,
  ModelSpec,
  ModelStore,
  MonitoringStack,
  MonitoringStorage,
  Parallelism,
  RdmaFabric,
  TaintEffect,
  TrainingJob,
  TritonDeployment,
  TritonModel,
  VllmDeployment,
} from '../../lib';

/** Labels of the nodes of each pool, and how many there are. */
export const POOLS = {
  single: { nodes: 8, labels: { 'example.com/rack': 'single' } },
  groups: { nodes: 3, labels: { 'example.com/rack': 'groups' } },
  queued: { nodes: 3, labels: { 'example.com/rack': 'queued' } },
  train: { nodes: 4, labels: { 'example.com/rack': 'train' } },
} as const;
export const TAINT = { key: 'nvidia.com/gpu', effect: TaintEffect.NO_SCHEDULE };
/** Labels of nodes without GPUs. */
export const EDGE = { 'example.com/role': 'edge' };
export const BATCH = { 'example.com/role': 'batch' };
export const GROUP = { size: 2, namespace: 'inference', plain: 'large-group', queued: 'patient-group' };
export const CLAIM = { name: 'checkpoints', namespace: 'training' };

/** Everything that runs on a cluster, of each kind one. */
export function everything(app: App): TerraformStack {
  const stack = new TerraformStack(app, 'reliability');
  new LocalBackend(stack, { path: `../../../terraform.${stack.node.id}.tfstate` });
  const cluster = KubernetesCluster.fromKubeconfig(stack, 'Site', { configPath: '~/.kube/config', context: 'hall-11' });
  KubernetesAccess.of(stack, cluster);
  const modelStore = ModelStore.s3Compatible(stack, 'Models', {
    bucketName: 'models',
    endpoint: 'https://objects.example.com',
    credentials: { name: 'model-store' },
  });
  new LeaderWorkerSetController(stack, 'Groups', { cluster });
  new JobSetController(stack, 'JobSets', { cluster });
  new Kueue(stack, 'Kueue', { cluster });

  const single = new ExistingGpuNodePool(stack, 'Single', {
    ...{ cluster, nodes: POOLS.single.nodes, nodeSelector: POOLS.single.labels, taints: [TAINT] },
    hardware: GpuNodeType.custom({
      ...{ name: 'l40s', gpu: GpuType.L40S, gpuCount: 1, vcpus: 32, memory: DataSize.gib(256) },
      localStorage: DataSize.gb(3840),
    }),
  });
  const serving = { cluster, nodePool: single, modelStore };
  const llama = { name: 'llama', model: ModelSpec.LLAMA_3_1_8B };
  const chat = new VllmDeployment(stack, 'Chat', {
    ...serving,
    replicas: 2,
    modelCache: ModelCache.onNode({ size: DataSize.gib(100) }),
    models: [llama],
  });
  const triton = new TritonDeployment(stack, 'Triton', { ...serving, models: [TritonModel.vllm(llama)] });
  const kserve = new KServeInferenceService(stack, 'KServe', {
    ...{ ...serving, name: 'kserve', modelPath: 'llama/1', model: ModelSpec.LLAMA_3_1_8B },
  });
  const door = new InferenceGateway(stack, 'Door', {
    ...{ cluster, backends: [GatewayBackend.of(chat)], nodeSelector: EDGE },
  });

  const large = (poolName: keyof typeof POOLS) => largePool(stack, cluster, poolName);
  const two = {
    name: 'large',
    model: ModelSpec.LLAMA_3_1_70B,
    parallelism: Parallelism.of({ tensor: 8, pipeline: 2 }),
  };
  const ofNodes = { cluster, modelStore, replicas: 1, maxSurge: 0, vllmImage: 'registry.example.com/vllm-efa:1' };
  const groups = new VllmDeployment(stack, 'Large', { ...ofNodes, nodePool: large('groups'), models: [two] });
  const queued = large('queued');
  const patient = new VllmDeployment(stack, 'Patient', {
    ...{ ...ofNodes, nodePool: queued, models: [{ ...two, name: 'patient' }] },
    queue: new GpuQueue(stack, 'Queue', { cluster, nodePools: [queued], name: 'gpus' }),
  });

  const train = large('train');
  const training = {
    ...{ cluster, nodePool: train, modelStore, modelName: 'llama', model: ModelSpec.LLAMA_3_1_8B, dataName: 'talks' },
    ...{ sequenceLength: 4096, steps: 10, image: 'registry.example.com/training:1', checkpointClaim: CLAIM.name },
  };
  new TrainingJob(stack, 'Set', { ...training, name: 'set', nodes: 2, maxRestarts: 1 });
  new TrainingJob(stack, 'Alone', { ...training, name: 'alone', nodes: 1, maxRestarts: 1 });
  new ModelImport(stack, 'Import', {
    ...{ cluster, modelStore, model: 'bert', nodeSelector: BATCH },
    source: ModelSource.huggingFace({ repository: 'google-bert/bert-base-uncased', revision: 'a'.repeat(40) }),
  });
  const monitoring = new MonitoringStack(stack, 'Monitoring', {
    ...{ cluster, alertReceivers: [], clusterMetrics: false, storage: MonitoringStorage.emptyDir() },
  });
  for (const each of [chat, triton, kserve, groups, patient, door]) monitoring.watch(each);
  return stack;
}

/** A pool of nodes with eight GPUs and EFA. */
function largePool(stack: TerraformStack, cluster: IKubernetesCluster, name: keyof typeof POOLS): ExistingGpuNodePool {
  const { nodes, labels } = POOLS[name];
  return new ExistingGpuNodePool(stack, `Pool-${name}`, {
    ...{ cluster, hardware: GpuInstanceType.P5_48XLARGE, nodes, nodeSelector: labels },
    ...{ fabric: RdmaFabric.efa(), ephemeralStorage: DataSize.gib(1000), taints: [TAINT] },
  });
}
