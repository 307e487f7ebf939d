import { Fault, fault } from './fault';
import { givenValue } from './number-faults';

/** A class, as far as its objects are told from others. */
interface Kind {
  readonly name: string;
  readonly prototype: object;
}

/**
 * The fault of a value that is no object of a class: a text, a number or a constant that does not exist, as programs without types bring
 * them; none when it is one, or when it is not given.
 *
 * @param property path of the property
 * @param value what was given
 * @param kind the class
 * @param example how such a value is written, e.g. `DataSize.gib(80)`
 *
 * @internal
 */
export function kindFault(property: string, value: unknown, kind: Kind, example: string): Fault[] {
  return value === undefined ? [] : requiredKindFault(property, value, kind, example);
}

/**
 * The same for a value that must be given.
 *
 * @internal
 */
export function requiredKindFault(property: string, value: unknown, kind: Kind, example: string): Fault[] {
  if (isOf(value, kind)) return [];
  return [fault('WRONG_KIND', property, `${property} must be a value such as ${example}; got ${givenValue(value)}`)];
}

/**
 * The fault of a value that is not of an enumeration; none when it is, or when it is not given.
 *
 * @internal
 */
export function enumFault(property: string, value: unknown, members: { readonly [name: string]: string }): Fault[] {
  const allowed: unknown[] = Object.values(members);
  if (value === undefined || allowed.includes(value)) return [];
  const known = allowed.map((each) => `'${each}'`).join(', ');
  return [fault('UNKNOWN_VALUE', property, `${property} must be one of ${known}; got ${givenValue(value)}`)];
}

/**
 * The fault of a value that is neither true nor false; none when it is, or when it is not given.
 *
 * @internal
 */
export function flagFault(property: string, value: unknown): Fault[] {
  if (value === undefined || typeof value === 'boolean') return [];
  return [fault('WRONG_KIND', property, `${property} must be true or false; got ${givenValue(value)}`)];
}

/** Another loaded copy of the package has classes of its own, with the same names or at least the same members. */
function isOf(value: unknown, kind: Kind): boolean {
  if (typeof value !== 'object' || value === null) return false;
  for (let prototype: unknown = value; prototype; prototype = Object.getPrototypeOf(prototype)) {
    if (prototype === kind.prototype || (prototype as object).constructor?.name === kind.name) return true;
  }
  const members = Object.getOwnPropertyNames(kind.prototype).filter(
    (member) => !/^(_|constructor$|toString$)/.test(member),
  );
  return members.length > 0 && members.every((member) => Reflect.has(value, member));
}
