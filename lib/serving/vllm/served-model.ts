import { Parallelism } from '../../catalog/parallelism';
import { CapacityTargets } from '../../planning/capacity-request';
import { VllmOptions } from './vllm-options';
import { LanguageModelOptions } from '../model/language-model-options';
import { OpenAiOptions } from './openai-options';

/**
 * A model and how to serve it. Only the model is required; the planner chooses the rest.
 */
export interface ServedModel extends LanguageModelOptions, VllmOptions, OpenAiOptions {
  /**
   * Name it is served under, unique within the topology or deployment: in URLs, metrics, the model store and the ids of its constructs.
   * @default - the name of the model
   */
  readonly name?: string;
  /**
   * Times and rates to reach; hardware, parallelism and replicas are chosen for them. Unreachable targets are an error that names the
   * nearest choice.
   * @default - none: the model only has to fit
   */
  readonly targets?: CapacityTargets;
  /**
   * Parallelism within one replica. With more GPUs than a node has, each replica is a group of nodes, where vLLM serves by itself on a given pool.
   * @default - the smallest that fits and reaches the targets
   */
  readonly parallelism?: Parallelism;
  /**
   * For a model whose servers are groups of several nodes: groups of a lower number keep what they run when it changes, so that a new version is
   * tried by some first. Lowered to 0, the rest follows.
   * @default 0
   */
  readonly rolloutPartition?: number;
  /** Replicas, each with weights of its own. @default - as many as the targets need, at least 1 */
  readonly replicas?: number;
  /** Name of the pool it runs on. @default - the first of `nodePools`, or a pool of its own named after the model */
  readonly nodePool?: string;
}
