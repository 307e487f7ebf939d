import { promptsOfStep, waitedFor } from './all-to-all';
import { Configuration } from './configuration';
import { draftSeconds } from './draft-time';
import { hostStep, stepSeconds } from './host-step';
import { Pass } from './pass';
import { PassTime, passTime } from './step-time';

/**
 * Effective number of micro-batches of a served pipeline between two drains: inverting m / (m + p - 1) on NVIDIA's published
 * Llama-3.3-70B with 2, 4 and 8 stages gives about 30.
 */
const PIPELINE_MICRO_BATCHES = 30;

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
  /** Time that drafting takes of a step, seconds. */
  readonly drafting: number;
  /** Tokens of an answer that a step gives. */
  readonly acceptanceLength: number;
  /** A step on the GPUs alone, drafting among it, without prefills, seconds. */
  readonly gpuStep: number;
  /** Time that the host needs for it, seconds; the longer of the two counts, or both where the GPUs wait. */
  readonly hostStep: number;
  /** Whether the GPUs wait for the host, which prepares a step when the one before it has ended. */
  readonly waitsForHost: boolean;
  /** Prefill of one prompt, without dispatch. */
  readonly prefill: number;
  /** Time to the first token on an idle server, seconds. */
  readonly timeToFirstToken: number;
  /** Output tokens per second. */
  readonly outputTokensPerSecond: number;
}

/**
 * Estimates of continuous batching: of `out` steps, those in which another sequence's prompt is computed take longer,
 * `TPOT = max(decode(b, in + out/2), b × host) + (mixed step - decode step) × prompts per step`. `TTFT = prefill + 0.4 ms/layer +
 * 3 µs/token` (dispatch; host work on the prompt). With speculative decoding a step also drafts, verifies several tokens of each sequence and gives
 * as many as are accepted and one more.
 *
 * @internal
 */
export function estimate(configuration: Configuration, concurrency: number): ServingEstimate {
  const { inputTokens, outputTokens, engine, parallelism, drafter } = configuration;
  const length = drafter?.acceptanceLength ?? 1;
  const ranks = parallelism.attentionRanks;
  const batches = parallelism.pipeline === 1 ? 1 : microBatchesOf(configuration, concurrency);
  const perBatch = Math.max(1, concurrency / ranks / batches);
  const decodePass: Pass = {
    decoding: perBatch,
    cachedTokens: perBatch * (inputTokens + outputTokens / 2),
    prompts: 0,
    promptTokens: inputTokens,
    queries: 1 + (drafter?.tokens ?? 0),
  };
  const decode = passTime(configuration, decodePass);
  // With more micro-batches than stages a token waits for the slowest stage of all of them, otherwise only for its own pass.
  const loss = 1 / pipelineEfficiency(PIPELINE_MICRO_BATCHES, parallelism.pipeline);
  const host = hostStep(configuration, concurrency);
  const drafting = draftSeconds(configuration, decodePass, host) * batches;
  const gpuStep = loss * Math.max(decode.total, batches * decode.bottleneck) * engine.decodeFactor + drafting;
  const prompt = (promptTokens: number): Pass => ({ decoding: 0, cachedTokens: 0, prompts: 1, promptTokens });
  const prefill = passTime(configuration, prompt(inputTokens));
  // A prompt longer than maxBatchedTokens takes several steps, each of which reads the weights.
  const pieces = Math.ceil(inputTokens / configuration.maxBatchedTokens);
  const prefillTotal =
    pieces === 1
      ? prefill.total
      : Math.max(prefill.total, pieces * passTime(configuration, prompt(inputTokens / pieces)).total);
  // Prompts that arrive while one step runs are computed together, up to maxBatchedTokens.
  const arriving = (length * concurrency) / ranks / outputTokens / batches;
  const promptRanks = Math.max(1, Math.min(ranks, concurrency / outputTokens));
  const prompts = Math.max(1, Math.min(arriving, promptsOfStep(configuration)));
  const mixed = passTime(configuration, { ...decodePass, prompts, promptRanks });
  const work = (pass: PassTime) => (parallelism.pipeline === 1 ? pass.total : pass.bottleneck);
  const perPrompt = (loss * engine.prefillFactor * Math.max(0, work(mixed) - work(decode))) / prompts;
  // Prompts of other sequences during one step, and of one's own rank or of those that it waits for.
  const waited = waitedFor(configuration, (length * Math.max(0, concurrency - 1)) / outputTokens);
  const timePerOutputToken = (stepSeconds(gpuStep, host) + waited * perPrompt) / length;
  return {
    concurrency,
    timePerOutputToken,
    decode,
    drafting,
    acceptanceLength: length,
    gpuStep,
    hostStep: host.seconds,
    waitsForHost: host.waitedFor,
    prefill: prefillTotal,
    timeToFirstToken:
      prefillTotal + dispatchSeconds(configuration) + (inputTokens * engine.hostMicrosecondsPerToken) / 1e6,
    outputTokensPerSecond: concurrency / (timePerOutputToken + perPrompt / outputTokens),
  };
}

/**
 * Launching a whole prefill from the host. Layers with experts have 1.5 times as many kernels (fitted with the host time per token on
 * gpt-oss-120b, DeepSeek-V3 and Qwen3-235B of the `fit` sources).
 */
function dispatchSeconds(configuration: Configuration): number {
  const { model, engine } = configuration;
  const { denseLayers, expertLayers } = model._parameterCount;
  const { tensor, attentionRanks } = configuration.parallelism;
  const latent = model.latentAttention && tensor * attentionRanks > 1;
  const perExpertLayer = latent ? engine.latentDispatchMsPerLayer : 1.5 * engine.dispatchMsPerLayer;
  return (
    1e-3 * (engine.dispatchMsPerLayer * denseLayers + perExpertLayer * expertLayers) * (1 - model.skippedLayerFraction)
  );
}

/**
 * Micro-batches in flight: as requested, else one per stage (what engines keep), never more than sequences.
 *
 * @internal
 */
export function microBatchesOf(configuration: Configuration, concurrency: number): number {
  return Math.max(1, Math.min(configuration.microBatches ?? configuration.parallelism.pipeline, concurrency));
}

/**
 * Efficiency of a pipeline that is filled and drained: `m / (m + p - 1)`.
 *
 * @internal
 */
export function pipelineEfficiency(microBatches: number, stages: number): number {
  return microBatches / (microBatches + stages - 1);
}
