import { concreteFault } from '../../core/tokens';
import { checkArguments, throwOfFactory } from '../../units/argument-faults';
import { duplicateFaults } from '../../units/duplicate-faults';
import { Fault, fault } from '../../units/fault';
import { givenValue } from '../../units/number-faults';
import { isTimeZone } from '../../units/time-zone';
import { allOf } from '../../units/unreadable';
import { Weekday } from '../../units/weekday';

/**
 * A time that comes every week.
 */
export interface WeeklyTime {
  /** Time zone of the days and hours, by its name in the IANA database, e.g. `Europe/Berlin`, or `UTC`. Its summer time counts. */
  readonly timeZone: string;
  /** Days on which it begins. @default - every day */
  readonly days?: Weekday[];
  /** When it begins, `HH:MM`. @default '00:00' */
  readonly from?: string;
  /** When it ends, `HH:MM`, up to `24:00`: on the next day if that is before it begins. @default '24:00' */
  readonly until?: string;
}

const WEEK = Object.values(Weekday);
const TIME = /^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/;
const MIDNIGHT = '24:00';
const DAY_MINUTES = 24 * 60;
const WEEK_MINUTES = 7 * DAY_MINUTES;

/**
 * A time in which a route of alerts is mute. What still fires when it ends is told then.
 *
 * What is wrong with one is reported by the monitoring stack that it is given to.
 */
export class MuteTime {
  /**
   * A time of every week: `MuteTime.weekly({ timeZone: 'Europe/Berlin', days: [Weekday.FRIDAY], from: '18:00', until: '24:00' })`.
   *
   * @param time days, hours and their time zone
   */
  public static weekly(time: WeeklyTime): MuteTime {
    return new MuteTime(time);
  }

  readonly #time: WeeklyTime;

  private constructor(time: WeeklyTime) {
    this.#time = { ...time, ...(time.days && { days: [...time.days] }) };
  }

  /** E.g. `saturday,sunday 00:00-24:00 Europe/Berlin`. */
  public toString(): string {
    const { days, from, until } = this.#whole;
    return `${days.length === WEEK.length ? 'daily' : days.join(',')} ${from}-${until} ${this.#time.timeZone}`;
  }

  /**
   * Its entry of `time_intervals` in Alertmanager's configuration.
   *
   * @internal
   */
  public _render(): object {
    const { days, from, until } = this.#whole;
    const location = this.#time.timeZone;
    const range = (weekdays: readonly string[], start: string, end: string) => ({
      weekdays,
      times: [{ start_time: start, end_time: end }],
      location,
    });
    if (from < until) return { name: this.toString(), time_intervals: [range(days, from, until)] };
    // Alertmanager knows no range over midnight.
    const next = WEEK.filter((_, index) => days.includes(WEEK[(index + WEEK.length - 1) % WEEK.length]));
    return { name: this.toString(), time_intervals: [range(days, from, MIDNIGHT), range(next, '00:00', until)] };
  }

  /**
   * The minutes of the week in which it is mute, in its time zone.
   *
   * @internal
   */
  public _minutes(): { readonly timeZone: string; readonly minutes: readonly number[] } {
    const { days, from, until } = this.#whole;
    const length = minuteOf(until) - minuteOf(from);
    const minutes = days.flatMap((day) => {
      const first = WEEK.indexOf(day) * DAY_MINUTES + minuteOf(from);
      const count = length > 0 ? length : length + DAY_MINUTES;
      return Array.from({ length: count }, (_, i) => (first + i) % WEEK_MINUTES);
    });
    return { timeZone: this.#time.timeZone, minutes };
  }

  /**
   * What is wrong with it.
   *
   * @param property path of it
   *
   * @internal
   */
  public _faults(property: string): Fault[] {
    const { timeZone, days, from = '00:00', until = MIDNIGHT } = this.#time;
    return allOf(
      () => (days?.length === 0 ? [noDays(`${property}.days`)] : duplicateFaults(`${property}.days`, days ?? [])),
      () => clockFaults(`${property}.from`, from),
      () => clockFaults(`${property}.until`, until),
      () => (from === until || from === MIDNIGHT ? [emptyRange(property, from, until)] : []),
      () => zoneFaults(`${property}.timeZone`, timeZone),
    );
  }

  /** In the order of the week, and with an end that is not the beginning of a day. */
  get #whole() {
    const { days, from = '00:00', until = MIDNIGHT } = this.#time;
    return {
      days: days ? WEEK.filter((day) => days.includes(day)) : WEEK,
      from,
      until: until === '00:00' ? MIDNIGHT : until,
    };
  }
}

checkArguments(
  'MuteTime',
  MuteTime,
  throwOfFactory((made: MuteTime) => made._faults('time'), 'time.'),
);

/**
 * Whether times of one time zone leave no minute of the week.
 *
 * @internal
 */
export function isAlwaysMute(times: readonly MuteTime[]): boolean {
  const muted = times.map((time) => time._minutes());
  return muted.some(({ timeZone: zone }) => {
    const same = muted.filter(({ timeZone }) => timeZone === zone);
    return new Set(same.flatMap(({ minutes }) => minutes)).size === WEEK_MINUTES;
  });
}

function minuteOf(time: string): number {
  const [hours, minutes] = time.split(':').map(Number);
  return hours * 60 + minutes;
}

function noDays(property: string): Fault {
  return fault('EMPTY_LIST', property, `${property} must name at least one day, or be left out for all; got []`);
}

function emptyRange(property: string, from: string, until: string): Fault {
  const reason = `${property} must end after it begins, e.g. from '22:00' until '06:00', or '00:00' until '24:00'; got '${from}' until '${until}'`;
  return fault('OUT_OF_RANGE', `${property}.until`, reason);
}

function clockFaults(property: string, time: string): Fault[] {
  const unknown = concreteFault(property, time, 'the configuration of Alertmanager is made from it');
  if (unknown.length > 0) return unknown;
  if (TIME.test(time)) return [];
  const reason = `${property} must be a time from 00:00 to 24:00, as HH:MM, e.g. '06:30'; got ${givenValue(time)}`;
  return [fault('INVALID_FORMAT', property, reason)];
}

function zoneFaults(property: string, zone: string): Fault[] {
  const unknown = concreteFault(property, zone, 'the configuration of Alertmanager is made from it');
  if (unknown.length > 0) return unknown;
  if (isTimeZone(zone)) return [];
  const reason =
    `${property} must be the name of a time zone in the IANA database, in its letters, e.g. 'Europe/Berlin', or 'UTC'; ` +
    `got ${givenValue(zone)}: Alertmanager would not start`;
  return [fault('INVALID_FORMAT', property, reason)];
}
