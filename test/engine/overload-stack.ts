import { App, TerraformStack } from 'cdktf';
import { ModelSpec, ModelStore, VllmDeployment, VllmRelease } from '../../lib';
import { modelsRack } from '../e2e/models-rack';

export const MODEL = 'tiny';
export const SECRETS = { callers: { name: 'callers', key: 'key' }, store: { name: 'store', key: 'credentials' } };
/** Requests that run, and that wait beside them. */
export const RUN = 4;
export const WAIT = 12;

/**
 * A server with a short queue.
 *
 * @param version of vLLM
 * @param config the `config.json` of its model
 */
export function overloaded(app: App, version: string, config: string): TerraformStack {
  const { stack, cluster, nodePool } = modelsRack(app, 'overload', 'rack');
  new VllmDeployment(stack, 'Chat', {
    cluster,
    nodePool,
    modelStore: ModelStore.s3Compatible(stack, 'Models', {
      bucketName: 'weights',
      endpoint: 'http://minio.storage.svc:9000',
      region: 'us-east-1',
      credentials: SECRETS.store,
    }),
    vllmRelease: VllmRelease.of(version),
    apiKey: SECRETS.callers,
    maxQueuedRequests: WAIT,
    models: [
      {
        name: MODEL,
        model: ModelSpec.fromHuggingFaceConfig(MODEL, config),
        contextLength: 2048,
        maxSequences: RUN,
      },
    ],
  });
  return stack;
}
