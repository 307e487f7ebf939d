import { Parallelism } from '../../catalog/parallelism';
import { CapacityTargets } from '../../planning/capacity-request';
import { LanguageModelOptions } from './language-model-options';

/**
 * A model and how it is to be served. Only the model is required: the rest is chosen by the planner.
 */
export interface ServedModel extends LanguageModelOptions {
  /**
   * Name it is served under, unique within the topology: in URLs, metrics, the model store and the ids of its constructs.
   * @default - the name of the model
   */
  readonly name?: string;
  /**
   * Times and rates to reach, which hardware, parallelism and replicas are then chosen for; where that cannot be, it is an error that
   * says what comes nearest.
   * @default - the model fits
   */
  readonly targets?: CapacityTargets;
  /** Parallelism within one replica. @default - the smallest that fits and reaches the targets */
  readonly parallelism?: Parallelism;
  /** Replicas, each with weights of its own. @default - as many as the targets need, at least 1 */
  readonly replicas?: number;
  /** Name of the pool it runs on. @default - the first of `nodePools`, or a pool of its own named after the model */
  readonly nodePool?: string;
}
