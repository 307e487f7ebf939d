import * as fc from 'fast-check';
import { Duration } from '../../lib/units/duration';
import { faultsThrown, idsOf } from '../support/faults';

test.each<[Duration, number, string]>([
  [Duration.ZERO, 0, '0s'],
  [Duration.microseconds(250), 0.00025, '250us'],
  [Duration.milliseconds(1500), 1.5, '1500ms'],
  [Duration.seconds(90), 90, '90s'],
  [Duration.minutes(5), 300, '5m'],
  [Duration.seconds(7200), 7200, '2h'],
  [Duration.hours(0.5), 1800, '30m'],
])('%s is that many seconds', (duration, seconds, text) => {
  expect(duration.toSeconds()).toBe(seconds);
  expect(String(duration)).toBe(text);
});

test('the units agree', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e6 }), (hours) => {
      expect(Duration.hours(hours).toSeconds()).toBe(Duration.minutes(60 * hours).toSeconds());
      expect(Duration.seconds(hours).toMilliseconds()).toBe(1e3 * hours);
      expect(Duration.milliseconds(hours).toMicroseconds()).toBe(1e3 * hours);
    }),
  );
});

test('what is no number is refused', () => {
  expect(idsOf(faultsThrown(() => Duration.seconds(NaN)))).toEqual(['WRONG_KIND amount']);
});

test.each([-1, Infinity, -8.1e298])('%s seconds is refused', (amount) => {
  expect(idsOf(faultsThrown(() => Duration.seconds(amount)))).toEqual(['OUT_OF_RANGE seconds']);
});
