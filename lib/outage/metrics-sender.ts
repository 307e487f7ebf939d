import { nameClass } from '../units/own-class';
import { Duration } from '../units/duration';

/**
 * What sends the metrics of a site to its hub, and therefore how long it can hold them.
 *
 * Remote write of Prometheus, in agent mode too, does not keep its place when it restarts: it then sends what was scraped since the restart, and
 * never what it still held (https://github.com/prometheus/prometheus/issues/8809). That lies on its disk, and has to be fetched from there.
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
  /**
   * vmagent, which a Prometheus at the site writes to: what it cannot send is in a queue on its disk until that is full, and is sent after a restart
   * too. Of an agent that is killed, what came within the last seconds is lost.
   *
   * @see https://docs.victoriametrics.com/victoriametrics/vmagent/#on-disk-persistence
   */
  public static readonly VMAGENT = new MetricsSender('vmagent', undefined, true);
  /** All kinds. */
  public static readonly ALL: MetricsSender[] = Object.freeze([
    MetricsSender.PROMETHEUS_SERVER,
    MetricsSender.PROMETHEUS_AGENT,
    MetricsSender.VMAGENT,
  ]) as MetricsSender[];

  private constructor(
    /** What it is, as sentences say it. */
    public readonly title: string,
    /** How long it holds what it cannot send, whatever is set. @default - as long as its disk is large enough for */
    public readonly longestHold?: Duration,
    /** Whether it sends, after a restart, what it held before. */
    public readonly keepsPlace: boolean = false,
  ) {}

  /** What it is, as sentences say it. */
  public toString(): string {
    return this.title;
  }
}

nameClass('MetricsSender', MetricsSender);
