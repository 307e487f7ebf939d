import { nameClass } from '../units/own-class';
import { Duration } from '../units/duration';

/**
 * What sends the metrics of a site to its hub, and therefore how long it can hold them.
 *
 * Neither keeps its place when it restarts: it then sends what was scraped since the restart, and never what it still held
 * (https://github.com/prometheus/prometheus/issues/8809). That lies on its disk, and has to be fetched from there.
 */
export class MetricsSender {
  /**
   * Remote write of a Prometheus server, whose write-ahead log is cut every two hours: what was not sent by then is lost.
   *
   * @see https://prometheus.io/docs/practices/remote_write/#remote-write-characteristics
   */
  public static readonly PROMETHEUS_SERVER = new MetricsSender('a Prometheus server', Duration.hours(2));
  /**
   * Remote write of Prometheus in agent mode, whose write-ahead log may be cut as seldom as one says.
   *
   * @see https://prometheus.io/docs/prometheus/latest/prometheus_agent/
   */
  public static readonly PROMETHEUS_AGENT = new MetricsSender('a Prometheus agent');
  /** Both kinds. */
  public static readonly ALL: MetricsSender[] = Object.freeze([
    MetricsSender.PROMETHEUS_SERVER,
    MetricsSender.PROMETHEUS_AGENT,
  ]) as MetricsSender[];

  private constructor(
    /** What it is, as sentences say it. */
    public readonly title: string,
    /** How long it holds what it cannot send, whatever is set. @default - as long as its disk is large enough for */
    public readonly longestHold?: Duration,
  ) {}

  /** What it is, as sentences say it. */
  public toString(): string {
    return this.title;
  }
}

nameClass('MetricsSender', MetricsSender);
