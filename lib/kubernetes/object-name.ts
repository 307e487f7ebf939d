import { isSubdomain } from '../core/naming';
import { hasToken } from '../core/tokens';
import { Fault, fault } from '../units/fault';
import { givenValue } from '../units/number-faults';

/**
 * The fault of the name of an object that exists or is made elsewhere; none for tokens, or where it is not given.
 *
 * @internal
 */
export function objectNameFaults(property: string, name: string | undefined): Fault[] {
  if (name === undefined || hasToken(name) || isSubdomain(name)) return [];
  const reason = `${property} must be the name of a Kubernetes object (lower-case letters, digits, hyphens and dots); got ${givenValue(name)}`;
  return [fault('INVALID_NAME', property, reason)];
}
