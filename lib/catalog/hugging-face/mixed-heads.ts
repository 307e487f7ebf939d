import { AttentionLayer } from '../layer-kinds';
import { headsOf } from './decoder';
import { expertsOf } from './experts';
import { Family } from './family';
import { withKinds } from './kinds';

/** MiMo-V2: windowed layers have more key-value heads than the others, and learned sinks; values are narrower than keys. */
const mimoV2: Family = (given) => {
  const reader = given.withDefaults({
    head_dim: 192,
    v_head_dim: 128,
    swa_num_key_value_heads: 2 * (given.whole('num_key_value_heads') ?? 4),
  });
  const layers = reader.required('num_hidden_layers');
  const heads = headsOf(reader, {});
  const pattern = reader.perLayerOf('hybrid_layer_pattern', layers, [0, 1]);
  const types = reader.perLayerOf('layer_types', layers, ['full_attention', 'sliding_attention']);
  const inWindow = (i: number) =>
    pattern ? pattern[i] === 1 : types ? types[i] === 'sliding_attention' : i > 0 && (i + 1) % 6 !== 0;
  const attention = (prefix: string): AttentionLayer => ({
    heads: reader.whole(`${prefix}num_attention_heads`) ?? heads.attentionHeads,
    keyValueHeads: reader.whole(`${prefix}num_key_value_heads`) ?? heads.keyValueHeads,
    headSize: reader.whole(`${prefix}head_dim`) ?? heads.headSize,
    valueHeadSize: reader.whole(`${prefix}v_head_dim`) ?? reader.whole('v_head_dim'),
  });
  const window = reader.required('sliding_window');
  const windowed = { ...attention('swa_'), ...(window < heads.maxContextLength ? { window } : {}) };
  const whole = attention('');
  const sinks = (key: string, byDefault: boolean) => ((reader.flag(key) ?? byDefault) ? heads.attentionHeads : 0);
  const sinksOf = {
    windowed: sinks('add_swa_attention_sink_bias', true),
    whole: sinks('add_full_attention_sink_bias', false),
  };
  const found = expertsOf(reader, layers, { routerBias: true });
  const intermediateSize = reader.required('intermediate_size');
  return withKinds({ ...heads, layers, intermediateSize, experts: found?.experts }, (i) => ({
    attention: inWindow(i) ? windowed : whole,
    ...(found?.has(i) ? { experts: true } : { intermediateSize }),
    otherParameters: inWindow(i) ? sinksOf.windowed : sinksOf.whole,
  }));
};

/** Step-3.5 and 3.7: windowed layers may have other heads than the rest (`attention_other_setting`); heads may have a gate each. */
const step35: Family = (given) => {
  const reader = given.withDefaults({ num_attention_groups: given.config.num_key_value_heads, head_dim: 128 });
  const layers = reader.required('num_hidden_layers');
  const heads = { ...headsOf(reader, { queryKeyNorm: true }), keyValueHeads: reader.required('num_attention_groups') };
  const types = reader.perLayerOf('layer_types', layers, ['full_attention', 'sliding_attention']);
  const inWindow = (i: number) => (types ? types[i] === 'sliding_attention' : i % 2 === 0);
  const window = reader.whole('sliding_window');
  const other = reader.inside('attention_other_setting');
  const otherType = other?.text('attention_type') ?? 'sliding_attention';
  const otherHeads: AttentionLayer = {
    heads: other?.whole('num_attention_heads') ?? heads.attentionHeads,
    keyValueHeads: other?.whole('num_attention_groups') ?? heads.keyValueHeads,
    headSize: other?.whole('head_dim') ?? heads.headSize,
  };
  const gated = reader.flag('use_head_wise_attn_gate') === true;
  const found = expertsOf(reader, layers, { routerBias: reader.flag('use_moe_router_bias') !== false });
  const intermediateSize = reader.required('intermediate_size');
  const predictionLayers = reader.whole('num_nextn_predict_layers');
  const prediction = { predictionLayers, ...(predictionLayers ? { predictionExperts: false } : {}) };
  return withKinds({ ...heads, layers, intermediateSize, experts: found?.experts, ...prediction }, (i) => {
    const own = other && (inWindow(i) ? 'sliding_attention' : 'full_attention') === otherType ? otherHeads : {};
    return {
      attention: { ...own, ...(inWindow(i) && window && window < heads.maxContextLength ? { window } : {}) },
      ...(found?.has(i) ? { experts: true } : { intermediateSize }),
      ...(gated ? { otherParameters: heads.hiddenSize * (own.heads ?? heads.attentionHeads) } : {}),
    };
  });
};

/** Step-3: queries are made from a compressed vector; one key-value head (multi-matrix factorization attention). */
const step3: Family = (given) => {
  const { max_position_embedding: positions, max_seq_len: longest } = given.config;
  const reader = given.withDefaults({ max_position_embeddings: positions ?? longest });
  const layers = reader.required('num_hidden_layers');
  const heads = {
    ...headsOf(reader, {}),
    keyValueHeads: reader.required('num_attention_groups', 'num_key_value_heads'),
  };
  const h = heads.hiddenSize;
  const size = heads.headSize ?? h / heads.attentionHeads;
  const rank = reader.required('share_q_dim');
  const width = heads.attentionHeads * size;
  const matrixParameters = h * (rank + 2 * heads.keyValueHeads * size) + rank * width + width * h;
  const found = expertsOf(reader, layers);
  const intermediateSize = reader.required('intermediate_size');
  return withKinds({ ...heads, layers, intermediateSize, experts: found?.experts }, (i) => ({
    attention: { matrixParameters },
    ...(found?.has(i) ? { experts: true } : { intermediateSize }),
    // The norm of the compressed query.
    otherParameters: rank,
  }));
};

/** Laguna: heads of each layer as listed, a gate for each head or for each of its values, and learned sinks in windowed layers. */
const laguna: Family = (given) => {
  const reader = given.withDefaults({ head_dim: 128, num_key_value_heads: 8 });
  const layers = reader.required('num_hidden_layers');
  const heads = headsOf(reader, { queryKeyNorm: true, outputBiasWithAttentionBias: true });
  const types = reader.perLayerOf('layer_types', layers, ['full_attention', 'sliding_attention']);
  const listed = reader.perLayer('num_attention_heads_per_layer', layers);
  const headsAt = (i: number) => (typeof listed?.[i] === 'number' ? listed[i] : heads.attentionHeads);
  const window = reader.whole('sliding_window');
  const gating = reader.config.gating ?? true;
  const gate = gating === false ? 0 : gating === true || gating === 'per-head' ? 1 : reader.required('head_dim');
  const sinks = reader.flag('swa_attention_sink_enabled') === true;
  const positions = Array.isArray(reader.config.mlp_layer_types) ? {} : { first_k_dense_replace: 1 };
  const found = expertsOf(reader.withDefaults(positions), layers, { routerBias: true });
  const intermediateSize = reader.required('intermediate_size');
  return withKinds({ ...heads, layers, intermediateSize, experts: found?.experts }, (i) => {
    const inWindow = types?.[i] === 'sliding_attention';
    const own = headsAt(i);
    return {
      attention: { heads: own, ...(inWindow && window && window < heads.maxContextLength ? { window } : {}) },
      ...(found?.has(i) ? { experts: true } : { intermediateSize }),
      otherParameters: heads.hiddenSize * own * gate + (inWindow && sinks ? own : 0),
    };
  });
};

/** Models whose layers have heads of several kinds. */
export const MIXED_HEAD_FAMILIES: { readonly [type: string]: Family } = {
  mimo_v2_flash: mimoV2,
  mimo_v2: mimoV2,
  step3p5: step35,
  step3p7: step35,
  step3_text: step3,
  step3,
  laguna,
};
