import { createHash, createPublicKey } from 'crypto';
import { concreteFault } from '../../core/tokens';
import { Fault, fault } from '../../units/fault';
import { allOf } from '../../units/unreadable';

/**
 * A public key by which a site knows releases of models.
 */
export interface ReleaseKey {
  /**
   * The key of Ed25519 in PEM, as `openssl pkey -in key.pem -pubout` writes it. It is no secret.
   */
  readonly publicKey: string;
  /**
   * Whether nothing that it alone has signed is taken any more. A revoked key stays in the list, so that the site says which key it was; what is served stays.
   * @default false
   */
  readonly revoked?: boolean;
}

/**
 * What a key is called: SHA-256 of its SubjectPublicKeyInfo, as `release_envelope.py` says it.
 *
 * @internal
 */
export function keyIdOf({ publicKey }: ReleaseKey): string {
  return createHash('sha256')
    .update(createPublicKey(publicKey).export({ type: 'spki', format: 'der' }))
    .digest('hex');
}

/**
 * The faults of a list of keys. A private key is not repeated.
 *
 * @internal
 */
export function keyFaults(property: string, keys: readonly ReleaseKey[]): Fault[] {
  const wrong = keys.flatMap(({ publicKey }, index) =>
    onePublicKeyFaults(`${property}[${index}].publicKey`, publicKey),
  );
  return wrong.length > 0
    ? wrong
    : allOf(
        () => twiceFaults(property, keys),
        () => inForceFaults(property, keys),
      );
}

function onePublicKeyFaults(property: string, text: string): Fault[] {
  const unknown = concreteFault(property, text, 'keys are told apart at synthesis');
  if (unknown.length > 0) return unknown;
  if (/PRIVATE KEY/.test(text)) {
    const reason =
      `${property} must be a public key, but it is a private one, which would be in the state of Terraform; make another pair, because this one has been ` +
      'in a program, and give what `openssl pkey -in key.pem -pubout` writes';
    return [fault('PRIVATE_KEY_GIVEN', property, reason)];
  }
  if (isEd25519(text)) return [];
  const reason =
    `${property} must be a public key of Ed25519 in PEM, beginning with '-----BEGIN PUBLIC KEY-----'; make a pair by \`openssl genpkey -algorithm ` +
    'ed25519 -out key.pem` and give what `openssl pkey -in key.pem -pubout` writes';
  return [fault('INVALID_FORMAT', property, reason)];
}

function isEd25519(text: string): boolean {
  try {
    return /^-----BEGIN PUBLIC KEY-----/.test(text.trim()) && createPublicKey(text).asymmetricKeyType === 'ed25519';
  } catch {
    return false;
  }
}

function twiceFaults(property: string, keys: readonly ReleaseKey[]): Fault[] {
  const ids = keys.map(keyIdOf);
  return ids.flatMap((id, index) => {
    const first = ids.indexOf(id);
    if (first === index) return [];
    const reason = `${property}[${index}] is the same key as ${property}[${first}]; leave one of them out`;
    return [fault('DUPLICATE', `${property}[${index}]`, reason)];
  });
}

function inForceFaults(property: string, keys: readonly ReleaseKey[]): Fault[] {
  if (keys.some(({ revoked }) => revoked !== true)) return [];
  const reason =
    `${property} must have a key that is not revoked, or every release would be refused; got ${keys.length}, all of them revoked; add the key that signs ` +
    'from now on';
  return [fault('NO_KEY_IN_FORCE', property, reason)];
}
