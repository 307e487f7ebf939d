import { Construct } from 'constructs';
import { IKubernetesCluster } from '../../core/kubernetes-cluster';
import { kubernetesName } from '../../core/naming';
import { PodSecurityLevel } from '../../core/pod-security-level';
import { SecretReference } from '../../core/secret-reference';
import { generatedSecret } from '../../kubernetes/generated-secret';
import { ensureNamespace } from '../../kubernetes/namespaces';

/** What a key is made for. */
interface KeyOwner {
  readonly cluster: IKubernetesCluster;
  /** Name of the deployment. */
  readonly name: string;
  readonly namespace: string;
  readonly labels: { readonly [key: string]: string };
  /** Pod Security level of the namespace. @default PodSecurityLevel.RESTRICTED */
  readonly securityLevel?: PodSecurityLevel;
}

/**
 * The key of callers of a deployment that was given none: made in the cluster, in a secret `<name>-api-key`.
 *
 * @internal
 */
export function makeCallerKey(
  scope: Construct,
  { cluster, name, namespace, labels, securityLevel = PodSecurityLevel.RESTRICTED }: KeyOwner,
): SecretReference {
  const secret = { name: kubernetesName(`${name}-api-key`), key: 'api-key' };
  const waitFor = ensureNamespace(scope, cluster, namespace, securityLevel);
  generatedSecret(scope, 'ApiKey', { cluster, waitFor, namespace, secret, labels });
  return secret;
}
