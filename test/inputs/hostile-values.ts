import fc from 'fast-check';

/** A list in a list in a list, deeper than a recursive reader can go. */
export function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let i = 0; i < depth; i++) value = [value];
  return value;
}

/** A value that contains itself. */
export function cyclic(): object {
  const value: { self?: object } = {};
  value.self = value;
  return value;
}

/** Values that are no numbers, texts or objects that anything here takes, as an edited file or a program without types brings them. */
export const HOSTILE_VALUES: readonly (readonly [string, unknown])[] = [
  ['a number beyond 32 bits', 2147483648],
  ['a number beyond whole ones', 1e300],
  ['no number', NaN],
  ['less than nothing', -1],
  ['half', 0.5],
  ['a text', 'many'],
  ['an empty text', ''],
  ['a text of 10 MB', 'x'.repeat(10 * 1024 * 1024)],
  ['a text for a terminal', '\u001b[2J\u001b]0;title\u0007'],
  ['nothing', null],
  ['true', true],
  ['a list', [1]],
  ['a list of nothing', [null]],
  ['5,000 lists in each other', nested(5000)],
  ['an object', {}],
  ['an object without a text', { toString: 1, valueOf: 2 }],
  ['an object without a prototype', Object.create(null)],
  ['an object that contains itself', cyclic()],
  ['a whole number of any size', BigInt(2) ** BigInt(100)],
  ['a symbol', Symbol('x')],
  ['a function', () => 1],
  ['an object with a prototype of its own', JSON.parse('{"__proto__": {"fits": true}}')],
];

/** Anything at all, hostile values among it. */
export const anything = fc.oneof(
  { weight: 3, arbitrary: fc.anything({ withBigInt: true, withDate: true, withNullPrototype: true, withMap: true }) },
  { weight: 2, arbitrary: fc.constantFrom(...HOSTILE_VALUES.map(([, value]) => value)) },
  { weight: 1, arbitrary: fc.integer() },
);
