import { Fault, untitled } from '../../../units/fault';
/** Part of a key after the prefix, and values: letters and digits at both ends. */
const NAME = /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;

/** An RFC 1123 subdomain. */
const PREFIX = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/**
 * The prefix of the key of a label or taint; empty where it has none.
 *
 * @internal
 */
export function keyPrefix(key: string): string {
  return key.includes('/') ? key.slice(0, key.indexOf('/')) : '';
}

/**
 * What is wrong with the key and the value of a label or taint, as Kubernetes reads them.
 *
 * @param what what they are of, e.g. `label` or `taint`
 * @param key the key
 * @param value the value
 *
 * @see https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set
 *
 * @internal
 */
export function labelSyntaxFaults(what: string, key: string, value = ''): Fault[] {
  const slash = key.indexOf('/');
  const prefix = slash < 0 ? undefined : key.slice(0, slash);
  const wellFormed = NAME.test(key.slice(slash + 1)) && (prefix === undefined || isPrefix(prefix));
  return [
    ...(wellFormed
      ? []
      : [
          untitled(
            `${what} key '${key}' must be an optional DNS prefix in lower case and a name of at most 63 letters, digits, '-', '_' or '.'`,
          ),
        ]),
    ...(value === '' || NAME.test(value)
      ? []
      : [
          untitled(`${what} '${key}' must have a value of at most 63 letters, digits, '-', '_' or '.'; got '${value}'`),
        ]),
  ];
}

function isPrefix(text: string): boolean {
  return text.length <= 253 && PREFIX.test(text);
}
