import { kubernetesNameFault } from '../../core/naming';
import { PowerBudget } from '../../planning/power-budget';
import { Duration } from '../../units/duration';
import { Fault, fault } from '../../units/fault';
import { givenValue } from '../../units/number-faults';
import { isTimeZone } from '../../units/time-zone';
import { Weekday } from '../../units/weekday';

/**
 * What a column of a table of sites says: its value, or why it is none.
 *
 * @internal
 */
export interface Column<T> {
  /** What it must be, for messages. */
  readonly form: string;
  /** The value of a text; undefined for one that is none. */
  readonly read: (text: string) => T | undefined;
}

const WHOLE = /^[0-9]{1,9}$/;
const DECIMAL = /^[0-9]{1,9}(\.[0-9]{1,6})?$/;
const TIME = /^([01]\d|2[0-3]):[0-5]\d$/;
const LENGTH = /^([0-9]{1,6})(s|m|h|d)$/;
const UNITS: { readonly [unit: string]: (amount: number) => Duration } = {
  s: (amount) => Duration.seconds(amount),
  m: (amount) => Duration.minutes(amount),
  h: (amount) => Duration.hours(amount),
  d: (amount) => Duration.hours(24 * amount),
};
const DAYS = Object.entries(Weekday);

const text = (form: string): Column<string> => ({ form, read: (given) => given });

/**
 * A length of time as tables write it, e.g. `72h`, `3d`, `45m`.
 *
 * @internal
 */
export const DURATION: Column<Duration> = {
  form: "a whole number of seconds, minutes, hours or days, e.g. '45m', '72h' or '3d'",
  read: (given) => {
    const [, amount, unit] = LENGTH.exec(given) ?? [];
    return amount === undefined || Number(amount) === 0 ? undefined : UNITS[unit](Number(amount));
  },
};

/**
 * The columns that every table of sites may have.
 *
 * @internal
 */
export const COLUMNS = {
  site: {
    ...text('an RFC 1123 label'),
    read: (given) => (kubernetesNameFault('site', given).length === 0 ? given : undefined),
  } as Column<string>,
  kind: text('the name of a kind'),
  ring: text('the name of a ring'),
  nodes: {
    form: 'a whole number, at least 1',
    read: (given) => (WHOLE.test(given) && Number(given) >= 1 ? Number(given) : undefined),
  } as Column<number>,
  gpuWatts: {
    form: 'a number of watts above 0, of all GPUs of a machine',
    read: (given) => (DECIMAL.test(given) && Number(given) > 0 ? PowerBudget.ofGpus(Number(given)) : undefined),
  } as Column<PowerBudget>,
  maxUplinkOutage: DURATION,
  windowStart: {
    form: "hour and minute of a day, e.g. '22:30'",
    read: (given) => (TIME.test(given) ? given : undefined),
  } as Column<string>,
  windowDuration: DURATION,
  windowDays: {
    form: `days of a week, e.g. 'monday friday'`,
    read: (given) => {
      const days = given
        .toLowerCase()
        .split(/[\s,;]+/)
        .map((day) => DAYS.find(([name]) => name.toLowerCase() === day)?.[1]);
      return days.every((day) => day !== undefined) && new Set(days).size === days.length ? days : undefined;
    },
  } as Column<Weekday[]>,
  timeZone: {
    form: "a name of IANA's time zones, e.g. 'Europe/Berlin'",
    read: (given) => (isTimeZone(given) ? given : undefined),
  } as Column<string>,
  maxMegabitsPerSecond: {
    form: 'a number of megabits a second above 0',
    read: (given) => (DECIMAL.test(given) && Number(given) > 0 ? Number(given) : undefined),
  } as Column<number>,
  revoked: {
    form: "'true' or 'false'",
    read: (given) => ({ true: true, false: false })[given.toLowerCase()],
  } as Column<boolean>,
};

/** Names of columns. @internal */
export type ColumnName = keyof typeof COLUMNS;

/** What the columns of a row say. @internal */
export type RowValues = { -readonly [C in ColumnName]?: NonNullable<ReturnType<(typeof COLUMNS)[C]['read']>> };

/**
 * What a row says, and what of it is at fault.
 *
 * @param row texts by the names of columns; those without a text are as if they were not there
 * @param at path of the row, e.g. `sites[2]`
 * @param who how messages call it, e.g. `row 4 ('till-3')`
 *
 * @internal
 */
export function readRow(
  row: { readonly [column: string]: string },
  at: string,
  who: string,
): { readonly values: RowValues; readonly faults: Fault[] } {
  const values: { [column: string]: unknown } = {};
  const faults: Fault[] = [];
  for (const [column, { form, read }] of Object.entries(COLUMNS) as [ColumnName, Column<unknown>][]) {
    const given = row[column]?.trim() ?? '';
    if (given === '') continue;
    const value = read(given);
    if (value === undefined)
      faults.push(
        fault('INVALID_FORMAT', `${at}.${column}`, `${who}: ${column} must be ${form}; got ${givenValue(given)}`),
      );
    else values[column] = value;
  }
  return { values: values as RowValues, faults };
}
