import { Config, isConfig } from './parse';

/** Names of Mistral's own `params.json` and those of `config.json` (vLLM's `transformers_utils/configs/mistral.py`). */
const NAMES: { readonly [name: string]: string } = {
  dim: 'hidden_size',
  n_layers: 'num_hidden_layers',
  n_heads: 'num_attention_heads',
  n_kv_heads: 'num_key_value_heads',
  hidden_dim: 'intermediate_size',
  tied_embeddings: 'tie_word_embeddings',
};
const EXPERT_NAMES: { readonly [name: string]: string } = {
  num_experts: 'n_routed_experts',
  num_experts_per_tok: 'num_experts_per_tok',
  expert_hidden_dim: 'moe_intermediate_size',
  num_shared_experts: 'n_shared_experts',
  first_k_dense_replace: 'first_k_dense_replace',
  route_every_n: 'moe_layer_freq',
};
/** Longest context where the file states none, as vLLM takes it. */
const DEFAULT_CONTEXT = 128000;

/**
 * A `params.json` of Mistral in the words of `config.json`; other files are returned as they are.
 *
 * @internal
 */
export function fromMistralParams(file: Config): Config {
  if (file.model_type !== undefined || typeof file.dim !== 'number' || typeof file.n_layers !== 'number') return file;
  const experts = isConfig(file.moe) ? file.moe : {};
  const renamed = (from: Config, names: { readonly [name: string]: string }) =>
    Object.fromEntries(
      Object.entries(from)
        .filter(([key]) => Object.hasOwn(names, key))
        .map(([key, value]) => [names[key], value]),
    );
  const latent = file.kv_lora_rank !== undefined && file.kv_lora_rank !== null;
  const shared = typeof experts.num_shared_experts === 'number' && experts.num_shared_experts > 0;
  const type = latent || shared ? 'deepseek_v3' : file.moe ? 'mixtral' : 'mistral';
  return {
    ...file,
    ...renamed(file, NAMES),
    ...renamed(experts, EXPERT_NAMES),
    ...(type === 'mixtral' ? { intermediate_size: experts.hidden_dim ?? file.hidden_dim } : {}),
    model_type: type,
    topk_method: 'greedy',
    max_position_embeddings: file.max_position_embeddings ?? file.max_seq_len ?? DEFAULT_CONTEXT,
    ...(isConfig(file.quantization) ? { quantization_config: quantizationOf(file.quantization) } : {}),
  };
}

function quantizationOf(quantization: Config): Config {
  return quantization.qformat_weight === 'fp8_e4m3' ? { quant_method: 'fp8' } : quantization;
}
