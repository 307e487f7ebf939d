import { dispatchedBytes, exchangeOf, imbalanceOf } from './all-to-all';
import { Configuration, sequencesPerRank } from './configuration';
import { EvidenceClass, PlanFigure } from './plan-parts';

/**
 * What data-parallel attention adds to a plan: how the memory is divided, and the exchange of tokens between ranks; none without.
 *
 * @internal
 */
export function exchangeFigures(configuration: Configuration): PlanFigure[] {
  const { model, parallelism, instanceType, engine, nodes, nodeNetwork } = configuration;
  const { experts } = model;
  const { attentionRanks, tensor, expert } = parallelism;
  if (!experts || attentionRanks === 1) return [];
  const tokens = sequencesPerRank(configuration) / tensor;
  const exchange = exchangeOf(configuration, tokens, false);
  const width = experts.latentSize ?? model.hiddenSize;
  const kib = (bytes: number) => `${(bytes / 1024).toFixed(0)} KiB`;
  const us = (seconds: number) => `${(seconds * 1e6).toFixed(0)} µs`;
  const network =
    nodes / parallelism.replicas > 1
      ? `, ${nodeNetwork === 'TCP' ? 'TCP' : instanceType.efaInterfaces > 0 ? 'EFA' : 'InfiniBand'} between nodes`
      : '';
  return [
    {
      name: 'data-parallel attention',
      value: `${attentionRanks} ranks of ${tensor} GPU${tensor === 1 ? '' : 's'} in each replica, ${experts.routed / expert} of ${experts.routed} experts on each GPU`,
      formula:
        'weights per GPU = all but routed experts / tensor + routed experts / expert; cache per rank = its own sequences',
      inputs: `${parallelism}, ${sequencesPerRank(configuration)} sequences on the fullest rank; the busiest GPU has ${imbalanceOf(configuration).toFixed(2)} times the average work of experts`,
      evidence: EvidenceClass.EXTRAPOLATED,
      errorBand:
        'batches that overlap and copies of popular experts are not planned, with which steps over many nodes are a quarter to two fifths shorter',
    },
    {
      name: 'exchange of tokens in a layer with experts',
      value: `dispatch ${us(exchange.dispatch)}, combine ${us(exchange.combine)}`,
      formula: engine._isVllm
        ? 'all-gather and reduce-scatter of the tokens of all ranks (allgather_reducescatter): fixed time + bytes within the node / NVLink + bytes between nodes / network'
        : 'fixed time + max(bytes within the node / NVLink, tokens × experts of a token × width × bytes × share of other nodes / network)',
      inputs:
        `${tokens} tokens of each GPU × ${experts.perToken} experts × ${width} × ${dispatchedBytes(configuration.precision)} bytes there and 2 back: ` +
        `${kib(exchange.dispatchBytes)} and ${kib(exchange.combineBytes)}${network}`,
      evidence: EvidenceClass.MEASURED_KERNELS,
      errorBand: '± 30 %',
    },
  ];
}
