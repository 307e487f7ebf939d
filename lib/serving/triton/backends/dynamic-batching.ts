import { Fault, untitled } from '../../../units/fault';
import { integerFault } from '../../../units/whole-number';
import { DynamicBatching, QueuePolicy, TimeoutAction } from '../model-options';
import { EnumName, TextMessage } from '../protobuf-text';

/**
 * What Triton's core refuses at load (src/model_config_utils.cc, ValidateModelConfig), found before there is anything to load.
 *
 * @internal
 */
export function dynamicBatchingFaults(where: string, batching: DynamicBatching, maxBatchSize: number): Fault[] {
  const faults: Fault[] = [];
  if (maxBatchSize < 1)
    faults.push(untitled(`${where}: dynamicBatching needs a maxBatchSize of at least 1; got ${maxBatchSize}`));
  for (const size of batching.preferredBatchSizes ?? []) {
    if (Number.isSafeInteger(size) && size >= 1 && size <= maxBatchSize) continue;
    faults.push(untitled(`${where}: preferredBatchSizes must lie in 1 to maxBatchSize (${maxBatchSize}); got ${size}`));
  }
  faults.push(...integerFault(`${where}: maxQueueDelayMicroseconds`, batching.maxQueueDelayMicroseconds, 0));
  faults.push(...priorityFaults(where, batching));
  const queues: [string, QueuePolicy | undefined][] = [['queue', batching.queue]];
  for (const [level, queue] of Object.entries(batching.priorityQueues ?? {}))
    queues.push([`priorityQueues[${level}]`, queue]);
  for (const [name, queue] of queues) {
    faults.push(...integerFault(`${where}: ${name}.maxQueueSize`, queue?.maxQueueSize, 0));
    faults.push(...integerFault(`${where}: ${name}.timeoutMicroseconds`, queue?.timeoutMicroseconds, 0));
    if (batching.preserveOrdering && queue?.timeoutAction === TimeoutAction.DELAY) {
      faults.push(
        untitled(
          `${where}: preserveOrdering excludes the timeout action DELAY (${name}), which changes the order; use REJECT`,
        ),
      );
    }
  }
  return faults;
}

function priorityFaults(where: string, batching: DynamicBatching): Fault[] {
  const faults = integerFault(`${where}: priorityLevels`, batching.priorityLevels, 1);
  const levels = batching.priorityLevels ?? 0;
  if (batching.preserveOrdering && levels > 1) {
    faults.push(untitled(`${where}: preserveOrdering allows one priority level only; got priorityLevels ${levels}`));
  }
  const level = batching.defaultPriorityLevel;
  if (level !== undefined && !(Number.isSafeInteger(level) && level >= 1 && level <= levels)) {
    faults.push(untitled(`${where}: defaultPriorityLevel must lie in 1 to priorityLevels (${levels}); got ${level}`));
  }
  for (const key of Object.keys(batching.priorityQueues ?? {})) {
    if (/^[1-9][0-9]*$/.test(key) && Number(key) <= levels) continue;
    faults.push(untitled(`${where}: keys of priorityQueues must lie in 1 to priorityLevels (${levels}); got '${key}'`));
  }
  return faults;
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
    max_queue_delay_microseconds: batching.maxQueueDelayMicroseconds,
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
    default_timeout_microseconds: queue.timeoutMicroseconds ?? 5_000_000,
    allow_timeout_override: queue.allowTimeoutOverride ?? false,
    max_queue_size: queue.maxQueueSize ?? Math.max(64, 16 * maxBatchSize),
  };
}
