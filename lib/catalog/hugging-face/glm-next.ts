import { LayerKind, SparseIndex } from '../layer-kinds';
import { DecoderShape } from '../model-architecture';
import { ConfigReader } from './config-reader';
import { headsOf, latentOf } from './decoder';
import { expertsOf } from './experts';
import { Family } from './family';
import { withKinds } from './kinds';
import { deltaAttention } from './linear-attention';
import { sharedChoices, withinContext } from './sparse-attention';

/** `Glm5NextTextConfig`. */
const DEFAULTS = {
  ...{ index_n_heads: 32, index_head_dim: 128, index_topk: 2048, index_kpool: 16, hc_mult: 4 },
  ...{ linear_head_dim: 128, linear_num_heads: 64, linear_conv_kernel_dim: 4, qk_rope_head_dim: 0 },
};

/**
 * GLM-5.3-Flash (`glm5_next`): Kimi's delta attention in three of four layers; in the others latent attention without positions to the tokens that an
 * index picks, which keeps one key for sixteen tokens. Several hidden states are mixed before and after each block (hyper-connections). Sources:
 * transformers' `glm5_next`, vLLM's `models/glm5next` (0.32.0).
 */
const glm5Next: Family = (given) => {
  const linear = given.inside('linear_attn_config');
  const stated = {
    linear_head_dim: linear?.whole('head_dim'),
    linear_num_heads: linear?.whole('num_heads'),
    linear_conv_kernel_dim: linear?.whole('short_conv_kernel_size'),
  };
  const known = Object.entries(stated).filter(([, value]) => value !== undefined);
  const reader = given.withDefaults({ ...DEFAULTS, ...Object.fromEntries(known) });
  const layers = reader.required('num_hidden_layers');
  const latent = latentOf(reader);
  if (!latent) reader.missing('kv_lora_rank');
  const heads = headsOf(reader, {}, latent);
  const h = heads.hiddenSize;
  const size = reader.required('linear_head_dim');
  const count = reader.required('linear_num_heads');
  const gates = 2 * size * (h + count * size);
  const facts = deltaAttention(h, count, size, reader.required('linear_conv_kernel_dim'), gates);
  const positions = Array.isArray(reader.config.mlp_layer_types) ? {} : { first_k_dense_replace: 3 };
  const found = expertsOf(reader.withDefaults(positions), layers, { routerBias: true });
  const intermediateSize = reader.required('intermediate_size');
  const streams = reader.required('hc_mult');
  // Weights and biases that mix the hidden states, for both blocks, and three scales each; vLLM keeps them in 32 bits.
  const mixing = 2 * ((2 + streams) * streams * (streams * h + 1) + 3);
  const index = indexOf(reader, h);
  const shares = sharedChoices(reader, layers);
  const attends = attendsOf(reader, layers);
  const shape: DecoderShape = {
    ...heads,
    layers,
    intermediateSize,
    experts: found?.experts,
    predictionLayers: reader.whole('num_nextn_predict_layers'),
  };
  return withKinds(shape, (i): Omit<LayerKind, 'count'> => ({
    ...(attends(i) ? { attention: { latent, index: shares(i) ? { ...index, shared: true } : index } } : facts),
    ...(found?.has(i) ? { experts: true } : { intermediateSize }),
    otherParameters: mixing + (attends(i) ? 0 : (facts.otherParameters ?? 0)),
    float32Parameters: mixing + (attends(i) ? 0 : (facts.float32Parameters ?? 0)),
  }));
};

/** That of DeepSeek V3.2, and a gate and a place for each of the tokens that a key stands for. */
function indexOf(reader: ConfigReader, h: number): SparseIndex {
  const heads = reader.required('index_n_heads');
  const headSize = reader.required('index_head_dim');
  const tokensPerKey = reader.required('index_kpool');
  const queries = reader.required('q_lora_rank') * heads * headSize;
  return {
    ...{ heads, headSize, tokensPerKey },
    topTokens: withinContext(reader, reader.required('index_topk')),
    parameters: queries + h * headSize + 2 * headSize + h * heads + tokensPerKey * headSize + headSize * h,
  };
}

function attendsOf(reader: ConfigReader, layers: number): (layer: number) => boolean {
  const types = reader.perLayerOf('layer_types', layers, ['linear_attention', 'indexed_attention', 'full_attention']);
  return (i) => (types ? types[i] !== 'linear_attention' : i % 4 === 3);
}

/** GLM since its linear attention. */
export const GLM_NEXT_FAMILIES: { readonly [type: string]: Family } = { glm5_next_text: glm5Next };
