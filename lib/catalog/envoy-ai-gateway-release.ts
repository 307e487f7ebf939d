/**
 * The releases of Envoy Gateway and of Envoy AI Gateway that go together, whose definitions the tests' API server judges by.
 *
 * @see https://github.com/envoyproxy/ai-gateway/blob/v1.0.0/site/docs/compatibility.md: AI Gateway 1.0 with Envoy Gateway 1.8.1 and Gateway API 1.5
 */
export const ENVOY_GATEWAY_VERSION = '1.8.1';
export const AI_GATEWAY_VERSION = '1.0.0';

/**
 * Where both projects publish their charts.
 *
 * @see https://github.com/envoyproxy/ai-gateway/blob/v1.0.0/site/docs/getting-started/installation.md
 */
export const ENVOY_CHARTS = 'oci://docker.io/envoyproxy';

/**
 * The image of Envoy that Envoy Gateway runs: `DefaultEnvoyProxyImage`.
 *
 * @see https://github.com/envoyproxy/gateway/blob/v1.8.1/api/v1alpha1/shared_types.go
 */
export const GATEWAY_ENVOY_VERSION = '1.38.1';
export const GATEWAY_ENVOY_IMAGE = `docker.io/envoyproxy/envoy:distroless-v${GATEWAY_ENVOY_VERSION}`;

/**
 * Versions of the kinds, as these releases serve them.
 *
 * @see https://github.com/envoyproxy/gateway/tree/v1.8.1/charts/gateway-helm/charts/crds/crds
 * @see https://github.com/envoyproxy/ai-gateway/tree/v1.0.0/manifests/charts/ai-gateway-crds-helm/templates
 * @see https://github.com/kubernetes-sigs/gateway-api-inference-extension/tree/v1.6.0/config/crd/bases
 */
export const GATEWAY_KINDS = {
  gatewayApi: 'gateway.networking.k8s.io/v1',
  /** `v1` of it is new in Gateway API 1.5, and both controllers read this one. */
  referenceGrant: 'gateway.networking.k8s.io/v1beta1',
  envoyGateway: 'gateway.envoyproxy.io/v1alpha1',
  aiGateway: 'aigateway.envoyproxy.io/v1beta1',
  inferencePool: 'inference.networking.k8s.io/v1',
} as const;

/**
 * Ports of the pods that Envoy Gateway makes: it moves ports below 1024 by 10000, and has metrics on one of their own.
 *
 * @see https://github.com/envoyproxy/gateway/blob/v1.8.1/internal/gatewayapi/translator.go: `wellKnownPortShift`
 * @see https://github.com/envoyproxy/gateway/blob/v1.8.1/internal/xds/bootstrap/bootstrap.go: `EnvoyStatsPort`
 */
export const GATEWAY_POD_PORTS = { http: 10080, https: 10443, metrics: 19001 };

/**
 * What the container beside Envoy requests that drains it: `DefaultShutdownManagerCPUResourceRequests` and its like.
 *
 * @see https://github.com/envoyproxy/gateway/blob/v1.8.1/api/v1alpha1/shared_types.go
 */
export const SHUTDOWN_MANAGER_REQUESTS = { cpu: '10m', memory: '32Mi' } as const;

/**
 * Services that Envoy Gateway has for itself in its namespace: its own, and that of what counts limits.
 *
 * @see https://github.com/envoyproxy/gateway/blob/v1.8.1/charts/gateway-helm/templates/envoy-gateway-service.yaml
 * @see https://github.com/envoyproxy/gateway/blob/v1.8.1/internal/infrastructure/kubernetes/ratelimit/resource_provider.go: `InfraName`
 */
export const ENVOY_GATEWAY_SERVICES = ['envoy-gateway', 'envoy-ratelimit'];
