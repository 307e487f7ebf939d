const scaled = (value: number, steps: readonly (readonly [number, string])[]): string => {
  const [factor, unit] = steps.find(([least]) => Math.abs(value) >= least) ?? steps[steps.length - 1];
  return `${digits(value / factor)}${unit}`;
};

/** Three digits that count. */
function digits(value: number): string {
  if (value === 0) return '0';
  const size = Math.floor(Math.log10(Math.abs(value)));
  return value
    .toFixed(Math.min(4, Math.max(0, 2 - size)))
    .replace(/(\.\d*?)0+$/, '$1')
    .replace(/\.$/, '');
}

const KIB = 1024;
const THOUSANDS = [
  [1e9, ' Bil'],
  [1e6, ' Mil'],
  [1e3, ' K'],
  [1, ''],
] as const;

/** Text of values by the unit that Grafana would write them in. */
const UNITS: { readonly [unit: string]: (value: number) => string } = {
  reqps: (value) => `${scaled(value, THOUSANDS)} req/s`,
  ms: (value) =>
    scaled(value, [
      [1000, ' s'],
      [1, ' ms'],
    ]),
  percent: (value) => `${digits(value)}%`,
  celsius: (value) => `${digits(value)} °C`,
  watt: (value) =>
    scaled(value, [
      [1000, ' kW'],
      [1, ' W'],
    ]),
  currencyUSD: (value) => `$${scaled(value, THOUSANDS)}`,
  bytes: (value) =>
    scaled(value, [
      [KIB ** 4, ' TiB'],
      [KIB ** 3, ' GiB'],
      [KIB ** 2, ' MiB'],
      [KIB, ' KiB'],
      [1, ' B'],
    ]),
  Bps: (value) =>
    scaled(value, [
      [1e9, ' GB/s'],
      [1e6, ' MB/s'],
      [1e3, ' kB/s'],
      [1, ' B/s'],
    ]),
  s: (value) =>
    scaled(value, [
      [86_400, ' days'],
      [3600, ' h'],
      [60, ' min'],
      [1, ' s'],
    ]),
};

/**
 * A value in its unit.
 *
 * @param value the value
 * @param unit Grafana's name of the unit
 * @param now milliseconds since 1970, of units that tell how long ago something was
 */
export function formatted(value: number, unit: string | undefined, now = 0): string {
  if (Number.isNaN(value)) return 'no value';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '-∞';
  if (unit === 'dateTimeFromNow') return `${UNITS.s((now - value) / 1000)} ago`;
  if (unit === 'ms' && Math.abs(value) >= 60_000) return UNITS.s(value / 1000);
  return (unit === undefined ? undefined : UNITS[unit])?.(value) ?? scaled(value, THOUSANDS);
}
