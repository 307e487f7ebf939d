import { Configuration } from './configuration';

const GIB = 2 ** 30;
const MIB = 2 ** 20;

/** Largest step that is captured (`max_cudagraph_capture_size`); vLLM captures steps of up to twice as many tokens as sequences. */
const LARGEST_CAPTURED = 512;
/** Pools and kernels' workspaces of the first capture. */
const BASE_BYTES = 0.38 * GIB;
/** Of one layer in one graph. */
const LAYER_BYTES = 0.27 * MIB;
/** The same where its all-reduce is NCCL's: over PCI Express or across nodes, vLLM's own is off. */
const NCCL_BYTES = 0.06 * MIB;
/** Of layers with a state, whose first capture takes more. */
const STATE_BYTES = 0.4 * GIB;
/** Registered buffers of ranks that reduce over NVLink. */
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
export function capturedGraphs({ maxSequences, maxBatchedTokens, drafter }: Configuration): number {
  const step = 1 + (drafter?.tokens ?? 0);
  const pieces = Math.min(2 * step * maxSequences, LARGEST_CAPTURED, maxBatchedTokens);
  return sizesOf(step, pieces) + sizesOf(step, Math.min(step * maxSequences, pieces));
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
 * Memory of CUDA graphs on one GPU, an upper bound: `0.38 GiB + layers × graphs × (0.27 MiB, over NCCL 0.33) + 0.35 GiB with several ranks + 0.4 GiB with
 * states`.
 *
 * With 86 graphs: 0.29 to 0.89 GiB for 16 to 62 layers on one H200, of which vLLM expected 0.36 to 1.54 (bench/vllm); 1.82 for Qwen3.5-27B, 64 layers, on
 * two GPUs; 1.73 for DeepSeek-V4 on two; 2.62 for Qwen2.5-72B, 80 layers, on four L40S over PCI Express, whose engine had expected 2.73.
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
  const perLayer = LAYER_BYTES + (overNccl ? NCCL_BYTES : 0);
  const states = model._layers.kinds.some(({ state }) => state) ? STATE_BYTES : 0;
  return BASE_BYTES + states + layers * capturedGraphs(configuration) * perLayer + (ranks > 1 ? RANKS_BYTES : 0);
}
