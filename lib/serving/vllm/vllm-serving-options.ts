import { VllmRelease } from '../../catalog/vllm-release';
import { SecretReference } from '../../core/secret-reference';
import { ServingOptions } from '../pod/serving-options';

/**
 * How vLLM's own server serves, whatever the models and their hardware: what a deployment has of its own, and a topology passes on to those
 * that it creates.
 */
export interface VllmServingOptions extends ServingOptions {
  /** Release of vLLM: what `vllmImage` contains, if that is given. @default VllmRelease.DEFAULT */
  readonly vllmRelease?: VllmRelease;
  /**
   * Image of vLLM, with its registry and a tag or a digest: the release's by its digest, or one of your own made from it, with the same version,
   * `vllm` and `python3`.
   * @default - `vllm/vllm-openai` of `vllmRelease`
   */
  readonly vllmImage?: string;
  /**
   * The key that requests must have, as `Authorization: Bearer <key>`: a secret in the namespace of the pods.
   * @default - one that Helm makes in the cluster once and no state holds: see `apiKeySecret`
   */
  readonly apiKey?: SecretReference;
  /**
   * Requests that may wait beside `maxSequences` that run; further ones are refused by HTTP 503, for the caller to try another server. From vLLM
   * 0.29 on; before, nothing bounds the queue.
   * @default - as many as may run, at least 64
   */
  readonly maxQueuedRequests?: number;
}
