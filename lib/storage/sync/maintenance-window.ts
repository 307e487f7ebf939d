import { concreteFault, hasToken } from '../../core/tokens';
import { Duration } from '../../units/duration';
import { duplicateFaults } from '../../units/duplicate-faults';
import { Fault, fault } from '../../units/fault';
import { givenValue, wholeNumberFault } from '../../units/number-faults';
import { isTimeZone } from '../../units/time-zone';
import { allOf } from '../../units/unreadable';
import { Weekday } from '../../units/weekday';

/**
 * When something may be done at a site, in the time of that place.
 */
export interface MaintenanceWindow {
  /** When it begins: hour and minute of the day, e.g. `22:30`. A time that a change of clocks leaves out is an hour later, one that comes twice is the first. */
  readonly start: string;
  /** How long it is open, in whole minutes, at most 7 days. It may end on another day. */
  readonly duration: Duration;
  /** Days on which it begins. @default - every day */
  readonly days?: Weekday[];
  /** Name of the place in the time zone database of IANA, e.g. `Europe/Berlin`. @default 'UTC' */
  readonly timeZone?: string;
}

const WEEK = 7 * 24 * 60;
const DAYS = Object.values(Weekday);

/** A window as `sync_window.py` reads it. */
interface WindowSetting {
  readonly days: number[];
  readonly start: string;
  readonly minutes: number;
  readonly timeZone: string;
}

/**
 * The faults of windows.
 *
 * @internal
 */
export function windowFaults(property: string, windows: readonly MaintenanceWindow[] = []): Fault[] {
  return windows.flatMap(({ start, duration, days, timeZone }, index) => {
    const at = `${property}[${index}]`;
    const unknown = concreteFault(
      at,
      [start, duration.toSeconds(), days, timeZone],
      'windows are compared at synthesis',
    );
    if (unknown.length > 0) return unknown;
    return allOf(
      () => startFaults(`${at}.start`, start),
      () => wholeNumberFault(`${at}.duration`, duration.toSeconds() / 60, 1, WEEK),
      () => (days?.length === 0 ? [noDays(`${at}.days`)] : duplicateFaults(`${at}.days`, days ?? [])),
      () => zoneFaults(`${at}.timeZone`, timeZone),
    );
  });
}

/** @internal */
export function windowSettings(windows: readonly MaintenanceWindow[] = []): WindowSetting[] {
  return windows.map(({ start, duration, days = DAYS, timeZone = 'UTC' }) => ({
    days: days.map((day) => DAYS.indexOf(day)).sort(),
    start,
    minutes: duration.toSeconds() / 60,
    timeZone,
  }));
}

/**
 * Minutes of a week in which a window is open, and the longest time in minutes in which none is; windows of different zones are compared as if they were of
 * one, and then none may be open for a day longer. Without windows all of the week is open.
 *
 * @internal
 */
export function weekOf(windows: readonly MaintenanceWindow[] = []): { readonly open: number; readonly closed: number } {
  if (windows.length === 0) return { open: WEEK, closed: 0 };
  const settings = windowSettings(windows);
  const open = Array.from({ length: WEEK }, () => false);
  for (const { days, start, minutes } of settings) {
    const [hour, minute] = start.split(':').map(Number);
    for (const day of days) {
      const begin = (day * 24 + hour) * 60 + minute;
      for (let at = begin; at < begin + minutes; at += 1) open[at % WEEK] = true;
    }
  }
  let [closed, run] = [0, 0];
  // Twice, for what is closed from the end of a week to the beginning of the next.
  for (const isOpen of [...open, ...open]) {
    run = isOpen ? 0 : run + 1;
    closed = Math.max(closed, run);
  }
  const zones = new Set(settings.map(({ timeZone }) => timeZone)).size;
  return { open: open.filter(Boolean).length, closed: Math.min(closed, WEEK) + (zones > 1 ? 24 * 60 : 0) };
}

function noDays(property: string): Fault {
  return fault('EMPTY_LIST', property, `${property} must name at least one day, or be left out for all; got []`);
}

function startFaults(property: string, start: string): Fault[] {
  if (hasToken(start) || /^([01]\d|2[0-3]):[0-5]\d$/.test(start)) return [];
  const reason = `${property} must be hour and minute of a day, from '00:00' to '23:59'; got ${givenValue(start)}`;
  return [fault('INVALID_FORMAT', property, reason)];
}

function zoneFaults(property: string, zone: string | undefined): Fault[] {
  if (zone === undefined || isTimeZone(zone)) return [];
  const reason =
    `${property} must be a name of the time zone database of IANA, e.g. 'Europe/Berlin', 'America/New_York' or 'UTC'; got ` +
    `${givenValue(zone)}`;
  return [fault('INVALID_FORMAT', property, reason)];
}
