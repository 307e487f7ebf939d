import { App, LocalBackend, TerraformStack } from 'cdktf';
import {
  DataSize,
  ExistingGpuNodePool,
  GpuNodeType,
  GpuType,
  KubernetesAccess,
  KubernetesCluster,
  ModelSpec,
  ModelStore,
  Parallelism,
  RdmaFabric,
  VllmDeployment,
  VllmRelease,
} from '../../lib';

export const NAMES = { model: 'tiny', bucket: 'weights', group: 'tiny-group' };
export const SELECTOR = { 'example.com/rack': 'single' };
export const STORE = 'http://minio.storage.svc:9000';
export const SECRETS = { store: { name: 'store', key: 'credentials' }, key: { name: 'callers', key: 'key' } };

/**
 * A model in two stages, on nodes of one GPU each.
 *
 * @param config the `config.json` of the model
 * @param version of vLLM
 */
export function vllmGroup(app: App, config: string, version: string): TerraformStack {
  const stack = new TerraformStack(app, 'vllm-group');
  new LocalBackend(stack, { path: `../../../terraform.${stack.node.id}.tfstate` });
  const cluster = KubernetesCluster.fromKubeconfig(stack, 'Site', { configPath: '~/.kube/config', context: 'hall-8' });
  KubernetesAccess.of(stack, cluster);
  const nodePool = new ExistingGpuNodePool(stack, 'Pool', {
    cluster,
    hardware: GpuNodeType.custom({
      name: 'single-l40s',
      gpu: GpuType.of('L40S'),
      gpuCount: 1,
      vcpus: 32,
      memory: DataSize.gib(256),
      networkBandwidthGbps: 100,
    }),
    nodes: 2,
    fabric: RdmaFabric.none(),
    nodeSelector: SELECTOR,
  });
  const modelStore = ModelStore.s3Compatible(stack, 'Models', {
    bucketName: NAMES.bucket,
    endpoint: STORE,
    region: 'us-east-1',
    credentials: SECRETS.store,
  });
  new VllmDeployment(stack, 'Chat', {
    cluster,
    nodePool,
    modelStore,
    vllmRelease: VllmRelease.of(version),
    apiKey: SECRETS.key,
    maxSurge: 0,
    models: [
      {
        name: NAMES.model,
        model: ModelSpec.fromHuggingFaceConfig(NAMES.model, config),
        contextLength: 2048,
        parallelism: Parallelism.of({ tensor: 1, pipeline: 2 }),
      },
    ],
  });
  return stack;
}
