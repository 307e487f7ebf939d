import { EncoderShape } from '../../encoder-shape';
import { Section, gated, layerNorm, linear } from './section';

type Sizes = Omit<EncoderShape, 'name'>;

/** Routed experts of the last layers, where the file does not list them (`pyramid_num_routed`); layers before are dense. */
const PYRAMID = [...Array.from({ length: 25 }, () => -1), ...Array.from({ length: 16 }, (_, i) => 4 * (i + 1)), 64];

/**
 * dots3-note's images: layers whose experts grow in number towards the end. The largest image is stated by its processor alone; a video takes what the
 * context has (three quarters of it in vLLM 0.32.0).
 */
export function dots3Vision(v: Section): Sizes {
  const h = v.number(1536, 'embed_dim', 'hidden_size');
  const inner = v.number(4224, 'intermediate_size');
  const patch = v.number(14, 'patch_size');
  const input = v.number(3, 'num_channels') * patch * patch;
  const heads = v.number(24, 'num_heads', 'num_attention_heads') || 1;
  const expert = v.number(2112, 'moe_intermediate_size');
  const bias = v.flag(v.flag(false, 'attention_bias'), 'use_bias');
  const attends = 2 * h + linear(h, 3 * h, bias) + linear(h, h, bias) + 2 * Math.floor(h / heads);
  const routed = v.counts(PYRAMID, 'pyramid_num_routed');
  const blocks = Array.from({ length: Math.min(1000, v.number(42, 'num_hidden_layers')) }, (_, i) => {
    const experts = routed[i] ?? -1;
    const block = experts > 0 ? experts * (gated(h, expert) + h + 1) : gated(h, inner, v.flag(false, 'mlp_bias'));
    return attends + block;
  });
  const merge = v.number(2, 'adapter_merge_size', 'spatial_merge_size') ** 2;
  const joined = merge * v.number(h, 'adapter_in_dim');
  return {
    parameters:
      linear(input, h) +
      h +
      blocks.reduce((sum, block) => sum + block, 0) +
      h +
      layerNorm(joined / merge) +
      linear(joined, joined) +
      linear(joined, v.number(v.text, 'adapter_out_dim')),
    ...{ tokensPerFrame: 1, positionsPerToken: merge },
    ...{ hiddenSize: h, intermediateSize: inner, gatedFeedForward: true, inputSize: input },
  };
}

/** dots3-note's sound: three convolutions by two, gated layers, and two matrices; a minute at once, 80 milliseconds a token. */
export function dots3Audio(a: Section): Sizes {
  const own = a.within('whisper_config');
  const h = own?.number(1280, 'd_model') ?? a.number(1280, 'hidden_size');
  const inner = own?.number(5120, 'encoder_ffn_dim') ?? a.number(5120, 'intermediate_size');
  const layers = own?.number(32, 'encoder_layers') ?? a.number(32, 'num_hidden_layers');
  const bands = own?.number(128, 'num_mel_bins') ?? a.number(128, 'feature_size');
  const channels = a.number(480, 'downsample_hidden_size');
  const bias = a.flag(true, 'attention_bias');
  const layer = 2 * h + 3 * linear(h, h, bias) + h * h + linear(h, 2 * inner) + linear(inner, h);
  const out = a.number(a.text, 'whisper_adapter_out_dim', 'adapter_output_size', 'adapter_out_dim');
  return {
    parameters:
      linear(9, channels) +
      2 * linear(9 * channels, channels) +
      channels * Math.floor((bands + 7) / 8) * h +
      layers * layer +
      h +
      layerNorm(h) +
      linear(h, out) +
      linear(out, out),
    ...{ tokensPerItem: 750, positionsPerToken: 1, hiddenSize: h, intermediateSize: inner },
    ...{ gatedFeedForward: true, inputSize: 8 * bands },
  };
}
