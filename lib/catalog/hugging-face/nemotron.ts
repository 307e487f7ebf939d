import { givenValue } from '../../units/number-faults';
import { LayerKind } from '../layer-kinds';
import { DecoderShape } from '../model-architecture';
import { ConfigReader } from './config-reader';
import { headsOf } from './decoder';
import { expertsOf } from './experts';
import { Family } from './family';
import { withKinds } from './kinds';
import { isConfig } from './parse';
import { mamba2 } from './state-space';

/** Blocks as lists and patterns name them. */
const BLOCKS: { readonly [name: string]: 'state' | 'attention' | 'dense' | 'experts' } = {
  mamba: 'state',
  linear_attention: 'state',
  M: 'state',
  attention: 'attention',
  full_attention: 'attention',
  '*': 'attention',
  mlp: 'dense',
  '-': 'dense',
  moe: 'experts',
  E: 'experts',
};

/** Every layer of Nemotron-H and Nemotron 3 is one block: a state, attention, a dense block or experts. */
const nemotronH: Family = (given) => {
  const reader = given.withDefaults({
    n_groups: 8,
    conv_kernel: 4,
    ssm_state_size: 128,
    mamba_head_dim: 64,
    mamba_num_heads: 128,
    num_key_value_heads: 8,
    attention_head_dim: 128,
  });
  const blocks = blocksOf(reader);
  const heads = headsOf(reader, { outputBiasWithAttentionBias: true });
  const latentSize = reader.whole('moe_latent_size') || undefined;
  const found = blocks.includes('experts')
    ? expertsOf(reader, blocks.length, { routerBias: true, ...(latentSize ? { latentSize } : {}) }, 'router')
    : undefined;
  const intermediateSize = reader.required('intermediate_size', 'moe_intermediate_size');
  const facts = mamba2({
    hiddenSize: heads.hiddenSize,
    heads: reader.required('mamba_num_heads'),
    headSize: reader.required('mamba_head_dim'),
    groups: reader.required('n_groups'),
    stateSize: reader.required('ssm_state_size'),
    convolutionWidth: reader.required('conv_kernel'),
    convolutionBias: reader.flag('use_conv_bias') !== false,
    projectionBias: reader.flag('mamba_proj_bias') === true,
    norm: true,
    // vLLM keeps it in 32 bits unless the file says otherwise (NemotronHForCausalLMConfig).
    stateBits: reader.text('mamba_ssm_cache_dtype')?.endsWith('16') ? 16 : 32,
  });
  const shape: DecoderShape = {
    ...heads,
    headSize: reader.whole('head_dim', 'attention_head_dim'),
    layers: blocks.length,
    intermediateSize,
    // Squared ReLU without a gate.
    gatedFeedForward: false,
    feedForwardBias: reader.flag('mlp_bias'),
    normsPerLayer: 1,
    experts: found?.experts,
    predictionLayers: reader.whole('num_nextn_predict_layers'),
  };
  const kinds: { readonly [block: string]: Omit<LayerKind, 'count'> } = {
    state: facts,
    attention: { attention: {} },
    dense: { intermediateSize },
    experts: { experts: true },
  };
  return withKinds(shape, (i) => kinds[blocks[i]]);
};

/** The block of each layer, from a list or a pattern of letters. */
function blocksOf(reader: ConfigReader): string[] {
  const { layers_block_type: listed, layer_types: types, hybrid_override_pattern: pattern } = reader.config;
  const given = Array.isArray(listed)
    ? listed
    : Array.isArray(types)
      ? types
      : typeof pattern === 'string'
        ? [...pattern]
        : undefined;
  const key = Array.isArray(listed)
    ? 'layers_block_type'
    : Array.isArray(types)
      ? 'layer_types'
      : 'hybrid_override_pattern';
  if (given === undefined || given.length === 0) {
    reader.missing('layers_block_type');
    return ['attention'];
  }
  const layers = reader.whole('num_hidden_layers');
  if (layers !== undefined && layers !== given.length && typeof pattern === 'string') {
    const reason = `${key} has ${given.length} entries, but num_hidden_layers is ${layers}; each layer needs one`;
    reader.refuse('CONFLICTING_PROPERTIES', key, reason);
  }
  const blocks = given
    .slice(0, 1000)
    .map((each: unknown) => (typeof each === 'string' && Object.hasOwn(BLOCKS, each) ? BLOCKS[each] : undefined));
  const unknown = blocks.indexOf(undefined);
  if (unknown >= 0) {
    const known = Object.keys(BLOCKS).join(', ');
    const reason = `${key} has the entry ${givenValue(given[unknown])}, which is no kind of layer; known: ${known}`;
    reader.refuse('UNKNOWN_LAYER_KIND', key, reason);
  }
  return blocks.map((block) => block ?? 'attention');
}

/** Llama-Nemotron after a search of each layer's attention and width (`DeciLMForCausalLM`). */
const nemotronNas: Family = (reader) => {
  const layers = reader.required('num_hidden_layers');
  const heads = headsOf(reader, {});
  const blocks = reader.perLayer('block_configs', layers);
  if (blocks === undefined && !reader.has('block_configs')) reader.missing('block_configs');
  const h = heads.hiddenSize;
  let widest = 1;
  const described = (i: number): Omit<LayerKind, 'count'> => {
    const block = blocks?.[i];
    const { attention, ffn } = isConfig(block) ? block : {};
    if (!isConfig(attention) || !isConfig(ffn)) {
      if (blocks)
        reader.refuse('CONFIG_LACKS_VALUE', `block_configs[${i}]`, `block_configs[${i}] has no attention or ffn`);
      return { attention: {} };
    }
    for (const part of [attention, ffn]) {
      if (part.replace_with_linear === true)
        reader.refuse(
          'UNKNOWN_LAYER_KIND',
          `block_configs[${i}]`,
          `block_configs[${i}] is a linear layer, which is not supported`,
        );
    }
    const group = typeof attention.n_heads_in_group === 'number' ? attention.n_heads_in_group : 1;
    const mult = typeof ffn.ffn_mult === 'number' ? ffn.ffn_mult : 0;
    // `_ffn_mult_to_intermediate_size`: two thirds of the multiple, rounded up to 256.
    const width = Math.ceil(Math.floor((2 * mult * h) / 3) / 256) * 256;
    widest = Math.max(widest, width);
    return {
      ...(attention.no_op === true ? {} : { attention: { keyValueHeads: Math.floor(heads.attentionHeads / group) } }),
      ...(ffn.no_op === true ? {} : { intermediateSize: width }),
      norms: (attention.no_op === true ? 0 : 1) + (ffn.no_op === true ? 0 : 1),
    };
  };
  const shape = withKinds({ ...heads, keyValueHeads: undefined, layers, intermediateSize: 1 }, described);
  return { ...shape, intermediateSize: widest };
};

/** NVIDIA's Nemotron families. */
export const NEMOTRON_FAMILIES: { readonly [type: string]: Family } = {
  nemotron_h: nemotronH,
  'nemotron-nas': nemotronNas,
};
