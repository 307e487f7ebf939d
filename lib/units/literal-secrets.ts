import { Fault, fault } from './fault';
import { secretInUrl, tokenForm } from './url-secrets';

/** Names of variables, settings and labels whose value is a secret: those of tools, and what people call theirs. */
const NAME = /(^|[._-])(token|secret|password|passwd|passphrase|pwd|credentials?|key|pat)$/i;
/** Keys that may be seen. */
const PUBLIC_NAME = /(public|partition|sort|primary|foreign|label|cache|config|lookup)[._-]?key$/i;
/** Values that are no secret whatever they are called: placeholders, switches, numbers, files, and variables that Kubernetes puts in. */
const HARMLESS =
  /^(.{0,3}|true|false|none|null|empty|dummy|unused|not[-_ ]?needed|\d+|\/[\w.-]+(\/[\w.-]+)+|\$\([\w.-]+\))$/i;
/** A value that only Terraform knows; whether it is a secret is not known here. */
const UNKNOWN = /\$\{TfToken\[/;

/**
 * What of a named value is a secret that was written down, for messages; nothing where none is seen.
 *
 * @param name name of a variable, a setting or a label
 * @param value its value
 *
 * @internal
 */
export function literalSecret(name: string, value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const inUrl = secretInUrl(value);
  if (inUrl !== undefined) return `a URL with ${inUrl}`;
  const form = tokenForm(value);
  if (form !== undefined) return form;
  const isNamed = NAME.test(name) && !PUBLIC_NAME.test(name);
  return isNamed && !HARMLESS.test(value.trim()) && !UNKNOWN.test(value) ? 'the text of one' : undefined;
}

/**
 * The faults of named values that hold secrets; none of them is repeated.
 *
 * @param property path of the values
 * @param values the values by their names
 * @param instead how the secret of a name is passed on without being written down
 *
 * @internal
 */
export function literalSecretFaults(
  property: string,
  values: { readonly [name: string]: unknown },
  instead: (name: string) => string,
): Fault[] {
  return Object.entries(values).flatMap(([name, value]) => {
    const found = literalSecret(name, value);
    if (found === undefined) return [];
    const at = `${property}['${name}']`;
    const reason = `${at} must not hold a secret, because it becomes part of the state and of the cluster; got ${found}; ${instead(name)}`;
    return [fault('LITERAL_SECRET', at, reason)];
  });
}
