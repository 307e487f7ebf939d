import { ImageRegistry } from '../../../kubernetes/image-registry';

/** Name of the controller whose GatewayClasses Envoy Gateway takes. @internal */
export const CONTROLLER_NAME = 'gateway.envoyproxy.io/gatewayclass-controller';

/** Service of the controller of Envoy AI Gateway, as its chart names it, and the port of its extension server. */
const AI_CONTROLLER = { service: 'ai-gateway-controller', port: 1063 };

/** @internal */
export interface ControllerSettings {
  readonly aiGatewayNamespace: string;
  readonly namespace: string;
  readonly replicas: number;
  readonly inferencePools: boolean;
  readonly rateLimitRedis?: string;
  readonly registry: ImageRegistry;
  /** Tag of the images of Envoy AI Gateway. */
  readonly aiGatewayTag: string;
}

/**
 * Values of the chart `gateway-helm`: what Envoy AI Gateway needs, and what limits and InferencePools need besides.
 *
 * @see https://github.com/envoyproxy/ai-gateway/blob/v1.0.0/manifests/envoy-gateway-values.yaml
 * @see https://github.com/envoyproxy/ai-gateway/tree/v1.0.0/examples: `token_ratelimit` and `inference-pool`
 *
 * @internal
 */
export function envoyGatewayValues(settings: ControllerSettings): object {
  const { aiGatewayNamespace, replicas, inferencePools, rateLimitRedis, registry } = settings;
  const all = { includeAll: true };
  return {
    global: { imageRegistry: registry.host ?? '', imagePullSecrets: pullSecrets(registry) },
    deployment: { replicas },
    podDisruptionBudget: replicas > 1 ? { minAvailable: 1 } : undefined,
    config: {
      envoyGateway: {
        gateway: { controllerName: CONTROLLER_NAME },
        provider: { type: 'Kubernetes' },
        extensionApis: { enableBackend: true },
        extensionManager: {
          hooks: {
            xdsTranslator: {
              translation: { listener: all, route: all, cluster: all, secret: all },
              post: ['Translation', 'Cluster', 'Route'],
            },
          },
          backendResources: inferencePools
            ? [{ group: 'inference.networking.k8s.io', kind: 'InferencePool', version: 'v1' }]
            : undefined,
          service: {
            fqdn: { hostname: `${AI_CONTROLLER.service}.${aiGatewayNamespace}.svc`, port: AI_CONTROLLER.port },
          },
        },
        rateLimit:
          rateLimitRedis === undefined
            ? undefined
            : { backend: { type: 'Redis', redis: { url: rateLimitRedis } }, failClosed: false },
      },
    },
  };
}

/**
 * Values of the chart `ai-gateway-helm`.
 *
 * @see https://github.com/envoyproxy/ai-gateway/blob/v1.0.0/manifests/charts/ai-gateway-helm/values.yaml
 *
 * @internal
 */
export function aiGatewayValues({ registry, namespace, replicas, aiGatewayTag: tag }: ControllerSettings): object {
  const image = (name: string) => ({ repository: registry.resolve(`docker.io/envoyproxy/${name}`), tag });
  return {
    global: { imagePullSecrets: pullSecrets(registry) },
    extProc: { image: image('ai-gateway-extproc') },
    controller: {
      image: image('ai-gateway-controller'),
      replicaCount: replicas,
      // What the chart leaves out of the level 'restricted'.
      podSecurityContext: { runAsNonRoot: true, runAsUser: 65532, seccompProfile: { type: 'RuntimeDefault' } },
      securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
      resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '512Mi' } },
    },
    envoyGateway: { namespace },
  };
}

function pullSecrets(registry: ImageRegistry): object[] {
  return registry.pullSecrets.map((name) => ({ name }));
}
