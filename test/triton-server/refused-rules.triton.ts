import { mkdirSync, writeFileSync } from 'fs';
import * as path from 'path';
import {
  ControlValues,
  ModelInstances,
  OnnxRuntimeModelProps,
  SequenceBatching,
  SequenceControl,
  SequenceInitialState,
  SequenceStrategy,
  TensorDataType,
  TensorFormat,
  TimeoutAction,
  TritonModel,
  WarmUpTensor,
} from '../../lib/serving';
import { Duration } from '../../lib/units';
import { forThisServer, uncheckedConfig } from './configurations';
import { RealTriton, pause, workFolder } from './real-triton';

const { FP32, UINT64 } = TensorDataType;
const { direct, oldest } = SequenceStrategy;
const base = {
  maxBatchSize: 8,
  inputs: [{ name: 'x', dataType: FP32, dims: [4] }],
  outputs: [{ name: 'y', dataType: FP32, dims: [1] }],
  instances: ModelInstances.onCpu(),
};
type Props = Partial<OnnxRuntimeModelProps>;
type Rule = readonly [name: string, refused: Props, accepted: Props];

const input = (dims: number[], reshape?: number[], maxBatchSize = 8): Props => ({
  maxBatchSize,
  inputs: [{ name: 'x', dataType: FP32, dims, reshape }],
});
const batching = (dynamicBatching: OnnxRuntimeModelProps['dynamicBatching']): Props => ({ dynamicBatching });
const sequences = (sequenceBatching: SequenceBatching): Props => ({ sequenceBatching });
const state = (dims: number[], initial?: SequenceInitialState, inputName = 'in', outputName = 'out') => ({
  inputName,
  outputName,
  dataType: FP32,
  dims,
  initial,
});
const zeros = SequenceInitialState.zeros;
const warm = (inputs: { [name: string]: WarmUpTensor }, more: Props & { batchSize?: number } = {}): Props => {
  const { batchSize, ...props } = more;
  return { ...props, warmUp: [{ name: 'first', batchSize, inputs }] };
};
const delay = { timeoutAction: TimeoutAction.DELAY };
const late = { ...delay, timeout: Duration.seconds(0) };

/** What the loader of Triton refuses, each with the nearest that it takes. */
const RULES: readonly Rule[] = [
  [
    'preferred batch within the largest',
    batching({ preferredBatchSizes: [9] }),
    batching({ preferredBatchSizes: [8] }),
  ],
  ['preferred batch positive', batching({ preferredBatchSizes: [0] }), batching({ preferredBatchSizes: [1] })],
  [
    'default priority within the levels',
    batching({ priorityLevels: 2, defaultPriorityLevel: 3 }),
    batching({ priorityLevels: 2, defaultPriorityLevel: 2 }),
  ],
  [
    'queues of levels that exist',
    batching({ priorityLevels: 2, priorityQueues: { '3': {} } }),
    batching({ priorityLevels: 2, priorityQueues: { '2': {} } }),
  ],
  [
    'order without priorities',
    batching({ preserveOrdering: true, priorityLevels: 2 }),
    batching({ preserveOrdering: true, priorityLevels: 1 }),
  ],
  [
    'order without delays',
    batching({ preserveOrdering: true, queue: delay }),
    batching({ preserveOrdering: true, queue: late }),
  ],
  [
    'order without delays of a level',
    batching({ preserveOrdering: true, priorityLevels: 1, priorityQueues: { '1': delay } }),
    batching({ preserveOrdering: true, priorityLevels: 1, priorityQueues: { '1': late } }),
  ],
  ['largest batch not negative', { maxBatchSize: -1 }, { maxBatchSize: 0 }],
  ['bounded queue of 32 bits', batching({ queue: { maxQueueSize: 5e9 } }), batching({ queue: { maxQueueSize: 2e9 } })],
  ['a dimension at least', input([]), input([1])],
  ['dimensions positive', input([0]), input([-1])],
  ['reshape of as many elements', input([2, 3], [7]), input([2, 3], [6])],
  ['reshape of as many open dimensions', input([2, -1], [2, 3]), input([2, -1], [1, 2, -1])],
  ['empty reshape of one element', input([2], []), input([1], [])],
  ['empty reshape with batches', input([1], [], 0), input([1], [1], 0)],
  [
    'outputs not optional',
    { outputs: [{ name: 'y', dataType: FP32, dims: [1], optional: true }] },
    { inputs: [...base.inputs, { name: 'z', dataType: FP32, dims: [1], optional: true }] },
  ],
  [
    'formats of three dimensions',
    { inputs: [{ name: 'x', dataType: FP32, dims: [4], format: TensorFormat.NCHW }] },
    { inputs: [{ name: 'x', dataType: FP32, dims: [3, 2, 2], format: TensorFormat.NHWC, raggedBatch: true }] },
  ],
  [
    'inputs alone of any shape in a batch',
    { outputs: [{ name: 'y', dataType: FP32, dims: [1], raggedBatch: true }] },
    { inputs: [{ name: 'x', dataType: FP32, dims: [-1], raggedBatch: true }] },
  ],
  ['sequences without dynamic batching', { sequenceBatching: {}, dynamicBatching: {} }, { sequenceBatching: {} }],
  ['sequences without a response cache', { sequenceBatching: {}, responseCache: true }, { responseCache: true }],
  [
    'control tensors with a name',
    sequences({ controls: [SequenceControl.start('')] }),
    sequences({ controls: [SequenceControl.start('s')] }),
  ],
  [
    'control tensors of one kind each',
    sequences({ controls: [SequenceControl.start('a'), SequenceControl.end('a')] }),
    sequences({ controls: [SequenceControl.start('a'), SequenceControl.end('b', ControlValues.bool())] }),
  ],
  [
    'each kind by one control tensor',
    sequences({ controls: [SequenceControl.ready('a'), SequenceControl.ready('b')] }),
    sequences({ controls: [SequenceControl.ready('a', ControlValues.fp32(-1, 1))] }),
  ],
  [
    'control values of their type',
    sequences({ controls: [SequenceControl.start('a', ControlValues.int32(0, 0.5))] }),
    sequences({ controls: [SequenceControl.start('a', ControlValues.fp32(0, 0.5))] }),
  ],
  [
    'types of the id',
    sequences({ controls: [SequenceControl.correlationId('id', FP32)] }),
    sequences({ controls: [SequenceControl.correlationId('id', UINT64)] }),
  ],
  [
    'preferred batch of sequences within the largest',
    sequences({ strategy: oldest({ preferredBatchSizes: [9] }) }),
    sequences({ strategy: oldest({ preferredBatchSizes: [8] }) }),
  ],
  [
    'preferred batch of sequences with batches',
    { maxBatchSize: 0, ...sequences({ strategy: oldest({ preferredBatchSizes: [1] }) }) },
    { maxBatchSize: 1, ...sequences({ strategy: oldest({ preferredBatchSizes: [1] }) }) },
  ],
  [
    'share of slots at most all',
    sequences({ strategy: direct({ minimumSlotUtilization: 1.1 }) }),
    sequences({ strategy: direct({ minimumSlotUtilization: 1 }) }),
  ],
  [
    'initial state without open dimensions',
    sequences({ states: [state([-1], zeros())] }),
    sequences({ states: [state([-1], zeros([2]))] }),
  ],
  [
    'initial state of the rank of the state',
    sequences({ states: [state([2, 2], zeros([2]))] }),
    sequences({ states: [state([2, 2], zeros([2, 2]))] }),
  ],
  [
    'initial state of the shape of the state',
    sequences({ states: [state([2], zeros([3]))] }),
    sequences({ states: [state([2], zeros([2]))] }),
  ],
  [
    'each state once',
    sequences({ states: [state([1], zeros()), state([1], zeros(), 'in', 'other')] }),
    sequences({ states: [state([1], zeros()), state([1], zeros(), 'in2', 'other')] }),
  ],
  ['warm-up with every input', warm({}), warm({ x: WarmUpTensor.zeros() })],
  ['warm-up of the shape of the input', warm({ x: WarmUpTensor.zeros([5]) }), warm({ x: WarmUpTensor.random([4]) })],
  [
    'warm-up without open dimensions',
    warm({ x: WarmUpTensor.zeros() }, input([-1])),
    warm({ x: WarmUpTensor.zeros([3]) }, input([-1])),
  ],
  [
    'warm-up within the largest batch',
    warm({ x: WarmUpTensor.zeros() }, { batchSize: 9 }),
    warm({ x: WarmUpTensor.zeros() }, { batchSize: 8 }),
  ],
  [
    'warm-up of one without batches',
    warm({ x: WarmUpTensor.zeros() }, { batchSize: 2, maxBatchSize: 0 }),
    warm({ x: WarmUpTensor.zeros() }, { batchSize: 1, maxBatchSize: 0 }),
  ],
  [
    'warm-up by files of the model',
    warm({ x: WarmUpTensor.fromStore('../../x.bin') }),
    warm({ x: WarmUpTensor.fromStore('x.bin') }),
  ],
];

interface Judged {
  readonly name: string;
  readonly rule: string;
  readonly config: string;
  readonly ours: readonly string[];
}

const judged =
  (kind: string) =>
  (rule: Rule, index: number): Judged => {
    const [what, refused, accepted] = rule;
    const name = `${kind}_${index}`;
    const model = TritonModel.onnxRuntime({ ...base, name, ...(kind === 'bad' ? refused : accepted) });
    const ours = model._definition.ownFaults().map(({ reason }) => reason);
    return { name, rule: what, config: forThisServer(uncheckedConfig(model)), ours };
  };
const bad = RULES.map(judged('bad'));
const good = RULES.map(judged('good'));

/** A repository of models; each version has a file with the zeros that warm-up requests of four numbers read. */
function repository(models: readonly Judged[]): string {
  const folder = workFolder('rules');
  for (const { name, config } of models) {
    for (const inner of ['1', 'warmup']) mkdirSync(path.join(folder, name, inner), { recursive: true });
    writeFileSync(path.join(folder, name, '1', 'x.bin'), Buffer.alloc(16));
    writeFileSync(path.join(folder, name, 'config.pbtxt'), config);
  }
  return folder;
}

/** Where the log of a server says why it does not load a model. */
const REASONS = (name: string) => [
  /Error parsing text-format inference\.ModelConfig: (.*)/,
  new RegExp(`Poll failed for model directory '${name}': (.*)"`),
  new RegExp(`failed to load '${name}' version 1: (.*)"`),
];

/** Why the server does not load a model: its own words, which its log has a moment later, or that it ended. */
async function refusal(name: string): Promise<string | undefined> {
  const before = server.log.length;
  const { status, text } = await server.ask(`/v2/repository/models/${name}/load`, {});
  if (status === 200) return undefined;
  for (let tries = 0; tries < 20; tries += 1) {
    const said = REASONS(name).flatMap((pattern) => server.log.slice(before).match(pattern)?.[1] ?? [])[0];
    if (said !== undefined) return said;
    if (status !== 0) await pause(100);
  }
  return text;
}

/** What a fresh server says where the one before had ended: some refusals end it, at once or a moment later. */
async function judgement(name: string): Promise<string | undefined> {
  const first = await refusal(name);
  if (server.exit === undefined && first !== '') return first;
  await pause(100);
  server = await started();
  if (first !== '') return first;
  const again = await refusal(name);
  if (again !== '') return again;
  const { exit } = server;
  server = await started();
  return `(it ends: ${exit})`;
}

const ARGS = ['--model-control-mode=explicit', '--disable-auto-complete-config', '--cache-config=local,size=1048576'];
let models: string;
let server: RealTriton;

const started = () => RealTriton.start({ args: [`--model-repository=${models}`, ...ARGS] });

beforeAll(async () => {
  models = repository([...bad, ...good]);
  server = await started();
});

afterAll(() => server.stop());

const TABLE: string[] = [];

afterAll(() => console.log(`${TABLE.length} rules of the loader, ours beside Triton's own\n${TABLE.join('\n')}`));

test('there are at least 20 rules', () => expect(RULES.length).toBeGreaterThanOrEqual(20));

test.each(bad.map((each) => [each.rule, each] as const))('refused here and there: %s', async (rule, { name, ours }) => {
  expect(ours.length).toBeGreaterThan(0);
  const theirs = await judgement(name);
  TABLE.push(`- ${rule}\n    ours:   ${ours.join(' | ')}\n    Triton: ${theirs}`);
  expect(theirs).toBeDefined();
});

test.each(good.map((each) => [each.rule, each] as const))('loaded with its neighbor: %s', async (_, { name, ours }) => {
  expect(ours).toEqual([]);
  expect(await judgement(name)).toBeUndefined();
});
