import { leaderFlags, workerFlags } from './group-arguments';
import { VllmServer } from './vllm-server';

/** Port of vLLM's own default. */
export const VLLM_PORTS = { http: 8000 };

/** Paths that probes and Prometheus read every few seconds. */
const QUIET = ['/health', '/metrics', '/v1/models'];

/**
 * Arguments of `vllm serve`: those of the engine by its `AsyncEngineArgs`, and those of the server that its version has.
 *
 * @see https://github.com/vllm-project/vllm (vllm/entrypoints/openai/cli_args.py and vllm/engine/arg_utils.py of 0.13 to 0.24,
 * vllm/entrypoints/launchers/cli_args.py of 0.32)
 *
 * @internal
 */
export function serveArguments(server: VllmServer, exitSeconds: number, extraArguments: readonly string[]): string[] {
  const { served, vllm, adapters } = server;
  return [
    ...modelArguments(server),
    '--host=0.0.0.0',
    `--port=${VLLM_PORTS.http}`,
    ...engineFlags(server),
    ...leaderFlags(server.nodes),
    ...(adapters.length > 0
      ? ['--lora-modules', ...adapters.map(({ name, path }) => JSON.stringify({ name, path }))]
      : []),
    ...(served.toolCallParser ? ['--enable-auto-tool-choice', `--tool-call-parser=${served.toolCallParser.name}`] : []),
    ...(served.reasoningParser ? [`--reasoning-parser=${served.reasoningParser.name}`] : []),
    '--middleware=vllm_guard.Guard',
    '--disable-fastapi-docs',
    ...(vllm.isAtLeast(0, 16) ? [`--disable-access-log-for-endpoints=${QUIET.join(',')}`] : []),
    ...(drainsItself(server) ? [`--shutdown-timeout=${exitSeconds}`] : []),
    ...extraArguments,
  ];
}

/**
 * Arguments of `vllm serve` on the other nodes of a server: the engine as the first has it, and no API.
 *
 * @internal
 */
export function workerArguments(server: VllmServer, exitSeconds: number, extraArguments: readonly string[]): string[] {
  return [
    ...modelArguments(server),
    ...engineFlags(server),
    ...workerFlags(server.nodes),
    ...(drainsItself(server) ? [`--shutdown-timeout=${exitSeconds}`] : []),
    ...extraArguments,
  ];
}

function modelArguments({ names, engineArguments }: VllmServer): string[] {
  return [String(engineArguments.model), '--served-model-name', ...names];
}

function engineFlags({ engineArguments: { model: _, ...engine } }: VllmServer): string[] {
  return Object.entries(engine).flatMap(([name, value]) => flag(name, value));
}

/**
 * Whether the server lets running requests finish when it is told to shut down; before, it breaks them off.
 *
 * @internal
 */
export function drainsItself({ vllm }: Pick<VllmServer, 'vllm'>): boolean {
  return vllm.isAtLeast(0, 19);
}

/** What is false or not given by default is left out. */
const OFF = new Set(['enforce_eager', 'trust_remote_code', 'disable_log_stats']);

/** One argument of the engine as the parser of `vllm serve` takes it: lists as several words, and what is nested as JSON. */
function flag(name: string, value: unknown): string[] {
  const option = `--${name.replace(/_/g, '-')}`;
  if (value === undefined || value === null || (value === false && OFF.has(name))) return [];
  if (typeof value === 'boolean') return [value ? option : `--no-${option.slice(2)}`];
  if (Array.isArray(value) && value.every((each) => typeof each !== 'object')) return [option, ...value.map(String)];
  return [`${option}=${typeof value === 'object' ? JSON.stringify(value) : String(value as string | number)}`];
}

/** Flags that the probes, the service, the key or the plan rely on, with the property to set instead, if there is one. */
const RESERVED: { readonly [name: string]: string | undefined } = {
  'served-model-name': 'servedModelNames of the model',
  'lora-modules': 'loraAdapters of the model',
  'enable-lora': 'loraAdapters of the model',
  'max-loras': 'engineArguments.max_loras of the model',
  'max-cpu-loras': 'engineArguments.max_cpu_loras of the model',
  'max-lora-rank': 'maxLoraRank of the model',
  'enable-auto-tool-choice': 'toolCallParser of the model',
  'tool-call-parser': 'toolCallParser of the model',
  'reasoning-parser': 'reasoningParser of the model',
  'shutdown-timeout': 'exitTimeout',
  'max-num-queued-reqs': 'maxQueuedRequests',
  // A second one would replace the first.
  'hf-overrides': 'engineArguments.hf_overrides of the model',
  // Alerts and objectives read them.
  'custom-histogram-buckets': 'engineArguments.custom_histogram_buckets of the model',
  'api-key': 'apiKey',
  host: undefined,
  port: undefined,
  uds: undefined,
  config: undefined,
  headless: undefined,
  'root-path': undefined,
  'ssl-keyfile': undefined,
  'ssl-certfile': undefined,
  'ssl-ca-certs': undefined,
  'ssl-cert-reqs': undefined,
  'disable-fastapi-docs': undefined,
  'tool-server': undefined,
  'enable-log-outputs': undefined,
  'api-server-count': undefined,
  // Another server, beside the guard.
  grpc: undefined,
  'grpc-port': undefined,
  'device-memory-utilization': 'gpuMemoryUtilization of the model',
};

/**
 * The flag of an argument, with hyphens; undefined for a word that is none.
 *
 * @internal
 */
export function flagOf(argument: string): string | undefined {
  if (!argument.startsWith('--')) return undefined;
  return argument.slice(2).split(/[=.]/)[0].replace(/_/g, '-').replace(/^no-/, '');
}

/**
 * Whether a flag, or the beginning of one, is taken by something else, and by which property.
 *
 * @internal
 */
export function reservedFlag(given: string): { readonly name: string; readonly property?: string } | undefined {
  const name = Object.keys(RESERVED).find((each) => each.startsWith(given));
  return name === undefined ? undefined : { name, property: RESERVED[name] };
}
