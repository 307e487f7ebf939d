import { Fault, fault } from './fault';
import { LiteralSecrets, literalSecret } from './literal-secrets';
import { secretInUrl, tokenForm } from './url-secrets';

/** URLs within a text; a scheme begins where no letter of one stands before, so that a long word is read once. */
const URLS = /(?<![a-z0-9+.-])[a-z][a-z0-9+.-]*:\/\/[^\s'"`]+/gi;
/** A flag with its value. */
const FLAG = /^--?([A-Za-z][\w.-]*)=(.*)$/s;
/** A flag whose value is the next word. */
const OPEN_FLAG = /^--([A-Za-z][\w.-]*)$/;
/** A variable of a shell that is set within a script. */
const ASSIGNMENT = /(?:^|[\s;&|])([A-Z][A-Z0-9_]*)=("[^"]*"|'[^']*'|[^\s;&|]*)/g;
/** What a shell puts in: not this text is the secret. */
const OF_SHELL = /^["']?[$`]/;
/** Whole names of annotations whose value is a secret, and not the name of one, or where it is. */
const ANNOTATION = /^(token|password|passwd|passphrase|(api|access|secret-?access)-?key|client-?secret)$/i;

/**
 * The faults of words of a command that hold secrets: by their form, in a URL, or as the value of a flag or a variable of such a name; none of them is
 * repeated.
 *
 * @param property path of the words
 * @param words the command or its arguments; what is no list of texts has no faults here
 * @param secrets what is told about secrets
 *
 * @internal
 */
export function secretWordFaults(property: string, words: unknown, secrets: LiteralSecrets): Fault[] {
  if (!Array.isArray(words)) return [];
  return words.flatMap((word: unknown, i) => {
    if (typeof word !== 'string') return [];
    const found = secretInText(word) ?? secretOfFlag(word, words[i - 1], secrets) ?? secretOfScript(word, secrets);
    return found === undefined ? [] : [secretFault(`${property}[${i}]`, found, secrets.instead('TOKEN'))];
  });
}

/**
 * The faults of labels or annotations that hold secrets; those that only name one have none.
 *
 * @internal
 */
export function secretMetadataFaults(property: string, values: unknown): Fault[] {
  if (typeof values !== 'object' || values === null) return [];
  return Object.entries(values).flatMap(([key, value]: [string, unknown]) => {
    if (typeof value !== 'string') return [];
    const name = key.slice(key.lastIndexOf('/') + 1);
    const found = secretInText(value) ?? (ANNOTATION.test(name) ? literalSecret(name, value) : undefined);
    const cure = 'put it into a Kubernetes secret; everybody who may list pods reads this';
    return found === undefined ? [] : [secretFault(`${property}['${key}']`, found, cure)];
  });
}

function secretFault(at: string, found: string, cure: string): Fault {
  const reason = `${at} must not hold a secret, because it becomes part of the state and of the cluster; got ${found}; ${cure}`;
  return fault('LITERAL_SECRET', at, reason);
}

/** What is one by itself, whatever it is called. */
function secretInText(text: string): string | undefined {
  const urls = [...text.matchAll(URLS)].map(([url]) => literalSecret('', url));
  return (
    tokenForm(text) ??
    (secretInUrl(text) === undefined ? undefined : literalSecret('', text)) ??
    urls.find((each) => each !== undefined)
  );
}

function secretOfFlag(word: string, before: unknown, secrets: LiteralSecrets): string | undefined {
  const [, name, value] = FLAG.exec(word) ?? [];
  if (name !== undefined)
    return OF_SHELL.test(value) && !isToken(value) ? undefined : literalSecret(name, value, secrets);
  const [, open] = typeof before === 'string' ? (OPEN_FLAG.exec(before) ?? []) : [];
  return open === undefined || word.startsWith('-') ? undefined : literalSecret(open, word, secrets);
}

function secretOfScript(word: string, secrets: LiteralSecrets): string | undefined {
  return [...word.matchAll(ASSIGNMENT)]
    .filter(([, , value]) => !OF_SHELL.test(value) || isToken(value))
    .map(([, name, value]) => literalSecret(name, value.replace(/^["']|["']$/g, ''), secrets))
    .find((each) => each !== undefined);
}

/** A value that only Terraform knows. */
function isToken(value: string): boolean {
  return value.includes('${TfToken[');
}
