import { Fault, fault } from '../units/fault';
import { givenValue } from '../units/number-faults';

/**
 * The fault of a version that is not written in numbers and dots.
 *
 * @param property the property that holds it
 * @param value what was given
 * @param example a version, e.g. `13.0.3`
 *
 * @internal
 */
export function versionFault(property: string, value: unknown, example: string): Fault[] {
  if (typeof value === 'string' && /^\d+(\.\d+)+$/.test(value)) return [];
  const reason = `${property} must be a version of numbers and dots, e.g. '${example}'; got ${givenValue(value)}`;
  return [fault('INVALID_FORMAT', property, reason)];
}
