import { Duration } from '../../lib/units';
import { duplicateFaults, repeatedIndexes } from '../../lib/units/duplicate-faults';
import { positiveFault, shareFault, wholeAmountFault, wholeNumberFault } from '../../lib/units/number-faults';
import { idsOf, reasonsOf } from '../support/faults';

describe('numbers', () => {
  test.each<[unknown, number, number | undefined, string[]]>([
    [1, 1, undefined, []],
    [undefined, 1, undefined, []],
    [0, 1, undefined, ['n must be a whole number of at least 1; got 0']],
    [1.5, 1, undefined, ['n must be a whole number of at least 1; got 1.5']],
    [NaN, 1, undefined, ['n must be a whole number of at least 1; got NaN']],
    [2 ** 53, 1, undefined, ['n must be a whole number of at least 1; got 9007199254740992']],
    ['8', 1, 9, ["n must be a whole number from 1 to 9; got '8'"]],
    [10, 1, 9, ['n must be a whole number from 1 to 9; got 10']],
  ])('%p, from %p to %p, whole', (value, minimum, maximum, reasons) => {
    const faults = wholeNumberFault('n', value, minimum, maximum);
    expect(reasonsOf(faults)).toEqual(reasons);
    expect(new Set(idsOf(faults))).toEqual(new Set(reasons.map(() => 'NOT_A_WHOLE_NUMBER n')));
  });

  test('an amount of a unit is told apart: not whole, or out of range', () => {
    const check = (time: Duration) => wholeAmountFault('wait', time.toSeconds(), 'seconds', `${time}`, 1, 60);
    expect(check(Duration.seconds(60))).toEqual([]);
    expect(idsOf(check(Duration.milliseconds(1500)))).toEqual(['NOT_A_WHOLE_NUMBER wait']);
    expect(idsOf(check(Duration.minutes(2)))).toEqual(['OUT_OF_RANGE wait']);
    expect(reasonsOf(check(Duration.minutes(2)))).toEqual([
      'wait must be a whole number of seconds from 1 to 60; got 2m',
    ]);
  });

  test.each([0, -1, NaN, Infinity])('%p is neither positive nor a share', (value) => {
    expect(idsOf([...positiveFault('p', value), ...shareFault('s', value)])).toEqual([
      'OUT_OF_RANGE p',
      'OUT_OF_RANGE s',
    ]);
  });
});

describe('duplicates', () => {
  test('every repetition is found, the first of its kind is none', () => {
    expect(repeatedIndexes(['a', 'b', 'a', 'c', 'a', 'b'])).toEqual([2, 4, 5]);
    expect(repeatedIndexes([])).toEqual([]);
  });

  test('one fault names each repeated value once', () => {
    expect(duplicateFaults('zones', ['a', 'b'])).toEqual([]);
    const faults = duplicateFaults('zones', ['a', 'b', 'a', 'b', 'a']);
    expect(idsOf(faults)).toEqual(['DUPLICATE zones']);
    expect(reasonsOf(faults)).toEqual(["zones repeats 'a', 'b'; each value may appear only once"]);
  });
});
