import { App, LocalBackend, TerraformStack } from 'cdktf';
import {
  DataSize,
  ExistingGpuNodePool,
  GpuInterconnect,
  GpuNodeType,
  GpuType,
  KubernetesAccess,
  KubernetesCluster,
  ModelImport,
  ModelSource,
  ModelSpec,
  ModelStore,
  RdmaFabric,
  TaintEffect,
  ToolCallParser,
  VllmDeployment,
  VllmRelease,
} from '../../lib';

export const SELECTOR = { 'example.com/rack': 'models' };
export const TAINT = { key: 'example.com/team', value: 'models' };
export const NAMES = { model: 'tiny', adapter: 'legal', claim: 'checkpoints', bucket: 'weights' };
export const STORE = 'http://minio.storage.svc:9000';
export const SECRETS = { store: { name: 'store', key: 'credentials' }, key: { name: 'callers', key: 'key' } };

/**
 * A model and its adapter that are imported from a volume into a store within the cluster, and served by vLLM.
 *
 * @param config the `config.json` of the model
 */
export function vllmServer(app: App, config: string): TerraformStack {
  const stack = new TerraformStack(app, 'vllm-server');
  new LocalBackend(stack, { path: `../../../terraform.${stack.node.id}.tfstate` });
  const cluster = KubernetesCluster.fromKubeconfig(stack, 'Site', { configPath: '~/.kube/config', context: 'hall-4' });
  KubernetesAccess.of(stack, cluster);
  const nodePool = new ExistingGpuNodePool(stack, 'Pool', {
    cluster,
    hardware: GpuNodeType.custom({
      name: 'dgx-h100',
      gpu: GpuType.H100,
      gpuCount: 8,
      vcpus: 224,
      memory: DataSize.gib(2048),
      interconnect: GpuInterconnect.NVSWITCH,
      networkBandwidthGbps: 3200,
    }),
    nodes: 1,
    fabric: RdmaFabric.none(),
    nodeSelector: SELECTOR,
    taints: [{ ...TAINT, effect: TaintEffect.NO_SCHEDULE }],
  });
  const modelStore = ModelStore.s3Compatible(stack, 'Models', {
    bucketName: NAMES.bucket,
    endpoint: STORE,
    region: 'us-east-1',
    credentials: SECRETS.store,
  });
  for (const model of [NAMES.model, NAMES.adapter]) {
    const source = ModelSource.volumeClaim(NAMES.claim, model);
    new ModelImport(stack, `import-${model}`, { cluster, modelStore, model, source });
  }
  new VllmDeployment(stack, 'Chat', {
    cluster,
    nodePool,
    modelStore,
    vllmRelease: VllmRelease.V0_24_0,
    apiKey: SECRETS.key,
    models: [
      {
        name: NAMES.model,
        model: ModelSpec.fromHuggingFaceConfig(NAMES.model, config),
        contextLength: 2048,
        toolCallParser: ToolCallParser.HERMES,
        loraAdapters: [{ name: NAMES.adapter, rank: 8 }],
      },
    ],
  });
  return stack;
}
