import { Layer } from '../catalog/layers';
import { LayerParameters } from '../catalog/parameter-count';
import { imbalanceOf } from './all-to-all';
import { Configuration } from './configuration';
import { expertCoverage, expertFit, expertSeconds } from './expert-kernels';
import { KernelModel, matmulSeconds } from './kernel-model';
import { sharesOutTokens } from './stage-weights';
import { Pass, partBytes, tokensOf, tokensOfRanks } from './pass';

/** Product of the hidden state with the router, in 16 bits: one launch (the selection is part of the experts' kernels). */
const ROUTER = 6e-6;

/**
 * What follows the mixer in a layer: a dense block, experts, or both.
 *
 * @internal
 */
export function feedForwards(
  configuration: Configuration,
  kernel: KernelModel,
  layer: Layer,
  counted: LayerParameters,
  pass: Pass,
): number {
  const { tensor } = configuration.parallelism;
  const bytes = partBytes(configuration).denseFeedForward;
  return (
    (layer.intermediateSize > 0
      ? feedForwardTime(configuration, kernel, tokensOf(pass), layer.intermediateSize / tensor, bytes)
      : 0) + (layer.experts ? expertTime(configuration, kernel, counted, pass) : 0)
  );
}

/** Gate, up and down products of one dense layer, of the width on one GPU. */
function feedForwardTime(
  configuration: Configuration,
  kernel: KernelModel,
  m: number,
  width: number,
  bytes: number,
): number {
  const { model } = configuration;
  const gates = (model.shape.gatedFeedForward ?? true) ? 2 : 1;
  return (
    matmulSeconds(kernel, m, model.hiddenSize, gates * width, bytes) +
    matmulSeconds(kernel, m, width, model.hiddenSize, bytes)
  );
}

/** Router, routed and shared experts of one layer: reads the experts that the step hits, computes the active ones. */
function expertTime(configuration: Configuration, kernel: KernelModel, counted: LayerParameters, pass: Pass): number {
  const { model, parallelism, precision } = configuration;
  const experts = model.experts;
  if (!experts) return 0;
  const { tensor, expert } = parallelism;
  const m = tokensOf(pass);
  // With experts spread over data-parallel ranks each rank's experts see the tokens of all of them, and the busiest one sets the pace.
  const tokens = tokensOfRanks(configuration, pass);
  const imbalance = imbalanceOf(configuration);
  const spread = expert > 1 ? expert : tensor;
  const coverage = expertCoverage(experts.routed, experts.perToken, tokens);
  const routed = expertSeconds(
    expertFit(configuration.engine, configuration.gpu, precision),
    configuration.gpu,
    precision,
    {
      localExperts: experts.routed / expert,
      width: expert > 1 ? experts.intermediateSize : experts.intermediateSize / tensor,
      hitParameters: (counted.routedExperts * Math.min(1, coverage * imbalance)) / spread,
      rowsPerHit: (tokens * experts.perToken * imbalance) / (experts.routed * Math.min(1, coverage * imbalance)),
      routedElements: (imbalance * tokens * experts.perToken * (experts.latentSize ?? model.hiddenSize)) / expert,
    },
  );
  const divided = sharesOutTokens(configuration);
  const rows = divided ? m / tensor : m;
  const sharedWidth = experts.sharedIntermediateSize ?? (experts.shared ?? 0) * experts.intermediateSize;
  const shared =
    sharedWidth > 0
      ? feedForwardTime(
          configuration,
          kernel,
          rows,
          divided ? sharedWidth : sharedWidth / tensor,
          partBytes(configuration).sharedExperts,
        )
      : 0;
  const latent = experts.latentSize ? 2 * matmulSeconds(kernel, rows, model.hiddenSize, experts.latentSize, 2) : 0;
  return routed + shared + latent + ROUTER;
}
