import { SHUTDOWN_MANAGER_REQUESTS } from '../../../catalog/envoy-ai-gateway-release';
import { escapeTemplates } from '../../../core/template-escape';
import { DeclaredPods } from '../../../kubernetes/declared-pods';
import { podAttributes } from '../../../kubernetes/pod-object';
import { AiGatewayPlan } from './ai-gateway-plan';

/** Resources of a container, as quantities. */
interface ContainerResources {
  readonly requests: { cpu: string; memory: string };
  readonly limits: { cpu: string; memory: string };
}

/** What Envoy may take, as the EnvoyProxy says. @internal */
export function envoyResources({ memory }: Pick<AiGatewayPlan, 'memory'>): ContainerResources {
  return { requests: { cpu: '500m', memory }, limits: { cpu: '1500m', memory } };
}

/** What reads requests beside Envoy, as the GatewayConfig says: it holds each of them whole as well. @internal */
export function readerResources({ memory }: Pick<AiGatewayPlan, 'memory'>): ContainerResources {
  return { requests: { cpu: '250m', memory }, limits: { cpu: '1', memory } };
}

/**
 * The pods that Envoy Gateway makes of a Gateway, and the Service before them, for the proof of scheduling.
 *
 * @param podNamespace namespace of Envoy Gateway
 * @param labels labels that it puts on the pods
 *
 * @internal
 */
export function envoyPods(
  plan: AiGatewayPlan,
  podNamespace: string,
  labels: { readonly [key: string]: string },
): DeclaredPods {
  const { serviceName, replicas, nodeSelector, priorityClassName } = plan;
  // Images decide nothing about nodes.
  const image = 'envoy';
  const template = {
    metadata: { labels: { ...labels } },
    spec: {
      nodeSelector: nodeSelector && { ...nodeSelector },
      priorityClassName,
      container: [
        { name: 'envoy', image, resources: envoyResources(plan) },
        { name: 'shutdown-manager', image, resources: { requests: { ...SHUTDOWN_MANAGER_REQUESTS } } },
        { name: 'ai-gateway-extproc', image, resources: readerResources(plan) },
      ],
    },
  };
  return {
    namespace: podNamespace,
    name: serviceName,
    template: podAttributes(escapeTemplates(template)),
    pods: replicas,
    makes: { by: 'Envoy Gateway', objects: { service: serviceName } },
  };
}
