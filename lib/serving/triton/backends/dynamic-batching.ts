import { Duration } from '../../../units/duration';
import { Fault, fault, faultsUnder } from '../../../units/fault';
import { wholeAmountFault, wholeNumberFault } from '../../../units/number-faults';
import { DynamicBatching, QueuePolicy, TimeoutAction } from '../model-options';
import { EnumName, MAX_INT32, TextMessage } from '../protobuf-text';
import { allOf, isUnreadable } from '../../../units/unreadable';

/** How long a request may wait unless its queue says otherwise. */
const DEFAULT_TIMEOUT = Duration.seconds(5);

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
      () => delayFaults(batching),
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

/** The bounds of a level: what it does not say is as `queue` says. */
function queueOfLevel({ queue, priorityQueues }: DynamicBatching, level: string): QueuePolicy {
  const said = Object.entries(priorityQueues?.[level] ?? {}).filter(([, value]) => value !== undefined);
  return { ...queue, ...Object.fromEntries(said) };
}

/** Whether requests of some level, or of none where there are no levels, wait in the default queue. */
function usesDefaultQueue({ priorityLevels: levels = 0, priorityQueues = {} }: DynamicBatching): boolean {
  const own = Object.keys(priorityQueues).filter((key) => /^[1-9][0-9]*$/.test(key) && Number(key) <= levels);
  return levels === 0 || own.length < levels;
}

/** A batch that does not fill waits for the delay, and a request that has waited longer than its timeout is rejected then. */
function delayFaults(batching: DynamicBatching): Fault[] {
  const delay = batching.maxQueueDelay;
  if (delay === undefined || isUnreadable(delay)) return [];
  const byDefault: [string, QueuePolicy][] = usesDefaultQueue(batching) ? [['queue', batching.queue ?? {}]] : [];
  const queues = [
    ...byDefault,
    ...Object.keys(batching.priorityQueues ?? {}).map((level): [string, QueuePolicy] => [
      `priorityQueues[${level}]`,
      queueOfLevel(batching, level),
    ]),
  ];
  const early = queues.find(([, { timeout = DEFAULT_TIMEOUT, timeoutAction = TimeoutAction.REJECT }]) => {
    const limit = isUnreadable(timeout) ? 0 : timeout.toMicroseconds();
    return timeoutAction === TimeoutAction.REJECT && limit > 0 && delay.toMicroseconds() >= limit;
  });
  if (early === undefined) return [];
  const [path, { timeout = DEFAULT_TIMEOUT }] = early;
  const reason =
    `maxQueueDelay must be less than the timeout of ${path}, ${timeout}, after which requests are rejected that wait for a batch to fill; got ` +
    `${delay}; shorten it, or raise ${path}.timeout`;
  return [fault('OUT_OF_RANGE', 'maxQueueDelay', reason)];
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
      level !== undefined && levels === 0 && level >= 1
        ? [
            fault(
              'MISSING_PROPERTY',
              'priorityLevels',
              `defaultPriorityLevel ${level} needs priorityLevels; set priorityLevels to at least ${level} or remove defaultPriorityLevel`,
            ),
          ]
        : wholeNumberFault('defaultPriorityLevel', level, 1, levels === 0 ? MAX_INT32 : levels),
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
      value: queueMessage(queueOfLevel(batching, level), maxBatchSize),
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
    default_timeout_microseconds: (queue.timeout ?? DEFAULT_TIMEOUT).toMicroseconds(),
    allow_timeout_override: queue.allowTimeoutOverride ?? false,
    max_queue_size: queue.maxQueueSize ?? Math.max(64, 16 * maxBatchSize),
  };
}
