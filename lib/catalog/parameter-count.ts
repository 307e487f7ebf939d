import { DecoderShape, ExpertLayers } from './model-architecture';

/**
 * Parameters of a model, grouped by how they are quantized and spread over GPUs.
 *
 * @internal
 */
export interface ParameterCount {
  /** Query, output and (MLA) down projections of one layer: shared out over tensor ranks. */
  readonly attention: number;
  /** Key and value projections of one layer: replicated when there are fewer heads than tensor ranks. */
  readonly keyValue: number;
  /**
   * Of `attention`, the up projections of latent attention in one layer; zero without it. In NVFP4 they and the down projections
   * (`keyValue`) stay in 16 bits: `hf_quant_config.json` of nvidia/DeepSeek-V3.1-NVFP4 leaves out `q_a`, `q_b`, `kv_a` and `kv_b`.
   */
  readonly latentUp: number;
  /** Dense feed-forward matrices of one layer that has them. */
  readonly denseFeedForward: number;
  /** Routed experts of one layer that has them. */
  readonly routedExperts: number;
  /** Shared experts of one layer that has them. */
  readonly sharedExperts: number;
  /** Router of one layer with experts; stays in 16 bits. */
  readonly router: number;
  /** Norms and biases of one layer; stay in 16 bits, on every rank. */
  readonly small: number;
  /** Output rows of all quantized matrices of all layers (for one scale each). */
  readonly outputRows: number;
  /** Embedding, head and position tables; stay in 16 bits. */
  readonly embedding: number;
  /** Output head, part of `embedding`; zero when tied. */
  readonly head: number;
  /** Final norm. */
  readonly finalNorm: number;
  /** Image encoder; stays in 16 bits, on every GPU. */
  readonly encoder: number;
  readonly denseLayers: number;
  readonly expertLayers: number;
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
 * Counts the parameters of a shape. `P = L × (attention + feed-forward + norms) + norm + V × h × (1 or 2)`.
 *
 * @internal
 */
export function countParameters(shape: DecoderShape): ParameterCount {
  const { layers, hiddenSize: h, attentionHeads: nq, intermediateSize: f, experts, latentAttention: mla } = shape;
  const nkv = shape.keyValueHeads ?? nq;
  const d = shape.headSize ?? h / nq;
  const norm = h * (shape.normBias ? 2 : 1);
  const matrices = (shape.gatedFeedForward ?? true) ? 3 : 2;
  let attention: number;
  let keyValue: number;
  let attentionRows: number;
  let latentUp = 0;
  let small = (shape.normsPerLayer ?? 2) * norm;
  if (mla) {
    const query = nq * (mla.nopeHeadSize + mla.ropeHeadSize);
    const up = nq * (mla.nopeHeadSize + mla.valueHeadSize);
    latentUp = (mla.queryRank ? mla.queryRank * query : h * query) + mla.keyValueRank * up;
    attention = latentUp + nq * mla.valueHeadSize * h;
    // The down projections are on every tensor rank, like the compressed cache itself.
    keyValue = h * (mla.keyValueRank + mla.ropeHeadSize) + (mla.queryRank ? h * mla.queryRank : 0);
    attentionRows = query + up + h + mla.keyValueRank + mla.ropeHeadSize + (mla.queryRank ?? 0);
    small += mla.keyValueRank + (mla.queryRank ?? 0);
  } else {
    attention = 2 * h * nq * d;
    keyValue = 2 * h * nkv * d;
    attentionRows = nq * d + h + 2 * nkv * d;
    small += shape.attentionBias ? (nq + 2 * nkv) * d : 0;
    small += shape.queryKeyNorm ? 2 * d : 0;
  }
  small += shape.attentionOutputBias ? h : 0;
  small += shape.attentionSinks ? nq : 0;
  const bias = (width: number) => (matrices - 1) * width + h;
  const expertLayers = experts ? expertLayersBefore(layers, experts) : 0;
  const denseLayers = layers - expertLayers;
  const fe = experts?.intermediateSize ?? 0;
  const routed = experts?.routed ?? 0;
  const shared = experts?.shared ?? 0;
  const sharedWidth = experts?.sharedIntermediateSize ?? shared * fe;
  const expertRows = routed * bias(fe) + (sharedWidth > 0 ? bias(sharedWidth) : 0);
  return {
    attention,
    keyValue,
    latentUp,
    denseFeedForward: matrices * h * f + (shape.feedForwardBias ? bias(f) : 0),
    routedExperts: routed * (matrices * h * fe + (experts?.bias ? bias(fe) : 0)),
    sharedExperts: matrices * h * sharedWidth,
    router: routed * h + (experts?.routerBias ? routed : 0) + (experts?.sharedGate ? h : 0),
    small,
    outputRows: layers * attentionRows + denseLayers * bias(f) + expertLayers * expertRows,
    embedding: shape.vocabularySize * h * (shape.tiedEmbeddings ? 1 : 2) + (shape.positionEmbeddings ?? 0) * h,
    head: shape.tiedEmbeddings ? 0 : shape.vocabularySize * h,
    finalNorm: norm,
    encoder: shape.encoderParameters ?? 0,
    denseLayers,
    expertLayers,
  };
}

/**
 * Fits the counts to a known total (approximate models hold everything in their layers) and applies parameter sharing.
 *
 * @internal
 */
export function scaleParameters(count: ParameterCount, total: number | undefined, shared: number): ParameterCount {
  const keep = 1 - shared;
  let factor = keep;
  let rest = 1;
  if (total !== undefined) {
    const layers = count.denseLayers * (count.attention + count.keyValue + count.denseFeedForward);
    factor = (keep * total) / layers;
    rest = 0;
  }
  return {
    ...count,
    attention: count.attention * factor,
    keyValue: count.keyValue * factor,
    latentUp: count.latentUp * factor,
    denseFeedForward: count.denseFeedForward * factor,
    routedExperts: count.routedExperts * factor,
    sharedExperts: count.sharedExperts * factor,
    router: count.router * rest,
    small: count.small * rest,
    embedding: count.embedding * rest,
    head: count.head * rest,
    finalNorm: count.finalNorm * rest,
  };
}
