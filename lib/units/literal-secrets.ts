import { Fault, fault } from './fault';
import { secretInUrl, tokenForm } from './url-secrets';

/** Names of variables, settings and labels whose value is a secret: those of tools, and what people call theirs. */
const NAME = /(^|[._-])(token|secret|password|passwd|passphrase|pwd|credentials?|key|pat)$/i;
/** Keys that may be seen. */
const PUBLIC_NAME = /(public|partition|sort|primary|foreign|label|cache|config|lookup)[._-]?key$/i;
/** Values that are no secret whatever they are called: placeholders, switches, numbers and files. */
const HARMLESS = /^(.{0,3}|true|false|none|null|empty|dummy|unused|not[-_ ]?needed|\d+|\/[\w.-]+(\/[\w.-]+)+)$/i;
/** A variable that Kubernetes puts in, where no dollar before it makes it text. */
const REFERENCE = String.raw`(?<!\$)\$\([\w.-]+\)`;
/** In URLs, a user or a password that is one, and a parameter whose value is. */
const IN_URL: readonly [part: RegExp, rest: string][] = [
  [new RegExp(String.raw`^([a-z][a-z0-9+.-]*:\/\/)([\w.-]*:)?${REFERENCE}(:${REFERENCE})?@`, 'i'), '$1'],
  [new RegExp(String.raw`([?&#;])[^=?&#;]+=${REFERENCE}(?=[&#;]|$)`, 'g'), '$1'],
];
/** What may stand around them in a value that has nothing else, as in `Bearer $(TOKEN)`. */
const AROUND = /^(bearer|basic|token|[\s:,;@/.-])*$/i;
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
  const inUrl = secretInUrl(IN_URL.reduce((text, [part, rest]) => text.replace(part, rest), value));
  if (inUrl !== undefined) return `a URL with ${inUrl}`;
  const form = tokenForm(value);
  if (form !== undefined) return form;
  const isNamed = NAME.test(name) && !PUBLIC_NAME.test(name);
  const isHarmless = HARMLESS.test(value.trim()) || isOfReferences(value) || UNKNOWN.test(value);
  return isNamed && !isHarmless ? 'the text of one' : undefined;
}

/** Whether a value has nothing of its own beside variables that Kubernetes puts in. */
function isOfReferences(value: string): boolean {
  const rest = value.replace(new RegExp(REFERENCE, 'g'), '');
  return rest !== value && AROUND.test(rest);
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
