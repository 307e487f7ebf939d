import { Configuration } from './configuration';

/**
 * Average number of earlier tokens up to which the growth of the host's time was measured (answers of 2000 tokens, so 1000 before each on
 * average).
 */
const MAX_MEASURED_EARLIER_TOKENS = 1000;

/**
 * Seconds that the engine's host process needs to send one token of each of `concurrency` answers. It does so while the GPUs compute the
 * next step, so it matters only if it takes longer; it is one process, however many GPUs a replica has.
 *
 * @internal
 */
export function answerSeconds(configuration: Configuration, concurrency: number): number {
  const { engine, outputTokens } = configuration;
  const earlier = Math.min(outputTokens / 2, MAX_MEASURED_EARLIER_TOKENS);
  return (
    concurrency * (engine.answerMicrosecondsPerToken * 1e-6 + earlier * engine.answerNanosecondsPerEarlierToken * 1e-9)
  );
}
