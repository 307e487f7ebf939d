import { Fault, untitled } from '../../units/fault';
/**
 * The faults of an IPv4 range in CIDR notation.
 *
 * @internal
 */
export function cidrFaults(name: string, cidr: string, shortest = 0, longest = 32): Fault[] {
  const parsed = parse(cidr);
  if (!parsed) return [untitled(`${name} must be an IPv4 range such as '10.0.0.0/16'; got '${cidr}'`)];
  const network = write(parsed.address - (parsed.address % 2 ** (32 - parsed.length)));
  return [
    ...(parsed.length < shortest || parsed.length > longest
      ? [untitled(`${name} must be between /${shortest} and /${longest}; got '${cidr}'`)]
      : []),
    ...(network === write(parsed.address)
      ? []
      : [untitled(`${name} must begin at the start of its range; got '${cidr}'; write '${network}/${parsed.length}'`)]),
  ];
}

/**
 * Part of a range: the `index`-th of those that are longer by `bits`. The range must be without fault.
 *
 * @internal
 */
export function subnetOf(cidr: string, bits: number, index: number): string {
  const [address, length] = cidr.split('/');
  const longer = Number(length) + bits;
  return `${write(read(address) + index * 2 ** (32 - longer))}/${longer}`;
}

/**
 * Number of addresses of a range. The range must be without fault.
 *
 * @internal
 */
export function rangeSize(cidr: string): number {
  return 2 ** (32 - Number(cidr.split('/')[1]));
}

/**
 * Whether two ranges have addresses in common. Both must be without fault.
 *
 * @internal
 */
export function rangesOverlap(one: string, other: string): boolean {
  const [a, b] = [one, other].map((cidr) => ({ first: read(cidr.split('/')[0]), size: rangeSize(cidr) }));
  return a.first < b.first + b.size && b.first < a.first + a.size;
}

function parse(cidr: string): { address: number; length: number } | undefined {
  const match = /^(\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})\/(\d{1,2})$/.exec(cidr);
  if (!match) return undefined;
  const length = Number(match[2]);
  const octets = match[1].split('.').map(Number);
  return length <= 32 && octets.every((octet) => octet <= 255) ? { address: read(match[1]), length } : undefined;
}

function read(address: string): number {
  return address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
}

function write(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
}
