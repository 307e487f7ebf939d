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

/** Names of the encoder of sound of Voxtral, and those of Whisper's configuration. */
const AUDIO_NAMES: { readonly [name: string]: string } = {
  dim: 'd_model',
  n_layers: 'encoder_layers',
  hidden_dim: 'encoder_ffn_dim',
  n_heads: 'encoder_attention_heads',
  max_source_positions: 'max_source_positions',
};

function renamed(from: Config, names: { readonly [name: string]: string }): Config {
  const known = Object.entries(from).filter(([key]) => Object.hasOwn(names, key));
  return Object.fromEntries(known.map(([key, value]) => [names[key], value]));
}

const sectionOf = (from: unknown, key: string): Config | undefined =>
  isConfig(from) && isConfig(from[key]) ? from[key] : undefined;

/**
 * A `params.json` of Mistral in the words of `config.json`, with the encoder of images (Pixtral) or of sound (Voxtral) beside the language
 * model as vLLM has them; other files are returned as they are.
 *
 * @internal
 */
export function fromMistralParams(file: Config): Config {
  const named = file.model_type !== undefined && file.model_type !== 'transformer';
  if (named || typeof file.dim !== 'number' || typeof file.n_layers !== 'number') return file;
  const own = languageModel(file);
  const images = isConfig(file.vision_encoder)
    ? file.vision_encoder
    : sectionOf(file.multimodal, 'vision_encoder_args');
  if (images) return { model_type: 'pixtral', text_config: own, vision_config: images };
  const sound = sectionOf(file.multimodal, 'whisper_model_args');
  const encoder = sectionOf(sound, 'encoder_args');
  if (!encoder) return own;
  const bands = sectionOf(encoder, 'audio_encoding_args')?.num_mel_bins;
  const audio = { ...renamed(encoder, AUDIO_NAMES), ...(bands === undefined ? {} : { num_mel_bins: bands }) };
  // An encoder that hears as one speaks is another model.
  const type = encoder.causal === true ? 'voxtral_realtime' : 'voxtral';
  return {
    model_type: type,
    text_config: { ...own, ...(encoder.causal === true ? { model_type: type } : {}) },
    audio_config: audio,
  };
}

function languageModel(file: Config): Config {
  const experts = isConfig(file.moe) ? file.moe : {};
  const latent = file.kv_lora_rank !== undefined && file.kv_lora_rank !== null;
  const shared = typeof experts.num_shared_experts === 'number' && experts.num_shared_experts > 0;
  const type = latent || shared ? 'deepseek_v3' : file.moe ? 'mixtral' : 'mistral';
  return {
    ...file,
    ...renamed(file, NAMES),
    ...renamed(experts, EXPERT_NAMES),
    ...(type === 'mixtral' ? { intermediate_size: experts.hidden_dim ?? file.hidden_dim } : {}),
    ...windows(file),
    model_type: type,
    topk_method: 'greedy',
    max_position_embeddings: file.max_position_embeddings ?? file.max_seq_len ?? DEFAULT_CONTEXT,
    ...(isConfig(file.quantization) ? { quantization_config: quantizationOf(file.quantization) } : {}),
  };
}

/** Windows listed for a group of layers, which is repeated; null stands for all of the context. */
function windows({ sliding_window: listed, n_layers: layers }: Config): Config {
  if (!Array.isArray(listed) || listed.length === 0) return {};
  const own = (listed as unknown[]).find((each) => each !== null);
  const count = Math.min(Number(layers), 10_000);
  const types = Array.from({ length: count }, (_, i) => (listed[i % listed.length] === null ? 'full' : 'sliding'));
  return { sliding_window: own ?? null, layer_types: types.map((type) => `${type}_attention`) };
}

function quantizationOf(quantization: Config): Config {
  return quantization.qformat_weight === 'fp8_e4m3' ? { quant_method: 'fp8' } : quantization;
}
