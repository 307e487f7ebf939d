import { Fault, fault } from '../units/fault';
import { givenValue } from '../units/number-faults';
import { isUnreadable } from '../units/unreadable';
import { createHash } from 'crypto';
import { concreteFault } from './tokens';

/**
 * A name for a Kubernetes object (RFC 1123 label): lower case, digits and hyphens, at most `max` characters.
 *
 * @internal
 */
export function kubernetesName(text: string, max = 63): string {
  const name = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, max)
    .replace(/^-+|-+$/g, '');
  return name || 'x';
}

/** A DNS subdomain (RFC 1123), of any length. */
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/**
 * Whether a text is a DNS subdomain (RFC 1123) of at most 253 characters, as most objects of Kubernetes and prefixes of labels are named.
 *
 * @see https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-subdomain-names
 *
 * @internal
 */
export function isSubdomain(text: unknown): boolean {
  return typeof text === 'string' && text.length <= 253 && SUBDOMAIN.test(text);
}

/** Maximum length of the name of a Helm release. */
const MAX_RELEASE_NAME_LENGTH = 53;

/**
 * A name that ends in a hash of the text, so that texts that would become the same name keep different names.
 *
 * @internal
 */
export function hashedName(text: string, max = 63): string {
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 8);
  return `${kubernetesName(text, max - 9)}-${hash}`;
}

/**
 * A name for a Helm release. A text that is too long ends in a hash of all of it, so that names with the same beginning stay different.
 *
 * @internal
 */
export function helmReleaseName(text: string): string {
  const name = kubernetesName(text, Infinity);
  return name.length <= MAX_RELEASE_NAME_LENGTH ? name : hashedName(name, MAX_RELEASE_NAME_LENGTH);
}

/**
 * The fault of a text that is not an RFC 1123 label, or that is a token; empty if it is one.
 *
 * @param name what messages call the text
 * @param text the text
 * @param max most characters
 * @param property path of the property @default - the name
 *
 * @internal
 */
export function kubernetesNameFault(name: string, text: string, max = 63, property: string = name): Fault[] {
  if (isUnreadable(text)) return [];
  const unknown = concreteFault(
    name,
    text,
    'names of Kubernetes objects are checked and derived at synthesis',
    property,
  );
  if (unknown.length > 0) return unknown;
  const isText = typeof text === 'string';
  if (isText && text.length <= max && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(text)) return [];
  return [
    fault(
      'INVALID_NAME',
      property,
      `${name} must be an RFC 1123 label (lower-case letters, digits and hyphens, starting and ending with a letter or digit, ` +
        `at most ${max} characters); got ${givenValue(text)}` +
        (isText ? `; for example '${kubernetesName(text, max)}'` : ''),
    ),
  ];
}
