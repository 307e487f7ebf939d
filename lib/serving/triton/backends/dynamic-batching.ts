import { Duration } from '../../../units/duration';
import { Fault, fault, faultsUnder } from '../../../units/fault';
import { wholeAmountFault, wholeNumberFault } from '../../../units/number-faults';
import { DynamicBatching, QueuePolicy, TimeoutAction } from '../model-options';
import { EnumName, MAX_INT32, TextMessage } from '../protobuf-text';
import { allOf } from '../../../units/unreadable';

/**
 * The faults that Triton's core would report at load (src/model_config_utils.cc, ValidateModelConfig), found at synthesis.
 *
 * @internal
 */
export function dynamicBatchingFaults(batching: DynamicBatching, maxBatchSize: number): Fault[] {
  const { maxQueueDelay, preferredBatchSizes = [], priorityQueues = {} } = batching;
  return faultsUnder(
    allOf(
      () =>
        maxBatchSize < 1
          ? [
              fault(
                'BATCHING_WITHOUT_BATCH',
                undefined,
                `dynamicBatching needs a maxBatchSize of at least 1; got ${maxBatchSize}; raise maxBatchSize or remove dynamicBatching`,
              ),
            ]
          : [],
      () =>
        preferredBatchSizes.flatMap((size, index) =>
          wholeNumberFault(`preferredBatchSizes[${index}]`, size, 1, Math.max(1, maxBatchSize)),
        ),
      () => timeFault('maxQueueDelay', maxQueueDelay),
      () => priorityFaults(batching),
      () => (batching.queue ? queueFaults('queue', batching.queue, batching) : []),
      () =>
        Object.entries(priorityQueues).flatMap(([level, queue]) =>
          queueFaults(`priorityQueues[${level}]`, queue, batching),
        ),
    ),
    'dynamicBatching',
  );
}

/** Triton counts whole microseconds. */
function timeFault(property: string, time: Duration | undefined): Fault[] {
  return time === undefined ? [] : wholeAmountFault(property, time.toMicroseconds(), 'microseconds', `${time}`, 0);
}

function queueFaults(path: string, queue: QueuePolicy, { preserveOrdering }: DynamicBatching): Fault[] {
  return allOf(
    () => wholeNumberFault(`${path}.maxQueueSize`, queue.maxQueueSize, 0, MAX_INT32),
    () => timeFault(`${path}.timeout`, queue.timeout),
    () =>
      preserveOrdering && queue.timeoutAction === TimeoutAction.DELAY && queue.timeout?.toMicroseconds() !== 0
        ? [
            fault(
              'CONFLICTING_PROPERTIES',
              `${path}.timeoutAction`,
              `${path}.timeoutAction must be REJECT with preserveOrdering, because DELAY changes the order; got DELAY`,
            ),
          ]
        : [],
  );
}

function priorityFaults({ priorityLevels, preserveOrdering, ...batching }: DynamicBatching): Fault[] {
  const levels = priorityLevels ?? 0;
  const level = batching.defaultPriorityLevel;
  return allOf(
    () => wholeNumberFault('priorityLevels', priorityLevels, 1, MAX_INT32),
    () =>
      preserveOrdering && levels > 1
        ? [
            fault(
              'CONFLICTING_PROPERTIES',
              'priorityLevels',
              `priorityLevels must be 1 with preserveOrdering, because levels change the order; got ${levels}`,
            ),
          ]
        : [],
    () =>
      level !== undefined && levels === 0
        ? [
            fault(
              'MISSING_PROPERTY',
              'priorityLevels',
              `defaultPriorityLevel ${level} needs priorityLevels; set priorityLevels to at least ${level} or remove defaultPriorityLevel`,
            ),
          ]
        : wholeNumberFault('defaultPriorityLevel', level, 1, levels),
    () =>
      Object.keys(batching.priorityQueues ?? {}).flatMap((key) =>
        /^[1-9][0-9]*$/.test(key) && Number(key) <= levels
          ? []
          : [
              fault(
                'UNKNOWN_VALUE',
                `priorityQueues[${key}]`,
                `priorityQueues has a queue for level '${key}', but the levels are 1 to priorityLevels (${levels})`,
              ),
            ],
      ),
  );
}

/** @internal */
export function dynamicBatchingMessage(batching: DynamicBatching, maxBatchSize: number): TextMessage {
  const levels = batching.priorityLevels;
  const priorityQueues = Object.keys(batching.priorityQueues ?? {})
    .sort((a, b) => Number(a) - Number(b))
    .map((level) => ({
      key: Number(level),
      value: queueMessage(batching.priorityQueues?.[level] ?? {}, maxBatchSize),
    }));
  return {
    preferred_batch_size: batching.preferredBatchSizes?.length ? batching.preferredBatchSizes : undefined,
    max_queue_delay_microseconds: batching.maxQueueDelay?.toMicroseconds(),
    preserve_ordering: batching.preserveOrdering,
    priority_levels: levels,
    default_priority_level: levels === undefined ? undefined : (batching.defaultPriorityLevel ?? Math.ceil(levels / 2)),
    default_queue_policy: queueMessage(batching.queue ?? {}, maxBatchSize),
    priority_queue_policy: priorityQueues.length > 0 ? priorityQueues : undefined,
  };
}

function queueMessage(queue: QueuePolicy, maxBatchSize: number): TextMessage {
  return {
    timeout_action: new EnumName(queue.timeoutAction ?? TimeoutAction.REJECT),
    default_timeout_microseconds: (queue.timeout ?? Duration.seconds(5)).toMicroseconds(),
    allow_timeout_override: queue.allowTimeoutOverride ?? false,
    max_queue_size: queue.maxQueueSize ?? Math.max(64, 16 * maxBatchSize),
  };
}
