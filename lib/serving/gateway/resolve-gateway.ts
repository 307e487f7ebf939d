import { MetricFeature } from '../../catalog/metric-kind';
import { hashedName, kubernetesName } from '../../core/naming';
import { SecretReference } from '../../core/secret-reference';
import { DataSize } from '../../units/data-size';
import { GatewayPlan, MOUNTS, PlannedModel, PlannedUpstream } from './envoy/gateway-plan';
import { CLOUD_KEY, plannedEdge, siteRequests } from './edge/plan-edge';
import { Upstream, upstreamsOf } from './upstreams';
import { GatewayLimits } from './inference-gateway-options';
import { InferenceGatewayProps } from './inference-gateway-props';

/** A caller where nobody says who there is. */
export const ONLY_CLIENT = 'default';

const SHORTEST_IDLE_SECONDS = 600;
const SHORTEST_EXIT_SECONDS = 60;
const LONGEST_EXIT_SECONDS = 3600;

/**
 * Everything behind the backends, in their order.
 *
 * @internal
 */
export function allUpstreams({ backends }: InferenceGatewayProps): Upstream[] {
  return backends.flatMap((backend, i) => upstreamsOf(backend, `backends[${i}]`));
}

/** How messages and Envoy's metrics call it. @internal */
export function upstreamName({ namespace, serviceName }: Upstream): string {
  return `${namespace}/${serviceName}`;
}

/**
 * Name of the Service that has the addresses of its pods.
 *
 * @internal
 */
export function headlessName(gateway: string, { serviceName }: Upstream): string {
  const name = `${gateway}-${serviceName}`;
  return name.length <= 63 ? name : hashedName(name);
}

/** A secret as a volume of the gateway's pods. @internal */
export interface KeyVolume {
  readonly name: string;
  readonly secret: SecretReference;
}

/** The volume with the key of a caller. @internal */
export function clientVolume(client: string): string {
  return `caller-${hashedName(client, 40)}`;
}

/** The volume with the key of a server. @internal */
export function serverVolume(upstream: Upstream): string {
  return `server-${hashedName(upstreamName(upstream), 40)}`;
}

/** Folder of a volume with a key. @internal */
export function keyFolder(volume: string): string {
  return `${MOUNTS.keys}/${volume}`;
}

/**
 * How long the longest answer takes that is planned for, seconds.
 *
 * @internal
 */
export function longestAnswerSeconds(upstreams: readonly Upstream[]): number {
  return Math.max(0, ...upstreams.map(({ answerSeconds = 0 }) => answerSeconds));
}

/** @internal */
export function idleSeconds({ idleTimeout }: InferenceGatewayProps, upstreams: readonly Upstream[]): number {
  return idleTimeout?.toSeconds() ?? Math.max(SHORTEST_IDLE_SECONDS, 2 * longestAnswerSeconds(upstreams));
}

/** @internal */
export function exitSeconds({ exitTimeout }: InferenceGatewayProps, upstreams: readonly Upstream[]): number {
  const needed = Math.max(SHORTEST_EXIT_SECONDS, longestAnswerSeconds(upstreams));
  return exitTimeout?.toSeconds() ?? Math.min(LONGEST_EXIT_SECONDS, needed);
}

/** @internal */
export function memoryOf({ memory }: InferenceGatewayProps): DataSize {
  return memory ?? DataSize.gib(1);
}

/** @internal */
export function requestSizeOf({ maxRequestSize }: InferenceGatewayProps): DataSize {
  return maxRequestSize ?? DataSize.mib(10);
}

/** @internal */
export function replicasOf({ replicas }: InferenceGatewayProps): number {
  return replicas ?? 2;
}

/**
 * What Envoy counts beside what it always does: certificates with `tls`, tokens where an issuer names the callers,
 * and a cloud where there is one.
 *
 * @internal
 */
export function metricFeatures({ tls, authentication, edgeRouting }: InferenceGatewayProps): MetricFeature[] {
  return [
    ...(tls === undefined ? [] : [MetricFeature.GATEWAY_TLS]),
    ...(authentication?.jwtOptions === undefined ? [] : [MetricFeature.GATEWAY_JWT]),
    ...(edgeRouting === undefined ? [] : [MetricFeature.GATEWAY_CLOUD]),
  ];
}

/**
 * What Envoy is told.
 *
 * @param props what the user says, without faults
 * @param name name of the gateway
 * @param upstreams what is behind its backends
 *
 * @internal
 */
export function gatewayPlan(props: InferenceGatewayProps, name: string, upstreams: readonly Upstream[]): GatewayPlan {
  const { authentication, edgeRouting } = props;
  const replicas = replicasOf(props);
  const around = { replicas, idleSeconds: idleSeconds(props, upstreams), nameOf: upstreamName };
  const clients = authentication?.jwtOptions ? undefined : Object.keys(authentication?.keys ?? { [ONLY_CLIENT]: '' });
  return {
    clients: clients && Object.fromEntries(clients.sort().map((each) => [each, keyFolder(clientVolume(each))])),
    jwt: authentication?.jwtOptions,
    tls: props.tls !== undefined,
    upstreams: upstreams.map((each) => ({
      ...plannedUpstream(name, each),
      maxRequests: edgeRouting && siteRequests(edgeRouting.props, each, replicas),
    })),
    models: plannedModels(upstreams),
    limits: plannedLimits(props),
    idleSeconds: around.idleSeconds,
    retries: props.retries ?? 1,
    maxRequestBytes: requestSizeOf(props).bytes,
    memoryBytes: memoryOf(props).bytes,
    edge: edgeRouting && plannedEdge(edgeRouting.props, upstreams, around),
  };
}

function plannedUpstream(gateway: string, upstream: Upstream): PlannedUpstream {
  const { namespace, serviceName, podSelector, port, healthPath, apiKeySecret } = upstream;
  const service = podSelector ? headlessName(gateway, upstream) : serviceName;
  return {
    name: upstreamName(upstream),
    host: `${service}.${namespace}.svc`,
    port,
    healthPath,
    key: apiKeySecret && { folder: keyFolder(serverVolume(upstream)), file: `${serverVolume(upstream)}.json` },
  };
}

function plannedModels(upstreams: readonly Upstream[]): PlannedModel[] {
  const models = [...new Set(upstreams.flatMap((each) => each.models))].sort();
  return models.map((model) => {
    const having = upstreams.filter((each) => each.models.includes(model));
    const [{ basePath }] = having;
    return {
      model,
      basePath,
      // Those that all of them answer: who answers must not decide what can be asked.
      paths: having.map(({ paths }) => paths).reduce((all, own) => all.filter((path) => own.includes(path))),
      upstreams: having.map((each) => ({ name: upstreamName(each), weight: each.weight ?? 1 })),
    };
  });
}

function plannedLimits(props: InferenceGatewayProps): GatewayPlan['limits'] {
  const replicas = replicasOf(props);
  const share = ({ requestsPerMinute, tokensPerMinute }: GatewayLimits, model?: string) => ({
    model,
    requestsPerMinute: requestsPerMinute && requestsPerMinute / replicas,
    tokensPerMinute: tokensPerMinute && tokensPerMinute / replicas,
  });
  const ofModels = Object.entries(props.modelLimits ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    ...(props.limits ? [share(props.limits)] : []),
    ...ofModels.map(([model, limits]) => share(limits, model)),
  ].filter(
    ({ requestsPerMinute, tokensPerMinute }) => requestsPerMinute !== undefined || tokensPerMinute !== undefined,
  );
}

/**
 * The secrets that the pods of a gateway read keys from.
 *
 * @param clients secrets of callers, by their names
 * @param upstreams what is behind its backends
 * @param cloudKey secret of the key that the site has in its cloud @default - it has none
 *
 * @internal
 */
export function keyVolumes(
  clients: { readonly [client: string]: SecretReference },
  upstreams: readonly Upstream[],
  cloudKey?: SecretReference,
): KeyVolume[] {
  const ofClients = Object.keys(clients)
    .sort()
    .map((client) => ({ name: clientVolume(client), secret: clients[client] }));
  const ofServers = upstreams.flatMap((each) =>
    each.apiKeySecret ? [{ name: serverVolume(each), secret: each.apiKeySecret }] : [],
  );
  return [...ofClients, ...ofServers, ...(cloudKey ? [{ name: CLOUD_KEY, secret: cloudKey }] : [])];
}

/** Name of the secret with the certificate. @internal */
export function certificateSecret({ tls }: InferenceGatewayProps, name: string): string | undefined {
  return tls && (tls.secretName ?? kubernetesName(`${name}-tls`));
}
