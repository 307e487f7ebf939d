import { LayerKind, StateLayer } from '../layer-kinds';
import { DecoderShape } from '../model-architecture';
import { ConfigReader } from './config-reader';
import { headsOf } from './decoder';
import { ExpertFacts, expertsOf } from './experts';
import { Family } from './family';
import { withKinds } from './kinds';

/**
 * A state-space layer, and its parameters besides its projections.
 *
 * @internal
 */
export interface StateFacts {
  readonly state: StateLayer;
  readonly otherParameters: number;
  /** Of them, those that vLLM loads in 32 bits. */
  readonly float32Parameters?: number;
}

/** Numbers of a Mamba 2 layer. */
interface Mamba2 {
  readonly hiddenSize: number;
  readonly heads: number;
  readonly headSize: number;
  readonly groups: number;
  readonly stateSize: number;
  readonly convolutionWidth: number;
  readonly convolutionBias: boolean;
  readonly projectionBias: boolean;
  readonly norm: boolean;
  readonly stateBits: number;
}

/**
 * A Mamba 2 layer: one projection makes gate, inputs, both factors of each group and a step per head, another leads back.
 *
 * @internal
 */
export function mamba2(of: Mamba2): StateFacts {
  const inner = of.heads * of.headSize;
  const channels = inner + 2 * of.groups * of.stateSize;
  const into = inner + channels + of.heads;
  const bias = of.projectionBias ? into + of.hiddenSize : 0;
  return {
    state: {
      heads: of.heads,
      headSize: of.headSize,
      stateSize: of.stateSize,
      groups: of.groups,
      convolutionWidth: of.convolutionWidth,
      stateBits: of.stateBits,
      matrixParameters: of.hiddenSize * (into + inner),
    },
    // Step bias, decay and skip of each head; the convolution; the gated norm.
    otherParameters:
      3 * of.heads + channels * (of.convolutionWidth + (of.convolutionBias ? 1 : 0)) + (of.norm ? inner : 0) + bias,
    float32Parameters: of.heads,
  };
}

/** A Mamba 1 layer, each of whose channels is a head. vLLM keeps its state in the model's 16 bits. */
function mamba1(reader: ConfigReader, hiddenSize: number): StateFacts {
  const inner = (reader.whole('mamba_expand', 'expand') ?? 2) * hiddenSize;
  const stateSize = reader.required('mamba_d_state', 'state_size');
  const width = reader.required('mamba_d_conv', 'conv_kernel');
  const rank = reader.whole('mamba_dt_rank', 'time_step_rank') ?? Math.ceil(hiddenSize / 16);
  const bias = (reader.flag('mamba_proj_bias') ?? reader.flag('use_bias')) === true ? 2 * inner + hiddenSize : 0;
  const convolutionBias = (reader.flag('mamba_conv_bias') ?? reader.flag('use_conv_bias')) !== false ? inner : 0;
  return {
    state: {
      heads: inner,
      headSize: 1,
      stateSize,
      groups: 0,
      convolutionChannels: inner,
      convolutionWidth: width,
      stateBits: 16,
      matrixParameters: 3 * hiddenSize * inner + inner * (rank + 2 * stateSize) + rank * inner,
    },
    otherParameters: inner * (stateSize + 1 + width + 1) + convolutionBias + bias,
    float32Parameters: inner * stateSize,
  };
}

/** Mamba 2 as Bamba, Granite 4 and Falcon-H1 describe it. Unless told otherwise vLLM keeps the state in 16 bits (`mamba_ssm_cache_dtype`). */
function mamba2Of(reader: ConfigReader, hiddenSize: number, norm: boolean): StateFacts {
  const inner = reader.whole('mamba_d_ssm') ?? (reader.whole('mamba_expand') ?? 2) * hiddenSize;
  const heads = reader.required('mamba_n_heads');
  const headSize = reader.text('mamba_d_head') === 'auto' ? Math.floor(inner / heads) : reader.whole('mamba_d_head');
  return mamba2({
    hiddenSize,
    heads,
    headSize: headSize ?? Math.max(1, Math.floor(inner / heads)),
    groups: reader.whole('mamba_n_groups') ?? 1,
    stateSize: reader.required('mamba_d_state'),
    convolutionWidth: reader.whole('mamba_d_conv') ?? 4,
    convolutionBias: reader.flag('mamba_conv_bias') !== false,
    projectionBias: reader.flag('mamba_proj_bias') === true,
    norm,
    stateBits: 16,
  });
}

/** Layers of attention and of a state, each followed by a dense block or experts. */
function hybrid(
  reader: ConfigReader,
  state: (reader: ConfigReader, hiddenSize: number) => StateFacts,
  attends: (layer: number) => boolean,
  found?: ExpertFacts,
  denseBeside = 0,
): DecoderShape {
  const layers = reader.required('num_hidden_layers');
  const heads = headsOf(reader, { outputBiasWithAttentionBias: true, tiedByDefault: false });
  const facts = state(reader, heads.hiddenSize);
  const intermediateSize = reader.required('intermediate_size');
  const shape: DecoderShape = { ...heads, layers, intermediateSize, experts: found?.experts };
  const block = (i: number): Partial<LayerKind> =>
    found?.has(i)
      ? { experts: true, ...(denseBeside > 0 ? { intermediateSize: denseBeside } : {}) }
      : { intermediateSize: denseBeside > 0 ? denseBeside : intermediateSize };
  return withKinds(shape, (i) => ({ ...(attends(i) ? { attention: {} } : facts), ...block(i) }));
}

const bamba: Family = (reader) => {
  const listed = reader.config.attn_layer_indices;
  const attends = new Set<unknown>(Array.isArray(listed) ? (listed as unknown[]) : []);
  return hybrid(
    reader,
    (own, h) => mamba2Of(own, h, true),
    (i) => attends.has(i),
  );
};

/** Granite 4: experts and a dense block side by side, the shared one; with no experts the dense block alone. */
const granite: Family = (reader) => {
  const layers = reader.required('num_hidden_layers');
  const key = Array.isArray(reader.config.layer_types) ? 'layer_types' : 'layers_block_type';
  const types = reader.perLayerOf(key, layers, ['mamba', 'attention', 'linear_attention', 'full_attention']);
  const attends = (i: number) =>
    types !== undefined && String(types[i]).endsWith('attention') && types[i] !== 'linear_attention';
  const shared = reader.whole('shared_intermediate_size') ?? 0;
  const routed = reader.whole('num_local_experts') ?? 0;
  const found = routed > 0 ? expertsOf(reader, layers, { shared: 0, sharedIntermediateSize: undefined }) : undefined;
  return hybrid(reader, (own, h) => mamba2Of(own, h, true), attends, found, shared);
};

/** Falcon-H1: attention and a state side by side in each layer. */
const falcon: Family = (reader) => {
  const layers = reader.required('num_hidden_layers');
  const heads = headsOf(reader, { outputBiasWithAttentionBias: true });
  const facts = mamba2Of(reader, heads.hiddenSize, reader.flag('mamba_rms_norm') === true);
  const intermediateSize = reader.required('intermediate_size');
  const feedForwardBias = reader.flag('mlp_bias');
  return withKinds({ ...heads, layers, intermediateSize, feedForwardBias }, () => ({
    attention: {},
    ...facts,
    intermediateSize,
  }));
};

const jamba: Family = (given) => {
  const reader = given.withDefaults({
    attn_layer_period: 8,
    attn_layer_offset: 4,
    expert_layer_period: 2,
    expert_layer_offset: 1,
    num_key_value_heads: 8,
    max_position_embeddings: 262144,
    mamba_d_state: 16,
    mamba_d_conv: 4,
  });
  const layers = reader.required('num_hidden_layers');
  const every = (part: string) => {
    const period = reader.whole(`${part}_layer_period`) || 1;
    const offset = reader.whole(`${part}_layer_offset`) ?? 0;
    return (i: number) => i % period === offset;
  };
  const routed = reader.whole('num_experts') ?? 1;
  const found = routed > 1 ? expertsOf(reader, layers) : undefined;
  const state = (own: ConfigReader, h: number) => {
    const facts = mamba1(own, h);
    // Norms of the step and of both factors.
    const rank = own.whole('mamba_dt_rank') ?? Math.ceil(h / 16);
    return { ...facts, otherParameters: facts.otherParameters + rank + 2 * facts.state.stateSize };
  };
  return hybrid(reader, state, every('attn'), found && { ...found, has: every('expert') });
};

/** Mamba 1 and 2 without attention. */
function pure(reader: ConfigReader, facts: StateFacts, tiedByDefault: boolean): DecoderShape {
  const tied = reader.flag('tie_word_embeddings') ?? tiedByDefault;
  return withKinds(
    {
      layers: reader.required('num_hidden_layers'),
      hiddenSize: reader.required('hidden_size'),
      attentionHeads: 1,
      intermediateSize: 1,
      vocabularySize: reader.required('vocab_size'),
      // There is no longest context: engines take what they are told, vLLM by default this.
      maxContextLength: reader.whole('max_position_embeddings') ?? 2 ** 20,
      tiedEmbeddings: tied,
      normsPerLayer: 1,
    },
    () => ({ ...facts }),
  );
}

const mamba: Family = (reader) => pure(reader, mamba1(reader, reader.required('hidden_size')), true);

const pureMamba2: Family = (reader) => {
  const hiddenSize = reader.required('hidden_size');
  const facts = mamba2({
    hiddenSize,
    heads: reader.required('num_heads'),
    headSize: reader.required('head_dim'),
    groups: reader.whole('n_groups') ?? 1,
    stateSize: reader.required('state_size'),
    convolutionWidth: reader.whole('conv_kernel') ?? 4,
    convolutionBias: reader.flag('use_conv_bias') !== false,
    projectionBias: reader.flag('use_bias') === true,
    norm: true,
    stateBits: 16,
  });
  return pure(reader, facts, false);
};

/** Models with Mamba 1 or 2, alone or beside attention. */
export const STATE_SPACE_FAMILIES: { readonly [type: string]: Family } = {
  bamba,
  granitemoehybrid: granite,
  falcon_h1: falcon,
  jamba,
  mamba,
  falcon_mamba: mamba,
  mamba2: pureMamba2,
};
