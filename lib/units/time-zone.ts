/** Programs of pods look a zone up by the name of its file. */
const ZONE = /^[A-Z][\w+-]*(?:\/[A-Z][\w+-]*)*$/;

/**
 * Whether a text is the name of a time zone in the database of IANA, in its letters: those of the wrong case are another name to Go and Python, not to
 * JavaScript.
 *
 * @internal
 */
export function isTimeZone(zone: string): boolean {
  if (!ZONE.test(zone)) return false;
  try {
    const { timeZone } = new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions();
    return timeZone === zone || timeZone.toLowerCase() !== zone.toLowerCase();
  } catch {
    return false;
  }
}
