import { isIPv6 } from 'net';

/** Addresses of IPv4 from one on. */
export interface Range {
  readonly first: number;
  readonly size: number;
  readonly bits: number;
}

/** Reads a block of IPv4; undefined where it is none. */
export function rangeOf(cidr: string): Range | undefined {
  const [, a, b, c, d, bits] = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(cidr ?? '') ?? [];
  if (bits === undefined || [a, b, c, d].some((part) => Number(part) > 255) || Number(bits) > 32) return undefined;
  const address = [a, b, c, d].reduce((sum, part) => sum * 256 + Number(part), 0);
  const size = 2 ** (32 - Number(bits));
  return { first: address, size, bits: Number(bits) };
}

/** Whether a block is one of IPv6. */
export function isRange6(cidr: string): boolean {
  const [address, bits, ...rest] = cidr.split('/');
  return rest.length === 0 && isIPv6(address) && /^\d{1,3}$/.test(bits ?? '') && Number(bits) <= 128;
}

/** EC2 takes blocks of /16 to /28 that begin where their size says. */
export function inRange(cidr: string): boolean {
  const range = rangeOf(cidr);
  return range !== undefined && range.bits >= 16 && range.bits <= 28 && range.first % range.size === 0;
}

export function contains(outer: string, inner: string): boolean {
  const [a, b] = [rangeOf(outer), rangeOf(inner)];
  return a !== undefined && b !== undefined && b.first >= a.first && b.first + b.size <= a.first + a.size;
}

export function overlap(one: string, other: string): boolean {
  const [a, b] = [rangeOf(one), rangeOf(other)];
  return a !== undefined && b !== undefined && a.first < b.first + b.size && b.first < a.first + a.size;
}

/** Blocks of RFC 1918. */
export const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'];
