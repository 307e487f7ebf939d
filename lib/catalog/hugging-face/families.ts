import { CLASSIC_FAMILIES } from './classic';
import { DOTS3_FAMILIES } from './dots3';
import { Family } from './family';
import { GEMMA_FAMILIES } from './gemma';
import { GLM_NEXT_FAMILIES } from './glm-next';
import { INKLING_FAMILIES } from './inkling';
import { LING_FAMILIES } from './ling';
import { LONGCAT_FAMILIES } from './longcat';
import { MINICPM_FAMILIES } from './minicpm';
import { LINEAR_FAMILIES } from './linear-attention';
import { MIXED_HEAD_FAMILIES } from './mixed-heads';
import { NEMOTRON_FAMILIES } from './nemotron';
import { PLAIN_FAMILIES } from './plain';
import { SPARSE_FAMILIES } from './sparse-attention';
import { STATE_SPACE_FAMILIES } from './state-space';

/**
 * Readers by `model_type`.
 *
 * @internal
 */
export const FAMILIES: { readonly [type: string]: Family } = {
  ...PLAIN_FAMILIES,
  ...GEMMA_FAMILIES,
  ...SPARSE_FAMILIES,
  ...LONGCAT_FAMILIES,
  ...MIXED_HEAD_FAMILIES,
  ...LINEAR_FAMILIES,
  ...LING_FAMILIES,
  ...DOTS3_FAMILIES,
  ...GLM_NEXT_FAMILIES,
  ...INKLING_FAMILIES,
  ...STATE_SPACE_FAMILIES,
  ...NEMOTRON_FAMILIES,
  ...CLASSIC_FAMILIES,
  ...MINICPM_FAMILIES,
};

/**
 * Other names that files have for a family: those of the outer section of models that also read images, and of other publishers.
 *
 * @internal
 */
export const OTHER_NAMES: { readonly [type: string]: string } = {
  qwen3_5: 'qwen3_5_text',
  qwen3_5_moe: 'qwen3_5_moe_text',
  gemma3: 'gemma3_text',
  gemma3n: 'gemma3n_text',
  gemma4: 'gemma4_text',
  gemma4_unified: 'gemma4_unified_text',
  llama4: 'llama4_text',
  minimax_m3_vl: 'minimax_m3',
  dots3_note: 'dots3_note_text',
  glm5_next: 'glm5_next_text',
  inkling_model: 'inkling_text',
  MiniMaxText01: 'minimax_text_01',
  deepseek_ref: 'deepseek_v4',
  kimi_k3: 'kimi_linear',
  'command-r': 'cohere',
  qwen2_5: 'qwen2',
  stablelm_epoch: 'stablelm',
  phi4mm: 'phi4_multimodal',
  glm4v_moe_text: 'glm4_moe',
  qwen2_5_omni_text: 'qwen2',
  qwen3_omni_moe_text: 'qwen3_moe',
  deepseek_vl_v2: 'deepseek_v2',
  deepseek_ocr2_text: 'deepseek_v2',
  'unlimited-ocr': 'unlimited_ocr_text',
  unlimited_ocr: 'unlimited_ocr_text',
  paddleocr_vl: 'paddleocr_vl_text',
  bailing_moe_v2: 'bailing_moe',
};

/**
 * Known families that are not supported, each with the part that cannot be described.
 *
 * @internal
 */
export const MISSING_PARTS: { readonly [type: string]: string } = {
  bloom: 'positions by attention bias (ALiBi)',
  falcon: 'one key-value head beside parallel blocks, whose variants differ by release',
  mpt: 'positions by attention bias (ALiBi)',
  gptj: 'a norm and blocks side by side with a bias of the output head',
  gpt_bigcode: 'one key-value head in a joint projection',
  dbrx: 'numbers in sections of their own (attn_config, ffn_config)',
  zamba: 'attention blocks that several layers share',
  zamba2: 'attention blocks that several layers share',
  recurrent_gemma: 'gated linear recurrence',
  rwkv: 'time mixing without attention',
  xlstm: 'matrix memories',
  voxtral_realtime: 'an encoder of sound that keeps a cache of its own',
  voxtral_realtime_text: 'an encoder of sound that keeps a cache of its own',
  mllama: 'layers that attend to an image',
  ernie4_5_vl_moe_text: 'experts for text and others for images in one layer',
  ernie4_5_vl_moe: 'experts for text and others for images in one layer',
  inkling2_text: 'residuals that attend to earlier blocks, and convolutions whose weights depend on the token',
  inkling2_loop_text: 'layers that are run in loops',
  gemma4_assistant: 'attention to the cache of the model that it drafts for, so that it is none by itself',
  gemma4_unified_assistant: 'attention to the cache of the model that it drafts for, so that it is none by itself',
  diffusion_gemma: 'text that is made in blocks by diffusion',
  diffusion_gemma_text: 'text that is made in blocks by diffusion',
  minicpm3: 'latent attention with positions of another width',
  phi4flash: 'differential attention and a shared cache of states',
  t5: 'an encoder beside the decoder',
  bart: 'an encoder beside the decoder',
  whisper: 'an encoder beside the decoder',
  bert: 'an encoder only, which generates no text',
  chatglm: 'numbers under names of its own (num_layers, multi_query_group_num)',
  baichuan: 'a joint projection whose positions differ by size',
  qwen: 'numbers under names of its own (seq_length, halved feed-forward width)',
};
