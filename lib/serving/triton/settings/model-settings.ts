import { RateLimit } from './rate-limit';
import { SequenceBatching } from './sequence-batching';
import { WarmUpSample } from './warm-up';

/**
 * Settings that every kind of model of tensors has, ensembles too.
 */
export interface ModelSettings {
  /**
   * Whether the server gives the stored answer to a request that equals an earlier one. For models whose answer depends on nothing but the request, and
   * not for sequences or streams. The size of the cache is the deployment's. The probes of a model that takes floating-point numbers ask what was
   * never asked; those of one that takes none see only what it executes and that Triton calls it ready, because another whole number than zero may
   * be out of its range.
   * @default false
   */
  readonly responseCache?: boolean;
  /**
   * Labels of the model's metrics, by name; Triton puts `_` before each name.
   * @default - none
   */
  readonly metricTags?: { [name: string]: string };
  /** Further parameters of the backend or of the model's own code. @default - none but those that other properties set */
  readonly parameters?: { [key: string]: string };
}

/** Priority of a model for its backend, e.g. of its CUDA streams. */
export enum ExecutionPriority {
  /** The highest. */
  MAX = 'PRIORITY_MAX',
  /** The lowest. */
  MIN = 'PRIORITY_MIN',
}

/**
 * Settings of models that have instances of their own, so all but ensembles.
 */
export interface InstanceSettings extends ModelSettings {
  /** How sequences of requests are served, in place of dynamic batching. @default - requests are independent of each other */
  readonly sequenceBatching?: SequenceBatching;
  /** Requests that every instance must have answered before the model is ready. @default - none */
  readonly warmUp?: WarmUpSample[];
  /** When instances may run beside those of other models. @default - always */
  readonly rateLimit?: RateLimit;
  /** Priority of the model, where its backend knows priorities. @default - between MAX and MIN */
  readonly priority?: ExecutionPriority;
  /** Whether inputs in ordinary memory reach the GPU by pinned memory, which is faster. @default true */
  readonly pinnedInputs?: boolean;
  /** Whether outputs reach ordinary memory by pinned memory. @default true */
  readonly pinnedOutputs?: boolean;
  /**
   * Whether the next batch is prepared while the last one runs, although it may then be smaller than it could be; where the backend
   * knows it.
   * @default false
   */
  readonly eagerBatching?: boolean;
}
