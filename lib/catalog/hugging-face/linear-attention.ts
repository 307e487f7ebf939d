import { LayerKind, StateLayer } from '../layer-kinds';
import { DecoderShape } from '../model-architecture';
import { ConfigReader } from './config-reader';
import { headsOf, latentOf } from './decoder';
import { ExpertFacts, expertsOf } from './experts';
import { Family } from './family';
import { withKinds } from './kinds';
import { StateFacts } from './state-space';

const TYPES = ['linear_attention', 'full_attention'];

/** Layers that attend: as listed, or every n-th. */
function attendsOf(reader: ConfigReader, layers: number): (layer: number) => boolean {
  const types = reader.perLayerOf('layer_types', layers, TYPES);
  const every = reader.whole('full_attention_interval') || 4;
  return (i) => (types ? types[i] === 'full_attention' : (i + 1) % every === 0);
}

/** Gated delta rule: inputs, gate, and two values per head; a norm of a head's width. */
function gatedDelta(reader: ConfigReader, h: number, stateBits: number, biases: number): StateFacts {
  const heads = reader.required('linear_num_value_heads');
  const headSize = reader.required('linear_value_head_dim');
  const groups = reader.required('linear_num_key_heads');
  const stateSize = reader.required('linear_key_head_dim');
  const convolutionWidth = reader.whole('linear_conv_kernel_dim') ?? 4;
  const channels = heads * headSize + 2 * groups * stateSize;
  const state: StateLayer = {
    ...{ heads, headSize, stateSize, groups, convolutionWidth, stateBits },
    matrixParameters: h * (channels + 2 * heads * headSize + 2 * heads),
  };
  return { state, otherParameters: biases * heads + channels * convolutionWidth + headSize, float32Parameters: heads };
}

const GATED_DELTA = {
  linear_num_value_heads: 32,
  linear_value_head_dim: 128,
  linear_num_key_heads: 16,
  linear_key_head_dim: 128,
  head_dim: 256,
};

/** Qwen3-Next and Qwen3.5: three layers of the gated delta rule to one of gated attention. */
function qwen(given: ConfigReader, defaultBits: number): DecoderShape {
  const reader = given.withDefaults(GATED_DELTA);
  const layers = reader.required('num_hidden_layers');
  const heads = headsOf(reader, { queryKeyNorm: true, outputBiasWithAttentionBias: true });
  const sharedGate = Boolean(reader.whole('shared_expert_intermediate_size'));
  const found = expertsOf(reader, layers, sharedGate ? { sharedGate } : {});
  const width = found
    ? (reader.whole('intermediate_size') ?? found.experts.intermediateSize)
    : reader.required('intermediate_size');
  const facts = gatedDelta(reader, heads.hiddenSize, bitsOf(reader.text('mamba_ssm_dtype'), defaultBits), 2);
  const attends = attendsOf(reader, layers);
  const stated = reader.whole('mtp_num_hidden_layers', 'num_nextn_predict_layers');
  // Files of Qwen3-Next do not say that they have one (qwen3_next_mtp.py of vLLM).
  const predictionLayers = stated ?? (reader.type === 'qwen3_next' ? 1 : undefined);
  return withKinds({ ...heads, layers, intermediateSize: width, experts: found?.experts, predictionLayers }, (i) => ({
    ...(attends(i) ? { attention: { outputGate: true } } : facts),
    ...blockOf(i, width, found),
  }));
}

/** OLMo-Hybrid: gated delta rule without gates in its attention; norms of queries and keys over all heads. */
const olmoHybrid: Family = (reader) => {
  const layers = reader.required('num_hidden_layers');
  const heads = headsOf(reader, { outputBiasWithAttentionBias: true });
  const width = reader.required('intermediate_size');
  const facts = gatedDelta(reader, heads.hiddenSize, 16, 2);
  const headSize = heads.headSize ?? heads.hiddenSize / heads.attentionHeads;
  const norms = headSize * (heads.attentionHeads + (heads.keyValueHeads ?? heads.attentionHeads));
  const attends = attendsOf(reader, layers);
  return withKinds({ ...heads, layers, intermediateSize: width }, (i) => ({
    ...(attends(i) ? { attention: {}, otherParameters: norms } : facts),
    intermediateSize: width,
  }));
};

function blockOf(layer: number, width: number, found?: ExpertFacts): Partial<LayerKind> {
  return found?.has(layer) ? { experts: true } : { intermediateSize: width };
}

function bitsOf(dtype: string | undefined, byDefault: number): number {
  if (dtype === undefined || dtype === 'auto') return byDefault;
  return dtype.endsWith('16') ? 16 : 32;
}

/**
 * Kimi's delta attention: queries, keys and values that are convolved, a decay and a gate for each of their values, whose state is kept in 32 bits.
 *
 * @param gates parameters of the matrices of decay and gate
 */
export function deltaAttention(
  h: number,
  heads: number,
  size: number,
  convolutionWidth: number,
  gates: number,
): StateFacts {
  const width = heads * size;
  // The convolutions, the bias of the step and the decay of each head.
  const float32Parameters = 3 * width * convolutionWidth + width + heads;
  return {
    state: {
      ...{ heads, headSize: size, stateSize: size, convolutionWidth, stateBits: 32 },
      matrixParameters: 4 * h * width + gates + h * heads,
    },
    otherParameters: float32Parameters + size,
    float32Parameters,
  };
}

/** Kimi Linear and K3: Kimi's delta attention in most layers, latent attention in the others. The state is kept in 32 bits. */
const kimiLinear: Family = (given) => {
  const reader = given.withDefaults({
    num_experts_per_token: 8,
    first_k_dense_replace: 1,
    max_position_embeddings: given.config.model_max_length ?? undefined,
  });
  const layers = reader.required('num_hidden_layers');
  const latent = latentOf(reader);
  if (!latent) reader.missing('kv_lora_rank');
  const heads = headsOf(reader, {}, latent);
  const h = heads.hiddenSize;
  const section = reader.inside('linear_attn_config');
  const own = section ?? reader;
  const count = own.required(section ? 'num_heads' : 'linear_num_heads');
  const size = own.required(section ? 'head_dim' : 'linear_head_dim');
  const width = count * size;
  const convolutionWidth = own.whole('short_conv_kernel_size', 'linear_conv_kernel_dim') ?? 4;
  // K3 gates by a full matrix, Kimi Linear by one of a head's rank.
  const narrow = size * (h + width);
  const gate = own.flag('use_full_rank_gate') === true ? h * width : narrow;
  const facts = deltaAttention(h, count, size, convolutionWidth, narrow + gate);
  const latentSize = reader.whole('routed_expert_hidden_size') || undefined;
  const found = expertsOf(reader, layers, { routerBias: true, ...(latentSize ? { latentSize } : {}) });
  const intermediateSize = reader.required('intermediate_size');
  const attends = kimiAttends(reader, own, layers);
  const outputGate = reader.flag('mla_use_output_gate') === true;
  const shape = {
    ...heads,
    attentionHeads: reader.required('num_attention_heads'),
    layers,
    intermediateSize,
    experts: found?.experts,
  };
  return withKinds({ ...shape, predictionLayers: reader.whole('num_nextn_predict_layers') }, (i) => ({
    ...(attends(i) ? { attention: { latent, ...(outputGate ? { outputGate } : {}) } } : facts),
    ...blockOf(i, intermediateSize, found),
  }));
};

/** Layers are numbered from one in `full_attn_layers`. */
function kimiAttends(reader: ConfigReader, own: ConfigReader, layers: number): (layer: number) => boolean {
  const listed = own.config.full_attn_layers;
  if (Array.isArray(listed)) {
    const full = new Set<unknown>(listed as unknown[]);
    return (i) => full.has(i + 1);
  }
  const types = reader.perLayerOf('layer_types', layers, TYPES);
  return (i) => (types ? types[i] === 'full_attention' : i > 0 && i % 4 === 0);
}

/** MiniMax-Text-01 and M1: lightning attention, whose state has a head's width both ways, before attention. */
const minimax: Family = (given) => {
  const reader = given.withDefaults({ num_key_value_heads: 8 });
  const layers = reader.required('num_hidden_layers');
  const heads = headsOf(reader, {});
  const h = heads.hiddenSize;
  const size = heads.headSize ?? h / heads.attentionHeads;
  const width = heads.attentionHeads * size;
  const listed = reader.perLayerOf('attn_type_list', layers, [0, 1]);
  const types = reader.perLayerOf('layer_types', layers, TYPES);
  const attends = (i: number) => (listed ? listed[i] === 1 : types ? types[i] === 'full_attention' : (i + 1) % 2 === 1);
  const facts: StateFacts = {
    state: {
      ...{ heads: heads.attentionHeads, headSize: size, stateSize: size, stateBits: 16 },
      ...{ convolutionChannels: 1, convolutionWidth: 1, matrixParameters: 5 * h * width },
    },
    otherParameters: width,
  };
  const found = expertsOf(reader, layers);
  const intermediateSize = reader.required('intermediate_size');
  return withKinds({ ...heads, layers, intermediateSize, experts: found?.experts }, (i) => ({
    ...(attends(i) ? { attention: {} } : facts),
    ...blockOf(i, intermediateSize, found),
  }));
};

/** LFM2: gated short convolutions in most layers. */
const lfm2: Family = (given) => {
  const reader = given.withDefaults({ num_key_value_heads: 8, max_position_embeddings: 128000, conv_L_cache: 3 });
  const layers = reader.required('num_hidden_layers');
  const heads = headsOf(reader, { queryKeyNorm: true });
  const { tie_embedding: tied } = reader.config;
  const h = heads.hiddenSize;
  const listed = reader.config.full_attn_idxs;
  const full = Array.isArray(listed) ? new Set<unknown>(listed as unknown[]) : undefined;
  const types = reader.perLayerOf('layer_types', layers, ['conv', 'full_attention']);
  const attends = (i: number) => (types ? types[i] === 'full_attention' : full ? full.has(i) : true);
  const convolutionWidth = reader.required('conv_L_cache');
  const bias = reader.flag('conv_bias') === true ? 5 * h : 0;
  const facts: StateFacts = {
    state: {
      ...{ heads: 0, headSize: 1, stateSize: 1, groups: 0 },
      ...{ convolutionChannels: h, convolutionWidth, matrixParameters: 4 * h * h },
    },
    otherParameters: h * convolutionWidth + bias,
  };
  const found = expertsOf(reader, layers, { routerBias: reader.flag('use_expert_bias') === true }, 'bias');
  const width = lfm2Width(reader);
  const tiedEmbeddings = typeof tied === 'boolean' ? tied : (reader.flag('tie_word_embeddings') ?? true);
  return withKinds({ ...heads, tiedEmbeddings, layers, intermediateSize: width, experts: found?.experts }, (i) => ({
    ...(attends(i) ? { attention: {} } : facts),
    ...blockOf(i, width, found),
  }));
};

function lfm2Width(reader: ConfigReader): number {
  const stated = reader.required('block_ff_dim', 'intermediate_size');
  if (reader.flag('block_auto_adjust_ff_dim') === false || reader.type !== 'lfm2') return stated;
  const multiplier = reader.config.block_ffn_dim_multiplier;
  const factor = typeof multiplier === 'number' && multiplier > 0 && multiplier < 100 ? multiplier : 1;
  const of = reader.whole('block_multiple_of') || 256;
  return of * Math.ceil(Math.floor(factor * Math.floor((2 * stated) / 3)) / of);
}

/** Models most of whose layers have linear attention or a short convolution. */
export const LINEAR_FAMILIES: { readonly [type: string]: Family } = {
  // vLLM keeps the state in 16 bits unless the file says otherwise, as Qwen3.5's files do (`mamba_ssm_dtype`).
  qwen3_next: (reader) => qwen(reader, 16),
  qwen3_5_text: (reader) => qwen(reader, 16),
  qwen3_5_moe_text: (reader) => qwen(reader, 16),
  olmo_hybrid: olmoHybrid,
  kimi_linear: kimiLinear,
  minimax,
  minimax_text_01: minimax,
  lfm2,
  lfm2_moe: lfm2,
};
