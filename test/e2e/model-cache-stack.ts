import { App, TerraformStack } from 'cdktf';
import { DataSize, ModelCache, ModelSpec, ModelStore, VllmDeployment } from '../../lib';
import { modelsRack } from './models-rack';

export const NAMES = { bucket: 'weights', store: 'store', key: 'callers', warm: 'warm', killed: 'killed' };
export const STORE = 'http://minio.storage.svc:9000';
export const CACHE = DataSize.gib(100);

/** Two models with a cache on their nodes, one of them with two servers. */
export function modelCache(app: App): TerraformStack {
  const { stack, cluster, nodePool } = modelsRack(app, 'model-cache', 'hall-5');
  const modelStore = ModelStore.s3Compatible(stack, 'Models', {
    bucketName: NAMES.bucket,
    endpoint: STORE,
    region: 'us-east-1',
    credentials: { name: NAMES.store, key: 'credentials' },
  });
  new VllmDeployment(stack, 'Chat', {
    cluster,
    nodePool,
    modelStore,
    apiKey: { name: NAMES.key, key: 'key' },
    modelCache: ModelCache.onNode({ size: CACHE }),
    models: [
      { name: NAMES.warm, model: ModelSpec.LLAMA_3_1_8B, replicas: 2 },
      { name: NAMES.killed, model: ModelSpec.LLAMA_3_1_8B, replicas: 1 },
    ],
  });
  return stack;
}
