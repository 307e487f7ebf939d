import { EncoderShape } from '../../encoder-shape';
import { Section, gated, layerNorm, linear, plainLayer } from './section';
import { whisper, whisperSizes, whisperWidths } from './whisper';

type Sizes = Omit<EncoderShape, 'name'>;

/** Most pixels of an image by `preprocessor_config.json` of the published models, which config.json does not repeat. */
const QWEN_2_PIXELS = 12845056;
const QWEN_3_PIXELS = 16777216;
/** Pairs of images of the longest video that vLLM encodes for Qwen2-VL when it starts (`_MAX_FRAMES_PER_VIDEO`, 14). */
const PAIRS_PER_VIDEO = 7;

/** Tokens of a video of Qwen3-VL (`longest_edge` of its video processor, for two images joined). */
const VIDEO_TOKENS = 12288;

/** Images of any size in patches, of which the projector joins `merge` × `merge`. */
function merged(v: Section, patch: number, pixels: number): { tokensPerItem: number; positionsPerToken: number } {
  const merge = v.number(2, 'spatial_merge_size');
  const side = patch * merge;
  return { tokensPerItem: Math.floor(pixels / (side * side)), positionsPerToken: merge * merge };
}

function videosOfPairs(tokensPerItem: number): Pick<EncoderShape, 'tokensPerFrame' | 'maxVideoTokens'> {
  return { tokensPerFrame: tokensPerItem, maxVideoTokens: PAIRS_PER_VIDEO * tokensPerItem };
}

function patchValues(v: Section, patch: number): number {
  return v.number(3, 'in_channels', 'in_chans') * v.number(2, 'temporal_patch_size') * patch * patch;
}

/** `Qwen2VisionTransformerPretrainedModel`. */
export function qwen2Vision(v: Section): Sizes {
  const h = v.number(1280, 'embed_dim');
  const inner = Math.floor(h * v.ratio(4, 'mlp_ratio'));
  const patch = v.number(14, 'patch_size');
  const sizes = merged(v, patch, QWEN_2_PIXELS);
  const joined = h * sizes.positionsPerToken;
  return {
    ...sizes,
    ...videosOfPairs(sizes.tokensPerItem),
    parameters:
      patchValues(v, patch) * h +
      v.number(32, 'depth') * plainLayer(h, inner) +
      layerNorm(h) +
      linear(joined, joined) +
      linear(joined, v.number(v.text, 'hidden_size')),
    ...{ hiddenSize: h, intermediateSize: inner, inputSize: patchValues(v, patch), shared: true },
  };
}

/** `Qwen2_5_VisionTransformerPretrainedModel`; that of EXAONE 4.5 has grouped keys and values. */
export function qwen25Vision(v: Section): Sizes {
  const h = v.number(3584, 'hidden_size');
  const inner = v.number(3420, 'intermediate_size');
  const heads = v.number(16, 'num_heads');
  const groups = v.number(heads, 'num_key_value_heads');
  const patch = v.number(14, 'patch_size', 'spatial_patch_size');
  const sizes = merged(v, patch, QWEN_2_PIXELS);
  const joined = h * sizes.positionsPerToken;
  const layer = 2 * h + 2 * linear(h, h) + 2 * linear(h, (h * groups) / heads) + gated(h, inner, true);
  return {
    ...sizes,
    ...videosOfPairs(sizes.tokensPerItem),
    parameters:
      patchValues(v, patch) * h +
      v.number(32, 'depth') * layer +
      h +
      linear(joined, joined) +
      linear(joined, v.number(3584, 'out_hidden_size')),
    ...{
      hiddenSize: h,
      intermediateSize: inner,
      gatedFeedForward: true,
      inputSize: patchValues(v, patch),
      shared: true,
    },
  };
}

/**
 * `Qwen3VLVisionModel`: some layers hand their hidden states over too, each through a projector of its own; the vision part of Qwen3.5 and
 * 3.6 has none of them. A video is read at 12,288 tokens, each with a time mark in the prompt.
 */
export function qwen3Vision(v: Section, deepstack: number): Sizes {
  const h = v.number(1152, 'hidden_size');
  const inner = v.number(4304, 'intermediate_size');
  const out = v.number(3584, 'out_hidden_size');
  const patch = v.number(16, 'patch_size');
  const sizes = merged(v, patch, QWEN_3_PIXELS);
  const joined = h * sizes.positionsPerToken;
  const project = linear(joined, joined) + linear(joined, out);
  const more = v.length(deepstack, 'deepstack_visual_indexes');
  return {
    ...sizes,
    parameters:
      linear(patchValues(v, patch), h) +
      v.number(2304, 'num_position_embeddings') * h +
      v.number(27, 'depth') * plainLayer(h, inner) +
      layerNorm(h) +
      project +
      more * (layerNorm(joined) + project),
    ...{
      hiddenSize: h,
      intermediateSize: inner,
      inputSize: patchValues(v, patch),
      learnedPositions: true,
      shared: true,
    },
    outputSize: (1 + more) * out,
    ...{ tokensPerFrame: VIDEO_TOKENS, maxVideoTokens: VIDEO_TOKENS, promptTokensPerVideoToken: 12.5 },
  };
}

/** The vision part of Qwen3-Omni: Qwen3-VL's, read by the image processor of Qwen2-VL. */
export function qwen3OmniVision(v: Section): Sizes {
  const sizes = qwen3Vision(v, 3);
  const { tokensPerItem } = merged(v, v.number(16, 'patch_size'), QWEN_2_PIXELS);
  return { ...sizes, tokensPerItem, ...videosOfPairs(tokensPerItem), promptTokensPerVideoToken: 1 };
}

/** Tokens of 30 seconds of sound, and spectral frames for one of them in the tower (Whisper's, halved again behind it). */
const CLIP = { tokensPerItem: 750, positionsPerToken: 2 };

/** Whisper's encoder, with a table of positions, and one matrix behind it. */
export function qwen2Audio(a: Section): Sizes {
  const { d, inner, bands } = whisperSizes(a);
  const positions = a.number(1500, 'max_source_positions') * d;
  return { ...CLIP, parameters: whisper(a) + positions + linear(d, a.text), ...whisperWidths(d, inner, bands) };
}

/** The same with two matrices, for four frames at once. */
export function voxtralAudio(a: Section): Sizes {
  const { d, inner, bands } = whisperSizes(a);
  const positions = a.number(1500, 'max_source_positions') * d;
  const project = inner * a.text + a.text * a.text;
  return {
    ...{ tokensPerFrame: 375, positionsPerToken: 4 },
    tokensPerItem: 375,
    parameters: whisper(a) + positions + project,
    ...whisperWidths(d, inner, bands),
  };
}

export function qwen25OmniAudio(a: Section): Sizes {
  const { d, inner, bands } = whisperSizes(a);
  const out = a.number(3584, 'output_dim');
  return { ...CLIP, parameters: whisper(a) + 2 * out + linear(d, out), ...whisperWidths(d, inner, bands) };
}

/** The audio encoder of Qwen3-Omni and Qwen3-ASR: convolutions in two dimensions before the layers. */
export function qwen3Audio(a: Section): Sizes {
  const { d, inner, bands, layers } = whisperSizes(a);
  const channels = a.number(480, 'downsample_hidden_size');
  const halved = (size: number) => Math.floor((size + 1) / 2);
  const convolutions =
    linear(9, channels) + 2 * linear(9 * channels, channels) + channels * halved(halved(halved(bands))) * d;
  const out = a.number(3584, 'output_dim');
  return {
    ...{ tokensPerItem: 390, positionsPerToken: 1 },
    parameters: convolutions + layers * plainLayer(d, inner) + layerNorm(d) + linear(d, d) + linear(d, out),
    ...whisperWidths(d, inner, bands),
  };
}
