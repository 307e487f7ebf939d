import { SpeculativeMethod } from '../catalog/speculative-decoding';
import { schedulesAhead } from '../catalog/vllm-model-runner';
import { answerSeconds } from './answer-stream';
import { Configuration } from './configuration';
import { draftsInSecondRunner } from './model-runner';

/**
 * What a step that drafts takes the host more where vLLM's first model runner launches it: states of what was drafted and accepted, rejection by single
 * kernels, attention metadata anew for verification and drafts. Chosen with `LAUNCHES_PER_LAYER` on three of the twenty steps of bench/vllm (vLLM
 * 0.24.0, one sequence: prediction layer of MiMo 7B, draft model, n-grams); two hosts of H200, whose processors launch slowly: EAGLE-3 of 2025
 * (bench/planner/speculation.csv) took less than 1 ms.
 */
const DRAFTING_HOST = 5.5e-3;
/** Launches of a layer of what drafts, whose graphs that runner captures piece by piece between attentions. */
const LAUNCHES_PER_LAYER = 0.25e-3;
/** A token is looked up in all before it by one thread (`ngram_proposer.py`), about 1 ns for each (that search in C, compiled for the machine). */
const LOOK_UP = 1e-9;
/**
 * What one pass of a head or prediction layer takes beside its kernels in vLLM up to 0.19, and in other engines: the choice of a token, its place in the
 * cache and the launches. Chosen on EAGLE-3 for Llama-3.1-8B on H100 with 2 to 7 tokens, whose steps take 1.0 to 1.2 ms more for each
 * (vllm-project/vllm#20780; bench/planner/speculation.csv).
 */
const PASS_LAUNCHES = 0.7e-3;

/**
 * What the host adds to a step.
 *
 * @internal
 */
export interface HostStep {
  /** Seconds that it takes for a step. */
  readonly seconds: number;
  /** Whether the GPUs wait for it: it prepares a step when the one before it has ended. */
  readonly waitedFor: boolean;
  /** Seconds that launching one pass of what drafts takes at least; its kernels run meanwhile. */
  readonly passLaunches: number;
  /** Seconds that each of these passes takes besides. */
  readonly besidePass: number;
}

/**
 * What the host adds to a step of `concurrency` sequences of all ranks.
 *
 * @internal
 */
export function hostStep(configuration: Configuration, concurrency: number): HostStep {
  const { drafter, engine } = configuration;
  const seconds = answerSeconds(configuration, concurrency);
  const base = { seconds, waitedFor: false, passLaunches: 0, besidePass: 0 };
  if (!drafter) return base;
  if (!engine._isVllm) return { ...base, besidePass: PASS_LAUNCHES };
  const { method, tokens } = drafter;
  const ahead = schedulesAhead(engine, method);
  // Up to 0.19, see `PASS_LAUNCHES`.
  if (ahead && !engine.countsGraphs) return { ...base, besidePass: PASS_LAUNCHES };
  if (ahead && draftsInSecondRunner(configuration)) return base;
  const lookedUp = method === SpeculativeMethod.N_GRAM ? LOOK_UP * tokensOfTexts(configuration, concurrency) : 0;
  const layers = drafter.layers.reduce((sum, { count }) => sum + count, 0);
  const passLaunches = layers * LAUNCHES_PER_LAYER;
  if (ahead) return { ...base, seconds: seconds + DRAFTING_HOST + tokens * passLaunches };
  return { ...base, seconds: seconds + DRAFTING_HOST + lookedUp, waitedFor: true, passLaunches };
}

/** Tokens of all sequences of a rank, halfway through their answers. */
function tokensOfTexts({ inputTokens, outputTokens, parallelism }: Configuration, concurrency: number): number {
  return (concurrency / parallelism.attentionRanks) * (inputTokens + outputTokens / 2);
}

/**
 * Seconds of a step of which the GPUs need so many.
 *
 * @internal
 */
export function stepSeconds(gpus: number, { seconds, waitedFor }: HostStep): number {
  return waitedFor ? gpus + seconds : Math.max(gpus, seconds);
}
