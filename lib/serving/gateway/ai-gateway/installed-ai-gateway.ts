/**
 * An Envoy AI Gateway that a cluster has already.
 */
export interface InstalledAiGateway {
  /** The GatewayClass of Envoy Gateway. */
  readonly gatewayClassName: string;
  /** Namespace of Envoy Gateway, in which the pods of Envoy run. @default 'envoy-gateway-system' */
  readonly namespace?: string;
  /** Whether Envoy Gateway has a Redis (`rateLimit.backend` of its configuration), which limits are counted in. @default false */
  readonly rateLimits?: boolean;
  /**
   * Whether the cluster has the definition of InferencePool v1, and Envoy Gateway knows it (`extensionManager.backendResources` of its configuration).
   * @default false
   */
  readonly inferencePools?: boolean;
}
