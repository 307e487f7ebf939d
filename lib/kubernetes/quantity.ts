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

/**
 * A size, rounded up to MiB, in the canonical form of the API server, so that the next plan shows no difference: in GiB if that is a whole
 * number.
 *
 * @internal
 */
export function canonicalBytes(size: DataSize): string {
  const mib = Math.ceil(size.mib);
  return mib % 1024 === 0 ? `${mib / 1024}Gi` : `${mib}Mi`;
}

/**
 * Thousandths of a core as a quantity of CPU.
 *
 * @internal
 */
export function cores(millis: number): string {
  return millis % 1000 === 0 ? String(millis / 1000) : `${millis}m`;
}
