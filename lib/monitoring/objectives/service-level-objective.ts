import { knownListFaults } from '../../core/text-list';
import { hasToken } from '../../core/tokens';
import { checkArguments, throwOfFactory } from '../../units/argument-faults';
import { Fault, fault } from '../../units/fault';
import { positiveFault, wholeNumberFault } from '../../units/number-faults';
import { allOf } from '../../units/unreadable';

/** What an objective is about. */
export enum ObjectiveKind {
  /** The share of the requests that do not fail. */
  AVAILABILITY = 'availability',
  /** The share of the requests that are not slow. */
  LATENCY = 'latency',
}

/**
 * What an objective is, beside its share.
 */
export interface ObjectiveOptions {
  /** Days over which the share is promised, 28 to 92. @default 30 */
  readonly periodDays?: number;
  /** Models that it is about, of those of the workload. @default - all of them */
  readonly models?: string[];
}

/**
 * A service level objective: the share of the requests of a model that must be good. The rest is the error budget; alerts fire when it is being
 * spent too fast to last.
 *
 * The budget burns at 1 when it is spent exactly over the period. `AvailabilityBudgetBurns` and `LatencyBudgetBurns` fire, as the workbook of
 * Google's engineers has it, when 2 % of the budget are spent in an hour (14.4 times as fast, for a period of 30 days), 5 % in six hours (6
 * times), both critical, and when 10 % are spent in a day (3 times) or in three days (as fast), both warnings; each only as long as it goes on in
 * a window of a twelfth of the time, so that the alert ends with its cause.
 *
 * What is wrong with one is reported by the monitoring stack, or the call of `watch`, that it is given to.
 *
 * @see https://sre.google/workbook/alerting-on-slos/
 */
export class ServiceLevelObjective {
  /**
   * So many of the requests do not fail. Requests that callers cancel do not count, those that are refused do, where the server counts them: see
   * `Indicator.FAILURES`.
   *
   * @param percent the share in percent, e.g. 99.9
   * @param options period and models
   */
  public static availability(percent: number, options: ObjectiveOptions = {}): ServiceLevelObjective {
    return new ServiceLevelObjective(ObjectiveKind.AVAILABILITY, percent, options);
  }

  /**
   * So many of the requests are not slow: the time to the first token of a model that streams, the whole request of another.
   *
   * @param percent the share in percent, e.g. 95
   * @param thresholdMs what is not slow, in milliseconds: a bound of the latency histogram of the server
   * @param options period and models
   */
  public static latency(percent: number, thresholdMs: number, options: ObjectiveOptions = {}): ServiceLevelObjective {
    return new ServiceLevelObjective(ObjectiveKind.LATENCY, percent, options, thresholdMs);
  }

  /** What it is about. */
  public readonly kind: ObjectiveKind;
  /** Share of the requests that must be good, in percent. */
  public readonly percent: number;
  /** Days over which it is promised. */
  public readonly periodDays: number;
  /** What is not slow, in milliseconds. @default - it is not about latency */
  public readonly thresholdMs?: number;
  /** Models that it is about. @default - all of the workload */
  public readonly models?: string[];

  private constructor(kind: ObjectiveKind, percent: number, options: ObjectiveOptions, thresholdMs?: number) {
    this.kind = kind;
    this.percent = percent;
    this.periodDays = options.periodDays ?? 30;
    const { models } = options;
    this.models = Array.isArray(models) ? (Object.freeze([...models]) as string[]) : models;
    if (thresholdMs !== undefined) this.thresholdMs = thresholdMs;
  }

  /** E.g. `availability 99.9 %` or `latency 95 % below 500 ms`. */
  public toString(): string {
    return `${this.kind} ${this.percent} %${this.thresholdMs === undefined ? '' : ` below ${this.thresholdMs} ms`}`;
  }

  /**
   * What is wrong with it.
   *
   * @internal
   */
  public _faults(property: string): Fault[] {
    const { percent, periodDays, thresholdMs, models } = this;
    const unknown = knownListFaults(`${property}.models`, models ?? [], 'rules are made of each of them');
    if (unknown.length > 0) return unknown;
    const isShare = typeof percent === 'number' && !hasToken(percent) && percent > 0 && percent < 100;
    const reason = `${property}.percent must be a number above 0 and below 100, known at synthesis, e.g. 99.9; got ${hasToken(percent) ? 'a token' : percent}`;
    return allOf(
      () => (isShare ? [] : [fault('OUT_OF_RANGE', `${property}.percent`, reason)]),
      () => wholeNumberFault(`${property}.periodDays`, periodDays, 28, 92),
      () =>
        this.kind === ObjectiveKind.LATENCY ? positiveFault(`${property}.thresholdMs`, thresholdMs as number) : [],
      () =>
        models?.length === 0
          ? [
              fault(
                'EMPTY_LIST',
                `${property}.models`,
                `${property}.models must name at least one model, or be left out; got []`,
              ),
            ]
          : [],
    );
  }
}

checkArguments(
  'ServiceLevelObjective',
  ServiceLevelObjective,
  throwOfFactory((made: ServiceLevelObjective) => made._faults('objective'), 'objective.'),
);
