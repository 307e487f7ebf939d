import { App, TerraformStack } from 'cdktf';
import {
  DataSize,
  Duration,
  ModelCache,
  ModelRelease,
  ModelSpec,
  ModelStore,
  ModelSync,
  VllmDeployment,
} from '../../lib';
import { modelsRack } from './models-rack';

export const SYNCED = {
  ...{ bucket: 'weights', store: 'store', key: 'callers', signing: 'release-key', claim: 'weights' },
  ...{ model: 'chat', server: 'chat', sync: 'sync', namespace: 'inference' },
};
export const STORE = 'http://minio.storage.svc:9000';
export const PROBE = 'http://health.inference:8000/health';

/** A server whose model a sync keeps, and two releases: the one that it takes first, and the one after that. */
export function modelSync(publicKey: string) {
  return (app: App): TerraformStack => {
    const { stack, cluster, nodePool } = modelsRack(app, 'model-sync', 'site');
    const modelStore = ModelStore.s3Compatible(stack, 'Models', {
      bucketName: SYNCED.bucket,
      endpoint: STORE,
      region: 'us-east-1',
      credentials: { name: SYNCED.store, key: 'credentials' },
    });
    for (const number of [1, 2]) {
      new ModelRelease(stack, `Release${number}`, {
        ...{ cluster, modelStore, model: SYNCED.model, version: String(number), number },
        signingKeys: [{ name: SYNCED.signing, key: 'private.pem' }],
      });
    }
    const sync = new ModelSync(stack, 'Sync', {
      cluster,
      modelStore,
      model: SYNCED.model,
      site: 'berlin',
      keys: [{ publicKey }],
      modelSize: DataSize.gib(20),
      claimName: SYNCED.claim,
      maxMegabitsPerSecond: 16,
      servers: [SYNCED.server],
      probe: { url: PROBE },
      checkTimeout: Duration.seconds(20),
      pollInterval: Duration.seconds(1),
    });
    new VllmDeployment(stack, 'Server', {
      cluster,
      nodePool,
      modelStore,
      apiKey: { name: SYNCED.key, key: 'key' },
      models: [{ name: SYNCED.server, model: ModelSpec.LLAMA_3_1_8B, version: sync.channel }],
      modelCache: ModelCache.synced({ claimName: sync.claimName, size: sync.cacheSize }),
    });
    return stack;
  };
}
