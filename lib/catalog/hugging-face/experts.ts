import { ExpertLayers } from '../model-architecture';
import { ConfigReader } from './config-reader';

/**
 * Experts of a model, and the layers that have them.
 *
 * @internal
 */
export interface ExpertFacts {
  readonly experts: ExpertLayers;
  readonly has: (layer: number) => boolean;
}

/**
 * What of a router vLLM loads in 32 bits: its bias per expert, or all of it.
 *
 * @internal
 */
export type Float32Router = 'bias' | 'router';

/** What families call the numbers of their experts. */
const ROUTED = ['num_local_experts', 'n_routed_experts', 'num_experts', 'moe_num_experts'];
const PER_TOKEN = [
  'num_experts_per_tok',
  'experts_per_token',
  'num_experts_per_token',
  'moe_topk',
  'moe_k',
  'moe_top_k',
  'top_k_experts',
];
const SHARED = ['n_shared_experts', 'num_shared_experts', 'num_shared_expert', 'moe_num_shared_experts'];
const SHARED_WIDTH = [
  'shared_expert_intermediate_size',
  'moe_shared_expert_intermediate_size',
  'shared_intermediate_size',
  'share_expert_dim',
];
const WIDTH = ['moe_intermediate_size', 'expert_ffn_hidden_size', 'intermediate_size'];

/**
 * The experts that a file describes; undefined for a dense model.
 *
 * @internal
 */
export function expertsOf(
  reader: ConfigReader,
  layers: number,
  more: Partial<ExpertLayers> = {},
  float32?: Float32Router,
): ExpertFacts | undefined {
  const routed = reader.whole(...ROUTED);
  if (!routed) return undefined;
  const perToken = reader.whole(...PER_TOKEN);
  const intermediateSize = reader.whole(...WIDTH);
  if (!perToken || !intermediateSize) {
    const reason = `config.json has experts, but no 'num_experts_per_tok' or 'moe_intermediate_size'`;
    reader.refuse('CONFIG_LACKS_VALUE', 'num_experts_per_tok', reason);
    return undefined;
  }
  const stated = reader.whole(...SHARED_WIDTH) || undefined;
  const shared = reader.whole(...SHARED) ?? (stated ? 1 : 0);
  const wide = (more.routerBias ? routed : 0) + (float32 === 'router' ? routed * reader.required('hidden_size') : 0);
  const sharedIntermediateSize = shared > 0 ? stated : undefined;
  return {
    experts: {
      routed,
      perToken,
      intermediateSize,
      shared,
      ...(sharedIntermediateSize ? { sharedIntermediateSize } : {}),
      ...more,
      ...(float32 && wide > 0 ? { float32RouterParameters: wide } : {}),
    },
    has: layersWith(reader, layers),
  };
}

/** The layers with experts, by the lists or numbers of the file. */
function layersWith(reader: ConfigReader, layers: number): (layer: number) => boolean {
  const kinds = reader.perLayerOf('mlp_layer_types', layers, ['dense', 'sparse', 'moe', 'hash_moe']);
  if (kinds) return (i) => kinds[i] !== 'dense';
  const each = reader.perLayerOf('moe_layer_freq', layers, [0, 1, true, false]);
  if (each) return (i) => Boolean(each[i]);
  const listed = numbered(reader);
  if (listed) return (i) => listed.has(i);
  const dense = reader.config.mlp_only_layers;
  const without = new Set<unknown>(Array.isArray(dense) ? (dense as unknown[]) : []);
  const first = reader.whole('first_k_dense_replace', 'num_dense_layers', 'moe_layer_start_index') ?? 0;
  const last = reader.whole('moe_layer_end_index') ?? layers - 1;
  const step = reader.whole('interleave_moe_layer_step', 'decoder_sparse_step', 'moe_layer_interval') || 1;
  const every = reader.whole('moe_layer_freq') || 1;
  return (i) => i >= first && i <= last && (i + 1) % step === 0 && i % every === 0 && !without.has(i);
}

/** Numbers of layers with experts, as a list or as a text of numbers. */
function numbered(reader: ConfigReader): Set<unknown> | undefined {
  const text = reader.text('moe_layers_enum');
  if (text !== undefined) return new Set(text.split(',').map(Number));
  const list = reader.config.moe_layers;
  return Array.isArray(list) ? new Set<unknown>(list as unknown[]) : undefined;
}
