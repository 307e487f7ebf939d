import { checkArguments } from '../../units/argument-faults';
import { DataSize } from '../../units/data-size';

/**
 * How weights are streamed.
 */
export interface StreamedWeightsOptions {
  /**
   * Threads by which each GPU's process reads from the store, from 1 to 256.
   * @default - one for each 4 GB that the process reads, as AWS advises, at least 8 (the streamer's own) and at most 32
   */
  readonly concurrency?: number;
  /**
   * Host memory that each GPU's process reads into, requested for the pod beside what the engine takes. The streamer refuses to start with less
   * than the largest tensor of the files.
   * @default - 4 GiB, or what the largest tensor may take by the model's layers if that is more; never more than the files
   */
  readonly memoryLimit?: DataSize;
}

/**
 * How the weights of a server come from the model store to its GPUs.
 *
 * @see docs/model-cache.md
 */
export class WeightLoading {
  /** An init container copies them to the node's disk, checks every file by `SHA256SUMS`, and the engine reads them from there. */
  public static readonly COPIED = new WeightLoading(undefined);

  /**
   * vLLM reads them from the store into host memory and on to the GPUs, by the Run:ai Model Streamer (`load_format: runai_streamer`): nothing is kept on
   * the disk, and nothing checks their content by `SHA256SUMS` (warning `WEIGHTS_NOT_VERIFIED`). An init container sees to it that the import has
   * ended, that every file of `SHA256SUMS` is there, and no other weights are. Every start reads all of them from the store anew, also that
   * of a container that restarts. The server's own container may read its models' folders in the store.
   *
   * Of vLLM 0.23 or later: earlier ones take the address of a store for a name on a hub. Its image must have `runai-model-streamer[s3]`, as
   * `vllm/vllm-openai` has. The folder must have the weights once, as safetensors: Mistral's `consolidated*.safetensors` beside them would be read too.
   *
   * @param options how many read at once, and into how much memory
   *
   * @see https://github.com/run-ai/runai-model-streamer/blob/master/docs/src/env-vars.md
   */
  public static streamed(options: StreamedWeightsOptions = {}): WeightLoading {
    return new WeightLoading(options);
  }

  /** @internal */
  public readonly _streamed?: StreamedWeightsOptions;

  private constructor(streamed: StreamedWeightsOptions | undefined) {
    this._streamed = streamed;
  }
}

checkArguments('WeightLoading', WeightLoading);
