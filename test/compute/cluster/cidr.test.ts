import { reasonsOf } from '../../support/faults';
import * as fc from 'fast-check';
import { cidrFaults, subnetOf } from '../../../lib/compute/cluster/cidr';

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
  ])('part of %s', (cidr, bits, index, expected) => expect(subnetOf(cidr, bits, index)).toBe(expected));

  test('the subnets of a VPC are within it and apart', () => {
    fc.assert(
      fc.property(fc.integer({ min: 16, max: 20 }), fc.integer({ min: 0, max: 255 }), (length, second) => {
        const cidr = `10.${second}.0.0/${length}`;
        expect(cidrFaults('vpcCidr', cidr, 16, 20)).toEqual([]);
        const [low, high] = range(cidr);
        const parts = [0, 1, 2, 3, 4, 5]
          .flatMap((slot) => [subnetOf(cidr, 3, slot), subnetOf(cidr, 8, 192 + slot)])
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
    expect(reasonsOf(cidrFaults('vpcCidr', cidr, 16, 20)).join()).toContain(message),
  );
});
