import { Ipv4Range, ipv4Range } from './ipv4-range';

/**
 * Ranges of addresses that are not the internet's.
 *
 * @see https://www.iana.org/assignments/iana-ipv4-special-registry/iana-ipv4-special-registry.xhtml
 */
const RESERVED: readonly (readonly [cidr: string, kind: string, isRoutable: boolean])[] = [
  ['0.0.0.0/8', 'of this host', false],
  ['10.0.0.0/8', 'private', true],
  ['100.64.0.0/10', 'shared by customers of a carrier', true],
  ['127.0.0.0/8', 'loopback', false],
  ['169.254.0.0/16', 'link-local', false],
  ['172.16.0.0/12', 'private', true],
  ['192.168.0.0/16', 'private', true],
  ['198.18.0.0/15', 'for benchmarks', true],
  ['224.0.0.0/4', 'multicast', false],
  ['240.0.0.0/4', 'reserved', false],
];

function within(inner: Ipv4Range, outer: Ipv4Range): boolean {
  return inner.first >= outer.first && inner.first + inner.size <= outer.first + outer.size;
}

/**
 * What kind of range, that is not of the internet, a whole range is of; undefined for any other, and for what is no range.
 *
 * @internal
 */
export function reservedKind(cidr: string): string | undefined {
  return reservedAs(cidr)?.[1];
}

/**
 * What kind of range, from which and to which nothing is routed, a whole range is of, e.g. `loopback`.
 *
 * @internal
 */
export function unroutableKind(cidr: string): string | undefined {
  const reserved = reservedAs(cidr);
  return reserved && !reserved[2] ? reserved[1] : undefined;
}

function reservedAs(cidr: string) {
  const range = ipv4Range(cidr);
  if (range === undefined) return undefined;
  return RESERVED.find(([each]) => within(range, ipv4Range(each) as Ipv4Range));
}

/**
 * Whether a text is a range of IPv6 addresses in CIDR notation.
 *
 * @internal
 */
export function isIpv6Range(text: string): boolean {
  const [, address, length] = /^([0-9a-f:.]*:[0-9a-f:.]*)\/(0|[1-9]\d{0,2})$/i.exec(text) ?? [];
  return address !== undefined && Number(length) <= 128 && URL.canParse(`http://[${address}]`);
}
