import { Configuration, Load, leastStep } from './configuration';
import { fitOf } from './memory-fit';
import { settledConfiguration } from './scheduled-sequences';
import { estimate } from './serving-estimate';

/** Numbers of sequences that are tried: each a third to a half more than the one before. */
const LEVELS: readonly number[] = [
  ...[1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024],
  ...[1536, 2048, 3072, 4096, 6144, 8192, 12288, 16384],
];
/** vLLM's largest default of `max_num_seqs`, for each data-parallel rank. */
const MOST_OF_RANK = 1024;

/**
 * The configuration with the most sequences at once that fit: the most tokens per second of one replica. If not even one fits, that of one.
 *
 * @internal
 */
export function busiest(
  load: Load,
  hardware: Parameters<typeof settledConfiguration>[1],
  parallelism: Configuration['parallelism'],
): Configuration {
  const at = (level: number) => settledConfiguration({ ...load, concurrency: LEVELS[level] }, hardware, parallelism);
  const single = at(0);
  const room = Math.min(
    Math.min(load.requestedMaxSequences ?? Infinity, stepRoom(load), MOST_OF_RANK) * parallelism.attentionRanks,
    fitOf(single).memory.maxSequences,
  );
  const most = LEVELS.filter((sequences) => sequences <= room).length - 1;
  const level = last(most, (each) => fitOf(at(each)).fits);
  return level < 1 ? single : at(level);
}

/** Most sequences of a rank that a given step has tokens for. */
function stepRoom(load: Load): number {
  const { engine, requestedMaxBatchedTokens: tokens } = load;
  return tokens === undefined || !engine._isVllm ? Infinity : tokens - leastStep(load, 0);
}

/**
 * The same with as many of the sequences as stay within a ceiling of the time per token, milliseconds; one where none does.
 *
 * @internal
 */
export function within(configuration: Configuration, ceiling: number | undefined): Configuration {
  const at = levels(configuration);
  const own = LEVELS.indexOf(configuration.concurrency);
  if (ceiling === undefined) return configuration;
  const level = last(own, (each) => estimate(at(each), LEVELS[each]).timePerOutputToken * 1e3 <= ceiling);
  return at(Math.max(0, level));
}

/**
 * The same configuration with as few sequences at once as still reach a throughput with its replicas, so that each of them waits less.
 *
 * @internal
 */
export function calmest(configuration: Configuration, wanted: number): Configuration {
  const { replicas } = configuration.parallelism;
  const at = levels(configuration);
  const short = (level: number) => estimate(at(level), LEVELS[level]).outputTokensPerSecond * replicas < wanted;
  const own = LEVELS.indexOf(configuration.concurrency);
  return own < 1 || short(own) ? configuration : at(last(own - 1, short) + 1);
}

/** A configuration with other numbers of sequences. */
function levels(configuration: Configuration): (level: number) => Configuration {
  return (level) =>
    LEVELS[level] === configuration.concurrency
      ? configuration
      : settledConfiguration(
          { ...configuration, concurrency: LEVELS[level] },
          configuration,
          configuration.parallelism,
        );
}

/** The last number from zero to a limit for which something holds, which holds for all before it too; -1 if for none. */
function last(limit: number, holds: (level: number) => boolean): number {
  if (limit < 0 || holds(limit)) return limit;
  let [yes, no] = [-1, limit];
  while (no - yes > 1) {
    const middle = Math.floor((yes + no) / 2);
    if (holds(middle)) yes = middle;
    else no = middle;
  }
  return yes;
}
