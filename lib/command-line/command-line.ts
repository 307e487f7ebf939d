import { GpuInstanceType } from '../catalog/gpu-instance-type';
import { GpuNodeType } from '../catalog/gpu-node-type';
import { GpuType } from '../catalog/gpu-type';
import { ModelSpec } from '../catalog/model-spec';
import { Precision } from '../catalog/precision';
import { CapacityPlan } from '../planning/capacity-plan';
import { CapacityPlanner } from '../planning/capacity-planner';
import { ServingLoad } from '../planning/capacity-request';
import { noEngineGpuFaults } from '../planning/engine-capability';
import { RULE_OF_THUMB } from '../planning/figures';
import { missedTargets } from '../planning/targets';
import { reasonsText, UnscopedValidationError } from '../units/errors';
import { duplicateFaults } from '../units/duplicate-faults';
import { fault } from '../units/fault';
import { boundedText, printableText } from '../units/message-text';
import { tableText } from '../units/text-table';
import { Arguments } from './arguments';
import { checkRules } from './check-rules';
import { formatOf, formatsOf, loadOf, parallelismOf } from './load';
import { notesOf } from './notes';
import { COMMANDS, unknownCommand } from './options';
import { ALIASES } from './other-tools';
import { ownHardware } from './own-hardware';
import { checkRegion, listNote, listPriced, priceLine, regionOf } from './region-and-price';
import { upgrade } from './upgrade';

/** Exit statuses, as `--help` documents them: scripts tell 'does not fit' from mistakes and from bugs by them. */
const STATUS = { success: 0, unfit: 1, misuse: 2, internal: 3 };

/**
 * What a command prints, and its exit status: 0 if the model fits and reaches its targets, loads after the upgrade, or nothing is wrong with the rules, 1 if it does not, 2 if the
 * command was not understood, 3 for an error of the program itself.
 *
 * @internal
 */
export interface CommandResult {
  readonly output: string;
  readonly status: number;
  /** Whether the output is a sentence where another format was asked for, which belongs to the messages. @default false */
  readonly isMessage?: boolean;
  /** What to know beside it, which belongs to the messages. @default - nothing */
  readonly notes?: readonly string[];
}

/**
 * Runs the command line. Reading a file is left to the caller.
 *
 * @param argv the words after the program
 * @param readFile the text of a file
 * @param version what `--version` prints
 *
 * @internal
 */
export function runCommandLine(
  argv: readonly string[],
  readFile: (path: string) => string,
  version = 'unknown',
): CommandResult {
  try {
    return resultOf(argv, readFile, version);
  } catch (error) {
    if (!UnscopedValidationError.isValidationError(error)) return internalError(error);
    const { faults } = error as UnscopedValidationError;
    const reasons = [...new Set(faults.map(({ reason }) => `error: ${reason}`))];
    return { output: reasonsText(reasons), status: STATUS.misuse };
  }
}

/** A bug, in one line: it is no answer to the question whether something fits. */
function internalError(error: unknown): CommandResult {
  const { name, message } = error instanceof Error ? error : { name: 'error', message: String(error) };
  const [line] = message.split('\n');
  const text = boundedText(printableText(line), 300);
  return { output: `internal error: ${name}: ${text}; please report it with the command`, status: STATUS.internal };
}

/**
 * What the command line prints, and its exit status.
 *
 * @throws UnscopedValidationError with everything that is wrong with the arguments
 *
 * @internal
 */
export function resultOf(
  argv: readonly string[],
  readFile: (path: string) => string,
  version = 'unknown',
): CommandResult {
  const [name, ...rest] = argv;
  if (isVersion(name)) return { output: version, status: STATUS.success };
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    const asked = rest.length > 0 && Object.hasOwn(COMMANDS, rest[0]) ? rest[0] : undefined;
    return { output: usage(asked), status: name ? STATUS.success : STATUS.misuse };
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command) throw new UnscopedValidationError([unknownCommand(name)]);
  if (rest.some(isVersion)) return { output: version, status: STATUS.success };
  if (rest.includes('--help') || rest.includes('-h')) return { output: usage(name), status: STATUS.success };
  const bare = command.operands !== undefined && rest.length > 0 && !rest[0].startsWith('-');
  const args = new Arguments(command.options, bare ? [`--${command.operands}`, ...rest] : rest);
  if (name === 'plan') return plan(args, readFile);
  if (name === 'search') return search(args, readFile);
  if (name === 'upgrade') {
    const { output, isSafe } = upgrade(args, readFile);
    return { output, status: isSafe ? STATUS.success : STATUS.unfit };
  }
  if (name === 'check-rules') {
    const { output, isRight } = checkRules(args, readFile);
    return { output, status: isRight ? STATUS.success : STATUS.unfit };
  }
  args.throwIfFaulty();
  return { output: LISTS[name](), status: STATUS.success };
}

function isVersion(word: string | undefined): boolean {
  return word === '--version' || word === '-V';
}

/** What `--instance` names or `--gpu` describes. */
function hardwareOf(args: Arguments): GpuNodeType | undefined {
  const listed = args.valueOf('instance', (name) => GpuInstanceType.of(name));
  const own = ownHardware(args);
  const given = ['instance', 'gpu'].filter((name) => args.text(name) !== undefined);
  if (given.length === 2) {
    const reason = 'give either --instance or --gpu';
    args.faults.push(fault('CONFLICTING_PROPERTIES', '--instance', reason));
  } else if (
    given.length === 0 &&
    !args.faults.some(({ property }) => property === '--instance' || property === '--gpu')
  ) {
    const reason =
      'give --instance, for example --instance g6e.xlarge, or --gpu for own hardware, for example --gpu RTX-4090';
    args.faults.push(fault('MISSING_PROPERTY', '--instance', reason));
  }
  return listed ?? own;
}

/** That the engine runs on none of the hardware: an answer, not a mistake. */
function tooOld(args: Arguments, { engine }: ServingLoad, types: readonly GpuNodeType[]): CommandResult | undefined {
  const reasons = noEngineGpuFaults(engine, types).map(({ reason }) => reason.replace('use engine', 'use --engine'));
  if (reasons.length === 0) return undefined;
  const output = `does not run: ${reasonsText([...new Set(reasons)])}`;
  return { output, status: STATUS.unfit, isMessage: args.has('json') || args.has('markdown') || undefined };
}

function plan(args: Arguments, readFile: (path: string) => string): CommandResult {
  const instanceType = hardwareOf(args);
  const region = regionOf(args);
  checkRegion(args, '--instance', instanceType, region);
  const price = args.number('price');
  // A lock keeps no price that changes without it.
  const list = args.has('json') ? undefined : instanceType?.listPricePerHour;
  const request = {
    ...loadOf(args, readFile),
    precision: formatOf(args, 'precision'),
    parallelism: parallelismOf(args),
    maxNodes: args.number('max-nodes'),
    microBatches: args.number('micro-batches'),
    pricePerHour: price ?? list,
  };
  args.throwIfFaulty();
  const old = tooOld(args, request, [instanceType as GpuNodeType]);
  if (old) return old;
  const made = args.attempt(undefined, () =>
    CapacityPlanner.plan({ ...request, instanceType: instanceType as GpuNodeType }),
  );
  args.throwIfFaulty();
  const prices = priceLine(instanceType as GpuNodeType, price, region);
  const status = made?.fits ? STATUS.success : STATUS.unfit;
  return { output: planText(made as CapacityPlan, args, prices), status, ...noted(notesOf(request.engine)) };
}

function planText(made: CapacityPlan, args: Arguments, prices: readonly string[]): string {
  if (args.has('json')) return JSON.stringify(made.toJson(), undefined, 2);
  if (args.has('markdown')) return [made.explainMarkdown().trimEnd(), '', ...prices].join('\n').trimEnd();
  if (args.has('explain')) return [made.explain().trimEnd(), '', ...prices].join('\n').trimEnd();
  // The rule of thumb stands in --explain: beside the capacity it would be taken for it.
  const rows = made.figures
    .filter(({ name }) => name !== RULE_OF_THUMB)
    .map((figure) => [figure.name, figure.value, figure.evidence, figure.errorBand]);
  const others = made.alternatives.map(
    (other) => `  - ${other.change} (${other.nodes} × ${other.instanceType.name}, ${other.parallelism})`,
  );
  // What is missing, and what would help, stands before the numbers.
  const missing = made.shortfallPerGpu
    ? [`short by ${made.shortfallPerGpu} per GPU; these configurations would fit:`, ...others]
    : others;
  return [
    made.summary,
    ...missing,
    ...made.warnings,
    '',
    tableText(['figure', 'value', 'evidence', 'error'], rows),
    ...prices,
  ].join('\n');
}

function search(args: Arguments, readFile: (path: string) => string): CommandResult {
  const region = regionOf(args);
  const given = args.list('instances')?.map((part) => {
    const [type, price, ...more] = part.split('=');
    if (more.length > 0) {
      const reason = `--instances takes TYPE or TYPE=PRICE, separated by commas; got '${part}'`;
      args.faults.push(fault('INVALID_FORMAT', '--instances', reason));
    }
    const pricePerHour = args.numberOf('--instances', price, `pricePerHour of ${type}`);
    const instanceType = args.attempt('--instances', () => GpuInstanceType.of(type)) as GpuInstanceType;
    checkRegion(args, '--instances', instanceType, region);
    return { instanceType, pricePerHour };
  });
  const names = given?.flatMap(({ instanceType }) => instanceType?.name ?? []);
  args.faults.push(...duplicateFaults('--instances', names ?? []));
  const isListed = !args.has('json') && !given?.some(({ pricePerHour }) => pricePerHour !== undefined);
  const request = {
    ...loadOf(args, readFile),
    candidates: given,
    region,
    precisions: formatsOf(args),
    parallelism: parallelismOf(args),
    maxNodes: args.number('max-nodes'),
    maxReplicas: args.number('max-replicas'),
    limit: args.number('limit') ?? 10,
    targets: {
      maxTimePerOutputTokenMs: args.number('max-ms-per-token'),
      maxTimeToFirstTokenMs: args.number('max-ms-to-first-token'),
      minOutputTokensPerSecond: args.number('min-tokens-per-second'),
    },
  };
  args.throwIfFaulty();
  const old =
    given &&
    tooOld(
      args,
      request,
      given.map(({ instanceType }) => instanceType),
    );
  if (old) return old;
  const types = given?.map(({ instanceType }) => instanceType);
  const notes = noted(notesOf(request.engine, types));
  const candidates = isListed ? listPriced(given, region) : given;
  const plans = args.attempt(undefined, () => CapacityPlanner.search({ ...request, candidates })) ?? [];
  args.throwIfFaulty();
  // Those that reach the targets come first.
  const missed = plans.length === 0 ? [] : missedTargets(plans[0], request.targets);
  const status = plans.length === 0 || missed.length > 0 ? STATUS.unfit : STATUS.success;
  if (args.has('json'))
    return {
      output: JSON.stringify(
        plans.map((made) => made.toJson()),
        undefined,
        2,
      ),
      status,
      ...notes,
    };
  if (plans.length === 0) return { output: `nothing fits; ${MORE_ROOM}`, status, ...notes };
  const rows = plans.map((made) => [
    `${made.nodes} × ${made.instanceType.name}`,
    made.precision.name,
    String(made.parallelism),
    String(made.maxConcurrency),
    made.decodeLatencyMs.toFixed(1),
    made.timeToFirstTokenMs.toFixed(0),
    made.outputTokensPerSecond.toFixed(0),
    made.pricePerHour === undefined ? '-' : String(Number((made.nodes * made.pricePerHour).toFixed(3))),
    made.costPerMillionTokens === undefined ? '-' : made.costPerMillionTokens.toFixed(2),
  ]);
  const header = ['nodes', 'precision', 'parallelism', 'sequences', 'ms/token', 'ms to first', 'tokens/s', 'price/h'];
  const prices = isListed
    ? `\nprices: US dollars, ${listNote(region).replace('--price takes', 'prices in --instances take')}`
    : '';
  const table = `${tableText([...header, 'cost/1M'], rows)}${prices}`;
  if (missed.length === 0) return { output: table, status, ...notes };
  const texts = missed.map(({ text }) => text).join(', ');
  return {
    output: `nothing reaches the targets; the nearest comes first: ${texts}; ${FASTER}\n\n${table}`,
    status,
    ...notes,
  };
}

/** Notes of a result, where there are any. */
function noted(notes: readonly string[]): Pick<CommandResult, 'notes'> {
  return notes.length > 0 ? { notes } : {};
}

const MORE_ROOM = 'allow more nodes (--max-nodes), fewer bits (--precisions) or a shorter --context';
const FASTER = 'relax the targets, or allow more replicas (--max-replicas) or other --instances';

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

function gpus(): string {
  const rows = GpuType.ALL.map((gpu) => [
    gpu.name,
    String(gpu.memory),
    `${gpu.memoryBandwidthGBps}`,
    `${gpu.denseTflops(Precision.FP16)}`,
    `${gpu.denseTflops(Precision.FP8)}`,
    `${gpu.nvlinkGBps}`,
  ]);
  return tableText(['GPU', 'usable', 'GB/s', 'TFLOP/s in 16 bits', 'with fp8 weights', 'links, GB/s one way'], rows);
}

/** Commands that list a catalog. */
const LISTS: { readonly [command: string]: () => string } = { models, instances, gpus };

const STATUS_HELP = [
  'exit status: 0 it fits and reaches its targets, loads after the upgrade, or nothing is wrong with the rules, 1 it does not,',
  '2 the command was not understood, 3 an error of the program itself',
].join(' ');

function usage(name?: string): string {
  if (name === undefined) {
    const rows = [
      ...Object.entries(COMMANDS).map(([command, { help }]) => [`  ${command}`, help]),
      ['  --version', 'the version of the package'],
    ];
    return `usage: gpu-inference COMMAND [OPTIONS]\n\n${tableText([], rows)}\ngpu-inference COMMAND --help lists the options.\n\n${STATUS_HELP}`;
  }
  const { options, operands } = COMMANDS[name];
  const rows = Object.entries(options).map(([option, { value, help, byDefault }]) => [
    `  --${option}${value ? ` ${value}` : ''}`,
    byDefault === undefined ? help : `${help} (default: ${byDefault})`,
  ]);
  const aliases = Object.entries(ALIASES).filter(([, option]) => Object.hasOwn(options, option.split('=')[0]));
  const known = aliases.map(([alias, option]) => `--${alias} (--${option})`).join(', ');
  const also = known === '' ? '' : `\nAlso understood: ${known}.\n32k of tokens are 32768.\n`;
  return `usage: gpu-inference ${name} ${operands === undefined ? '' : `${options[operands].value} `}[OPTIONS]\n${COMMANDS[name].help}\n\n${tableText([], rows)}\n${also}${STATUS_HELP}`;
}
