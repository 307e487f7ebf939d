import { Fault, fault } from '../units/fault';
import { givenValue } from '../units/number-faults';
import { isSubdomain } from './naming';
import { hasToken } from './tokens';
import { allOf } from '../units/unreadable';

/**
 * A key of a Kubernetes secret that is created outside this program, so that no part of it is in the state: what Kubernetes calls a
 * `secretKeyRef`.
 */
export interface SecretReference {
  /** Name of the secret, in the namespace of the pods that read it: an RFC 1123 subdomain, e.g. `alerting` or `slack.webhook`. */
  readonly name: string;
  /** Key within it: letters, digits, `-`, `_` and `.`. */
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
export function secretFaults(property: string, secret: SecretReference | undefined): Fault[] {
  if (secret === undefined || secret === null) return [];
  if (typeof secret !== 'object' || Array.isArray(secret)) {
    const reason = `${property} must name a Kubernetes secret and its key, e.g. { name: 'hub', key: 'token' }, never hold the secret itself`;
    return [fault('INVALID_FORMAT', property, reason)];
  }
  return allOf(
    () => secretNameFaults(`${property}.name`, secret.name),
    () => secretKeyFaults(`${property}.key`, secret.key),
  );
}

/**
 * The fault of the name of a secret; none for a token.
 *
 * @internal
 */
export function secretNameFaults(property: string, name: string): Fault[] {
  if (hasToken(name) || isSubdomain(name)) return [];
  const reason = `${property} must be the name of a Kubernetes secret (lower-case letters, digits, hyphens and dots); got ${givenValue(name)}`;
  return [fault('INVALID_NAME', property, reason)];
}

/**
 * The fault of the key of a secret; none for a token.
 *
 * @internal
 */
export function secretKeyFaults(property: string, key: string): Fault[] {
  if (hasToken(key) || (typeof key === 'string' && SECRET_KEY.test(key))) return [];
  const reason =
    `${property} must be a key of a Kubernetes secret (1 to 253 letters, digits, '-', '_' and '.', not beginning with '..'); ` +
    `got ${givenValue(key)}`;
  return [fault('INVALID_NAME', property, reason)];
}
