import { MetricExporter, MetricFeature } from '../catalog/metric-kind';
import { DataSize } from '../units/data-size';
import { IConstruct } from 'constructs';

/**
 * A model whose number of servers a scaler sets by the requests that they have: these are recorded for it.
 */
export interface ScaledModel {
  /** Name of the model, as in the `model` label. */
  readonly model: string;
  /** Service of its servers. */
  readonly service: string;
  /** Exporter that tells of its requests. */
  readonly exporter: MetricExporter;
}

/**
 * What the plan of a model says of each of its servers: monitoring compares it with what runs.
 */
export interface PlannedServing {
  /** Requests at once of one server that the times are planned for. */
  readonly concurrency: number;
  /** Tokens of key-value cache that one server has room for. */
  readonly kvCapacityTokens: number;
  /**
   * Time between two tokens of an answer with `concurrency` requests at once, prompts of the others among it, in milliseconds.
   * @default - not compared: the exporter tells of the steps of the engine, and a step gives several tokens
   */
  readonly timePerTokenMs?: number;
  /** Output tokens per second of one server with `concurrency` requests at once. */
  readonly outputTokensPerSecond: number;
  /** Memory of each GPU that the engine may take. */
  readonly gpuMemory: DataSize;
}

/**
 * What a monitoring stack must know to scrape and alert on a workload.
 */
export interface MetricsTarget {
  /** Name of the scrape job, unique within the cluster, e.g. `triton-chat`. */
  readonly jobName: string;
  /** Namespace of the pods. */
  readonly namespace: string;
  /** Labels that select exactly the pods of this workload. */
  readonly podSelector: { [key: string]: string };
  /** Container port that serves the metrics. */
  readonly port: number;
  /** HTTP path. @default '/metrics' */
  readonly path?: string;
  /** Exporters behind that port, by their names in the metric catalog. */
  readonly exporters: MetricExporter[];
  /** Names of the models, as in the `model` label. Empty for exporters of nodes and of the cluster, which serve none. */
  readonly models: string[];
  /** Metric features that the workload has switched on. */
  readonly features: MetricFeature[];
  /** Version of the exporter, e.g. the Triton release `26.07`. */
  readonly version: string;
  /** Whether its pods have GPUs, and so metrics of GPUs. @default true */
  readonly usesGpus?: boolean;
  /** Whether a network policy keeps others from that port, so that the monitoring stack must let itself in. @default false */
  readonly isolated?: boolean;
  /**
   * Whether that port speaks HTTPS, with a certificate that it made itself, and answers those alone whose token may read `/metrics`, as controllers
   * do.
   * @default false
   */
  readonly secured?: boolean;
  /** Container port that its pods declare, by which they are found, where they do not declare that of the metrics. @default - that of the metrics */
  readonly declaredPort?: number;
  /** Number of pods that answer when all is well. @default - not known, or changed by an autoscaler: only the absence of all is an outage */
  readonly replicas?: number;
  /** Longest time in seconds that a pod loads its models for before it answers. @default 0 */
  readonly startupSeconds?: number;
  /** Models whose requests in flight a scaler reads. @default - none */
  readonly scaledModels?: ScaledModel[];
  /** Whether a scaler may leave no server at all, which is then no outage. @default false */
  readonly scalesToZero?: boolean;
  /** Whether a gateway cannot tell that servers behind it are missing, because something else knows them. @default false */
  readonly unseenServers?: boolean;
  /**
   * Of a gateway, what is behind it that a scaler may leave without a server, which is then no outage, by the names of Envoy's clusters:
   * `<namespace>/<Service>`, or `httproute/<namespace>/<HTTPRoute>/rule/<number>` by Envoy Gateway.
   * @default - there must be a server behind each
   */
  readonly scaledToZeroServices?: string[];
  /**
   * Exporter of the engine that executes a model behind Triton, by model, whether or not its metrics are switched on: its queue and its batches are
   * its own. Models that are not named have none.
   * @default - not known: of a server of one model its engine; of several models each may have any of the exporters
   */
  readonly engines?: { [model: string]: MetricExporter };
  /**
   * US dollars for an hour of one server of a model, by model: of all that its pods have of GPU nodes. Models of one server have the same.
   * Deployments of this library fill in the list price on demand (`GpuInstanceType.listPricePerHour`) by their part of each node's GPUs; what you
   * pay, e.g. for spot nodes or capacity blocks, is an option of `watch`.
   * @default - not known: no cost is recorded
   */
  readonly pricePerHour?: { [model: string]: number };
  /** P99 latency in milliseconds that the plans of models expect under their load, by model. @default - nothing is planned */
  readonly plannedLatencyMs?: { [model: string]: number };
  /**
   * Latency in milliseconds that was asked for when models were planned, by model: of the same time as P99, on an idle server
   * (`CapacityTargets.maxTimeToFirstTokenMs`). `HighLatency` fires above it by default, where that is not below what the plan expects under load.
   * @default - nothing was asked for
   */
  readonly targetLatencyMs?: { [model: string]: number };
  /**
   * Bounds in milliseconds of the latency histogram that each of its models has: objectives of latency are measured at one of them.
   * @default - those of vLLM's own server; not known of other servers
   */
  readonly latencyBoundsMs?: number[];
  /**
   * Last bound in milliseconds of the latency histogram of a model, by model: no P99 that is read from it is longer, so that no alert may wait for
   * one that is.
   * @default - the last of `latencyBoundsMs`
   */
  readonly latencyLimitsMs?: { [model: string]: number };
  /** What the plans of models say of each of their servers, by model. @default - nothing is planned */
  readonly plans?: { [model: string]: PlannedServing };
}

/**
 * A workload that serves Prometheus metrics.
 */
export interface IWatchable extends IConstruct {
  /** How it is scraped. */
  readonly metricsTarget: MetricsTarget;
}
