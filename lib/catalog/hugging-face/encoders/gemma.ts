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

/** What joins a tower of Gemma 3n to the language model: a table of its own tokens, two norms and a matrix. */
function gemma3nProjector(s: Section, h: number): number {
  return s.number(128, 'vocab_size') * h + 2 * h + h * s.text;
}

/** `mobilenetv5_300m_enc` of timm, whose numbers no file states. */
const MOBILENET_V5 = 294126912;

/**
 * Gemma 3n: a convolutional network, images of 768 pixels. The widest of its maps is that of the third stage: 96 × 96 places of 256 values,
 * within its first block 1536 (`mobilenetv5.py` of timm).
 */
export function gemma3nVision(v: Section): Sizes | undefined {
  if (!v.is('architecture', 'mobilenetv5_300m_enc')) return undefined;
  const tokensPerItem = v.outer(256, 'vision_soft_tokens_per_image');
  return {
    parameters: MOBILENET_V5 + gemma3nProjector(v, v.number(2048, 'hidden_size')),
    ...{ tokensPerItem, positionsPerToken: (96 * 96) / tokensPerItem },
    ...{ hiddenSize: 256, intermediateSize: 1536, inputSize: 192 },
  };
}

/** `Gemma3nAudioEncoder` (USM) and its projector: four positions give one token. */
export function gemma3nAudio(a: Section): Sizes {
  const h = a.number(1536, 'hidden_size');
  const [first, second] = a.list([128, 32], 'sscp_conv_channel_size');
  const heads = a.number(8, 'conf_num_attention_heads');
  const halfStep = 8 * h * h + 2 * h;
  const attention = 5 * h * h + 2 * h + h / heads;
  const convolution = 3 * h * h + h * a.number(5, 'conf_conv_kernel_size') + 2 * h;
  const layer = 2 * halfStep + attention + convolution + h;
  const bands = Math.floor(a.number(128, 'input_feat_size') / 4);
  return {
    parameters:
      10 * first +
      9 * first * second +
      second +
      bands * second * h +
      a.number(12, 'conf_num_hidden_layers') * layer +
      gemma3nProjector(a, h),
    ...{
      tokensPerItem: a.outer(188, 'audio_soft_tokens_per_image'),
      positionsPerToken: a.number(4, 'conf_reduction_factor'),
    },
    ...{ hiddenSize: h, intermediateSize: 4 * h, inputSize: 128 },
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
