import { Configuration } from './configuration';

/**
 * Average number of earlier tokens up to which the growth of the host's time was measured (answers of 2000 tokens, so 1000 before each on
 * average).
 */
const MAX_MEASURED_EARLIER_TOKENS = 1000;

/**
 * Seconds that the engine's host process needs for a step of `concurrency` sequences: to schedule it, and to send one token of each answer.
 * It does so while the GPUs compute, so it matters only if it takes longer. It is one process, however many GPUs a replica has, except
 * that vLLM has one for each data-parallel rank.
 *
 * @internal
 */
export function answerSeconds(configuration: Configuration, concurrency: number): number {
  const { engine, outputTokens, parallelism } = configuration;
  const sequences = engine._isVllm ? concurrency / parallelism.attentionRanks : concurrency;
  const earlier = Math.min(outputTokens / 2, MAX_MEASURED_EARLIER_TOKENS);
  return (
    engine.stepFloorMs * 1e-3 +
    sequences * (engine.answerMicrosecondsPerToken * 1e-6 + earlier * engine.answerNanosecondsPerEarlierToken * 1e-9)
  );
}
