import { ConfigReader } from './config-reader';
import { Traits, decoder } from './decoder';
import { Family } from './family';

/** `Gemma3TextConfig`: the files of the models that also read images state only what differs from it. */
const GEMMA_3_DEFAULTS = {
  vocab_size: 262208,
  num_attention_heads: 8,
  num_key_value_heads: 4,
  head_dim: 256,
  max_position_embeddings: 131072,
  sliding_window: 4096,
};

/** Every how many layers one sees the whole context, the last of each group. */
function everyNth(key: string, byDefault: number): Traits['windowed'] {
  return (layer, reader) => {
    const text = reader.text(key);
    const every = text === undefined ? (reader.whole(key) ?? byDefault) : text.length;
    return every > 0 && (layer + 1) % every !== 0;
  };
}

/** Layers of Llama 4 with rotary positions, which see a chunk: as listed, or all but every fourth. */
function hasPositions(layer: number, { config }: ConfigReader): boolean {
  const listed = config.no_rope_layers;
  return Array.isArray(listed) && listed.length > 0 ? listed[layer] === 1 : (layer + 1) % 4 !== 0;
}

/** `use_sliding_window` is off in every published checkpoint. */
const NO_WINDOW = { windowed: () => false };
const GLM: Traits = { attentionBias: true, defaults: { num_key_value_heads: 2, head_dim: 128 } };
const QWEN_2: Traits = { attentionBias: true, ...NO_WINDOW };
const QWEN_3: Traits = { queryKeyNorm: true, outputBiasWithAttentionBias: true, ...NO_WINDOW };
const GATED_SHARED = { sharedGate: true };
const LLAMA: Traits = { outputBiasWithAttentionBias: true };
const ROUTER_BIAS = { routerBias: true };
/** A router with a bias per expert, all of it in 32 bits. */
const FLOAT32_ROUTER: Traits = { experts: ROUTER_BIAS, float32Router: 'router' };

const GEMMA_3: Traits = {
  tiedByDefault: true,
  normsPerLayer: 4,
  queryKeyNorm: true,
  needsBfloat16: true,
  windowed: everyNth('sliding_window_pattern', 6),
  defaults: GEMMA_3_DEFAULTS,
};

const GPT_OSS: Traits = {
  attentionBias: true,
  attentionOutputBias: true,
  attentionSinks: true,
  experts: { bias: true, routerBias: true },
  windowed: (layer) => layer % 2 === 0,
  defaults: { num_key_value_heads: 8, head_dim: 64 },
};

const LLAMA_4: Traits = {
  outputBiasWithAttentionBias: true,
  chunked: true,
  windowed: hasPositions,
  denseWidth: 'intermediate_size_mlp',
  experts: { shared: 1 },
  defaults: {
    num_key_value_heads: 8,
    head_dim: 128,
    intermediate_size_mlp: 16384,
    num_local_experts: 16,
    num_experts_per_tok: 1,
    max_position_embeddings: 131072,
    attention_chunk_size: 8192,
  },
};

/** One norm for attention and feed-forward, which run side by side; none has a bias. */
const COHERE: Traits = {
  normsPerLayer: 1,
  tiedByDefault: true,
  outputBiasWithAttentionBias: true,
  // Norms of queries and keys have a weight per head.
  otherPerLayer: (reader) =>
    reader.flag('use_qk_norm') === true
      ? reader.required('hidden_size') *
        (1 + (reader.whole('num_key_value_heads') ?? 1) / reader.required('num_attention_heads'))
      : 0,
  windowed: everyNth('sliding_window_pattern', 4),
};

const OLMO_2: Traits = { wideQueryKeyNorm: true, outputBiasWithAttentionBias: true, windowed: everyNth('', 4) };

/** Layers after a pattern of windows have a norm of queries and keys per head (`Exaone4`, `Exaone-MoE`). */
const EXAONE_4: Traits = { queryKeyNorm: true, windowed: everyNth('sliding_window_pattern', 4) };

/** The bias of the output head, one value per token of the vocabulary. */
const headBias = (reader: ConfigReader) => reader.whole('vocab_size') ?? 0;

/**
 * Encoders of images and sound of Phi-4-multimodal with what joins them, as transformers 5.24 counts them: SigLIP at 448 pixels, of which an
 * image has up to 36 tiles and the small picture of the whole.
 */
const PHI_4_ENCODERS = [
  {
    name: 'vision_config',
    parameters: 907982272,
    tokensPerItem: 37 * 256,
    positionsPerToken: 4,
    hiddenSize: 1152,
    intermediateSize: 4304,
    inputSize: 588,
  },
];

/** Families that differ by traits alone. Source: the modeling code in huggingface/transformers and vllm-project/vllm. */
const TRAITS: { readonly [type: string]: Traits } = {
  llama: LLAMA,
  mistral: { defaults: { num_key_value_heads: 8 } },
  ministral3: { defaults: { num_key_value_heads: 8, head_dim: 128 } },
  mixtral: { defaults: { num_key_value_heads: 8 } },
  qwen2: { ...QWEN_2, defaults: { num_key_value_heads: 32 } },
  qwen2_moe: { ...QWEN_2, experts: GATED_SHARED, defaults: { num_key_value_heads: 16 } },
  // The language parts of the models that also read images; Qwen2.5-VL and before have it in the file itself.
  qwen2_vl: QWEN_2,
  qwen2_vl_text: QWEN_2,
  qwen2_5_vl: QWEN_2,
  qwen2_5_vl_text: QWEN_2,
  qwen3_vl_text: { ...QWEN_3, defaults: { num_key_value_heads: 32, head_dim: 128 } },
  qwen3_vl_moe_text: { ...QWEN_3, defaults: { num_key_value_heads: 16 } },
  qwen3: { ...QWEN_3, defaults: { num_key_value_heads: 32, head_dim: 128 } },
  qwen3_moe: { ...QWEN_3, defaults: { num_key_value_heads: 4 } },
  // Qwen2 with layers for multi-token prediction (XiaomiMiMo/MiMo-7B).
  mimo: QWEN_2,
  deepseek: {},
  // The file of Unlimited-OCR has this type for its language model.
  deepseek_v2: NO_WINDOW,
  deepseek_v3: {},
  kimi_k2: {},
  glm4_moe_lite: { ...FLOAT32_ROUTER, defaults: { first_k_dense_replace: 1 } },
  phi: {
    attentionBias: true,
    attentionOutputBias: true,
    feedForwardBias: true,
    gatedFeedForward: false,
    normBias: true,
    normsPerLayer: 1,
    other: headBias,
  },
  phi3: {},
  phi4_multimodal: { encoders: PHI_4_ENCODERS },
  phimoe: {
    outputBiasWithAttentionBias: true,
    normBias: true,
    other: (reader) => (reader.flag('lm_head_bias') === true ? headBias(reader) : 0),
    defaults: { num_key_value_heads: 8 },
  },
  gemma: { tiedByDefault: true, defaults: { num_key_value_heads: 16, head_dim: 256 } },
  gemma2: {
    tiedByDefault: true,
    normsPerLayer: 4,
    needsBfloat16: true,
    windowed: (layer) => layer % 2 === 0,
    defaults: { num_key_value_heads: 4, head_dim: 256 },
  },
  gemma3_text: GEMMA_3,
  // Norms of queries and keys have no weights there (`Llama4TextL2Norm`).
  llama4_text: LLAMA_4,
  glm: GLM,
  glm4: { ...GLM, normsPerLayer: 4, needsBfloat16: true },
  glm4v_text: { attentionBias: true, normsPerLayer: 4, needsBfloat16: true, defaults: { num_key_value_heads: 2 } },
  glm_ocr_text: { normsPerLayer: 4, defaults: { num_key_value_heads: 8 } },
  glm4_moe: { ...FLOAT32_ROUTER, defaults: { num_key_value_heads: 8, head_dim: 128, first_k_dense_replace: 1 } },
  gpt_oss: GPT_OSS,
  granite: LLAMA,
  granitemoe: { outputBiasWithAttentionBias: true },
  granitemoeshared: { outputBiasWithAttentionBias: true },
  cohere: COHERE,
  cohere2: COHERE,
  ernie4_5: { tiedByDefault: true, useBias: true },
  paddleocr_vl_text: { tiedByDefault: true, useBias: true, defaults: { num_key_value_heads: 2, head_dim: 128 } },
  ernie4_5_moe: {
    tiedByDefault: true,
    ...FLOAT32_ROUTER,
    defaults: { moe_num_shared_experts: 2, moe_k: 6, moe_layer_start_index: 1, moe_layer_interval: 1 },
  },
  exaone: { defaults: { num_key_value_heads: 8 } },
  exaone4: EXAONE_4,
  exaone_moe: { ...EXAONE_4, experts: ROUTER_BIAS, defaults: { first_k_dense_replace: 1 } },
  smollm3: { tiedByDefault: true, ...NO_WINDOW, defaults: { num_key_value_heads: 4 } },
  seed_oss: { attentionBias: true, attentionOutputBias: false, defaults: { head_dim: 128, num_key_value_heads: 8 } },
  olmo2: OLMO_2,
  olmo3: OLMO_2,
  olmoe: { wideQueryKeyNorm: true, defaults: { num_experts: 64, num_experts_per_tok: 8 } },
  flex_olmo: { wideQueryKeyNorm: true, defaults: { num_experts: 7, num_experts_per_tok: 5 } },
  internlm2: { outputBiasWithAttentionBias: true },
  internlm3: { outputBiasWithAttentionBias: true, defaults: { num_key_value_heads: 2, head_dim: 128 } },
  helium: { defaults: { head_dim: 128 } },
  minimax_m2: { wideQueryKeyNorm: true, ...FLOAT32_ROUTER, defaults: { head_dim: 128 } },
  hunyuan_v1_dense: { queryKeyNorm: true, outputBiasWithAttentionBias: true },
  hunyuan_vl_text: { queryKeyNorm: true, outputBiasWithAttentionBias: true, tiedByDefault: true },
  hy_v3: { queryKeyNorm: true, experts: ROUTER_BIAS, defaults: { first_k_dense_replace: 1, head_dim: 128 } },
  starcoder2: {
    attentionBias: true,
    attentionOutputBias: true,
    feedForwardBias: true,
    useBias: true,
    gatedFeedForward: false,
    normBias: true,
    tiedByDefault: true,
  },
  arcee: { gatedFeedForward: false, outputBiasWithAttentionBias: true },
  // Two parameters of the activation in each layer.
  apertus: { gatedFeedForward: false, queryKeyNorm: true, otherPerLayer: () => 2 },
  afmoe: {
    queryKeyNorm: true,
    outputGate: true,
    normsPerLayer: 4,
    ...FLOAT32_ROUTER,
    windowed: everyNth('global_attn_every_n_layers', 4),
    defaults: { num_dense_layers: 1, head_dim: 128 },
  },
  solar_open: { experts: ROUTER_BIAS },
  dots1: {
    ...NO_WINDOW,
    queryKeyNorm: true,
    outputBiasWithAttentionBias: true,
    experts: ROUTER_BIAS,
    float32Router: 'bias',
    defaults: { num_key_value_heads: 32 },
  },
  gpt_neox: {
    attentionBias: true,
    outputBiasWithAttentionBias: true,
    feedForwardBias: true,
    gatedFeedForward: false,
    normBias: true,
  },
  // The dense models before Nemotron-H (Minitron, Nemotron-4).
  nemotron: { outputBiasWithAttentionBias: true, gatedFeedForward: false, normBias: true },
  olmo: { outputBiasWithAttentionBias: true, normWeights: false },
  stablelm: {
    normBias: true,
    // Norms of queries and keys have a weight for each head.
    otherPerLayer: (reader) =>
      reader.flag('qk_layernorm') === true
        ? (reader.required('hidden_size') / reader.required('num_attention_heads')) *
          (reader.required('num_attention_heads') + (reader.whole('num_key_value_heads') ?? 32))
        : 0,
    defaults: { num_key_value_heads: 32 },
  },
  // Experts in all layers, windows as listed (JetBrains' Mellum 2).
  mellum: { queryKeyNorm: true, defaults: { num_key_value_heads: 4, head_dim: 128 } },
  mistral4: {},
  // Gates as wide as the heads; norms of queries and keys have no weights. The whole context is seen in each fourth layer from the last.
  muse_glimmer_text: {
    outputGate: true,
    normsPerLayer: 4,
    outputBiasWithAttentionBias: true,
    windowed: (layer, reader) => (reader.required('num_hidden_layers') - 1 - layer) % 4 !== 0,
    defaults: { num_key_value_heads: 2, head_dim: 128 },
  },
  // Ling and Ring before their linear attention (vLLM's `bailing_moe.py`).
  bailing_moe: { useBias: true },
  cwm: { windowed: (layer) => layer % 4 !== 0, defaults: { num_key_value_heads: 8 } },
  iquestcoder: {},
};

/** Hunyuan's files state a number for each layer. The shared expert is as wide as the dense block. */
const hunyuan: Family = (given) => {
  const keys = ['moe_topk', 'num_shared_expert', 'moe_intermediate_size', 'num_experts'];
  const reader = given.withUniform(...keys).withDefaults({ num_shared_expert: 1 });
  if (reader.flag('use_cla') === true)
    reader.refuse(
      'UNSUPPORTED_MODEL_PART',
      'use_cla',
      'use_cla is true: caches that two layers share are not supported',
    );
  const shared = reader.flag('use_mixed_mlp_moe') === false ? 0 : reader.required('num_shared_expert');
  const sharedIntermediateSize = shared * reader.required('intermediate_size');
  return decoder(reader, {
    queryKeyNorm: reader.flag('use_qk_norm') !== false,
    outputBiasWithAttentionBias: true,
    experts: { shared, ...(shared > 0 ? { sharedIntermediateSize } : {}) },
  });
};

/**
 * PLaMo 3 (vLLM's `plamo3.py`): four norms a layer, windows as listed for each layer, with their length or none, or in all but every eighth.
 */
const plamo3: Family = (given) => {
  const { sliding_window: own, interleaved_sliding_window: named } = given.config;
  const listed = [named, own].find((each): each is unknown[] => Array.isArray(each));
  const tokens = listed?.find((each): each is number => typeof each === 'number') ?? given.whole('window_size');
  const reader = listed || tokens !== undefined ? given.withValue('sliding_window', tokens) : given;
  const full: unknown = given.config.full_attention_idx;
  const whole = Array.isArray(full) ? new Set<unknown>(full as unknown[]) : undefined;
  return decoder(reader, {
    ...{ normsPerLayer: 4, queryKeyNorm: true, tiedByDefault: true, defaults: { head_dim: 128 } },
    windowed: (layer, of) =>
      listed
        ? typeof listed[layer] === 'number'
        : whole
          ? !whole.has(layer)
          : (everyNth('sliding_window_pattern', 8)?.(layer, of) ?? false),
  });
};

/** Unlimited-OCR: what it generates is masked by a window, but a prompt is kept whole (vLLM's `unlimited_ocr.py`), so all layers are full. */
const unlimitedOcr: Family = (reader) => decoder(reader.without('layer_types'), NO_WINDOW);

/**
 * Families whose layers differ at most in a window and in having experts.
 *
 * @internal
 */
export const PLAIN_FAMILIES: { readonly [type: string]: Family } = {
  hunyuan_v1_moe: hunyuan,
  hunyuan,
  unlimited_ocr_text: unlimitedOcr,
  plamo3,
  ...Object.fromEntries(
    Object.entries(TRAITS).map(([type, traits]) => [
      type,
      (reader: ConfigReader) => decoder(reader, adapted(type, traits, reader)),
    ]),
  ),
};

/** Traits that the file states under a name of the family's own. */
function adapted(type: string, traits: Traits, reader: ConfigReader): Traits {
  const { experts } = traits;
  // Blocks side by side share a norm.
  if (type === 'stablelm')
    return {
      ...traits,
      attentionBias: reader.flag('use_qkv_bias'),
      normsPerLayer: reader.flag('use_parallel_residual') === true ? 1 : 2,
    };
  if (type === 'bailing_moe') {
    const biased = reader.flag('moe_router_enable_expert_bias') === true;
    return {
      ...traits,
      attentionBias: reader.flag('use_qkv_bias'),
      queryKeyNorm: reader.flag('use_qk_norm') === true,
      ...(biased ? { experts: ROUTER_BIAS, float32Router: 'bias' } : {}),
    };
  }
  if (type === 'glm4_moe' || type === 'solar_open') return { ...traits, queryKeyNorm: reader.flag('use_qk_norm') };
  if (type === 'qwen2_moe') {
    const { sharedGate: _, ...rest } = experts ?? {};
    return { ...traits, experts: reader.whole('shared_expert_intermediate_size') ? experts : rest };
  }
  // DeepSeek V3's router has a bias unless the file has another method; V2's has none.
  const method = reader.text('topk_method') ?? (type === 'deepseek_v3' || type === 'kimi_k2' ? 'noaux_tc' : undefined);
  if (method === 'noaux_tc') return { ...traits, experts: { ...experts, ...ROUTER_BIAS }, float32Router: 'bias' };
  return traits;
}
