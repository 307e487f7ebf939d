import { EncoderShape } from '../../encoder-shape';
import { Section, linear } from './section';

type Sizes = Omit<EncoderShape, 'name'>;

/** A video of Gemma 4: 32 images of up to 70 tokens, each with a mark at both ends and its time (vLLM's gemma4_mm.py). */
const VIDEO_TOKENS = 32 * 78;

/** `Gemma4VisionModel` and its projector. */
export function gemma4Vision(v: Section): Sizes {
  const h = v.number(768, 'hidden_size');
  const inner = v.number(3072, 'intermediate_size');
  const heads = v.number(12, 'num_attention_heads');
  const headSize = v.number(64, 'head_dim');
  const groups = v.number(12, 'num_key_value_heads');
  const patch = v.number(16, 'patch_size');
  const pool = v.number(3, 'pooling_kernel_size');
  const layer = 2 * h * headSize * (heads + groups) + 2 * headSize + 3 * h * inner + 4 * h;
  const input = 3 * patch * patch;
  return {
    parameters:
      2 * v.number(10240, 'position_embedding_size') * h +
      input * h +
      v.number(16, 'num_hidden_layers') * layer +
      h * v.text,
    tokensPerItem: v.number(280, 'default_output_length'),
    ...{ tokensPerFrame: VIDEO_TOKENS, maxVideoTokens: VIDEO_TOKENS, positionsPerToken: pool * pool },
    ...{ hiddenSize: h, intermediateSize: inner, gatedFeedForward: true, inputSize: input, shared: true },
  };
}

/** `Gemma4AudioModel` and its projector. */
export function gemma4Audio(a: Section): Sizes {
  const h = a.number(1024, 'hidden_size');
  const [first, second] = a.list([128, 32], 'subsampling_conv_channels');
  const heads = a.number(8, 'num_attention_heads');
  const out = a.number(1536, 'output_proj_dims');
  const halfStep = 8 * h * h + 2 * h;
  const convolution = 3 * h * h + h * a.number(5, 'conv_kernel_size') + 2 * h;
  const layer = 2 * halfStep + 5 * h * h + h / heads + convolution + 3 * h;
  return {
    parameters:
      9 * first +
      first +
      9 * first * second +
      second +
      Math.floor(first / 4) * second * h +
      a.number(12, 'num_hidden_layers') * layer +
      linear(h, out) +
      out * a.text,
    tokensPerItem: 750,
    ...{ hiddenSize: h, intermediateSize: 4 * h, inputSize: 128 },
  };
}
