import { Fault, fault } from './fault';

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
  const held = heldBy(value);
  return held.flatMap(([key, each]) => plainValueFaults(`${property}['${key}']`, each, [...within, value]));
}

/** What an object holds. Those of classes, tokens of cdktf among them, are for others to write. */
function heldBy(value: unknown): [string, unknown][] {
  if (typeof value !== 'object' || value === null) return [];
  try {
    const prototype: unknown = Object.getPrototypeOf(value);
    const isPlain = Array.isArray(value) || prototype === Object.prototype || prototype === null;
    return isPlain ? Object.entries(value) : [];
  } catch {
    return [];
  }
}
