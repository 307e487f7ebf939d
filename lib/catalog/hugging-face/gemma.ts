import { DecoderShape } from '../model-architecture';
import { ConfigReader } from './config-reader';
import { headsOf } from './decoder';
import { expertsOf } from './experts';
import { Family } from './family';
import { withKinds } from './kinds';
import { headOverrides } from './layer-overrides';

const TYPES = ['sliding_attention', 'full_attention'];

/** Whether each layer sees the window alone: as listed, or all but every n-th. The last of Gemma 4 always sees the whole context. */
function windows(
  reader: ConfigReader,
  layers: number,
  every: number,
  lastIsWhole: boolean,
): (layer: number) => boolean {
  const types = reader.perLayerOf('layer_types', layers, TYPES);
  return (i) => {
    if (lastIsWhole && i === layers - 1) return false;
    return types ? types[i] === 'sliding_attention' : (i + 1) % every !== 0;
  };
}

/** Layers before the last ones, which read the cache of an earlier layer. */
function ownCaches(reader: ConfigReader, layers: number): number {
  const shared = reader.whole('num_kv_shared_layers') ?? 0;
  if (shared < layers || shared === 0) return layers - shared;
  const reason = `num_kv_shared_layers ${shared} leaves none of ${layers} layers with a cache of its own`;
  reader.refuse('CONFLICTING_PROPERTIES', 'num_kv_shared_layers', reason);
  return layers;
}

/** Embeddings of each token for each layer, and what projects hidden states to them with a norm: parameters outside the layers. */
function layerInputs(reader: ConfigReader, layers: number, h: number, width: number) {
  if (width === 0) return { lookup: 0, projection: 0 };
  const rows = reader.whole('vocab_size_per_layer_input') ?? 262144;
  return { lookup: layers * width * rows, projection: layers * width * h + width };
}

const GEMMA_4 = {
  hidden_size: 2304,
  intermediate_size: 9216,
  num_attention_heads: 8,
  num_key_value_heads: 4,
  head_dim: 256,
  global_head_dim: 512,
  max_position_embeddings: 131072,
  vocab_size: 262144,
  num_hidden_layers: 30,
  sliding_window: 512,
};

/**
 * Gemma 4: windowed layers and layers that see the whole context have heads of two sizes; the latter may use keys as values; the last layers
 * may read earlier caches; a layer may have a dense block and experts side by side. Files of transformers from 5.15 on list the layers with other
 * heads (`per_layer_config`) in place of `global_head_dim` and `num_global_key_value_heads`, which then count nothing (`Gemma4TextConfig`).
 */
function gemma4(given: ConfigReader, perLayerInput: number): DecoderShape {
  const reader = given.withDefaults({ ...GEMMA_4, hidden_size_per_layer_input: perLayerInput });
  const layers = reader.required('num_hidden_layers');
  const heads = headsOf(reader, { tiedByDefault: true, queryKeyNorm: true, outputBiasWithAttentionBias: true });
  const h = heads.hiddenSize;
  const inWindow = windows(reader, layers, 6, true);
  const own = ownCaches(reader, layers);
  const sharesValues = reader.flag('attention_k_eq_v') === true;
  const globalHeads = sharesValues ? reader.whole('num_global_key_value_heads') : undefined;
  const globalHeadSize = reader.whole('global_head_dim');
  const listed = headOverrides(reader, layers);
  const ofWhole = { headSize: globalHeadSize, ...(globalHeads ? { keyValueHeads: globalHeads } : {}) };
  const headsIn = (i: number) => (listed ? listed(i) : inWindow(i) ? {} : ofWhole);
  const window = reader.whole('sliding_window');
  const found = reader.flag('enable_moe_block') === true ? expertsOf(reader, layers) : undefined;
  const width = reader.required('intermediate_size');
  const wide = reader.flag('use_double_wide_mlp') === true;
  const perLayer = reader.whole('hidden_size_per_layer_input') ?? 0;
  // Scales of the router's input and of each expert.
  const ofExperts = found ? h + found.experts.routed : 0;
  const inputs = layerInputs(reader, layers, h, perLayer);
  const shape: DecoderShape = {
    ...heads,
    layers,
    intermediateSize: width,
    needsBfloat16: true,
    normsPerLayer: 4 + (perLayer > 0 ? 1 : 0) + (found ? 3 : 0),
    experts: found?.experts,
    otherParameters: inputs.projection || undefined,
    lookupParameters: inputs.lookup || undefined,
  };
  return withKinds(shape, (i) => ({
    attention: {
      ...(inWindow(i) && window && window < heads.maxContextLength ? { window } : {}),
      ...headsIn(i),
      ...(sharesValues && !inWindow(i) ? { sharesValues } : {}),
      ...(i >= own ? { sharesCache: true } : {}),
    },
    intermediateSize: wide && i >= own ? 2 * width : width,
    ...(found ? { experts: true } : {}),
    ...(perLayer > 0 || found ? { otherParameters: 2 * h * perLayer + ofExperts } : {}),
  }));
}

const GEMMA_3N = {
  hidden_size: 2048,
  intermediate_size: 16384,
  num_attention_heads: 8,
  num_key_value_heads: 2,
  head_dim: 256,
  max_position_embeddings: 32768,
  vocab_size: 262400,
  num_hidden_layers: 35,
  sliding_window: 512,
  num_kv_shared_layers: 15,
  hidden_size_per_layer_input: 256,
  altup_num_inputs: 4,
  laurel_rank: 64,
};

/** Gemma 3n: alternating updates of several hidden states, low-rank residuals, embeddings per layer, caches shared by the last layers. */
function gemma3n(given: ConfigReader): DecoderShape {
  const reader = given.withDefaults(GEMMA_3N);
  const layers = reader.required('num_hidden_layers');
  const heads = headsOf(reader, { tiedByDefault: true, queryKeyNorm: true });
  const h = heads.hiddenSize;
  const inWindow = windows(reader, layers, 5, false);
  const own = ownCaches(reader, layers);
  const window = reader.whole('sliding_window');
  const widths = reader.perLayer('intermediate_size', layers);
  const widthOf = (i: number) => (widths ? Number(widths[i]) : reader.required('intermediate_size'));
  const perLayer = reader.whole('hidden_size_per_layer_input') ?? 0;
  const inputs = reader.whole('altup_num_inputs') ?? 4;
  const rank = reader.whole('laurel_rank') ?? 64;
  // Coefficients, router and scales of the alternating updates; two matrices of the low-rank residual; gate and projection of the input.
  const other = inputs ** 2 + inputs ** 3 + inputs * h + 2 * h + 2 * rank * h + 2 * h * perLayer;
  const altup = 2 * (inputs - 1) * h * h;
  const embedded = layerInputs(reader, layers, h, perLayer);
  const shape: DecoderShape = {
    ...heads,
    layers,
    intermediateSize: widthOf(0),
    needsBfloat16: true,
    normsPerLayer: 6,
    otherParameters: embedded.projection + altup,
    lookupParameters: embedded.lookup || undefined,
  };
  return withKinds(shape, (i) => ({
    attention: {
      ...(inWindow(i) && window && window < heads.maxContextLength ? { window } : {}),
      ...(i >= own ? { sharesCache: true } : {}),
    },
    intermediateSize: widthOf(i),
    otherParameters: other,
  }));
}

/** Those of them whose files may list layers with other heads. @internal */
export const TYPES_WITH_LAYER_OVERRIDES: readonly string[] = ['gemma4_text', 'gemma4_unified_text'];

/** Gemma 3n and 4. */
export const GEMMA_FAMILIES: { readonly [type: string]: Family } = {
  gemma3n_text: gemma3n,
  gemma4_text: (reader) => gemma4(reader, 256),
  gemma4_unified_text: (reader) => gemma4(reader, 0),
};
