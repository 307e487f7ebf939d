import { LayerParameters } from './parameter-count';
import { Precision } from './precision';
import { WeightBits } from './weight-bits';

/**
 * Bytes of a weight of each part of a model.
 *
 * @internal
 */
export interface PartBytes {
  readonly attention: number;
  /** Key, value and down projections, and the up projections of latent attention. */
  readonly latent: number;
  readonly state: number;
  readonly denseFeedForward: number;
  readonly sharedExperts: number;
  readonly routedExperts: number;
  /** Matrix that gives the logits, where it is one of its own. */
  readonly head: number;
  /** Embeddings, router and norms. */
  readonly other: number;
}

/**
 * Bytes of a weight of each part. Quantized formats leave embeddings, head, router and norms in 16 bits; MXFP4 also everything but the
 * experts of a mixture-of-experts model, NVFP4 the projections of latent attention but its output.
 *
 * @param precision number format
 * @param model what is known of the model
 * @param bits of the parts of the checkpoint, if it is served in the format that it is published in
 *
 * @internal
 */
export function partBytes(
  precision: Precision,
  model: { readonly hasExperts: boolean; readonly hasLatent: boolean },
  bits: WeightBits = {},
): PartBytes {
  const own = precision.bytesPerWeight;
  const wide = wideBytes(precision);
  const expertsOnly = precision.name === Precision.MXFP4.name && model.hasExperts;
  const matrices = expertsOnly ? wide : own;
  const of = (stated: number | undefined, otherwise: number) => (stated === undefined ? otherwise : stated / 8);
  const latent = precision.name === Precision.NVFP4.name && model.hasLatent ? wide : matrices;
  return {
    attention: of(bits.attention, matrices),
    latent: of(bits.attention, latent),
    state: of(bits.states, matrices),
    denseFeedForward: of(bits.feedForward, matrices),
    sharedExperts: of(bits.sharedExperts, matrices),
    routedExperts: of(bits.experts, own),
    head: of(bits.outputHead, wide),
    other: wide,
  };
}

/**
 * Bytes of weights, scale factors included.
 *
 * @param layers parameters of all layers, or of those on one GPU
 * @param other parameters outside the layers
 * @param bytes of a weight of each part
 * @param rowScaleBits bits of the scale factor of each output row
 *
 * @internal
 */
export function weightBytes(layers: LayerParameters, other: number, bytes: PartBytes, rowScaleBits: number): number {
  return (
    (layers.attention - layers.latentUp) * bytes.attention +
    (layers.latentUp + layers.keyValue) * bytes.latent +
    layers.state * bytes.state +
    layers.denseFeedForward * bytes.denseFeedForward +
    layers.sharedExperts * bytes.sharedExperts +
    layers.routedExperts * bytes.routedExperts +
    (layers.router + layers.small + other) * bytes.other +
    (layers.outputRows * rowScaleBits) / 8
  );
}

/**
 * Bytes of a weight that is not quantized.
 *
 * @internal
 */
export function wideBytes(precision: Precision): number {
  return precision.quantized ? 2 : precision.bytesPerWeight;
}
