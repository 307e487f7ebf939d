import { Layer } from '../../catalog/layers';
import { TrainingSetup } from './training-setup';

/**
 * Bytes that a step keeps for its backward pass, and what it needs beside them, for one token.
 *
 * Counted from what autograd saves of a Llama of transformers (5.17, SDPA) in 16 bits: inputs of two norms in 32 and 16 bits and their outputs (16 h),
 * rotated queries and the attention's output, rotated keys and values (2 bytes each), gate, its activation, the other half and the product (8 f), a
 * number for each head and norm. The peak of a step is 0.2 % less to 5 % more than that of seven shapes on an H200 with PyTorch 2.11
 * (test/planning/training/fixtures).
 *
 * The classic count of a GPT-2 layer with attention's matrices kept is 34 h + 5 heads × sequence (Korthikanti et al. 2022, arXiv 2205.05198); kernels that
 * compute attention in tiles keep none of the matrices.
 *
 * @internal
 */
export interface TokenActivations {
  /** Of the inputs of a stage's layers and, without checkpointing, all that they keep. */
  readonly layers: number;
  /** Of the last norm and the head: logarithms of all probabilities, in 32 bits. */
  readonly head: number;
  /** What a layer needs at once in its backward pass, with checkpointing. */
  readonly layerPeak: number;
  /** What the loss needs at once: logits in 16 and 32 bits, and their gradients. */
  readonly headPeak: number;
}

/** @internal */
export function tokenActivations({ model, config, precision }: TrainingSetup, layers: number): TokenActivations {
  const { hiddenSize: h, vocabularySize } = model;
  // Measured in 16 bits; in 32 all but what is in 32 already is twice as much.
  const scale = precision.bits / 16;
  const kinds = model._layers.kinds;
  const whole = kinds.map((kind) => keptOf(kind, model));
  const mean = kinds.reduce((sum, { count }, i) => sum + count * whole[i], 0) / model.layers;
  const widest = Math.max(...kinds.map((kind) => widthOf(kind, model)));
  return {
    layers: scale * layers * (config.activationCheckpointing ? 2 * h : mean),
    head: scale * (8 * h + 4 * vocabularySize),
    layerPeak: config.activationCheckpointing
      ? scale * (Math.max(...whole) + Math.max(2 * widest, 4 * widest - 7 * h))
      : scale * 16 * h,
    headPeak: scale * 8 * vocabularySize,
  };
}

/** Bytes of a token that a layer keeps, in 16 bits. */
function keptOf(kind: Layer, model: TrainingSetup['model']): number {
  const { hiddenSize: h } = model;
  const { attention, state } = kind;
  const gated = model.shape.gatedFeedForward ?? true;
  const block = (gated ? 8 : 4) * widthOf(kind, model);
  if (!attention) {
    // Queries, keys, values and gates of a state, of which nothing was measured: as wide as its heads.
    const width = state ? state.matrixParameters / h : 0;
    return 16 * h + 4 * width + block;
  }
  const { heads, headSize, valueHeadSize, latent } = attention;
  // Of latent attention each head has keys and values of its own while it is trained.
  const keys = latent ? heads : attention.keyValueHeads;
  const width = latent ? latent.nopeHeadSize + latent.ropeHeadSize : headSize;
  const values = latent ? latent.valueHeadSize : valueHeadSize;
  return 16 * h + 2 * heads * (width + values) + 2 * keys * (width + values) + block + 4 * heads + 8;
}

/** Width of a layer's block: of the experts that a token uses together, where it has them. */
function widthOf({ experts, intermediateSize }: Layer, model: TrainingSetup['model']): number {
  if (!experts || !model.experts) return intermediateSize;
  const { perToken, intermediateSize: width, shared = 0, sharedIntermediateSize } = model.experts;
  return perToken * width + (sharedIntermediateSize ?? shared * width);
}
