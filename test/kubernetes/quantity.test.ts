import * as fc from 'fast-check';
import { cores, decimalQuantity, quantityValue } from '../../lib/kubernetes/quantity';

test.each([
  [0, '0'],
  [8, '8'],
  [999, '999'],
  [1000, '1k'],
  [4294967296000, '4294967296k'],
  [8087264034816, '8087264034816'],
  [3e18, '3E'],
])('%d is %s, as a controller writes it back', (value, text) => expect(decimalQuantity(value)).toBe(text));

test.each([
  [752640, '752640m'],
  [752000, '752'],
])('%d thousandths of a core are %s', (millis, text) => expect(cores(millis)).toBe(text));

test('a quantity has the value that it was made from, and no shorter suffix', () => {
  fc.assert(
    fc.property(fc.nat({ max: 2 ** 31 - 1 }), fc.constantFrom(1, 1000, 1e6), (digits, factor) => {
      const text = decimalQuantity(digits * factor);
      expect(quantityValue(text)).toBe(digits * factor);
      expect(text).not.toMatch(/000[a-zA-Z]?$/);
    }),
  );
});
