import { App, LocalBackend, TerraformStack } from 'cdktf';
import {
  DataSize,
  DeepSpeedConfig,
  ExistingGpuNodePool,
  GpuNodeType,
  GpuType,
  KubernetesAccess,
  KubernetesCluster,
  ModelSpec,
  ModelStore,
  TrainingJob,
} from '../../lib';

export const TRAINED = { namespace: 'training', name: 'tune', model: 'tiny', data: 'talks', claim: 'checkpoints' };
export const STORE = { bucket: 'weights', endpoint: 'http://minio.storage.svc:9000' };
export const STORE_SECRET = { name: 'store', key: 'credentials' };
export const SELECTOR = { 'example.com/rack': 'pairs' };
export const STEPS = { all: 24, save: 4 };

/**
 * A training with stage 3 and everything in host memory that can be, on a node of two GPUs.
 *
 * @param config the `config.json` of the model
 */
export function training(app: App, config: string): TerraformStack {
  const stack = new TerraformStack(app, 'training');
  new LocalBackend(stack, { path: `../../../terraform.${stack.node.id}.tfstate` });
  const cluster = KubernetesCluster.fromKubeconfig(stack, 'Site', { configPath: '~/.kube/config', context: 'hall-9' });
  KubernetesAccess.of(stack, cluster);
  const nodePool = new ExistingGpuNodePool(stack, 'Pool', {
    cluster,
    hardware: GpuNodeType.custom({
      name: 'pair-l40s',
      gpu: GpuType.of('L40S'),
      gpuCount: 2,
      vcpus: 32,
      memory: DataSize.gib(256),
    }),
    nodes: 1,
    nodeSelector: SELECTOR,
  });
  const modelStore = ModelStore.s3Compatible(stack, 'Models', {
    bucketName: STORE.bucket,
    endpoint: STORE.endpoint,
    region: 'us-east-1',
    credentials: STORE_SECRET,
  });
  new TrainingJob(stack, 'Tune', {
    ...{ cluster, nodePool, modelStore },
    name: TRAINED.name,
    modelName: TRAINED.model,
    model: ModelSpec.fromHuggingFaceConfig(TRAINED.model, config),
    dataName: TRAINED.data,
    image: 'registry.example.com/training:1',
    checkpointClaim: TRAINED.claim,
    sequenceLength: 64,
    steps: STEPS.all,
    saveSteps: STEPS.save,
    deepSpeed: DeepSpeedConfig.of({
      ...{ zeroStage: 3, offloadOptimizer: true, offloadParameters: true },
      trainBatchSize: 8,
      learningRate: 1e-3,
    }),
  });
  return stack;
}
