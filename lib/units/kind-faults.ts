import { Fault, fault } from './fault';
import { givenValue } from './number-faults';
import { isUnreadable } from './unreadable';

/**
 * The fault of a value that is not of an enumeration; none when it is, or when it is not given.
 *
 * @internal
 */
export function enumFault(property: string, value: unknown, members: { readonly [name: string]: string }): Fault[] {
  const allowed: unknown[] = Object.values(members);
  if (value === undefined || isUnreadable(value) || allowed.includes(value)) return [];
  const known = allowed.map((each) => `'${each}'`).join(', ');
  return [fault('UNKNOWN_VALUE', property, `${property} must be one of ${known}; got ${givenValue(value)}`)];
}

/**
 * The fault of a value that is neither true nor false; none when it is, or when it is not given.
 *
 * @internal
 */
export function flagFault(property: string, value: unknown): Fault[] {
  if (value === undefined || isUnreadable(value) || typeof value === 'boolean') return [];
  return [fault('WRONG_KIND', property, `${property} must be true or false; got ${givenValue(value)}`)];
}
