import { GATEWAY_KINDS } from '../../../catalog/envoy-ai-gateway-release';
import { hashedName } from '../../../core/naming';
import { AiGatewayPlan, MODEL_HEADER, PlannedPicker, PlannedRoute, PlannedServer } from './ai-gateway-plan';
import { CustomObject, GROUPS, customObject } from './custom-object';

/** Keys under which costs of a request are told to limits. @internal */
export const TOTAL_TOKENS = 'total_tokens';

/**
 * Where requests go by the model that they name: an AIGatewayRoute for each set of models that the same servers have.
 *
 * @internal
 */
export function routeObjects(plan: AiGatewayPlan): CustomObject[] {
  return [
    ...plan.servers.flatMap((server) => serverObjects(plan, server)),
    ...otherNamespaces(plan).map((namespace) => referenceGrant(plan, namespace)),
    ...plan.routes.map((route) => aiGatewayRoute(plan, route)),
  ];
}

function aiGatewayRoute(plan: AiGatewayPlan, { name, models, servers }: PlannedRoute): CustomObject {
  const counts = plan.limits.some(({ tokensPerMinute }) => tokensPerMinute !== undefined);
  const spec = {
    parentRefs: [{ group: GROUPS.gatewayApi, kind: 'Gateway', name: plan.name }],
    rules: [
      {
        matches: models.map((model) => ({ headers: [{ type: 'Exact', name: MODEL_HEADER, value: model }] })),
        backendRefs: servers.map(({ server, weight }) => ({ ...refOf(server, plan), weight })),
        // A stream goes on for as long as it says something; 60 s is what the controller fills in.
        timeouts: { request: '0s' },
        modelsOwnedBy: 'gateway',
      },
    ],
    llmRequestCosts: counts ? [{ metadataKey: TOTAL_TOKENS, type: 'TotalToken' }] : undefined,
  };
  const where = { name, namespace: plan.namespace };
  return customObject(plan, [GATEWAY_KINDS.aiGateway, 'AIGatewayRoute'], spec, where);
}

function refOf({ name, namespace, picker }: PlannedServer, plan: AiGatewayPlan): object {
  if (picker) return { group: GROUPS.inferencePool, kind: 'InferencePool', name };
  return { name, namespace: namespace === plan.namespace ? undefined : namespace };
}

function serverObjects(plan: AiGatewayPlan, server: PlannedServer): CustomObject[] {
  const { keySecret, picker } = server;
  return [
    ...(picker ? [inferencePool(plan, server, picker)] : backendObjects(plan, server)),
    ...(keySecret === undefined ? [] : [serverKey(plan, server, keySecret)]),
  ];
}

function backendObjects(plan: AiGatewayPlan, server: PlannedServer): CustomObject[] {
  const { name, host, port, basePath, keySecret } = server;
  const backend = { endpoints: [{ fqdn: { hostname: host, port } }] };
  const service = {
    schema: { name: 'OpenAI', prefix: basePath },
    backendRef: { group: GROUPS.envoyGateway, kind: 'Backend', name },
    // What shows who a caller is ends here; a key of the server takes its place.
    headerMutation: keySecret === undefined ? { remove: ['authorization'] } : undefined,
  };
  return [
    customObject(plan, [GATEWAY_KINDS.envoyGateway, 'Backend'], backend, server),
    customObject(plan, [GATEWAY_KINDS.aiGateway, 'AIServiceBackend'], service, server),
  ];
}

function inferencePool(plan: AiGatewayPlan, server: PlannedServer, picker: PlannedPicker): CustomObject {
  const { selector, serviceName, port, failsOpen } = picker;
  const spec = {
    selector: { matchLabels: { ...selector } },
    targetPorts: [{ number: server.port }],
    endpointPickerRef: {
      ...{ group: '', kind: 'Service', name: serviceName, port: { number: port } },
      failureMode: failsOpen ? 'FailOpen' : 'FailClose',
    },
  };
  return customObject(plan, [GATEWAY_KINDS.inferencePool, 'InferencePool'], spec, server);
}

/** The controller reads the secret in the namespace of this object, whatever the reference says. */
function serverKey(plan: AiGatewayPlan, server: PlannedServer, secret: string): CustomObject {
  const target = server.picker
    ? { group: GROUPS.inferencePool, kind: 'InferencePool' }
    : { group: GROUPS.aiGateway, kind: 'AIServiceBackend' };
  const spec = {
    type: 'APIKey',
    targetRefs: [{ ...target, name: server.name }],
    apiKey: { secretRef: { group: '', kind: 'Secret', name: secret } },
  };
  return customObject(plan, [GATEWAY_KINDS.aiGateway, 'BackendSecurityPolicy'], spec, server);
}

function otherNamespaces({ servers, namespace }: AiGatewayPlan): string[] {
  const others = servers.map((server) => server.namespace).filter((each) => each !== namespace);
  return [...new Set(others)].sort();
}

/** Both the route and the HTTPRoute that the controller makes of it refer to objects of servers. */
function referenceGrant(plan: AiGatewayPlan, namespace: string): CustomObject {
  const own = plan.servers.filter((server) => server.namespace === namespace);
  const spec = {
    from: [
      { group: GROUPS.aiGateway, kind: 'AIGatewayRoute', namespace: plan.namespace },
      { group: GROUPS.gatewayApi, kind: 'HTTPRoute', namespace: plan.namespace },
    ],
    to: own.flatMap(({ name }) => [
      { group: GROUPS.aiGateway, kind: 'AIServiceBackend', name },
      { group: GROUPS.envoyGateway, kind: 'Backend', name },
    ]),
  };
  const where = { name: hashedName(`${plan.name}-from-${plan.namespace}`), namespace };
  return customObject(plan, [GATEWAY_KINDS.referenceGrant, 'ReferenceGrant'], spec, where);
}
