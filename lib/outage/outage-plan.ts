import { checkArguments } from '../units/argument-faults';
import { DataSize } from '../units/data-size';
import { Duration } from '../units/duration';
import { throwIfFaulty } from '../units/errors';
import { Fault } from '../units/fault';
import { tableText } from '../units/text-table';
import { MetricsSender } from './metrics-sender';
import { outageFigures } from './outage-figures';
import { outageNumbers } from './outage-numbers';
import { OutageFigure, OutagePlanProps, OutageSettings } from './outage-props';
import { outageSettingFaults } from './outage-setting-faults';

/**
 * All that follows from an outage for one site.
 */
export class OutagePlan {
  /** @internal */
  public static _of(longest: Duration, props: OutagePlanProps): OutagePlan {
    return new OutagePlan(longest, props);
  }

  /** The longest outage. */
  public readonly longest: Duration;
  /** From the cut until the last node is back: the outage, what credentials take after it, and the first heartbeat. */
  public readonly span: Duration;
  /** What sends the metrics of the site to its hub. */
  public readonly sender: MetricsSender;
  /** `tolerationSeconds` for `node.kubernetes.io/unreachable` and `not-ready` with which no pod is evicted. */
  public readonly tolerationSeconds: number;
  /** How long credentials of nodes are to last. @default - nodes need none */
  public readonly credentialLifetime?: Duration;
  /** `--storage.agent.wal-truncate-frequency` and `--storage.agent.retention.max-time`. @default - something else than an agent sends the metrics */
  public readonly walTruncateFrequency?: Duration;
  /** Disk of the sender: of its write-ahead log, or of its queue. @default - the number of series is not known */
  public readonly bufferDisk?: DataSize;
  /** `sample_age_limit` of remote write: what is older would be refused by the hub. */
  public readonly sampleAgeLimit: Duration;
  /** `out_of_order_time_window` of the hub. */
  public readonly hubOutOfOrderWindow: Duration;
  /** How long the Prometheus at the site keeps samples. */
  public readonly localRetention: Duration;
  /** Disk of the Prometheus at the site. @default - the number of series is not known */
  public readonly localDisk?: DataSize;
  /** How long numbers of the site are still old at the hub after the link is back. */
  public readonly catchUp: Duration;
  /** After which time without metrics the hub says that a site is silent. */
  public readonly silentAfter: Duration;
  /** After which time without metrics somebody has to act: a quarter of the outage is left before something is lost. */
  public readonly overdueAfter: Duration;
  /** `imageMinimumGCAge` of the kubelets: images that nothing runs for the moment stay on the node. */
  public readonly imageMinimumGcAge: Duration;
  readonly #props: OutagePlanProps;

  private constructor(longest: Duration, props: OutagePlanProps) {
    const numbers = outageNumbers(longest, props);
    this.#props = { ...props };
    this.longest = longest;
    this.span = numbers.span;
    this.sender = numbers.sender;
    this.tolerationSeconds = numbers.tolerationSeconds;
    this.credentialLifetime = numbers.credentialLifetime;
    this.walTruncateFrequency = numbers.walTruncateFrequency;
    this.bufferDisk = numbers.bufferDisk;
    this.sampleAgeLimit = numbers.sampleAgeLimit;
    this.hubOutOfOrderWindow = numbers.hubOutOfOrderWindow;
    this.localRetention = numbers.localRetention;
    this.localDisk = numbers.localDisk;
    this.catchUp = numbers.catchUp;
    this.silentAfter = numbers.silentAfter;
    this.overdueAfter = numbers.overdueAfter;
    this.imageMinimumGcAge = numbers.imageMinimumGcAge;
  }

  /** Every number, with how it follows and who says so. */
  public get figures(): OutageFigure[] {
    return outageFigures(this, this.#props);
  }

  /** A table of every number, with how it follows and who says so. */
  public explain(): string {
    const rows = this.figures.map(({ name, value, reason, source }) => [name, value, reason, source]);
    return `outages of up to ${this.longest.toString()}\n\n${tableText(['what', 'value', 'because', 'source'], rows)}`;
  }

  /**
   * Holds settings against the outage.
   *
   * @param settings what is set at the site and its hub
   * @throws UnscopedValidationError with every number that does not hold, and the one that would
   */
  public check(settings: OutageSettings): void {
    throwIfFaulty(this._faultsOf(settings));
  }

  /** @internal */
  public _faultsOf(settings: OutageSettings): Fault[] {
    return outageSettingFaults(this, settings);
  }
}

checkArguments('OutagePlan', OutagePlan);
