import { HTTP_OPTIONS, NO_LIMIT, byName, endpoints, keyFilter } from './cluster-parts';
import { edgeClusters } from './edge-clusters';
import { AUTHORITY_FILE, FILES, GATEWAY_PORTS, GatewayPlan, MOUNTS, PlannedUpstream } from './gateway-plan';
import { JWT_KEYS } from './http-filters';
import { httpFilter, typed } from './typed';
import { authorityIn, tlsTo } from './upstream-tls';

/** Name of the cluster that is Envoy's own administration. @internal */
export const ADMIN = 'admin';

/** Name of the issuer's authority as Envoy discovers it. */
const AUTHORITY = 'authority';
const ISSUER_AUTHORITY = { name: AUTHORITY, path: `${MOUNTS.config}/${FILES.issuer}` };

/**
 * uvicorn, which vLLM and Triton's front end run in, closes connections that were idle for 5 s; one that is closed while a request is sent fails it.
 *
 * @see https://www.uvicorn.org/settings/#timeouts
 */
const IDLE_CONNECTION = '4s';

/**
 * What Envoy connects to: pods of models, its own administration, and the keys of an issuer.
 *
 * @internal
 */
export function clusters(plan: GatewayPlan): object[] {
  return [
    ...plan.upstreams.map(upstreamCluster),
    ...(plan.edge ? edgeClusters(plan.edge) : []),
    adminCluster(),
    ...(plan.jwt ? [keysCluster(plan.jwt)] : []),
  ];
}

function upstreamCluster({ name, host, port, healthPath, key, maxRequests = NO_LIMIT }: PlannedUpstream): object {
  return {
    name,
    // A headless Service has the addresses of the pods that are ready.
    cluster_type: byName(),
    connect_timeout: '2s',
    lb_policy: 'LEAST_REQUEST',
    common_lb_config: {
      // Only where none is healthy, all are tried: a check that comes late under load must not stop what still works.
      healthy_panic_threshold: { value: 1 },
    },
    load_assignment: endpoints(name, host, port),
    circuit_breakers: {
      thresholds: [
        {
          max_connections: NO_LIMIT,
          max_pending_requests: NO_LIMIT,
          max_requests: maxRequests,
          max_retries: NO_LIMIT,
        },
      ],
    },
    health_checks: [
      {
        timeout: '3s',
        interval: '5s',
        no_traffic_interval: '5s',
        unhealthy_interval: '2s',
        unhealthy_threshold: 2,
        healthy_threshold: 1,
        reuse_connection: false,
        http_health_check: { path: healthPath },
      },
    ],
    outlier_detection: {
      split_external_local_origin_errors: true,
      consecutive_local_origin_failure: 2,
      enforcing_consecutive_5xx: 0,
      enforcing_consecutive_gateway_failure: 0,
      enforcing_success_rate: 0,
      enforcing_local_origin_success_rate: 0,
      interval: '2s',
      base_ejection_time: '5s',
      max_ejection_percent: 50,
    },
    typed_extension_protocol_options: {
      [HTTP_OPTIONS]: typed(HTTP_OPTIONS, {
        explicit_http_config: { http_protocol_options: {} },
        common_http_protocol_options: { idle_timeout: IDLE_CONNECTION },
        http_filters: [
          ...(key === undefined ? [] : [keyFilter(name, key)]),
          httpFilter('upstream_codec', 'UpstreamCodec'),
        ],
      }),
    },
  };
}

function adminCluster(): object {
  return {
    name: ADMIN,
    type: 'STATIC',
    connect_timeout: '1s',
    load_assignment: endpoints(ADMIN, '127.0.0.1', GATEWAY_PORTS.admin),
  };
}

function keysCluster({ keysUrl, keysAuthority }: NonNullable<GatewayPlan['jwt']>): object {
  const { protocol, hostname, port } = new URL(keysUrl);
  const isPlain = protocol === 'http:';
  // IPv6 addresses are in brackets in a URL alone.
  const host = hostname.replace(/^\[|\]$/g, '');
  return {
    name: JWT_KEYS,
    cluster_type: byName(),
    connect_timeout: '5s',
    load_assignment: endpoints(JWT_KEYS, host, port === '' ? (isPlain ? 80 : 443) : Number(port)),
    ...(isPlain ? {} : { transport_socket: tlsTo(host, keysAuthority && { authority: ISSUER_AUTHORITY }) }),
  };
}

/**
 * The authority of an issuer, as Envoy discovers it: its file, watched.
 *
 * @internal
 */
export function authorityFile(): object {
  return authorityIn(AUTHORITY, MOUNTS.issuer, AUTHORITY_FILE);
}
