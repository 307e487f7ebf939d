import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { App, S3Backend, TerraformStack } from 'cdktf';
import {
  Capacity,
  DataSize,
  EksGpuCluster,
  EncryptedStorageClass,
  GpuInstanceType,
  Karpenter,
  KarpenterGpuNodePool,
  KubernetesAccess,
  ModelInstances,
  ModelSpec,
  ModelStore,
  MonitoringStack,
  MonitoringStorage,
  NodeAgents,
  TensorDataType,
  TritonDeployment,
  TritonModel,
} from 'gpu-inference-constructs';

const ranker = (name: string) =>
  TritonModel.onnxRuntime({
    name,
    inputs: [{ name: 'features', dataType: TensorDataType.FP32, dims: [128] }],
    outputs: [{ name: 'score', dataType: TensorDataType.FP32, dims: [1] }],
    maxBatchSize: 64,
    instances: ModelInstances.onSharedGpu(DataSize.gib(2)),
  });

/** Two small ONNX models that share a GPU, beside an 8B, on spot nodes that Karpenter launches from zero. */
export function mixedSpot(app: App): TerraformStack[] {
  const infrastructure = new TerraformStack(app, 'mixed-infrastructure');
  const workloads = new TerraformStack(app, 'mixed-workloads');
  for (const stack of [infrastructure, workloads]) {
    new S3Backend(stack, { bucket: 'company-terraform', key: `${stack.node.id}.tfstate`, region: 'us-east-1' });
  }
  new AwsProvider(infrastructure, 'Aws', { region: 'us-east-1' });
  const cluster = new EksGpuCluster(infrastructure, 'Cluster', {
    clusterName: 'mixed',
    availabilityZones: ['us-east-1a', 'us-east-1b', 'us-east-1c'],
  });
  KubernetesAccess.of(workloads, cluster);
  const storageClass = new EncryptedStorageClass(workloads, 'Volumes', { cluster });
  const spot = { cluster, capacity: Capacity.spot(), minNodes: 0, maxNodes: 4, workloads };
  const chatPool = new KarpenterGpuNodePool(infrastructure, 'Chat', {
    ...spot,
    instanceType: GpuInstanceType.G6E_XLARGE,
  });
  const rankPool = new KarpenterGpuNodePool(infrastructure, 'Rank', {
    ...spot,
    instanceType: GpuInstanceType.G6_XLARGE,
  });
  new Karpenter(workloads, 'Karpenter', { cluster });
  new NodeAgents(workloads, 'NodeAgents', { cluster });

  const modelStore = new ModelStore(infrastructure, 'Models');
  const chat = new TritonDeployment(workloads, 'ChatServer', {
    cluster,
    nodePool: chatPool,
    modelStore,
    models: [TritonModel.vllm({ name: 'chat', model: ModelSpec.LLAMA_3_1_8B, contextLength: 8192 })],
    replicas: 2,
  });
  const rank = new TritonDeployment(workloads, 'RankServer', {
    cluster,
    nodePool: rankPool,
    modelStore,
    models: [ranker('clicks'), ranker('returns')],
    replicas: 2,
  });
  const monitoring = new MonitoringStack(workloads, 'Monitoring', {
    cluster,
    storage: MonitoringStorage.persistentVolume({ storageClassName: storageClass.storageClassName }),
    alertReceivers: [],
  });
  monitoring.watch(chat);
  monitoring.watch(rank);
  return [infrastructure, workloads];
}
