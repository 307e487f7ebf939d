import { EncoderShape } from '../encoder-shape';
import { LatentAttention } from '../latent-attention';
import { LayerKind } from '../layer-kinds';
import { DecoderShape, ExpertLayers } from '../model-architecture';
import { ConfigReader } from './config-reader';
import { ExpertFacts, Float32Router, expertsOf } from './experts';
import { withKinds } from './kinds';
import { Config, isConfig } from './parse';

/**
 * Properties of a family that its `config.json` does not state. Source: the modeling code in huggingface/transformers.
 *
 * @internal
 */
export interface Traits {
  readonly attentionBias?: boolean;
  readonly attentionOutputBias?: boolean;
  /** Whether `attention_bias` stands for the bias of the output projection too. */
  readonly outputBiasWithAttentionBias?: boolean;
  /** Whether `use_bias` stands for the biases of all matrices. */
  readonly useBias?: boolean;
  readonly queryKeyNorm?: boolean;
  /** Whether queries and keys are normalized over all heads at once, not per head (OLMo 2). */
  readonly wideQueryKeyNorm?: boolean;
  readonly normsPerLayer?: number;
  readonly normBias?: boolean;
  readonly tiedByDefault?: boolean;
  readonly feedForwardBias?: boolean;
  readonly gatedFeedForward?: boolean;
  readonly needsBfloat16?: boolean;
  readonly attentionSinks?: boolean;
  readonly outputGate?: boolean;
  readonly experts?: Partial<ExpertLayers>;
  readonly float32Router?: Float32Router;
  /** Width of the dense block, where it is not `intermediate_size`. */
  readonly denseWidth?: string;
  /** Layers that have the window where the file lists none; all by default. */
  readonly windowed?: (layer: number, reader: ConfigReader) => boolean;
  /** Whether the windows are chunks (`attention_chunk_size`). */
  readonly chunked?: boolean;
  /** Whether norms have no weights. */
  readonly normWeights?: boolean;
  /** Parameters of a layer that nothing else describes. */
  readonly otherPerLayer?: (reader: ConfigReader) => number;
  /** Parameters outside the layers that nothing else describes. */
  readonly other?: (reader: ConfigReader) => number;
  /** Encoders that every model of the family has. */
  readonly encoders?: EncoderShape[];
  /** Values that the family's configuration class has where the file states none. */
  readonly defaults?: Config;
}

/** Attention of a layer as files name it. */
const LAYER_TYPES = ['full_attention', 'sliding_attention', 'chunked_attention', 'indexed_attention', 'attention'];

/**
 * A decoder of plain layers: attention, all of it or within a window, and a dense block or experts.
 *
 * @internal
 */
export function decoder(given: ConfigReader, traits: Traits = {}): DecoderShape {
  const reader = traits.defaults ? given.withDefaults(traits.defaults) : given;
  const layers = reader.required('num_hidden_layers');
  const latentAttention = latentOf(reader);
  const experts = expertsOf(reader, layers, traits.experts, traits.float32Router);
  const width = traits.denseWidth ?? 'intermediate_size';
  const other = traits.other?.(reader);
  const shape: DecoderShape = {
    ...headsOf(reader, traits, latentAttention),
    layers,
    intermediateSize: reader.required(width, 'moe_intermediate_size'),
    feedForwardBias: reader.flag('mlp_bias') ?? everyBias(reader, traits) ?? traits.feedForwardBias,
    gatedFeedForward: traits.gatedFeedForward,
    normsPerLayer: traits.normsPerLayer,
    attentionSinks: traits.attentionSinks,
    needsBfloat16: traits.needsBfloat16,
    predictionLayers: reader.whole('num_nextn_predict_layers'),
    latentAttention,
    otherParameters: other || undefined,
    encoders: traits.encoders,
  };
  const window = windowOf(reader, traits, layers);
  return joined(reader, traits, shape, window, experts);
}

/**
 * Numbers that decoders of every kind have.
 *
 * @internal
 */
export function headsOf(reader: ConfigReader, traits: Traits, latentAttention?: LatentAttention) {
  const { outer } = reader;
  // Where the file and its section for the language model differ, transformers 5 and vLLM go by the file.
  const whole: unknown = outer.tie_word_embeddings;
  const tied = typeof whole === 'boolean' ? whole : reader.flag('tie_word_embeddings');
  const every = everyBias(reader, traits);
  const bias = reader.flag('attention_bias') ?? every ?? traits.attentionBias;
  return {
    hiddenSize: reader.required('hidden_size'),
    attentionHeads: reader.required('num_attention_heads'),
    keyValueHeads: latentAttention ? undefined : reader.whole('num_key_value_heads'),
    headSize: latentAttention ? undefined : reader.whole('head_dim'),
    vocabularySize: reader.required('vocab_size'),
    maxContextLength: scaledContext(reader, reader.required('max_position_embeddings')),
    tiedEmbeddings: typeof tied === 'boolean' ? tied : (traits.tiedByDefault ?? false),
    attentionBias: bias,
    attentionOutputBias:
      every ??
      reader.flag('attention_out_bias') ??
      traits.attentionOutputBias ??
      (traits.outputBiasWithAttentionBias === true && bias === true),
    normBias: traits.normBias,
    normWeights: traits.normWeights,
    queryKeyNorm: traits.queryKeyNorm,
  };
}

function everyBias(reader: ConfigReader, traits: Traits): boolean | undefined {
  return traits.useBias === true ? reader.flag('use_bias') : undefined;
}

/** Puts together what layers have: in the short form if they differ in a window and the position of experts alone. */
function joined(
  reader: ConfigReader,
  traits: Traits,
  shape: DecoderShape,
  window: { tokens: number; has: (layer: number) => boolean } | undefined,
  found: ExpertFacts | undefined,
): DecoderShape {
  const all = Array.from({ length: Math.min(shape.layers, 1000) }, (_, i) => i);
  const windowed = all.filter((i) => window?.has(i)).length;
  const chunked = traits.chunked ? { chunked: true } : {};
  const slidingWindow = window && windowed > 0 ? { tokens: window.tokens, layers: windowed, ...chunked } : undefined;
  const other = otherPerLayer(reader, traits, shape);
  const positions = found && expertPositions(all.map(found.has));
  const simple = !traits.outputGate && other === 0;
  if (simple && !found) return { ...shape, slidingWindow };
  if (simple && found && positions) return { ...shape, slidingWindow, experts: { ...found.experts, ...positions } };
  const { latentAttention: latent, ...rest } = shape;
  return withKinds({ ...rest, experts: found?.experts }, (i): Omit<LayerKind, 'count'> => ({
    attention: {
      ...(latent ? { latent } : {}),
      ...(window?.has(i) ? { window: window.tokens, ...chunked } : {}),
      ...(traits.outputGate ? { outputGate: true } : {}),
    },
    ...(found?.has(i) ? { experts: true } : { intermediateSize: shape.intermediateSize }),
    ...(other > 0 ? { otherParameters: other } : {}),
  }));
}

function otherPerLayer(reader: ConfigReader, traits: Traits, shape: DecoderShape): number {
  const headSize = shape.headSize ?? shape.hiddenSize / shape.attentionHeads;
  const heads = shape.attentionHeads + (shape.keyValueHeads ?? shape.attentionHeads);
  return (traits.otherPerLayer?.(reader) ?? 0) + (traits.wideQueryKeyNorm ? heads * headSize : 0);
}

/** Experts in all layers after the first dense ones, or in every n-th; undefined for other positions. */
function expertPositions(has: readonly boolean[]): Pick<ExpertLayers, 'firstDenseLayers' | 'layerStep'> | undefined {
  const first = has.indexOf(true);
  if (first < 0) return undefined;
  if (has.every((own, i) => own === i >= first)) return { firstDenseLayers: first };
  const step = first + 1;
  return has.every((own, i) => own === ((i + 1) % step === 0)) ? { firstDenseLayers: 0, layerStep: step } : undefined;
}

/**
 * Latent attention, where the file has it.
 *
 * @internal
 */
export function latentOf(reader: ConfigReader): LatentAttention | undefined {
  const keyValueRank = reader.whole('kv_lora_rank');
  if (!keyValueRank) return undefined;
  const queryRank = reader.whole('q_lora_rank') || undefined;
  return {
    keyValueRank,
    ...(queryRank ? { queryRank } : {}),
    nopeHeadSize: reader.required('qk_nope_head_dim'),
    ropeHeadSize: reader.required('qk_rope_head_dim'),
    valueHeadSize: reader.required('v_head_dim'),
  };
}

/**
 * The window of a model, and the layers that have it; in Llama 4 it is a chunk (`attention_chunk_size`).
 *
 * @internal
 */
export function windowOf(
  reader: ConfigReader,
  traits: Traits,
  layers: number,
): { tokens: number; has: (layer: number) => boolean } | undefined {
  const types = reader.perLayerOf('layer_types', layers, LAYER_TYPES);
  const keys = traits.chunked ? ['attention_chunk_size'] : ['sliding_window', 'sliding_window_size'];
  const tokens = reader.whole(...keys);
  const name = traits.chunked ? 'chunked_attention' : 'sliding_attention';
  if (!tokens || tokens >= scaledContext(reader, reader.whole('max_position_embeddings') ?? 0)) return undefined;
  if (types) return { tokens, has: (i) => types[i] === name };
  return { tokens, has: (i) => traits.windowed?.(i, reader) ?? true };
}

/** Kinds of rotary scaling that lengthen the context beyond the stated positions. */
const SCALED: readonly unknown[] = ['linear', 'dynamic', 'yarn'];

/**
 * The context after rotary scaling, as vLLM derives `max_model_len`: `linear` and `dynamic` scaling multiply the positions, `yarn` those
 * before scaling (`original_max_position_embeddings`); `llama3` and `longrope` are already included in the positions, and so is the scaling
 * of Gemma 3.
 *
 * @see https://github.com/vllm-project/vllm (vllm/config: _get_and_verify_max_len)
 *
 * @internal
 */
export function scaledContext({ config, type }: ConfigReader, positions: number): number {
  const scaling = isConfig(config.rope_scaling) ? config.rope_scaling : config.rope_parameters;
  if (!isConfig(scaling) || type.startsWith('gemma3')) return positions;
  const { factor, original_max_position_embeddings: original } = scaling;
  const kind = scaling.rope_type ?? scaling.type;
  if (!SCALED.includes(kind) || typeof factor !== 'number' || !(factor >= 1 && factor < 1e6)) return positions;
  const before = kind === 'yarn' && typeof original === 'number' && original > 0 ? original : positions;
  return Math.floor(before * factor);
}
