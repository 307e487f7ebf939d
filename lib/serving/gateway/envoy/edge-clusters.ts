import { HTTP_OPTIONS, NO_LIMIT, byName, endpoints, keyFilter } from './cluster-parts';
import { CLOUD, PlannedCloud, PlannedEdge, TO_CLOUD, wayTo } from './edge-plan';
import { AUTHORITY_FILE, FILES, MOUNTS } from './gateway-plan';
import { httpFilter, typed } from './typed';
import { authorityIn, certificateIn, tlsTo } from './upstream-tls';

/** How the gateway looks whether its cloud takes connections, in seconds: every so often, and again after the first failure. */
const CHECK = { timeout: 3, interval: 10, again: 2, failures: 2 };

/** Seconds after which a cut link has been noticed at the latest: requests are not sent there any more. @internal */
export const CUT_NOTICED_SECONDS =
  CHECK.interval + CHECK.timeout + (CHECK.failures - 1) * (CHECK.again + CHECK.timeout);

/** Names of the authority and of the certificate as Envoy discovers them. */
const AUTHORITY = 'cloud-authority';
const CERTIFICATE = 'cloud-certificate';

const UNLIMITED = {
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
};

/**
 * What Envoy connects to beside the servers of a site: the cloud, and listeners of its own in which a request becomes one of the site or of the cloud. A
 * composite cluster has one of these for each try.
 *
 * @see https://www.envoyproxy.io/docs/envoy/v1.40.0/intro/arch_overview/upstream/composite_cluster
 *
 * @internal
 */
export function edgeClusters({ cloud, servers }: PlannedEdge): object[] {
  return [
    cloudCluster(cloud),
    internal(TO_CLOUD),
    ...servers.flatMap(({ name }) => {
      const site = wayTo('site', name);
      return [
        internal(site),
        composite(wayTo('first', name), [site, TO_CLOUD]),
        composite(wayTo('last', name), [TO_CLOUD, site]),
      ];
    }),
  ];
}

function internal(name: string): object {
  const address = { envoy_internal_address: { server_listener_name: name, endpoint_id: name } };
  return {
    name,
    connect_timeout: '1s',
    load_assignment: { cluster_name: name, endpoints: [{ lb_endpoints: [{ endpoint: { address } }] }] },
    ...UNLIMITED,
  };
}

function composite(name: string, tries: readonly string[]): object {
  return {
    name,
    connect_timeout: '1s',
    lb_policy: 'CLUSTER_PROVIDED',
    cluster_type: {
      name: 'envoy.clusters.composite',
      typed_config: typed('envoy.extensions.clusters.composite.v3.ClusterConfig', {
        clusters: tries.map((each) => ({ name: each })),
      }),
    },
    ...UNLIMITED,
  };
}

function cloudCluster(cloud: PlannedCloud): object {
  const { host, port, key, maxRequests, maxWaiting, retryBudgetPercent } = cloud;
  return {
    name: CLOUD,
    cluster_type: byName(),
    connect_timeout: '5s',
    lb_policy: 'LEAST_REQUEST',
    // An open breaker is one, also where it has all addresses.
    common_lb_config: { healthy_panic_threshold: { value: 0 } },
    load_assignment: endpoints(CLOUD, host, port),
    circuit_breakers: {
      thresholds: [
        {
          max_connections: maxRequests,
          max_requests: maxRequests,
          max_pending_requests: maxWaiting,
          retry_budget: { budget_percent: { value: retryBudgetPercent }, min_retry_concurrency: 3 },
        },
      ],
    },
    // A cut is noticed without a request, and so is its end. That the cloud takes connections closes no breaker.
    health_checks: [
      {
        timeout: `${CHECK.timeout}s`,
        interval: `${CHECK.interval}s`,
        no_traffic_interval: `${CHECK.interval}s`,
        unhealthy_interval: `${CHECK.again}s`,
        unhealthy_threshold: CHECK.failures,
        healthy_threshold: 1,
        reuse_connection: false,
        tcp_health_check: {},
      },
    ],
    outlier_detection: breaker(cloud),
    // An answer is silent while it is made; a link that is cut then says nothing either.
    upstream_connection_options: {
      tcp_keepalive: { keepalive_probes: 3, keepalive_time: 30, keepalive_interval: 10 },
    },
    transport_socket: tlsTo(host, {
      ...(cloud.hasAuthority ? { authority: discovered(AUTHORITY, FILES.cloudAuthority) } : {}),
      ...(cloud.hasCertificate ? { certificate: discovered(CERTIFICATE, FILES.cloudCertificate) } : {}),
    }),
    typed_extension_protocol_options: {
      [HTTP_OPTIONS]: typed(HTTP_OPTIONS, {
        explicit_http_config: { http_protocol_options: {} },
        common_http_protocol_options: { idle_timeout: '60s' },
        http_filters: [...(key ? [keyFilter(CLOUD, key)] : []), httpFilter('upstream_codec', 'UpstreamCodec')],
      }),
    },
  };
}

/** Each time it opens for as long as the first time. */
function breaker({ failures, openSeconds }: PlannedCloud): object {
  return {
    consecutive_5xx: failures,
    enforcing_consecutive_5xx: 100,
    enforcing_consecutive_gateway_failure: 0,
    enforcing_success_rate: 0,
    interval: '1s',
    base_ejection_time: `${openSeconds}s`,
    max_ejection_time: `${openSeconds}s`,
    max_ejection_time_jitter: '0s',
    max_ejection_percent: 100,
    successful_active_health_check_uneject_host: false,
  };
}

function discovered(name: string, file: string): { readonly name: string; readonly path: string } {
  return { name, path: `${MOUNTS.config}/${file}` };
}

/**
 * Files by which Envoy discovers the authority of the cloud and the certificate of the site.
 *
 * @internal
 */
export function cloudFiles({ hasAuthority, hasCertificate }: PlannedCloud): { [file: string]: object } {
  return {
    ...(hasAuthority ? { [FILES.cloudAuthority]: authorityIn(AUTHORITY, MOUNTS.cloudAuthority, AUTHORITY_FILE) } : {}),
    ...(hasCertificate ? { [FILES.cloudCertificate]: certificateIn(CERTIFICATE, MOUNTS.cloudCertificate) } : {}),
  };
}
