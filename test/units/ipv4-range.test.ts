import { reasonsOf } from '../support/faults';
import * as fc from 'fast-check';
import { ipv4Address, ipv4Range, ipv4RangeFaults, ipv4RangesOverlap, ipv4Subnet } from '../../lib/units/ipv4-range';

const range = (cidr: string): [number, number] => {
  const [address, length] = cidr.split('/');
  const first = address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
  return [first, first + 2 ** (32 - Number(length)) - 1];
};

describe('ranges', () => {
  test.each([
    ['10.0.0.0/16', 3, 0, '10.0.0.0/19'],
    ['10.0.0.0/16', 3, 5, '10.0.160.0/19'],
    ['10.0.0.0/16', 8, 192, '10.0.192.0/24'],
    ['10.0.0.0/16', 8, 197, '10.0.197.0/24'],
    ['192.168.16.0/20', 3, 1, '192.168.18.0/23'],
    ['192.168.16.0/20', 8, 192, '192.168.28.0/28'],
    ['255.0.0.0/8', 8, 255, '255.255.0.0/16'],
  ])('part of %s', (cidr, bits, index, expected) => expect(ipv4Subnet(cidr, bits, index)).toBe(expected));

  test('the subnets of a VPC are within it and apart', () => {
    fc.assert(
      fc.property(fc.integer({ min: 16, max: 20 }), fc.integer({ min: 0, max: 255 }), (length, second) => {
        const cidr = `10.${second}.0.0/${length}`;
        expect(ipv4RangeFaults('vpcCidr', cidr, 16, 20)).toEqual([]);
        const [low, high] = range(cidr);
        const parts = [0, 1, 2, 3, 4, 5]
          .flatMap((slot) => [ipv4Subnet(cidr, 3, slot), ipv4Subnet(cidr, 8, 192 + slot)])
          .map(range);
        parts.sort((a, b) => a[0] - b[0]);
        expect(parts[0][0]).toBeGreaterThanOrEqual(low);
        expect(parts[parts.length - 1][1]).toBeLessThanOrEqual(high);
        parts.slice(1).forEach(([first], index) => expect(first).toBeGreaterThan(parts[index][1]));
      }),
    );
  });

  test.each([
    ['10.0.0.0', 'must be an IPv4 range'],
    ['10.0.0.256/16', 'must be an IPv4 range'],
    ['10.0.0.0/33', 'must be an IPv4 range'],
    ['2001:db8::/32', 'must be an IPv4 range'],
    ['10.0.0.0/8', 'must be between /16 and /20'],
    ['10.0.1.0/16', "write '10.0.0.0/16'"],
  ])('fails for %s', (cidr, message) =>
    expect(reasonsOf(ipv4RangeFaults('vpcCidr', cidr, 16, 20)).join()).toContain(message),
  );

  test.each([
    ['10.0.0.0/16', '10.0.255.0/24', true],
    ['10.0.0.0/16', '10.1.0.0/16', false],
    ['10.0.0.0/16', '10.0.0.0/16', true],
    ['0.0.0.0/0', '255.255.255.255/32', true],
  ])('%s and %s overlap: %s', (one, other, expected) => {
    const [a, b] = [ipv4Range(one)!, ipv4Range(other)!];
    expect([ipv4RangesOverlap(a, b), ipv4RangesOverlap(b, a)]).toEqual([expected, expected]);
  });

  test.each(['10.0.0.1/16', '10.0.0/16', '10.0.0.0/33', '10.0.0.0', 'x'])('%s is not a range', (cidr) =>
    expect(ipv4Range(cidr)).toBeUndefined(),
  );

  test('an address is a number', () => {
    expect([ipv4Address('10.0.1.2'), ipv4Address('10.0.0.256'), ipv4Address('10.0.0')]).toEqual([
      10 * 2 ** 24 + 258,
      undefined,
      undefined,
    ]);
  });
});
