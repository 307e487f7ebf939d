import { ApiObject } from '../kubernetes/rendering/attribute-rules';

const BINARY = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
/** From 10^-9, by thousands. */
const DECIMAL = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'];
const UNIT = 3;
const QUANTITY = /^([+-]?)(\d*)(?:\.(\d*))?(Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE]?)$/;
/** Digits behind the point that are kept, as quantities have no less than 10^-9. */
const DIGITS = 9;

/**
 * A quantity as Go writes it, and so the provider: without a fraction, and with the largest suffix that allows it, e.g. `1Gi` for `1024Mi` and `1` for
 * `1000m`. Text in exponents, and text that is no quantity, stays as it is.
 *
 * @see https://pkg.go.dev/k8s.io/apimachinery/pkg/api/resource#Quantity
 *
 * @internal
 */
export function canonicalQuantity(text: string): string {
  const [whole, sign, digits, fraction = '', suffix] = QUANTITY.exec(text) ?? [];
  if (whole === undefined || `${digits}${fraction}` === '' || fraction.length > DIGITS) return text;
  const mantissa = BigInt(`${digits}${fraction.padEnd(DIGITS, '0')}`);
  if (mantissa === 0n) return '0';
  const minus = sign === '-' ? '-' : '';
  const power = BINARY.indexOf(suffix);
  if (power > 0) return `${minus}${binary(mantissa * 1024n ** BigInt(power))}`;
  // In units of 10^-18, of which none is lost.
  return `${minus}${decimal(mantissa * 1000n ** BigInt(DECIMAL.indexOf(suffix)), DIGITS)}`;
}

/** Bytes in units of 10^-9; less than a whole one counts as one. */
function binary(nano: bigint): string {
  const unit = 10n ** BigInt(DIGITS);
  let bytes = (nano + unit - 1n) / unit;
  // Go writes few bytes without a binary suffix.
  if (bytes < 1024n) return decimal(bytes, 0, UNIT);
  let power = 0;
  while (bytes % 1024n === 0n && power < BINARY.length - 1) {
    bytes /= 1024n;
    power += 1;
  }
  return `${bytes}${BINARY[power]}`;
}

/** A number of 10^-9 (or of the unit of a suffix), after `lost` digits behind the point of it are rounded up. */
function decimal(number: bigint, lost: number, from = 0): string {
  const least = 10n ** BigInt(lost);
  let rest = (number + least - 1n) / least;
  let power = from;
  while (rest % 1000n === 0n && power < DECIMAL.length - 1) {
    rest /= 1000n;
    power += 1;
  }
  return `${rest}${DECIMAL[power]}`;
}

/** Where objects have a quantity, or a map of them: the member, and what it is a member of. */
const PLACES: readonly (readonly [parent: string, member: string])[] = [
  ['resources', 'limits'],
  ['resources', 'requests'],
  ['emptyDir', 'sizeLimit'],
  ['resourceFieldRef', 'divisor'],
  ['spec', 'capacity'],
  ['target', 'averageValue'],
  ['target', 'value'],
];

/**
 * An object whose quantities are written as the provider writes them.
 *
 * @internal
 */
export function withCanonicalQuantities(object: ApiObject): ApiObject {
  return within(object, '') as ApiObject;
}

function within(value: unknown, parent: string): unknown {
  if (Array.isArray(value)) return value.map((item) => within(item, parent));
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([key, member]): [string, unknown] => [
    key,
    PLACES.some(([of, name]) => of === parent && name === key) ? quantities(member) : within(member, key),
  ]);
  return Object.fromEntries(members);
}

function quantities(value: unknown): unknown {
  if (typeof value === 'string') return canonicalQuantity(value);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, quantities(member)]));
}
