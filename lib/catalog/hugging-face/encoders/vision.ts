import { EncoderShape } from '../../encoder-shape';
import { Section, attention, feedForward, gated, layerNorm, linear, plainLayer } from './section';

type Sizes = Omit<EncoderShape, 'name'>;

/** A tower and its widths, without what joins it to the language model. */
interface Tower {
  readonly parameters: number;
  readonly h: number;
  readonly inner: number;
  /** Patches of one image. */
  readonly patches: number;
  readonly input: number;
}

const widths = ({ h, inner, input }: Tower) => ({ hiddenSize: h, intermediateSize: inner, inputSize: input });

/** SigLIP (`siglip_vision_model`), with its pooling head where the file does not leave it out. */
export function siglip(v: Section, head = v.flag(true, 'vision_use_head')): Tower {
  const h = v.number(768, 'hidden_size');
  const inner = v.number(3072, 'intermediate_size');
  const patch = v.number(16, 'patch_size');
  const input = v.number(3, 'num_channels') * patch * patch;
  const patches = v.number(Math.floor(v.side(224, 'image_size') / patch) ** 2, 'num_patches');
  const pooling = h + attention(h) + layerNorm(h) + feedForward(h, inner);
  const parameters =
    linear(input, h) +
    patches * h +
    v.number(12, 'num_hidden_layers') * plainLayer(h, inner) +
    layerNorm(h) +
    (head ? pooling : 0);
  return { parameters, h, inner, patches, input };
}

/** CLIP (`clip_vision_model`). */
function clip(v: Section): Tower {
  const h = v.number(768, 'hidden_size');
  const inner = v.number(3072, 'intermediate_size');
  const patch = v.number(32, 'patch_size');
  const input = v.number(3, 'num_channels') * patch * patch;
  const patches = Math.floor(v.side(224, 'image_size') / patch) ** 2;
  const parameters =
    h + input * h + (patches + 1) * h + v.number(12, 'num_hidden_layers') * plainLayer(h, inner) + 2 * layerNorm(h);
  return { parameters, h, inner, patches, input };
}

/** Pixtral: any size of image up to `image_size`. */
function pixtral(v: Section): Tower {
  const h = v.number(1024, 'hidden_size');
  const inner = v.number(4096, 'intermediate_size');
  const patch = v.number(16, 'patch_size');
  const input = v.number(3, 'num_channels') * patch * patch;
  const heads = v.number(16, 'num_attention_heads');
  const inHeads = heads * v.number(h / heads, 'head_dim');
  const layer = 4 * h * inHeads + gated(h, inner) + 2 * h;
  const patches = Math.floor(v.side(1024, 'image_size') / patch) ** 2;
  return { parameters: input * h + h + v.number(24, 'num_hidden_layers') * layer, h, inner, patches, input };
}

/** InternViT, of both publications: `internvl` and `internvl_chat`. */
function internVit(v: Section): Tower {
  const h = v.number(1024, 'hidden_size');
  const inner = v.number(4096, 'intermediate_size');
  const patch = v.side(14, 'patch_size');
  const input = 3 * patch * patch;
  const patches = Math.floor(v.side(448, 'image_size') / patch) ** 2;
  const norm = v.is('norm_type', 'rms_norm') ? h : layerNorm(h);
  const queryKeyNorm = v.flag(false, 'use_qk_norm') || v.flag(false, 'qk_normalization') ? 2 * h : 0;
  const bias = v.flag(false, 'attention_bias') || v.flag(false, 'qkv_bias');
  const layer = 2 * norm + attention(h, bias) + (bias ? 0 : h) + queryKeyNorm + feedForward(h, inner) + 2 * h;
  const parameters = h + (patches + 1) * h + linear(input, h) + v.number(24, 'num_hidden_layers') * layer;
  return { parameters, h, inner, patches, input };
}

/** Tiles of an image of InternVL by its `preprocessor_config.json`, with the small picture of the whole. */
const INTERN_TILES = 13;

/** InternVL: a tile is 256 tokens; a video has as many images as the context holds. */
export function internVl(v: Section): Sizes {
  const tower = internVit(v);
  const { h, patches } = tower;
  const shuffled = Math.round(1 / Math.min(1, v.whole.ratio(0.5, 'downsample_ratio')) ** 2);
  const joined = h * shuffled;
  const tokens = Math.floor(patches / shuffled);
  return {
    parameters: tower.parameters + layerNorm(joined) + linear(joined, v.text) + linear(v.text, v.text),
    tokensPerItem: tokens * (v.outer(INTERN_TILES - 1, 'max_dynamic_patch') + 1),
    ...{ tokensPerFrame: tokens, positionsPerToken: (patches + 1) / tokens },
    ...{ ...widths(tower), gatedFeedForward: false, shared: true },
  };
}

/** Gemma 3: pooled to 256 tokens for each image. */
export function gemma3Vision(v: Section): Sizes {
  const tower = siglip(v);
  const tokens = v.outer(256, 'mm_tokens_per_image');
  return {
    parameters: tower.parameters + tower.h * v.text + tower.h,
    ...{ tokensPerItem: tokens, positionsPerToken: tower.patches / tokens },
    ...{ ...widths(tower), shared: true },
  };
}

/** PaliGemma: one matrix behind SigLIP. */
export function paligemmaVision(v: Section): Sizes {
  const tower = siglip(v);
  return {
    parameters: tower.parameters + linear(tower.h, v.number(v.text, 'projection_dim')),
    tokensPerItem: tower.patches,
    ...{ ...widths(tower), shared: true },
  };
}

const TOWERS: { readonly [type: string]: (v: Section) => Tower } = {
  pixtral,
  siglip_vision_model: (v) => siglip(v),
  clip_vision_model: clip,
};

/** The tower of LLaVA and of those made like it, by its own type. */
function towerOf(v: Section): Tower | undefined {
  const type = v.name('model_type') ?? 'clip_vision_model';
  return Object.hasOwn(TOWERS, type) ? TOWERS[type](v) : undefined;
}

/** LLaVA: two matrices behind the tower. `tiles` are those of the largest image, `newline` whether rows of it are marked. */
export function llavaVision(v: Section, tiles: number, newline: boolean): Sizes | undefined {
  const tower = towerOf(v);
  if (!tower) return undefined;
  const layers = v.file.config.vision_feature_layer;
  const from = tower.h * (Array.isArray(layers) ? layers.length : 1);
  const bias = v.file.flag('multimodal_projector_bias') ?? true;
  return {
    parameters: tower.parameters + linear(from, v.text, bias) + linear(v.text, v.text, bias) + (newline ? v.text : 0),
    tokensPerItem: tower.patches * tiles,
    ...{ ...widths(tower), gatedFeedForward: v.is('model_type', 'pixtral'), shared: true },
  };
}

/** Pixtral as a `params.json` of Mistral has it (vLLM's `pixtral.py`): patches joined where the projector says so. */
export function pixtralParams(v: Section): Sizes {
  const tower = pixtral(v);
  const { h } = tower;
  const joins = v.is('mm_projector_id', 'patch_merge');
  const merge = joins ? v.number(1, 'spatial_merge_size') ** 2 : 1;
  const bias = v.flag(true, 'adapter_bias');
  return {
    parameters:
      tower.parameters +
      (joins ? merge * h * h : 0) +
      (v.flag(false, 'add_pre_mm_projector_layer_norm') ? h : 0) +
      linear(h, v.text, bias) +
      linear(v.text, v.text, bias),
    ...{ tokensPerItem: Math.floor(tower.patches / merge), positionsPerToken: merge },
    ...{ ...widths(tower), gatedFeedForward: true, shared: true },
  };
}

/** Mistral Small 3.1 and later: Pixtral, patches joined by two. */
export function mistral3Vision(v: Section): Sizes {
  const tower = pixtral(v);
  const { h } = tower;
  const merge = v.outer(2, 'spatial_merge_size') ** 2;
  const bias = v.file.flag('multimodal_projector_bias') ?? false;
  return {
    parameters: tower.parameters + h + merge * h * h + linear(h, v.text, bias) + linear(v.text, v.text, bias),
    ...{ tokensPerItem: Math.floor(tower.patches / merge), positionsPerToken: merge },
    ...{ ...widths(tower), gatedFeedForward: true, shared: true },
  };
}

/** Tiles of an image of Llama 4 (`max_patches` of its processor), with the small picture of the whole. */
const LLAMA_4_TILES = 17;

/** Llama 4. */
export function llama4Vision(v: Section): Sizes {
  const h = v.number(768, 'hidden_size');
  const inner = v.number(5632, 'intermediate_size');
  const patch = v.number(14, 'patch_size');
  const patches = Math.floor(v.side(448, 'image_size') / patch) ** 2;
  const shuffled = Math.round(1 / v.ratio(0.5, 'pixel_shuffle_ratio') ** 2);
  const out = v.number(4096, 'projector_output_dim');
  const tokens = Math.floor(patches / shuffled);
  return {
    parameters:
      h * (patches + 2) +
      3 * patch * patch * h +
      2 * layerNorm(h) +
      v.number(34, 'num_hidden_layers') * plainLayer(h, inner) +
      inner * v.number(4096, 'projector_input_dim') +
      out * out +
      v.number(7680, 'vision_output_dim') * v.text,
    ...{ tokensPerItem: tokens * LLAMA_4_TILES, positionsPerToken: (patches + 1) / tokens },
    ...{ hiddenSize: h, intermediateSize: inner, inputSize: 3 * patch * patch, shared: true },
  };
}

/** Cohere's vision models: SigLIP, patches joined by two, and a gated projector. */
export function cohereVision(v: Section): Sizes {
  const tower = siglip(v);
  const merge = v.outer(2, 'downsample_factor') ** 2;
  const inner = v.outer(36864, 'alignment_intermediate_size');
  const tokens = Math.floor(tower.patches / merge);
  return {
    parameters: tower.parameters + linear(merge * tower.h, inner) + linear(inner / 2, v.text),
    // Up to twelve tiles and the small picture of the whole.
    ...{ tokensPerItem: 13 * tokens, positionsPerToken: merge },
    ...{ ...widths(tower), shared: true },
  };
}

/** Idefics 3 and SmolVLM: SigLIP without a head, and one matrix. */
export function idefics3Vision(v: Section): Sizes {
  const h = v.number(1152, 'hidden_size');
  const inner = v.number(3072, 'intermediate_size');
  const patch = v.number(32, 'patch_size');
  const input = 3 * patch * patch;
  const patches = Math.floor(v.side(224, 'image_size') / patch) ** 2;
  const scale = v.outer(2, 'scale_factor') ** 2;
  const tower =
    linear(input, h) + patches * h + v.number(12, 'num_hidden_layers') * plainLayer(h, inner) + layerNorm(h);
  return {
    parameters: tower + scale * h * v.text,
    ...{ tokensPerItem: 17 * Math.max(1, Math.floor(patches / scale)), positionsPerToken: scale },
    ...{ hiddenSize: h, intermediateSize: inner, inputSize: input, shared: true },
  };
}

/** Phi-4-multimodal: SigLIP, two marks, two matrices, and up to 36 tiles with the small picture of the whole. */
export function phi4Vision(v: Section): Sizes {
  const tower = siglip(v);
  const tokens = Math.floor(tower.patches / 4);
  return {
    parameters: tower.parameters + 2 * tower.h + linear(tower.h, v.text) + linear(v.text, v.text),
    ...{ tokensPerItem: 37 * tokens, positionsPerToken: 4 },
    ...widths(tower),
  };
}

/** Aya Vision: as Cohere's later ones, with a norm of the joined patches and a projector of the language model's width. */
export function ayaVision(v: Section): Sizes {
  const tower = siglip(v);
  const merge = v.outer(2, 'downsample_factor') ** 2;
  const joined = merge * tower.h;
  const inner = v.outer(v.text, 'alignment_intermediate_size');
  return {
    parameters: tower.parameters + layerNorm(joined) + linear(joined, inner) + linear(Math.floor(inner / 2), v.text),
    ...{ tokensPerItem: 13 * Math.floor(tower.patches / merge), positionsPerToken: merge },
    ...{ ...widths(tower), shared: true },
  };
}

/**
 * LLaVA-NeXT-Video: as LLaVA-NeXT, and patches of each image of a video pooled (`spatial_pool_stride`); vLLM reads videos alone, as many images as the
 * context holds.
 */
export function llavaVideo(v: Section): Sizes | undefined {
  const image = llavaVision(v, 5, true);
  const tower = towerOf(v);
  if (!image || !tower) return undefined;
  const stride = v.outer(2, 'spatial_pool_stride');
  const convolved = v.whole.is('spatial_pool_mode', 'conv') ? linear(stride * stride * tower.h, tower.h) : 0;
  const tokensPerFrame = Math.ceil(Math.sqrt(tower.patches) / stride) ** 2;
  return {
    ...image,
    parameters: (image.parameters ?? 0) + convolved,
    ...{ tokensPerFrame, positionsPerToken: tower.patches / tokensPerFrame },
  };
}

/** LFM2-VL: SigLIP 2, patches joined by two. */
export function lfm2Vision(v: Section): Sizes {
  const { file } = v;
  // The position table and the head are those of SigLIP 2; patches are 256 at most for each tile.
  const tower = siglip(v.withDefault('num_patches', 256));
  const merge = v.outer(2, 'downsample_factor') ** 2;
  const joined = merge * tower.h;
  const inner = v.outer(2560, 'projector_hidden_size');
  const bias = file.flag('projector_bias') ?? true;
  return {
    parameters:
      tower.parameters +
      (file.flag('projector_use_layernorm') === false ? 0 : layerNorm(joined)) +
      linear(joined, inner, bias) +
      linear(inner, v.text, bias),
    ...{ tokensPerItem: 11 * Math.floor(tower.patches / merge), positionsPerToken: merge },
    ...{ ...widths(tower), shared: true },
  };
}

/** GLM-4.1V, 4.5V and 4.6V: an image has up to 6144 tokens, a video up to 30,000 (`longest_edge` of its processors). */
export function glm4Vision(v: Section): Sizes {
  const h = v.number(1536, 'hidden_size');
  const out = v.number(4096, 'out_hidden_size');
  const patch = v.number(14, 'patch_size');
  const merge = v.number(2, 'spatial_merge_size') ** 2;
  const input = v.number(3, 'in_channels') * v.number(2, 'temporal_patch_size') * patch * patch;
  const patches = Math.floor(v.side(336, 'image_size') / patch) ** 2;
  const bias = v.flag(false, 'attention_bias') ? 3 * h : 0;
  const layer = 2 * h + 4 * h * h + bias + gated(h, out);
  const merger = out * out + layerNorm(out) + gated(out, v.number(13696, 'intermediate_size'));
  return {
    parameters:
      linear(input, h) + patches * h + v.number(24, 'depth') * layer + 2 * h + linear(merge * h, out) + merger,
    ...{ tokensPerItem: 6144, tokensPerFrame: 6144, maxVideoTokens: 30000, positionsPerToken: merge },
    ...{ hiddenSize: h, intermediateSize: out, gatedFeedForward: true, inputSize: input, shared: true },
  };
}

/** MiniMax M3: positions by rotation alone, and two projectors, before and after patches are joined. */
export function minimaxVision(v: Section): Sizes {
  const h = v.number(1280, 'hidden_size');
  const inner = v.number(5120, 'intermediate_size');
  const patch = v.number(14, 'patch_size');
  const input = 3 * v.number(2, 'temporal_patch_size') * patch * patch;
  const merge = v.number(2, 'spatial_merge_size') ** 2;
  const width = v.outer(6144, 'projector_hidden_size');
  return {
    parameters:
      input * h +
      layerNorm(h) +
      v.number(32, 'num_hidden_layers') * plainLayer(h, inner) +
      linear(h, width) +
      linear(width, v.text) +
      linear(v.outer(merge * v.text, 'merged_hidden_size'), width) +
      linear(width, v.text),
    tokensPerItem: Math.floor(v.side(2016, 'image_size') / patch) ** 2 / merge,
    ...{ positionsPerToken: merge, hiddenSize: h, intermediateSize: inner, inputSize: input, shared: true },
  };
}

/** Nemotron Nano VL: RADIO, with tables of positions for the largest image and a projection for videos. */
export function radioVision(v: Section): Sizes {
  const h = v.number(1280, 'hidden_size');
  const inner = Math.floor(h * v.ratio(4, 'mlp_ratio'));
  const patch = v.number(16, 'patch_size');
  const input = 3 * patch * patch;
  const positions = Math.floor(v.number(2048, 'max_img_size') / patch) ** 2;
  const marks = v.number(3, 'num_cls_tokens') + v.number(7, 'num_registers');
  const width = v.outer(4096, 'projector_hidden_size');
  const joined = 4 * h;
  return {
    parameters:
      positions * h +
      marks * h +
      (1 + v.number(2, 'video_temporal_patch_size')) * input * h +
      v.number(32, 'num_hidden_layers') * (plainLayer(h, inner) + 2 * h) +
      joined +
      joined * width +
      width * v.text,
    ...{ tokensPerItem: 13 * 256, tokensPerFrame: 256, positionsPerToken: 4 },
    ...{ hiddenSize: h, intermediateSize: inner, inputSize: input },
  };
}
