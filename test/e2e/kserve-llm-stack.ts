import { App, LocalBackend, TerraformStack } from 'cdktf';
import {
  DataSize,
  ExistingGpuNodePool,
  GpuInterconnect,
  GpuNodeType,
  GpuType,
  KServeLlmInferenceService,
  KServeRouter,
  KServeScheduler,
  KubernetesAccess,
  KubernetesCluster,
  ModelSpec,
  ModelStore,
  NodeAgents,
  Parallelism,
  Precision,
} from '../../lib';

export const NAMESPACE = 'inference';
/** Labels of the nodes of each pool. */
export const SMALL = { 'example.com/rack': 'small', 'nvidia.com/gpu.present': 'true' };
export const LARGE = { 'example.com/rack': 'large', 'nvidia.com/gpu.present': 'true' };

/** Two services: a model on one GPU behind a Gateway, and one of two stages on two nodes; on a cluster that has KServe. */
export const llmServices = (app: App): TerraformStack => {
  const stack = new TerraformStack(app, 'kserve-llm');
  new LocalBackend(stack, { path: `../../../terraform.${stack.node.id}.tfstate` });
  const configPath = '~/.kube/config';
  const cluster = KubernetesCluster.fromKubeconfig(stack, 'Site', { configPath, context: 'hall-2' });
  KubernetesAccess.of(stack, cluster);
  const size = { vcpus: 96, memory: DataSize.gib(1024), localStorage: DataSize.gb(7680) };
  const small = new ExistingGpuNodePool(stack, 'SmallNodes', {
    cluster,
    hardware: GpuNodeType.custom({ name: 'l40s', gpu: GpuType.L40S, gpuCount: 1, ...size }),
    nodes: 2,
    nodeSelector: { 'example.com/rack': 'small' },
  });
  const large = new ExistingGpuNodePool(stack, 'LargeNodes', {
    cluster,
    hardware: GpuNodeType.custom({
      name: 'hgx-a100-8',
      gpu: GpuType.A100_80GB,
      gpuCount: 8,
      interconnect: GpuInterconnect.NVSWITCH,
      networkBandwidthGbps: 100,
      ...size,
    }),
    nodes: 2,
    nodeSelector: { 'example.com/rack': 'large' },
  });
  new NodeAgents(stack, 'Agents', { cluster });
  const modelStore = ModelStore.s3Compatible(stack, 'Models', {
    bucketName: 'models',
    endpoint: 'https://objects.hall-2.example',
    credentials: { name: 'model-store' },
  });
  new KServeLlmInferenceService(stack, 'Chat', {
    cluster,
    nodePool: small,
    modelStore,
    modelPath: 'llama/8b',
    model: ModelSpec.LLAMA_3_1_8B,
    engineArguments: { override_generation_config: { temperature: 0.5, stop: ["it's"] } },
    loraAdapters: [{ name: 'sql', rank: 16 }],
    router: KServeRouter.gateway(
      { name: 'door', namespace: 'gateways' },
      { scheduler: KServeScheduler.endpointPicker() },
    ),
    accessibleFrom: ['gateways'],
  });
  new KServeLlmInferenceService(stack, 'Large', {
    cluster,
    nodePool: large,
    modelStore,
    modelPath: 'llama/70b',
    model: ModelSpec.LLAMA_3_1_70B,
    precision: Precision.FP16,
    parallelism: Parallelism.of({ tensor: 8, pipeline: 2 }),
  });
  return stack;
};
