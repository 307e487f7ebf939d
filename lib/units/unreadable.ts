import { types } from 'util';
import { Fault } from './fault';

/** Why a check ended: it read a value that is of another kind than declared. */
class Unread extends Error {}

/** The only key that can be read, shared by all loaded copies of the package. */
const UNREADABLE = Symbol.for('gpu-inference-constructs/unreadable');

/** Every trap of a proxy, each of which ends the check that comes to it. */
const TRAPS: ProxyHandler<object> = Object.fromEntries(
  Object.getOwnPropertyNames(Reflect).map((trap) => [
    trap,
    (_: object, key?: unknown) => {
      if (trap === 'get' && key === UNREADABLE) return true;
      throw new Unread();
    },
  ]),
);

/**
 * What stands for a value of another kind while the other properties are checked: whatever reads it ends, so that no fault is made up from
 * a value that the user will mend.
 *
 * @internal
 */
export function unreadable(): object {
  return new Proxy({}, TRAPS);
}

/**
 * Whether a value only stands for one of another kind.
 *
 * @internal
 */
export function isUnreadable(value: unknown): boolean {
  if (!types.isProxy(value)) return false;
  try {
    return Reflect.get(value as object, UNREADABLE) === true;
  } catch {
    return false;
  }
}

/**
 * Whether an error says that a value was read that only stands for one of another kind.
 *
 * @internal
 */
export function isUnread(error: unknown): boolean {
  return error instanceof Unread;
}

/**
 * The faults of several checks. One that reads a value of another kind than declared has none; the others are not kept from theirs.
 *
 * @internal
 */
export function allOf(...checks: readonly (() => readonly Fault[])[]): Fault[] {
  return checks.flatMap((check) => {
    try {
      return check();
    } catch (error) {
      if (isUnread(error)) return [];
      throw error;
    }
  });
}

/**
 * A copy of given properties in which what has faults cannot be read.
 *
 * @param given the properties
 * @param paths paths of what has faults, e.g. `vpc.privateSubnetIds[0]`
 *
 * @internal
 */
export function withUnreadable(given: unknown, paths: readonly string[]): unknown {
  return paths.reduce((value, path) => replaced(value, keysOf(path)), given);
}

function keysOf(path: string): string[] {
  return [...path.matchAll(/\['(.*?)'\]|\[(\d+)\]|([^.[\]]+)/g)].map(([, key, index, name]) => key ?? index ?? name);
}

/** Objects of classes are not copied: the whole of one cannot be read. */
function replaced(value: unknown, [key, ...rest]: readonly string[]): unknown {
  if (key === undefined || isUnreadable(value)) return unreadable();
  if (Array.isArray(value)) {
    return value.map((each: unknown, index) => (String(index) === key ? replaced(each, rest) : each));
  }
  if (typeof value !== 'object' || value === null) return unreadable();
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return unreadable();
  return { ...value, [key]: replaced(Reflect.get(value, key), rest) };
}
