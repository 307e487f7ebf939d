import { EncoderShape } from '../../encoder-shape';
import { Section, attention, gated, layerNorm, linear } from './section';

type Sizes = Omit<EncoderShape, 'name'>;

/** Tiles of the largest image (`max_patches` of its processor), with the small picture of the whole. */
const TILES = 13;

/**
 * Ovis 2 as transformers has it: a tower without biases, a head that gives each patch a distribution over a vocabulary of its own, and that
 * vocabulary's table in the width that the whole states.
 */
export function ovis2Vision(v: Section): Sizes {
  const h = v.number(1024, 'hidden_size');
  const inner = v.number(2816, 'intermediate_size');
  const patch = v.side(14, 'patch_size');
  const input = v.number(3, 'num_channels') * patch * patch;
  const patches = Math.floor(v.side(224, 'image_size') / patch) ** 2;
  const merge = v.number(1, 'hidden_stride') ** 2;
  const vocabulary = v.number(16384, 'vocab_size');
  const read = Math.max(1, vocabulary - v.number(5, 'num_visual_indicator_tokens'));
  const layer = 2 * h + attention(h, v.flag(false, 'qkv_bias')) + gated(h, inner, v.flag(false, 'mlp_bias'));
  return {
    parameters:
      linear(input, h) +
      h +
      patches * h +
      v.number(24, 'num_hidden_layers') * layer +
      h +
      linear(merge * h, read, false) +
      layerNorm(read) +
      vocabulary * v.outer(v.text, 'hidden_size'),
    ...{ tokensPerItem: TILES * Math.ceil(patches / merge), positionsPerToken: merge },
    ...{ hiddenSize: h, intermediateSize: inner, gatedFeedForward: true, inputSize: input },
  };
}
