import { Construct } from 'constructs';
import { Warnings } from '../../lib';
import { addWarning, warnOnce } from '../../lib/core/validation';
import { faultsAtSynth, faultsThrown, idsOf, warningsOf } from '../support/faults';
import { testStack } from '../support/synth';

const WARNING = { id: 'PUBLIC_API', reason: 'it may not be intended' };

describe('a warning', () => {
  test('is not given in and below the scope that accepts it, and is elsewhere', () => {
    const stack = testStack();
    const [accepting, other] = ['Accepting', 'Other'].map((id) => new Construct(stack, id));
    Warnings.accept(accepting, WARNING.id, 'read');
    addWarning(accepting, WARNING);
    addWarning(new Construct(accepting, 'Below'), WARNING);
    addWarning(accepting, { ...WARNING, id: 'NO_KARPENTER' });
    expect(warningsOf(accepting).map(({ id }) => id)).toEqual(['NO_KARPENTER']);
    addWarning(other, WARNING);
    expect(warningsOf(other)).toEqual([WARNING]);
  });

  test('of a synthesis is given once, and can be accepted until then', () => {
    const stack = testStack();
    warnOnce(stack, () => [WARNING]);
    [1, 2].forEach(() => faultsAtSynth(stack));
    expect(warningsOf(stack)).toEqual([WARNING]);
    const accepting = testStack();
    warnOnce(accepting, () => [WARNING]);
    Warnings.accept(accepting, WARNING.id, 'read');
    faultsAtSynth(accepting);
    expect(warningsOf(accepting)).toEqual([]);
  });
});

test.each<[string, string, string, string]>([
  ['a text that is no id', 'some warning', 'read', 'UNKNOWN_VALUE id'],
  ['a misspelled id', 'NO_STORAGE_CLAS', 'read', 'UNKNOWN_VALUE id'],
  ['the id of a fault', 'POD_DOES_NOT_FIT_NODE', 'read', 'UNKNOWN_VALUE id'],
  ['no reason', 'PUBLIC_API', ' ', 'MISSING_PROPERTY reason'],
])('%s is refused', (_, id, reason, expected) => {
  expect(idsOf(faultsThrown(() => Warnings.accept(testStack(), id, reason)))).toEqual([expected]);
});

test('acceptance after the warning was given is refused', () => {
  const stack = testStack();
  addWarning(new Construct(stack, 'Early'), WARNING);
  expect(idsOf(faultsThrown(() => Warnings.accept(stack, WARNING.id, 'read')))).toEqual(['WARNING_ALREADY_GIVEN id']);
});
