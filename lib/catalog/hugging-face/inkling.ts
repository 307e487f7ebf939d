import { AttentionLayer, LayerKind, StateLayer } from '../layer-kinds';
import { DecoderShape } from '../model-architecture';
import { ConfigReader } from './config-reader';
import { headsOf } from './decoder';
import { expertsOf } from './experts';
import { Family } from './family';
import { withKinds } from './kinds';

/** `InklingTextConfig`. */
const DEFAULTS = {
  ...{ head_dim: 128, num_key_value_heads: 8, d_rel: 16, rel_extent: 1024, conv_kernel_size: 4 },
  ...{ sliding_window_size: 512, n_shared_experts: 2 },
};

/**
 * Inkling: windowed layers have other heads than the rest; positions are a bias of the distance; keys, values and what both blocks give are convolved
 * over four tokens. Sources: transformers' `inkling`, vLLM's `models/inkling` (0.32.0).
 */
const inkling: Family = (given) => {
  const reader = withExpertWidth(
    given.withDefaults({ ...DEFAULTS, max_position_embeddings: given.config.model_max_length ?? undefined }),
  );
  const layers = reader.required('num_hidden_layers');
  const heads = { ...headsOf(reader, { queryKeyNorm: true }), tiedEmbeddings: false };
  const h = heads.hiddenSize;
  const whole: AttentionLayer = {
    heads: heads.attentionHeads,
    keyValueHeads: heads.keyValueHeads,
    headSize: heads.headSize,
  };
  const windowed: AttentionLayer = {
    heads: reader.whole('swa_num_attention_heads') ?? whole.heads,
    keyValueHeads: reader.whole('swa_num_key_value_heads') ?? whole.keyValueHeads,
    headSize: reader.whole('swa_head_dim') ?? whole.headSize,
  };
  const window = reader.required('sliding_window_size', 'sliding_window');
  const kernel = reader.required('conv_kernel_size', 'sconv_kernel_size');
  const relative = reader.required('d_rel');
  const inWindow = windowsOf(reader, layers);
  const shared = reader.whole('n_shared_experts') ?? 0;
  const dense = Array.isArray(reader.config.mlp_layer_types) ? {} : { first_k_dense_replace: denseLayers(reader) };
  const found = expertsOf(reader.withDefaults(dense), layers, { routerBias: true });
  const intermediateSize = reader.required('intermediate_size');
  const prediction = predictionOf(reader);
  // A norm of what the table gives.
  const shape: DecoderShape = {
    ...{ ...heads, layers, intermediateSize, experts: found?.experts, otherParameters: h },
    ...(prediction ? { predictionLayers: prediction, predictionExperts: false } : {}),
  };
  return withKinds(shape, (i): Omit<LayerKind, 'count'> => {
    const own = inWindow(i) ? windowed : whole;
    const keyValue = (own.keyValueHeads ?? 1) * (own.headSize ?? 1);
    const bias = h * (own.heads ?? 1) * relative + relative * (inWindow(i) ? window : reader.required('rel_extent'));
    const convolutions = kernel * (2 * keyValue + 2 * h);
    const experts = found?.has(i) === true;
    return {
      attention: { ...own, ...(inWindow(i) && window < heads.maxContextLength ? { window } : {}) },
      state: stateOf(h, own, kernel),
      ...(experts ? { experts: true } : { intermediateSize }),
      // The router scores shared experts too, and each block has a scale.
      otherParameters: bias + convolutions + (experts ? shared * h : 0) + 1,
      float32Parameters: convolutions,
    };
  });
};

/** In publishers' files `intermediate_size` is of the experts where another width is stated of the dense block. */
function withExpertWidth(reader: ConfigReader): ConfigReader {
  const dense = reader.whole('dense_intermediate_size');
  if (!dense) return reader;
  return reader
    .withDefaults({ moe_intermediate_size: reader.whole('intermediate_size') })
    .withValue('intermediate_size', dense);
}

function denseLayers(reader: ConfigReader): number {
  return reader.whole('dense_mlp_idx') ?? 0;
}

/** As listed, else all but every sixth. */
function windowsOf(reader: ConfigReader, layers: number): (layer: number) => boolean {
  const types = reader.perLayerOf('layer_types', layers, ['hybrid_sliding', 'hybrid']);
  if (types) return (i) => types[i] === 'hybrid_sliding';
  const listed: unknown = reader.config.local_layer_ids;
  if (!Array.isArray(listed)) return (i) => (i + 1) % 6 !== 0;
  const local = new Set<unknown>(listed as unknown[]);
  return (i) => local.has(i);
}

/**
 * The tokens that the four convolutions of a layer keep, as vLLM does: a block of them for each sequence, whose width for each head is the next power of
 * two (`sconv_swa_attn.py`).
 */
function stateOf(h: number, { keyValueHeads = 1, headSize = 1 }: AttentionLayer, kernel: number): StateLayer {
  const width = 2 ** Math.ceil(Math.log2(2 * headSize + 2 * Math.floor(h / Math.max(1, keyValueHeads))));
  return {
    ...{ heads: 0, headSize: 1, stateSize: 1, groups: 0, matrixParameters: 0 },
    ...{ convolutionChannels: keyValueHeads * width, convolutionWidth: kernel + 1 },
  };
}

/** Layers that draft, as the section beside the language model's says, or the language model itself. */
function predictionOf(reader: ConfigReader): number | undefined {
  const outer = new ConfigReader(reader.name, reader.type, reader.outer, reader.outer, reader.faults);
  return (
    (outer.inside('mtp_config')?.whole('num_nextn_predict_layers') ??
      reader.whole('num_mtp_layers', 'num_nextn_predict_layers')) ||
    undefined
  );
}

/** Inkling. */
export const INKLING_FAMILIES: { readonly [type: string]: Family } = { inkling_text: inkling };
