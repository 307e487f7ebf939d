import { UnscopedValidationError } from './errors';
import { Fault } from './fault';
import { withUnreadable } from './unreadable';

/** Something that is given, whose parts of another kind than declared have faults. */
export interface Given {
  readonly value: unknown;
  readonly faults: readonly Fault[];
  /** Names of the properties that may be missing, where it is a struct; the properties of the faults are then paths within it. */
  readonly optional?: readonly string[];
  /** Name of the argument, where it is a list of which single elements have faults: their properties begin with it. */
  readonly list?: string;
}

/** With more faults than these of kinds the rest is not looked for: each costs a copy of what was given. */
const MANY = 100;

/**
 * The faults that stand beside those of values of another kind: all is tried with what is of its kind, so that one error has them all. Only
 * errors of ours count, because the code is not made for what it meets then.
 *
 * @param given what was given, in its order
 * @param attempt does what was to be done, with the values that it is given
 *
 * @internal
 */
export function otherFaults(given: readonly Given[], attempt: (values: readonly unknown[]) => void): Fault[] {
  const known = given.flatMap(({ faults }) => faults);
  if (known.length > MANY) return [];
  const found = faultsOfAttempt(() => attempt(given.map(unreadableParts))) ?? faultsWithout(given, attempt);
  return found.filter((each) => isOfItsOwn(each) && !known.some((one) => overlap(one, each)));
}

/** Something reads it before anything is checked. What may be missing is left out instead, and faults that say so do not count. */
function faultsWithout(given: readonly Given[], attempt: (values: readonly unknown[]) => void): readonly Fault[] {
  if (!given.every(canDoWithout)) return [];
  const left = given.flatMap(({ faults }) => faults.map(topOf));
  const names = (text: string) => left.some((name) => text.split(/[^\w]+/).includes(name));
  const found = faultsOfAttempt(() => attempt(given.map(withoutParts))) ?? [];
  return found.filter(({ property = '', reason }) => !names(property) && !names(reason));
}

/** Nothing where it came to no end. */
function faultsOfAttempt(attempt: () => void): readonly Fault[] | undefined {
  try {
    attempt();
    return [];
  } catch (error) {
    return UnscopedValidationError.isValidationError(error) ? (error as UnscopedValidationError).faults : undefined;
  }
}

function unreadableParts({ value, faults, optional, list }: Given): unknown {
  if (faults.length === 0) return value;
  if (list !== undefined) {
    const paths = faults.map(({ property = '' }) => property.slice(list.length));
    return withUnreadable(value, paths);
  }
  return withUnreadable(value, optional ? faults.map(({ property = '' }) => property) : ['']);
}

function withoutParts({ value, faults }: Given): unknown {
  return faults.length === 0
    ? value
    : { ...(value as object), ...Object.fromEntries(faults.map((each) => [topOf(each), undefined])) };
}

function canDoWithout({ faults, optional = [] }: Given): boolean {
  return faults.every((each) => each.id === 'UNKNOWN_PROPERTY' || optional.includes(topOf(each)));
}

/** A value that is compared or left out may be what another property excludes. */
function isOfItsOwn({ id }: Fault): boolean {
  return id !== 'CONFLICTING_PROPERTIES';
}

function topOf({ property = '' }: Fault): string {
  return property.split(/[.[]/)[0];
}

/** Whether a fault says of a value, or of a part of it, what is known already. Of a list as a whole more may be wrong than one element. */
function overlap({ property: known = '' }: Fault, { property: found }: Fault): boolean {
  if (found === undefined) return false;
  return isWithin(found, known) || (isWithin(known, found) && !known.startsWith(`${found}[`));
}

function isWithin(part: string, whole: string): boolean {
  return part === whole || (part.startsWith(whole) && /^[.[]/.test(part.slice(whole.length)));
}
