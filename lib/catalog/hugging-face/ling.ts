import { StateLayer } from '../layer-kinds';
import { ConfigReader } from './config-reader';
import { headsOf, latentOf } from './decoder';
import { ExpertFacts, expertsOf } from './experts';
import { Family } from './family';
import { withKinds } from './kinds';
import { deltaAttention } from './linear-attention';
import { StateFacts } from './state-space';

/**
 * Ling and Ring 2.5, 2.6 and 3.0 (`bailing_hybrid`): latent attention in the last layer of each group, linear attention in the others. Sources: vLLM's
 * `bailing_moe_linear.py` (0.24.0) and `bailing_moe_v3.py` (0.32.0), transformers' `bailing_hybrid` for 3.0.
 */
const ling: Family = (given) => {
  const reader = given.withDefaults({
    first_k_dense_replace: 0,
    layer_group_size: 1,
    max_position_embeddings: given.config.model_max_length ?? undefined,
  });
  const third = isThird(reader);
  const layers = reader.required('num_hidden_layers');
  const latent = latentOf(reader);
  if (!latent) reader.missing('kv_lora_rank');
  const heads = headsOf(reader, {}, latent);
  const found = lingExperts(reader, layers, third);
  const intermediateSize = reader.required('intermediate_size');
  const facts = third ? delta(reader, heads.hiddenSize) : lightning(reader, heads.hiddenSize);
  const attends = attendsOf(reader, layers, third);
  const gate = third ? gateOf(reader) : undefined;
  const attention = { attention: { latent, ...(gate === 'element_wise' ? { outputGate: true } : {}) } };
  const byHead = gate === 'head_wise' ? { otherParameters: heads.hiddenSize * heads.attentionHeads } : {};
  const predictionLayers = reader.whole('num_nextn_predict_layers', 'num_mtp_layers');
  return withKinds({ ...heads, layers, intermediateSize, experts: found?.experts, predictionLayers }, (i) => ({
    ...(attends(i) ? { ...attention, ...byHead } : facts),
    ...(found?.has(i) ? { experts: true } : { intermediateSize }),
  }));
};

/** Ling 3 by the class that its file names, else by keys that only its file has. */
function isThird(reader: ConfigReader): boolean {
  const classes: unknown = reader.outer.architectures;
  const named = Array.isArray(classes) ? String(classes[0]) : '';
  if (/V2_?5/.test(named)) return false;
  return ['short_conv_kernel_size', 'kda_safe_gate', 'no_kda_lora', 'linear_conv_kernel_dim'].some((key) =>
    reader.has(key),
  );
}

/** Whether attention is gated by head, by value or not at all; transformers' class gates by head without being told. */
function gateOf(reader: ConfigReader): string | undefined {
  const key = 'gated_attention_proj_granularity_type';
  if (!reader.has('no_kda_lora') && !reader.has(key)) return 'head_wise';
  return reader.text(key);
}

/** The last layer of each group attends; of Ling 3 also those that are too few for a group. */
function attendsOf(reader: ConfigReader, layers: number, third: boolean): (layer: number) => boolean {
  const types = reader.perLayerOf('layer_types', layers, ['linear_attention', 'full_attention']);
  const group = reader.whole('layer_group_size') || 1;
  const whole = third ? Math.floor(layers / group) * group : Infinity;
  return (i) => (types ? types[i] === 'full_attention' : (i + 1) % group === 0 || i >= whole);
}

/** Kimi's delta attention with full matrices for decay and gate. */
function delta(reader: ConfigReader, h: number): StateFacts {
  const count = reader.required('linear_num_heads', 'num_attention_heads');
  const size = reader.required('linear_head_dim', 'head_dim');
  const convolutionWidth = reader.whole('linear_conv_kernel_dim', 'short_conv_kernel_size') ?? 4;
  return deltaAttention(h, count, size, convolutionWidth, 2 * h * count * size);
}

/** Lightning attention, gated and with a norm over all heads; the state has a head's width both ways, in the type of the model. */
function lightning(reader: ConfigReader, h: number): StateFacts {
  const count = reader.required('num_attention_heads');
  const size = reader.whole('head_dim') ?? Math.floor(h / count);
  const width = count * size;
  const state: StateLayer = {
    ...{ heads: count, headSize: size, stateSize: size, stateBits: 16 },
    ...{ convolutionChannels: 1, convolutionWidth: 1, matrixParameters: 5 * h * width },
  };
  const biased = reader.flag('use_bias') === true;
  const biases = (biased || reader.flag('use_qkv_bias') === true ? 3 * width : 0) + (biased ? h : 0);
  return { state, otherParameters: width + biases + (reader.flag('use_qk_norm') === true ? 2 * size : 0) };
}

/** Routers are in 32 bits, those of Ling 3 with a bias, those before where the file says so. */
function lingExperts(reader: ConfigReader, layers: number, third: boolean): ExpertFacts | undefined {
  const routerBias = third || reader.flag('moe_router_enable_expert_bias') === true;
  const wide = reader.text('router_dtype') === undefined || reader.text('router_dtype') === 'fp32';
  const shared = reader.whole('num_shared_experts', 'n_shared_experts') ?? 0;
  const width = reader.whole('moe_shared_expert_intermediate_size', 'moe_intermediate_size') ?? 0;
  const sharedIntermediateSize = shared * width;
  const more = {
    ...(routerBias ? { routerBias } : {}),
    ...(sharedIntermediateSize > 0 ? { sharedIntermediateSize } : {}),
  };
  return expertsOf(reader, layers, more, wide ? 'router' : 'bias');
}

/** Ling and Ring since their linear attention. */
export const LING_FAMILIES: { readonly [type: string]: Family } = { bailing_hybrid: ling };
