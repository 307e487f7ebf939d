import { Fault, fault } from '../units/fault';
import { isUnread, isUnreadable } from '../units/unreadable';
import { Fn, Token } from 'cdktf';

/**
 * The fault of a value that must be known at synthesis but is a token; empty if it is concrete.
 *
 * cdktf encodes an unresolved number as a huge negative double, so arithmetic on one is silently wrong; and
 * `Token.isUnresolved` does not look into lists and maps, but this does.
 *
 * @param name what messages call the value
 * @param value the value
 * @param why why it must be known
 * @param property path of the property @default - the name
 *
 * @internal
 */
export function concreteFault(name: string, value: unknown, why: string, property: string = name): Fault[] {
  if (!hasToken(value)) return [];
  return [
    fault(
      'VALUE_NOT_CONCRETE',
      property,
      `${name} must be known at synthesis because ${why}; got a token (a value Terraform only knows later); pass a literal value`,
    ),
  ];
}

/** Levels in which tokens are looked for: what contains itself has no end. */
const MOST_LEVELS = 100;

/**
 * Whether a value is, or contains, a token.
 *
 * @internal
 */
export function hasToken(value: unknown, depth = 0): boolean {
  if (depth > MOST_LEVELS) return false;
  if (value === null || value === undefined || isUnreadable(value)) return false;
  if (isUnresolved(value)) return true;
  // An element taken from a list token, or the key of a map token: isUnresolved recognizes only the whole.
  if (typeof value === 'string') return /[#&]\{TfToken\[/.test(value);
  // The value of a numeric map token, which isUnresolved does not recognize on its own.
  if (typeof value === 'number') return value === Token.NUMBER_MAP_TOKEN_VALUE;
  if (Array.isArray(value)) return value.some((each) => hasToken(each, depth + 1));
  return typeof value === 'object' && membersOf(value).some(([k, v]) => hasToken(k) || hasToken(v, depth + 1));
}

/** What a plain object holds; nothing where that cannot be read. */
function membersOf(value: object): [string, unknown][] {
  try {
    return Object.getPrototypeOf(value) === Object.prototype ? Object.entries(value) : [];
  } catch (error) {
    if (isUnread(error)) throw error;
    return [];
  }
}

/** What contains itself, or cannot be read, is no value of a token. */
function isUnresolved(value: unknown): boolean {
  try {
    return Token.isUnresolved(value);
  } catch (error) {
    if (isUnread(error)) throw error;
    return false;
  }
}

/**
 * A value for messages: an unresolved number would appear as a huge negative one.
 *
 * @internal
 */
export function displayValue(value: unknown): string {
  return hasToken(value) ? 'a token (a value Terraform only knows later)' : String(value);
}

/**
 * An element of a list that may be known only to Terraform.
 *
 * @internal
 */
export function listElement(list: string[], index: number): string {
  return Token.isUnresolved(list) ? (Fn.element(list, index) as string) : list[index];
}

/**
 * The concatenation of two lists, the first of which may be known only to Terraform.
 *
 * @internal
 */
export function concatLists(list: string[], more: string[]): string[] {
  if (!Token.isUnresolved(list)) return [...list, ...more];
  return more.length > 0 ? Fn.concat([list, more]) : list;
}
