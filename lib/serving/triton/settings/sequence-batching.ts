import { checkArguments } from '../../../units/argument-faults';
import { Duration } from '../../../units/duration';
import { TensorDataType } from '../model-options';

/** What the sequence batcher tells a model by a control tensor. */
export enum SequenceControlKind {
  /** Whether a request is the first of its sequence. */
  START = 'CONTROL_SEQUENCE_START',
  /** Whether a slot of the batch has a request; without one its data is not to be used. */
  READY = 'CONTROL_SEQUENCE_READY',
  /** Whether a request is the last of its sequence. */
  END = 'CONTROL_SEQUENCE_END',
  /** The id by which requests of one sequence belong together. */
  CORRELATION_ID = 'CONTROL_SEQUENCE_CORRID',
}

/**
 * How a control tensor says no and yes: a type, and a value of it for each.
 */
export class ControlValues {
  /**
   * By a 32-bit integer, 0 and 1 unless others are given.
   *
   * @param no value for no
   * @param yes value for yes
   */
  public static int32(no = 0, yes = 1): ControlValues {
    return new ControlValues(TensorDataType.INT32, no, yes);
  }

  /**
   * By a number in single precision, 0 and 1 unless others are given.
   *
   * @param no value for no
   * @param yes value for yes
   */
  public static fp32(no = 0, yes = 1): ControlValues {
    return new ControlValues(TensorDataType.FP32, no, yes);
  }

  /** By a boolean: false for no and true for yes. */
  public static bool(): ControlValues {
    return new ControlValues(TensorDataType.BOOL, 0, 1);
  }

  /** Type of the control tensor. */
  public readonly dataType: TensorDataType;
  /** Value for no; of a boolean 0, which is false. */
  public readonly no: number;
  /** Value for yes; of a boolean 1, which is true. */
  public readonly yes: number;

  private constructor(dataType: TensorDataType, no: number, yes: number) {
    this.dataType = dataType;
    this.no = no;
    this.yes = yes;
  }
}

checkArguments('ControlValues', ControlValues);

/**
 * A tensor by which the sequence batcher tells the model about a request. It is an input of the model, but not among `inputs`, because no client
 * sends it.
 */
export class SequenceControl {
  /**
   * Whether a request is the first of its sequence.
   *
   * @param tensor name of the control tensor
   * @param values how it says so; 32-bit integers unless given
   */
  public static start(tensor: string, values?: ControlValues): SequenceControl {
    return SequenceControl.truth(SequenceControlKind.START, tensor, values);
  }

  /**
   * Whether a slot of the batch has a request; the direct strategy runs batches with empty slots.
   *
   * @param tensor name of the control tensor
   * @param values how it says so; 32-bit integers unless given
   */
  public static ready(tensor: string, values?: ControlValues): SequenceControl {
    return SequenceControl.truth(SequenceControlKind.READY, tensor, values);
  }

  /**
   * Whether a request is the last of its sequence.
   *
   * @param tensor name of the control tensor
   * @param values how it says so; 32-bit integers unless given
   */
  public static end(tensor: string, values?: ControlValues): SequenceControl {
    return SequenceControl.truth(SequenceControlKind.END, tensor, values);
  }

  /**
   * The id of the sequence.
   *
   * @param tensor name of the control tensor
   * @param dataType UINT64, INT64, UINT32, INT32 or STRING; of 32 bits it is the lower half of the id
   */
  public static correlationId(tensor: string, dataType: TensorDataType): SequenceControl {
    return new SequenceControl(SequenceControlKind.CORRELATION_ID, tensor, dataType);
  }

  private static truth(kind: SequenceControlKind, tensor: string, values = ControlValues.int32()): SequenceControl {
    return new SequenceControl(kind, tensor, values.dataType, values);
  }

  /** What it tells. */
  public readonly kind: SequenceControlKind;
  /** Name of the control tensor. */
  public readonly tensor: string;
  /** Type of the control tensor. */
  public readonly dataType: TensorDataType;
  /** How it says no and yes. @default - it is an id */
  public readonly values?: ControlValues;

  private constructor(kind: SequenceControlKind, tensor: string, dataType: TensorDataType, values?: ControlValues) {
    this.kind = kind;
    this.tensor = tensor;
    this.dataType = dataType;
    this.values = values;
  }
}

checkArguments('SequenceControl', SequenceControl);

/** Bounds of waiting for the direct strategy. */
export interface DirectSequenceOptions {
  /**
   * How long a batch may wait until `minimumSlotUtilization` of its slots have a request, whole microseconds; without that share it would
   * have no effect, and is refused.
   * @default - not at all
   */
  readonly maxQueueDelay?: Duration;
  /** Share of the slots that must have a request before a batch runs ahead of `maxQueueDelay`, from 0 to 1. @default - one slot is enough */
  readonly minimumSlotUtilization?: number;
}

/** Bounds of waiting for the oldest strategy. */
export interface OldestSequenceOptions {
  /** Sequences that are served at once by an instance; others wait until one ends. @default - `maxBatchSize`, at least 1 */
  readonly maxCandidateSequences?: number;
  /** Batch sizes to aim at. @default - none */
  readonly preferredBatchSizes?: number[];
  /** How long a request may wait for those of other sequences, whole microseconds. @default - not at all */
  readonly maxQueueDelay?: Duration;
  /** Whether answers leave in the order of their requests, over all sequences. @default false */
  readonly preserveOrdering?: boolean;
}

/**
 * How the sequence batcher joins requests of several sequences into batches.
 */
export class SequenceStrategy {
  /**
   * Each sequence has a slot of the batch of one instance for itself until it ends, so that the model may keep its state there.
   *
   * @param options bounds of waiting
   */
  public static direct(options: DirectSequenceOptions = {}): SequenceStrategy {
    return new SequenceStrategy(options, undefined);
  }

  /**
   * Each sequence stays with one instance, but its requests may stand anywhere in a batch, the oldest first: for models that find their
   * state by the id of the sequence.
   *
   * @param options bounds of waiting
   */
  public static oldest(options: OldestSequenceOptions = {}): SequenceStrategy {
    return new SequenceStrategy(undefined, options);
  }

  /** Options of the direct strategy. @default - it is the other one */
  public readonly directOptions?: DirectSequenceOptions;
  /** Options of the oldest strategy. @default - it is the other one */
  public readonly oldestOptions?: OldestSequenceOptions;

  private constructor(directOptions?: DirectSequenceOptions, oldestOptions?: OldestSequenceOptions) {
    this.directOptions = directOptions;
    this.oldestOptions = oldestOptions;
  }
}

checkArguments('SequenceStrategy', SequenceStrategy);

/**
 * State that Triton keeps for each sequence: the output of one request is an input of the next one of its sequence.
 */
export interface SequenceState {
  /** Input of the model that receives the state; not among `inputs`. */
  readonly inputName: string;
  /** Output of the model that is the next state; not among `outputs`. */
  readonly outputName: string;
  /** Element type. */
  readonly dataType: TensorDataType;
  /** Shape without the batch dimension; -1 is any size. */
  readonly dims: number[];
  /** What the first request of a sequence receives. @default - undefined bytes */
  readonly initial?: SequenceInitialState;
  /** Whether input and output share one buffer, for a model that has read the state before it writes it. @default false */
  readonly sameBuffer?: boolean;
  /** Whether the buffer grows without being copied; in GPU memory, and only with `sameBuffer`. @default false */
  readonly growable?: boolean;
}

/**
 * State of a sequence before its first request.
 */
export class SequenceInitialState {
  /**
   * Zeros.
   *
   * @param dims their shape without the batch dimension, which has no -1; that of the state unless given
   */
  public static zeros(dims?: number[]): SequenceInitialState {
    return new SequenceInitialState(undefined, dims && [...dims]);
  }

  /**
   * The raw bytes of a file of the model store, in row-major order.
   *
   * @param path path below the version of the model, e.g. `states/start.bin`
   * @param dims its shape without the batch dimension, which has no -1; that of the state unless given
   */
  public static fromStore(path: string, dims?: number[]): SequenceInitialState {
    return new SequenceInitialState(path, dims && [...dims]);
  }

  /** Path of the file below the version of the model. @default - zeros */
  public readonly path?: string;
  /** Shape without the batch dimension. @default - that of the state */
  public readonly dims?: number[];

  private constructor(path?: string, dims?: number[]) {
    this.path = path;
    this.dims = dims;
  }
}

checkArguments('SequenceInitialState', SequenceInitialState);

/**
 * How Triton serves sequences of requests that belong together, e.g. the pieces of a recording: requests with the same `sequence_id` reach
 * the same instance of the model, in their order. It takes the place of dynamic batching, and has no bound of its queue. Requests of
 * one sequence must reach the same server: send them over one connection, or have one replica.
 *
 * @see https://github.com/triton-inference-server/server/blob/main/docs/user_guide/batcher.md#sequence-batcher
 */
export interface SequenceBatching {
  /** How sequences are joined into batches. @default SequenceStrategy.direct() */
  readonly strategy?: SequenceStrategy;
  /** How long a sequence may have no request before its slot is given to another, whole microseconds. @default 1 s */
  readonly maxIdle?: Duration;
  /** What the model is told about each request. @default - nothing */
  readonly controls?: SequenceControl[];
  /** State that Triton keeps for each sequence. @default - none: the model keeps its own */
  readonly states?: SequenceState[];
  /**
   * Whether one request starts a sequence that the model itself continues until it is done, e.g. token by token; the backend must support it.
   * @default false
   */
  readonly iterative?: boolean;
}
