import { Parallelism } from '../../catalog/parallelism';
import { IGpuNodePool } from '../../core/gpu-node-pool';
import { IKubernetesCluster } from '../../core/kubernetes-cluster';
import { IModelStore } from '../../core/model-store';
import { ImageRegistry } from '../../kubernetes/image-registry';
import { CapacityPlan } from '../../planning/capacity-plan';
import { CapacityTargets } from '../../planning/capacity-request';
import { LanguageModelOptions } from '../model/language-model-options';
import { ServingOptions } from '../pod/serving-options';
import { OpenAiOptions } from '../vllm/openai-options';
import { VllmOptions } from '../vllm/vllm-options';
import { KServeRouter } from './kserve-router';
import { KServeVllmOptions } from './kserve-runtime';

/**
 * Properties of `KServeLlmInferenceService`.
 */
export interface KServeLlmInferenceServiceProps
  extends LanguageModelOptions, VllmOptions, OpenAiOptions, ServingOptions, KServeVllmOptions {
  /** The cluster it runs on, with KServe and its controller of LLMInferenceServices: see `KServe`. */
  readonly cluster: IKubernetesCluster;
  /** The pool that it runs on exclusively. */
  readonly nodePool: IGpuNodePool;
  /** Store of the weights, with the `SHA256SUMS` that `ModelImport` writes beside them. */
  readonly modelStore: IModelStore;
  /** Folder of the model in the store, `<name>/<version>`: `deepseek/65b` is `model.uri: s3://<bucket>/deepseek/65b`. The name is what requests call the model by. */
  readonly modelPath: string;
  /**
   * Parallelism of one server: within a node, or with one stage of a pipeline on each of several, whose pods KServe makes by LeaderWorkerSet.
   * KServe refuses another number of nodes for a service that is there: give it another name then.
   * @default - the smallest that fits and reaches the targets
   */
  readonly parallelism?: Parallelism;
  /** Times and rates that the plan must reach. @default - none: the model only has to fit */
  readonly targets?: CapacityTargets;
  /** Locked plan, as `CapacityPlan.fromJson` reads it; a property that contradicts it is refused. @default - planned for the pool at synthesis */
  readonly plan?: CapacityPlan;
  /** Number of servers. @default - as many as the targets need, at least 1; with `maxReplicas` it is left to the scaler */
  readonly replicas?: number;
  /** Name of the LLMInferenceService, at most 36 characters. @default - the construct's id */
  readonly name?: string;
  /** How it is reached from a Gateway; `accessibleFrom` must then let that in. @default - by the Service of its pods alone */
  readonly router?: KServeRouter;
  /** Where images are pulled from. @default ImageRegistry.UPSTREAM */
  readonly imageRegistry?: ImageRegistry;
}
