import { EncoderShape } from '../../encoder-shape';
import { Section, attention, feedForward, gated, layerNorm, linear, plainLayer } from './section';

type Sizes = Omit<EncoderShape, 'name'>;

/** Kinds of projectors that vLLM has (`deepseek_vl2.py`): one matrix, or several that join patches first. */
const PROJECTORS = ['linear', 'downsample_mlp_gelu'];

/** Whether the projector is of a kind that is known. */
function knownProjector({ file }: Section): boolean {
  const type = file.inside('projector_config')?.config.projector_type;
  return type === undefined || PROJECTORS.includes(type as string);
}

/** Parameters of what joins the tower to the language model. */
function projector(v: Section, input: number, byDefault: 'linear' | 'downsample_mlp_gelu'): number {
  const p = v.file.inside('projector_config');
  const out = p?.whole('n_embed') ?? v.text;
  const from = p?.whole('input_dim') ?? input;
  if ((p?.text('projector_type') ?? byDefault) === 'linear') return linear(from, out);
  const ratio = p?.whole('downsample_ratio') ?? 2;
  const inner = out * (p?.whole('mlp_ratio') ?? 1);
  const between = Math.max(0, (p?.whole('depth') ?? 2) - 2);
  return linear(from * ratio * ratio, inner) + between * linear(inner, inner) + linear(inner, out);
}

/** Most tokens of an image in tiles of `side` × `side` tokens, its rows marked: the shape of all candidates that has most. */
function tiledTokens(v: Section, side: number, size: number): { tokens: number; tiles: number } {
  const candidates: unknown = v.file.config.candidate_resolutions;
  const known = Array.isArray(candidates) ? candidates.slice(0, 1000) : [];
  let most = { tokens: 0, tiles: 0 };
  for (const candidate of known as unknown[]) {
    if (!Array.isArray(candidate) || !candidate.every((edge) => typeof edge === 'number' && edge > 0 && edge < 1e6))
      continue;
    const [rows, columns] = (candidate as number[]).map((edge) => Math.max(1, Math.floor(edge / size)));
    const tokens = rows * side * ((columns ?? 1) * side + 1);
    if (tokens > most.tokens) most = { tokens, tiles: rows * (columns ?? 1) };
  }
  return most.tokens > 0 ? most : { tokens: 9 * side * (side + 1), tiles: 9 };
}

/** DeepSeek-VL2: SigLIP with its head, patches joined by two, rows and views marked. */
function deepseekVl2(v: Section): Sizes {
  const h = v.number(1152, 'width');
  const inner = Math.floor(h * v.ratio(4304 / 1152, 'mlp_ratio'));
  const patch = v.number(14, 'patch_size');
  const size = v.side(384, 'image_size');
  const input = 3 * patch * patch;
  const patches = Math.floor(size / patch) ** 2;
  const side = Math.ceil(Math.floor(size / patch) / 2);
  const { tokens, tiles } = tiledTokens(v, side, size);
  const tokensPerItem = side * (side + 1) + tokens + 1;
  const head = h + attention(h) + layerNorm(h) + feedForward(h, inner);
  return {
    parameters:
      linear(input, h) +
      patches * h +
      v.number(27, 'layers') * plainLayer(h, inner) +
      layerNorm(h) +
      head +
      projector(v, h, 'downsample_mlp_gelu') +
      2 * v.text,
    ...{ tokensPerItem, positionsPerToken: ((tiles + 1) * patches) / tokensPerItem },
    ...{ hiddenSize: h, intermediateSize: inner, inputSize: input },
  };
}

/** Width and layers of SAM's encoder of images, and what its results are handed on with. */
interface Sam {
  readonly width: number;
  readonly layers: number;
  readonly heads: number;
  readonly global: number;
  readonly channels: readonly number[];
}

/** SAM's encoder of images of 1024 pixels in patches of 16, most layers in windows of 14, and convolutions behind it. */
function sam({ width, layers, heads, global, channels }: Sam): number {
  const headSize = width / heads;
  const relative = 2 * headSize * (global * 127 + (layers - global) * 27);
  const neck = width * 256 + 9 * 256 * 256 + 2 * layerNorm(256);
  const behind = channels.reduce((sum, to, i) => sum + 9 * (channels[i - 1] ?? 256) * to, 0);
  return linear(768, width) + 64 * 64 * width + layers * plainLayer(width, 4 * width) + relative + neck + behind;
}

function samOf(v: Section, last: number): Sam {
  const stated =
    v.file.inside('vision_config')?.inside('sam_config') ??
    v.file.inside('vision_config')?.inside('width')?.inside('sam_vit_b');
  return {
    width: stated?.whole('width', 'hidden_size') ?? 768,
    layers: stated?.whole('layers', 'num_hidden_layers') ?? 12,
    heads: stated?.whole('heads', 'num_attention_heads') || 12,
    global: 4,
    channels: [512, last],
  };
}

/** Results of the widest layers of SAM for one token of the largest image: tiles of 40 × 40 patches and 64 × 64 of the whole. */
const samWidths = ({ width }: Sam) => ({ hiddenSize: width, intermediateSize: 4 * width, inputSize: 768 });

/** DeepSeek-OCR and Unlimited-OCR: SAM and then CLIP, whose own first matrix is loaded and not used. */
export function deepseekOcr(v: Section): Sizes {
  const before = samOf(v, 1024);
  const stated =
    v.file.inside('vision_config')?.inside('width')?.inside('clip-l-14-224') ??
    v.file.inside('vision_config')?.inside('encoder_config');
  const h = stated?.whole('width', 'hidden_size') ?? 1024;
  const layers = stated?.whole('layers', 'num_hidden_layers') ?? 24;
  const clip = h + 588 * h + 257 * h + layers * plainLayer(h, 4 * h) + layerNorm(h);
  return {
    parameters: sam(before) + clip + projector(v, 2048, 'linear') + 2 * v.text,
    // vLLM starts with an image of 2 × 2 tiles of 640 pixels and the whole of it at 1024.
    ...{ tokensPerItem: 20 * 21 + 16 * 17 + 1, positionsPerToken: 16 },
    ...samWidths(before),
  };
}

/** DeepSeek-OCR-2: SAM and then the layers of Qwen2 0.5B, which end in 144 or 256 queries. */
export function deepseekOcr2(v: Section): Sizes {
  const before = samOf(v, 896);
  const stated = v.file.inside('vision_config')?.inside('encoder_config');
  const h = stated?.whole('hidden_size') ?? 896;
  const layers = stated?.whole('num_hidden_layers') ?? 24;
  const inner = stated?.whole('intermediate_size') ?? 4864;
  const heads = stated?.whole('num_attention_heads') || 14;
  const groups = (stated?.whole('num_key_value_heads') ?? 2) * (h / heads);
  const layer = linear(h, h) + 2 * linear(h, groups) + h * h + gated(h, inner) + 2 * h;
  return {
    parameters: sam(before) + layers * layer + h + (144 + 256) * h + projector(v, 896, 'linear') + v.text,
    ...{ tokensPerItem: 4 * 144 + 256 + 1, positionsPerToken: 16 },
    ...samWidths(before),
  };
}

/** Towers by the class of the whole model, which vLLM chooses by, or by their own name. */
const BY_CLASS: { readonly [name: string]: (v: Section) => Sizes } = {
  DeepseekVLV2ForCausalLM: deepseekVl2,
  DeepseekOCRForCausalLM: deepseekOcr,
  DeepseekOCR2ForCausalLM: deepseekOcr2,
  siglip_so400m_patch14_384: deepseekVl2,
  deeplip_b_l: deepseekOcr,
};

/** The towers of the type `deepseek_vl_v2`. */
export function deepseekVision(v: Section): Sizes | undefined {
  const classes: unknown = v.file.config.architectures;
  const names = [...(Array.isArray(classes) ? (classes as unknown[]) : []), v.name('model_name')];
  const known = names.find((name) => typeof name === 'string' && Object.hasOwn(BY_CLASS, name));
  return known === undefined || !knownProjector(v) ? undefined : BY_CLASS[known as string](v);
}
