import { SecretReference } from '../../core/secret-reference';
import { checkArguments } from '../../units/argument-faults';

/**
 * Certificates, in PEM, by which an authority is known that the public does not know. A changed one is taken up without a restart.
 */
export class CertificateAuthority {
  /**
   * From a config map in the namespace of the gateway, e.g. one that trust-manager keeps.
   *
   * @param name name of the config map
   * @param key key within it @default 'ca.crt'
   */
  public static configMap(name: string, key = 'ca.crt'): CertificateAuthority {
    return new CertificateAuthority({ name, key }, false);
  }

  /**
   * From a secret in the namespace of the gateway, e.g. that of a certificate of cert-manager, which has it as `ca.crt`. No private key of an authority
   * belongs there.
   *
   * @param secret the secret and its key
   */
  public static secret(secret: SecretReference): CertificateAuthority {
    return new CertificateAuthority(secret, true);
  }

  /** Name and key of the config map or of the secret. */
  public readonly reference: SecretReference;
  /** Whether it is a secret. */
  public readonly isSecret: boolean;

  private constructor(reference: SecretReference, isSecret: boolean) {
    this.reference = reference;
    this.isSecret = isSecret;
  }
}

checkArguments('CertificateAuthority', CertificateAuthority);
