import { SecretReference } from '../../core/secret-reference';
import { CertificateAuthority } from '../../serving/gateway/certificate-authority';
import { InferenceGatewayOptions } from '../../serving/gateway/inference-gateway-options';

/**
 * The front door of the cloud, as sites reach it.
 */
export interface HybridGateway {
  /** Its base URL, as sites reach it: `https://models.example.com/v1`. */
  readonly url: string;
  /** Who has signed its certificate. @default - an authority that the public knows */
  readonly authority?: CertificateAuthority;
  /**
   * Names of the models that it serves, where `cloud` of the topology is left out.
   * @default - those of `cloud`
   */
  readonly models?: string[];
  /**
   * Name of the secret in the cloud, in the namespace of the gateway, that has the key of each site under the name of the site.
   * @default 'site-keys'
   */
  readonly siteKeys?: string;
  /** Other callers than the sites: a secret for each, by the caller's name. @default - the sites alone */
  readonly callers?: { [client: string]: SecretReference };
  /** The gateway itself: its certificate, who reaches it, what each caller may take. Without `authentication`, which `siteKeys` and `callers` are. @default - as `InferenceGateway` does */
  readonly options?: InferenceGatewayOptions;
}
