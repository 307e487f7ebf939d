import {
  ControlValues,
  ExecutionPriority,
  ModelInstances,
  OnnxRuntimeModelProps,
  ResponseCache,
  SequenceControl,
  SequenceInitialState,
  SequenceStrategy,
  TensorDataType,
  TensorFormat,
  TimeoutAction,
  TritonDeploymentProps,
  TritonModel,
  WarmUpTensor,
} from '../../../lib/serving';
import { DataSize, Duration } from '../../../lib/units';
import { faultsThrown, idsOf, warningsOf } from '../../support/faults';
import { deploy, fileOf, onnxProps, podOf } from '../support/fixtures';

const modelSize = DataSize.gib(1);

function deployed(props: Partial<OnnxRuntimeModelProps>, server: Partial<TritonDeploymentProps> = {}) {
  return deploy({ models: [TritonModel.onnxRuntime({ ...onnxProps, modelSize, ...props })], ...server });
}

/** Text without layout. */
function configOf(props: Partial<OnnxRuntimeModelProps>): string {
  return fileOf(deployed(props).json, 'config.pbtxt.fraud').replace(/\s+/g, ' ').trim();
}

describe('config.pbtxt', () => {
  test('has nothing of settings that are not given', () => {
    expect(configOf({})).not.toMatch(
      /sequence_batching|model_warmup|response_cache|rate_limiter|metric_tags|optimization|parameters/,
    );
    expect(configOf({ responseCache: false, warmUp: [], metricTags: {}, parameters: {} })).toBe(configOf({}));
  });

  test('of sequences in slots', () => {
    const config = configOf({
      sequenceBatching: {
        strategy: SequenceStrategy.direct({ maxQueueDelay: Duration.milliseconds(2), minimumSlotUtilization: 0.5 }),
        maxIdle: Duration.seconds(5),
        controls: [
          SequenceControl.start('start'),
          SequenceControl.ready('ready', ControlValues.fp32(-1, 1)),
          SequenceControl.end('end', ControlValues.bool()),
          SequenceControl.correlationId('id', TensorDataType.UINT64),
        ],
      },
    });
    expect(config).toContain(
      'sequence_batching { direct { max_queue_delay_microseconds: 2000 minimum_slot_utilization: 0.5 } ' +
        'max_sequence_idle_microseconds: 5000000 ' +
        'control_input { name: "start" control { kind: CONTROL_SEQUENCE_START int32_false_true: [ 0, 1 ] } } ' +
        'control_input { name: "ready" control { kind: CONTROL_SEQUENCE_READY fp32_false_true: [ -1, 1 ] } } ' +
        'control_input { name: "end" control { kind: CONTROL_SEQUENCE_END bool_false_true: [ false, true ] } } ' +
        'control_input { name: "id" control { kind: CONTROL_SEQUENCE_CORRID data_type: TYPE_UINT64 } } }',
    );
    expect(config).not.toContain('dynamic_batching');
  });

  test('of sequences with state, the oldest first', () => {
    expect(
      configOf({
        sequenceBatching: {
          strategy: SequenceStrategy.oldest({
            maxCandidateSequences: 64,
            preferredBatchSizes: [8, 16],
            maxQueueDelay: Duration.milliseconds(1),
            preserveOrdering: true,
          }),
          iterative: true,
          states: [
            {
              inputName: 'in',
              outputName: 'out',
              dataType: TensorDataType.FP32,
              dims: [2, -1],
              initial: SequenceInitialState.zeros([2, 1]),
              sameBuffer: true,
              growable: true,
            },
            {
              inputName: 'in2',
              outputName: 'out2',
              dataType: TensorDataType.INT32,
              dims: [1],
              initial: SequenceInitialState.fromStore('states/one.bin'),
            },
          ],
        },
      }),
    ).toContain(
      'sequence_batching { oldest { max_candidate_sequences: 64 preferred_batch_size: [ 8, 16 ] max_queue_delay_microseconds: 1000 ' +
        'preserve_ordering: true } state { input_name: "in" output_name: "out" data_type: TYPE_FP32 dims: [ 2, -1 ] ' +
        'initial_state { data_type: TYPE_FP32 dims: [ 2, 1 ] zero_data: true name: "initial" } use_same_buffer_for_input_output: true ' +
        'use_growable_memory: true } state { input_name: "in2" output_name: "out2" data_type: TYPE_INT32 dims: [ 1 ] ' +
        'initial_state { data_type: TYPE_INT32 dims: [ 1 ] data_file: "../1/states/one.bin" name: "initial" } } iterative_sequence: true }',
    );
  });

  test('of warm-up requests', () => {
    const inputs = [
      { name: 'features', dataType: TensorDataType.FP32, dims: [128] },
      { name: 'text', dataType: TensorDataType.STRING, dims: [-1], optional: true },
    ];
    expect(
      configOf({
        inputs,
        version: '3',
        otherVersions: ['2'],
        warmUp: [
          { name: 'zeros', inputs: { features: WarmUpTensor.zeros() } },
          {
            name: 'real',
            batchSize: 32,
            count: 3,
            inputs: { features: WarmUpTensor.random(), text: WarmUpTensor.fromStore('warmup/text.bin', [2]) },
          },
        ],
      }),
    ).toContain(
      'model_warmup { name: "zeros" batch_size: 1 inputs { key: "features" value { data_type: TYPE_FP32 dims: [ 128 ] zero_data: true } } } ' +
        'model_warmup { name: "real" batch_size: 32 inputs { key: "features" value { data_type: TYPE_FP32 dims: [ 128 ] random_data: true } } ' +
        'inputs { key: "text" value { data_type: TYPE_STRING dims: [ 2 ] input_data_file: "../3/warmup/text.bin" } } count: 3 }',
    );
  });

  test.each<[string, Partial<OnnxRuntimeModelProps>, string]>([
    ['response cache', { responseCache: true }, 'response_cache { enable: true }'],
    [
      'tags of metrics',
      { metricTags: { team: 'risk', a: 'b' } },
      'metric_tags { key: "a" value: "b" } metric_tags { key: "team" value: "risk" }',
    ],
    [
      'parameters',
      { parameters: { enable_mem_arena: '0' } },
      '{ key: "enable_mem_arena" value { string_value: "0" } }',
    ],
    ['priority', { priority: ExecutionPriority.MAX }, 'optimization { priority: PRIORITY_MAX }'],
    [
      'pinned memory',
      { pinnedInputs: false, pinnedOutputs: true },
      'optimization { input_pinned_memory { enable: false } output_pinned_memory { enable: true } }',
    ],
    [
      'the format of an image, of any size in a batch',
      {
        inputs: [
          { name: 'x', dataType: TensorDataType.FP32, dims: [3, -1, -1], format: TensorFormat.NCHW, raggedBatch: true },
        ],
      },
      'dims: [ 3, -1, -1 ] format: FORMAT_NCHW allow_ragged_batch: true }',
    ],
    ['eager batching', { eagerBatching: true }, 'optimization { eager_batching: true }'],
    [
      'rate limits',
      {
        rateLimit: {
          resources: [
            { name: 'R1', count: 4 },
            { name: 'R2', count: 1, global: true },
          ],
          priority: 2,
        },
      },
      'rate_limiter { resources { name: "R1" count: 4 } resources { name: "R2" global: true count: 1 } priority: 2 }',
    ],
  ])('of %s', (_, props, wanted) => {
    expect(configOf(props)).toContain(wanted);
  });

  test('files that it names in the store are reached from folders that are made', () => {
    const { json } = deployed({
      warmUp: [{ name: 'first', inputs: { features: WarmUpTensor.fromStore('a.bin') } }],
    });
    const items = JSON.stringify(json.only('kubernetes_deployment_v1'));
    expect(items).toContain('repository/fraud/warmup/about');
    expect(items).not.toContain('initial_state');
  });
});

describe('the server', () => {
  const limits = (props: Partial<TritonDeploymentProps>) =>
    podOf(
      deploy({
        models: ['a', 'b'].map((name, i) =>
          TritonModel.onnxRuntime({
            ...onnxProps,
            name,
            modelSize,
            instances: ModelInstances.onCpu(),
            rateLimit: {
              resources: [
                { name: 'R1', count: 2 + i },
                { name: `R${name}`, count: 1 },
              ],
            },
          }),
        ),
        ...props,
      }).json,
    );
  const argumentsOf = (pod: ReturnType<typeof podOf>) => (pod.container[0].args as string[]).slice(4);
  const shared = (json: ReturnType<typeof deployed>['json']) => podOf(json).container[0].resources.requests.memory;

  test('has no flag of a setting that is not given', () => {
    expect(argumentsOf(podOf(deployed({}).json)).join(' ')).not.toMatch(/cache|rate|load-thread|retry/);
  });

  test('has a cache where a model uses one, in memory that its pod has', () => {
    const flags = (server: Partial<TritonDeploymentProps> = {}) =>
      argumentsOf(podOf(deployed({ responseCache: true }, server).json));
    expect(flags()).toContain('--cache-config=local,size=268435456');
    expect(flags({ responseCache: ResponseCache.local(DataSize.gib(1)) })).toContain(
      '--cache-config=local,size=1073741824',
    );
    const redis = ResponseCache.custom('redis', { host: 'redis.cache.svc', port: '6379' });
    expect(flags({ responseCache: redis })).toEqual(
      expect.arrayContaining(['--cache-config=redis,host=redis.cache.svc', '--cache-config=redis,port=6379']),
    );
    const mib = (responseCache?: ResponseCache) =>
      Number.parseInt(shared(deployed({ responseCache: true }, { responseCache }).json) as string, 10);
    const without = Number.parseInt(shared(deployed({}).json) as string, 10);
    expect(mib() - without).toBe(256);
    expect(mib(ResponseCache.local(DataSize.gib(1))) - without).toBe(1024);
    expect(mib(redis) - without).toBe(0);
  });

  test('limits rates where a model asks for it, and has what no entry names', () => {
    const cpu = (rateLimitResources?: TritonDeploymentProps['rateLimitResources']) =>
      argumentsOf(limits({ rateLimitResources })).filter((argument) => argument.startsWith('--rate'));
    expect(cpu()).toEqual(['--rate-limit=execution_count']);
    expect(cpu([{ name: 'R1', count: 5 }])).toEqual([
      '--rate-limit=execution_count',
      '--rate-limit-resource=R1:5',
      '--rate-limit-resource=Ra:1',
      '--rate-limit-resource=Rb:1',
    ]);
    expect(cpu([{ name: 'R1', count: 5, gpu: 0 }])).toEqual([
      '--rate-limit=execution_count',
      '--rate-limit-resource=R1:5:0',
      '--rate-limit-resource=R1:3',
      '--rate-limit-resource=Ra:1',
      '--rate-limit-resource=Rb:1',
    ]);
  });

  test('loads models as it is told', () => {
    expect(argumentsOf(podOf(deployed({}, { modelLoadThreads: 8, modelLoadRetries: 2 }).json))).toEqual(
      expect.arrayContaining(['--model-load-thread-count=8', '--model-load-retry-count=2']),
    );
  });

  test('is told what may go wrong', () => {
    const ids = (props: Partial<OnnxRuntimeModelProps>, server: Partial<TritonDeploymentProps>) =>
      warningsOf(deployed(props, server).deployment).map(({ id }) => id);
    expect(ids({ sequenceBatching: {} }, { replicas: 2 })).toContain('SEQUENCES_OVER_REPLICAS');
    expect(ids({ sequenceBatching: {} }, {})).not.toContain('SEQUENCES_OVER_REPLICAS');
    expect(ids({}, { replicas: 2 })).not.toContain('SEQUENCES_OVER_REPLICAS');
  });
});

describe('refused, as the loader of Triton would', () => {
  const state = { inputName: 'in', outputName: 'out', dataType: TensorDataType.FP32, dims: [1] };
  const { oldest, direct } = SequenceStrategy;
  const sample = { name: 'first', inputs: { features: WarmUpTensor.zeros() } };

  test.each<[string, string, Partial<OnnxRuntimeModelProps>]>([
    [
      'NOT_A_WHOLE_NUMBER',
      'strategy.preferredBatchSizes[0]',
      { sequenceBatching: { strategy: oldest({ preferredBatchSizes: [33] }) } },
    ],
    [
      'BATCHING_WITHOUT_BATCH',
      'strategy.preferredBatchSizes',
      { maxBatchSize: 0, sequenceBatching: { strategy: oldest({ preferredBatchSizes: [1] }) } },
    ],
    [
      'NOT_A_WHOLE_NUMBER',
      'strategy.maxCandidateSequences',
      { sequenceBatching: { strategy: oldest({ maxCandidateSequences: 0 }) } },
    ],
    [
      'OUT_OF_RANGE',
      'strategy.minimumSlotUtilization',
      { sequenceBatching: { strategy: direct({ minimumSlotUtilization: 1.1 }) } },
    ],
    [
      'OUT_OF_RANGE',
      'strategy.minimumSlotUtilization',
      { sequenceBatching: { strategy: direct({ minimumSlotUtilization: 0 }) } },
    ],
    ['OUT_OF_RANGE', 'maxIdle', { sequenceBatching: { maxIdle: Duration.seconds(0) } }],
    ['INVALID_NAME', 'controls[0].tensor', { sequenceBatching: { controls: [SequenceControl.start('')] } }],
    [
      'DUPLICATE',
      'controls',
      { sequenceBatching: { controls: [SequenceControl.start('a'), SequenceControl.end('a')] } },
    ],
    [
      'NOT_A_WHOLE_NUMBER',
      'controls[0].values',
      { sequenceBatching: { controls: [SequenceControl.start('a', ControlValues.int32(0, 0.5))] } },
    ],
    [
      'UNKNOWN_VALUE',
      'controls[0].dataType',
      { sequenceBatching: { controls: [SequenceControl.correlationId('a', TensorDataType.INT8)] } },
    ],
    ['DUPLICATE', 'states', { sequenceBatching: { states: [state, { ...state, outputName: 'other' }] } }],
    ['INVALID_NAME', 'states[0].inputName', { sequenceBatching: { states: [{ ...state, inputName: '' }] } }],
    ['INVALID_DIMENSION', 'states[0].dims', { sequenceBatching: { states: [{ ...state, dims: [0] }] } }],
    ['NOT_A_WHOLE_NUMBER', 'warmUp[0].batchSize', { warmUp: [{ ...sample, batchSize: 33 }] }],
    ['NOT_A_WHOLE_NUMBER', 'warmUp[0].batchSize', { maxBatchSize: 0, warmUp: [{ ...sample, batchSize: 2 }] }],
    ['NOT_A_WHOLE_NUMBER', 'warmUp[0].count', { warmUp: [{ ...sample, count: 0 }] }],
    ['INVALID_NAME', 'warmUp[0].name', { warmUp: [{ ...sample, name: '' }] }],
    ['DUPLICATE', 'warmUp', { warmUp: [sample, sample] }],
    ['NOT_A_WHOLE_NUMBER', 'rateLimit.priority', { rateLimit: { priority: 0 } }],
    ['NOT_A_WHOLE_NUMBER', 'rateLimit.resources[0].count', { rateLimit: { resources: [{ name: 'a', count: 0 }] } }],
    ['INVALID_NAME', 'rateLimit.resources[0].name', { rateLimit: { resources: [{ name: 'a:b', count: 1 }] } }],
    [
      'DUPLICATE',
      'rateLimit.resources',
      {
        rateLimit: {
          resources: [
            { name: 'a', count: 1 },
            { name: 'a', count: 2 },
          ],
        },
      },
    ],
    ['INVALID_NAME', 'metricTags[_a]', { metricTags: { _a: 'b' } }],
    ['INVALID_NAME', 'parameters', { parameters: { '': 'b' } }],
  ])('%s %s', (id, property, props) => {
    const settings = property.startsWith('strategy') || /^(maxIdle|controls|states)/.test(property);
    const path = `models[0].${settings ? 'sequenceBatching.' : ''}${property}`;
    expect(idsOf(faultsThrown(() => deployed(props)))).toEqual([`${id} ${path}`]);
  });

  test.each<[string, Partial<OnnxRuntimeModelProps>]>([
    ['the largest batch', { sequenceBatching: { strategy: oldest({ preferredBatchSizes: [32] }) } }],
    ['all slots', { sequenceBatching: { strategy: direct({ minimumSlotUtilization: 1 }) } }],
    ['sequences without batches', { maxBatchSize: 0, sequenceBatching: {} }],
    ['a warm-up of the largest batch', { warmUp: [{ ...sample, batchSize: 32 }] }],
    [
      'a warm-up with a control tensor',
      {
        sequenceBatching: { controls: [SequenceControl.start('s')] },
        warmUp: [{ name: 'a', inputs: { features: WarmUpTensor.zeros(), s: WarmUpTensor.zeros() } }],
      },
    ],
    [
      'order kept without a limit of time',
      {
        dynamicBatching: {
          preserveOrdering: true,
          queue: { timeout: Duration.seconds(0), timeoutAction: TimeoutAction.DELAY },
        },
      },
    ],
  ])('but not %s', (_, props) => {
    expect(() => deployed(props)).not.toThrow();
  });

  test.each<[string, string, Partial<TritonDeploymentProps>]>([
    ['NOT_A_WHOLE_NUMBER', 'modelLoadThreads', { modelLoadThreads: 0 }],
    ['NOT_A_WHOLE_NUMBER', 'modelLoadRetries', { modelLoadRetries: -1 }],
    ['INVALID_NAME', 'responseCache', { responseCache: ResponseCache.custom('a,b', {}) }],
    ['INVALID_FORMAT', 'responseCache', { responseCache: ResponseCache.custom('redis', { host: '' }) }],
    ['RESERVED', 'extraArguments[0]', { extraArguments: ['--rate-limit-res=a:1'] }],
    ['RESERVED', 'extraArguments[0]', { extraArguments: ['--model-load-retry-count=3'] }],
  ])('%s %s of a server', (id, property, server) => {
    expect(idsOf(faultsThrown(() => deployed({ responseCache: true }, server)))).toEqual([`${id} ${property}`]);
  });
});
