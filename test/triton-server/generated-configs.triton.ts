import * as fc from 'fast-check';
import { ModelSpec } from '../../lib/catalog';
import {
  ControlValues,
  DynamicBatching,
  ExecutionPriority,
  GraphOptimization,
  ModelInstances,
  OnnxRuntimeModelProps,
  PythonCode,
  QueuePolicy,
  SequenceBatching,
  SequenceControl,
  SequenceInitialState,
  SequenceStrategy,
  TensorDataType,
  TensorSpec,
  TimeoutAction,
  TritonModel,
  VersionPolicy,
  VllmModelProps,
  WarmUpTensor,
} from '../../lib/serving';
import { DataSize, Duration } from '../../lib/units';
import { deploy, fileOf } from '../serving/support/fixtures';
import { parsedConfigs, uncheckedConfig } from './configurations';
import { BUCKETS, MeantKind, meant } from './meant-configurations';

/** Many models, the same on every run. */
const MODELS = 400;

const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,20}$/);
const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 });
const type = fc.constantFrom(...Object.values(TensorDataType));
const micros = fc.integer({ min: 0, max: 10_000_000 });
const duration = micros.map((n) => Duration.microseconds(n));
const sizes = fc.array(fc.integer({ min: 1, max: 16 }), { maxLength: 3 });
const int32 = fc.integer({ min: -(2 ** 31) + 1, max: 2 ** 31 - 1 });
const opt = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined });
const record = <T>(of: { [K in keyof T]: fc.Arbitrary<T[K]> }) => fc.record(of, { requiredKeys: [] });

const tensors = (prefix: string): fc.Arbitrary<TensorSpec[]> =>
  fc.array(
    fc.record({
      name: text.map((each) => `${prefix}${each}`),
      dataType: type,
      dims: fc.array(fc.constantFrom(-1, 1, 2, 3, 128), { minLength: 1, maxLength: 4 }),
    }),
    { minLength: 1, maxLength: 3 },
  );

const us = (time?: Duration) => time?.toMicroseconds();
const queue: fc.Arbitrary<QueuePolicy> = record({
  maxQueueSize: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
  timeout: duration,
  timeoutAction: fc.constantFrom(...Object.values(TimeoutAction)),
  allowTimeoutOverride: fc.boolean(),
});
const batching: fc.Arbitrary<DynamicBatching> = record({
  preferredBatchSizes: sizes,
  maxQueueDelay: duration,
  priorityLevels: fc.integer({ min: 1, max: 5 }),
  queue,
  priorityQueues: queue.map((each) => ({ '1': each })),
}).map(({ maxQueueDelay, ...rest }) => {
  // A delay as long as the timeout of a queue that rejects is refused.
  const timeouts = [rest.queue, { ...rest.queue, ...rest.priorityQueues?.['1'] }].map((of) => us(of?.timeout) ?? 5e6);
  const isShort = timeouts.every((timeout) => timeout === 0 || (us(maxQueueDelay) ?? 0) < timeout);
  return maxQueueDelay !== undefined && isShort ? { maxQueueDelay, ...rest } : rest;
});
const values = fc.oneof(
  fc.tuple(int32, int32).map(([no, yes]) => ControlValues.int32(no, yes)),
  fc
    .tuple(fc.integer({ min: -9, max: 9 }), fc.integer({ min: -9, max: 9 }))
    .map(([no, yes]) => ControlValues.fp32(no / 4, yes / 4)),
  fc.constant(ControlValues.bool()),
);
const controls = fc
  .tuple(opt(values), opt(values), opt(values), fc.boolean())
  .map(([start, ready, end, id]) => [
    ...(start ? [SequenceControl.start('c start', start)] : []),
    ...(ready ? [SequenceControl.ready('c"ready', ready)] : []),
    ...(end ? [SequenceControl.end('c\\end', end)] : []),
    ...(id ? [SequenceControl.correlationId('c id', TensorDataType.STRING)] : []),
  ]);
const sequences: fc.Arbitrary<SequenceBatching> = record({
  strategy: fc.oneof(
    record({ minimumSlotUtilization: fc.constantFrom(0.25, 0.5, 1) }).map((options) =>
      SequenceStrategy.direct(options),
    ),
    record({
      maxCandidateSequences: fc.integer({ min: 1, max: 1000 }),
      preferredBatchSizes: sizes,
      maxQueueDelay: duration,
      preserveOrdering: fc.boolean(),
    }).map((options) => SequenceStrategy.oldest(options)),
  ),
  maxIdle: fc.integer({ min: 1, max: 1000 }).map((n) => Duration.milliseconds(n)),
  controls,
  iterative: fc.boolean(),
  states: fc.tuple(fc.boolean(), fc.boolean(), type).map(([hasInitial, isFile, dataType]) => [
    {
      inputName: 'state in',
      outputName: 'state out',
      dataType,
      dims: [2, -1],
      initial: hasInitial
        ? isFile
          ? SequenceInitialState.fromStore('states/a.bin', [2, 3])
          : SequenceInitialState.zeros([2, 1])
        : undefined,
      sameBuffer: isFile,
    },
  ]),
});

const model: fc.Arbitrary<OnnxRuntimeModelProps> = fc
  .record(
    {
      name,
      version: fc.constantFrom('1', '7', 'main'),
      inputs: tensors('in '),
      outputs: tensors('out '),
      maxBatchSize: fc.constantFrom(0, 16, 64),
      dynamicBatching: batching,
      sequenceBatching: sequences,
      instances: fc.oneof(
        fc.integer({ min: 1, max: 4 }).map((n) => ModelInstances.onCpu(n)),
        fc.integer({ min: 1, max: 4 }).map((n) => ModelInstances.onGpus(1, n)),
        fc.constant(ModelInstances.onSharedGpu(DataSize.gib(4), 2)),
      ),
      latencyBucketsMs: fc.constantFrom<number[]>([1], [0.5, 20, 1e5]),
      versionPolicy: fc.constantFrom(VersionPolicy.all(), VersionPolicy.latest(2), VersionPolicy.specific([1, 7])),
      graphOptimization: fc.constantFrom(...Object.values(GraphOptimization)),
      responseCache: fc.boolean(),
      metricTags: fc.dictionary(fc.stringMatching(/^[a-z][a-z0-9_]{0,5}$/), text, { maxKeys: 2 }),
      parameters: fc.dictionary(text, text, { maxKeys: 2 }),
      warmUp: fc.constantFrom('zeros', 'random', 'file').map((kind) => [{ name: kind, count: 2, inputs: {} }]),
      rateLimit: record({
        resources: fc.integer({ min: 1, max: 9 }).map((count) => [
          { name: 'R.1', count },
          { name: 'R2', count, global: true },
        ]),
        priority: fc.integer({ min: 1, max: 9 }),
      }),
      priority: fc.constantFrom(...Object.values(ExecutionPriority)),
      pinnedInputs: fc.boolean(),
      pinnedOutputs: fc.boolean(),
      eagerBatching: fc.boolean(),
    },
    { requiredKeys: ['name', 'inputs', 'outputs', 'maxBatchSize'] },
  )
  .map(consistent);

/** What cannot stand together is left out, and warm-up requests get the tensors of the model. */
function consistent(props: OnnxRuntimeModelProps): OnnxRuntimeModelProps {
  const { sequenceBatching, dynamicBatching, warmUp, ...rest } = props;
  const inputs = props.inputs.map((each, i) => ({ ...each, name: `${each.name} ${i}`, dims: each.dims }));
  const dataOf = { zeros: WarmUpTensor.zeros, random: WarmUpTensor.random };
  const shape = (dims: readonly number[]) => dims.map((dim) => Math.abs(dim));
  return {
    ...rest,
    inputs,
    outputs: props.outputs.map((each, i) => ({ ...each, name: `${each.name} ${i}` })),
    sequenceBatching: sequenceBatching && sequencesWithin(sequenceBatching, props.maxBatchSize),
    dynamicBatching:
      sequenceBatching || props.maxBatchSize === 0
        ? undefined
        : dynamicBatching && { priorityLevels: dynamicBatching.priorityQueues && 1, ...dynamicBatching },
    responseCache: sequenceBatching ? undefined : props.responseCache,
    warmUp: warmUp?.map((sample) => ({
      ...sample,
      inputs: Object.fromEntries(
        inputs.map((each) => [
          each.name,
          sample.name === 'file'
            ? WarmUpTensor.fromStore('warm/up.bin', shape(each.dims))
            : dataOf[sample.name as 'zeros' | 'random'](shape(each.dims)),
        ]),
      ),
    })),
    versionPolicy: props.version === undefined || props.version === 'main' ? undefined : VersionPolicy.latest(2),
  };
}

/** Without batches there are none to prefer. */
function sequencesWithin(of: SequenceBatching, maxBatchSize: number): SequenceBatching {
  const { oldestOptions } = of.strategy ?? {};
  if (maxBatchSize > 0 || !oldestOptions?.preferredBatchSizes) return of;
  return { ...of, strategy: SequenceStrategy.oldest({ ...oldestOptions, preferredBatchSizes: undefined }) };
}

const samples = fc.sample(model, { numRuns: MODELS, seed: 12 });

/** A kind of model: what it makes of the properties that all kinds have, and what its configuration says besides. */
interface Kind extends MeantKind {
  readonly of: (props: OnnxRuntimeModelProps) => OnnxRuntimeModelProps;
  readonly make: (props: OnnxRuntimeModelProps) => TritonModel;
}

const KINDS: readonly Kind[] = [
  { backend: 'onnxruntime', of: (props) => props, make: (props) => TritonModel.onnxRuntime(props) },
  {
    backend: 'python',
    parameters: { FORCE_CPU_ONLY_INPUT_TENSORS: 'no' },
    of: onCpu,
    make: (props) => TritonModel.python({ ...props, code: PythonCode.fromStore(DataSize.mib(1)), gpuTensors: true }),
  },
  {
    backend: 'python',
    beside: { model_transaction_policy: { decoupled: true } },
    of: (props) => ({ ...onCpu(props), responseCache: undefined }),
    make: (props) => TritonModel.python({ ...props, code: PythonCode.fromStore(DataSize.mib(1)), decoupled: true }),
  },
  {
    backend: 'pytorch',
    beside: { platform: 'pytorch_libtorch' },
    parameters: { ENABLE_WEIGHT_SHARING: 'true', INFERENCE_MODE: 'false' },
    of: byPlace,
    make: (props) =>
      TritonModel.pyTorch({ ...props, modelSize: DataSize.gib(1), weightSharing: true, inferenceMode: false }),
  },
];

/** Code of one's own knows no graphs, and runs on the CPU unless another device is given. */
function onCpu({ instances = ModelInstances.onCpu(), ...props }: OnnxRuntimeModelProps): OnnxRuntimeModelProps {
  return { ...props, instances, graphOptimization: undefined };
}

/** Types of tensors that LibTorch's backend has (`ModelConfigDataTypeToTorchType`), but texts, which have one dimension there. */
const TORCH = [
  ...[TensorDataType.BOOL, TensorDataType.UINT8, TensorDataType.INT8, TensorDataType.INT16, TensorDataType.INT32],
  ...[TensorDataType.INT64, TensorDataType.FP16, TensorDataType.FP32, TensorDataType.FP64],
];
const torchType = (type: TensorDataType) => (TORCH.includes(type) ? type : TensorDataType.FP32);

/** With the names that PyTorch asks for, and the types that it has. */
function byPlace(props: OnnxRuntimeModelProps): OnnxRuntimeModelProps {
  const tensor = (prefix: string) => (each: TensorSpec, i: number) => ({
    ...each,
    name: `${prefix}__${i}`,
    dataType: torchType(each.dataType),
  });
  const { sequenceBatching: sequences } = props;
  return {
    ...props,
    graphOptimization: undefined,
    inputs: props.inputs.map(tensor('IN')),
    outputs: props.outputs.map(tensor('OUT')),
    sequenceBatching: sequences && {
      ...sequences,
      controls: sequences.controls?.filter(({ dataType }) => dataType !== TensorDataType.STRING),
      states: sequences.states?.map((state) => ({ ...state, dataType: torchType(state.dataType) })),
    },
    warmUp: props.warmUp?.map((sample) => ({
      ...sample,
      inputs: Object.fromEntries(Object.values(sample.inputs).map((each, i) => [`IN__${i}`, each])),
    })),
  };
}

const generated = samples.map((props, i) => {
  const kind = KINDS[i % KINDS.length];
  const of = kind.of(props);
  return { kind, props: of, model: kind.make(of) };
});
const models = generated.map(({ model: made }) => made);

test('every generated model is valid here', () => {
  const faults = models.flatMap((each) =>
    each._definition.ownFaults().map(({ property, reason }) => `${property}: ${reason}`),
  );
  expect(faults).toEqual([]);
});

test('every generated configuration is read by the parser of NVIDIA and means what was said', () => {
  const parsed = parsedConfigs(models.map(uncheckedConfig));
  expect(parsed).toHaveLength(MODELS);
  for (const [i, found] of parsed.entries()) {
    expect(found).toEqual(meant(generated[i].props, generated[i].kind));
  }
});

test('among them is each setting', () => {
  const said = parsedConfigs(models.map(uncheckedConfig));
  const fields = new Set(said.flatMap((each) => Object.keys(each)));
  for (const field of [
    ...['dynamic_batching', 'sequence_batching', 'model_warmup', 'response_cache', 'metric_tags', 'parameters'],
    ...['optimization', 'instance_group', 'model_metrics', 'version_policy'],
  ]) {
    expect(fields).toContain(field);
  }
});

test.each([
  [{}, 'KIND_MODEL', ['REPORT_CUSTOM_METRICS', 'ENABLE_VLLM_HEALTH_CHECK']],
  [{ engineMetrics: false, latencyBucketsMs: [50, 200] }, 'KIND_MODEL', ['ENABLE_VLLM_HEALTH_CHECK']],
])('so is that of a language model: %j', (more: Partial<VllmModelProps>, kind, flags) => {
  const chat = TritonModel.vllm({ name: 'chat', model: ModelSpec.LLAMA_3_2_1B, ...more });
  const [found] = parsedConfigs([fileOf(deploy({ models: [chat] }).json, 'config.pbtxt.chat')]);
  expect(found).toEqual({
    name: 'chat',
    backend: 'vllm',
    version_policy: { latest: { num_versions: 1 } },
    instance_group: [{ count: 1, kind }],
    model_transaction_policy: { decoupled: true },
    model_metrics: {
      metric_control: [
        {
          metric_identifier: { family: 'nv_inference_first_response_histogram_ms' },
          histogram_options: { buckets: more.latencyBucketsMs ?? BUCKETS },
        },
      ],
    },
    parameters: Object.fromEntries(flags.map((flag) => [flag, { string_value: 'true' }])),
  });
});

test('so is that of an ensemble, with the settings that it has', () => {
  const tensor = (called: string) => ({ name: called, dataType: TensorDataType.FP32, dims: [2] });
  const ensemble = TritonModel.ensemble({
    name: 'both',
    inputs: [tensor('in')],
    outputs: [tensor('out')],
    maxBatchSize: 4,
    maxInflightRequests: 8,
    steps: [
      { model: 'a', inputMap: { x: 'in' }, outputMap: { y: 'between' } },
      { model: 'b', modelVersion: 3, inputMap: { x: 'between' }, outputMap: { y: 'out' } },
    ],
    responseCache: true,
    metricTags: { team: 'risk' },
    parameters: { owner: 'x' },
    latencyBucketsMs: [5, 50],
  });
  const step = (model_name: string, model_version: number, from: string, to: string) => ({
    ...{ model_name, model_version },
    input_map: { x: from },
    output_map: { y: to },
  });
  expect(parsedConfigs([uncheckedConfig(ensemble)])).toEqual([
    {
      name: 'both',
      platform: 'ensemble',
      max_batch_size: 4,
      input: [{ name: 'in', data_type: 'TYPE_FP32', dims: [2] }],
      output: [{ name: 'out', data_type: 'TYPE_FP32', dims: [2] }],
      ensemble_scheduling: {
        step: [step('a', -1, 'in', 'between'), step('b', 3, 'between', 'out')],
        max_inflight_requests: 8,
      },
      model_metrics: {
        metric_control: [
          {
            metric_identifier: { family: 'nv_inference_first_response_histogram_ms' },
            histogram_options: { buckets: [5, 50] },
          },
        ],
      },
      metric_tags: { team: 'risk' },
      response_cache: { enable: true },
      parameters: { owner: { string_value: 'x' } },
    },
  ]);
});

test('what is no configuration is told from one', () => {
  const [unknown, twice] = parsedConfigs(['no_such_field: 1', 'dynamic_batching {}\nsequence_batching {}']);
  expect(unknown.ERROR).toContain('no_such_field');
  expect(twice.ERROR).toContain('scheduling_choice');
});
