import { Fault, fault } from '../units/fault';
import { givenValue } from '../units/number-faults';
import { isSubdomain } from './naming';
import { hasToken } from './tokens';
import { allOf } from '../units/unreadable';

/**
 * A key of a Kubernetes secret that is created outside this program, so that no part of it is in the state.
 */
export interface SecretKey {
  /** Name of the secret, in the namespace of the pods that read it. */
  readonly secretName: string;
  /** Key of the secret. */
  readonly key: string;
}

/** Key of a secret: Kubernetes' `IsConfigMapKey`. */
const SECRET_KEY = /^(?!\.\.)(?!\.$)[-._a-zA-Z0-9]{1,253}$/;

/**
 * The faults of a reference to a secret; none for tokens, or where it is not given. A value that is no reference is not repeated: it may be
 * the secret itself.
 *
 * @param property path of the property
 * @param secret the reference
 *
 * @internal
 */
export function secretFaults(property: string, secret: SecretKey | undefined): Fault[] {
  if (secret === undefined || secret === null) return [];
  if (typeof secret !== 'object' || Array.isArray(secret)) {
    const reason = `${property} must name a Kubernetes secret and its key, e.g. { secretName: 'hub', key: 'token' }, never hold the secret itself`;
    return [fault('INVALID_FORMAT', property, reason)];
  }
  const { secretName, key } = secret;
  return allOf(
    () =>
      hasToken(secretName) || isSubdomain(secretName)
        ? []
        : [
            fault(
              'INVALID_NAME',
              `${property}.secretName`,
              `${property}.secretName must be the name of a Kubernetes secret (lower-case letters, digits, hyphens and dots); got ${givenValue(secretName)}`,
            ),
          ],
    () =>
      hasToken(key) || (typeof key === 'string' && SECRET_KEY.test(key))
        ? []
        : [
            fault(
              'INVALID_NAME',
              `${property}.key`,
              `${property}.key must be a key of a Kubernetes secret (letters, digits, '-', '_' and '.'); got ${givenValue(key)}`,
            ),
          ],
  );
}
