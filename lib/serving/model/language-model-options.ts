import { ModelSpec } from '../../catalog/model-spec';
import { Precision } from '../../catalog/precision';
import { DataSize } from '../../units/data-size';

/**
 * A language model and the load that it is planned for. Defaults are the same in every server and topology.
 */
export interface LanguageModelOptions {
  /** Architecture of the model. */
  readonly model: ModelSpec;
  /** Version in the model store, the last part of `s3://<bucket>/<name>/<version>`. @default '1' */
  readonly version?: string;
  /**
   * Precision of the weights in the store.
   * @default - the one the model is published in where the GPU computes it, else the widest 16-bit format of the GPU
   */
  readonly precision?: Precision;
  /**
   * Size of the checkpoint's files, where it is known: some quantized checkpoints leave more in 16 bits than the precision says. The memory
   * of the weights and of the pod, and its disk, are planned from it.
   * @default - counted from the shape and the precision
   */
  readonly checkpointSize?: DataSize;
  /**
   * Longest context in tokens, prompt and answer together.
   * @default - `inputTokens` + `outputTokens` where both are given, else 8192, or the model's own limit where that is less
   */
  readonly contextLength?: number;
  /**
   * Sequences of that length that one server must hold concurrently.
   * @default - 4; on given hardware as many as fit if that is fewer, but at least 1
   */
  readonly concurrency?: number;
  /** Tokens of a typical prompt, for times and rates. @default - half the context, at most 1024 */
  readonly inputTokens?: number;
  /** Tokens of a typical answer, for times and rates. @default - half the context, at most 256 */
  readonly outputTokens?: number;
}
