import { performance } from 'node:perf_hooks';
import { Ended, LoadGenerator } from './harness/monitoring/load-generator';
import { Wish, infer, streamCompletion } from './harness/monitoring/model-requests';
import { MODELS } from './monitoring-live-stack';

export const CALLER = 'a key of 32 characters, for a test';
/** Tokens of each answer, and of one whose caller goes away: it cannot be over before that. */
const [TOKENS, ENDLESS] = [8, 1900];
/** Requests that are answered at once for as long as it takes to be scraped several times, and their tokens: those of the prompt, and of the answer. */
export const HELD = { requests: 6, prompt: 1000, answer: 400 };

/** Where the servers are. */
export interface Ports {
  readonly vllm: number;
  readonly triton: number;
}

/** A request that takes no time but its way to the server and back, with its milliseconds. */
export async function wayMs({ triton }: Ports): Promise<number> {
  const begin = performance.now();
  await (await fetch(`http://127.0.0.1:${triton}/v2/health/live`)).text();
  return performance.now() - begin;
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

/** Some callers go away, only before the windows of rates begin: how many tokens the engine makes before it notices, nobody sees. */
function completion(port: number, index: number): Promise<Ended> {
  const leaves = index < 20 && index % 4 === 1;
  return streamCompletion({
    port,
    key: CALLER,
    model: MODELS.language,
    prompt: `${index} of many`,
    tokens: leaves ? ENDLESS : TOKENS,
    leaveAfter: leaves ? TOKENS : undefined,
  });
}

/** A long completion, with the times at which its tokens came. */
export function longCompletion(port: number, index: number): Promise<Ended> {
  const prompt = `${index} `.padEnd(HELD.prompt, `a prompt of its own, number ${index}; `);
  return streamCompletion({ port, key: CALLER, model: MODELS.language, prompt, tokens: HELD.answer });
}

/** One of many is slow, so that others wait and are executed together, and none goes wrong. */
function steadyInference(port: number, index: number): Promise<Ended> {
  return infer({ port, model: MODELS.steady, wish: { sleep: index % 40 === 0 ? 0.8 : 0.1 } });
}

/**
 * More than can be executed, some of which go wrong. Nobody leaves: Triton 24.10 executes what its caller over HTTP waits for no more, and counts it as
 * answered or as expired, which nobody sees.
 */
function busyInference(port: number, index: number): Promise<Ended> {
  const wish: Wish = index % 10 === 3 ? 'fail' : index % 10 === 6 ? 'answer with an error' : { sleep: 0.3 };
  return infer({ port, model: MODELS.busy, wish });
}
