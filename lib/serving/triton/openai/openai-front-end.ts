import { FRONT_END_FLAGS, FrontEndFlag } from '../../../catalog/triton-openai';
import { MetricFeature } from '../../../catalog/metric-kind';
import { TritonRelease } from '../../../catalog/serving-engine';
import { scriptAsset } from '../../../kubernetes/script-asset';
import { DataSize } from '../../../units/data-size';
import { BackendModel } from '../model-definition';
import { PROBES_MOUNT } from '../model-probes';
import { WEIGHTS_PATH, REPOSITORY_PATH } from '../repository-paths';
import { OpenAiFrontEndOptions, TensorApiAccess } from './openai-front-end-options';

/** Port of the front end, which is NVIDIA's own default. */
export const OPENAI_PORT = 9000;

/** The variable that the front end reads the key from. */
export const OPENAI_KEY = 'OPENAI_API_KEY';

/** Between the names of a model and of its adapter; no name of either has it. */
const LORA_SEPARATOR = ':';

const LAUNCHER = 'serve_openai.py';
const SCRIPTS = [LAUNCHER, 'vllm_guard.py'];

/**
 * Host memory of the front end beside Triton: 549 MiB were measured of Python with transformers 5, torch for CPUs and a tokenizer of 128,000 tokens
 * (220 MiB without torch). That of CUDA takes more.
 */
export const FRONT_END_MEMORY = DataSize.gib(1);

/**
 * Variables of the front end that are told in another way, with the reason.
 *
 * @internal
 */
export const REFUSED_VARIABLES: { readonly [name: string]: string } = {
  [OPENAI_KEY]: 'holds the key of the front end; use openAi.apiKey',
  OPENAI_FRONT_END: "is where the image's front end is looked for",
  PYTHONPATH: 'decides what the front end imports, also what asks for its key',
};

/**
 * Scripts that the server's container runs, by their keys in the config map.
 *
 * @internal
 */
export function frontEndFiles(): { [key: string]: string } {
  return Object.fromEntries(SCRIPTS.map((script) => [script, scriptAsset(script)]));
}

/**
 * Where they are below the probes.
 *
 * @internal
 */
export const FRONT_END_ITEMS = SCRIPTS.map((key) => ({ key, path: key }));

/**
 * Requests of OpenAI's API that it answers and that name a model.
 *
 * @see https://github.com/triton-inference-server/server/tree/main/python/openai
 *
 * @internal
 */
export const FRONT_END_PATHS = ['chat/completions', 'completions', 'embeddings'];

/**
 * What requests call a model and its adapters; nothing where it is none that the front end serves.
 *
 * @internal
 */
export function frontEndNames({ backend, name, adapterNames = [] }: BackendModel): string[] {
  if (backend !== 'vllm') return [];
  return [name, ...adapterNames.map((adapter) => `${name}${LORA_SEPARATOR}${adapter}`)];
}

/** The language model that the front end serves. */
function languageModel(models: readonly BackendModel[]): BackendModel | undefined {
  return models.find(({ backend }) => backend === 'vllm');
}

/**
 * What the front end is started with.
 *
 * @internal
 */
export interface FrontEndServer {
  readonly options: OpenAiFrontEndOptions;
  readonly release: TritonRelease;
  readonly models: readonly BackendModel[];
  readonly exitSeconds: number;
  readonly metricsFeatures: readonly MetricFeature[];
  readonly usesGpus: boolean;
  readonly modelLoadThreads?: number;
  readonly modelLoadRetries?: number;
  readonly extraArguments: readonly string[];
}

/**
 * Arguments of Triton's container where the front end is its process. What earlier starts of the container noted for its probes is forgotten.
 *
 * @internal
 */
export function frontEndArguments(server: FrontEndServer): string[] {
  const { options, models } = server;
  const model = languageModel(models);
  const weights = model ? `${WEIGHTS_PATH}/${model.name}/${model.versions[0].number}` : '';
  return [
    `${PROBES_MOUNT}/${LAUNCHER}`,
    JSON.stringify(settings(server)),
    `--model-repository=${REPOSITORY_PATH}`,
    `--tokenizer=${weights}`,
    `--openai-port=${OPENAI_PORT}`,
    '--enable-kserve-frontends',
    ...flags({
      loraAdapters: (model?.adapterNames ?? []).length > 0 ? LORA_SEPARATOR : undefined,
      toolCallParser: options.toolCallParser?.name,
      maxToolCallSize: options.maxToolCallSize?.bytes,
      chatTemplate: options.chatTemplate === undefined ? undefined : `${weights}/${options.chatTemplate}`,
      defaultMaxTokens: options.defaultMaxTokens ?? plannedTokens(server, model),
      maxRequestSize: options.maxRequestSize?.bytes,
    }),
    ...server.extraArguments,
  ];
}

function plannedTokens({ release }: FrontEndServer, model: BackendModel | undefined): number | undefined {
  return release.release >= FRONT_END_FLAGS.defaultMaxTokens.since ? model?.plan?.outputTokens : undefined;
}

type Values = { readonly [property in keyof typeof FRONT_END_FLAGS]: string | number | undefined };

function flags(values: Values): string[] {
  return Object.entries<FrontEndFlag>(FRONT_END_FLAGS).flatMap(([property, { flag }]) => {
    const value = values[property as keyof Values];
    return value === undefined ? [] : [`--${flag}=${value}`];
  });
}

/**
 * What NVIDIA's command has no flags for, by the names of `tritonserver.Options`. Models are fixed at start: who may change them by requests is
 * not asked for a key by the tensor API.
 *
 * @see https://github.com/triton-inference-server/core/blob/main/python/tritonserver/_api/_server.py
 */
function settings(server: FrontEndServer): object {
  const shared = server.models.flatMap(({ instanceSharedMemory }) => instanceSharedMemory?.bytes ?? []);
  const python = shared.length > 0 ? { 'shm-default-byte-size': `${Math.floor(Math.min(...shared))}` } : undefined;
  return {
    server: {
      exit_timeout: server.exitSeconds,
      strict_readiness: true,
      exit_on_error: true,
      strict_model_config: server.models.every(({ isComplete }) => isComplete),
      gpu_metrics: server.usesGpus,
      metrics_configuration: { '': Object.fromEntries(server.metricsFeatures.map((feature) => [feature, 'true'])) },
      ...(python === undefined ? {} : { backend_configuration: { python } }),
      ...(server.modelLoadThreads === undefined ? {} : { model_load_thread_count: server.modelLoadThreads }),
      ...(server.modelLoadRetries === undefined ? {} : { model_load_retry_count: server.modelLoadRetries }),
    },
    ...(server.options.tensorApi === TensorApiAccess.POD ? { tensorApi: '127.0.0.1' } : {}),
  };
}
