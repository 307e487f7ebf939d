import { Fault, fault } from './fault';
import { secretInUrl, tokenForm } from './url-secrets';

/** Names of variables, settings and labels whose value is a secret: those of tools, and what people call theirs. */
const NAME = /(^|[._-])(token|secret|password|passwd|passphrase|pwd|credentials?|key|pat)$/i;
/** Keys that may be seen, tokens of texts, and switches. */
const PUBLIC_NAME =
  /(public|partition|sort|primary|foreign|label|cache|config|lookup)[._-]?key$|(eos|bos|pad|unk|sep|cls|mask|stop|image|audio|video|special)[._-]?token$|allow[._-]?credentials$/i;
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
 * What is known about the values that are looked at.
 *
 * @internal
 */
export interface LiteralSecrets {
  /** How the secret of a name is passed on without being written down. */
  readonly instead: (name: string) => string;
  /** Whether a text that only Terraform knows is declared to be a secret. @default - of none is that known */
  readonly isSensitive?: (value: string) => boolean;
}

/**
 * What of a named value is a secret that was written down, for messages; nothing where none is seen.
 *
 * @param name name of a variable, a setting or a label
 * @param value its value
 * @param secrets what is known about it
 *
 * @internal
 */
export function literalSecret(
  name: string,
  value: unknown,
  secrets?: Pick<LiteralSecrets, 'isSensitive'>,
): string | undefined {
  if (typeof value !== 'string') return undefined;
  const inUrl = secretInUrl(IN_URL.reduce((text, [part, rest]) => text.replace(part, rest), value));
  if (inUrl !== undefined) return `a URL with ${inUrl}`;
  const form = tokenForm(value);
  if (form !== undefined) return form;
  const isNamed = NAME.test(name) && !PUBLIC_NAME.test(name);
  if (!isNamed || HARMLESS.test(value.trim()) || isOfReferences(value)) return undefined;
  if (!UNKNOWN.test(value)) return 'the text of one';
  return secrets?.isSensitive?.(value) ? 'a value of Terraform that is declared to be one' : undefined;
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
 * @param isSensitive whether a text that only Terraform knows is declared to be a secret
 *
 * @internal
 */
export function literalSecretFaults(
  property: string,
  values: { readonly [name: string]: unknown },
  instead: LiteralSecrets['instead'],
  isSensitive?: LiteralSecrets['isSensitive'],
): Fault[] {
  return Object.entries(values).flatMap(([name, value]) => {
    const found = literalSecret(name, value, { isSensitive });
    if (found === undefined) return [];
    const at = `${property}['${name}']`;
    const reason = `${at} must not hold a secret, because it becomes part of the state and of the cluster; got ${found}; ${instead(name)}`;
    return [fault('LITERAL_SECRET', at, reason)];
  });
}
