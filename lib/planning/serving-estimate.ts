import { Setup } from './setup';
import { EAGER_LAYER, PassTime, passTime } from './step-time';

/**
 * Times and rates of one replica with a number of sequences at once.
 *
 * @internal
 */
export interface ServingEstimate {
  readonly concurrency: number;
  /** Time between two tokens of an answer, prefills of the others included, seconds. */
  readonly timePerOutputToken: number;
  /** Decode step alone. */
  readonly decode: PassTime;
  /** Prefill of one prompt, without dispatch. */
  readonly prefill: number;
  /** Time to the first token on an idle server, seconds. */
  readonly timeToFirstToken: number;
  /** Output tokens per second. */
  readonly outputTokensPerSecond: number;
}

/**
 * Estimates of continuous batching: `TPOT = decode(b, in + out/2) + (b-1) × prefill(in) / out`, `TTFT = prefill + 0.4 ms/layer`.
 *
 * @internal
 */
export function estimate(setup: Setup, concurrency: number): ServingEstimate {
  const { inputTokens, outputTokens, engine, parallelism, model } = setup;
  const batches = parallelism.pipeline === 1 ? 1 : microBatchesOf(setup, concurrency);
  const perBatch = Math.max(1, concurrency / batches);
  const length = inputTokens + outputTokens / 2;
  const decode = passTime(setup, {
    tokens: perBatch,
    sequences: perBatch,
    cachedTokens: perBatch * length,
    prefill: false,
  });
  // With more micro-batches than stages a token waits for the slowest stage of all of them, else only for its own way through.
  const cycle = Math.max(decode.total, batches * decode.bottleneck);
  const prefillPass = prefillTime(setup, inputTokens);
  const prefillWork = parallelism.pipeline === 1 ? prefillPass.total : prefillPass.bottleneck;
  const interleaved = (Math.max(0, concurrency - 1) * prefillWork * engine.prefillFactor) / outputTokens;
  const timePerOutputToken = cycle * engine.decodeFactor + interleaved;
  return {
    concurrency,
    timePerOutputToken,
    decode,
    prefill: prefillPass.total,
    timeToFirstToken: prefillPass.total + EAGER_LAYER * model.layers * (1 - model.skippedLayerFraction),
    outputTokensPerSecond: concurrency / (timePerOutputToken + (prefillWork * engine.prefillFactor) / outputTokens),
  };
}

/** Prefill of one prompt in steps of the token window. */
function prefillTime(setup: Setup, tokens: number): PassTime {
  return passTime(setup, { tokens, sequences: 1, cachedTokens: 0, prefill: true });
}

/**
 * Micro-batches in flight: as asked, else one per stage (what engines keep), never more than sequences.
 *
 * @internal
 */
export function microBatchesOf(setup: Setup, concurrency: number): number {
  return Math.max(1, Math.min(setup.microBatches ?? setup.parallelism.pipeline, concurrency));
}

/**
 * Efficiency of a pipeline that is filled and drained: `m / (m + p - 1)`.
 *
 * @internal
 */
export function pipelineEfficiency(microBatches: number, stages: number): number {
  return microBatches / (microBatches + stages - 1);
}
