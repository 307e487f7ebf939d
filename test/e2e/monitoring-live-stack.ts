import { App, TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
import {
  Duration,
  IModelStore,
  IWatchable,
  MetricsTarget,
  ModelInstances,
  ModelSpec,
  ModelStore,
  MonitoringStack,
  PythonCode,
  TensorDataType,
  TritonDeployment,
  TritonModel,
  TritonRelease,
  VllmDeployment,
  VllmRelease,
} from '../../lib';
import { COUNTING_MODEL } from './harness/monitoring/model-requests';
import { modelsRack } from './models-rack';

/** Models that are served: by vLLM, and by Triton one that answers in batches and one whose queue is full. */
export const MODELS = { language: 'tiny', steady: 'steady', busy: 'busy' };
/** Name of each server, and of its job. */
export const SERVERS = { vllm: 'chat', triton: 'ranker' };
export const STORE_KEY = { name: 'store', key: 'credentials' };
export const KEY = { name: 'callers', key: 'key' };

/** How long a request of the busy model may wait, of which each takes 300. */
const LONGEST_WAIT_MS = 400;
/** US dollars for an hour of the server of the language model. */
export const PRICE = 3.6;

/** The shortest there is. */
export const SCRAPE_SECONDS = 5;

/** A server of the language model whose price is known. */
class Priced extends Construct implements IWatchable {
  public constructor(
    scope: Construct,
    id: string,
    private readonly server: IWatchable,
  ) {
    super(scope, id);
  }

  public get metricsTarget(): MetricsTarget {
    return { ...this.server.metricsTarget, pricePerHour: { [MODELS.language]: PRICE } };
  }
}

/** Where a server runs. */
type Rack = Pick<ReturnType<typeof modelsRack>, 'cluster' | 'nodePool'>;

/** A server of Triton whose models answer with what they count. */
export function countingTriton(
  stack: TerraformStack,
  rack: Rack,
  name: string,
  models: readonly string[],
  modelStore = storeOf(stack),
): TritonDeployment {
  return new TritonDeployment(stack, `Server-${name}`, {
    ...rack,
    modelStore,
    name,
    // The oldest that there is, of two months after the server that runs here.
    tritonRelease: TritonRelease.V24_12,
    models: models.map((model) =>
      TritonModel.python({
        name: model,
        code: PythonCode.inline({ 'model.py': COUNTING_MODEL }),
        inputs: [{ name: 'seconds', dataType: TensorDataType.FP32, dims: [1] }],
        outputs: ['batch', 'begun'].map((output) => ({ name: output, dataType: TensorDataType.INT64, dims: [1] })),
        instances: ModelInstances.onCpu(),
        maxBatchSize: model === MODELS.busy ? 1 : 8,
        dynamicBatching:
          model === MODELS.busy
            ? { queue: { maxQueueSize: 2, timeout: Duration.milliseconds(LONGEST_WAIT_MS) } }
            : { maxQueueDelay: Duration.milliseconds(5) },
      }),
    ),
  });
}

/** A store that nothing is read from. */
export function storeOf(stack: TerraformStack): IModelStore {
  return ModelStore.s3Compatible(stack, 'Models', {
    bucketName: 'weights',
    endpoint: 'http://minio.storage.svc:9000',
    region: 'us-east-1',
    credentials: STORE_KEY,
  });
}

/**
 * A server of vLLM and one of Triton, watched with the default settings.
 *
 * @param config the `config.json` of the language model
 * @param version of vLLM
 */
export function watchedModels(
  app: App,
  config: string,
  version: string,
): TerraformStack & { monitoring: MonitoringStack } {
  const { stack, ...rack } = modelsRack(app, 'monitoring-live', 'hall-9');
  const modelStore = storeOf(stack);
  const vllm = new VllmDeployment(stack, 'Chat', {
    ...rack,
    modelStore,
    name: SERVERS.vllm,
    vllmRelease: VllmRelease.of(version),
    apiKey: KEY,
    models: [
      { name: MODELS.language, model: ModelSpec.fromHuggingFaceConfig(MODELS.language, config), contextLength: 2048 },
    ],
  });
  const triton = countingTriton(stack, rack, SERVERS.triton, [MODELS.steady, MODELS.busy], modelStore);
  const monitoring = new MonitoringStack(stack, 'Monitoring', {
    cluster: rack.cluster,
    alertReceivers: [],
    clusterMetrics: false,
    scrapeIntervalSeconds: SCRAPE_SECONDS,
  });
  for (const server of [new Priced(stack, 'Priced', vllm), triton]) monitoring.watch(server);
  return Object.assign(stack, { monitoring });
}
