import { ADMIN, clusters } from './clusters';
import { SERVED_BY } from './edge-plan';
import { FILES, GATEWAY_PORTS, GatewayPlan, MOUNTS } from './gateway-plan';
import { httpFilters } from './http-filters';
import { BUSY, localReplies } from './openai-errors';
import { routeConfiguration } from './routes';
import { httpFilter, manager, typed } from './typed';
import { certificateIn } from './upstream-tls';
import { edgeListeners, internalListeners } from './edge-listeners';

/** Name of the certificate as Envoy discovers it. */
const CERTIFICATE = 'certificate';

/** SO_KEEPALIVE, TCP_KEEPIDLE and TCP_KEEPINTVL of Linux, by level and number: a sign of life each minute of silence. */
const KEEP_ALIVE = [
  [1, 9, 1],
  [6, 4, 60],
  [6, 5, 60],
];

/** Connections at once of one pod: each may hold a request. */
const MOST_CONNECTIONS = 10_000;

/**
 * Envoy's configuration for a gateway, which is all that its pods need: no controller writes it.
 *
 * @internal
 */
export function envoyConfig(plan: GatewayPlan): object {
  return {
    node: { id: 'gateway', cluster: 'gateway' },
    admin: { address: socket('127.0.0.1', GATEWAY_PORTS.admin) },
    ...(plan.edge ? { bootstrap_extensions: internalListeners() } : {}),
    static_resources: {
      listeners: [requestListener(plan), metricsListener(), ...(plan.edge ? edgeListeners(plan.edge, plan) : [])],
      clusters: clusters(plan),
    },
    overload_manager: overload(plan.memoryBytes),
  };
}

/**
 * The certificate, as Envoy discovers it: the files of the secret, watched.
 *
 * @internal
 */
export function certificateFile(): object {
  return certificateIn(CERTIFICATE, MOUNTS.tls);
}

function requestListener(plan: GatewayPlan): object {
  return {
    name: 'requests',
    traffic_direction: 'INBOUND',
    address: socket('0.0.0.0', GATEWAY_PORTS.requests),
    // Load balancers forget connections that say nothing, a Network Load Balancer of AWS after 350 s, unless TCP itself speaks.
    socket_options: KEEP_ALIVE.map(([level, name, value]) => ({ level, name, int_value: value })),
    per_connection_buffer_limit_bytes: plan.maxRequestBytes,
    filter_chains: [
      {
        filters: [manager('gateway', requestManager(plan))],
        ...(plan.tls ? { transport_socket: tlsSocket() } : {}),
      },
    ],
  };
}

function requestManager(plan: GatewayPlan): object {
  return {
    use_remote_address: true,
    normalize_path: true,
    merge_slashes: true,
    path_with_escaped_slashes_action: 'REJECT_REQUEST',
    common_http_protocol_options: { headers_with_underscores_action: 'REJECT_REQUEST' },
    http2_protocol_options: {
      max_concurrent_streams: 100,
      initial_stream_window_size: 65536,
      initial_connection_window_size: 1048576,
    },
    // Who sends slowly holds memory.
    request_headers_timeout: '10s',
    request_timeout: '300s',
    stream_idle_timeout: `${plan.idleSeconds}s`,
    http_filters: httpFilters(plan),
    route_config: routeConfiguration(plan),
    local_reply_config: localReplies(plan.edge && BUSY.site),
    access_log: [accessLog(plan)],
  };
}

/** What the log says beside, where a cloud answers too. */
const ANSWERED = { by: `%RESP(${SERVED_BY})%`, reason: '%DYNAMIC_METADATA(gateway:reason)%' };

/** A line for each request, without what was asked and answered. */
function accessLog({ edge }: GatewayPlan): object {
  return {
    name: 'envoy.access_loggers.stdout',
    typed_config: typed('envoy.extensions.access_loggers.stream.v3.StdoutAccessLog', {
      log_format: {
        json_format: {
          time: '%START_TIME%',
          client: '%DYNAMIC_METADATA(gateway:client)%',
          model: '%DYNAMIC_METADATA(gateway:model)%',
          tokens: '%DYNAMIC_METADATA(gateway:tokens)%',
          ...(edge ? ANSWERED : {}),
          method: '%REQ(:METHOD)%',
          path: '%PATH(NQ)%',
          status: '%RESPONSE_CODE%',
          details: '%RESPONSE_CODE_DETAILS%',
          server: '%UPSTREAM_HOST%',
          attempts: '%UPSTREAM_REQUEST_ATTEMPT_COUNT%',
          milliseconds: '%DURATION%',
          id: '%REQ(X-REQUEST-ID)%',
        },
      },
    }),
  };
}

function metricsListener(): object {
  const get = [{ name: ':method', string_match: { exact: 'GET' } }];
  const admin = (path: string, page: string) => ({
    match: { path, headers: get },
    route: { cluster: ADMIN, prefix_rewrite: page },
  });
  return {
    name: 'metrics',
    address: socket('0.0.0.0', GATEWAY_PORTS.metrics),
    filter_chains: [
      {
        filters: [
          manager('metrics', {
            http_filters: [httpFilter('router', 'Router')],
            route_config: {
              name: 'metrics',
              virtual_hosts: [
                {
                  name: 'metrics',
                  domains: ['*'],
                  routes: [
                    admin('/metrics', '/stats/prometheus'),
                    admin('/ready', '/ready'),
                    { match: { path: '/alive', headers: get }, direct_response: { status: 200 } },
                  ],
                },
              ],
            },
          }),
        ],
      },
    ],
  };
}

function tlsSocket(): object {
  return {
    name: 'envoy.transport_sockets.tls',
    typed_config: typed('envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext', {
      common_tls_context: {
        alpn_protocols: ['h2', 'http/1.1'],
        tls_params: { tls_minimum_protocol_version: 'TLSv1_2' },
        tls_certificate_sds_secret_configs: [
          { name: CERTIFICATE, sds_config: { path_config_source: { path: `${MOUNTS.config}/${FILES.tls}` } } },
        ],
      },
    }),
  };
}

/** New requests are refused before the kernel ends Envoy with all that runs in it. */
function overload(memoryBytes: number): object {
  const heap = 'envoy.resource_monitors.fixed_heap';
  const at = (value: number) => [{ name: heap, threshold: { value } }];
  return {
    refresh_interval: '0.25s',
    resource_monitors: [
      {
        name: heap,
        typed_config: typed('envoy.extensions.resource_monitors.fixed_heap.v3.FixedHeapConfig', {
          max_heap_size_bytes: Math.floor(memoryBytes * 0.9),
        }),
      },
      {
        name: 'envoy.resource_monitors.global_downstream_max_connections',
        typed_config: typed(
          'envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig',
          { max_active_downstream_connections: MOST_CONNECTIONS },
        ),
      },
    ],
    actions: [
      { name: 'envoy.overload_actions.shrink_heap', triggers: at(0.85) },
      { name: 'envoy.overload_actions.stop_accepting_requests', triggers: at(0.95) },
    ],
  };
}

function socket(address: string, port: number): object {
  return { socket_address: { address, port_value: port } };
}
