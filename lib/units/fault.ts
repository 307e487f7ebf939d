import { boundedText, printableText } from './message-text';

/**
 * One fault of an input, or a warning of something that may not be intended.
 */
export interface Fault {
  /** Stable id in capitals, e.g. `REPLICAS_EXCEED_POOL`; `docs/faults` describes its cure. */
  readonly id: string;
  /** Path of the property at fault, e.g. `models[0].contextLength`. @default - no single property is at fault */
  readonly property?: string;
  /** One sentence: what, the value given, what is allowed, how to fix it. */
  readonly reason: string;
}

/** Longest path of a property in a fault, and longest sentence: values in them may be of any size. */
const LONGEST_PROPERTY = 200;
const LONGEST_REASON = 3000;

/**
 * A fault. Whatever the values in them, its path and its sentence have a bounded length and can be printed.
 *
 * @param id stable id, in capitals
 * @param property path of the property at fault; `undefined` where it is not one property
 * @param reason one sentence: what, the value given, what is allowed, how to fix it
 *
 * @internal
 */
export function fault(id: string, property: string | undefined, reason: string): Fault {
  const sentence = boundedText(printableText(reason), LONGEST_REASON);
  if (property === undefined) return { id, reason: sentence };
  return { id, property: boundedText(printableText(property), LONGEST_PROPERTY), reason: sentence };
}

/**
 * The same faults as faults of a part: its property path and name are put in front of theirs.
 *
 * @param faults the faults of the part
 * @param path property path of the part, e.g. `models[0]`; empty to leave properties as they are
 * @param who what messages call the part, e.g. `model 'chat'`; not repeated if a message already begins with it @default - messages are
 * unchanged
 *
 * @internal
 */
export function faultsUnder(faults: readonly Fault[], path: string, who = ''): Fault[] {
  return faults.map(({ id, property, reason }) => {
    const dot = path === '' || property === undefined || property.startsWith('[') ? '' : '.';
    const whole = `${path}${dot}${property ?? ''}`;
    return fault(
      id,
      whole === '' ? undefined : whole,
      who === '' || reason.startsWith(who) ? reason : `${who}: ${reason}`,
    );
  });
}
