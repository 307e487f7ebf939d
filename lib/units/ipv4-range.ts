import { Fault, fault } from './fault';
import { allOf } from './unreadable';

/**
 * A range of IPv4 addresses.
 *
 * @internal
 */
export interface Ipv4Range {
  /** Its first address, as a number. */
  readonly first: number;
  /** How many addresses it has. */
  readonly size: number;
}

/**
 * The range of a text in CIDR notation; undefined if the text is not such a range, or does not begin at its start.
 *
 * @internal
 */
export function ipv4Range(cidr: string): Ipv4Range | undefined {
  const parsed = parse(cidr);
  if (!parsed) return undefined;
  const size = 2 ** (32 - parsed.length);
  return parsed.address % size === 0 ? { first: parsed.address, size } : undefined;
}

/**
 * The number of an IPv4 address; undefined if the text is not one.
 *
 * @internal
 */
export function ipv4Address(text: string): number | undefined {
  const octets = text.split('.');
  if (octets.length !== 4 || octets.some((octet) => !/^\d{1,3}$/.test(octet) || Number(octet) > 255)) return undefined;
  return octets.reduce((sum, octet) => sum * 256 + Number(octet), 0);
}

/**
 * The faults of an IPv4 range in CIDR notation.
 *
 * @param property path of the property that holds it
 * @param cidr the range, e.g. `10.0.0.0/16`
 * @param shortest shortest prefix that is allowed, which is the largest range
 * @param longest longest prefix that is allowed
 *
 * @internal
 */
export function ipv4RangeFaults(property: string, cidr: string, shortest = 0, longest = 32): Fault[] {
  const parsed = parse(cidr);
  if (!parsed) {
    return [
      fault('INVALID_FORMAT', property, `${property} must be an IPv4 range such as '10.0.0.0/16'; got '${cidr}'`),
    ];
  }
  const { address, length } = parsed;
  const start = write(address - (address % 2 ** (32 - length)));
  return allOf(
    () =>
      length < shortest || length > longest
        ? [fault('OUT_OF_RANGE', property, `${property} must be between /${shortest} and /${longest}; got '${cidr}'`)]
        : [],
    () =>
      start === write(address)
        ? []
        : [
            fault(
              'INVALID_FORMAT',
              property,
              `${property} must begin at the start of its range; got '${cidr}'; write '${start}/${length}'`,
            ),
          ],
  );
}

/**
 * Whether two ranges have addresses in common.
 *
 * @internal
 */
export function ipv4RangesOverlap(one: Ipv4Range, other: Ipv4Range): boolean {
  return one.first < other.first + other.size && other.first < one.first + one.size;
}

/**
 * Number of addresses of a range in CIDR notation, which must be valid.
 *
 * @internal
 */
export function ipv4RangeSize(cidr: string): number {
  return 2 ** (32 - Number(cidr.split('/')[1]));
}

/**
 * Part of a range: the `index`-th of those whose prefix is longer by `bits`. The range must be valid.
 *
 * @internal
 */
export function ipv4Subnet(cidr: string, bits: number, index: number): string {
  const [address, length] = cidr.split('/');
  const longer = Number(length) + bits;
  return `${write((ipv4Address(address) ?? 0) + index * 2 ** (32 - longer))}/${longer}`;
}

function parse(cidr: string): { address: number; length: number } | undefined {
  const [, text, length] = /^([\d.]+)\/(\d{1,2})$/.exec(cidr) ?? [];
  const address = text === undefined ? undefined : ipv4Address(text);
  return address === undefined || Number(length) > 32 ? undefined : { address, length: Number(length) };
}

function write(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
}
