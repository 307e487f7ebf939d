import { ModelSettings } from '../settings/model-settings';
import { TensorSpec } from '../model-options';

/**
 * One model of an ensemble, with the tensors that go in and come out.
 */
export interface EnsembleStep {
  /** Name of a model of the same deployment. */
  readonly model: string;
  /** Number of its version. @default - the newest that is served */
  readonly modelVersion?: number;
  /** Names of the ensemble's tensors, by the inputs of the model that they go into. */
  readonly inputMap: { [modelInput: string]: string };
  /** Names of the ensemble's tensors, by the outputs of the model that write them; outputs that nobody needs are left out. */
  readonly outputMap: { [modelOutput: string]: string };
}

/**
 * Models of one deployment that are served as one: the outputs of some are the inputs of others, and stay on the server. It has no instances,
 * no batching and no memory of its own; its models have theirs.
 *
 * @see https://github.com/triton-inference-server/server/blob/main/docs/user_guide/ensemble_models.md
 */
export interface EnsembleModelProps extends ModelSettings {
  /** Name it is served under. */
  readonly name: string;
  /** Inputs of requests; steps read them by these names. */
  readonly inputs: TensorSpec[];
  /** Outputs of responses; steps write them by these names. */
  readonly outputs: TensorSpec[];
  /** Largest batch, at most that of each step that batches; 0 for none. */
  readonly maxBatchSize: number;
  /** The models, in any order: each runs as soon as its inputs are there. */
  readonly steps: EnsembleStep[];
  /**
   * Requests that a step may have in flight, so that a step that answers faster than the next one fills no memory; from release 25.11 on, where
   * it counts the steps of each request by themselves, and those of all requests together from 26.04 on.
   * @default - no bound but the queues of the models
   */
  readonly maxInflightRequests?: number;
  /** Bounds of the latency histogram in milliseconds, ascending; put one at each limit you alert on. @default - 13 bounds from 5 to 60000 */
  readonly latencyBucketsMs?: number[];
}
