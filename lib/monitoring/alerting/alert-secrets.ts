import { hashedName, kubernetesName } from '../../core/naming';
import { SecretReference, secretFaults } from '../../core/secret-reference';
import { concreteFault } from '../../core/tokens';
import { Fault } from '../../units/fault';

/** Folder in which each secret is mounted under its name; outside that of the configuration, whose mount is read-only. */
const SECRETS = '/etc/alertmanager-secrets';

/** @internal */
export function secretFolder(secret: SecretReference): string {
  return `${SECRETS}/${secret.name}`;
}

/**
 * Path of the file in the pod of Alertmanager that holds a secret.
 *
 * @internal
 */
export function secretPath(secret: SecretReference): string {
  return `${secretFolder(secret)}/${secret.key}`;
}

/**
 * Name of the volume of a secret: an RFC 1123 label, which the name of a secret need not be.
 *
 * @internal
 */
export function secretVolumeName(secretName: string): string {
  const name = `secret-${secretName}`;
  return kubernetesName(name) === name ? name : hashedName(name);
}

/**
 * Kubernetes would refuse the StatefulSet, in the middle of an apply, or the path would lead out of the secret's folder.
 *
 * @internal
 */
export function mountedSecretFaults(property: string, secret: SecretReference): Fault[] {
  const { name, key } = secret;
  const why = 'the configuration of Alertmanager and names of volumes are made from it';
  const unknown = Object.entries({ name, key }).flatMap(([part, value]) =>
    concreteFault(`${property}.${part}`, value, why),
  );
  return unknown.length > 0 ? unknown : secretFaults(property, secret);
}
