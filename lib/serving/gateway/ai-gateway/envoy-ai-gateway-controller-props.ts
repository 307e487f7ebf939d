import { IKubernetesCluster } from '../../../core/kubernetes-cluster';
import { ImageRegistry } from '../../../kubernetes/image-registry';

/**
 * Properties of `EnvoyAiGatewayController`.
 */
export interface EnvoyAiGatewayControllerProps {
  /** The cluster. */
  readonly cluster: IKubernetesCluster;
  /** Version of the charts and of the controller of Envoy AI Gateway, 1.0 or later. @default '1.0.0' */
  readonly chartVersion?: string;
  /**
   * Version of the chart and of the controller of Envoy Gateway, 1.8 or later; AI Gateway 1.0 is tested with 1.8.1 and later of 1.8.
   * @default '1.8.1'
   */
  readonly envoyGatewayVersion?: string;
  /**
   * Address of a Redis, as `<host>:<port>`, in which the limits of all gateways are counted. It is used without a password or encryption, so that it
   * should let in Envoy Gateway's namespace alone; while it does not answer, requests are not limited.
   * @default - none, gateways with limits are refused
   */
  readonly rateLimitRedis?: string;
  /**
   * Whether the cluster has the definition of InferencePool v1, of Gateway API Inference Extension, which its endpoint pickers come with: Envoy Gateway
   * is then told of it.
   * @default false
   */
  readonly inferencePools?: boolean;
  /** Pods of each controller, of which one works. While none runs, what runs goes on, and no change counts. @default 2 */
  readonly replicas?: number;
  /** Name of the GatewayClass that it makes. @default 'envoy-ai-gateway' */
  readonly gatewayClassName?: string;
  /**
   * Namespace of Envoy Gateway, and of the pods of Envoy of all gateways. Created unless the program or the cluster has it: see `ExistingNamespaces`.
   * @default 'envoy-gateway-system'
   */
  readonly namespace?: string;
  /** Namespace of the controller of Envoy AI Gateway, created likewise. @default 'envoy-ai-gateway-system' */
  readonly aiGatewayNamespace?: string;
  /** Where images are pulled from, and charts. @default ImageRegistry.UPSTREAM */
  readonly imageRegistry?: ImageRegistry;
}
