import { Fault, fault, faultsUnder } from '../units/fault';
import { UnscopedValidationError } from '../units/errors';
import { givenValue, wholeNumberFault } from '../units/number-faults';
import { LatentAttention } from './latent-attention';
import { DecoderShape, ExpertLayers, SlidingWindow } from './model-architecture';
import { precisionFromConfig } from './hugging-face-quantization';
import { unknownNameFault } from './near-names';
import { Precision } from './precision';

/** A parsed `config.json`. */
interface Config {
  readonly [key: string]: unknown;
}

/** Properties of a family that its `config.json` does not state. */
interface Family {
  readonly attentionBias?: boolean;
  readonly queryKeyNorm?: boolean;
  readonly normsPerLayer?: number;
  readonly tiedByDefault?: boolean;
  readonly attentionOutputBias?: boolean;
  readonly normBias?: boolean;
  readonly feedForwardBias?: boolean;
  readonly gatedFeedForward?: boolean;
  readonly needsBfloat16?: boolean;
  /** One bias per expert in the router. */
  readonly routerBias?: boolean;
  /** Values that the family's configuration class has where the file states none. */
  readonly defaults?: Config;
}

/** `Gemma3TextConfig`: the files of the models that also read images state only what differs from it. */
const GEMMA_3_DEFAULTS: Config = {
  vocab_size: 262208,
  num_attention_heads: 8,
  num_key_value_heads: 4,
  head_dim: 256,
  max_position_embeddings: 131072,
  sliding_window: 4096,
};

const LLAMA_4: Family = {
  defaults: {
    num_key_value_heads: 8,
    head_dim: 128,
    intermediate_size_mlp: 16384,
    num_local_experts: 16,
    num_experts_per_tok: 1,
    max_position_embeddings: 131072,
  },
};

const GLM: Family = { attentionBias: true, defaults: { num_key_value_heads: 2, head_dim: 128 } };

/** Model types that are known to be decoders whose parameters can be counted. Source: the modeling code in huggingface/transformers. */
const FAMILIES: { readonly [type: string]: Family } = {
  llama: {},
  mistral: { defaults: { num_key_value_heads: 8 } },
  ministral3: { defaults: { num_key_value_heads: 8, head_dim: 128 } },
  mixtral: { defaults: { num_key_value_heads: 8 } },
  qwen2: { attentionBias: true, defaults: { num_key_value_heads: 32 } },
  qwen2_moe: { attentionBias: true, defaults: { num_key_value_heads: 16 } },
  // The language parts of the models that also read images; Qwen2.5-VL and before have it in the file itself.
  qwen2_vl: { attentionBias: true },
  qwen2_vl_text: { attentionBias: true },
  qwen2_5_vl: { attentionBias: true },
  qwen2_5_vl_text: { attentionBias: true },
  qwen3_vl_text: { queryKeyNorm: true, defaults: { num_key_value_heads: 32, head_dim: 128 } },
  qwen3_vl_moe_text: { queryKeyNorm: true, defaults: { num_key_value_heads: 16 } },
  qwen3: { queryKeyNorm: true, defaults: { num_key_value_heads: 32, head_dim: 128 } },
  qwen3_moe: { queryKeyNorm: true, defaults: { num_key_value_heads: 4 } },
  deepseek: {},
  deepseek_v2: {},
  deepseek_v3: {},
  kimi_k2: {},
  // The bias of the output head (one value per token of the vocabulary) is not counted.
  phi: {
    attentionBias: true,
    attentionOutputBias: true,
    feedForwardBias: true,
    gatedFeedForward: false,
    normBias: true,
    normsPerLayer: 1,
  },
  phi3: {},
  phimoe: { attentionBias: true, attentionOutputBias: true, normBias: true, defaults: { num_key_value_heads: 8 } },
  gemma: { tiedByDefault: true, defaults: { num_key_value_heads: 16, head_dim: 256 } },
  gemma2: {
    tiedByDefault: true,
    normsPerLayer: 4,
    needsBfloat16: true,
    defaults: { num_key_value_heads: 4, head_dim: 256 },
  },
  gemma3_text: {
    tiedByDefault: true,
    normsPerLayer: 4,
    queryKeyNorm: true,
    needsBfloat16: true,
    defaults: GEMMA_3_DEFAULTS,
  },
  // Norms of queries and keys have no weights there (`Llama4TextL2Norm`).
  llama4_text: LLAMA_4,
  glm: GLM,
  glm4: { ...GLM, normsPerLayer: 4, needsBfloat16: true },
  glm4_moe: { routerBias: true, defaults: { num_key_value_heads: 8, head_dim: 128 } },
  gpt_oss: { attentionBias: true, attentionOutputBias: true, defaults: { num_key_value_heads: 8, head_dim: 64 } },
};

/**
 * The shape that a `config.json` of Hugging Face describes, and the format that its checkpoint is in.
 *
 * @throws UnscopedValidationError naming what is missing or not known; nothing is guessed
 *
 * @internal
 */
export function modelFromConfig(name: string, json: unknown): { shape: DecoderShape; publishedPrecision?: Precision } {
  if (typeof name !== 'string') {
    const reason = `name must be a text, e.g. 'my-model'; got ${givenValue(name)}`;
    throw new UnscopedValidationError([fault('INVALID_NAME', 'name', reason)]);
  }
  const outer = parse(name, json);
  // Multimodal models keep the language model's numbers in a section of their own.
  const own = isConfig(outer.text_config) ? outer.text_config : outer;
  const type = own.model_type ?? outer.model_type ?? '';
  if (typeof type !== 'string') {
    const reason = `model '${name}': model_type must be a text, e.g. 'llama'; got ${givenValue(type)}`;
    throw new UnscopedValidationError([fault('INVALID_FORMAT', 'model_type', reason)]);
  }
  if (type === '') {
    const reason = `model '${name}': config.json has no 'model_type'`;
    throw new UnscopedValidationError([fault('CONFIG_LACKS_VALUE', 'model_type', reason)]);
  }
  const family = Object.hasOwn(FAMILIES, type) ? FAMILIES[type] : undefined;
  if (!family) {
    const otherwise = 'ModelSpec.dense and .mixtureOfExperts take a shape';
    const unknown = unknownNameFault('model_type', type, Object.keys(FAMILIES), otherwise, 'model_type');
    throw new UnscopedValidationError(faultsUnder([unknown], '', `model '${name}'`));
  }
  const stated = Object.entries(own).filter(([, value]) => value !== null);
  // Null means as many key-value heads as query heads, where the class would default to fewer.
  const everyHead = own.num_key_value_heads === null ? { num_key_value_heads: own.num_attention_heads } : {};
  const config: Config = { ...family.defaults, ...everyHead, ...Object.fromEntries(stated) };
  const faults: Fault[] = [];
  const whole = (...keys: string[]): number | undefined => {
    for (const key of keys) {
      const value = config[key];
      if (value === undefined || value === null) continue;
      const wrong = wholeNumberFault(key, value, 0);
      faults.push(...faultsUnder(wrong, '', `model '${name}'`));
      return wrong.length > 0 ? undefined : (value as number);
    }
    return undefined;
  };
  const required = (...keys: string[]): number => {
    const before = faults.length;
    const value = whole(...keys);
    if (value === undefined && faults.length === before)
      faults.push(fault('CONFIG_LACKS_VALUE', keys[0], `model '${name}': config.json has no '${keys[0]}'`));
    return value ?? 1;
  };
  const layers = required('num_hidden_layers');
  const attentionHeads = required('num_attention_heads');
  const latentAttention = latent(whole, required);
  const llama4 = type === 'llama4_text';
  const experts = expertsOf(config, type, layers, whole, faults, name);
  const dense = llama4 ? required('intermediate_size_mlp') : required('intermediate_size', 'moe_intermediate_size');
  const shape: DecoderShape = {
    layers,
    hiddenSize: required('hidden_size'),
    attentionHeads,
    keyValueHeads: latentAttention ? undefined : whole('num_key_value_heads'),
    headSize: latentAttention ? undefined : whole('head_dim'),
    intermediateSize: dense,
    vocabularySize: required('vocab_size'),
    maxContextLength: scaledContext(config, type, required('max_position_embeddings')),
    tiedEmbeddings:
      flag(config, 'tie_word_embeddings') ?? flag(outer, 'tie_word_embeddings') ?? family.tiedByDefault ?? false,
    attentionBias: flag(config, 'attention_bias') ?? family.attentionBias,
    attentionOutputBias:
      family.attentionOutputBias ?? ((type === 'llama' || llama4) && flag(config, 'attention_bias') === true),
    feedForwardBias: flag(config, 'mlp_bias') ?? family.feedForwardBias,
    gatedFeedForward: family.gatedFeedForward,
    normBias: family.normBias,
    queryKeyNorm: type === 'glm4_moe' ? flag(config, 'use_qk_norm') : family.queryKeyNorm,
    normsPerLayer: family.normsPerLayer,
    attentionSinks: type === 'gpt_oss' ? true : undefined,
    needsBfloat16: family.needsBfloat16,
    predictionLayers: whole('num_nextn_predict_layers'),
    latentAttention,
    experts,
    slidingWindow: windowOf(config, type, layers, whole),
  };
  const quantization: Fault[] = [];
  const publishedPrecision = precisionFromConfig([own, outer], quantization);
  faults.push(...faultsUnder(quantization, '', `model '${name}'`));
  if (faults.length > 0) throw new UnscopedValidationError(faults);
  const known = Object.entries(shape).filter(([, value]) => value !== undefined);
  return { shape: Object.fromEntries(known) as unknown as DecoderShape, publishedPrecision };
}

/** Kinds of rotary scaling that lengthen the context beyond the stated positions. */
const SCALED: readonly unknown[] = ['linear', 'dynamic', 'yarn'];

/**
 * The context after rotary scaling, as vLLM derives `max_model_len`: `linear` and `dynamic` scaling multiply the positions, `yarn` those
 * before scaling (`original_max_position_embeddings`); `llama3` and `longrope` are already included in the positions, and so is the scaling
 * of Gemma 3.
 *
 * @see https://github.com/vllm-project/vllm (vllm/config: _get_and_verify_max_len)
 */
function scaledContext(config: Config, type: string, positions: number): number {
  const scaling = isConfig(config.rope_scaling) ? config.rope_scaling : config.rope_parameters;
  if (!isConfig(scaling) || type.startsWith('gemma3')) return positions;
  const { factor, original_max_position_embeddings: original } = scaling;
  const kind = scaling.rope_type ?? scaling.type;
  if (!SCALED.includes(kind) || typeof factor !== 'number' || !(factor >= 1)) return positions;
  const before = kind === 'yarn' && typeof original === 'number' && original > 0 ? original : positions;
  return Math.floor(before * factor);
}

function latent(
  whole: (...keys: string[]) => number | undefined,
  required: (...keys: string[]) => number,
): LatentAttention | undefined {
  const keyValueRank = whole('kv_lora_rank');
  if (!keyValueRank) return undefined;
  return {
    keyValueRank,
    queryRank: whole('q_lora_rank') || undefined,
    nopeHeadSize: required('qk_nope_head_dim'),
    ropeHeadSize: required('qk_rope_head_dim'),
    valueHeadSize: required('v_head_dim'),
  };
}

function expertsOf(
  config: Config,
  type: string,
  layers: number,
  whole: (...keys: string[]) => number | undefined,
  faults: Fault[],
  name: string,
): ExpertLayers | undefined {
  const routed = whole('num_local_experts', 'n_routed_experts', 'num_experts');
  if (!routed) return undefined;
  const perToken = whole('num_experts_per_tok', 'experts_per_token');
  const intermediateSize = whole('moe_intermediate_size', 'intermediate_size');
  if (!perToken || !intermediateSize) {
    faults.push(
      fault(
        'CONFIG_LACKS_VALUE',
        'num_experts_per_tok',
        `model '${name}': config.json has experts, but no 'num_experts_per_tok' or 'moe_intermediate_size'`,
      ),
    );
    return undefined;
  }
  const llama4 = type === 'llama4_text';
  const layerStep = whole('interleave_moe_layer_step', 'decoder_sparse_step') || 1;
  const listed = Array.isArray(config.mlp_only_layers) && config.mlp_only_layers.length > 0;
  const list = Array.isArray(config.moe_layers) ? config.moe_layers : undefined;
  const chosen =
    list !== undefined &&
    (list.length !== Math.floor(layers / layerStep) || list.some((layer, i) => layer !== (i + 1) * layerStep - 1));
  if ((whole('moe_layer_freq') ?? 1) > 1 || listed || chosen)
    faults.push(
      fault(
        'UNSUPPORTED_EXPERT_LAYERS',
        'moe_layers',
        `model '${name}': experts in listed layers, or in every n-th layer starting with the first, are not supported; supported are ` +
          'models whose first layers, or all but every n-th layer, are dense',
      ),
    );
  const sharedIntermediateSize = whole('shared_expert_intermediate_size') || undefined;
  const firstDenseLayers = Math.min(whole('first_k_dense_replace') ?? 0, layers - 1);
  return {
    routed,
    perToken,
    intermediateSize,
    shared: llama4 ? 1 : (whole('n_shared_experts') ?? (sharedIntermediateSize ? 1 : 0)),
    ...(sharedIntermediateSize ? { sharedIntermediateSize, sharedGate: true } : {}),
    firstDenseLayers,
    ...(layerStep > 1 ? { layerStep } : {}),
    bias: type === 'gpt_oss',
    routerBias: type === 'gpt_oss' || FAMILIES[type].routerBias === true || config.topk_method === 'noaux_tc',
  };
}

function windowOf(
  config: Config,
  type: string,
  layers: number,
  whole: (...keys: string[]) => number | undefined,
): SlidingWindow | undefined {
  // `attention_chunk_size` of Llama 4 is not a window: see `DecoderShape.slidingWindow`.
  const tokens = whole('sliding_window');
  if (!tokens) return undefined;
  if (Array.isArray(config.layer_types)) {
    const count = config.layer_types.filter((layer) => layer === 'sliding_attention').length;
    return count > 0 ? { tokens, layers: count } : undefined;
  }
  if (type === 'gemma2' || type === 'gpt_oss') return { tokens, layers: Math.ceil(layers / 2) };
  if (type === 'gemma3_text') {
    const pattern = whole('sliding_window_pattern') || 6;
    return { tokens, layers: layers - Math.floor(layers / pattern) };
  }
  if (type.startsWith('qwen')) return undefined; // `use_sliding_window` is off in every published checkpoint.
  return tokens < (whole('max_position_embeddings') ?? 0) ? { tokens, layers } : undefined;
}

function flag(config: Config, key: string): boolean | undefined {
  return typeof config[key] === 'boolean' ? (config[key] as boolean) : undefined;
}

function isConfig(value: unknown): value is Config {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parse(name: string, json: unknown): Config {
  let value = json;
  if (typeof json === 'string') {
    try {
      value = JSON.parse(json);
    } catch (error) {
      throw new UnscopedValidationError([
        fault('INVALID_FORMAT', undefined, `model '${name}': config.json must be JSON: ${(error as Error).message}`),
      ]);
    }
  }
  if (isConfig(value)) return value;
  throw new UnscopedValidationError([
    fault('INVALID_FORMAT', undefined, `model '${name}': config.json must be a JSON object; got ${givenValue(value)}`),
  ]);
}
