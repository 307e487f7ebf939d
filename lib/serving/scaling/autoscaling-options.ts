import { Duration } from '../../units/duration';

/**
 * Within which bounds, and by what, the number of servers of a model follows its requests.
 */
export interface HpaAutoscalingOptions {
  /** Fewest servers; Kubernetes starts with one. @default 1 */
  readonly minReplicas?: number;
  /** Most servers, all of which the pool must have room for beside everything else of the program. */
  readonly maxReplicas: number;
  /**
   * Requests in flight, of one model, that a server is meant to have on average, those that wait included: with more of them there will be
   * another server, with fewer one less. At most those that a server has room for at once by its plan.
   * @default - four fifths of the requests that one server runs at once, so that another one starts to load before requests wait: by the plan of a
   * language model its `concurrency` where the program gives it, or targets for its times, else the requests of `inputTokens` and `outputTokens` that the
   * key-value cache and the scheduler (`max_num_seqs`) have room for; of a tensor model instances × `maxBatchSize` where they are batched
   */
  readonly requestsPerServer?: number;
  /**
   * How long fewer servers must have been enough before one is stopped; at least the startup budget, because a server that is stopped too soon
   * is loaded again; whole seconds, at most an hour (the limit of Kubernetes).
   * @default - the startup budget and a minute, at least 5 minutes
   */
  readonly scaleDownWindow?: Duration;
  /** How long more servers must have been needed before they are started; whole seconds, at most an hour. @default 30 s */
  readonly scaleUpWindow?: Duration;
}

/**
 * The same by KEDA, which may also stop the last server.
 */
export interface KedaAutoscalingOptions extends HpaAutoscalingOptions {
  /**
   * PromQL that is above zero while there are requests for the model, though no server of it runs: of what callers reach in front of it, e.g. of a
   * gateway. One element. It may not ask the servers alone that it wakes, and is warned of where a gateway of this program calls them otherwise in
   * `envoy_cluster_name`. Needed with `minReplicas: 0`, because servers that do not run tell of no requests.
   * @default - the servers alone are asked
   */
  readonly wakeQuery?: string;
  /** URL of Prometheus within the cluster. @default - that of the `MonitoringStack` that watches the deployment */
  readonly prometheusUrl?: string;
}
