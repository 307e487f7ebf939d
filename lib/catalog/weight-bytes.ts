import { LayerParameters } from './parameter-count';
import { Precision } from './precision';

/**
 * Bytes of weights, scale factors included. Quantized formats leave embeddings, head, router and norms in 16 bits; MXFP4 also
 * everything but the experts of a mixture-of-experts model, NVFP4 the projections of latent attention but its output.
 *
 * @param layers parameters of all layers, or of those on one GPU
 * @param other parameters outside the layers
 * @param precision number format
 * @param approximate whether only the size of the model is known, and so not the rows of its matrices
 * @param hasExperts whether the model has experts
 *
 * @internal
 */
export function weightBytes(
  layers: LayerParameters,
  other: number,
  precision: Precision,
  approximate: boolean,
  hasExperts: boolean,
): number {
  const matrices = layers.attention + layers.keyValue + layers.state + layers.denseFeedForward + layers.sharedExperts;
  const experts = layers.routedExperts;
  const rest = layers.router + layers.small + other;
  if (!precision.quantized) return (matrices + experts + rest) * precision.bytesPerWeight;
  const expertsOnly = precision.name === Precision.MXFP4.name && hasExperts;
  const latent = precision.name === Precision.NVFP4.name && layers.latentUp > 0 ? layers.latentUp + layers.keyValue : 0;
  const scales = approximate ? 0 : (layers.outputRows * precision.rowScaleBits) / 8;
  return (
    experts * precision.bytesPerWeight +
    (matrices - latent) * (expertsOnly ? 2 : precision.bytesPerWeight) +
    (rest + latent) * wideBytes(precision) +
    scales
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
