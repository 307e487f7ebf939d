import { Layer, Layers, ResolvedAttention } from './layers';
import { encoderParameters } from './encoders';
import { DecoderShape } from './model-architecture';

/**
 * Parameters of one layer of a kind, grouped by how they are quantized and spread over GPUs.
 *
 * @internal
 */
export interface LayerParameters {
  /** Query, output and (latent attention) up projections: shared out over tensor ranks. */
  readonly attention: number;
  /** Key and value projections: replicated when there are fewer heads than tensor ranks. */
  readonly keyValue: number;
  /**
   * Of `attention`, the up projections of latent attention; zero without it. In NVFP4 they and the down projections
   * (`keyValue`) stay in 16 bits: `hf_quant_config.json` of nvidia/DeepSeek-V3.1-NVFP4 leaves out `q_a`, `q_b`, `kv_a` and `kv_b`.
   */
  readonly latentUp: number;
  /** Projections of a state: shared out over tensor ranks. */
  readonly state: number;
  /** Dense feed-forward matrices. */
  readonly denseFeedForward: number;
  /** Routed experts. */
  readonly routedExperts: number;
  /** Shared experts. */
  readonly sharedExperts: number;
  /** Router, and what leads to experts of another width; stays in 16 bits. */
  readonly router: number;
  /** Norms, biases and the index of sparse attention; stay in 16 bits, on every rank. */
  readonly small: number;
  /** Of `router` and `small`, those that engines load in 32 bits. */
  readonly float32: number;
  /** Output rows of all quantized matrices (for one scale each). */
  readonly outputRows: number;
}

/**
 * Parameters of a model.
 *
 * @internal
 */
export interface ParameterCount {
  /** Of one layer of each kind. */
  readonly kinds: readonly LayerParameters[];
  /** Of all layers. */
  readonly layers: LayerParameters;
  /** Embedding, head and position tables; stay in 16 bits. */
  readonly embedding: number;
  /** Output head, part of `embedding`; zero when tied. */
  readonly head: number;
  /** Final norm. */
  readonly finalNorm: number;
  /** Encoders of images and sound; they stay in 16 bits. */
  readonly encoder: number;
  /** Layers with a dense block and without experts. */
  readonly denseLayers: number;
  readonly expertLayers: number;
}

const PARTS = [
  'attention',
  'keyValue',
  'latentUp',
  'state',
  'denseFeedForward',
  'routedExperts',
  'sharedExperts',
  'router',
  'small',
  'float32',
  'outputRows',
] as const;

/** One layer made of others. */
function combined(of: (part: (typeof PARTS)[number]) => number): LayerParameters {
  return Object.fromEntries(PARTS.map((part) => [part, of(part)])) as unknown as LayerParameters;
}

/**
 * Parameters of a layer or of all, without the rows of scales.
 *
 * @internal
 */
export function parametersOf(of: LayerParameters): number {
  return (
    of.attention +
    of.keyValue +
    of.state +
    of.denseFeedForward +
    of.routedExperts +
    of.sharedExperts +
    of.router +
    of.small
  );
}

/**
 * Counts the parameters of a shape. `P = Σ layers (attention or state + feed-forward + norms) + norm + V × h × (1 or 2)`.
 *
 * @internal
 */
export function countParameters(shape: DecoderShape, { kinds }: Pick<Layers, 'kinds'>): ParameterCount {
  const h = shape.hiddenSize;
  const counted = kinds.map((kind) => countLayer(shape, kind));
  const layersWith = (has: (kind: Layer) => boolean) =>
    kinds.reduce((sum, kind) => sum + (has(kind) ? kind.count : 0), 0);
  return {
    kinds: counted,
    layers: totalOf(kinds, counted),
    embedding:
      shape.vocabularySize * h * (shape.tiedEmbeddings ? 1 : 2) +
      (shape.positionEmbeddings ?? 0) * h +
      (shape.otherParameters ?? 0) +
      (shape.lookupParameters ?? 0),
    head: shape.tiedEmbeddings ? 0 : shape.vocabularySize * h,
    finalNorm: h * normValues(shape),
    encoder: encoderParameters(shape.encoders),
    denseLayers: layersWith(({ experts }) => !experts),
    expertLayers: layersWith(({ experts }) => experts),
  };
}

/** Values of a norm for each unit of the hidden state. */
function normValues({ normBias, normWeights = true }: DecoderShape): number {
  return (normWeights ? 1 : 0) + (normBias ? 1 : 0);
}

function totalOf(kinds: readonly Layer[], counted: readonly LayerParameters[]): LayerParameters {
  return combined((part) => kinds.reduce((sum, { count }, i) => sum + count * counted[i][part], 0));
}

/** Matrices of a feed-forward block, and the values of its biases. */
function feedForward(shape: DecoderShape): { matrices: number; bias: (width: number) => number } {
  const matrices = (shape.gatedFeedForward ?? true) ? 3 : 2;
  return { matrices, bias: (width) => (matrices - 1) * width + shape.hiddenSize };
}

function countLayer(shape: DecoderShape, layer: Layer): LayerParameters {
  const h = shape.hiddenSize;
  const { matrices, bias } = feedForward(shape);
  const { attention, state, intermediateSize: f } = layer;
  const mixed = attention ? countAttention(shape, attention) : undefined;
  const experts = layer.experts ? shape.experts : undefined;
  const fe = experts?.intermediateSize ?? 0;
  const routed = experts?.routed ?? 0;
  const sharedWidth = experts?.sharedIntermediateSize ?? (experts?.shared ?? 0) * fe;
  const expertWidth = experts?.latentSize ?? h;
  const rows =
    (mixed?.outputRows ?? 0) +
    (state ? state.matrixParameters / h : 0) +
    (f > 0 ? bias(f) : 0) +
    routed * ((matrices - 1) * fe + (experts ? expertWidth : 0)) +
    (sharedWidth > 0 ? bias(sharedWidth) : 0);
  return {
    attention: mixed?.attention ?? 0,
    keyValue: mixed?.keyValue ?? 0,
    latentUp: mixed?.latentUp ?? 0,
    state: state?.matrixParameters ?? 0,
    denseFeedForward: f > 0 ? matrices * h * f + (shape.feedForwardBias ? bias(f) : 0) : 0,
    routedExperts: routed * (matrices * expertWidth * fe + (experts?.bias ? bias(fe) : 0)),
    sharedExperts: matrices * h * sharedWidth,
    router:
      routed * h +
      (experts?.routerBias ? routed : 0) +
      (experts?.sharedGate ? h : 0) +
      (experts?.latentSize ? 2 * h * experts.latentSize : 0),
    small: layer.norms * h * normValues(shape) + (mixed?.small ?? 0) + layer.otherParameters,
    float32: layer.float32Parameters + (experts?.float32RouterParameters ?? 0),
    outputRows: rows,
  };
}

interface AttentionParameters {
  readonly attention: number;
  readonly keyValue: number;
  readonly latentUp: number;
  readonly small: number;
  readonly outputRows: number;
}

function countAttention(shape: DecoderShape, of: ResolvedAttention): AttentionParameters {
  const counted = countProjections(shape, of);
  if (of.matrixParameters === undefined) return counted;
  const attention = of.matrixParameters - counted.keyValue;
  return { ...counted, attention, latentUp: Math.min(counted.latentUp, attention) };
}

function countProjections(shape: DecoderShape, of: ResolvedAttention): AttentionParameters {
  const h = shape.hiddenSize;
  const { heads, keyValueHeads, headSize, valueHeadSize, latent } = of;
  const common =
    (shape.attentionOutputBias ? h : 0) + (shape.attentionSinks ? heads : 0) + (of.index ? indexParameters(h, of) : 0);
  if (latent) {
    const query = heads * (latent.nopeHeadSize + latent.ropeHeadSize);
    const up = heads * (latent.nopeHeadSize + latent.valueHeadSize);
    const latentUp = (latent.queryRank ? latent.queryRank * query : h * query) + latent.keyValueRank * up;
    const gate = of.outputGate ? h * heads * latent.valueHeadSize : 0;
    return {
      attention: latentUp + heads * latent.valueHeadSize * h + gate,
      latentUp,
      // The down projections are on every tensor rank, like the compressed cache itself.
      keyValue: h * (latent.keyValueRank + latent.ropeHeadSize) + (latent.queryRank ? h * latent.queryRank : 0),
      small: common + latent.keyValueRank + (latent.queryRank ?? 0),
      outputRows: query + up + h + latent.keyValueRank + latent.ropeHeadSize + (latent.queryRank ?? 0),
    };
  }
  const projected = !of.sharesCache || of.unusedProjections;
  const keyValue = projected ? keyValueHeads * (headSize + (of.sharesValues ? 0 : valueHeadSize)) : 0;
  const query = heads * headSize * (of.outputGate ? 2 : 1);
  return {
    attention: h * (query + heads * valueHeadSize),
    latentUp: 0,
    keyValue: h * keyValue,
    small:
      common + (shape.attentionBias ? query + keyValue : 0) + (shape.queryKeyNorm ? (projected ? 2 : 1) * headSize : 0),
    outputRows: query + h + keyValue,
  };
}

/** Index of DeepSeek V3.2 (`Indexer`): queries from the compressed ones, one key with a layer norm, a weight per head. */
function indexParameters(h: number, { index, latent }: ResolvedAttention): number {
  if (!index || index.shared) return 0;
  const { heads, headSize, parameters } = index;
  return parameters ?? (latent?.queryRank ?? h) * heads * headSize + h * headSize + 2 * headSize + h * heads;
}

/**
 * Fits the counts to a known total (approximate models hold everything in their layers) and applies parameter sharing.
 *
 * @internal
 */
export function scaleParameters(
  count: ParameterCount,
  { kinds }: Layers,
  total: number | undefined,
  shared: number,
): ParameterCount {
  const keep = 1 - shared;
  const { attention, keyValue, denseFeedForward } = count.layers;
  const factor = total === undefined ? keep : (keep * total) / (attention + keyValue + denseFeedForward);
  const rest = total === undefined ? 1 : 0;
  const kept: readonly string[] = ['router', 'small', 'float32'];
  const scaled = count.kinds.map((of) =>
    combined((part) => of[part] * (part === 'outputRows' ? 1 : kept.includes(part) ? rest : factor)),
  );
  return {
    ...count,
    kinds: scaled,
    layers: totalOf(kinds, scaled),
    embedding: count.embedding * rest,
    head: count.head * rest,
    finalNorm: count.finalNorm * rest,
  };
}
