import { ApiObject } from '../kubernetes/rendering/attribute-rules';
import { Fault, fault } from '../units/fault';
import { SiteContents } from './site-contents';

/**
 * Values of secrets in objects that become files: of secrets among custom resources, and texts that the program has in a secret elsewhere too.
 *
 * @internal
 */
export function secretTextFaults(
  placed: readonly { readonly object: ApiObject }[],
  { secretTexts }: Pick<SiteContents, 'secretTexts'>,
): Fault[] {
  return placed.flatMap(({ object }) => {
    const { kind, metadata } = object as { kind: string; metadata: ApiObject };
    const who = `${kind} '${metadata.name}'${metadata.namespace ? ` in namespace '${metadata.namespace}'` : ''}`;
    if (kind === 'Secret' && object.apiVersion === 'v1' && (object.data || object.stringData)) {
      const reason = `${who} has its values in the program, which must not be in a file; make it by SecretV1, which becomes a reference, or at the site`;
      return [fault('SECRET_IN_MANIFEST', 'stack', reason)];
    }
    const path = pathOf(object, secretTexts, '');
    if (path === undefined) return [];
    // The text is not repeated: messages end up in logs.
    const reason = `${who}: ${path} has the value of a secret of the program, which must not be in a file; let it name the secret, or take out of the secret what is none`;
    return [fault('SECRET_IN_MANIFEST', 'stack', reason)];
  });
}

function pathOf(value: unknown, texts: readonly string[], at: string): string | undefined {
  if (typeof value === 'string') return texts.some((text) => value.includes(text)) ? at : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, member] of Object.entries(value)) {
    const path = Array.isArray(value) ? `${at}[${key}]` : at === '' ? key : `${at}.${key}`;
    const found = pathOf(member, texts, path);
    if (found !== undefined) return found;
  }
  return undefined;
}
