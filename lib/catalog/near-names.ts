import { Fault, fault } from '../units/fault';
import { nearNames } from '../units/near-names';
import { givenValue } from '../units/number-faults';

export { editDistance, nearNames } from '../units/near-names';

/**
 * The fault of a name that is not in a table, with the nearest names that are.
 *
 * @param what what the table lists, e.g. `GPU type`
 * @param name the name
 * @param known the names that the table has
 * @param otherwise what to do if none of them is meant
 * @param property path of the property that holds the name @default - none: the name is an argument
 *
 * @internal
 */
export function unknownNameFault(
  what: string,
  name: string,
  known: readonly string[],
  otherwise: string,
  property?: string,
): Fault {
  const near = typeof name !== 'string' ? [] : nearNames(name, known).map((candidate) => `'${candidate}'`);
  const nearest = near.length > 0 ? `; nearest: ${near.join(', ')}` : '';
  return fault('UNKNOWN_VALUE', property, `unknown ${what} ${givenValue(name)}${nearest}; ${otherwise}`);
}

/**
 * A name to look up: programs without types may pass anything, and no name is the empty text.
 *
 * @internal
 */
export function nameText(name: unknown): string {
  return typeof name === 'string' ? name : '';
}
