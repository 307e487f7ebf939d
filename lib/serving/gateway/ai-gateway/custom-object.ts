import { GATEWAY_KINDS } from '../../../catalog/envoy-ai-gateway-release';
import { MANAGED_BY } from '../../../kubernetes/managed-by';
import { AiGatewayPlan } from './ai-gateway-plan';

/** An object of a kind of the Gateway API, of Envoy Gateway or of Envoy AI Gateway. @internal */
export interface CustomObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels: object;
    readonly annotations?: object;
  };
  readonly spec: object;
}

/** Groups of the kinds. @internal */
export const GROUPS = {
  gatewayApi: groupOf(GATEWAY_KINDS.gatewayApi),
  envoyGateway: groupOf(GATEWAY_KINDS.envoyGateway),
  aiGateway: groupOf(GATEWAY_KINDS.aiGateway),
  inferencePool: groupOf(GATEWAY_KINDS.inferencePool),
};

function groupOf(apiVersion: string): string {
  return apiVersion.split('/')[0];
}

/**
 * @param plan the gateway that it belongs to
 * @param apiVersion of its kind
 * @param kind its kind
 * @param spec what it says
 * @param where its name and namespace @default - those of the gateway
 * @param annotations its annotations @default - none
 *
 * @internal
 */
export function customObject(
  plan: AiGatewayPlan,
  [apiVersion, kind]: readonly [string, string],
  spec: object,
  where: { readonly name: string; readonly namespace: string } = plan,
  annotations?: object,
): CustomObject {
  const { name, namespace } = where;
  return {
    apiVersion,
    kind,
    metadata: { name, namespace, labels: { ...plan.labels, ...MANAGED_BY }, ...(annotations ? { annotations } : {}) },
    spec,
  };
}

/** A policy of Envoy Gateway applies to the whole gateway. @internal */
export function targetRefs({ name }: AiGatewayPlan): object[] {
  return [{ group: GROUPS.gatewayApi, kind: 'Gateway', name }];
}

/**
 * A duration as the Gateway API writes it, where no part has more than five digits.
 *
 * @see https://gateway-api.sigs.k8s.io/geps/gep-2257/
 *
 * @internal
 */
export function gatewayDuration(seconds: number): string {
  const parts = [
    [Math.floor(seconds / 3600), 'h'],
    [Math.floor((seconds % 3600) / 60), 'm'],
    [seconds % 60, 's'],
  ] as const;
  const text = parts
    .filter(([amount]) => amount > 0)
    .map(([amount, unit]) => `${amount}${unit}`)
    .join('');
  return text === '' ? '0s' : text;
}
