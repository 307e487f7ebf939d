import { Configuration, DEFAULT_MAX_SEQUENCES, configurationOf, sequencesPerRank } from './configuration';
import { fitOf } from './memory-fit';

/**
 * A load on hardware, with the default of `max_num_seqs` lowered where the blocks of states are fewer: an engine that is told more refuses to
 * start. A number that was given stays.
 *
 * @internal
 */
export function settledConfiguration(...given: Parameters<typeof configurationOf>): Configuration {
  const configuration = configurationOf(...given);
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

/**
 * Whether the default of `max_num_seqs` was lowered to the blocks of states.
 *
 * @internal
 */
export function isLowered({ requestedMaxSequences, maxSequences }: Configuration): boolean {
  return requestedMaxSequences === undefined && maxSequences < DEFAULT_MAX_SEQUENCES;
}
