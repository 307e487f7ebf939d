import { Lazy, Token } from 'cdktf';
import { cyclic, nested } from './hostile-values';

/** A value that no property is meant for, as a program without types brings it. */
export interface WrongValue {
  readonly what: string;
  readonly value: unknown;
}

const LONG = 'x'.repeat(10 * 1024 * 1024);

function thrower(): never {
  throw new TypeError('it cannot be read');
}

/** Everything that is done with it fails. */
const THROWING = new Proxy(
  {},
  Object.fromEntries(Object.getOwnPropertyNames(Reflect).map((trap) => [trap, thrower])) as ProxyHandler<object>,
);

function revoked(target: object): unknown {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}

function listWithItself(): unknown[] {
  const list: unknown[] = [];
  list.push(list);
  return list;
}

const sparse: unknown[] = [];
sparse.length = 3;

/** Numbers at which arithmetic ends. */
export const NUMBERS: readonly WrongValue[] = [
  NaN,
  Infinity,
  -Infinity,
  -1,
  0,
  -0,
  1.5,
  2 ** 31,
  2 ** 53,
  1e300,
  5e-324,
].map((value) => ({ what: `the number ${Object.is(value, -0) ? '-0' : value}`, value }));

/** Texts that are no names, paths or sizes. */
export const TEXTS: readonly WrongValue[] = [
  { what: 'an empty text', value: '' },
  { what: 'a space', value: ' ' },
  { what: 'a line break', value: 'a\nb' },
  { what: 'a text of 10 MB', value: LONG },
  { what: 'the name of a member of objects', value: '__proto__' },
  { what: 'another name of one', value: 'constructor' },
  { what: 'half a character', value: '\ud800' },
];

/** Values that only Terraform knows. They are made anew for each program, as cdktf forgets none. */
export const TOKENS: readonly WrongValue[] = [
  { what: 'a token as text', value: Token.asString('${var.given}') },
  { what: 'a token as a number', value: Token.asNumber('${var.given}') },
  { what: 'a token as a list', value: Token.asList('${var.given}') },
  { what: 'a token as a map', value: Token.asStringMap('${var.given}') },
  { what: 'a token as it is', value: Lazy.anyValue({ produce: () => 'given' }) },
];

/** All else. */
export const OBJECTS: readonly WrongValue[] = [
  { what: 'null', value: null },
  { what: 'true', value: true },
  { what: 'false', value: false },
  { what: 'a big integer', value: BigInt(2) ** BigInt(100) },
  { what: 'a symbol', value: Symbol('x') },
  { what: 'a symbol without a name', value: Symbol() },
  { what: 'a function', value: () => 1 },
  { what: 'a class', value: class {} },
  { what: 'an empty list', value: [] },
  { what: 'a list of null', value: [null] },
  { what: 'a list of nothing', value: [undefined] },
  { what: 'a list with holes', value: sparse },
  { what: 'a list of a list', value: [[]] },
  { what: 'a list that contains itself', value: listWithItself() },
  { what: '5,000 lists in each other', value: nested(5000) },
  { what: 'an empty object', value: {} },
  { what: 'an object without a prototype', value: Object.create(null) },
  { what: 'an object with a prototype of its own', value: JSON.parse('{"__proto__": {"name": "x"}}') },
  { what: 'an object of a text for __proto__', value: JSON.parse('{"__proto__": "x"}') },
  { what: 'an object with members of others', value: { constructor: 1, toString: 2, valueOf: 3, hasOwnProperty: 4 } },
  { what: 'an object that contains itself', value: cyclic() },
  { what: 'an object that cannot be written', value: { toJSON: thrower, toString: thrower } },
  {
    what: 'an object with a getter that throws',
    value: Object.defineProperty({}, 'name', { get: thrower, enumerable: true }),
  },
  { what: 'an object like a list', value: { length: 1, 0: 'a' } },
  { what: 'an object like an endless list', value: { length: Infinity } },
  { what: 'bytes', value: new Uint8Array(2) },
  { what: 'a text as an object', value: Object('a') },
  { what: 'a number as an object', value: Object(1) },
  { what: 'a date', value: new Date(0) },
  { what: 'no date', value: new Date(NaN) },
  { what: 'a map', value: new Map([['name', 'x']]) },
  { what: 'a set', value: new Set(['x']) },
  { what: 'an expression', value: /x/ },
  { what: 'an error', value: new Error('x') },
  { what: 'a promise', value: Promise.resolve(1) },
  { what: 'an iterator', value: [1].values() },
  { what: 'a proxy that throws', value: THROWING },
  { what: 'a list of a proxy that throws', value: [THROWING] },
  { what: 'an object of a proxy that throws', value: { k: THROWING } },
  { what: 'a revoked proxy', value: revoked({}) },
  { what: 'a revoked list', value: revoked([]) },
];

export const WRONG_VALUES: readonly WrongValue[] = [...NUMBERS, ...TEXTS, ...TOKENS, ...OBJECTS];
