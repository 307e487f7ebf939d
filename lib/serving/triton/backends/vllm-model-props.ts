import { ModelSpec } from '../../../catalog/model-spec';
import { Parallelism } from '../../../catalog/parallelism';
import { Precision } from '../../../catalog/precision';
import { CapacityPlan } from '../../../planning/capacity-plan';
import { DataSize } from '../../../units/data-size';
import { VersionPolicy } from '../model-options';

/**
 * A language model served by the vLLM backend.
 *
 * Requests go to vLLM's engine as soon as they arrive, so Triton's queue and batching settings do not exist here;
 * `maxSequences` bounds what runs at once.
 *
 * @see https://github.com/triton-inference-server/vllm_backend
 */
export interface VllmModelProps {
  /** Name it is served under, and its folder in the model store. */
  readonly name: string;
  /** Version in the model store, as in `s3://<bucket>/<name>/<version>`. Triton serves it under this number, or as 1 where it is none. @default '1' */
  readonly version?: string;
  /** Architecture of the model. */
  readonly model: ModelSpec;
  /**
   * Plan to keep to, as `CapacityPlan.fromJson` reads it back: precision, parallelism, context and everything else that the memory
   * depends on are those of the plan, and nothing of it is computed again. A property that says otherwise is refused.
   * @default - planned for the pool at synthesis
   */
  readonly plan?: CapacityPlan;
  /** Precision of the weights in the store. @default - the plan's, else Precision.FP16 */
  readonly precision?: Precision;
  /**
   * Size of the checkpoint's files, where it is known: some quantized checkpoints leave more in 16 bits than the precision says. The
   * memory of the weights, of the pod and of its disk is planned by it.
   * @default - the plan's, else counted from the shape and the precision
   */
  readonly checkpointSize?: DataSize;
  /** Parallelism within one server; replicas are the deployment's. @default - the plan's, else one GPU */
  readonly parallelism?: Parallelism;
  /** Longest sequence in tokens, prompt and answer together. @default - the plan's, else 8192, or the model's own limit where that is less */
  readonly contextLength?: number;
  /** Sequences of that length that one server must hold at once. @default - the plan's, else 4, or as many as fit, at least 1 */
  readonly concurrency?: number;
  /** Tokens of a typical prompt, for the times and rates of the plan. @default - half the context, at most 1024 */
  readonly inputTokens?: number;
  /** Tokens of a typical answer, for the times and rates of the plan. @default - half the context, at most 256 */
  readonly outputTokens?: number;
  /** Most sequences computed at once; those that find no room in the cache wait. @default - the plan's, else 256 */
  readonly maxSequences?: number;
  /** Most tokens of one scheduler step. @default - the plan's, which are vLLM's own for the GPU */
  readonly maxBatchedTokens?: number;
  /** Share of each GPU's memory that vLLM takes, above 0 and up to 1. @default - the plan's, else 0.9 */
  readonly gpuMemoryUtilization?: number;
  /** Precision of the key-value cache: FP8, or that of the weights. @default - the plan's, else that of the weights (32 bits with Precision.FP32), 16 bits where those are quantized */
  readonly kvCachePrecision?: Precision;
  /** Whether equal prompt heads share their key-value cache. @default true */
  readonly prefixCaching?: boolean;
  /** Whether steps run as captured CUDA graphs, which saves launch time for some memory. @default - the plan's, else true */
  readonly cudaGraphs?: boolean;
  /** Weights of each GPU that stay in host memory and are read on every step. @default - the plan's, else none */
  readonly cpuOffload?: DataSize;
  /** Quantization method, as vLLM names it, e.g. `awq`; `precision` must be what it makes of the weights. @default - what the checkpoint's own config.json says */
  readonly quantization?: string;
  /** Whether Python code that comes with the checkpoint is run. @default false */
  readonly trustRemoteCode?: boolean;
  /** Whether vLLM's metrics appear on Triton's metrics port. @default true */
  readonly engineMetrics?: boolean;
  /** Bounds of the latency histogram in milliseconds, ascending; put one at each limit you alert on. @default - 13 bounds from 5 to 60000 */
  readonly latencyBucketsMs?: number[];
  /** Which versions are served. @default VersionPolicy.latest() */
  readonly versionPolicy?: VersionPolicy;
  /** More arguments of vLLM's `AsyncEngineArgs`, by name. One that the vLLM of the release lacks fails the load. @default - none */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- values of every JSON type, which jsii has no other name for
  readonly engineArguments?: { [name: string]: any };
}
