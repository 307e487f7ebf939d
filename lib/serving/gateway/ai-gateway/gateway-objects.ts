import { GATEWAY_KINDS } from '../../../catalog/envoy-ai-gateway-release';
import { AiGatewayPlan } from './ai-gateway-plan';
import { CustomObject, GROUPS, customObject, gatewayDuration } from './custom-object';
import { envoyResources, readerResources } from './envoy-pods';
import { policies } from './policies';
import { routeObjects } from './routes';

/** Annotation of a Gateway that names its GatewayConfig: api/v1beta1/gateway_config.go of Envoy AI Gateway 1.0.0. */
const CONFIG_ANNOTATION = 'aigateway.envoyproxy.io/gateway-config';

/** Seconds for addresses of a pod that ends to leave the load balancer. */
const MIN_DRAIN_SECONDS = 10;

/**
 * Every object of a gateway, as the API server takes them.
 *
 * @internal
 */
export function aiGatewayObjects(plan: AiGatewayPlan): CustomObject[] {
  return [envoyProxy(plan), gatewayConfig(plan), gateway(plan), ...routeObjects(plan), ...policies(plan)];
}

function gateway(plan: AiGatewayPlan): CustomObject {
  const { name, className, certificate } = plan;
  const listener = certificate
    ? {
        ...{ name: 'https', protocol: 'HTTPS', port: 443 },
        tls: { mode: 'Terminate', certificateRefs: [{ group: '', kind: 'Secret', name: certificate }] },
      }
    : { name: 'http', protocol: 'HTTP', port: 80 };
  const spec = {
    gatewayClassName: className,
    infrastructure: { parametersRef: { group: GROUPS.envoyGateway, kind: 'EnvoyProxy', name } },
    listeners: [{ ...listener, allowedRoutes: { namespaces: { from: 'Same' } } }],
  };
  return customObject(plan, [GATEWAY_KINDS.gatewayApi, 'Gateway'], spec, plan, { [CONFIG_ANNOTATION]: name });
}

/** How Envoy Gateway runs Envoy. Its own default is a load balancer for everybody. */
function envoyProxy(plan: AiGatewayPlan): CustomObject {
  const { balanced, serviceName, replicas, image, pullSecrets, nodeSelector, priorityClassName } = plan;
  const service = balanced
    ? {
        ...balanced.spec,
        externalTrafficPolicy: balanced.spec.externalTrafficPolicy ?? 'Cluster',
        annotations: balanced.annotations,
      }
    : { type: 'ClusterIP' };
  const kubernetes = {
    envoyDeployment: {
      replicas,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      pod: {
        imagePullSecrets: pullSecrets.length > 0 ? pullSecrets.map((name) => ({ name })) : undefined,
        nodeSelector,
        priorityClassName,
      },
      container: { image, resources: envoyResources(plan) },
    },
    envoyService: { name: serviceName, ...service },
    envoyPDB: { maxUnavailable: 1 },
  };
  const { exitSeconds } = plan;
  const spec = {
    provider: { type: 'Kubernetes', kubernetes },
    logging: { level: { default: 'warn' } },
    shutdown: {
      drainTimeout: gatewayDuration(exitSeconds),
      minDrainDuration: gatewayDuration(Math.min(MIN_DRAIN_SECONDS, exitSeconds)),
    },
  };
  return customObject(plan, [GATEWAY_KINDS.envoyGateway, 'EnvoyProxy'], spec);
}

function gatewayConfig(plan: AiGatewayPlan): CustomObject {
  const spec = { extProc: { kubernetes: { resources: readerResources(plan) } } };
  return customObject(plan, [GATEWAY_KINDS.aiGateway, 'GatewayConfig'], spec);
}
