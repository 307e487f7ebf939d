import { isSubdomain } from '../core/naming';
import { hasToken } from '../core/tokens';
import { Fault, fault } from '../units/fault';
import { allOf } from '../units/unreadable';

/** The part of a key after its prefix, and values: letters and digits at both ends. */
const NAME_PATTERN = /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;

/**
 * The faults of the keys and values of labels, by the syntax of Kubernetes; none for tokens.
 *
 * @param property the map of labels, e.g. `labels` or `nodeSelector`
 * @param labels the labels
 *
 * @see https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set
 *
 * @internal
 */
export function labelSyntaxFaults(property: string, labels: { [key: string]: string } = {}): Fault[] {
  return Object.entries(labels).flatMap(([key, value]) => {
    const path = `${property}['${key}']`;
    return allOf(
      () => keyFaults(path, 'label', key),
      () => valueFaults(path, 'label', key, value),
    );
  });
}

/**
 * The faults of the keys of annotations, whose values may be any text; none for tokens.
 *
 * @internal
 */
export function annotationSyntaxFaults(property: string, annotations: { [key: string]: string } = {}): Fault[] {
  return Object.keys(annotations).flatMap((key) => keyFaults(`${property}['${key}']`, 'annotation', key));
}

/**
 * The faults of keys that this library sets itself.
 *
 * @param property the map of labels or of annotations
 * @param given what the user says
 * @param own the keys that are set here
 *
 * @internal
 */
export function ownKeyFaults(property: string, given: { [key: string]: string } = {}, own: readonly string[]): Fault[] {
  return Object.keys(given)
    .filter((key) => own.includes(key))
    .map((key) =>
      fault('RESERVED', `${property}['${key}']`, `${property} must not contain '${key}', which is set here; remove it`),
    );
}

/**
 * The fault of the key of a label, a taint or an annotation.
 *
 * @internal
 */
export function keyFaults(path: string, what: string, key: string): Fault[] {
  if (hasToken(key)) return [];
  const slash = key.indexOf('/');
  const prefix = slash < 0 ? undefined : key.slice(0, slash);
  const isPrefix = prefix === undefined || isSubdomain(prefix);
  if (NAME_PATTERN.test(key.slice(slash + 1)) && isPrefix) return [];
  return [
    fault(
      'INVALID_FORMAT',
      path,
      `${what} key '${key}' must be a name of at most 63 letters, digits, '-', '_' or '.', optionally after a lower-case DNS prefix and '/', ` +
        `such as 'example.com/team'`,
    ),
  ];
}

/**
 * The fault of the value of a label or a taint.
 *
 * @internal
 */
export function valueFaults(path: string, what: string, key: string, value = ''): Fault[] {
  if (value === '' || hasToken(value) || NAME_PATTERN.test(value)) return [];
  return [
    fault(
      'INVALID_FORMAT',
      path,
      `the value of ${what} '${key}' must be at most 63 letters, digits, '-', '_' or '.'; got '${value}'`,
    ),
  ];
}
