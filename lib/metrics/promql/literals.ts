const SECONDS: { readonly [unit: string]: number } = {
  ms: 0.001,
  s: 1,
  m: 60,
  h: 3600,
  d: 86_400,
  w: 604_800,
  y: 31_536_000,
};
const DURATION = /^[+-]?(?:[0-9]+(?:ms|[smhdwy]))+$/;
/** `ParseDuration` of prometheus/common: each unit at most once, the longest first. */
const ORDERED = /^(?:[0-9]+y)?(?:[0-9]+w)?(?:[0-9]+d)?(?:[0-9]+h)?(?:[0-9]+m)?(?:[0-9]+s)?(?:[0-9]+ms)?$/;
const ESCAPES: { readonly [letter: string]: string } = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/**
 * Whether a text is a duration of Prometheus, such as `1h30m`.
 *
 * @internal
 */
export function isDuration(text: string): boolean {
  return text !== '' && ORDERED.test(text);
}

/**
 * Seconds of a duration such as `1h30m`.
 *
 * @internal
 */
export function durationSeconds(text: string): number {
  const parts = text.match(/[0-9]+(?:ms|[smhdwy])/g) ?? [];
  const sum = parts.reduce((all, part) => all + parseInt(part, 10) * SECONDS[part.replace(/[0-9]+/, '')], 0);
  return text.startsWith('-') ? -sum : sum;
}

/**
 * A number, or the seconds of a duration.
 *
 * @internal
 */
export function numberOf(text: string): number {
  const plain = text.replace(/(?<=[0-9a-fA-F])_(?=[0-9a-fA-F])/g, '').toLowerCase();
  if (DURATION.test(plain)) return durationSeconds(plain);
  const sign = plain.startsWith('-') ? -1 : 1;
  const bare = plain.replace(/^[+-]/, '');
  if (bare === 'inf') return sign * Infinity;
  if (/^0[0-7]+$/.test(bare)) return sign * parseInt(bare, 8);
  return sign * Number(bare);
}

/**
 * The text of a quoted string, as Go reads it. Throws an `Error` for an escape that Go does not know.
 *
 * @internal
 */
export function unquoted(text: string): string {
  const inner = text.slice(1, -1);
  if (text.startsWith('`')) return inner;
  return inner.replace(
    /\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{3}|[\s\S])/g,
    (whole, code: string) => {
      if (code in ESCAPES) return ESCAPES[code];
      if (code === '\\' || code === text[0]) return code;
      if (/^[xuU]./.test(code)) return String.fromCodePoint(parseInt(code.slice(1), 16));
      if (/^[0-7]{3}$/.test(code)) return String.fromCodePoint(parseInt(code, 8));
      throw new Error(`${text} has the escape ${whole}, which a string does not know; write \\\\ for a backslash`);
    },
  );
}
