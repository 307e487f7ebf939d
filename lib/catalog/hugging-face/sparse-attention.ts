import { LayerKind, SparseIndex } from '../layer-kinds';
import { DecoderShape } from '../model-architecture';
import { ConfigReader } from './config-reader';
import { headsOf, latentOf, scaledContext } from './decoder';
import { expertsOf } from './experts';
import { Family } from './family';
import { withKinds } from './kinds';

/** DeepSeek V3.2 and GLM-5: latent attention to the tokens that an index picks; a layer may take the choice of an earlier one. */
function indexed(given: ConfigReader, defaults: { readonly [key: string]: unknown }): DecoderShape {
  const reader = given.withDefaults(defaults);
  const layers = reader.required('num_hidden_layers');
  const latent = latentOf(reader);
  if (!latent) reader.missing('kv_lora_rank');
  const index: SparseIndex = {
    heads: reader.required('index_n_heads'),
    headSize: reader.required('index_head_dim'),
    topTokens: withinContext(reader, reader.required('index_topk')),
  };
  const found = expertsOf(reader, layers, { routerBias: true });
  const intermediateSize = reader.required('intermediate_size');
  const shares = sharedChoices(reader, layers);
  const shape: DecoderShape = {
    ...headsOf(reader, {}, latent),
    layers,
    intermediateSize,
    experts: found?.experts,
    predictionLayers: reader.whole('num_nextn_predict_layers'),
  };
  return withKinds(shape, (i) => ({
    attention: { latent, index: shares(i) ? { ...index, shared: true } : index },
    ...(found?.has(i) ? { experts: true } : { intermediateSize }),
  }));
}

/**
 * No more tokens than the context has: such a layer sees all of it.
 */
export function withinContext(reader: ConfigReader, tokens: number): number {
  return Math.min(tokens, scaledContext(reader, reader.whole('max_position_embeddings') ?? tokens));
}

/**
 * Layers that take the choice of an earlier one: as listed, by a pattern of F and S, or by a period after an offset (`GlmMoeDsaConfig`).
 */
export function sharedChoices(reader: ConfigReader, layers: number): (layer: number) => boolean {
  const types = reader.perLayerOf('indexer_types', layers, ['full', 'shared']);
  if (types) return (i) => types[i] === 'shared';
  const pattern = reader.text('index_topk_pattern');
  if (pattern) return (i) => pattern[i] === 'S';
  const every = reader.whole('index_topk_freq') || 1;
  const offset = reader.whole('index_skip_topk_offset') ?? 2;
  return (i) => Math.max(i - offset + 1, 0) % every !== 0;
}

const GLM_DEFAULTS = { first_k_dense_replace: 3, index_n_heads: 32, index_head_dim: 128, index_topk: 2048 };
const DEEPSEEK_DEFAULTS = { first_k_dense_replace: 3, index_n_heads: 64, index_head_dim: 128, index_topk: 2048 };

/**
 * DeepSeek V4: one key that is its own value, kept for the tokens of a window one by one, and for the whole context one for 4 or for 128
 * tokens; of those of 4 tokens an index picks. Several hidden states are mixed before and after each block (hyper-connections).
 */
const deepseekV4: Family = (given) => {
  const reader = given.withDefaults({ num_key_value_heads: 1, hc_mult: 4, index_n_heads: 64, index_head_dim: 128 });
  const layers = reader.required('num_hidden_layers');
  const heads = headsOf(reader, {});
  const h = heads.hiddenSize;
  const size = reader.required('head_dim');
  const queryRank = reader.required('q_lora_rank');
  const outputRank = reader.required('o_lora_rank') * reader.required('o_groups');
  const rope = reader.required('qk_rope_head_dim');
  const query = heads.attentionHeads * size;
  const streams = reader.required('hc_mult');
  const index: SparseIndex = {
    heads: reader.required('index_n_heads'),
    headSize: reader.required('index_head_dim'),
    topTokens: withinContext(reader, reader.required('index_topk')),
    parameters: 0,
  };
  const ratios = compressionOf(reader, layers);
  const window = withinContext(reader, reader.required('sliding_window'));
  const found = expertsOf(reader, layers);
  const biased = routerBiases(reader, layers);
  // Mixing before and after both blocks; sinks of the heads; norms of the compressed query and of the key.
  const mixing = 2 * ((2 + streams) * streams * (streams * h + 1) + 3);
  const other = mixing + heads.attentionHeads + queryRank + size;
  const projections =
    h * (queryRank + size) + queryRank * query + (query / reader.required('o_groups')) * outputRank + outputRank * h;
  const shape: DecoderShape = {
    ...heads,
    keyValueHeads: undefined,
    headSize: undefined,
    layers,
    intermediateSize: reader.required('moe_intermediate_size'),
    experts: found?.experts,
    predictionLayers: reader.whole('num_nextn_predict_layers'),
    otherParameters: streams * (streams * h + 1) + 1,
  };
  return withKinds(shape, (i): Omit<LayerKind, 'count'> => {
    const ratio = ratios[i];
    // Entries of 4 tokens overlap: their keys and gates are made twice as wide; the index has a compressor of its own.
    const wide = ratio === 4 ? 2 : 1;
    const compressor = ratio > 1 ? 2 * h * wide * size : 0;
    const picks = ratio === 4 ? index.headSize * 4 * h + queryRank * index.heads * index.headSize + index.heads * h : 0;
    const small =
      ratio > 1 ? ratio * wide * size + size + (ratio === 4 ? 4 * 2 * index.headSize + index.headSize : 0) : 0;
    return {
      attention: {
        latent: {
          keyValueRank: size - rope,
          queryRank,
          ropeHeadSize: rope,
          nopeHeadSize: size - rope,
          valueHeadSize: size,
        },
        window,
        ...(ratio > 1 ? { compression: ratio } : {}),
        ...(ratio === 4 ? { index } : {}),
        matrixParameters: projections + compressor,
      },
      experts: true,
      // The norms of latent attention are counted with it.
      otherParameters:
        other + small + picks - (queryRank + size - rope) + (biased(i) ? (found?.experts.routed ?? 0) : 0),
    };
  });
};

/** Layers whose router has a bias: all but the first, which choose experts by the token (`hash_moe`). */
function routerBiases(reader: ConfigReader, layers: number): (layer: number) => boolean {
  const types = reader.perLayerOf('mlp_layer_types', layers, ['hash_moe', 'moe']);
  const first = reader.whole('num_hash_layers') ?? 0;
  return (i) => (types ? types[i] === 'moe' : i >= first);
}

/** Tokens for which one entry stands, by layer; 1 for layers with the window alone. */
function compressionOf(reader: ConfigReader, layers: number): number[] {
  const ratios = reader.perLayerOf('compress_ratios', layers, [0, 1, 4, 128]);
  if (ratios) return ratios.map((ratio) => Math.max(1, Number(ratio)));
  const known: { readonly [type: string]: number } = {
    sliding_attention: 1,
    compressed_sparse_attention: 4,
    heavily_compressed_attention: 128,
  };
  const types = reader.perLayerOf('layer_types', layers, Object.keys(known));
  if (types) return types.map((type) => known[String(type)]);
  reader.missing('compress_ratios');
  return Array.from({ length: layers }, () => 1);
}

/** MiniMax M3: attention to blocks of tokens that an index picks, which keeps a key per token in 16 bits. */
const minimaxM3: Family = (given) => {
  const sparse = given.inside('sparse_attention_config');
  const reader = given.withDefaults({ head_dim: 128, n_shared_experts: 1 });
  const layers = reader.required('num_hidden_layers');
  const heads = headsOf(reader, { queryKeyNorm: reader.flag('use_qk_norm') !== false });
  const h = heads.hiddenSize;
  const freq = sparse?.perLayerOf('sparse_attention_freq', layers, [0, 1]);
  const types = reader.perLayerOf('layer_types', layers, ['full_attention', 'minimax_m3_sparse']);
  const picks = (i: number) => (freq ? freq[i] === 1 : types !== undefined && types[i] === 'minimax_m3_sparse');
  const own = sparse ?? reader;
  const indexHeads = own.whole('sparse_num_index_heads', 'index_n_heads') ?? 4;
  const headSize = own.whole('sparse_index_dim', 'index_head_dim') ?? 128;
  const blocks =
    (own.whole('sparse_topk_blocks', 'index_topk_blocks') ?? 16) +
    (own.whole('sparse_local_block', 'index_local_blocks') ?? 1);
  const index: SparseIndex = {
    ...{ heads: indexHeads, headSize, keyBits: 16 },
    topTokens: withinContext(reader, blocks * (own.whole('sparse_block_size', 'index_block_size') ?? 128)),
    parameters: h * (indexHeads + 1) * headSize + 2 * headSize,
  };
  const found = expertsOf(reader, layers, { routerBias: reader.flag('use_routing_bias') !== false });
  const intermediateSize = reader.required('dense_intermediate_size', 'intermediate_size');
  const outputGate = reader.flag('attention_output_gate') === true;
  // `num_mtp_modules` is stated also of files that have none of them: nvidia/MiniMax-M3-NVFP4 is as large as without.
  return withKinds({ ...heads, layers, intermediateSize, experts: found?.experts }, (i) => ({
    attention: { ...(picks(i) ? { index } : {}), ...(outputGate ? { outputGate } : {}) },
    ...(found?.has(i) ? { experts: true } : { intermediateSize }),
  }));
};

/** Models whose attention is sparse: an index picks the tokens or blocks that a query sees. */
export const SPARSE_FAMILIES: { readonly [type: string]: Family } = {
  deepseek_v32: (reader) => indexed(reader, DEEPSEEK_DEFAULTS),
  glm_moe_dsa: (reader) => indexed(reader, GLM_DEFAULTS),
  deepseek_v4: deepseekV4,
  minimax_m3: minimaxM3,
  minimax_m3_vl_text: minimaxM3,
};
