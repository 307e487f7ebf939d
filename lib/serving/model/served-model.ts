import { ModelSpec } from '../../catalog/model-spec';
import { Parallelism } from '../../catalog/parallelism';
import { Precision } from '../../catalog/precision';
import { CapacityTargets } from '../../planning/capacity-request';
import { DataSize } from '../../units/data-size';

/**
 * A model and how it is to be served. Only the model is required: the rest is chosen by the planner.
 */
export interface ServedModel {
  /** Architecture of the model. */
  readonly model: ModelSpec;
  /**
   * Name it is served under, unique within the topology: in URLs, metrics, the model store and the ids of its constructs.
   * @default - the name of the model
   */
  readonly name?: string;
  /** Version in the model store, the last part of `s3://<bucket>/<name>/<version>`. @default '1' */
  readonly version?: string;
  /** Precision of the weights. @default - the widest 16-bit format the GPU computes in */
  readonly precision?: Precision;
  /**
   * Size of the checkpoint's files, where it is known: some quantized checkpoints leave more in 16 bits than the precision says.
   * @default - counted from the shape and the precision
   */
  readonly checkpointSize?: DataSize;
  /** Longest context in tokens, prompt and answer together. @default - 8192, or the model's own limit where that is less */
  readonly contextLength?: number;
  /** Sequences of that length that one replica must hold at once. @default 4 */
  readonly concurrency?: number;
  /** Tokens of a typical prompt, for times and rates. @default - half the context, at most 1024 */
  readonly inputTokens?: number;
  /** Tokens of a typical answer, for times and rates. @default - half the context, at most 256 */
  readonly outputTokens?: number;
  /**
   * Times and rates to reach, which hardware, parallelism and replicas are then chosen for; where that cannot be, it is an error that
   * says what comes nearest.
   * @default - the model fits
   */
  readonly targets?: CapacityTargets;
  /** Parallelism within one replica. @default - the smallest that fits and reaches the targets */
  readonly parallelism?: Parallelism;
  /** Replicas, each with weights of its own. @default - as many as the targets need, at least 1 */
  readonly replicas?: number;
  /** Name of the pool it runs on. @default - the first of `nodePools`, or a pool of its own named after the model */
  readonly nodePool?: string;
}
