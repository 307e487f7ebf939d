import { lazily } from '../units/lazily';
import { LatentAttention } from './latent-attention';
import { LayerKind, SparseIndex, StateLayer } from './layer-kinds';
import { DecoderShape, ExpertLayers } from './model-architecture';

/**
 * Attention of one kind of layer with every default filled in.
 *
 * @internal
 */
export interface ResolvedAttention {
  readonly heads: number;
  readonly keyValueHeads: number;
  readonly headSize: number;
  readonly valueHeadSize: number;
  readonly window?: number;
  readonly chunked: boolean;
  readonly sharesValues: boolean;
  readonly sharesCache: boolean;
  readonly unusedProjections: boolean;
  readonly outputGate: boolean;
  readonly latent?: LatentAttention;
  readonly index?: SparseIndex;
  readonly compression: number;
  readonly matrixParameters?: number;
}

/**
 * A state with every default filled in.
 *
 * @internal
 */
export type ResolvedState = Required<StateLayer>;

/**
 * One kind of layer with every default filled in.
 *
 * @internal
 */
export interface Layer {
  readonly count: number;
  readonly attention?: ResolvedAttention;
  readonly state?: ResolvedState;
  /** Width of the dense block; zero without one. */
  readonly intermediateSize: number;
  readonly experts: boolean;
  readonly norms: number;
  readonly otherParameters: number;
  readonly float32Parameters: number;
}

/**
 * The layers of a model by kind.
 *
 * @internal
 */
export class Layers {
  readonly #before = lazily(() => this.kinds.map((_, kind) => countedBefore(this.order, kind)));

  /**
   * @param kinds the kinds, each with how many layers it has
   * @param order kind of each layer, by its number
   * @param widestMixer widest output of the heads of a layer, or of its state; with latent attention the hidden size
   * @param widestBlock widest dense block; zero without one
   */
  public constructor(
    public readonly kinds: readonly Layer[],
    public readonly order: readonly number[],
    public readonly widestMixer: number,
    public readonly widestBlock: number,
  ) {}

  /** For each kind, how many of its layers are among the first n, for every n from zero on; counted when first needed. */
  public get before(): readonly (readonly number[])[] {
    return this.#before();
  }
}

/**
 * Layers with experts among the layers before a limit: those after the first dense ones whose number, from one, is a multiple of the step.
 *
 * @internal
 */
export function expertLayersBefore(limit: number, experts: ExpertLayers): number {
  const step = experts.layerStep ?? 1;
  return Math.max(0, Math.floor(limit / step) - Math.floor((experts.firstDenseLayers ?? 0) / step));
}

/**
 * The layers of a shape by kind. The shape must be without fault.
 *
 * @internal
 */
export function layersOf(shape: DecoderShape): Layers {
  const listed = shape.layerKinds ? explicitLayers(shape, shape.layerKinds) : plainLayers(shape);
  const { kinds, order } = listed;
  const widestMixer = Math.max(...kinds.map((kind) => mixerWidth(shape, kind)));
  return new Layers(kinds, order, widestMixer, Math.max(...kinds.map(({ intermediateSize }) => intermediateSize)));
}

function countedBefore(order: readonly number[], kind: number): number[] {
  const counts = [0];
  for (const each of order) counts.push(counts[counts.length - 1] + (each === kind ? 1 : 0));
  return counts;
}

function mixerWidth({ hiddenSize }: DecoderShape, { attention, state }: Layer): number {
  const heads = attention?.latent ? hiddenSize : (attention?.heads ?? 0) * (attention?.headSize ?? 0);
  return Math.max(heads, (state?.heads ?? 0) * (state?.headSize ?? 0));
}

interface Listed {
  readonly kinds: readonly Layer[];
  readonly order: readonly number[];
}

function explicitLayers(shape: DecoderShape, kinds: readonly LayerKind[]): Listed {
  return {
    kinds: kinds.map((kind) => resolved(shape, kind)),
    order: shape.layerOrder ?? spread(kinds.map(({ count }) => count)),
  };
}

/** Layers without explicit kinds: each has attention, with or without the window, and a dense block or experts. */
function plainLayers(shape: DecoderShape): Listed {
  const { layers, experts, slidingWindow: window } = shape;
  const whole = layers - (window?.layers ?? 0);
  const counts = [0, 0, 0, 0];
  const positions: number[] = [];
  for (let i = 0; i < layers; i++) {
    // Layers that see the whole context are spread evenly, each the last of its group (Gemma 2 and 3).
    const full = Math.floor(((i + 1) * whole) / layers) > Math.floor((i * whole) / layers);
    const expert = experts !== undefined && expertLayersBefore(i + 1, experts) > expertLayersBefore(i, experts);
    const kind = (full ? 0 : 1) + (expert ? 2 : 0);
    counts[kind]++;
    positions.push(kind);
  }
  const used = counts.flatMap((count, kind) => (count > 0 ? [kind] : []));
  const kinds = used.map((kind) =>
    resolved(shape, {
      count: counts[kind],
      attention: {
        latent: shape.latentAttention,
        ...(kind % 2 === 1 ? { window: window?.tokens, chunked: window?.chunked } : {}),
      },
      intermediateSize: kind < 2 ? shape.intermediateSize : 0,
      experts: kind >= 2,
    }),
  );
  return { kinds, order: positions.map((kind) => used.indexOf(kind)) };
}

function resolved(shape: DecoderShape, kind: LayerKind): Layer {
  const { attention, state } = kind;
  const heads = attention?.heads ?? shape.attentionHeads;
  const keyValueHeads = attention?.keyValueHeads ?? shape.keyValueHeads ?? heads;
  const headSize = attention?.headSize ?? shape.headSize ?? shape.hiddenSize / shape.attentionHeads;
  const groups = state?.groups ?? state?.heads ?? 0;
  return {
    count: kind.count,
    attention: attention && {
      heads,
      keyValueHeads: attention.latent ? 1 : keyValueHeads,
      headSize,
      valueHeadSize: attention.valueHeadSize ?? headSize,
      window: attention.window,
      chunked: attention.chunked ?? false,
      sharesValues: attention.sharesValues ?? false,
      sharesCache: attention.sharesCache ?? false,
      unusedProjections: attention.unusedProjections ?? false,
      outputGate: attention.outputGate ?? false,
      latent: attention.latent,
      index: attention.index,
      compression: attention.compression ?? 1,
      matrixParameters: attention.matrixParameters,
    },
    state: state && {
      heads: state.heads,
      headSize: state.headSize,
      stateSize: state.stateSize,
      groups,
      convolutionChannels: state.convolutionChannels ?? state.heads * state.headSize + 2 * groups * state.stateSize,
      convolutionWidth: state.convolutionWidth ?? 4,
      stateBits: state.stateBits ?? 32,
      matrixParameters: state.matrixParameters,
    },
    intermediateSize: kind.intermediateSize ?? 0,
    experts: kind.experts ?? false,
    norms: kind.norms ?? shape.normsPerLayer ?? 2,
    otherParameters: kind.otherParameters ?? 0,
    float32Parameters: kind.float32Parameters ?? 0,
  };
}

/** Kinds spread evenly: the one that lies furthest behind its share comes next. */
function spread(counts: readonly number[]): number[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const placed = counts.map(() => 0);
  return Array.from({ length: total }, (_, i) => {
    let next = 0;
    let most = -Infinity;
    for (const [kind, count] of counts.entries()) {
      const behind = ((i + 1) * count) / total - placed[kind];
      if (behind > most && placed[kind] < count) [next, most] = [kind, behind];
    }
    placed[next]++;
    return next;
  });
}
