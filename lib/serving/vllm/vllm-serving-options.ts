import { VllmRelease } from '../../catalog/vllm-release';
import { SecretReference } from '../../core/secret-reference';
import { ServingImage } from '../../images/serving-image';
import { IGpuQueue } from '../../scheduling/kueue/gpu-queue';
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
   * Image of your own as `ServingImage.vllm` describes it, with `repository` and, so that no other is ever pulled, `digest`. It says which release it
   * is made of, and which formats its plugins add.
   * @default - `vllm/vllm-openai` of `vllmRelease`
   */
  readonly servingImage?: ServingImage;
  /**
   * The key that requests must have, as `Authorization: Bearer <key>`: a secret in the namespace of the pods.
   * @default - one that Helm makes in the cluster once and no state holds: see `apiKeySecret`
   */
  readonly apiKey?: SecretReference;
  /**
   * Requests that may wait beside `maxSequences` that run; further ones are refused by HTTP 503 at once, for the caller to try another server, and
   * the server stays ready. A request for `n` answers counts as `n`. From vLLM 0.29 on, and counted as failures by the alerts from 0.32 on; before,
   * nothing bounds the queue.
   * @default - as many as may run, at least 64
   */
  readonly maxQueuedRequests?: number;
  /**
   * Queue that starts the pods of a group all together or not at all, for models whose servers have several nodes; every model of the deployment must be one.
   * Kueue refuses changes of what pods of a queued group ask for: such a change needs the group to be made anew.
   * @default - pods of a group are placed one by one: a group that is larger than the free nodes holds those that there are, and waits
   */
  readonly queue?: IGpuQueue;
}
