import { App, TerraformStack } from 'cdktf';
import { DataSize, ModelSpec, ModelStore, VllmDeployment, VllmRelease, WeightLoading } from '../../lib';
import { KubeObject } from './harness/kube-client';
import { modelsRack } from './models-rack';

export const STREAMED = { model: 'tiny', bucket: 'weights', namespace: 'inference' };
export const STORE = 'http://minio.storage.svc:9000';
export const SECRETS = { store: { name: 'store', key: 'credentials' }, key: { name: 'callers', key: 'key' } };

/** The secrets of a stack of this folder that has an S3 within the cluster: credentials, and what callers authorize themselves by. */
export function secretsOf(key: string): KubeObject[] {
  const credentials = '[default]\naws_access_key_id = test\naws_secret_access_key = test\n';
  const secret = (of: { name: string; key: string }, text: string): KubeObject => {
    const metadata = { name: of.name, namespace: STREAMED.namespace };
    return { apiVersion: 'v1', kind: 'Secret', metadata, stringData: { [of.key]: text } };
  };
  return [secret(SECRETS.store, credentials), secret(SECRETS.key, key)];
}

/**
 * A model whose weights vLLM reads from the store itself.
 *
 * @param config the `config.json` of the model
 * @param version of vLLM
 * @param memoryLimit what the streamer reads into
 */
export function vllmStreamed(app: App, config: string, version: string, memoryLimit: DataSize): TerraformStack {
  const { stack, cluster, nodePool } = modelsRack(app, 'vllm-streamed', 'hall-4');
  new VllmDeployment(stack, 'Chat', {
    cluster,
    nodePool,
    modelStore: ModelStore.s3Compatible(stack, 'Models', {
      bucketName: STREAMED.bucket,
      endpoint: STORE,
      region: 'us-east-1',
      credentials: SECRETS.store,
    }),
    vllmRelease: VllmRelease.of(version),
    apiKey: SECRETS.key,
    weightLoading: WeightLoading.streamed({ memoryLimit }),
    models: [
      {
        name: STREAMED.model,
        model: ModelSpec.fromHuggingFaceConfig(STREAMED.model, config),
        contextLength: 2048,
      },
    ],
  });
  return stack;
}
