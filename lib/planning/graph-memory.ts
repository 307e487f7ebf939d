import { layerStateBytes } from '../catalog/cache-bytes';
import { Configuration } from './configuration';
import { runsSecondRunner } from './model-runner';

const GIB = 2 ** 30;
const MIB = 2 ** 20;

/** Largest step that is captured (`max_cudagraph_capture_size`); vLLM captures steps of up to twice as many tokens as sequences. */
const LARGEST_CAPTURED = 512;
/** Kernels' workspaces of the first capture. */
const BASE_BYTES = 0.06 * GIB;
/** Its pool, for the largest step that is captured. */
const POOL_BYTES = 0.32 * GIB;
/** Of one layer in one graph. */
const LAYER_BYTES = 0.26 * MIB;
/** The same on one GPU of its own, of layers without states and latent attention: 0.06 to 0.11 in seven logs and runs of vLLM since 0.24. */
const SINGLE_BYTES = 0.15 * MIB;
/** The same where its all-reduce is NCCL's: over PCI Express or across nodes, vLLM's own is off. */
const NCCL_BYTES = 0.07 * MIB;
/**
 * Of layers with a state up to 0.27, whose first capture takes more where they have experts or no heads: 1.54 GiB for Qwen3.5-35B-A3B, 1.12 for LFM2-1.2B (bench/vllm). Dense ones
 * with heads take no more than others (1.30 and 1.56 for Qwen3.5-27B), and since 0.28 none does: 0.6 GiB for its 64 layers, 0.5 for 32, 0.1 for 24 (bench/planner).
 */
const STATE_BYTES = 0.4 * GIB;
/** FlashInfer's workspace (`VLLM_FLASHINFER_WORKSPACE_BUFFER_SIZE`), which that capture has in it where FlashInfer reads the cache: 0.61 GiB with 9 graphs of 64 layers. */
const FLASHINFER_BYTES = 394 * MIB;
/** Registered buffers of ranks that reduce, for the largest step. */
const RANKS_BYTES = 0.35 * GIB;

/** Sizes of steps up to a largest: 1, 2, 4, every eighth below 256, every sixteenth from there on (vLLM's `_set_cudagraph_sizes`). */
function sizesUpTo(largest: number): number {
  const few = [1, 2, 4].filter((size) => size <= largest).length;
  const eighths = Math.floor(Math.min(largest, 255) / 8);
  const sixteenths = largest >= 256 ? Math.floor((largest - 256) / 16) + 1 : 0;
  return few + eighths + sixteenths;
}

/**
 * Graphs that vLLM captures: of steps with prompts, in pieces between the layers' attention, and whole ones of decode steps. With 256
 * sequences 51 and 35, as its logs say.
 *
 * @internal
 */
export function capturedGraphs(configuration: Configuration): number {
  const step = stepOf(configuration);
  const pieces = largestCaptured(configuration);
  if (inPiecesAlone(configuration)) return sizesUpTo(pieces);
  return sizesOf(step, pieces) + sizesOf(step, Math.min(step * configuration.maxSequences, pieces));
}

function largestCaptured(configuration: Configuration): number {
  const { maxSequences, maxBatchedTokens } = configuration;
  return Math.min(2 * stepOf(configuration) * maxSequences, LARGEST_CAPTURED, maxBatchedTokens);
}

/**
 * Whether no whole step is captured: FlashInfer, which reads 8-bit caches on GPUs that FlashAttention does not read them on, captures steps of one token
 * a sequence alone (`UNIFORM_SINGLE_TOKEN_DECODE`). Logs of RTX 3090, 4090 and 5090 say so, and expect 0.17 GiB with 7 graphs of Qwen3.6-27B on four
 * (noonghunna/club-3090#127 and #584).
 */
function inPiecesAlone({ drafter, engine, gpu, kvCachePrecision }: Configuration): boolean {
  const flashInfer = kvCachePrecision.bits === 8 && (gpu.computeCapability < 9 || gpu.computeCapability >= 12);
  return drafter !== undefined && engine._isVllm && flashInfer;
}

/** Tokens of each sequence in a decode step. */
function stepOf({ drafter }: Configuration): number {
  return 1 + (drafter?.tokens ?? 0);
}

/**
 * Sizes of steps in which each sequence has its last token and the drafted ones: rounded up to whole sequences, each once
 * (`adjust_cudagraph_sizes_for_spec_decode`).
 */
function sizesOf(step: number, largest: number): number {
  if (step === 1) return sizesUpTo(largest);
  const found = new Set<number>();
  for (let size = 1; size <= largest; size += size < 8 ? 1 : size < 256 ? 8 : 16) {
    if (size < 8 && size !== 1 && size !== 2 && size !== 4) continue;
    const rounded = Math.ceil(size / step) * step;
    if (rounded <= largest) found.add(rounded);
  }
  return Math.max(1, found.size);
}

/**
 * Memory of CUDA graphs on one GPU, an upper bound: `0.06 GiB + layers × graphs × (0.26 MiB, over NCCL 0.33, on one GPU 0.15) + 0.4 GiB with states`, and for the largest
 * captured step of n tokens n / 512 of `0.32 GiB + 0.35 GiB with several ranks`.
 *
 * With 86 graphs: 0.29 to 0.89 GiB for 16 to 62 layers on one H200, of which vLLM expected 0.36 to 1.54 (bench/vllm); 1.82 for Qwen3.5-27B, 64 layers, on
 * two GPUs; 1.73 for DeepSeek-V4 on two; 2.62 for Qwen2.5-72B, 80 layers, on four L40S over PCI Express, whose engine had expected 2.73.
 * With 1, 8 and 16 sequences 0.08, 0.12 and 0.13 (bench/vllm), with 3 and states 0.46 on two GPUs over PCI Express.
 * Older ones, with fewer graphs: 2.46 for Yi-34B on four RTX 4090 (vllm-project/vllm#7553).
 *
 * @internal
 */
export function graphBytes(configuration: Configuration): number {
  if (!configuration.cudaGraphs) return 0;
  const { model, parallelism, instanceType } = configuration;
  const { tensor, pipeline, expert } = parallelism;
  const ranks = Math.max(tensor, expert);
  // What drafts runs in graphs of its own, in pieces alone.
  const drafting = (configuration.drafter?.layers ?? []).reduce((sum, { count }) => sum + count, 0);
  const layers = Math.ceil(model.layers / pipeline) + drafting;
  const overNccl = ranks > 1 && ranks > Math.min(instanceType.nvlinkDomainSize, instanceType.gpuCount);
  const stateful = model._layers.kinds.some(({ state }) => state);
  const charged = stateful && configuration.engine._start?.chargesStates !== false;
  const plain = ranks === 1 && !charged && !model.latentAttention && !configuration.gpu.sharedMemory && drafting === 0;
  const perLayer = (plain ? SINGLE_BYTES : LAYER_BYTES) + (overNccl ? NCCL_BYTES : 0);
  // In pieces the layers' states are outside the graphs.
  const states = charged && !inPiecesAlone(configuration) ? firstCapture(configuration) : 0;
  const pool = (POOL_BYTES + (ranks > 1 ? RANKS_BYTES : 0)) * (largestCaptured(configuration) / LARGEST_CAPTURED);
  return BASE_BYTES + pool + states + layers * capturedGraphs(configuration) * perLayer;
}

/** What the first capture of layers with states takes more than that of others. */
function firstCapture({ model, kvCachePrecision }: Configuration): number {
  const headless = model._layers.kinds.some(({ state }) => state && state.headSize <= 1);
  if (headless || model.experts) return STATE_BYTES;
  return kvCachePrecision.bits <= 8 ? FLASHINFER_BYTES : 0;
}

/**
 * Whether the memory of graphs comes out of the utilization.
 *
 * @internal
 */
export function countsGraphs(configuration: Configuration): boolean {
  const { engine } = configuration;
  return (
    engine.countsGraphs && (!runsSecondRunner(configuration) || engine._start?.secondRunner?.countsGraphs === true)
  );
}

/** Copies of the states of a captured step that a layer makes; see `chargedBytes`. */
const CHARGED_COPIES = 5;

/**
 * What vLLM 0.26 and 0.27 take for memory of graphs beside it, where layers have states: what the first capture takes for a moment (vllm-project/vllm#50780, where it grew with
 * the tokens of a step: 128 KiB for each, which are about ten values of every head's width). How much more it takes with many sequences is not known; five
 * states of a layer for each of the largest captured step cover the one case that was published (vllm-project/recipes#831: some 6 GiB with 512), and are more than
 * GB10's 1.9 GiB with 256.
 *
 * @internal
 */
export function chargedBytes(configuration: Configuration): number {
  const { engine, model, precision, parallelism, cudaGraphs } = configuration;
  if (!engine._start?.chargesCapture || !cudaGraphs) return 0;
  let most = 0;
  for (const { state } of model._layers.kinds) {
    if (!state) continue;
    const captured = Math.min(configuration.maxSequences, LARGEST_CAPTURED);
    const copies = CHARGED_COPIES * captured * layerStateBytes(state, precision, parallelism.tensor);
    most = Math.max(most, copies);
  }
  return most;
}
