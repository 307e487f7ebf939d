import { Precision } from '../../catalog/precision';
import { SpeculativeDecoding } from '../../catalog/speculative-decoding';
import { MediaInput } from '../../planning/capacity-request';
import { DataSize } from '../../units/data-size';
import { AttentionBackend } from './attention-backend';

/**
 * Settings of vLLM's engine, in any server.
 *
 * @see https://docs.vllm.ai/en/latest/configuration/engine_args/
 */
export interface VllmOptions {
  /** Maximum number of concurrent sequences; those without room in the cache wait. @default 256 */
  readonly maxSequences?: number;
  /** Maximum number of tokens in one scheduler step. @default - vLLM's own for the GPU */
  readonly maxBatchedTokens?: number;
  /** Share of each GPU's memory that vLLM takes, above 0 and up to 1. @default - vLLM's own: 0.92, before 0.20 0.9 */
  readonly gpuMemoryUtilization?: number;
  /** Precision of the key-value cache: FP8, or that of the weights. @default - that of the weights (32 bits with Precision.FP32), 16 bits where those are quantized */
  readonly kvCachePrecision?: Precision;
  /**
   * Host memory of the whole server that keeps prefixes for which the GPUs have no room (`kv_offloading_size`); it is requested for the pod:
   * from vLLM 0.27 on as shared memory, before twice as much memory, because PyTorch rounds each part of it up to a power of two.
   * @default - none
   */
  readonly kvOffload?: DataSize;
  /**
   * Whether long prompts are computed in pieces beside the sequences that decode. Without, a step holds the longest prompt, and all wait for it; vLLM
   * advises against that for models that generate. GPUs before Turing (compute capability 7.5) refuse true.
   * @default true, before Turing false
   */
  readonly chunkedPrefill?: boolean;
  /** Kernels of attention, where another than vLLM's choice is wanted, e.g. for its numbers. @default - vLLM's choice for model and GPU */
  readonly attentionBackend?: AttentionBackend;
  /** Whether equal prompt prefixes share their key-value cache; GPUs before Turing refuse true. @default true, before Turing false */
  readonly prefixCaching?: boolean;
  /**
   * How tokens are drafted, to be verified several at once (`speculative_config`); the plan counts it. A draft model or a head needs
   * its `name` in the model store.
   * @default - none
   */
  readonly speculativeDecoding?: SpeculativeDecoding;
  /** Whether steps run as captured CUDA graphs, which saves launch time for some memory. @default true */
  readonly cudaGraphs?: boolean;
  /**
   * Tokens that every layer sees at most, the newest first (`sliding_window` of `hf_overrides`), as the planner's `attentionWindow`: it makes room for
   * more sequences, and a model that was not trained so forgets what is further back. From vLLM 0.15 on.
   * @default - what the model's own layers see
   */
  readonly attentionWindow?: number;
  /**
   * What a model that reads more than text is started for: without videos, or for text alone, it leaves more memory to the cache.
   * @default MediaInput.ALL
   */
  readonly mediaInput?: MediaInput;
  /** Weights of each GPU that stay in host memory and are read on every step. @default - none */
  readonly cpuOffload?: DataSize;
  /**
   * Quantization method, as vLLM names it, e.g. `awq`; `precision` must be the format that it produces.
   * @default - as stated in the checkpoint's own config.json
   */
  readonly quantization?: string;
  /** Whether Python code that comes with the checkpoint is run. @default false */
  readonly trustRemoteCode?: boolean;
  /** Additional arguments of vLLM's `AsyncEngineArgs`, by name. One that the version of vLLM lacks, or that has a property, is refused. @default - none */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- values of every JSON type, which jsii has no other name for
  readonly engineArguments?: { [name: string]: any };
}
