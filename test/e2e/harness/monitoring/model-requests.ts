import { Ended, Outcome, now } from './load-generator';

/** A completion that is asked of vLLM. */
export interface CompletionRequest {
  readonly port: number;
  /** What the caller authorizes itself by. */
  readonly key: string;
  readonly model: string;
  readonly prompt: string;
  /** Tokens of the answer: as many are made, whatever they are. */
  readonly tokens: number;
  /** Number of the first tokens after which the caller goes away. @default - the caller stays */
  readonly leaveAfter?: number;
}

/** Streams a completion from vLLM to its end, or until the caller leaves. */
export async function streamCompletion(request: CompletionRequest): Promise<Ended> {
  const { port, key, model, prompt, tokens, leaveAfter = Infinity } = request;
  const leaving = new AbortController();
  const answer = await fetch(`http://127.0.0.1:${port}/v1/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify({
      model,
      prompt,
      max_tokens: tokens,
      ignore_eos: true,
      stream: true,
      stream_options: { include_usage: true, continuous_usage_stats: true },
    }),
    signal: leaving.signal,
  });
  if (!answer.ok) {
    await answer.text();
    return { outcome: answer.status === 503 || answer.status === 429 ? 'rejected' : 'failed' };
  }
  const tokenTimes: number[] = [];
  const ended = () => ({ tokens: tokenTimes.length, tokenTimes, firstAt: tokenTimes[0] });
  try {
    for await (const event of events(answer)) {
      const { usage } = JSON.parse(event) as { usage?: { completion_tokens: number } };
      while (tokenTimes.length < (usage?.completion_tokens ?? 0)) tokenTimes.push(now());
      if (tokenTimes.length >= leaveAfter) leaving.abort();
    }
  } catch (error) {
    if (leaving.signal.aborted) return { outcome: 'cancelled', ...ended() };
    throw error;
  }
  if (tokenTimes.length !== tokens) throw new Error(`asked for ${tokens} tokens, and got ${tokenTimes.length}`);
  return { outcome: 'answered', ...ended() };
}

/** The data of a stream of server-sent events, without its mark of the end. */
async function* events(answer: Response): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of answer.body as unknown as AsyncIterable<Uint8Array>) {
    rest += decoder.decode(chunk, { stream: true });
    const parts = rest.split('\n\n');
    rest = parts.pop()!;
    for (const part of parts) {
      const data = part.replace(/^data: /, '');
      if (data !== '[DONE]') yield data;
    }
  }
}

/** What an inference asks of `COUNTING_MODEL`. */
export type Wish = { readonly sleep: number } | 'fail' | 'answer with an error';

/** An inference that is asked of a model of Triton whose code is `COUNTING_MODEL`. */
export interface InferenceRequest {
  readonly port: number;
  readonly model: string;
  /** Seconds that its execution takes, or how it goes wrong. */
  readonly wish: Wish;
}

/**
 * Code of a model of Triton's Python backend that sleeps as long as the slowest request of a batch asks, and answers each with the size of the batch and
 * with when its execution began, in microseconds since 1970.
 */
export const COUNTING_MODEL = `
import time
import numpy as np
import triton_python_backend_utils as pb

class TritonPythonModel:
    def execute(self, requests):
        begun = time.time_ns() // 1000
        asked = [float(pb.get_input_tensor_by_name(request, "seconds").as_numpy().reshape(-1)[0]) for request in requests]
        if -2 in asked:
            raise pb.TritonModelException("it was to fail")
        time.sleep(max(0.0, *asked, 0.0))
        def answer(seconds):
            if seconds < 0:
                return pb.InferenceResponse(error=pb.TritonError("it was to be an error"))
            batch = pb.Tensor("batch", np.array([[len(requests)]], dtype=np.int64))
            return pb.InferenceResponse([batch, pb.Tensor("begun", np.array([[begun]], dtype=np.int64))])
        return [answer(seconds) for seconds in asked]
`;

/** What Triton and the model say, and how a request has ended by that. */
const REFUSALS: readonly (readonly [words: string, outcome: Outcome])[] = [
  ['Exceeds maximum queue size', 'rejected'],
  ['Request timeout expired', 'expired'],
  ['it was to be an error', 'errored'],
  ['it was to fail', 'failed'],
];

/** Asks Triton for an inference. */
export async function infer({ port, model, wish }: InferenceRequest): Promise<Ended> {
  const seconds = typeof wish === 'object' ? wish.sleep : wish === 'fail' ? -2 : -1;
  const inputs = [{ name: 'seconds', datatype: 'FP32', shape: [1, 1], data: [seconds] }];
  const answer = await fetch(`http://127.0.0.1:${port}/v2/models/${model}/infer`, {
    method: 'POST',
    body: JSON.stringify({ inputs }),
  });
  const text = await answer.text();
  if (!answer.ok) {
    for (const [words, outcome] of REFUSALS) if (text.includes(words)) return { outcome };
    throw new Error(`Triton answered ${answer.status} ${text}`);
  }
  const { outputs } = JSON.parse(text) as { outputs: { name: string; data: number[] }[] };
  const [batch, begun] = ['batch', 'begun'].map((name) => outputs.find((output) => output.name === name)!.data[0]);
  return { outcome: 'answered', batch, executedAt: begun / 1e6 };
}
