import { checkArguments } from '../../units/argument-faults';
import { Duration } from '../../units/duration';
import { throwIfFaulty } from '../../units/errors';
import { autoscalingFaults } from './autoscaling-faults';
import { HpaAutoscalingOptions, KedaAutoscalingOptions } from './autoscaling-options';

/** What sets the number of servers. */
export enum ServerScaler {
  /** A HorizontalPodAutoscaler of Kubernetes. */
  HPA = 'hpa',
  /** A ScaledObject of KEDA. */
  KEDA = 'keda',
}

/**
 * What sets the number of servers of each model between a least and a most, by the requests that they have.
 *
 * The number follows `requests in flight / requestsPerServer`: requests that wait and those that run, as the servers' own metrics say, of all servers
 * together. It does not depend on how many of them are ready, so that no more are started while others still load; and never on the use of the
 * GPUs, which is high for one request and for a hundred. A `MonitoringStack` must watch the deployment: it records the series
 * `inference_requests_in_flight`, and checks that the servers expose what it is made of.
 *
 * Terraform neither sets nor resets the number. Servers are stopped one after another, and started as many at a time as the present nodes of the
 * pool have room for.
 */
export class ServerAutoscaling {
  /**
   * By a HorizontalPodAutoscaler, which reads the series from the API for custom metrics: make a `PrometheusAdapter` unless the cluster has
   * something else that serves the series `inference_requests_in_flight` there, of the object Service.
   *
   * @param options bounds and target
   * @throws UnscopedValidationError for bounds that are no whole numbers or in the wrong order, no server at all, and windows beyond an hour
   */
  public static hpa(options: HpaAutoscalingOptions): ServerAutoscaling {
    throwIfFaulty(autoscalingFaults(options, false));
    return new ServerAutoscaling(ServerScaler.HPA, options);
  }

  /**
   * By a ScaledObject of KEDA, which asks Prometheus itself: make a `Keda` unless the cluster has it. `minReplicas: 0` stops the last server of a
   * model that nobody asks; the first request after that waits for a server to load, which a warning tells in seconds.
   *
   * @param options bounds, target and what wakes the model
   * @throws UnscopedValidationError for what `hpa` refuses, `minReplicas: 0` without a `wakeQuery` and the other way around, a `wakeQuery`
   * that is no PromQL of a number or an instant vector, and a URL that is none or holds a secret
   */
  public static keda(options: KedaAutoscalingOptions): ServerAutoscaling {
    throwIfFaulty(autoscalingFaults(options, true));
    return new ServerAutoscaling(ServerScaler.KEDA, options);
  }

  /** What sets the number. */
  public readonly scaler: ServerScaler;
  /** Fewest servers of a model. */
  public readonly minReplicas: number;
  /** Most servers of a model. */
  public readonly maxReplicas: number;
  /** Requests in flight for each server, if they are given. @default - by the plan */
  public readonly requestsPerServer?: number;
  /** How long fewer servers must have been enough, if it is given. @default - by the startup budget */
  public readonly scaleDownWindow?: Duration;
  /** How long more servers must have been needed. */
  public readonly scaleUpWindow: Duration;
  /** What tells of requests while no server runs. @default - nothing */
  public readonly wakeQuery?: string;
  /** URL of Prometheus, if it is given. @default - that of the `MonitoringStack` that watches the deployment */
  public readonly prometheusUrl?: string;

  private constructor(scaler: ServerScaler, options: KedaAutoscalingOptions) {
    this.scaler = scaler;
    this.minReplicas = options.minReplicas ?? 1;
    this.maxReplicas = options.maxReplicas;
    this.requestsPerServer = options.requestsPerServer;
    this.scaleDownWindow = options.scaleDownWindow;
    this.scaleUpWindow = options.scaleUpWindow ?? Duration.seconds(30);
    this.wakeQuery = options.wakeQuery;
    this.prometheusUrl = options.prometheusUrl;
  }
}

checkArguments('ServerAutoscaling', ServerAutoscaling);
