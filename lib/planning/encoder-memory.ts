import { encoderParameters } from '../catalog/encoders';
import { EncoderShape } from '../catalog/encoder-shape';
import { MediaInput } from './capacity-request';
import { Configuration } from './configuration';

/**
 * Encoders that the engine loads: none where it is started for text alone, and those of images where it is for them.
 *
 * @internal
 */
export function loadedEncoders({ model, mediaInput }: Pick<Configuration, 'model' | 'mediaInput'>): EncoderShape[] {
  const encoders = model.shape.encoders ?? [];
  if (mediaInput === MediaInput.NONE) return [];
  return mediaInput === MediaInput.IMAGES ? encoders.filter(({ name }) => !isOfSound(name)) : encoders;
}

/** Whether a section of a file is of an encoder of sound. */
function isOfSound(name: string): boolean {
  return /audio|speech/i.test(name);
}

/**
 * Parameters of the encoders on one GPU of the first stage. vLLM shares the matrices of most towers out over tensor ranks, and of some keeps
 * all of them on each.
 *
 * @internal
 */
export function encoderWeights(configuration: Configuration): number {
  const { tensor } = configuration.parallelism;
  const shares = configuration.engine._isVllm;
  return loadedEncoders(configuration).reduce((sum, each) => {
    return sum + encoderParameters([each]) / (each.shared && shares ? tensor : 1);
  }, 0);
}

/**
 * What an engine encodes when it starts, to see what memory that takes.
 *
 * @internal
 */
export interface ProfiledMedia {
  readonly encoder: EncoderShape;
  readonly items: number;
  readonly tokensPerItem: number;
  /** Bytes at the peak within the encoder. */
  readonly peakBytes: number;
  /** Bytes of what stays while the language model's step is tried: inputs, results, and the buffers that these are copied into. */
  readonly resultBytes: number;
}

/** The largest item of an encoder: its tokens, and those that the engine keeps room for. */
interface LargestItem {
  readonly tokens: number;
  readonly budget: number;
}

/**
 * The batch of media that vLLM encodes when it starts (`MultiModalBudget`, `profile_run`): the kind whose largest item has most tokens, as
 * many items as fit into a step, or one that is larger than that. Before 0.13 each result was copied into a tensor as long as all of them may
 * be, and the last original stayed.
 *
 * @internal
 */
export function profiledMedia(configuration: Configuration): ProfiledMedia | undefined {
  const { maxBatchedTokens, engine, model } = configuration;
  let largest: EncoderShape | undefined;
  let item: LargestItem = { tokens: 0, budget: 0 };
  for (const encoder of loadedEncoders(configuration)) {
    const own = largestItem(encoder, configuration);
    if (own.budget <= item.budget) continue;
    item = own;
    largest = encoder;
  }
  if (!largest) return undefined;
  const { tokens: tokensPerItem, budget } = item;
  const items = Math.max(1, Math.floor(maxBatchedTokens / budget));
  const room = Math.max(maxBatchedTokens, budget);
  const copied = engine.copiesMedia && tokensPerItem < room;
  const kept = copied ? items * room + tokensPerItem : items * tokensPerItem;
  const bytesPerToken = 2 * (largest.outputSize ?? model.hiddenSize);
  // Inputs of a whole step, in which results take the place of tokens (`inputs_embeds`, `deepstack_input_embeds`).
  const buffers = maxBatchedTokens * bytesPerToken;
  const encoded = encodesOneByOne(configuration) ? (largest.tokensPerItem ?? tokensPerItem) : items * tokensPerItem;
  // Of a tower that keeps them one by one the results of its last layer come after the peak, those of the layers before are there.
  const early = largest.learnedPositions ? Math.max(0, bytesPerToken - 2 * model.hiddenSize) : bytesPerToken;
  const peakBytes = buffers + peakOf(largest, encoded, configuration) + items * tokensPerItem * early;
  // The batch of inputs is a variable of the function that tries both (`batched_dummy_mm_inputs` of `profile_run`).
  const { inputSize = 0, positionsPerToken = 1 } = largest;
  const inputs = items * tokensPerItem * positionsPerToken * inputSize * inputBytes(configuration);
  return { encoder: largest, items, tokensPerItem, peakBytes, resultBytes: inputs + buffers + kept * bytesPerToken };
}

/** Bytes of a value of an input on the GPU: up to 0.12 it came in 32 bits, since then it is cast before (`_postprocess_output` of vLLM's processors, read in 0.13, 0.16, 0.20 and 0.24). */
function inputBytes({ engine }: Configuration): number {
  return engine.copiesMedia ? 4 : 2;
}

/** Whether the tower is given one image or frame at a time: that of Gemma 4 up to vLLM 0.21 (its `gemma4_mm.py`). */
function encodesOneByOne({ engine, model }: Configuration): boolean {
  return engine._start?.encodesOneByOne === true && (model.shape.modelType ?? '').startsWith('gemma4');
}

function largestItem(encoder: EncoderShape, { mediaInput, contextLength, engine }: Configuration): LargestItem {
  const { tokensPerItem = 0, tokensPerFrame, maxVideoTokens, promptTokensPerVideoToken = 1 } = encoder;
  const image = { tokens: tokensPerItem, budget: tokensPerItem };
  if (tokensPerFrame === undefined || mediaInput !== MediaInput.ALL) return image;
  const frames = Math.max(1, Math.floor(contextLength / tokensPerFrame));
  const tokens = Math.min(frames * tokensPerFrame, maxVideoTokens ?? Infinity);
  const budget = Math.floor(tokens * (engine.copiesMedia ? promptTokensPerVideoToken : 1));
  return budget > image.budget ? { tokens, budget } : image;
}

/** Copies in 16 bits of a position's input where the first matrix is applied: converted, and laid out anew. */
const LAID_OUT_BYTES = 4;
/**
 * Results of attention that live at once, in widths of the hidden state: the residual and its norm, and queries, keys and values twice (before and after
 * rotation) with what they give, which tensor ranks share.
 */
const WHOLE_WIDTHS = 2;
const SHARED_WIDTHS = 7;
/**
 * The same of towers with learned positions (Qwen3-VL's `qwen3_vl.py`, 0.20 to 0.24), which keep those of all patches, queries and keys once more
 * in the order in which they are rotated, and the projected result: 12.06 widths on an H200 (bench/vllm, results-h200-towers.json).
 */
const LEARNED_WHOLE_WIDTHS = 4;
const LEARNED_SHARED_WIDTHS = 8;
/** The sum over ranks and its result. */
const REDUCED_WIDTHS = 2;

/** Bytes of the layers of a tower at their peak: in attention, or in the feed-forward block with the residual and its norm. */
function peakOf(encoder: EncoderShape, tokens: number, configuration: Configuration): number {
  const { engine, parallelism } = configuration;
  const { hiddenSize, intermediateSize, gatedFeedForward, inputSize = 0 } = encoder;
  if (hiddenSize === undefined) return 0;
  const ranks = encoder.shared && engine._isVllm ? parallelism.tensor : 1;
  const learned = encoder.learnedPositions === true;
  const reduced = ranks > 1 ? (learned ? 1 : REDUCED_WIDTHS) : 0;
  const whole = (learned ? LEARNED_WHOLE_WIDTHS : WHOLE_WIDTHS) + reduced;
  const shared = learned ? LEARNED_SHARED_WIDTHS : SHARED_WIDTHS;
  const inner = (intermediateSize ?? 4 * hiddenSize) / ranks;
  const block = whole * hiddenSize + (gatedFeedForward ? 3 : 2) * inner;
  const layer = 2 * Math.max((whole + shared / ranks) * hiddenSize, block);
  const own = inputBytes(configuration);
  // Before 0.13 what it was converted to stayed beside what came.
  const kept = own + (engine.copiesMedia ? LAID_OUT_BYTES : 0);
  const positions = tokens * (encoder.positionsPerToken ?? 1);
  return positions * Math.max((own + LAID_OUT_BYTES) * inputSize + 2 * hiddenSize, kept * inputSize + layer);
}
