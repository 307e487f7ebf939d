import { Parallelism } from '../../../catalog/parallelism';
import { CapacityPlan } from '../../../planning/capacity-plan';
import { LanguageModelOptions } from '../../model/language-model-options';
import { LoraOptions } from '../../vllm/openai-options';
import { VllmOptions } from '../../vllm/vllm-options';
import { VersionPolicy } from '../model-options';

/**
 * A language model served by Triton's vLLM backend.
 *
 * Requests go to vLLM's engine as soon as they arrive, so Triton's queue and batching settings do not exist here;
 * `maxSequences` bounds what runs at once. Triton serves the version of the model store under its number, or as 1 if it is not a number.
 *
 * @see https://github.com/triton-inference-server/vllm_backend
 */
export interface VllmModelProps extends LanguageModelOptions, VllmOptions, LoraOptions {
  /** Name it is served under, and its folder in the model store. */
  readonly name: string;
  /**
   * Locked plan, as `CapacityPlan.fromJson` reads it: precision, parallelism, context and everything else that affects memory come from the
   * plan, and nothing is computed again. A property that contradicts it is refused.
   * @default - planned for the pool at synthesis
   */
  readonly plan?: CapacityPlan;
  /** Parallelism within one server, whose GPUs are divided among its models; replicas are the deployment's. @default - the plan's, else one GPU */
  readonly parallelism?: Parallelism;
  /** Whether vLLM's metrics appear on Triton's metrics port. @default true */
  readonly engineMetrics?: boolean;
  /**
   * Bounds of the latency histogram in milliseconds, ascending; put one at each limit you alert on.
   * @default - 13 bounds from 5 to 60000, and further ones until two are above what the plan expects
   */
  readonly latencyBucketsMs?: number[];
  /** Which versions are served. @default VersionPolicy.latest() */
  readonly versionPolicy?: VersionPolicy;
}
