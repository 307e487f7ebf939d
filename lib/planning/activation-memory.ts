import { ExpertLayers } from '../catalog/model-architecture';
import { ModelSpec } from '../catalog/model-spec';
import { Precision } from '../catalog/precision';
import { Configuration } from './configuration';
import { draftBuffers, verifiedBytes } from './draft-activations';
import { loadedEncoders, profiledMedia } from './encoder-memory';
import { runsSecondRunner } from './model-runner';
import { computesNvfp4 } from './weight-only-nvfp4';

const MIB = 2 ** 20;
/** Widths of activations by tensor degree 1, 2 and more, in hidden sizes. */
const DENSE_WIDTHS = [11, 6.5, 5] as const;
const EXPERT_WIDTHS = [22, 13, 10] as const;

/**
 * Largest intermediate results of one step: they grow with the tokens of the step, not with the context (chunked prefill), or with
 * the sequences whose next token is sampled, or are what compiling takes, whichever is most.
 *
 * Layers: `2 × T × (3 f / t + 4 h)` bytes; 2.02 GiB in vLLM's log of Qwen2.5-1.5B with 32768 tokens. At least what ai-dynamo/aiconfigurator 095f58a
 * reserves for vLLM (`2 × T × h × c(t)`, 70 MiB).
 *
 * @internal
 */
export function activationBytes(configuration: Configuration, sequences = configuration.maxSequences): number {
  const sampled = Math.min(sequences, configuration.maxBatchedTokens);
  const step = Math.max(
    70 * MIB,
    layerBytes(configuration),
    verifiedBytes(configuration, sampled, samplerBytes(configuration, sampled)),
    compilerBytes(configuration) + expertWorkspace(configuration),
  );
  const drafting = draftBuffers(configuration);
  const media = profiledMedia(configuration);
  // Of the drafter's buffers its inputs alone are there while media are encoded.
  return media ? Math.max(media.peakBytes + drafting / 2, media.resultBytes + step + drafting) : step + drafting;
}

/** Copies of the logits while they are sorted: logits, sorted values, their 64-bit places, and what sorting takes. */
const SORTED_COPIES = 9.7;
/** Copies where none are sorted: in 16 and in 32 bits, probabilities and random numbers. */
const SAMPLED_COPIES = 3.5;
/** Copies in the second runner, whose start tries no limits (its `_dummy_sampler_run`): in 16 and in 32 bits. */
const DRAWN_COPIES = 1.5;
/** Rows of the kernel that finds the limits, one for each multiprocessor at most. */
const SAMPLER_ROWS = 192;
/** Fewer sequences are sorted all the same. */
const FEWEST_UNSORTED = 8;

/**
 * Memory of the sampler, on the first rank only. vLLM's profile run samples all sequences that the scheduler may hold (each has a token of the window).
 *
 * Up to 0.19 it sorts float32 logits: with 256 sequences 1.19 GiB for Llama-3.1-8B, 1.40 for Qwen2.5-1.5B, 0.94 for Phi-4 (logs, see bench/planner), with
 * 1024 of them gpt-oss-120b lacks 7.43 GiB besides its weights (7.44 here; vllm-project/vllm#23278), and a 32B model on 80 GB the 6.2 GiB of
 * vllm-project/vllm#16303. From 0.17 on a kernel finds what top-k and top-p leave without sorting (`apply_top_k_top_p_triton`, 8 sequences and more).
 */
function samplerBytes(configuration: Configuration, sequences: number): number {
  const { model, engine } = configuration;
  const row = 4 * model.vocabularySize;
  if (runsSecondRunner(configuration)) return DRAWN_COPIES * sequences * row;
  if (engine._start?.sorts !== false || sequences < FEWEST_UNSORTED) return SORTED_COPIES * sequences * row;
  return (SAMPLED_COPIES * sequences + Math.min(sequences, SAMPLER_ROWS)) * row;
}

/**
 * What the first start of newer vLLM takes to compile the model: the compiler times fused kernels on copies of their inputs
 * (`benchmark_combo_kernel` of its compilation config), among them the table of tokens and two states of the whole step. In 21 starts of 0.24.0 on an H200
 * that is the peak wherever layers take less, whatever the number of sequences: 1.01 GiB for Llama-3.1-8B with 2048 tokens, 1.10 with
 * 8192, 2.67 and 2.79 for Gemma-3-27B (bench/vllm). Later starts find the compiled kernels and have more for the cache. Where encoders are loaded, the table
 * is not in the compiled part: it is given the results.
 *
 * Where weights of dense models have 4 bits, newer versions count that copy twice: its memory stays with PyTorch, which they take for used (`total_consumed` of `mem_utils.py`),
 * besides the peak. Qwen3-32B in AWQ has 1.42 GiB more of both in a start that compiles, Qwen2.5-3B 0.53 (0.28 and 0.29, bench/planner); of Qwen3-8B
 * in 16 bits nothing stays (0.27.1).
 */
function compilerBytes(configuration: Configuration): number {
  const { model, engine, parallelism, maxBatchedTokens, cudaGraphs, warmCompileCache } = configuration;
  if (!engine._start?.timesKernels || !cudaGraphs || warmCompileCache) return 0;
  const steps = 4 * maxBatchedTokens * model.hiddenSize;
  const table = loadedEncoders(configuration).length > 0 ? 0 : 2 * model.vocabularySize * model.hiddenSize;
  const copies = leavesPieces(configuration) ? 2 : 1;
  return (copies * table) / parallelism.tensor + steps;
}

/**
 * Whether the engine counts memory that PyTorch cannot give back, since a part of it is used: known of dense models in 4 bits.
 *
 * @internal
 */
export function leavesPieces({ engine, model, precision }: Configuration): boolean {
  return engine._start?.countsPieces === true && precision.bits <= 4 && !model.experts;
}

/** Rows that pad each expert's to whole tiles, and inputs in fewer bits, against the rows of the tokens. */
const PADDED_ROWS = 1.25;

/** What kernels with inputs in 4 bits have of each row besides: in order of the experts, and results in order and weighted (`run_cutlass_moe_fp4`, 0.20.0, which pads none). */
const QUANTIZED_COPIES = 3;
/** States of the whole step beside them: of the layer, its residual and norm, and of shared experts. */
const STEP_COPIES = 4;

/**
 * Workspaces of newer vLLM for experts (`workspace_shapes` of its `triton_moe.py`, 0.24.0), which stay while the kernels are compiled: a row for each expert of each token, before
 * and after the activation, and results and residuals of the whole step. With it Mixtral is planned at 2.1 GiB where it took 1.78, Qwen3-30B-A3B at
 * 1.3 where it took 1.15 (bench/vllm).
 */
function expertWorkspace({ model, engine, parallelism, maxBatchedTokens, precision, gpu }: Configuration): number {
  const { experts } = model;
  if (!experts || !engine._start?.keepsWorkspaces) return 0;
  const hidden = experts.latentSize ?? model.hiddenSize;
  const width = experts.intermediateSize / (parallelism.expert > 1 ? 1 : parallelism.tensor);
  const results = Math.max(2 * width, hidden);
  if (precision.name === Precision.NVFP4.name && computesNvfp4(gpu)) {
    const row = width + results + QUANTIZED_COPIES * hidden;
    return 2 * maxBatchedTokens * (experts.perToken * row + STEP_COPIES * model.hiddenSize);
  }
  const row = Math.max(width, hidden) + results;
  return 2 * maxBatchedTokens * (PADDED_ROWS * experts.perToken * row + 2 * model.hiddenSize);
}

/**
 * Activations of the widest layer.
 *
 * @internal
 */
export function layerBytes({ model, engine, parallelism, maxBatchedTokens }: Configuration): number {
  const t = parallelism.tensor;
  const h = model.hiddenSize;
  const mixer = model._layers.widestMixer;
  const coefficient = (model.experts ? EXPERT_WIDTHS : DENSE_WIDTHS)[t === 1 ? 0 : t === 2 ? 1 : 2];
  const dense = model._layers.widestBlock;
  const active = Math.max(dense, model.experts ? activeWidth(model.experts) : 0);
  // Heads that are wider than the hidden size are taken like a block by vLLM (Gemma 4, whose are three times as wide: four starts); of others nothing is known.
  const [inner, width] = engine._isVllm ? [Math.max(active, mixer), h] : [active, mixer];
  const held = heldWidth(model);
  // Beside what is held three states of the step are there: the residual before and after, and what the layer's result is written into.
  const block = Math.max((3 * inner) / t + 4 * h, held > 0 ? (3 * inner + held) / t + 3 * h : 0);
  return 2 * maxBatchedTokens * Math.max(block, coefficient * width);
}

/**
 * What the compiled piece behind a layer's states is given, and the caller holds until it ends, while the block's matrices run: the projection of which the gate is
 * a part, and the result of the states (`forward_cuda` of vLLM's `qwen_gdn_linear_attn.py`, 0.24.0). With 65,536 tokens Qwen3.5-27B has 90,848 values of each at its peak on an H200, in
 * 16 bits and in four alike, where this counts 90,112 (bench/vllm, results-h200-steps.json). In values of a token.
 */
function heldWidth(model: ModelSpec): number {
  return model._layers.kinds.reduce((most, { state }) => {
    if (!state || state.heads === 0) return most;
    return Math.max(most, state.convolutionChannels + 2 * state.heads * state.headSize);
  }, 0);
}

function activeWidth(experts: ExpertLayers): number {
  return experts.intermediateSize * (experts.perToken + (experts.shared ?? 0));
}
