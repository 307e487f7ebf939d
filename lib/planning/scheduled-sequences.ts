import { Configuration, configurationOf, defaultSequences, leastStep, sequencesPerRank } from './configuration';
import { fitOf } from './memory-fit';

/**
 * Steps of ranks that exchange tokens, in place of the default of 2048: the least is vLLM's own where every rank has room for what all send it
 * (`DEFAULT_MAX_NUM_BATCHED_TOKENS_FOR_BATCHED_DP` of 0.24.0, with DeepEP's kernels for decoding).
 */
const EXCHANGED_STEPS = [1024, 512, 256];

/**
 * A load on hardware, with the default of `max_num_seqs` lowered where the blocks of states are fewer: an engine that is told more refuses to
 * start; and that of `max_num_batched_tokens` where data-parallel ranks lack the memory for the tokens of all of them. Numbers that were given stay.
 *
 * @internal
 */
export function settledConfiguration(...given: Parameters<typeof configurationOf>): Configuration {
  const configuration = withExchangedStep(configurationOf(...given));
  const { requestedMaxSequences, maxSequences, model } = configuration;
  const fits = (sequences: number) => fitOf({ ...configuration, maxSequences: sequences }).shortfallBytes === 0;
  if (requestedMaxSequences !== undefined || !model._layers.kinds.some(({ state }) => state)) return configuration;
  if (fitOf(configuration).memory.stateBlocks === undefined || fits(maxSequences)) return configuration;
  // The sampler takes less with fewer sequences, so that there are more blocks: searched for.
  let [least, most] = [sequencesPerRank(configuration), maxSequences];
  while (most - least > 1) {
    const middle = Math.floor((least + most) / 2);
    if (fits(middle)) least = middle;
    else most = middle;
  }
  return { ...configuration, maxSequences: least };
}

/** The largest step of ranks that exchange tokens which fits, or the default where none does. */
function withExchangedStep(configuration: Configuration): Configuration {
  const { engine, parallelism, requestedMaxBatchedTokens, maxBatchedTokens } = configuration;
  const fixed = requestedMaxBatchedTokens !== undefined || parallelism.attentionRanks === 1;
  if (fixed || !engine._isVllm || fitOf(configuration).fits) return configuration;
  const least = leastStep(configuration, configuration.maxSequences);
  const smaller = EXCHANGED_STEPS.filter((tokens) => tokens < maxBatchedTokens && tokens >= least);
  const others = smaller.map((tokens) => ({ ...configuration, maxBatchedTokens: tokens }));
  return others.find((other) => fitOf(other).fits) ?? configuration;
}

/**
 * Whether the default of `max_num_seqs` was lowered to the blocks of states.
 *
 * @internal
 */
export function isLowered(configuration: Configuration): boolean {
  const { requestedMaxSequences, maxSequences } = configuration;
  return requestedMaxSequences === undefined && maxSequences < defaultSequences(configuration);
}
