import { Fault, untitled } from '../units/fault';
import { GpuInstanceType } from '../catalog/gpu-instance-type';
import { InferenceEngine } from '../catalog/inference-engine';
import { ModelSpec } from '../catalog/model-spec';
import { unknownNameFault } from '../catalog/near-names';
import { Parallelism } from '../catalog/parallelism';
import { Precision } from '../catalog/precision';
import { DataSize } from '../units/data-size';
import { UnscopedValidationError } from '../units/errors';
import { CapacityPlan } from '../planning/capacity-plan';
import { CapacityPlanner } from '../planning/capacity-planner';
import { NodeNetwork, ServingLoad } from '../planning/capacity-request';
import { tableText } from '../units/text-table';

/**
 * What a command prints, and its exit status: 0 it fits, 1 it does not, 2 the command was not understood.
 *
 * @internal
 */
export interface CommandResult {
  readonly output: string;
  readonly status: number;
}

interface Option {
  readonly value?: string;
  readonly help: string;
}

const LOAD_OPTIONS: { readonly [name: string]: Option } = {
  model: { value: 'NAME', help: 'a model of the catalog (list: gpu-inference models), or a size such as 13B' },
  config: { value: 'FILE', help: 'a config.json of Hugging Face instead of a model of the catalog' },
  context: {
    value: 'TOKENS',
    help: 'longest context, prompt and answer together (input + output where both are given)',
  },
  concurrency: { value: 'N', help: 'sequences of that length at once, per replica' },
  input: { value: 'TOKENS', help: 'tokens of a typical prompt' },
  output: { value: 'TOKENS', help: 'tokens of a typical answer' },
  'kv-precision': { value: 'NAME', help: 'format of the key-value cache' },
  engine: { value: 'NAME', help: `one of ${InferenceEngine.ALL.map((engine) => engine.name).join(', ')}` },
  utilization: { value: 'SHARE', help: "share of each GPU's memory that the engine takes" },
  'max-batched-tokens': { value: 'TOKENS', help: 'tokens of one step (max_num_batched_tokens)' },
  'max-sequences': { value: 'N', help: 'sequences of the scheduler (max_num_seqs)' },
  'checkpoint-size': { value: 'GIB', help: "size of the checkpoint's files, where it is known" },
  'cpu-offload': { value: 'GIB', help: 'weights of each GPU that stay in host memory' },
  network: { value: 'KIND', help: 'rdma or tcp, between nodes' },
  'max-nodes': { value: 'N', help: 'most nodes of one replica' },
  tensor: { value: 'N', help: 'tensor parallelism' },
  pipeline: { value: 'N', help: 'pipeline parallelism' },
  expert: { value: 'N', help: 'expert parallelism' },
  data: { value: 'N', help: 'replicas' },
  json: { help: 'print JSON' },
};

const COMMANDS: {
  readonly [name: string]: { readonly help: string; readonly options: { readonly [name: string]: Option } };
} = {
  plan: {
    help: 'judge one choice of hardware; exit status 1 when it does not fit',
    options: {
      ...LOAD_OPTIONS,
      instance: { value: 'TYPE', help: 'EC2 instance type (list: gpu-inference instances)' },
      precision: { value: 'NAME', help: `one of ${Precision.ALL.map((precision) => precision.name).join(', ')}` },
      'micro-batches': { value: 'N', help: 'micro-batches in flight with a pipeline' },
      price: { value: 'PER_HOUR', help: 'price of one node for an hour' },
      explain: { help: 'every number with formula, inputs, evidence and error band' },
      markdown: { help: 'the same as Markdown' },
    },
  },
  search: {
    help: 'rank the instance types that will do; exit status 1 when none does',
    options: {
      ...LOAD_OPTIONS,
      instances: { value: 'TYPE[=PRICE],...', help: 'candidates, with their price per hour where known' },
      precisions: { value: 'NAME,...', help: 'formats to try' },
      'max-ms-per-token': { value: 'MS', help: 'longest time between two tokens' },
      'max-ms-to-first-token': { value: 'MS', help: 'longest time to the first token' },
      'min-tokens-per-second': { value: 'RATE', help: 'fewest tokens per second of all replicas' },
      'max-replicas': { value: 'N', help: 'most replicas' },
      limit: { value: 'N', help: 'rows to print' },
    },
  },
  models: { help: 'the models of the catalog', options: {} },
  instances: { help: 'the instance types of the catalog', options: {} },
};

/** Options of one command, read. */
interface Arguments {
  readonly text: { readonly [name: string]: string };
  readonly flags: ReadonlySet<string>;
}

/**
 * Runs the command line. Reading a file is left to the caller.
 *
 * @internal
 */
export function runCommandLine(argv: readonly string[], readFile: (path: string) => string): CommandResult {
  const [name, ...rest] = argv;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help')
    return { output: usage(), status: name ? 0 : 2 };
  try {
    const command = Object.prototype.hasOwnProperty.call(COMMANDS, name) ? COMMANDS[name] : undefined;
    if (!command)
      throw new UnscopedValidationError([
        untitled(unknownNameFault('command', name, Object.keys(COMMANDS), 'see --help')),
      ]);
    if (rest.includes('--help') || rest.includes('-h')) return { output: usage(name), status: 0 };
    const args = parse(command.options, rest);
    if (name === 'models') return { output: models(), status: 0 };
    if (name === 'instances') return { output: instances(), status: 0 };
    return name === 'plan' ? plan(args, readFile) : search(args, readFile);
  } catch (error) {
    if (!UnscopedValidationError.isValidationError(error)) throw error;
    const faults = (error as UnscopedValidationError).faults.map(({ reason }) => `error: ${reason}`);
    return { output: faults.join('\n'), status: 2 };
  }
}

function parse(options: { readonly [name: string]: Option }, argv: readonly string[]): Arguments {
  const text: { [name: string]: string } = {};
  const flags = new Set<string>();
  const faults: Fault[] = [];
  for (let i = 0; i < argv.length; i++) {
    const [name, inline] = split(argv[i]);
    const option =
      name !== undefined && Object.prototype.hasOwnProperty.call(options, name) ? options[name] : undefined;
    if (name === undefined) faults.push(untitled(`'${argv[i]}' is no option; options start with --`));
    else if (!option)
      faults.push(
        untitled(
          unknownNameFault(
            'option',
            `--${name}`,
            Object.keys(options).map((o) => `--${o}`),
            'see --help',
          ),
        ),
      );
    else if (option.value === undefined) {
      if (inline !== undefined) faults.push(untitled(`--${name} takes no value; got '${inline}'`));
      flags.add(name);
    } else if (text[name] !== undefined) {
      faults.push(untitled(`--${name} is given twice`));
      if (inline === undefined) i++;
    } else if (inline !== undefined) text[name] = inline;
    // A negative number is a value, another option is not.
    else if (i + 1 < argv.length && !argv[i + 1].startsWith('--')) text[name] = argv[++i];
    else faults.push(untitled(`--${name} needs a value: ${option.help}`));
  }
  if (faults.length > 0) throw new UnscopedValidationError(faults);
  return { text, flags };
}

function split(word: string): [string | undefined, string | undefined] {
  const match = /^--([a-z-]+)(?:=(.*))?$/.exec(word);
  return match ? [match[1], match[2]] : [undefined, undefined];
}

function number(args: Arguments, name: string): number | undefined {
  return numberOf(`--${name}`, args.text[name]);
}

function numberOf(what: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() === '' || Number.isNaN(value))
    throw new UnscopedValidationError([untitled(`${what} must be a number; got '${text}'`)]);
  return value;
}

function modelOf(args: Arguments, readFile: (path: string) => string): ModelSpec {
  const { model, config } = args.text;
  if ((model === undefined) === (config === undefined))
    throw new UnscopedValidationError([untitled('give either --model or --config')]);
  if (config !== undefined)
    return ModelSpec.fromHuggingFaceConfig(config.split('/').slice(-2, -1)[0] || 'model', textOf(config, readFile));
  const size = /^(\d+(?:\.\d+)?)B$/i.exec(model);
  return size ? ModelSpec.dense({ name: model.toLowerCase(), parameters: Number(size[1]) * 1e9 }) : ModelSpec.of(model);
}

function textOf(path: string, readFile: (path: string) => string): string {
  try {
    return readFile(path);
  } catch (error) {
    throw new UnscopedValidationError([untitled(`--config ${path} cannot be read: ${(error as Error).message}`)]);
  }
}

function loadOf(args: Arguments, readFile: (path: string) => string): ServingLoad {
  const { text } = args;
  const offload = number(args, 'cpu-offload');
  const checkpoint = number(args, 'checkpoint-size');
  const network = text.network?.toUpperCase();
  if (network !== undefined && network !== NodeNetwork.RDMA && network !== NodeNetwork.TCP) {
    throw new UnscopedValidationError([untitled(`--network must be rdma or tcp; got '${text.network}'`)]);
  }
  return {
    model: modelOf(args, readFile),
    contextLength: number(args, 'context'),
    concurrency: number(args, 'concurrency'),
    inputTokens: number(args, 'input'),
    outputTokens: number(args, 'output'),
    kvCachePrecision: text['kv-precision'] === undefined ? undefined : Precision.of(text['kv-precision']),
    engine: text.engine === undefined ? undefined : InferenceEngine.of(text.engine),
    gpuMemoryUtilization: number(args, 'utilization'),
    maxBatchedTokens: number(args, 'max-batched-tokens'),
    maxSequences: number(args, 'max-sequences'),
    checkpointSize: checkpoint === undefined ? undefined : DataSize.gib(checkpoint),
    cpuOffload: offload === undefined ? undefined : DataSize.gib(offload),
    network: network as NodeNetwork | undefined,
  };
}

function parallelismOf(args: Arguments): Parallelism | undefined {
  const [tensor, pipeline, expert, data] = ['tensor', 'pipeline', 'expert', 'data'].map((name) => number(args, name));
  if ([tensor, pipeline, expert, data].every((degree) => degree === undefined)) return undefined;
  return Parallelism.of({ tensor: tensor ?? 1, pipeline, expert, data });
}

function plan(args: Arguments, readFile: (path: string) => string): CommandResult {
  const { instance, precision } = args.text;
  if (instance === undefined)
    throw new UnscopedValidationError([untitled('give --instance, for example --instance g6e.xlarge')]);
  const made = CapacityPlanner.plan({
    ...loadOf(args, readFile),
    instanceType: GpuInstanceType.of(instance),
    precision: precision === undefined ? undefined : Precision.of(precision),
    parallelism: parallelismOf(args),
    maxNodes: number(args, 'max-nodes'),
    microBatches: number(args, 'micro-batches'),
    pricePerHour: number(args, 'price'),
  });
  return { output: planText(made, args.flags), status: made.fits ? 0 : 1 };
}

function planText(made: CapacityPlan, flags: ReadonlySet<string>): string {
  if (flags.has('json')) return JSON.stringify(made.toJson(), undefined, 2);
  if (flags.has('markdown')) return made.explainMarkdown();
  if (flags.has('explain')) return made.explain();
  const rows = made.figures.map((figure) => [figure.name, figure.value, figure.evidence, figure.errorBand]);
  const ways = made.alternatives.map(
    (way) => `  - ${way.change} (${way.nodes} × ${way.instanceType}, ${way.parallelism})`,
  );
  const missing = made.shortfallPerGpu ? [`short by ${made.shortfallPerGpu} per GPU; ways out:`, ...ways] : ways;
  return [
    made.summary,
    '',
    tableText(['figure', 'value', 'evidence', 'error'], rows),
    ...missing,
    ...made.warnings,
  ].join('\n');
}

function search(args: Arguments, readFile: (path: string) => string): CommandResult {
  const list = (name: string) => args.text[name]?.split(',').map((part) => part.trim());
  const candidates = list('instances')?.map((part) => {
    const [type, price] = part.split('=');
    return { instanceType: GpuInstanceType.of(type), pricePerHour: numberOf(`pricePerHour of ${type}`, price) };
  });
  const plans = CapacityPlanner.search({
    ...loadOf(args, readFile),
    candidates,
    precisions: list('precisions')?.map((name) => Precision.of(name)),
    parallelism: parallelismOf(args),
    maxNodes: number(args, 'max-nodes'),
    maxReplicas: number(args, 'max-replicas'),
    limit: number(args, 'limit') ?? 10,
    targets: {
      maxTimePerOutputTokenMs: number(args, 'max-ms-per-token'),
      maxTimeToFirstTokenMs: number(args, 'max-ms-to-first-token'),
      minOutputTokensPerSecond: number(args, 'min-tokens-per-second'),
    },
  });
  const status = plans.length > 0 ? 0 : 1;
  if (args.flags.has('json'))
    return {
      output: JSON.stringify(
        plans.map((made) => made.toJson()),
        undefined,
        2,
      ),
      status,
    };
  if (plans.length === 0) return { output: 'nothing fits; allow more nodes, fewer bits or a shorter context', status };
  const rows = plans.map((made) => [
    `${made.nodes} × ${made.instanceType.name}`,
    made.precision.name,
    String(made.parallelism),
    String(made.maxConcurrency),
    made.decodeLatencyMs.toFixed(1),
    made.timeToFirstTokenMs.toFixed(0),
    made.outputTokensPerSecond.toFixed(0),
    made.costPerMillionTokens === undefined ? '-' : made.costPerMillionTokens.toFixed(2),
  ]);
  const header = ['nodes', 'precision', 'parallelism', 'sequences', 'ms/token', 'ms to first', 'tokens/s', 'cost/1M'];
  return { output: tableText(header, rows), status };
}

function models(): string {
  const rows = ModelSpec.ALL.map((model) => [
    model.name,
    (model.parameters / 1e9).toFixed(2),
    (model.activeParameters / 1e9).toFixed(2),
    String(model.weightSize(Precision.BF16)),
    String(model.keyValueBytesPerToken(Precision.FP16)),
    String(model.maxContextLength),
  ]);
  return tableText(['model', '10⁹ parameters', 'active', '16-bit weights', 'cache bytes/token', 'context'], rows);
}

function instances(): string {
  const rows = GpuInstanceType.ALL.map((type) => [
    type.name,
    `${type.gpuCount} × ${type.gpu.name}`,
    String(type.gpu.memory),
    type.interconnect,
    String(type.efaInterfaces),
    `${type.networkBandwidthGbps}`,
  ]);
  return tableText(['type', 'GPUs', 'usable each', 'interconnect', 'EFA', 'Gb/s'], rows);
}

function usage(name?: string): string {
  if (name === undefined) {
    const rows = Object.entries(COMMANDS).map(([command, { help }]) => [`  ${command}`, help]);
    return `usage: gpu-inference COMMAND [OPTIONS]\n\n${tableText([], rows)}\ngpu-inference COMMAND --help lists the options.`;
  }
  const rows = Object.entries(COMMANDS[name].options).map(([option, { value, help }]) => [
    `  --${option}${value ? ` ${value}` : ''}`,
    help,
  ]);
  return `usage: gpu-inference ${name} [OPTIONS]\n${COMMANDS[name].help}\n\n${tableText([], rows)}`;
}
