import {
  AUTHORITY_FILE,
  FILES,
  GATEWAY_PORTS,
  GatewayPlan,
  KEY_FILE,
  MOUNTS,
  PlannedUpstream,
  ServerKey,
} from './gateway-plan';
import { JWT_KEYS } from './http-filters';
import { httpFilter, typed } from './typed';

/** Name of the cluster that is Envoy's own administration. @internal */
export const ADMIN = 'admin';

/** Name of the issuer's authority as Envoy discovers it. */
const AUTHORITY = 'authority';

/** Requests wait in the servers, which know how many they run at once. */
const NO_LIMIT = 1_000_000;

/**
 * uvicorn, which vLLM and Triton's front end run in, closes connections that were idle for 5 s; one that is closed while a request is sent fails it.
 *
 * @see https://www.uvicorn.org/settings/#timeouts
 */
const IDLE_CONNECTION = '4s';

const HTTP_OPTIONS = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions';

/**
 * What Envoy connects to: pods of models, its own administration, and the keys of an issuer.
 *
 * @internal
 */
export function clusters(plan: GatewayPlan): object[] {
  return [...plan.upstreams.map(upstreamCluster), adminCluster(), ...(plan.jwt ? [keysCluster(plan.jwt)] : [])];
}

function upstreamCluster({ name, host, port, healthPath, key }: PlannedUpstream): object {
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
          max_requests: NO_LIMIT,
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

/** The key of the server takes the place of whatever the request has; a changed secret counts without a restart. */
function keyFilter(name: string, { file }: ServerKey): object {
  return httpFilter('credential_injector', 'CredentialInjector', {
    overwrite: true,
    credential: {
      name: 'envoy.http.injected_credentials.generic',
      typed_config: typed('envoy.extensions.http.injected_credentials.generic.v3.Generic', {
        credential: { name, sds_config: { path_config_source: { path: `${MOUNTS.config}/${file}` } } },
        header: 'authorization',
        header_value_prefix: 'Bearer ',
      }),
    },
  });
}

/**
 * Files by which Envoy discovers the keys of servers, by their names: each has one, as Envoy demands.
 *
 * @internal
 */
export function serverKeyFiles(upstreams: readonly PlannedUpstream[]): { [file: string]: object } {
  const files = upstreams.flatMap(({ name, key }) => (key ? [[key.file, discoveredKey(name, key)] as const] : []));
  return Object.fromEntries(files);
}

function discoveredKey(name: string, { folder }: ServerKey): object {
  const secret = { filename: `${folder}/${KEY_FILE}`, watched_directory: { path: folder } };
  return {
    resources: [typed('envoy.extensions.transport_sockets.tls.v3.Secret', { name, generic_secret: { secret } })],
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
    ...(isPlain ? {} : { transport_socket: issuerSocket(host, keysAuthority !== undefined) }),
  };
}

function issuerSocket(host: string, hasAuthority: boolean): object {
  const isAddress = host.includes(':') || /^[\d.]+$/.test(host);
  const names = {
    match_typed_subject_alt_names: [{ san_type: isAddress ? 'IP_ADDRESS' : 'DNS', matcher: { exact: host } }],
  };
  return {
    name: 'envoy.transport_sockets.tls',
    typed_config: typed('envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext', {
      ...(isAddress ? {} : { sni: host }),
      common_tls_context: hasAuthority
        ? {
            combined_validation_context: {
              default_validation_context: names,
              validation_context_sds_secret_config: {
                name: AUTHORITY,
                sds_config: { path_config_source: { path: `${MOUNTS.config}/${FILES.issuer}` } },
              },
            },
          }
        : { validation_context: { trusted_ca: { filename: '/etc/ssl/certs/ca-certificates.crt' }, ...names } },
    }),
  };
}

/**
 * The authority of an issuer, as Envoy discovers it: its file, watched.
 *
 * @internal
 */
export function authorityFile(): object {
  return {
    resources: [
      typed('envoy.extensions.transport_sockets.tls.v3.Secret', {
        name: AUTHORITY,
        validation_context: {
          trusted_ca: { filename: `${MOUNTS.issuer}/${AUTHORITY_FILE}` },
          watched_directory: { path: MOUNTS.issuer },
        },
      }),
    ],
  };
}

/** All addresses that a name has, asked for again and again. */
function byName(): object {
  return {
    name: 'envoy.clusters.dns',
    typed_config: typed('envoy.extensions.clusters.dns.v3.DnsCluster', {
      dns_lookup_family: 'V4_PREFERRED',
      dns_refresh_rate: '5s',
      dns_failure_refresh_rate: { base_interval: '1s', max_interval: '5s' },
    }),
  };
}

function endpoints(cluster: string, address: string, port: number): object {
  const endpoint = { address: { socket_address: { address, port_value: port } } };
  return { cluster_name: cluster, endpoints: [{ lb_endpoints: [{ endpoint }] }] };
}
