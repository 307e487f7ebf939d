import { App, LocalBackend, TerraformStack } from 'cdktf';
import {
  ExistingGpuNodePool,
  GpuNodeType,
  GpuType,
  DataSize,
  KServeInferenceService,
  KubernetesAccess,
  KubernetesCluster,
  ModelSpec,
  ModelStore,
} from '../../lib';

/** A service whose number of servers a scaler sets, on nodes with one GPU each. */
export const SCALED = {
  name: 'small',
  namespace: 'scaled',
  nodes: { 'example.com/rack': 'small', 'nvidia.com/gpu.present': 'true' },
};

/** vLLM on a cluster that has KServe. */
export const scaled = (app: App): TerraformStack => {
  const stack = new TerraformStack(app, 'kserve-scaled');
  new LocalBackend(stack, { path: `../../../terraform.${stack.node.id}.tfstate` });
  const configPath = '~/.kube/config';
  const cluster = KubernetesCluster.fromKubeconfig(stack, 'Site', { configPath, context: 'hall-2' });
  KubernetesAccess.of(stack, cluster);
  const nodePool = new ExistingGpuNodePool(stack, 'Nodes', {
    cluster,
    hardware: GpuNodeType.custom({
      name: 'l40s',
      gpu: GpuType.L40S,
      gpuCount: 1,
      vcpus: 32,
      memory: DataSize.gib(256),
      localStorage: DataSize.gb(3840),
    }),
    nodes: 2,
    nodeSelector: { 'example.com/rack': 'small' },
  });
  const modelStore = ModelStore.s3Compatible(stack, 'Models', {
    bucketName: 'models',
    endpoint: 'https://objects.hall-2.example',
    credentials: { name: 'model-store' },
  });
  new KServeInferenceService(stack, 'Small', {
    cluster,
    nodePool,
    modelStore,
    namespace: SCALED.namespace,
    modelPath: 'llama/8b',
    model: ModelSpec.LLAMA_3_1_8B,
    maxReplicas: 2,
  });
  return stack;
};
