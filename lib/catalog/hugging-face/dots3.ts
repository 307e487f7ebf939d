import { AttentionLayer, LayerKind, SparseIndex } from '../layer-kinds';
import { DecoderShape } from '../model-architecture';
import { ConfigReader } from './config-reader';
import { headsOf } from './decoder';
import { expertsOf } from './experts';
import { Family } from './family';
import { withKinds } from './kinds';

/** Of windowed layers, where the file does not state them (`Dots3NoteTextConfig`). */
const WINDOWED: { readonly [key: string]: number } = {
  num_attention_heads: 64,
  q_lora_rank: 1024,
  kv_lora_rank: 1024,
  qk_nope_head_dim: 192,
  qk_rope_head_dim: 64,
  v_head_dim: 128,
};
const DEFAULTS = {
  ...{ qk_nope_head_dim: 128, qk_rope_head_dim: 64, v_head_dim: 128, q_lora_rank: 1024, kv_lora_rank: 512 },
  ...{ index_n_heads: 64, index_head_dim: 128, index_topk: 2048, sliding_window_size: 512 },
};

/**
 * dots3-note: latent attention of two widths, within a window or to the tokens that an index picks; each head has a gate, and keys of positions a norm.
 * Sources: transformers' `dots3_note`, vLLM's `models/dots3_note` (0.32.0).
 */
const dots3: Family = (given) => {
  const reader = given.withDefaults({ first_k_dense_replace: 1, ...DEFAULTS });
  const layers = reader.required('num_hidden_layers');
  const whole = latentOf(reader, '');
  const heads = headsOf(reader, {}, whole.latent);
  const window = reader.whole('sliding_window', 'sliding_window_size') ?? 512;
  const windowed = latentOf(reader, 'swa_');
  const index: SparseIndex = {
    heads: reader.required('index_n_heads'),
    headSize: reader.required('index_head_dim'),
    topTokens: Math.min(reader.required('index_topk'), heads.maxContextLength),
  };
  const kinds = typesOf(reader, layers);
  const intermediateSize = reader.required('intermediate_size');
  const shared = reader.whole('n_shared_experts') ?? 1;
  const width = reader.whole('moe_shared_expert_intermediate_size', 'shared_experts_intermediate_size');
  const sharedIntermediateSize = shared * (width ?? reader.whole('moe_intermediate_size') ?? 0) || undefined;
  const found = expertsOf(reader, layers, { routerBias: true, sharedIntermediateSize });
  const shape: DecoderShape = {
    ...heads,
    layers,
    intermediateSize,
    experts: found?.experts,
    predictionLayers: reader.whole('num_nextn_predict_layers'),
  };
  return withKinds(shape, (i): Omit<LayerKind, 'count'> => {
    const own = kinds[i] === 'sliding_attention' ? windowed : whole;
    return {
      attention: {
        ...own,
        ...(own === windowed && window < heads.maxContextLength ? { window } : {}),
        ...(kinds[i] === 'indexed_attention' ? { index } : {}),
      },
      ...(found?.has(i) ? { experts: true } : { intermediateSize }),
      otherParameters: heads.hiddenSize * (own.heads ?? heads.attentionHeads) + (own.latent?.ropeHeadSize ?? 0),
    };
  });
};

/** Latent attention of one of the two widths; what of the windowed is not stated has its class's default. */
function latentOf(reader: ConfigReader, prefix: string): AttentionLayer {
  const of = (key: string) =>
    prefix === '' ? reader.required(key) : (reader.whole(`${prefix}${key}`) ?? windowedDefault(reader, key));
  return {
    heads: of('num_attention_heads'),
    latent: {
      keyValueRank: of('kv_lora_rank'),
      queryRank: of('q_lora_rank'),
      nopeHeadSize: of('qk_nope_head_dim'),
      ropeHeadSize: of('qk_rope_head_dim'),
      valueHeadSize: of('v_head_dim'),
    },
  };
}

/** Positions are what of a head's width is not the rest. */
function windowedDefault(reader: ConfigReader, key: string): number {
  if (key !== 'qk_rope_head_dim') return WINDOWED[key];
  const head = reader.whole('swa_head_dim') ?? 256;
  return Math.max(0, head - (reader.whole('swa_qk_nope_head_dim') ?? WINDOWED.qk_nope_head_dim));
}

/** As listed, or the first two and every fourth after the second attend to the whole context; by an index unless the file says otherwise. */
function typesOf(reader: ConfigReader, layers: number): readonly unknown[] {
  const listed = reader.perLayerOf('layer_types', layers, ['full_attention', 'indexed_attention', 'sliding_attention']);
  const indexed = reader.flag('use_dsa');
  const whole = indexed === false ? 'full_attention' : 'indexed_attention';
  if (listed) {
    // Files from before transformers had the word call indexed layers full.
    const renames = indexed !== undefined || !reader.has('per_layer_config');
    return listed.map((type) => (type === 'sliding_attention' || !renames ? type : whole));
  }
  const windows = reader.flag('use_sliding_window') !== false;
  return Array.from({ length: Math.min(layers, 1000) }, (_, i) =>
    !windows || i < 2 || i % 4 === 1 ? whole : 'sliding_attention',
  );
}

/** dots3-note; published files have the language model's numbers beside those of its encoders. */
export const DOTS3_FAMILIES: { readonly [type: string]: Family } = { dots3_note_text: dots3 };
