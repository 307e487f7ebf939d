import { EncoderShape } from '../../encoder-shape';
import { Section, feedForward, layerNorm, linear, plainLayer } from './section';

type Sizes = Omit<EncoderShape, 'name'>;

function positions(v: Section): number {
  const side = (dimension: string) => v.number(64, `init_pos_emb_${dimension}`, 'init_pos_emb', `pos_emb_${dimension}`);
  return side('height') * side('width');
}

const patchesPerToken = (v: Section) =>
  v.list([2, 2], 'merge_kernel_size').reduce((product, each) => product * each, 1);

/** MoonViT of Kimi-VL and Kimi-K2.5; `tokens` are those of the largest image that vLLM encodes when it starts. */
export function moonVit(v: Section, tokens: number): Sizes {
  const h = v.number(1152, 'vt_hidden_size', 'hidden_size');
  const inner = v.number(4304, 'vt_intermediate_size', 'intermediate_size');
  const patch = v.number(14, 'patch_size');
  const merge = patchesPerToken(v);
  const joined = merge * h;
  return {
    parameters:
      linear(3 * patch * patch, h) +
      positions(v) * h +
      v.number(27, 'vt_num_hidden_layers', 'num_hidden_layers') * plainLayer(h, inner) +
      2 * layerNorm(h) +
      linear(joined, joined) +
      linear(joined, v.text),
    ...{ tokensPerItem: tokens, positionsPerToken: merge },
    ...{ hiddenSize: h, intermediateSize: inner, inputSize: 3 * patch * patch },
  };
}

/**
 * The tower of Kimi-K3: root mean square norms, attention wider than its hidden state, no biases unless the file says so, and a norm behind
 * its projector. The largest image is taken to be that of Kimi-K2.5.
 */
export function kimiK3Vision(v: Section): Sizes {
  const h = v.number(1024, 'vt_hidden_size');
  const inner = v.number(4096, 'vt_intermediate_size');
  const wide = v.number(1536, 'qkv_hidden_size');
  const patch = v.number(14, 'patch_size');
  const input = 3 * patch * patch;
  const merge = patchesPerToken(v);
  const joined = merge * h;
  const norm = v.is('norm_type', 'layernorm') ? layerNorm(h) : h;
  const bias = v.flag(false, 'attn_bias');
  const matrices = v.flag(false, 'linear_bias') ? feedForward(h, inner) : 2 * h * inner;
  const layer = 2 * norm + linear(h, 3 * wide, bias) + linear(wide, h, bias) + matrices;
  return {
    parameters:
      linear(input, h, v.flag(false, 'patch_embed_proj_bias')) +
      positions(v) * h +
      v.number(27, 'vt_num_hidden_layers') * layer +
      norm +
      joined * joined +
      joined * v.text +
      v.text,
    ...{ tokensPerItem: 4096, positionsPerToken: merge },
    ...{ hiddenSize: h, intermediateSize: inner, inputSize: input },
  };
}
