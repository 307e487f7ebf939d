import { MetricFeature } from '../../catalog/metric-kind';
import { TritonRelease } from '../../catalog/serving-engine';
import { knownListFaults } from '../../core/text-list';
import { Fault, fault } from '../../units/fault';
import { givenValue } from '../../units/number-faults';
import { flagFaults } from './flag-faults';
import { BackendModel } from './model-definition';
import { CACHE_MOUNT, REPOSITORY_PATH } from './repository-paths';

/** Ports of Triton's own defaults. */
export const TRITON_PORTS = { http: 8000, grpc: 8001, metrics: 8002 };

/** APIs that no client of a model needs: they load models, read and write memory, and change logs and traces. */
const ADMIN_APIS = 'model-repository,shared-memory,logging,trace';

/** Responses of one stream that may wait for a slow client; Triton's own default has no bound. */
const STREAM_RESPONSES = 1000;

/** What earlier starts of the container noted for its probes is forgotten, and what Python models unpacked then is removed. */
const forget = (models: readonly BackendModel[]) =>
  `rm -f ${CACHE_MOUNT}/probe-*/seen.* ${CACHE_MOUNT}/probe-*/work.*; ` +
  (models.some(({ backend }) => backend === 'python') ? 'rm -rf /tmp/python_env_*; ' : '');

/**
 * Starts another command of the image. Arguments and no command: the image's entry point sets up CUDA's forward compatibility where the driver is
 * older.
 *
 * @internal
 */
export function startOf(models: readonly BackendModel[], command: readonly string[]): string[] {
  return ['/bin/sh', '-c', `${forget(models)}exec "$0" "$@"`, ...command];
}

/** Starts Triton with a key for those APIs that is made here and told to nobody. */
const start = (models: readonly BackendModel[]) =>
  forget(models) +
  'key=$(od -An -N 32 -tx1 /dev/urandom | tr -d " \\n") && [ -n "$key" ] && ' +
  `exec "$0" "--http-restricted-api=${ADMIN_APIS}:admin-key=$key" "--grpc-restricted-protocol=${ADMIN_APIS}:admin-key=$key" "$@"`;

/**
 * Arguments of Triton's container.
 *
 * @internal
 */
export function tritonArguments(args: {
  readonly release: TritonRelease;
  readonly models: readonly BackendModel[];
  readonly usesGpus: boolean;
  readonly exitSeconds: number;
  readonly metricsFeatures: readonly MetricFeature[];
  /** Flags for the settings of models. */
  readonly settings: readonly string[];
  readonly extraArguments: readonly string[];
}): string[] {
  const { release, models } = args;
  const bounded = models.some((model) => model.streams) && release._boundsResponses;
  return [
    '/bin/sh',
    '-c',
    start(models),
    'tritonserver',
    `--model-repository=${REPOSITORY_PATH}`,
    ...controlArguments(release, models),
    ...(models.every(({ isComplete }) => isComplete) ? ['--disable-auto-complete-config'] : []),
    ...processArguments(models),
    '--strict-readiness=true',
    '--exit-on-error=true',
    `--exit-timeout-secs=${args.exitSeconds}`,
    `--http-port=${TRITON_PORTS.http}`,
    `--grpc-port=${TRITON_PORTS.grpc}`,
    ...(bounded ? [`--grpc-max-response-pool-size=${STREAM_RESPONSES}`] : []),
    `--metrics-port=${TRITON_PORTS.metrics}`,
    '--allow-metrics=true',
    `--allow-gpu-metrics=${args.usesGpus}`,
    ...args.metricsFeatures.map((feature) => `--metrics-config=${feature}=true`),
    ...args.settings,
    ...args.extraArguments,
  ];
}

/**
 * Whether models whose engine has died unload themselves, so that Triton no longer calls them ready. It needs explicit control of the models,
 * which is only safe where nobody can get past the key.
 *
 * @param hasKey whether a key protects them: the tensor API beside a front end has none
 *
 * @see https://github.com/triton-inference-server/vllm_backend/blob/main/docs/health_check.md
 *
 * @internal
 */
export function unloadsDeadModels(
  release: TritonRelease,
  models: readonly BackendModel[],
  hasKey: boolean = true,
): boolean {
  return hasKey && models.every(({ backend }) => backend === 'vllm') && release._restrictsApis;
}

/**
 * Shared memory that each process of a Python model begins with; it grows where a model needs more. The volume of `/dev/shm` has room for all.
 *
 * @see https://github.com/triton-inference-server/python_backend#managing-shared-memory
 */
function processArguments(models: readonly BackendModel[]): string[] {
  const sizes = models.flatMap(({ instanceSharedMemory }) => instanceSharedMemory?.bytes ?? []);
  return sizes.length > 0 ? [`--backend-config=python,shm-default-byte-size=${Math.floor(Math.min(...sizes))}`] : [];
}

/** Models are fixed at start. */
function controlArguments(release: TritonRelease, models: readonly BackendModel[]): string[] {
  if (!unloadsDeadModels(release, models)) return ['--model-control-mode=none'];
  const names = models.map(({ name }) => name).sort();
  return ['--model-control-mode=explicit', ...names.map((name) => `--load-model=${name}`)];
}

/** Flags that the probes, the service, the network policy or the metrics rely on, or that open what is closed here. */
const RESERVED_FLAGS = [
  'model-repository',
  'model-store',
  'model-config-name',
  'model-control-mode',
  'model-namespacing',
  'load-model',
  'repository-poll-secs',
  'disable-auto-complete-config',
  'strict-model-config',
  'strict-readiness',
  'exit-on-error',
  'exit-timeout-secs',
  'allow-http',
  'http-port',
  'http-address',
  'reuse-http-port',
  'http-restricted-api',
  'allow-grpc',
  'grpc-port',
  'grpc-address',
  'reuse-grpc-port',
  'grpc-restricted-protocol',
  'grpc-use-ssl',
  'grpc-use-ssl-mutual',
  'allow-metrics',
  'allow-gpu-metrics',
  'metrics-port',
  'metrics-address',
  'allow-sagemaker',
  'allow-vertex-ai',
  'allow-client-shm',
  'backend-directory',
  'repoagent-directory',
  'cache-directory',
  'help',
];

/** Flags that are properties of the deployment. */
const FLAG_PROPERTIES: { readonly [flag: string]: string } = {
  'cache-config': 'responseCache',
  'response-cache-byte-size': 'responseCache',
  'rate-limit': 'rateLimit of the models',
  'rate-limit-resource': 'rateLimitResources',
  'model-load-thread-count': 'modelLoadThreads',
  'model-load-retry-count': 'modelLoadRetries',
};

/** Features of `--metrics-config` without which there is no P99. */
const RESERVED_METRICS = /^(histogram|counter)_latencies=/;

/**
 * Arguments that would undo what the rest of the pod relies on, and what Triton does not take. Triton's parser takes every unambiguous beginning of a flag for the flag
 * (`getopt_long`), so a beginning of a reserved one is refused too.
 *
 * @internal
 */
export function argumentFaults(extraArguments: readonly string[], release: TritonRelease): Fault[] {
  const why = 'each flag is compared with those that the rest of the pod relies on';
  const unknown = knownListFaults('extraArguments', extraArguments, why);
  if (unknown.length > 0) return unknown;
  return extraArguments.flatMap((argument, i) => {
    const at = `extraArguments[${i}]`;
    if (typeof argument !== 'string')
      return [fault('INVALID_FORMAT', at, `${at} must be a text, e.g. '--log-verbose=1'; got ${givenValue(argument)}`)];
    if (!argument.startsWith('--')) return flagFaults(extraArguments, i, release);
    const name = argument.slice(2).split('=')[0];
    const flag = RESERVED_FLAGS.find((each) => isBeginning(name, each));
    if (flag === undefined && isBeginning(name, 'metrics-config')) {
      const value = argument.includes('=') ? argument.slice(argument.indexOf('=') + 1) : extraArguments[i + 1];
      if (RESERVED_METRICS.test(value ?? '')) return [reserved(at, `--metrics-config=${value}`)];
    }
    const property = Object.keys(FLAG_PROPERTIES).find((each) => isBeginning(name, each));
    if (flag === undefined && property !== undefined) return [propertyOf(at, property)];
    if (flag === undefined) return flagFaults(extraArguments, i, release);
    return [reserved(at, flag === name ? `--${flag}` : `--${name} (Triton reads it as --${flag})`)];
  });
}

function isBeginning(name: string, flag: string): boolean {
  return flag.startsWith(name);
}

function reserved(at: string, given: string): Fault {
  return fault(
    'RESERVED',
    at,
    `extraArguments must not contain ${given}, which the rest of the pod relies on; remove it`,
  );
}

function propertyOf(at: string, flag: string): Fault {
  return fault('RESERVED', at, `extraArguments must not contain --${flag}; use ${FLAG_PROPERTIES[flag]}`);
}
