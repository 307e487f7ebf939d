import { EncoderShape } from '../../encoder-shape';
import { Section, layerNorm, linear, plainLayer } from './section';

type Sizes = Omit<EncoderShape, 'name'>;

/** An image of 728 pixels becomes 169 tokens, each of up to 36 tiles of 504 pixels 81. */
const TOKENS = { tokensPerItem: 169 + 36 * 81, positionsPerToken: 16 };

/** Step-3: positions and a class mark as CLIP has them, and two convolutions that join patches, behind the tower. */
export function step3Vision(v: Section): Sizes {
  const h = v.number(1792, 'hidden_size');
  const inner = v.number(3072, 'intermediate_size');
  const patch = v.number(14, 'patch_size');
  const input = v.number(3, 'num_channels') * patch * patch;
  const patches = Math.floor(v.side(728, 'image_size') / patch) ** 2;
  const out = v.number(4096, 'output_hidden_size');
  return {
    parameters:
      h +
      linear(input, h) +
      (patches + 1) * h +
      v.number(63, 'num_hidden_layers') * plainLayer(h, inner) +
      linear(4 * h, out) +
      linear(9 * out, 2 * out) +
      linear(2 * out, v.text, v.file.flag('projector_bias') ?? true),
    ...TOKENS,
    ...{ hiddenSize: h, intermediateSize: inner, inputSize: input, shared: true },
  };
}

/** Step 3.7. */
export function stepVision(v: Section): Sizes {
  const h = v.number(1536, 'hidden_size', 'width');
  const layers = v.number(47, 'num_hidden_layers', 'layers');
  const inner = v.number(Math.floor(h * v.ratio(8960 / 1536, 'mlp_ratio')), 'intermediate_size');
  const patch = v.number(14, 'patch_size');
  const input = 3 * patch * patch;
  const patches = Math.floor(v.side(728, 'image_size') / patch) ** 2;
  const bias = v.file.flag('projector_bias') ?? false;
  return {
    parameters:
      input * h +
      patches * h +
      layerNorm(h) +
      layers * (plainLayer(h, inner) + 2 * h) +
      linear(9 * h, 2 * h) +
      linear(18 * h, 4 * h) +
      linear(4 * h, v.text, bias),
    ...TOKENS,
    ...{ hiddenSize: h, intermediateSize: inner, inputSize: input, shared: true },
  };
}
