import { Fault, fault } from './fault';
import { quotedText, shownText } from './message-text';
import { isUnread, isUnreadable } from './unreadable';

/**
 * The fault of a number that must be whole and within bounds; none when it is, or when it is not given.
 *
 * @param property path of the property
 * @param value its value
 * @param minimum least that is allowed
 * @param maximum most that is allowed @default - no limit
 *
 * @internal
 */
export function wholeNumberFault(property: string, value: unknown, minimum: number, maximum?: number): Fault[] {
  const upTo = maximum ?? Number.MAX_SAFE_INTEGER;
  if (value === undefined || isUnreadable(value) || (isWhole(value) && value >= minimum && value <= upTo)) return [];
  const range = maximum === undefined ? `of at least ${minimum}` : `from ${minimum} to ${maximum}`;
  return [
    fault('NOT_A_WHOLE_NUMBER', property, `${property} must be a whole number ${range}; got ${givenValue(value)}`),
  ];
}

/**
 * The faults of several numbers that must be whole and at least a minimum, by their properties.
 *
 * @internal
 */
export function wholeNumberFaults(
  values: { readonly [property: string]: number | undefined },
  minimum: number,
): Fault[] {
  return Object.entries(values).flatMap(([property, value]) => wholeNumberFault(property, value, minimum));
}

/**
 * The fault of a size or time of which another program takes whole units only; none when it is whole and within bounds.
 *
 * @param property path of the property
 * @param amount its value in that unit
 * @param unit the unit, in the plural, e.g. `seconds`
 * @param given the value as messages show it
 * @param minimum least that is allowed
 * @param maximum most that is allowed @default - no limit
 *
 * @internal
 */
export function wholeAmountFault(
  property: string,
  amount: number,
  unit: string,
  given: string,
  minimum: number,
  maximum = Infinity,
): Fault[] {
  const whole = Number.isSafeInteger(amount);
  if (whole && amount >= minimum && amount <= maximum) return [];
  const range = maximum === Infinity ? `, at least ${minimum}` : ` from ${minimum} to ${maximum}`;
  const reason = `${property} must be a whole number of ${unit}${range}; got ${given}`;
  return [fault(whole ? 'OUT_OF_RANGE' : 'NOT_A_WHOLE_NUMBER', property, reason)];
}

/**
 * The fault of a number that must be finite and above zero; none when it is, or when it is not given.
 *
 * @internal
 */
export function positiveFault(property: string, value: number | undefined): Fault[] {
  return numberFault(property, value, (number) => number > 0, 'a number above 0');
}

/**
 * The fault of a number that must be finite and not negative; none when it is, or when it is not given.
 *
 * @internal
 */
export function notNegativeFault(property: string, value: number | undefined): Fault[] {
  return numberFault(property, value, (number) => number >= 0, 'a number of at least 0');
}

/**
 * The fault of a number that must be above 0 and at most 1; none when it is, or when it is not given.
 *
 * @internal
 */
export function shareFault(property: string, value: number | undefined): Fault[] {
  return numberFault(property, value, (number) => number > 0 && number <= 1, 'a number above 0 and at most 1');
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

function numberFault(
  property: string,
  value: number | undefined,
  accepts: (value: number) => boolean,
  what: string,
): Fault[] {
  if (value === undefined || isUnreadable(value)) return [];
  if (typeof value === 'number' && Number.isFinite(value) && accepts(value)) return [];
  return [fault('OUT_OF_RANGE', property, `${property} must be ${what}; got ${givenValue(value)}`)];
}

/**
 * A value as messages show it, whatever a program without types passes: an unresolved Terraform number is told by its size, a text is
 * quoted, so that '8' is told from 8, a missing one is 'nothing', an object is JSON; long ones are shortened, and of large ones the kind is
 * told.
 *
 * @internal
 */
export function givenValue(value: unknown): string {
  if (typeof value === 'number') {
    return value < -1e200 ? 'a token (a value Terraform only knows later); pass a literal value' : String(value);
  }
  if (value === undefined) return 'nothing';
  if (typeof value === 'string') return quotedText(value);
  if (typeof value === 'function') return 'a function';
  try {
    if (isLarge(value))
      return `${Array.isArray(value) ? 'a list' : 'an object'} that is too large to show, or contains itself`;
    const text = JSON.stringify(value, (_, each) => (typeof each === 'bigint' ? String(each) : each));
    return shownText(text ?? String(value));
  } catch (error) {
    if (isUnread(error)) throw error;
    return 'an object that cannot be written as JSON';
  }
}

/** Most values within a value that is written out, a text counted by its characters, and most levels. */
const MOST_VALUES = 200_000;
const MOST_LEVELS = 100;

/** Whether it takes long to write out, or cannot be, because it contains itself. */
function isLarge(value: unknown): boolean {
  let level: unknown[] = [value];
  let seen = 0;
  for (let depth = 0; level.length > 0; depth++) {
    seen += level.length;
    if (seen > MOST_VALUES || depth > MOST_LEVELS) return true;
    const next: unknown[] = [];
    for (const each of level) {
      if (typeof each === 'string') seen += each.length;
      if (typeof each !== 'object' || each === null) continue;
      if (Array.isArray(each) && each.length > MOST_VALUES) return true;
      for (const inner of Object.values(each)) if (next.push(inner) > MOST_VALUES) return true;
    }
    level = next;
  }
  return false;
}
