import { hashedName } from '../../../core/naming';
import { SecretReference } from '../../../core/secret-reference';
import { ImageRegistry } from '../../../kubernetes/image-registry';
import { GATEWAY_ENVOY_IMAGE } from '../../../catalog/envoy-ai-gateway-release';
import { canonicalBytes } from '../../../kubernetes/quantity';
import { AI_GATEWAY_KEY } from '../../pod/caller-key';
import { balancedService } from '../expose-gateway';
import { InferenceGatewayProps } from '../inference-gateway-props';
import {
  certificateSecret,
  exitSeconds,
  headlessName,
  idleSeconds,
  memoryOf,
  replicasOf,
  requestSizeOf,
  upstreamName,
} from '../resolve-gateway';
import { Upstream } from '../upstreams';
import { AiGatewayPlan, PlannedPicker, PlannedRoute, PlannedServer } from './ai-gateway-plan';
import { InstalledAiGateway } from './installed-ai-gateway';

/** Where Envoy AI Gateway publishes that pickers listen: `defaultEndpointPickerPort` of its extension server. */
const PICKER_PORT = 9002;

/** Namespace of Envoy Gateway, as its project installs it. @internal */
export const ENVOY_GATEWAY_NAMESPACE = 'envoy-gateway-system';

/** What a gateway is called, and where it is. @internal */
export interface GatewayPlace {
  readonly name: string;
  readonly namespace: string;
  readonly labels: { readonly [key: string]: string };
}

/**
 * Name of the Service before Envoy, which is in the namespace of all gateways of Envoy Gateway.
 *
 * @internal
 */
export function envoyServiceName(name: string, namespace: string): string {
  const text = `${namespace}-${name}`;
  return text.length <= 63 ? text : hashedName(text);
}

/**
 * The secret with the key of servers under the name that Envoy AI Gateway reads; undefined if there is none.
 *
 * @internal
 */
export function readableKey({ apiKeySecret, aiGatewayKeySecret, hasOwnKey }: Upstream): SecretReference | undefined {
  if (apiKeySecret?.key === AI_GATEWAY_KEY) return apiKeySecret;
  return hasOwnKey ? undefined : aiGatewayKeySecret;
}

/**
 * What the objects of a gateway say.
 *
 * @param props what the user says, without faults
 * @param place what it is called
 * @param upstreams what is behind its backends
 * @param installed what runs it
 * @param callers secrets of callers, by their names
 *
 * @internal
 */
export function aiGatewayPlan(
  props: InferenceGatewayProps,
  place: GatewayPlace,
  upstreams: readonly Upstream[],
  installed: InstalledAiGateway,
  callers: { readonly [client: string]: SecretReference },
): AiGatewayPlan {
  const { authentication, exposure, nodeSelector, priorityClassName } = props;
  const { name, namespace } = place;
  const registry = props.imageRegistry ?? ImageRegistry.UPSTREAM;
  const servers = new Map(upstreams.map((each) => [upstreamName(each), plannedServer(name, namespace, each)]));
  const paths = [...new Set(upstreams.map(({ healthPath }) => healthPath))];
  const jwt = authentication?.jwtOptions;
  return {
    ...place,
    className: installed.gatewayClassName,
    serviceName: envoyServiceName(name, namespace),
    certificate: certificateSecret(props, name),
    balanced: exposure?.isPublic ? balancedService(exposure, props.cluster.connection) : undefined,
    callerSecrets: jwt ? undefined : [...new Set(Object.values(callers).map((secret) => secret.name))].sort(),
    jwt,
    servers: [...servers.values()],
    routes: plannedRoutes(place, upstreams, servers),
    limits: plannedLimits(props),
    healthPath: paths.length === 1 ? paths[0] : undefined,
    hasPickers: upstreams.some(({ picker }) => picker !== undefined),
    idleSeconds: Math.ceil(idleSeconds(props, upstreams)),
    exitSeconds: Math.ceil(exitSeconds(props, upstreams)),
    retries: props.retries ?? 1,
    maxRequestBytes: Math.ceil(requestSizeOf(props).bytes),
    memory: canonicalBytes(memoryOf(props)),
    replicas: replicasOf(props),
    // Envoy Gateway knows its own image, but not the mirror.
    image: props.envoyImage ?? (registry.host === undefined ? undefined : registry.resolve(GATEWAY_ENVOY_IMAGE)),
    pullSecrets: registry.pullSecrets,
    nodeSelector,
    priorityClassName,
  };
}

function plannedServer(gateway: string, ownNamespace: string, upstream: Upstream): PlannedServer {
  const { namespace, serviceName, podSelector, port, basePath, hasOwnKey, picker } = upstream;
  const key = readableKey(upstream);
  const service = podSelector ? headlessName(gateway, upstream) : serviceName;
  return {
    // Of two namespaces: both may have a Service of this name.
    name:
      namespace === ownNamespace ? headlessName(gateway, upstream) : hashedName(`${gateway}-${upstreamName(upstream)}`),
    // A key is read where it is.
    namespace: key && !hasOwnKey ? namespace : ownNamespace,
    host: `${service}.${namespace}.svc`,
    port,
    basePath,
    keySecret: key?.name,
    picker: picker && plannedPicker(upstream, podSelector ?? {}),
  };
}

function plannedPicker({ picker }: Upstream, selector: PlannedPicker['selector']): PlannedPicker | undefined {
  if (picker === undefined) return undefined;
  const { serviceName, port = PICKER_PORT, failOpen = false } = picker;
  return { selector, serviceName, port, failsOpen: failOpen };
}

/** Models that the same servers have. */
interface ModelSet {
  readonly having: readonly Upstream[];
  readonly models: readonly string[];
}

function modelSets(upstreams: readonly Upstream[]): ReadonlyMap<string, ModelSet> {
  const models = [...new Set(upstreams.flatMap((each) => each.models))].sort();
  const sets = new Map<string, ModelSet>();
  for (const model of models) {
    const having = upstreams.filter((each) => each.models.includes(model));
    const key = having.map(upstreamName).join(' ');
    const known = sets.get(key) ?? { having, models: [] };
    sets.set(key, { having, models: [...known.models, model] });
  }
  return sets;
}

function routeName(gateway: string, ownNamespace: string, key: string, having: readonly Upstream[]): string {
  return having.length === 1 ? plannedServer(gateway, ownNamespace, having[0]).name : hashedName(`${gateway}-${key}`);
}

/**
 * What Envoy has for a route: Envoy Gateway calls it by the HTTPRoute and the rule, and Envoy AI Gateway the HTTPRoute as the AIGatewayRoute, whose rules
 * come first. All servers of a rule are one.
 *
 * @see https://github.com/envoyproxy/ai-gateway/blob/main/internal/extensionserver/quota_ratelimit.go
 *
 * @internal
 */
export interface EnvoyCluster {
  /** Value of `envoy_cluster_name`. */
  readonly cluster: string;
  readonly upstreams: readonly Upstream[];
}

/** @internal */
export function envoyClusters(gateway: string, namespace: string, upstreams: readonly Upstream[]): EnvoyCluster[] {
  return [...modelSets(upstreams)].map(([key, { having }]) => ({
    cluster: `httproute/${namespace}/${routeName(gateway, namespace, key, having)}/rule/0`,
    upstreams: having,
  }));
}

function plannedRoutes(
  { name, namespace }: GatewayPlace,
  upstreams: readonly Upstream[],
  servers: ReadonlyMap<string, PlannedServer>,
): PlannedRoute[] {
  return [...modelSets(upstreams)].map(([key, { having, models: ofSet }]) => {
    const chosen = having.map((each) => ({
      server: servers.get(upstreamName(each)) as PlannedServer,
      weight: having.length === 1 ? undefined : each.weight,
    }));
    return {
      name: routeName(name, namespace, key, having),
      models: ofSet,
      servers: chosen,
    };
  });
}

/** All pods count together, so that no pod has a part. */
function plannedLimits({ limits, modelLimits = {} }: InferenceGatewayProps): AiGatewayPlan['limits'] {
  const ofModels = Object.entries(modelLimits).sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    ...(limits ? [{ ...limits, model: undefined }] : []),
    ...ofModels.map(([model, each]) => ({ ...each, model })),
  ].filter(
    ({ requestsPerMinute, tokensPerMinute }) => requestsPerMinute !== undefined || tokensPerMinute !== undefined,
  );
}

/**
 * Names of the InferencePools of a gateway, by the first model of each.
 *
 * @internal
 */
export function inferencePoolNames(
  gateway: string,
  namespace: string,
  upstreams: readonly Upstream[],
): { [model: string]: string } {
  const picked = upstreams.filter(({ picker }) => picker !== undefined);
  return Object.fromEntries(picked.map((each) => [each.models[0], plannedServer(gateway, namespace, each).name]));
}
