import { GpuNodeType } from '../catalog/gpu-node-type';
import { InferenceEngine } from '../catalog/inference-engine';
import { ModelSpec } from '../catalog/model-spec';
import { Parallelism } from '../catalog/parallelism';
import { Precision } from '../catalog/precision';
import { SpeculativeDecoding } from '../catalog/speculative-decoding';
import { DataSize } from '../units/data-size';
import { PowerBudget } from './power-budget';

/** How nodes reach each other. */
export enum NodeNetwork {
  /** Remote direct memory access: EFA, InfiniBand, RoCE. */
  RDMA = 'RDMA',
  /** TCP sockets. */
  TCP = 'TCP',
}

/** What a model that reads more than text is started for. */
export enum MediaInput {
  /** Everything that it reads: images, videos, sound. */
  ALL = 'ALL',
  /** Text and images: no videos and no sound (vLLM: `limit_mm_per_prompt` of 0 for them). */
  IMAGES = 'IMAGES',
  /** Text alone: its encoders are not loaded (vLLM: `language_model_only`, before 0.17 `limit_mm_per_prompt` of 0). */
  NONE = 'NONE',
}

/** Room that the engine keeps on every GPU for LoRA adapters, whether or not they are loaded. */
export interface LoraCapacity {
  /** Adapters that may run in one step (vLLM: `max_loras`); more can be loaded and wait in host memory. */
  readonly maxAdapters: number;
  /** Highest rank of an adapter (vLLM: `max_lora_rank`, 1, 8, 16, 32, 64, 128, 256, 320 or 512). */
  readonly maxRank: number;
}

/**
 * The load of a model, apart from the hardware.
 */
export interface ServingLoad {
  /** Architecture of the model. */
  readonly model: ModelSpec;
  /**
   * Longest context in tokens, prompt and answer together, which every concurrent sequence may reach. Set it if some are longer than the
   * typical prompt and answer.
   * @default - `inputTokens` + `outputTokens` where both are given, else 8192, or the model's own limit where that is less
   */
  readonly contextLength?: number;
  /**
   * Sequences of that length that one replica must hold concurrently, all its data-parallel ranks together.
   * @default - 4, or `maxSequences` where that is less; a search with `minOutputTokensPerSecond` chooses it
   */
  readonly concurrency?: number;
  /** Tokens of a typical prompt, for time and throughput. @default - half the context, at most 1024 */
  readonly inputTokens?: number;
  /** Tokens of a typical answer, for time and throughput. @default - half the context, at most 256 */
  readonly outputTokens?: number;
  /** Format of the key-value cache; 32 bits only with 32-bit weights. @default - 16 bits; 32 bits with 32-bit weights */
  readonly kvCachePrecision?: Precision;
  /** Program that runs the model. @default InferenceEngine.DEFAULT: vLLM of the default releases */
  readonly engine?: InferenceEngine;
  /**
   * Share of each GPU's memory that the engine takes; see `InferenceEngine.memoryShare`.
   * @default - the engine's own default: 0.92 for vLLM from 0.20 on, 0.9 before, 0.88 for SGLang
   */
  readonly gpuMemoryUtilization?: number;
  /**
   * Maximum number of tokens in one scheduler step (`max_num_batched_tokens`); activations grow with it. An engine that computes whole
   * prompts at once (vLLM before 0.8) needs the whole context here. Of vLLM at least `maxSequences`: each has a token of a step.
   * @default - 8192 on GPUs of 70 GiB and more other than A100, else 2048, as vLLM; 2048 for each of several data-parallel ranks; `maxSequences` where
   * that is more
   */
  readonly maxBatchedTokens?: number;
  /**
   * Maximum number of sequences in the scheduler of each data-parallel rank at once (`max_num_seqs`); the sampler's memory grows with it. Pass it to the engine: on
   * H100 and larger GPUs vLLM defaults to 1024. At least `concurrency`.
   * @default - 256; no more than `maxBatchedTokens` and, where layers keep a state, than there are blocks of states for; at least `concurrency`
   */
  readonly maxSequences?: number;
  /**
   * Tokens that every layer sees at most, the newest first (`sliding_window` of vLLM's `hf_overrides`): of each sequence the cache keeps those and the
   * tokens of a step, and a step reads no more. A model that was not trained so forgets what is further back, also its instructions, and says
   * less well what follows. Below `contextLength`. Models whose layers differ, keep states or have latent attention have no such window.
   * @default - what the model's own layers see
   */
  readonly attentionWindow?: number;
  /**
   * What a model that reads more than text is started for. An engine keeps memory for the largest image or video that it may read, even if
   * none is ever sent.
   * @default MediaInput.ALL
   */
  readonly mediaInput?: MediaInput;
  /**
   * How tokens are drafted, to be verified by the model several at once (vLLM: `speculative_config`). Weights and cache of what drafts them
   * count, and times are of steps that verify them.
   * @default - none
   */
  readonly speculativeDecoding?: SpeculativeDecoding;
  /** Room for LoRA adapters, each with the whole of it whatever its own rank is; it counts as weights. @default - none */
  readonly lora?: LoraCapacity;
  /** Whether decode steps are replayed as CUDA graphs. @default true */
  readonly cudaGraphs?: boolean;
  /**
   * Whether vLLM finds the kernels that an earlier start compiled, because the directory of its compile cache (`VLLM_CACHE_ROOT`) outlives the
   * pod, e.g. on a volume. The first start, which compiles, holds more for a moment, up to 1 or 2 GiB, and has that much less for its cache: a plan that
   * fits with this alone may not survive it.
   *
   * @default false
   */
  readonly warmCompileCache?: boolean;
  /** Whether elementwise kernels are fused; off, a third more kernels are launched. @default true */
  readonly fusedKernels?: boolean;
  /** Micro-batches in flight with pipeline parallelism. @default - as many as sequences, at least one per stage */
  readonly microBatches?: number;
  /**
   * Size of the checkpoint's files, where it is known: some quantized checkpoints leave more in 16 bits than the format says (Meta's
   * FP8 of Llama-3.1-405B is 21 % larger). The memory of the weights is scaled to it.
   * @default - counted from the shape and the precision
   */
  readonly checkpointSize?: DataSize;
  /** Weights of each GPU that stay in host memory and are read over PCI Express in every step. @default - none */
  readonly cpuOffload?: DataSize;
  /** Network between nodes; instance types of EC2 without EFA have TCP alone. @default - RDMA where the instance type has it, else TCP */
  readonly network?: NodeNetwork;
}

/**
 * A choice of hardware, precision and parallelism to judge.
 */
export interface CapacityRequest extends ServingLoad {
  /** Type of the nodes. */
  readonly instanceType: GpuNodeType;
  /** Format of the weights. @default - the one the model is published in where the GPU runs it, else the widest 16-bit format of the GPU */
  readonly precision?: Precision;
  /**
   * Parallelism. Tensor parallelism beyond one NVLink domain is only used when requested here.
   * @default - the smallest degree that fits, tensor within one NVLink domain, else pipeline
   */
  readonly parallelism?: Parallelism;
  /** Replicas, each with weights of its own. @default - those of the parallelism, else 1 */
  readonly replicas?: number;
  /**
   * Maximum number of nodes of one replica; a `parallelism` that needs more of them gives a warning.
   * @default - as many as the parallelism needs; 1 where none is given
   */
  readonly maxNodes?: number;
  /** Price of one node for an hour, in any currency, at a date of your choosing. @default - no cost is stated */
  readonly pricePerHour?: number;
  /** Share of time that the GPUs are busy, for the cost. @default 0.6 */
  readonly utilization?: number;
  /** Watts that each node may take: its GPUs are limited to what is left for them. @default - no limit */
  readonly powerBudget?: PowerBudget;
}

/**
 * Targets of a search.
 */
export interface CapacityTargets {
  /** Maximum time between two tokens of an answer, milliseconds. @default - no limit */
  readonly maxTimePerOutputTokenMs?: number;
  /** Maximum time to the first token on an idle server, milliseconds. @default - no limit */
  readonly maxTimeToFirstTokenMs?: number;
  /**
   * Minimum number of output tokens per second of all replicas together. Without `concurrency` each replica takes as many sequences at once as
   * reach it at the least cost within the other targets.
   * @default - no limit
   */
  readonly minOutputTokensPerSecond?: number;
}

/**
 * A candidate of a search: an instance type, with its price.
 */
export interface CapacityCandidate {
  /** Type of the nodes. */
  readonly instanceType: GpuNodeType;
  /** Price of one node for an hour, in any currency. @default - ranked by `listPricePerHour` instead */
  readonly pricePerHour?: number;
}

/**
 * A request for the hardware that suits a model.
 */
export interface CapacitySearchRequest extends ServingLoad {
  /**
   * Targets to reach. For batches that nobody waits for, give `minOutputTokensPerSecond` alone, or the time that is enough.
   * @default - 100 ms for each token and 2 s to the first, which suit people who read the answer; what is slower comes after all that is not; none with `cpuOffload`
   */
  readonly targets?: CapacityTargets;
  /**
   * Instance types to choose from. The cheapest comes first: by the prices given or, unless all have one, by `listPricePerHour`; what has no
   * price comes last, by GPU memory. Then come the fewest stages of a pipeline, the fewest GPUs, the smallest host, and the name. A type that is listed twice counts once, at its
   * lowest price.
   * @default - all of the catalog except what AWS retires or sells as Capacity Blocks alone, parts of GPUs, hosts of ARM, and GPUs that need a
   * newer driver than the default node images have
   */
  readonly candidates?: CapacityCandidate[];
  /**
   * Region of AWS in which the types are sold on demand, e.g. `eu-west-1`; only for types that are not
   * listed as candidates. One that the catalog does not know excludes nothing. @default - any
   */
  readonly region?: string;
  /** Formats of the weights to try. @default - on each GPU the one the model is published in, else its widest 16-bit format */
  readonly precisions?: Precision[];
  /** The only parallelism to consider. @default - every one that fits within the nodes */
  readonly parallelism?: Parallelism;
  /** Maximum number of nodes for one replica. @default 1 */
  readonly maxNodes?: number;
  /**
   * Whether data-parallel attention is considered for models with experts and latent attention: ranks that compute attention for requests of their
   * own and share the experts. Plans with it are served by `vllm serve` as `vllmServeArguments` says, and by no server of this package.
   * @default true
   */
  readonly dataParallelAttention?: boolean;
  /**
   * Number of replicas of every plan; hardware is chosen for at most as many.
   * @default - as many as the targets need, up to `maxReplicas`
   */
  readonly replicas?: number;
  /** Maximum number of replicas, where one is not fast enough. @default 1 */
  readonly maxReplicas?: number;
  /** Share of time that the GPUs are busy, for the cost. @default 0.6 */
  readonly utilization?: number;
  /** Watts that each node may take: candidates that cannot be held within it are skipped. @default - no limit */
  readonly powerBudget?: PowerBudget;
  /** Maximum number of plans to return. @default 20 */
  readonly limit?: number;
}
