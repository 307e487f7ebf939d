/** An IPv4 range: its first address and its size. @internal */
export interface AddressRange {
  readonly first: number;
  readonly size: number;
}

/** An IPv4 range in CIDR notation; nothing for what is none. @internal */
export function addressRange(cidr: string): AddressRange | undefined {
  const [, address, length] = cidr.match(/^([\d.]+)\/(\d{1,2})$/) ?? [];
  const first = address === undefined ? undefined : ipv4(address);
  const size = 2 ** (32 - Number(length));
  return first === undefined || Number(length) > 32 || first % size !== 0 ? undefined : { first, size };
}

/** The number of an IPv4 address; nothing for what is none. @internal */
export function ipv4(address: string): number | undefined {
  const octets = address.split('.');
  if (octets.length !== 4 || octets.some((octet) => !/^\d{1,3}$/.test(octet) || Number(octet) > 255)) return undefined;
  return octets.reduce((sum, octet) => sum * 256 + Number(octet), 0);
}
