import { FORWARDED_PROTO, insteadFilter, leaveFilter } from './edge-filters';
import { CLOUD, PlannedEdge, PlannedSiteServers, SERVED_BY, TO_CLOUD, wayTo } from './edge-plan';
import { GatewayPlan } from './gateway-plan';
import { BUSY, ERRORS, cloudReplies, localReplies } from './openai-errors';
import { answer, found, rewriteTo } from './route-parts';
import { httpFilter, manager, typed } from './typed';

type Surroundings = Pick<GatewayPlan, 'idleSeconds' | 'maxRequestBytes'>;

/** What of a cloud's answer is a matter between it and this site. */
const OF_THE_CLOUD = ['set-cookie', 'x-gateway-confidence', 'x-gateway-reason'];

/** By which Envoy connects to listeners of its own. @internal */
export function internalListeners(): object[] {
  return [
    {
      name: 'envoy.bootstrap.internal_listener',
      typed_config: typed('envoy.extensions.bootstrap.internal_listener.v3.InternalListener'),
    },
  ];
}

/**
 * How long a request for the cloud may be silent: for all its tries.
 *
 * @internal
 */
export function cloudSeconds({ cloud }: PlannedEdge, idleSeconds: number): number {
  return idleSeconds + cloud.retries * cloud.trySeconds;
}

/**
 * Listeners within Envoy, one for the cloud and one for each of the site's servers: what is said there by Envoy itself, as that a limit is reached, is an
 * answer to the try that asked, after which there may be another.
 *
 * @internal
 */
export function edgeListeners(edge: PlannedEdge, around: Surroundings): object[] {
  return [toCloud(edge, around), ...edge.servers.map((each) => toSite(each, edge, around))];
}

function toCloud(edge: PlannedEdge, around: Surroundings): object {
  const { host, port, basePath, retries, trySeconds } = edge.cloud;
  const idleSeconds = cloudSeconds(edge, around.idleSeconds);
  const isReady = { dynamic_metadata: [found('ready', { string_match: { exact: 'yes' } })] };
  return internal(TO_CLOUD, around, {
    idleSeconds,
    filters: [leaveFilter(edge)],
    replies: cloudReplies(),
    routes: [
      {
        name: CLOUD,
        match: { prefix: '/', ...isReady },
        route: {
          cluster: CLOUD,
          host_rewrite_literal: port === 443 ? host : `${host}:${port}`,
          ...rewriteTo(basePath),
          timeout: '0s',
          idle_timeout: `${idleSeconds}s`,
          retry_policy: {
            retry_on: 'connect-failure,refused-stream,reset,retriable-status-codes',
            retriable_status_codes: [503],
            num_retries: retries,
            per_try_timeout: `${trySeconds}s`,
            retry_back_off: { base_interval: '0.025s', max_interval: '0.25s' },
          },
        },
        request_headers_to_remove: [FORWARDED_PROTO],
        response_headers_to_add: servedBy('cloud'),
        response_headers_to_remove: OF_THE_CLOUD,
      },
      // What the script before did not finish does not leave.
      { name: 'not-ready', match: { prefix: '/' }, ...answer(500, ERRORS.notReady) },
    ],
  });
}

function toSite({ name, basePath }: PlannedSiteServers, edge: PlannedEdge, around: Surroundings): object {
  return internal(wayTo('site', name), around, {
    idleSeconds: around.idleSeconds,
    filters: insteadFilter(edge),
    replies: localReplies(BUSY.site),
    routes: [
      {
        name,
        match: { prefix: '/' },
        route: {
          cluster: name,
          ...rewriteTo(basePath),
          timeout: '0s',
          idle_timeout: `${around.idleSeconds}s`,
          retry_policy: { num_retries: 0, per_try_timeout: `${edge.siteSeconds}s` },
        },
        response_headers_to_add: servedBy('site'),
      },
    ],
  });
}

/** Who has answered, whatever the answer says of it. @internal */
export function servedBy(who: 'site' | 'cloud'): object[] {
  return [{ header: { key: SERVED_BY, value: who }, append_action: 'OVERWRITE_IF_EXISTS_OR_ADD' }];
}

interface Inside {
  readonly idleSeconds: number;
  readonly filters: readonly object[];
  readonly replies: object;
  readonly routes: readonly object[];
}

function internal(
  name: string,
  { maxRequestBytes }: Surroundings,
  { idleSeconds, filters, replies, routes }: Inside,
): object {
  // A limit that is reached is for the next try to know, which Envoy does not make of an answer that says so in a header of its own.
  const router = httpFilter('router', 'Router', { suppress_envoy_headers: true });
  return {
    name,
    internal_listener: {},
    per_connection_buffer_limit_bytes: maxRequestBytes,
    filter_chains: [
      {
        filters: [
          manager(name, {
            skip_xff_append: true,
            stream_idle_timeout: `${idleSeconds}s`,
            http_filters: [...filters, router],
            local_reply_config: replies,
            route_config: {
              name,
              validate_clusters: true,
              virtual_hosts: [{ name, domains: ['*'], routes }],
            },
          }),
        ],
      },
    ],
  };
}
