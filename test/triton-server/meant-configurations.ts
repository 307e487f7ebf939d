import {
  DynamicBatching,
  ModelInstances,
  OnnxRuntimeModelProps,
  QueuePolicy,
  SequenceBatching,
  SequenceStrategy,
  TensorSpec,
  TimeoutAction,
} from '../../lib/serving';
import { Duration } from '../../lib/units';
import { Parsed } from './configurations';

/** A message without the fields of which nothing was said, as a reader of the format sees it. */
function message(fields: Parsed): Parsed {
  const said = Object.entries(fields).filter(([, value]) => value !== undefined && value !== 0 && value !== false);
  return Object.fromEntries(said.filter(([, value]) => !(Array.isArray(value) && value.length === 0)));
}

const us = (time?: Duration) => time?.toMicroseconds();

function queueMeant(policy: QueuePolicy, maxBatchSize: number): Parsed {
  return message({
    timeout_action: policy.timeoutAction === TimeoutAction.DELAY ? 'DELAY' : undefined,
    default_timeout_microseconds: policy.timeout ? us(policy.timeout) : 5_000_000,
    allow_timeout_override: policy.allowTimeoutOverride,
    max_queue_size: policy.maxQueueSize ?? Math.max(64, 16 * maxBatchSize),
  });
}

function batchingMeant(of: DynamicBatching, maxBatchSize: number): Parsed {
  const queues = Object.entries(of.priorityQueues ?? {});
  return message({
    preferred_batch_size: of.preferredBatchSizes,
    max_queue_delay_microseconds: us(of.maxQueueDelay),
    priority_levels: of.priorityLevels,
    default_priority_level: of.priorityLevels && Math.ceil(of.priorityLevels / 2),
    default_queue_policy: queueMeant(of.queue ?? {}, maxBatchSize),
    priority_queue_policy:
      queues.length > 0
        ? Object.fromEntries(queues.map(([level, each]) => [level, queueMeant({ ...of.queue, ...each }, maxBatchSize)]))
        : undefined,
  });
}

function sequencesMeant(of: SequenceBatching, version: number): Parsed {
  const { directOptions, oldestOptions } = of.strategy ?? SequenceStrategy.direct();
  return message({
    direct: directOptions && message({ minimum_slot_utilization: directOptions.minimumSlotUtilization }),
    oldest:
      oldestOptions &&
      message({
        max_candidate_sequences: oldestOptions.maxCandidateSequences,
        preferred_batch_size: oldestOptions.preferredBatchSizes,
        max_queue_delay_microseconds: us(oldestOptions.maxQueueDelay),
        preserve_ordering: oldestOptions.preserveOrdering,
      }),
    max_sequence_idle_microseconds: us(of.maxIdle),
    control_input: of.controls?.map(({ tensor, kind, dataType, values: said }) => ({
      name: tensor,
      control: [
        message({
          kind: kind === 'CONTROL_SEQUENCE_START' ? undefined : kind,
          data_type: said ? undefined : dataType,
          int32_false_true: said && dataType === 'TYPE_INT32' ? [said.no, said.yes] : undefined,
          fp32_false_true: said && dataType === 'TYPE_FP32' ? [said.no, said.yes] : undefined,
          bool_false_true: said && dataType === 'TYPE_BOOL' ? [false, true] : undefined,
        }),
      ],
    })),
    state: of.states?.map(({ inputName, outputName, dataType, dims, initial, sameBuffer }) =>
      message({
        input_name: inputName,
        output_name: outputName,
        data_type: dataType,
        dims,
        initial_state: initial && [
          message({
            data_type: dataType,
            dims: initial.dims,
            zero_data: initial.path === undefined,
            data_file: initial.path && `../${version}/${initial.path}`,
            name: 'initial',
          }),
        ],
        use_same_buffer_for_input_output: sameBuffer,
      }),
    ),
    iterative_sequence: of.iterative,
  });
}

const LEVEL: { [optimization: string]: number | undefined } = { EXTENDED: 1, BASIC: -1, DISABLED: 2 };

function optimizationMeant(props: OnnxRuntimeModelProps, { backend }: MeantKind): Parsed | undefined {
  const level = LEVEL[props.graphOptimization ?? 'ALL'];
  // Only ONNX Runtime keeps a limit of the memory.
  const memory = backend === 'onnxruntime' ? props.instances?.sharedGpuMemory : undefined;
  const meant = {
    graph: level === undefined ? undefined : { level },
    execution_accelerators: memory && {
      gpu_execution_accelerator: [{ name: 'cuda', parameters: { gpu_mem_limit: String(memory.bytes) } }],
    },
    priority: props.priority,
    input_pinned_memory: props.pinnedInputs === undefined ? undefined : message({ enable: props.pinnedInputs }),
    output_pinned_memory: props.pinnedOutputs === undefined ? undefined : message({ enable: props.pinnedOutputs }),
    // Said as false it is a field that is set, though a reader of this version of the format cannot tell.
    eager_batching: props.eagerBatching,
  };
  return Object.values(meant).some((each) => each !== undefined) ? message(meant) : undefined;
}

/** Bounds of the latency histogram unless others are given. */
export const BUCKETS = [5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000, 30000, 60000];

/** What the configuration of a kind of model says beside what all kinds say. */
export interface MeantKind {
  readonly backend: string;
  readonly beside?: Parsed;
  readonly parameters?: { readonly [key: string]: string };
}

/** What a user means by the properties, told without the library's own text. */
export function meant(props: OnnxRuntimeModelProps, kind: MeantKind): Parsed {
  const { maxBatchSize, instances = ModelInstances.onGpus(), sequenceBatching, warmUp, rateLimit } = props;
  const version = props.version === '7' ? 7 : 1;
  const dynamic = props.dynamicBatching ?? (maxBatchSize > 0 && !sequenceBatching ? {} : undefined);
  const tensor = ({ name: called, dataType, dims }: TensorSpec) => ({ name: called, data_type: dataType, dims });
  const someOf = (map: { [key: string]: unknown }) => (Object.keys(map).length > 0 ? map : undefined);
  const types = new Map(props.inputs.map((each) => [each.name, each.dataType]));
  return message({
    name: props.name,
    backend: kind.backend,
    ...kind.beside,
    max_batch_size: maxBatchSize,
    version_policy: { latest: { num_versions: props.versionPolicy ? 2 : 1 } },
    input: props.inputs.map(tensor),
    output: props.outputs.map(tensor),
    instance_group: [
      message({
        kind: instances.isOnGpus ? 'KIND_GPU' : 'KIND_CPU',
        count: instances.instancesPerDevice,
        gpus: instances.isOnGpus ? [0] : undefined,
        rate_limiter:
          rateLimit &&
          message({
            resources: rateLimit.resources?.map((each) => message({ ...each })),
            priority: rateLimit.priority,
          }),
      }),
    ],
    optimization: optimizationMeant(props, kind),
    dynamic_batching: dynamic && batchingMeant(dynamic, maxBatchSize),
    sequence_batching: sequenceBatching && sequencesMeant(sequenceBatching, version),
    model_metrics: {
      metric_control: [
        {
          metric_identifier: { family: 'nv_inference_first_response_histogram_ms' },
          histogram_options: { buckets: props.latencyBucketsMs ?? BUCKETS },
        },
      ],
    },
    model_warmup: warmUp?.map((sample) => ({
      name: sample.name,
      batch_size: 1,
      count: 2,
      inputs: Object.fromEntries(
        Object.entries(sample.inputs).map(([key, { dims }]) => [
          key,
          {
            data_type: types.get(key),
            dims,
            ...(sample.name === 'file'
              ? { input_data_file: `../${version}/warm/up.bin` }
              : { [`${sample.name === 'zeros' ? 'zero' : 'random'}_data`]: true }),
          },
        ]),
      ),
    })),
    metric_tags: someOf(props.metricTags ?? {}),
    response_cache: props.responseCache ? { enable: true } : undefined,
    parameters: someOf(
      Object.fromEntries(
        Object.entries({ ...kind.parameters, ...props.parameters }).map(([key, value]) => [
          key,
          { string_value: value },
        ]),
      ),
    ),
  });
}
