import { checkArguments } from '../../../units/argument-faults';

/** Where the data of a tensor of a warm-up request comes from. */
export enum WarmUpDataKind {
  /** Zeros; of texts empty ones. */
  ZEROS = 'ZEROS',
  /** Random bytes; of texts empty ones. */
  RANDOM = 'RANDOM',
  /** A file of the model store. */
  FILE = 'FILE',
}

/**
 * A tensor of a warm-up request.
 */
export class WarmUpTensor {
  /**
   * Zeros; of texts empty ones.
   *
   * @param dims shape without the batch dimension; that of the input unless given, which must then have no -1
   */
  public static zeros(dims?: number[]): WarmUpTensor {
    return new WarmUpTensor(WarmUpDataKind.ZEROS, undefined, dims && [...dims]);
  }

  /**
   * Random bytes, which as floating-point numbers may be infinite or no numbers; of texts empty ones.
   *
   * @param dims shape without the batch dimension; that of the input unless given, which must then have no -1
   */
  public static random(dims?: number[]): WarmUpTensor {
    return new WarmUpTensor(WarmUpDataKind.RANDOM, undefined, dims && [...dims]);
  }

  /**
   * The raw bytes of a file of the model store, in row-major order; of each text its length in 4 bytes before it.
   *
   * @param path path below the version of the model, e.g. `warmup/features.bin`; with several versions below the highest
   * @param dims shape without the batch dimension; that of the input unless given, which must then have no -1
   */
  public static fromStore(path: string, dims?: number[]): WarmUpTensor {
    return new WarmUpTensor(WarmUpDataKind.FILE, path, dims && [...dims]);
  }

  /** Where its data comes from. */
  public readonly kind: WarmUpDataKind;
  /** Path of the file below the version of the model. @default - there is no file */
  public readonly path?: string;
  /** Shape without the batch dimension. @default - that of the input */
  public readonly dims?: number[];

  private constructor(kind: WarmUpDataKind, path?: string, dims?: number[]) {
    this.kind = kind;
    this.path = path;
    this.dims = dims;
  }
}

checkArguments('WarmUpTensor', WarmUpTensor);

/**
 * A request that every instance of a model must have answered before the model is ready, so that no client waits for what a backend does
 * at the first request of a shape.
 *
 * @see https://github.com/triton-inference-server/server/blob/main/docs/user_guide/model_configuration.md#model-warmup
 */
export interface WarmUpSample {
  /** Name of the sample in logs. */
  readonly name: string;
  /** Number of copies of the request that form its batch, 1 to `maxBatchSize`. @default 1 */
  readonly batchSize?: number;
  /** How many times it runs; leave it at 1 for sequences. @default 1 */
  readonly count?: number;
  /** Every input that is not optional, by name; of sequences also control tensors. */
  readonly inputs: { [tensor: string]: WarmUpTensor };
}
