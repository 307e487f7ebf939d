import { FrontEndToolCallParser } from '../../../catalog/triton-openai';
import { SecretReference } from '../../../core/secret-reference';
import { DataSize } from '../../../units/data-size';

/** Who may use the tensor API of a server with an OpenAI front end. */
export enum TensorApiAccess {
  /**
   * Those that may use the front end, by the ports 8000 (HTTP) and 8001 (gRPC) and without a key. The front end cannot restrict any part of
   * that API: callers may also change what is logged, and a request about shared memory may end the server, which has none for them.
   */
  CALLERS = 'callers',
  /** The pod alone, whose probes need it: the API listens on the loopback address, and the service has no ports for it. */
  POD = 'pod',
}

/**
 * NVIDIA's OpenAI front end, which is in Triton's images since 24.12: `/v1/chat/completions`, `/v1/completions` and `/v1/models` on port 9000,
 * `/v1/embeddings` since 25.11.
 *
 * It serves one language model on vLLM, with that model's tokenizer and chat template, by its name in the deployment; an adapter is called
 * `<model>:<adapter>`. Models for tensors beside it are listed too, and are served by the tensor API. It runs no code of a tokenizer.
 *
 * Every request needs the key, as clients of OpenAI send it (`Authorization: Bearer`); probes and Prometheus need none, and read it on the same
 * port. Models are neither loaded nor unloaded by requests, and interactive documents are not there.
 *
 * @see https://github.com/triton-inference-server/server/tree/main/python/openai
 */
export interface OpenAiFrontEndOptions {
  /** The secret with the key that requests must have, in the namespace of the deployment. @default - one that is made in the cluster */
  readonly apiKey?: SecretReference;
  /** Who may use the tensor API, which needs no key. @default TensorApiAccess.CALLERS, with a warning until it is said */
  readonly tensorApi?: TensorApiAccess;
  /** How calls of tools are found in answers; 25.05 or later. @default - they are not, and requests cannot offer tools */
  readonly toolCallParser?: FrontEndToolCallParser;
  /**
   * Most of a streamed answer that is searched for calls of tools, in whole bytes, before it is cut off; 26.07 or later.
   * @default - 128 KiB, NVIDIA's own
   */
  readonly maxToolCallSize?: DataSize;
  /**
   * File with a chat template in the model's folder of the model store, e.g. `chat_template.jinja`; 25.05 or later.
   * @default - that of the tokenizer
   */
  readonly chatTemplate?: string;
  /**
   * Most tokens of an answer where the request does not say; from 25.08 on. NVIDIA's own default is 16, which cuts off nearly every answer.
   * @default - the answers that the model is planned for, `outputTokens` of its plan; 16 before 25.08
   */
  readonly defaultMaxTokens?: number;
  /** Most bytes of a request; 26.06 or later. @default - 64 MiB, NVIDIA's own; without a limit before 26.06 */
  readonly maxRequestSize?: DataSize;
}
