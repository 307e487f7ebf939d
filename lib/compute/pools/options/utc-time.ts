const UTC_MINUTE = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:00(\.000)?)?(Z|\+00:00)$/;
const MS_PER_MINUTE = 60_000;

/**
 * A point in time to the minute, as minutes since 1970; undefined if the text is not such a time in UTC. No clock is read.
 *
 * @internal
 */
export function readUtcTime(text: string): number | undefined {
  if (!UTC_MINUTE.test(text)) return undefined;
  const milliseconds = Date.parse(text.replace(/\+00:00$/, 'Z'));
  // The parser reads 30 February as 2 March.
  return Number.isNaN(milliseconds) || new Date(milliseconds).toISOString().slice(0, 16) !== text.slice(0, 16)
    ? undefined
    : milliseconds / MS_PER_MINUTE;
}

/**
 * A point in time as `2026-12-01T11:30:00Z`.
 *
 * @internal
 */
export function writeUtcTime(time: number): string {
  return `${dateOf(time).toISOString().slice(0, 19)}Z`;
}

function dateOf(time: number): Date {
  return new Date(time * MS_PER_MINUTE);
}
