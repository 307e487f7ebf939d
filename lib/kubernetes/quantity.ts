import { DataSize } from '../units/data-size';

/** Factors of the suffixes of Kubernetes quantities. */
const SUFFIXES: { readonly [suffix: string]: number } = {
  '': 1,
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/**
 * The value of a Kubernetes quantity: bytes, cores or pieces; NaN for an invalid one.
 *
 * @see https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 *
 * @internal
 */
export function quantityValue(text: string): number {
  const [, digits, exponent, suffix = ''] = text.match(/^\+?(\d+\.?\d*|\.\d+)(?:[eE]([+-]?\d+)|([a-zA-Z]*))$/) ?? [];
  if (digits === undefined) return NaN;
  return exponent === undefined ? Number(digits) * (SUFFIXES[suffix] ?? NaN) : Number(`${digits}e${exponent}`);
}

/**
 * An amount of a resource for display: bytes in GiB, cores with two digits.
 *
 * @internal
 */
export function readableAmount(resource: string, value: number): string {
  const isBytes = resource === 'memory' || resource === 'ephemeral-storage' || resource.startsWith('hugepages-');
  if (isBytes) return `${Math.round((value / 2 ** 30) * 10) / 10} GiB`;
  return String(Math.round(value * 100) / 100);
}

/**
 * A size as a quantity in MiB, rounded up.
 *
 * @internal
 */
export function mebibytes(size: DataSize): string {
  return `${Math.ceil(size.mib)}Mi`;
}

const BINARY = ['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];

/**
 * A quantity in the canonical form of the API server, so that the next plan shows no difference: with the largest binary suffix of which it is
 * a whole number. Others than whole numbers with a binary suffix are left as they are.
 *
 * @see https://github.com/kubernetes/apimachinery (pkg/api/resource/quantity.go)
 *
 * @internal
 */
export function canonicalQuantity(text: string): string {
  const [, digits, suffix] = /^([1-9]\d*)([KMGTPE]i)$/.exec(text) ?? [];
  if (suffix === undefined) return text;
  let value = Number(digits);
  let power = BINARY.indexOf(suffix);
  for (; value % 1024 === 0 && power < BINARY.length - 1; power++) value /= 1024;
  return `${value}${BINARY[power]}`;
}

const DECIMAL = ['', 'k', 'M', 'G', 'T', 'P', 'E'];

/**
 * A whole number in the canonical form of a quantity, in which controllers write back what they have read: with the largest decimal suffix of
 * which it is a whole number.
 *
 * @see https://github.com/kubernetes/apimachinery (pkg/api/resource/quantity.go)
 *
 * @internal
 */
export function decimalQuantity(value: number): string {
  let power = 0;
  for (; value > 0 && value % 1000 === 0 && power < DECIMAL.length - 1; power++) value /= 1000;
  return `${value}${DECIMAL[power]}`;
}

/**
 * A size, rounded up to MiB, in the canonical form of the API server.
 *
 * @internal
 */
export function canonicalBytes(size: DataSize): string {
  return canonicalQuantity(mebibytes(size));
}

/**
 * Thousandths of a core as a quantity of CPU.
 *
 * @internal
 */
export function cores(millis: number): string {
  return millis % 1000 === 0 ? String(millis / 1000) : `${millis}m`;
}
