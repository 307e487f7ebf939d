import { MetricUnit } from '../../catalog/metric-kind';

/**
 * What a value measures: powers of base units, and the factors by which it may have to be multiplied to be in them. After a multiplication by
 * 1000 it may be a thousand times as much, or as much in another unit: then there are two.
 *
 * @internal
 */
export interface Quantity {
  readonly powers: { readonly [base: string]: number };
  readonly scales: readonly number[];
}

/** Units of physics. What is counted is none: a time per request may be compared with a time. */
const PHYSICAL = ['second', 'byte', 'joule', 'degree'];
/** Factors by which people change units. */
const FACTORS = [60, 100, 3600, 1024, 1024 ** 2, 1024 ** 3, 1024 ** 4];

const of = (powers: Quantity['powers'], scale = 1): Quantity => ({ powers, scales: [scale] });
const counted = (what: string): Quantity => of({ [what]: 1 });

const QUANTITIES: { readonly [unit in MetricUnit]: Quantity | undefined } = {
  [MetricUnit.REQUESTS]: counted('request'),
  [MetricUnit.INFERENCES]: counted('inference'),
  [MetricUnit.EXECUTIONS]: counted('execution'),
  [MetricUnit.TOKENS]: counted('token'),
  [MetricUnit.SEQUENCES]: counted('sequence'),
  [MetricUnit.SERVERS]: counted('server'),
  [MetricUnit.LOOKUPS]: counted('lookup'),
  [MetricUnit.FLOATING_POINT_OPERATIONS]: counted('floating-point operation'),
  [MetricUnit.OPERATIONS]: counted('operation'),
  [MetricUnit.EVENTS]: counted('event'),
  [MetricUnit.ROWS]: counted('row'),
  [MetricUnit.PACKETS]: counted('packet'),
  [MetricUnit.CONNECTIONS]: counted('connection'),
  [MetricUnit.INODES]: counted('inode'),
  [MetricUnit.PROCESSES]: counted('process'),
  [MetricUnit.CORES]: counted('core'),
  [MetricUnit.LANES]: counted('lane'),
  [MetricUnit.PODS]: counted('pod'),
  [MetricUnit.CONTAINERS]: counted('container'),
  [MetricUnit.NODES]: counted('node'),
  [MetricUnit.ITEMS]: counted('item'),
  [MetricUnit.SECONDS]: of({ second: 1 }),
  [MetricUnit.NANOSECONDS]: of({ second: 1 }, 1e-9),
  [MetricUnit.UNIX_TIME]: of({ second: 1 }),
  [MetricUnit.MILLISECONDS]: of({ second: 1 }, 1e-3),
  [MetricUnit.MICROSECONDS]: of({ second: 1 }, 1e-6),
  [MetricUnit.BYTES]: of({ byte: 1 }),
  [MetricUnit.MEBIBYTES]: of({ byte: 1 }, 1024 ** 2),
  [MetricUnit.BYTES_PER_SECOND]: of({ byte: 1, second: -1 }),
  [MetricUnit.MEGABYTES_PER_SECOND]: of({ byte: 1, second: -1 }, 1e6),
  [MetricUnit.JOULES]: of({ joule: 1 }),
  [MetricUnit.MILLIJOULES]: of({ joule: 1 }, 1e-3),
  [MetricUnit.CELSIUS]: of({ degree: 1 }),
  [MetricUnit.HERTZ]: of({ second: -1 }),
  [MetricUnit.MEGAHERTZ]: of({ second: -1 }, 1e6),
  [MetricUnit.WATTS]: of({ joule: 1, second: -1 }),
  [MetricUnit.RATIO]: of({}),
  [MetricUnit.PERCENT]: of({}, 1e-2),
  // A number stands for a state, not for an amount.
  [MetricUnit.STATE]: undefined,
  [MetricUnit.CODE]: undefined,
  [MetricUnit.INFORMATION]: undefined,
  [MetricUnit.MIXED]: undefined,
};

/** Ends of names of recorded series that tell a unit. */
const SUFFIXES: readonly (readonly [suffix: string, quantity: Quantity])[] = [
  ['_seconds', of({ second: 1 })],
  ['_milliseconds', of({ second: 1 }, 1e-3)],
  ['_microseconds', of({ second: 1 }, 1e-6)],
  ['_bytes', of({ byte: 1 })],
  ['_joules', of({ joule: 1 })],
  ['_watts', of({ joule: 1, second: -1 })],
  ['_percent', of({}, 1e-2)],
  ['_ratio', of({})],
];

/** A number of observations of a histogram. @internal */
export const OBSERVATIONS = counted('observation');
/** @internal */
export const SECONDS = of({ second: 1 });

/** @internal */
export function quantityOf(unit: MetricUnit): Quantity | undefined {
  return QUANTITIES[unit];
}

/** What the name of a recorded series promises. @internal */
export function quantityOfName(name: string): Quantity | undefined {
  return SUFFIXES.find(([suffix]) => name.endsWith(suffix))?.[1];
}

/** @internal */
export function product(a: Quantity, b: Quantity, sign: 1 | -1 = 1): Quantity {
  const powers: { [base: string]: number } = { ...a.powers };
  for (const [base, power] of Object.entries(b.powers)) powers[base] = (powers[base] ?? 0) + sign * power;
  const scales = a.scales.flatMap((scale) => b.scales.map((other) => (sign === 1 ? scale * other : scale / other)));
  return { powers: Object.fromEntries(Object.entries(powers).filter(([, power]) => power !== 0)), scales };
}

/** Of what grows, its growth each second. @internal */
export function perSecond(quantity: Quantity): Quantity {
  return product(quantity, SECONDS, -1);
}

/** After a multiplication by a number that stands in the query. @internal */
export function scaledBy(quantity: Quantity, factor: number): Quantity {
  const size = Math.abs(factor);
  const logarithm = Math.log10(size);
  const converts =
    (Math.abs(logarithm - Math.round(logarithm)) < 1e-9 && Math.round(logarithm) !== 0) ||
    FACTORS.some((one) => near(one, size) || near(1 / one, size));
  return converts ? { ...quantity, scales: [...quantity.scales, ...quantity.scales.map((s) => s / size)] } : quantity;
}

/** What two values that are added or compared both measure; undefined where they cannot be. @internal */
export function common(a: Quantity, b: Quantity): Quantity | undefined {
  if (!samePhysics(a, b)) return undefined;
  const [left, right] = [a, b].map(single);
  if (left !== undefined && right !== undefined && left !== right) return undefined;
  const scales = a.scales.filter((scale) => b.scales.some((other) => near(scale, other)));
  return scales.length > 0 ? { ...a, scales } : undefined;
}

/** In words, e.g. `milliseconds` or `requests per second`. @internal */
export function described({ powers, scales }: Quantity): string {
  const unit = Object.entries(QUANTITIES).find(
    ([, one]) => one && samePowers(one.powers, powers) && near(one.scales[0], scales[0]),
  );
  if (unit) return unit[0] === MetricUnit.RATIO ? 'a ratio' : unit[0];
  const words = (sign: number) =>
    Object.entries(powers)
      .filter(([, power]) => power * sign > 0)
      .map(([base, power]) => (Math.abs(power) === 1 ? base : `${base}^${Math.abs(power)}`));
  const [above, below] = [words(1).map((word) => `${word}s`), words(-1)];
  const factor = near(scales[0], 1) ? '' : `${Number(scales[0].toPrecision(3))} `;
  const numerator = above.join(' × ') || (near(scales[0], 1e-2) && below.length === 0 ? '' : 'a number');
  if (numerator === '') return 'percent';
  return `${factor}${numerator}${below.length > 0 ? ` per ${below.join(' × ')}` : ''}`;
}

function samePhysics(a: Quantity, b: Quantity): boolean {
  const physics = ({ powers }: Quantity) =>
    Object.fromEntries(Object.entries(powers).filter(([base]) => PHYSICAL.includes(base)));
  return samePowers(physics(a), physics(b));
}

function samePowers(a: Quantity['powers'], b: Quantity['powers']): boolean {
  const bases = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  return bases.every((base) => (a[base] ?? 0) === (b[base] ?? 0));
}

/** The one thing that is counted. */
function single({ powers }: Quantity): string | undefined {
  const things = Object.entries(powers).filter(([base]) => !PHYSICAL.includes(base));
  return things.length === 1 && things[0][1] === 1 && things[0][0] !== 'observation' ? things[0][0] : undefined;
}

function near(a: number, b: number): boolean {
  return Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b));
}
