import { EncoderShape } from '../../encoder-shape';
import { Section, gated, layerNorm, linear, plainLayer } from './section';
import { siglip } from './vision';

type Sizes = Omit<EncoderShape, 'name'>;

/** PaddleOCR-VL: SigLIP without its head, patches joined by two; an image has up to 28 × 28 × 1280 pixels (`max_pixels`). */
export function paddleVision(v: Section): Sizes {
  const { parameters, h, inner, input } = siglip(withSigLipSo400m(v), false);
  const merge = v.number(2, 'spatial_merge_size') ** 2;
  const joined = merge * h;
  return {
    parameters: parameters + layerNorm(h) + linear(joined, joined) + linear(joined, v.text),
    ...{ tokensPerItem: 1280, positionsPerToken: merge },
    ...{ hiddenSize: h, intermediateSize: inner, inputSize: input, shared: true },
  };
}

function withSigLipSo400m(v: Section): Section {
  const defaults = {
    hidden_size: 1152,
    intermediate_size: 4304,
    num_hidden_layers: 27,
    patch_size: 14,
    image_size: 384,
  };
  return Object.entries(defaults).reduce((section, [key, value]) => section.withDefault(key, value), v);
}

/** GLM-OCR and GLM-5-Next: as GLM-4V, with norms of queries and keys, a feed-forward block of its own width and biases in it. */
export function glmOcrVision(v: Section): Sizes {
  const h = v.number(1024, 'hidden_size');
  const inner = v.number(4096, 'intermediate_size');
  const out = v.number(1536, 'out_hidden_size');
  const patch = v.number(14, 'patch_size');
  const merge = v.number(2, 'spatial_merge_size') ** 2;
  const input = v.number(3, 'in_channels') * v.number(2, 'temporal_patch_size') * patch * patch;
  const bias = v.flag(true, 'attention_bias');
  const layer =
    2 * h + linear(h, 3 * h, bias) + linear(h, h, bias) + 2 * (h / v.number(16, 'num_heads')) + gated(h, inner, bias);
  const projected = v.number(v.number(3, 'in_channels') * out, 'projection_intermediate_size');
  const merger = out * out + layerNorm(out) + gated(out, projected);
  return {
    parameters: linear(input, h) + v.number(24, 'depth') * layer + h + linear(merge * h, out) + merger,
    ...{ tokensPerItem: 6144, tokensPerFrame: 6144, maxVideoTokens: 30000, positionsPerToken: merge },
    ...{ hiddenSize: h, intermediateSize: inner, gatedFeedForward: true, inputSize: input, shared: true },
  };
}

/** HunyuanOCR: a table of positions for the largest image, patches joined by two convolutions, rows and ends of an image marked. */
export function hunyuanVision(v: Section): Sizes {
  const h = v.number(1152, 'hidden_size');
  const inner = v.number(4304, 'intermediate_size');
  const patch = v.number(16, 'patch_size');
  const out = v.number(v.text, 'out_hidden_size');
  const side = Math.floor(v.number(2048, 'max_image_size') / patch);
  const merge = v.number(2, 'spatial_merge_size');
  const input = v.number(3, 'num_channels') * patch * patch;
  const joined = merge * merge * h * 2 * h + 2 * h + linear(2 * h, 4 * h) + linear(4 * h, out);
  return {
    parameters:
      linear(input, h) +
      (side * side + 1) * h +
      v.number(27, 'num_hidden_layers') * plainLayer(h, inner) +
      joined +
      h +
      out +
      4 * h +
      3 * out,
    // Each row of patches has a mark.
    ...{
      tokensPerItem: v.number(4096, 'img_max_token_num') + Math.floor(side / merge) + 2,
      positionsPerToken: merge * merge,
    },
    ...{ hiddenSize: h, intermediateSize: inner, inputSize: input },
  };
}

/** Muse Glimmer: patches of two images joined, and a projector before the language model's width. */
export function museVision(v: Section): Sizes {
  const h = v.number(1536, 'hidden_size');
  const inner = v.number(8960, 'intermediate_size');
  const patch = v.number(14, 'patch_size');
  const input = 3 * v.number(2, 'patch_temporal') * patch * patch;
  const merge = v.number(2, 'merge_size') ** 2;
  const width = v.outer(4096, 'projector_hidden_size');
  const positions = v.number(32, 'pos_emb_height') * v.number(32, 'pos_emb_width');
  return {
    parameters:
      input * h +
      positions * h +
      v.number(50, 'num_hidden_layers') * plainLayer(h, inner) +
      2 * layerNorm(h) +
      v.outer(merge * h, 'out_hidden_size') * width +
      width * width +
      width * v.text,
    ...{ tokensPerItem: 4096, positionsPerToken: merge },
    ...{ hiddenSize: h, intermediateSize: inner, inputSize: input },
  };
}
