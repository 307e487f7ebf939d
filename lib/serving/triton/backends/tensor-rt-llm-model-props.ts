import { Parallelism } from '../../../catalog/parallelism';
import { Precision } from '../../../catalog/precision';
import { CapacityPlan } from '../../../planning/capacity-plan';
import { LanguageModelOptions } from '../../model/language-model-options';
import { VersionPolicy } from '../model-options';

/**
 * A language model served by TensorRT-LLM's LLM API within Triton: from a checkpoint as Hugging Face has it, without an engine that is built before.
 *
 * Only images of the variant `trtllm-python-py3` have it, which NVIDIA lists up to 26.07. Their folder `/app/all_models/llmapi/tensorrt_llm/1` has
 * the code by which Triton calls the engine; where an image lacks it, `codePath` names it in the model store. Requests go to the engine as
 * soon as they arrive, so Triton's queue and batching settings do not exist here. The format of the weights is the checkpoint's own,
 * e.g. FP8 or NVFP4 by NVIDIA's ModelOpt (`hf_quant_config.json`), and `precision` says which that is.
 *
 * @see https://github.com/NVIDIA/TensorRT-LLM/tree/main/triton_backend/all_models/llmapi
 */
export interface TensorRtLlmModelProps extends LanguageModelOptions {
  /** Name it is served under, and its folder in the model store. */
  readonly name: string;
  /**
   * Locked plan, as `CapacityPlan.fromJson` reads it, made for `InferenceEngine.TENSORRT_LLM`; a property that contradicts it is refused.
   * @default - planned for the pool at synthesis
   */
  readonly plan?: CapacityPlan;
  /** Parallelism within one server. @default - the plan's, else one GPU */
  readonly parallelism?: Parallelism;
  /** Maximum number of concurrent sequences (`max_batch_size`). @default 256 */
  readonly maxSequences?: number;
  /** Maximum number of tokens in one step (`max_num_tokens`). @default - the planner's */
  readonly maxBatchedTokens?: number;
  /**
   * Share that the key-value cache takes of the memory that weights and activations leave
   * (`kv_cache_config.free_gpu_memory_fraction`), above 0 and up to 1.
   * @default 0.9
   */
  readonly cacheMemoryFraction?: number;
  /** Precision of the key-value cache: FP8, or that of the weights (`kv_cache_config.dtype`). @default - that of the weights */
  readonly kvCachePrecision?: Precision;
  /** Whether equal prompt prefixes share their key-value cache (`kv_cache_config.enable_block_reuse`). @default true */
  readonly prefixCaching?: boolean;
  /** Whether decode steps run as captured CUDA graphs (`cuda_graph_config`). @default true */
  readonly cudaGraphs?: boolean;
  /** Whether long prompts are computed in pieces between decode steps (`enable_chunked_prefill`). @default true */
  readonly chunkedPrefill?: boolean;
  /** Whether Python code that comes with the checkpoint is run. @default false */
  readonly trustRemoteCode?: boolean;
  /**
   * Folder below the version of the model in the model store that has `model.py` and `helpers.py` of `triton_backend/all_models/llmapi` of the
   * TensorRT-LLM version of the image.
   * @default - the code of the image
   */
  readonly codePath?: string;
  /**
   * Additional arguments of TensorRT-LLM's `LLM`, by name; one that has a property is refused. Whether the version of the image has an argument is
   * not checked here: TensorRT-LLM itself refuses an unknown one, and the server does not start.
   * @default - none
   *
   * @see https://nvidia.github.io/TensorRT-LLM/llm-api/reference.html
   */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- values of every JSON type, which jsii has no other name for
  readonly engineArguments?: { [name: string]: any };
  /**
   * Bounds of the latency histogram in milliseconds, ascending; put one at each limit you alert on.
   * @default - 13 bounds from 5 to 60000, and further ones until two are above what the plan expects
   */
  readonly latencyBucketsMs?: number[];
  /** Which versions are served. @default VersionPolicy.latest() */
  readonly versionPolicy?: VersionPolicy;
}
