import { hasToken } from '../core/tokens';
import { Fault, fault } from '../units/fault';
import { givenValue } from '../units/number-faults';

/** An RFC 1123 subdomain, as most kinds of objects are named. */
const SUBDOMAIN = /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/**
 * The fault of the name of an object that exists or is made elsewhere; none for tokens, or where it is not given.
 *
 * @see https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-subdomain-names
 *
 * @internal
 */
export function objectNameFaults(property: string, name: string | undefined): Fault[] {
  if (name === undefined || hasToken(name) || (typeof name === 'string' && SUBDOMAIN.test(name))) return [];
  const reason = `${property} must be the name of a Kubernetes object (lower-case letters, digits, hyphens and dots); got ${givenValue(name)}`;
  return [fault('INVALID_NAME', property, reason)];
}
