import { performance } from 'node:perf_hooks';
import { Ended, LoadGenerator } from './harness/monitoring/load-generator';
import { Wish, infer, streamCompletion } from './harness/monitoring/model-requests';
import { MODELS } from './monitoring-live-stack';

export const CALLER = 'a key of 32 characters, for a test';
/** Tokens of each answer, and of one whose caller goes away: it cannot be over before that. */
const [TOKENS, ENDLESS] = [8, 1900];
/** Requests that are answered at once for as long as it takes to be scraped several times, and their tokens: those of the prompt, and of the answer. */
export const HELD = { requests: 6, prompt: 1000, answer: 500 };
/** Callers that leave, before the load, and the tokens of the one beside them that stays. */
export const [LEFT, STAYS] = [5, 600];

/** Where the servers are. */
export interface Ports {
  readonly vllm: number;
  readonly triton: number;
}

/** Requests that take no time but their way to a server and back: the milliseconds of the longer one. */
export async function wayMs({ vllm, triton }: Ports): Promise<number> {
  const way = async (url: string) => {
    const begin = performance.now();
    await (await fetch(url)).text();
    return performance.now() - begin;
  };
  const ways = [`http://127.0.0.1:${triton}/v2/health/live`, `http://127.0.0.1:${vllm}/health`].map(way);
  return Math.max(...(await Promise.all(ways)));
}

/** A load of each model. */
export type Loads = { readonly [model in keyof typeof MODELS]: LoadGenerator };

/** Generators for all models, with the requests that each sends in a second. */
export function loadsOf({ vllm, triton }: Ports): {
  readonly loads: Loads;
  readonly paces: { [model in keyof Loads]: number };
} {
  return {
    loads: {
      language: new LoadGenerator((index) => completion(vllm, index)),
      steady: new LoadGenerator((index) => steadyInference(triton, index)),
      busy: new LoadGenerator((index) => busyInference(triton, index)),
    },
    paces: { language: 2, steady: 6, busy: 5 },
  };
}

/** A completion whose caller waits for all of it. */
function completion(port: number, index: number): Promise<Ended> {
  return streamCompletion({ port, key: CALLER, model: MODELS.language, prompt: `${index} of many`, tokens: TOKENS });
}

/** A completion beside those whose callers go away, which lasts until they have. */
export function stayingCompletion(port: number, index: number): Promise<Ended> {
  return streamCompletion({ port, key: CALLER, model: MODELS.language, prompt: `${index} stays`, tokens: STAYS });
}

/** A completion whose caller goes away when it has tokens, so that the engine works for it: how many it makes before it notices, nobody sees. */
export function leftCompletion(port: number, index: number): Promise<Ended> {
  const prompt = `${index} of those that leave`;
  return streamCompletion({
    port,
    key: CALLER,
    model: MODELS.language,
    prompt,
    tokens: ENDLESS,
    leaveAfter: TOKENS,
  });
}

/** A long completion, with the times at which its tokens came. */
export function longCompletion(port: number, index: number): Promise<Ended> {
  const prompt = `${index} `.padEnd(HELD.prompt, `a prompt of its own, number ${index}; `);
  return streamCompletion({ port, key: CALLER, model: MODELS.language, prompt, tokens: HELD.answer });
}

/*
 * No execution takes a second: when Triton 24.10 waits for a Python model longer than that, it asks whether its process lives, and takes one that got no
 * processor in that second for dead. It gives back memory that the process still uses, and one or both of them end with a segmentation fault:
 * https://github.com/triton-inference-server/server/issues/7347. Raising by the model ends nothing, as 20,000 executions have shown.
 */

/** One of many is slow, so that others wait and are executed together, and none goes wrong. */
function steadyInference(port: number, index: number): Promise<Ended> {
  return infer({ port, model: MODELS.steady, wish: { sleep: index % 40 === 0 ? 0.5 : 0.1 } });
}

/**
 * More than can be executed, some of which go wrong. Nobody leaves: Triton 24.10 executes what its caller over HTTP waits for no more, and counts it as
 * answered or as expired, which nobody sees.
 */
function busyInference(port: number, index: number): Promise<Ended> {
  const wish: Wish = index % 10 === 3 ? 'fail' : index % 10 === 6 ? 'answer with an error' : { sleep: 0.3 };
  return infer({ port, model: MODELS.busy, wish });
}
