import { Construct } from 'constructs';
import { IKubernetesCluster } from '../../core/kubernetes-cluster';
import { kubernetesName } from '../../core/naming';
import { PodSecurityLevel } from '../../core/pod-security-level';
import { SecretReference } from '../../core/secret-reference';
import { generatedSecret } from '../../kubernetes/generated-secret';
import { ensureNamespace } from '../../kubernetes/namespaces';

/**
 * Key in a secret that Envoy AI Gateway reads the key of a server from.
 *
 * @see https://github.com/envoyproxy/ai-gateway/blob/v1.0.0/internal/controller/ai_gateway_route.go: `apiKeyInSecret`
 *
 * @internal
 */
export const AI_GATEWAY_KEY = 'apiKey';

/** What a key is made for. */
interface KeyOwner {
  readonly cluster: IKubernetesCluster;
  /** Name of the deployment. */
  readonly name: string;
  readonly namespace: string;
  readonly labels: { readonly [key: string]: string };
  /** Pod Security level of the namespace. @default PodSecurityLevel.RESTRICTED */
  readonly securityLevel?: PodSecurityLevel;
  /** Whether it is the key of a server, which a gateway of the Gateway API can be told to send. @default true */
  readonly ofServer?: boolean;
}

/**
 * The key of callers of a deployment that was given none: made in the cluster, in a secret `<name>-api-key`.
 *
 * @internal
 */
export function makeCallerKey(
  scope: Construct,
  { cluster, name, namespace, labels, securityLevel = PodSecurityLevel.RESTRICTED, ofServer = true }: KeyOwner,
): SecretReference {
  const secret = { name: kubernetesName(`${name}-api-key`), key: 'api-key' };
  const waitFor = ensureNamespace(scope, cluster, namespace, securityLevel);
  const copies = ofServer ? [AI_GATEWAY_KEY] : undefined;
  generatedSecret(scope, 'ApiKey', { cluster, waitFor, namespace, secret, labels, copies });
  return secret;
}

/**
 * The key of a server under the name that Envoy AI Gateway reads; undefined if it was given another one.
 *
 * @param key the key that it has
 * @param given the key that the user gave it
 *
 * @internal
 */
export function aiGatewayKey(key: SecretReference, given: SecretReference | undefined): SecretReference | undefined {
  return given === undefined ? { name: key.name, key: AI_GATEWAY_KEY } : undefined;
}
