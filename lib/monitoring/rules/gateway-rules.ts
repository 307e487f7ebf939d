import { Metric } from '../../catalog/metric';
import { MetricExporter } from '../../catalog/metric-kind';
import { MetricsTarget } from '../../core/watchable';
import { targetMatchers } from '../indicators/selectors';
import { cloudRules } from './cloud-rules';
import { MonitoringRule } from './monitoring-rule';

const ANSWERED = Metric.of(MetricExporter.ENVOY, 'envoy_http_downstream_rq_xx');
/** Requests that Envoy answers by 503 itself, because Kubernetes names no pod that is ready. */
const NOBODY = Metric.of(MetricExporter.ENVOY, 'envoy_cluster_upstream_cx_none_healthy');
const HEALTHY = Metric.of(MetricExporter.ENVOY, 'envoy_cluster_membership_healthy');

/**
 * What Envoy calls what callers connect to: the configuration of this library, and Envoy Gateway by protocol and port.
 *
 * @see https://github.com/envoyproxy/gateway/blob/v1.8.1/internal/xds/translator/listener.go: `hcmStatPrefix`
 */
const CALLERS = 'gateway|https?-[0-9]+';

/** Share of failed requests, as for servers. */
const MAX_FAILED_PERCENT = 5;
const FOR = '5m';

/**
 * Whether a workload is a gateway, which has no model of its own.
 *
 * @internal
 */
export function isGateway({ exporters }: MetricsTarget): boolean {
  return exporters.includes(MetricExporter.ENVOY);
}

/**
 * Alerts of a gateway: what its callers see, and servers that it cannot reach.
 *
 * @internal
 */
export function gatewayRules(target: MetricsTarget): MonitoringRule[] {
  return [requestsFail(target), ...(target.unseenServers ? [] : [noServerBehind(target)]), ...cloudRules(target)];
}

function requestsFail(target: MetricsTarget): MonitoringRule {
  const { jobName: job, namespace, scaledToZeroServices = [] } = target;
  const rate = (...matchers: string[]) => {
    const all = [...targetMatchers(target), `envoy_http_conn_manager_prefix=~"${CALLERS}"`, ...matchers];
    return `sum(rate(${ANSWERED.name}{${all.join(',')}}[5m]))`;
  };
  const failed = [rate('envoy_response_code_class="5"'), ...scaledToZeroServices.map((name) => nobody(target, name))];
  return {
    alert: 'GatewayRequestsFail',
    expr: `100 * ${failed.length > 1 ? `(${failed.join(' - ')})` : failed[0]} / ${rate()} > ${MAX_FAILED_PERCENT}`,
    for: FOR,
    labels: { severity: 'critical', job, namespace },
    annotations: {
      summary: `{{ $value | printf "%.0f" }} % of the requests to ${job} have failed for ${FOR}`,
      description: `Job ${job} in namespace ${namespace}. What callers get, whichever model they ask for; limits that are reached and wrong keys do not count${scaledToZeroServices.length > 0 ? ', nor do requests that wake a model without servers' : ''}.`,
      runbook:
        '1. Which: the log of its pods has a line for each request, with model, status, server and details (kubectl logs). 2. Servers: ' +
        'do GatewayHasNoServer or alerts of the servers fire? no_healthy_upstream and upstream_reset in the details are theirs. 3. Time: ' +
        'stream_idle_timeout in the details means answers that were silent for longer than idleTimeout. 4. Change: did it begin with a rollout? ' +
        'Roll it back.',
    },
  };
}

/** Requests for a model that is scaled to zero: a refusal is how a gateway tells its scaler of them, for as long as a server starts. */
function nobody(target: MetricsTarget, name: string): string {
  const matchers = [...targetMatchers(target), `envoy_cluster_name="${name}"`];
  return `(sum(rate(${NOBODY.name}{${matchers.join(',')}}[5m])) or vector(0))`;
}

function noServerBehind(target: MetricsTarget): MonitoringRule {
  const { jobName: job, namespace, scaledToZeroServices = [] } = target;
  // Servers of models have a namespace in their names, `<namespace>/<service>` or `httproute/<namespace>/<route>/...`; administration has not.
  const meant = ['envoy_cluster_name=~".+/.+"', ...scaledToZeroServices.map((name) => `envoy_cluster_name!="${name}"`)];
  const matchers = [...targetMatchers(target), ...meant];
  return {
    alert: 'GatewayHasNoServer',
    expr: `max by (envoy_cluster_name) (${HEALTHY.name}{${matchers.join(',')}}) == 0`,
    for: FOR,
    labels: { severity: 'critical', job, namespace },
    annotations: {
      summary: `${job} has had no server of {{ $labels.envoy_cluster_name }} for ${FOR}`,
      description: `Job ${job} in namespace ${namespace}. Requests for the models of that Service are answered by HTTP 503.`,
      runbook:
        '1. Pods of the Service: kubectl get pods, endpointslices in its namespace. Are any ready? 2. If they are: may the gateway reach them ' +
        'through the network policies, and does /health answer? 3. Scaled to zero on purpose, by a scaler that this program does not know of: say so (scalesToZero).',
    },
  };
}
