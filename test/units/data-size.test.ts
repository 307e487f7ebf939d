import * as fc from 'fast-check';
import { DataSize, UnscopedValidationError } from '../../lib/units';

describe('DataSize', () => {
  test('counts binary and decimal units', () => {
    expect(DataSize.gib(1).bytes).toBe(1073741824);
    expect(DataSize.mib(1).bytes).toBe(1048576);
    expect(DataSize.kib(1).bytes).toBe(1024);
    expect(DataSize.gb(1).bytes).toBe(1e9);
    expect(DataSize.gb(130).gib).toBeCloseTo(121.07, 2);
    expect(DataSize.bytes(2 ** 31).mib).toBe(2048);
  });

  test('adds, multiplies and compares', () => {
    const sum = DataSize.gib(1).plus(DataSize.mib(512)).times(2);
    expect(sum.gib).toBe(3);
    expect(sum.exceeds(DataSize.gib(2.9))).toBe(true);
    expect(sum.exceeds(DataSize.gib(3))).toBe(false);
  });

  test.each([
    [DataSize.ZERO, '0 bytes'],
    [DataSize.kib(1.5), '1.5 KiB'],
    [DataSize.mib(22888), '22.35 GiB'],
    [DataSize.gib(1249.884), '1250 GiB'],
  ])('has a human-readable form', (size, text) => expect(String(size)).toBe(text));

  test.each([-1, NaN, Infinity, -8.1e298])('refuses %p', (amount) => {
    expect(() => DataSize.gib(amount)).toThrow(UnscopedValidationError);
    expect(() => DataSize.bytes(amount)).toThrow(/must be a number of at least 0/);
  });

  test('says what an unresolved Terraform number is', () => {
    expect(() => DataSize.gib(-8.1e298)).toThrow(/got a token/);
  });

  test('long and short factories agree', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e9, noNaN: true }), (n) => {
        expect(DataSize.fromBytes(n).bytes).toBe(DataSize.bytes(n).bytes);
        expect(DataSize.fromKibibytes(n).bytes).toBe(DataSize.kib(n).bytes);
        expect(DataSize.fromMebibytes(n).bytes).toBe(DataSize.mib(n).bytes);
        expect(DataSize.fromGibibytes(n).bytes).toBe(DataSize.gib(n).bytes);
        expect(DataSize.fromGigabytes(n).bytes).toBe(DataSize.gb(n).bytes);
      }),
    );
  });
});
