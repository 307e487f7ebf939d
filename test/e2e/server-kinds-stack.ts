import { App, TerraformStack } from 'cdktf';
import {
  DataSize,
  ModelInstances,
  ModelSpec,
  ModelStore,
  NodeAgents,
  PodVolume,
  PythonCode,
  TensorApiAccess,
  TensorDataType,
  TritonDeployment,
  TritonDeploymentProps,
  TritonModel,
  UpdateStrategy,
  VllmDeployment,
  WhenUnsatisfiable,
} from '../../lib';
import { modelsRack } from './models-rack';

/** GPUs of the pod of each server, by the deployment that it is of. */
export const GPUS: { readonly [server: string]: string } = {
  closed: '1',
  fronted: '1',
  hatched: '1',
  llm: '1',
  native: '1',
  python: '1',
  torch: '1',
};

const HOST = 'kubernetes.io/hostname';

/** What users set today by overrides, all of it. */
const HATCHES: Partial<TritonDeploymentProps> = {
  updateStrategy: UpdateStrategy.RECREATE,
  serviceAccountName: 'default',
  podLabels: { team: 'ranking' },
  podAnnotations: { 'example.com/note': 'seen' },
  podAffinity: [
    { topologyKey: HOST },
    { topologyKey: HOST, matchLabels: { app: 'cache' }, namespaces: ['data'], weight: 10 },
  ],
  podAntiAffinity: [
    { topologyKey: HOST, matchLabels: { app: 'noise' } },
    { topologyKey: HOST, weight: 100 },
  ],
  topologySpreadConstraints: [
    { topologyKey: HOST, maxSkew: 1, minDomains: 1, whenUnsatisfiable: WhenUnsatisfiable.DO_NOT_SCHEDULE },
  ],
  initContainers: [{ name: 'warm', image: 'registry.example.com/warm:1', command: ['/warm'] }],
  sidecars: [{ name: 'logs', image: 'registry.example.com/logs:1', ports: { logs: 9100 } }],
  environment: { LOG_LEVEL: 'debug' },
  secretEnvironment: { TOKEN: { name: 'callers', key: 'token' } },
  volumes: [PodVolume.emptyFolder('spool', DataSize.gib(1))],
  volumeMounts: [{ volume: 'spool', path: '/spool', readOnly: false }],
};

/** A server of every kind that no example has, and vLLM's own beside them. */
export function serverKinds(app: App): TerraformStack {
  const { stack, cluster, nodePool } = modelsRack(app, 'server-kinds', 'hall-5');
  new NodeAgents(stack, 'Agents', { cluster });
  const modelStore = ModelStore.s3Compatible(stack, 'Models', {
    bucketName: 'models',
    endpoint: 'https://objects.example.com',
    credentials: { name: 'model-store' },
  });
  const place = { cluster, nodePool, modelStore, maxSurge: 0 };
  const llama = { name: 'chat', model: ModelSpec.LLAMA_3_1_8B };
  const tensors = {
    inputs: [{ name: 'INPUT__0', dataType: TensorDataType.FP32, dims: [16] }],
    outputs: [{ name: 'OUTPUT__0', dataType: TensorDataType.FP32, dims: [1] }],
    maxBatchSize: 8,
    instances: ModelInstances.onGpus(),
  };
  const code = PythonCode.inline({
    'model.py': 'class TritonPythonModel:\n    def execute(self, requests):\n        return []\n',
  });
  const models: { readonly [server: string]: TritonModel } = {
    llm: TritonModel.tensorRtLlm(llama),
    python: TritonModel.python({ ...tensors, name: 'rules', code }),
    torch: TritonModel.pyTorch({ ...tensors, name: 'ranking', modelSize: DataSize.mib(200) }),
  };
  for (const [name, model] of Object.entries(models))
    new TritonDeployment(stack, name, { ...place, name, models: [model] });
  new TritonDeployment(stack, 'hatched', {
    ...{ cluster, nodePool, modelStore, name: 'hatched', models: [models.torch] },
    ...HATCHES,
  });
  const front = { ...place, models: [TritonModel.vllm(llama)] };
  new TritonDeployment(stack, 'fronted', { ...front, name: 'fronted', openAi: { tensorApi: TensorApiAccess.CALLERS } });
  const apiKey = { name: 'callers', key: 'closed' };
  new TritonDeployment(stack, 'closed', {
    ...front,
    name: 'closed',
    openAi: { apiKey, tensorApi: TensorApiAccess.POD },
  });
  new VllmDeployment(stack, 'native', { ...place, name: 'native', models: [llama] });
  return stack;
}
