import { Duration } from '../../units/duration';
import { checkArguments } from '../../units/argument-faults';

/** How Triton chooses the versions of a model that it serves. */
export enum VersionPolicyKind {
  /** The newest ones. */
  LATEST = 'LATEST',
  /** Every one. */
  ALL = 'ALL',
  /** Those that are named. */
  SPECIFIC = 'SPECIFIC',
}

/**
 * Which versions of a model Triton serves.
 */
export class VersionPolicy {
  /**
   * The newest versions.
   *
   * @param count how many of them, at least 1
   */
  public static latest(count = 1): VersionPolicy {
    return new VersionPolicy(VersionPolicyKind.LATEST, count, []);
  }

  /** Every version that is assembled. */
  public static all(): VersionPolicy {
    return new VersionPolicy(VersionPolicyKind.ALL, 0, []);
  }

  /**
   * Exactly these versions.
   *
   * @param versions version numbers, each of which must be assembled
   */
  public static specific(versions: number[]): VersionPolicy {
    return new VersionPolicy(VersionPolicyKind.SPECIFIC, 0, [...versions]);
  }

  /** How versions are chosen. */
  public readonly kind: VersionPolicyKind;
  /** How many versions, of kind LATEST; 0 otherwise. */
  public readonly count: number;
  /** The versions, of kind SPECIFIC; none otherwise. */
  public readonly versions: number[];

  private constructor(kind: VersionPolicyKind, count: number, versions: number[]) {
    this.kind = kind;
    this.count = count;
    this.versions = versions;
  }
}

checkArguments('VersionPolicy', VersionPolicy);

/** What Triton does with a request that has waited longer than its timeout. */
export enum TimeoutAction {
  /** Answers with an error, so that overload shows as rejections and not as unbounded latency. */
  REJECT = 'REJECT',
  /** Serves it after all requests that are in time. */
  DELAY = 'DELAY',
}

/**
 * Bounds of a request queue.
 */
export interface QueuePolicy {
  /**
   * Maximum number of waiting requests; further ones are rejected. Triton's own default, 0, has no bound and turns overload into latency.
   * @default - 16 times the largest batch, at least 64
   */
  readonly maxQueueSize?: number;
  /** Maximum wait, whole microseconds; zero means no limit. @default 5 s */
  readonly timeout?: Duration;
  /** What happens after it. @default TimeoutAction.REJECT */
  readonly timeoutAction?: TimeoutAction;
  /** Whether a request may shorten its own timeout. @default false */
  readonly allowTimeoutOverride?: boolean;
}

/**
 * How Triton joins requests into batches. Not for vLLM, which batches by itself.
 *
 * @see https://github.com/triton-inference-server/server/blob/main/docs/user_guide/batcher.md
 */
export interface DynamicBatching {
  /** Batch sizes to aim at; Triton's guide advises none for most models. @default - none */
  readonly preferredBatchSizes?: number[];
  /** How long a request may wait for others, whole microseconds; less than the timeout of the queue that rejects it. @default - not at all */
  readonly maxQueueDelay?: Duration;
  /** Whether answers leave in the order of their requests. @default false */
  readonly preserveOrdering?: boolean;
  /** Number of priority levels, 1 the highest. @default - no priorities */
  readonly priorityLevels?: number;
  /** Level of a request without one, 1 to `priorityLevels`. @default - the middle level, if there are levels */
  readonly defaultPriorityLevel?: number;
  /** Bounds of the queue. @default - bounded in size and time, see `QueuePolicy` */
  readonly queue?: QueuePolicy;
  /** Bounds of single levels, by level number; what a level leaves out is as in `queue`. @default - `queue` for each level */
  readonly priorityQueues?: { [level: string]: QueuePolicy };
}

/** Element types of tensors, as Triton's model configuration names them. */
export enum TensorDataType {
  /** Boolean. */
  BOOL = 'TYPE_BOOL',
  /** Unsigned 8-bit integer. */
  UINT8 = 'TYPE_UINT8',
  /** Unsigned 16-bit integer. */
  UINT16 = 'TYPE_UINT16',
  /** Unsigned 32-bit integer. */
  UINT32 = 'TYPE_UINT32',
  /** Unsigned 64-bit integer. */
  UINT64 = 'TYPE_UINT64',
  /** 8-bit integer. */
  INT8 = 'TYPE_INT8',
  /** 16-bit integer. */
  INT16 = 'TYPE_INT16',
  /** 32-bit integer. */
  INT32 = 'TYPE_INT32',
  /** 64-bit integer. */
  INT64 = 'TYPE_INT64',
  /** IEEE half precision. */
  FP16 = 'TYPE_FP16',
  /** IEEE single precision. */
  FP32 = 'TYPE_FP32',
  /** IEEE double precision. */
  FP64 = 'TYPE_FP64',
  /** bfloat16. */
  BF16 = 'TYPE_BF16',
  /** Bytes of any length. */
  STRING = 'TYPE_STRING',
}

/** Order of the dimensions of an image, as Triton's model configuration names it. */
export enum TensorFormat {
  /** Height, width, channels. */
  NHWC = 'FORMAT_NHWC',
  /** Channels, height, width. */
  NCHW = 'FORMAT_NCHW',
}

/**
 * An input or output of a model.
 */
export interface TensorSpec {
  /** Name in the model. */
  readonly name: string;
  /** Element type. */
  readonly dataType: TensorDataType;
  /** Shape without the batch dimension; -1 is any size. */
  readonly dims: number[];
  /** Shape that the model itself expects, if it differs from `dims`. @default - as `dims` */
  readonly reshape?: number[];
  /** Whether requests may leave it out; inputs only. @default false */
  readonly optional?: boolean;
  /** Order of its dimensions, of which it must have three; inputs only. @default - none: it is no image */
  readonly format?: TensorFormat;
  /**
   * Whether requests of different shapes form a batch, which the backend or the code must be able to read; inputs only.
   * @default false: only requests of the same shape form a batch
   */
  readonly raggedBatch?: boolean;
}

/** What ONNX Runtime does to the graph before it runs it. Triton's own numbers for these are inverted and not shown. */
export enum GraphOptimization {
  /** All optimizations, layout changes included (ONNX Runtime's level 99). */
  ALL = 'ALL',
  /** Basic and extended ones, i.e. node fusions. */
  EXTENDED = 'EXTENDED',
  /** Semantics-preserving rewrites only, e.g. constant folding. */
  BASIC = 'BASIC',
  /** None. */
  DISABLED = 'DISABLED',
}
