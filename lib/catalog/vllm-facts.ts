import { EngineFacts, HOST_MICROSECONDS, SecondRunner } from './engine-facts';
import { SpeculativeMethod } from './speculative-decoding';
import { VLLM_RELEASES } from './vllm-release-table';

/**
 * vLLM's engine process takes this long for a step, however small its model: 2.5 ms for one sequence of LFM2-1.2B. With 256 sequences it takes 19 and
 * 24 µs at most for each (DeepSeek-V2-Lite, ERNIE-4.5-21B), and 30 for LFM2's; the least is counted (vLLM 0.24.0, two hosts of H200, bench/vllm).
 */
const VLLM_STEP_MS = 2.4;
const VLLM_SEQUENCE_MICROSECONDS = 19;

const EVERY: EngineFacts = {
  stepFloorMs: VLLM_STEP_MS,
  answerMicrosecondsPerToken: VLLM_SEQUENCE_MICROSECONDS,
  keepsWindows: true,
  blockTokens: 16,
  defaultUtilization: 0.9,
  decodeFactor: 1,
  prefillFactor: 1,
  dispatchMsPerLayer: 0.4,
  latentDispatchMsPerLayer: 0.6,
  hostMicrosecondsPerToken: HOST_MICROSECONDS,
  rereadsGroupedKeys: false,
  provenance: 'not fitted',
};

/** Up to 0.19, where the version is not known: the most that one of them takes. */
const OLDER: EngineFacts = {
  ...EVERY,
  copiesMedia: true,
  start: {
    sorts: true,
    timesKernels: false,
    countsPieces: false,
    pinsSegments: false,
    keepsWorkspaces: false,
    encodesOneByOne: false,
    chargesCapture: false,
    chargesStates: true,
    draftsAhead: false,
  },
};

const NEWER_START = {
  sorts: false,
  timesKernels: true,
  countsPieces: false,
  pinsSegments: false,
  keepsWorkspaces: true,
  encodesOneByOne: false,
  chargesCapture: false,
  chargesStates: true,
  draftsAhead: false,
  draftsIn: secondRunner((minor) => minor <= 24),
};

/** From 0.20 on. */
const NEWER: EngineFacts = {
  ...EVERY,
  defaultUtilization: 0.92,
  countsGraphs: true,
  start: NEWER_START,
  computeCapability: VLLM_RELEASES['0.20.0'].computeCapability,
};

const NEWEST_START = {
  ...NEWER_START,
  countsPieces: true,
  pinsSegments: true,
  chargesStates: false,
  draftsAhead: true,
  draftsIn: secondRunner(() => true),
};

/** From 0.28 on. */
const NEWEST: EngineFacts = { ...NEWER, statesPerSequence: 2, start: NEWEST_START };

/**
 * vLLM where only a range of versions is known.
 *
 * @internal
 */
export const VLLM_RANGES = { older: OLDER, newer: NEWER, newest: NEWEST } as const;

/** What is in the numbers of a version: whatever follows them is of a build (`0.26.1rc1.dev608+g99a10304d`, `v0.20.0-cu130`). */
const VERSION = /^v?(\d{1,4})\.(\d{1,4})(?:\.(\d{1,4}))?(?:$|[^\d])/;

/**
 * The three numbers of a version of vLLM; undefined where the text is none.
 *
 * @internal
 */
export function vllmNumbers(text: string): readonly number[] | undefined {
  const [, ...numbers] = VERSION.exec(text) ?? [];
  return numbers.length > 0 ? numbers.map((each: string | undefined) => Number(each ?? 0)) : undefined;
}

/**
 * What is known of one version; of one that is newer than those that were read (0.32.0) what the last of them does.
 *
 * Each was read in the packages of the versions named here: `config/cache.py` (utilization), `v1/worker/gpu_worker.py` (graphs),
 * `v1/sample/ops/topk_topp_sampler.py` (sorting: up to 0.16), `config/compilation.py` (`benchmark_combo_kernel`: 0.15 on), `utils/mem_utils.py` (free memory instead of what PyTorch allocated: 0.27 on; segments that
 * something small pins: up to 0.30, whose successor keeps large blocks whole, as its `v1/worker/gpu_worker.py` says),
 * `models/gemma4_mm.py` (one image at a time: up to 0.21), `v1/worker/gpu_model_runner.py` (copies of media: up to 0.12), `config/vllm.py` (model runners;
 * steps that are prepared ahead: of EAGLE and prediction layers in all that were read from 0.15.1 on, of draft models in 0.28.0 and not in 0.27.1).
 *
 * @internal
 */
export function vllmFacts(numbers: readonly number[]): EngineFacts {
  const [major, minor] = numbers;
  const since = (first: number) => major > 0 || minor >= first;
  const second = secondRunner(since);
  return {
    ...(since(20) ? NEWER : OLDER),
    computeCapability: capabilityOf(numbers),
    copiesMedia: !since(13),
    statesPerSequence: since(28) ? 2 : 1,
    start: {
      version: numbers.join('.'),
      sorts: !since(17),
      timesKernels: since(15),
      countsPieces: since(27),
      pinsSegments: since(27) && !since(31),
      keepsWorkspaces: since(13),
      encodesOneByOne: !since(22),
      // What it is charged for is in vllm-project/vllm#50780.
      chargesCapture: since(26) && !since(28),
      chargesStates: !since(28),
      secondRunner: second,
      draftsIn: second,
      draftsAhead: since(28),
    },
  };
}

/** Lowest compute capability that the image of a version, or the last before it in the table, has code for; before the first nothing is known. */
function capabilityOf(numbers: readonly number[]): number | undefined {
  const rank = (of: readonly number[]) => of.reduce((sum, each) => sum * 1e4 + each, 0);
  const before = Object.entries(VLLM_RELEASES).filter(([text]) => rank(text.split('.').map(Number)) <= rank(numbers));
  return before.pop()?.[1].computeCapability;
}

/**
 * The second runner estimates no graphs up to 0.28 (its `profile_cudagraph_memory`), so that they lie outside the utilization. Since 0.29 it does, and
 * runs all models. Heads and prediction layers draft in it from the beginning, draft models in 0.31.0 and not in 0.30.0, n-grams in 0.32.0 and
 * not in 0.31.0; EAGLE-3 in a pipeline in 0.30.0 and not in 0.29.0 (`_get_v2_model_runner_unsupported_features`).
 */
function secondRunner(since: (minor: number) => boolean): SecondRunner | undefined {
  if (!since(22)) return undefined;
  const { EAGLE3, MTP, DRAFT_MODEL, N_GRAM } = SpeculativeMethod;
  const methods = [EAGLE3, MTP, ...(since(31) ? [DRAFT_MODEL] : []), ...(since(32) ? [N_GRAM] : [])];
  const drafting = { methods, pipelinedHeads: since(30) };
  const experts = ['deepseek_v2', 'granitemoe', 'qwen2_moe'];
  if (since(25)) {
    const listed = since(28) ? [...experts, 'deepseek_v4'] : experts;
    const every = { everyModel: since(29), countsGraphs: since(29) };
    return { ...drafting, ...every, listed, everyDense: true, expertsAndQuantized: true };
  }
  const dense = since(23) ? ['qwen3', 'llama', 'mistral'] : ['qwen3'];
  const listed = since(24) ? [...dense, ...experts] : dense;
  const none = { everyModel: false, countsGraphs: false, everyDense: false };
  return { ...drafting, ...none, listed, expertsAndQuantized: since(24) };
}
