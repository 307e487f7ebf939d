import { Lazy, Token } from 'cdktf';
import { UnscopedValidationError } from '../../lib/units';
import { fault } from '../../lib/units/fault';
import { givenValue } from '../../lib/units/number-faults';

test.each<[string, unknown, string]>([
  ['a text', 'abc', "'abc'"],
  ['a long text', 'x'.repeat(1e6), `'${'x'.repeat(60)}...' with 1000000 characters`],
  ['a long list', Array(1e5).fill(1), `[${'1,'.repeat(29)}1... with 200001 characters`],
  ['an object without a text', { toString: 1, valueOf: 2 }, '{"toString":1,"valueOf":2}'],
  ['a whole number of any size', [BigInt(7)], '["7"]'],
])('%s is shown', (_what, value, shown) => {
  expect(givenValue(value)).toBe(shown);
});

describe('a fault', () => {
  test('changes no terminal', () => {
    const { reason, property } = fault(
      'X',
      'a\u0007',
      "got '\u001b[2J\u202e\u009b' and \ud800; a\ttab and\na line stay, and so does 😀",
    );
    expect(reason).toBe("got '\\u001b[2J\\u202e\\u009b' and \\ud800; a\ttab and\na line stay, and so does 😀");
    expect(property).toBe('a\\u0007');
  });

  test('names a token as one', () => {
    const token = Lazy.stringValue({ produce: () => 'x' });
    const [element] = Token.asList(Lazy.listValue({ produce: () => ['x'] }));
    expect(fault('X', undefined, `unknown type '${token}'; got 'a-${token}' and '${element}'`).reason).toBe(
      "unknown type a token (a value Terraform only knows later); got 'a-<token>' and a token (a value Terraform only knows later)",
    );
  });

  test('has a bounded length, and keeps its cure', () => {
    const { reason, property } = fault('X', 'p'.repeat(1e6), `got ${'v'.repeat(1e7)}; use another`);
    expect(reason.length).toBeLessThan(3000);
    expect(reason).toMatch(/^got v+\.\.\. \(\d+ characters left out\) \.\.\.v+; use another$/);
    expect(property?.length).toBeLessThan(250);
  });
});

test('an error has a bounded number of sentences in its message, and all faults', () => {
  const many = Array.from({ length: 1000 }, (_, i) => fault('X', `p${i}`, `fault ${i}`));
  const error = new UnscopedValidationError(many);
  expect(error.faults).toHaveLength(1000);
  expect(error.message.split('\n')).toHaveLength(101);
  expect(error.message).toMatch(/\nand 900 more$/);
});
