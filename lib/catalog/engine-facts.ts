import { SpeculativeMethod } from './speculative-decoding';

/** What an engine's share of a GPU's memory is of. */
export enum MemoryShare {
  /** Of the whole memory: weights, activations and cache come out of it (vLLM: `gpu_memory_utilization`). */
  WHOLE = 'WHOLE',
  /** Of the whole memory, for weights and cache alone; activations and graphs are in the rest (SGLang: `mem_fraction_static`). */
  STATIC = 'STATIC',
  /** Of what weights and activations leave, for the cache (TensorRT-LLM: `free_gpu_memory_fraction`). */
  FREE = 'FREE',
}

/**
 * What versions of vLLM do while they measure the memory that is left for the cache.
 *
 * @internal
 */
export interface VllmStart {
  /** The version, where exactly one is meant. */
  readonly version?: string;
  /** Whether logits are sorted to sample from them. */
  readonly sorts: boolean;
  /** Whether a start that compiles times fused kernels on copies of their inputs. */
  readonly timesKernels: boolean;
  /** Whether memory that PyTorch cannot give back, since a part of it is still used, counts besides the peak. */
  readonly countsPieces: boolean;
  /** Whether whole segments of PyTorch's memory count besides the peak, since something small that stays was put into what an encoder or experts had freed. */
  readonly pinsSegments: boolean;
  /** Whether experts have workspaces of a row for each expert of each token, which stay while kernels are compiled. */
  readonly keepsWorkspaces: boolean;
  /** Whether the tower of Gemma 4 is given one image or frame at a time. */
  readonly encodesOneByOne: boolean;
  /** Whether what the first capture takes for a moment, where layers have states, is taken for memory of graphs. */
  readonly chargesCapture: boolean;
  /** Whether more is taken for memory of graphs where layers have states, than where they have none. */
  readonly chargesStates: boolean;
  /** What runs in the second model runner, of one version: what it takes when it starts is not the most that versions of a range take. */
  readonly secondRunner?: SecondRunner;
  /** What drafts in it; of a range as in the version of it whose steps were measured, or else its last. */
  readonly draftsIn?: SecondRunner;
  /** Whether the step after one that a draft model drafts for is prepared while that runs. */
  readonly draftsAhead: boolean;
}

/**
 * Models of the second model runner (`use_v2_model_runner`).
 *
 * @internal
 */
export interface SecondRunner {
  /** `model_type` of models whose architecture is listed (`DEFAULT_V2_MODEL_RUNNER_ARCHITECTURES`). */
  readonly listed: readonly string[];
  /** Whether all models run in it. */
  readonly everyModel: boolean;
  /** Whether all models without experts and states do. */
  readonly everyDense: boolean;
  /** Whether listed models with experts or quantized weights do. */
  readonly expertsAndQuantized: boolean;
  /** Whether it counts the memory of CUDA graphs before it sizes the cache. */
  readonly countsGraphs: boolean;
  /** Methods that draft in it; with others the model stays in the first. */
  readonly methods: readonly SpeculativeMethod[];
  /** Whether EAGLE-3 drafts in it in a pipeline. */
  readonly pipelinedHeads: boolean;
}

/**
 * What the planner must know of an engine. Times are relative to the closed form of `planning/step-time`.
 *
 * @internal
 */
export interface EngineFacts {
  readonly blockTokens: number;
  readonly defaultUtilization: number;
  /** Factor on the time of a decode step. */
  readonly decodeFactor: number;
  /** Factor on the time of a prefill that interrupts decoding. */
  readonly prefillFactor: number;
  /** Time to launch one layer of a prefill from the host, ms. */
  readonly dispatchMsPerLayer: number;
  /** The same for a layer with experts behind latent attention on several GPUs, ms. */
  readonly latentDispatchMsPerLayer: number;
  /** Host time per token of a prompt before it is computed: tokenizing, hashing of blocks, transport, microseconds. */
  readonly hostMicrosecondsPerToken: number;
  /** Host time of one sequence in a step: to schedule it, and to send its token to the client, microseconds; 0 where it is not known. */
  readonly answerMicrosecondsPerToken?: number;
  /** Milliseconds that the host takes for a step at least. */
  readonly stepFloorMs?: number;
  /** The same for each earlier token of that answer, nanoseconds. */
  readonly answerNanosecondsPerEarlierToken?: number;
  /** Whether decode attention reads grouped keys and values once per query head. */
  readonly rereadsGroupedKeys: boolean;
  /** Whether the memory of CUDA graphs is taken from the utilization. */
  readonly countsGraphs?: boolean;
  /** Whether results of encoders are copied into tensors as long as all of them may be when it starts. */
  readonly copiesMedia?: boolean;
  /** What its share of the memory is of, and what comes out of it. */
  readonly memoryShare?: MemoryShare;
  /** Whether layers with a window keep only the window. */
  readonly keepsWindows?: boolean;
  /** States that a layer keeps for each sequence. */
  readonly statesPerSequence?: number;
  /** What vLLM takes when it starts, by version. */
  readonly start?: VllmStart;
  /** Lowest compute capability of a GPU that its images have code for. @default - not known */
  readonly computeCapability?: number;
  readonly provenance: string;
}

/**
 * Fitted on gpt-oss-120b on one to eight B200 (vLLM 0.15.1): what 8192 tokens take beyond 1024 that the model itself does not explain.
 *
 * @internal
 */
export const HOST_MICROSECONDS = 3;
