import { App, TerraformStack } from 'cdktf';
import {
  DataSize,
  Duration,
  ModelCache,
  ModelImport,
  ModelSource,
  ModelSpec,
  ModelStore,
  ToolCallParser,
  VllmDeployment,
  VllmRelease,
} from '../../lib';
import { modelsRack } from './models-rack';

export const NAMES = { model: 'tiny', adapter: 'legal', claim: 'checkpoints', bucket: 'weights' };
export const STORE = 'http://minio.storage.svc:9000';
export const SECRETS = { store: { name: 'store', key: 'credentials' }, key: { name: 'callers', key: 'key' } };

/**
 * A model and its adapter that are imported from a volume into a store within the cluster, and served by vLLM.
 *
 * @param config the `config.json` of the model
 * @param version of vLLM
 */
export function vllmServer(app: App, config: string, version: string): TerraformStack {
  const { stack, cluster, nodePool } = modelsRack(app, 'vllm-server', 'hall-4');
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
    vllmRelease: VllmRelease.of(version),
    apiKey: SECRETS.key,
    modelCache: ModelCache.onNode({ size: DataSize.gib(10) }),
    // The speed of a machine that does other work beside changes tenfold between two answers.
    exitTimeout: Duration.minutes(8),
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
