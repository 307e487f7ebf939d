const FORM = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})(?::00(?:\.000)?)?(?:Z|\+00:00)$/;
const MINUTES_PER_DAY = 1440;

/**
 * A point in time to the minute, as minutes since 1970 in UTC. Arithmetic only: synthesis knows no clock.
 *
 * @internal
 */
export function readUtcTime(text: string): number | undefined {
  const match = FORM.exec(text);
  if (!match) return undefined;
  const [year, month, day, hour, minute] = match.slice(1).map(Number);
  if (month < 1 || month > 12 || day < 1 || day > daysOfMonth(year, month) || hour > 23 || minute > 59)
    return undefined;
  return daysSince1970(year, month, day) * MINUTES_PER_DAY + hour * 60 + minute;
}

/**
 * A point in time as `2026-12-01T11:30:00Z`.
 *
 * @internal
 */
export function writeUtcTime(time: number): string {
  const { year, month, day, hour, minute } = parts(time);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${year}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}:00Z`;
}

/**
 * A point in time as a cron expression of Auto Scaling, which has no year: `30 11 1 12 *`.
 *
 * @internal
 */
export function cronOf(time: number): string {
  const { month, day, hour, minute } = parts(time);
  return `${minute} ${hour} ${day} ${month} *`;
}

function parts(time: number) {
  let days = Math.floor(time / MINUTES_PER_DAY);
  const rest = time - days * MINUTES_PER_DAY;
  let year = 1970;
  for (; days >= daysOfYear(year); year++) days -= daysOfYear(year);
  let month = 1;
  for (; days >= daysOfMonth(year, month); month++) days -= daysOfMonth(year, month);
  return { year, month, day: days + 1, hour: Math.floor(rest / 60), minute: rest % 60 };
}

function daysSince1970(year: number, month: number, day: number): number {
  let days = day - 1;
  for (let before = 1970; before < year; before++) days += daysOfYear(before);
  for (let before = 1; before < month; before++) days += daysOfMonth(year, before);
  return days;
}

function isLeap(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}

function daysOfYear(year: number): number {
  return isLeap(year) ? 366 : 365;
}

function daysOfMonth(year: number, month: number): number {
  return month === 2 && isLeap(year) ? 29 : [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1];
}
