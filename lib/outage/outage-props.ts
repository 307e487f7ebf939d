import { DataSize } from '../units/data-size';
import { Duration } from '../units/duration';
import { MetricsSender } from './metrics-sender';
import { NodeCredentials } from './node-credentials';

/**
 * What a site is, as far as an outage of its link matters.
 */
export interface OutagePlanProps {
  /** How its nodes get credentials of AWS. @default - they need none: the site has a control plane of its own */
  readonly credentials?: NodeCredentials;
  /** What sends its metrics to the hub. @default MetricsSender.VMAGENT */
  readonly sender?: MetricsSender;
  /** Time series that it scrapes, as `prometheus_agent_active_series` or `prometheus_tsdb_head_series` tell. @default - disks are not computed */
  readonly activeSeries?: number;
  /** Time between two scrapes, at least a second. @default Duration.seconds(15) */
  readonly scrapeInterval?: Duration;
  /**
   * How many times as fast as samples come in they are sent when the link is back, above 1. It decides for how long the site's numbers at the hub
   * are old after an outage.
   *
   * @default 4
   */
  readonly catchUpSpeed?: number;
}

/**
 * What is set at a site and its hub, to be held against an outage. What is left out is not checked.
 */
export interface OutageSettings {
  /** `tolerationSeconds` of the pods for `node.kubernetes.io/unreachable` and `not-ready`. */
  readonly tolerationSeconds?: number;
  /** How long credentials of nodes last. */
  readonly credentialLifetime?: Duration;
  /** How seldom the sender cuts its write-ahead log (`--storage.agent.wal-truncate-frequency`). */
  readonly walTruncateFrequency?: Duration;
  /** Disk of the sender: of its write-ahead log, or of its queue. */
  readonly bufferDisk?: DataSize;
  /** `sample_age_limit` of its remote write; zero has no limit. */
  readonly sampleAgeLimit?: Duration;
  /** `out_of_order_time_window` of the hub. */
  readonly hubOutOfOrderWindow?: Duration;
  /** How long the hub keeps samples. */
  readonly hubRetention?: Duration;
  /** How long the Prometheus at the site keeps samples. */
  readonly localRetention?: Duration;
  /** Disk of the Prometheus at the site. */
  readonly localDisk?: DataSize;
  /** After which time without metrics of the site the hub alerts. */
  readonly silentAfter?: Duration;
  /** `imageMinimumGCAge` of the kubelets. */
  readonly imageMinimumGcAge?: Duration;
}

/**
 * One number that follows from an outage.
 */
export interface OutageFigure {
  /** What it is, as the tool calls it that takes it. */
  readonly name: string;
  /** The number with its unit. */
  readonly value: string;
  /** How it follows. */
  readonly reason: string;
  /** Page, issue or file of a repository that says so. */
  readonly source: string;
}
