import { Fault, fault } from './fault';
import { isUnreadable } from './unreadable';

/**
 * The fault of a value of any kind that cannot be written as JSON or YAML: it contains itself, or something that neither can hold; none
 * when it can.
 *
 * @internal
 */
export function plainValueFaults(property: string, value: unknown, within: readonly unknown[] = []): Fault[] {
  const kind = typeof value;
  if (kind === 'function' || kind === 'symbol' || kind === 'bigint') {
    const allowed = 'must be text, a number, true, false, null, a list or an object of these';
    return [fault('WRONG_KIND', property, `${property} ${allowed}; got a ${kind}`)];
  }
  if (within.includes(value)) {
    return [fault('WRONG_KIND', property, `${property} must not contain itself; got the object that it is in`)];
  }
  const allowed = (what: string) => [fault('WRONG_KIND', property, `${property} must ${what}`)];
  if (within.length > MOST_LEVELS) return allowed(`have at most ${MOST_LEVELS} levels; got more`);
  const held = heldBy(value);
  if (held === undefined) return allowed('be readable; got an object that cannot be read');
  return held.flatMap(([key, each]) => plainValueFaults(`${property}['${key}']`, each, [...within, value]));
}

/** Most levels of a value: writers of JSON and YAML go through them by recursion. */
const MOST_LEVELS = 100;

/** What an object holds; nothing where that cannot be read. Those of classes, tokens of cdktf among them, are for others to write. */
function heldBy(value: unknown): [string, unknown][] | undefined {
  if (typeof value !== 'object' || value === null || isUnreadable(value)) return [];
  try {
    const prototype: unknown = Object.getPrototypeOf(value);
    const isPlain = Array.isArray(value) || prototype === Object.prototype || prototype === null;
    return isPlain ? Object.entries(value) : [];
  } catch {
    return undefined;
  }
}
