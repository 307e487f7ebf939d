import { Metric } from '../../catalog/metric';
import { MetricExporter, MetricFeature } from '../../catalog/metric-kind';
import { MetricsTarget } from '../../core/watchable';
import { targetMatchers } from '../indicators/selectors';
import { alertRule } from './alert-rule';
import { AlertSeverity } from './alert-severity';
import { MonitoringRule } from './monitoring-rule';

const SENT = Metric.of(MetricExporter.ENVOY, 'envoy_cluster_upstream_rq_total');
const AGAIN = Metric.of(MetricExporter.ENVOY, 'envoy_cluster_upstream_rq_retry');
const HEALTHY = Metric.of(MetricExporter.ENVOY, 'envoy_cluster_membership_healthy');

/** Minutes for which a gateway reaches no cloud until somebody is told. @internal */
export const CLOUD_UNREACHABLE_MINUTES = 5;

/** Requests that a gateway of a site sends, by `destination`: `site` or `cloud`. @internal */
export const GATEWAY_REQUESTS = 'inference_gateway_requests_per_second';
/** Those that its site has failed at, and that were sent to the cloud. @internal */
export const GATEWAY_SPILLED = 'inference_gateway_spilled_per_second';
/** Those for the cloud that it did not take, and that were sent to the site. @internal */
export const GATEWAY_FALLBACKS = 'inference_gateway_fallbacks_per_second';

/** Envoy's clusters in the configuration of `InferenceGateway`: names of the site's servers have a slash, and the second try is counted of the way. */
const CLUSTERS = { cloud: '="cloud"', site: '=~".+/.+"', first: '=~"first_.+"', last: '=~"last_.+"' };

/**
 * What is recorded and alerted on of a gateway that has a cloud.
 *
 * @internal
 */
export function cloudRules(target: MetricsTarget): MonitoringRule[] {
  if (!target.features.includes(MetricFeature.GATEWAY_CLOUD)) return [];
  const { jobName: job, namespace } = target;
  const of = (metric: Metric, clusters: keyof typeof CLUSTERS) =>
    `${metric.name}{${[...targetMatchers(target), `envoy_cluster_name${CLUSTERS[clusters]}`].join(',')}}`;
  const recorded = (record: string, metric: Metric, clusters: keyof typeof CLUSTERS, labels: object = {}) => ({
    record,
    expr: `sum(rate(${of(metric, clusters)}[5m]))`,
    labels: { job, namespace, ...labels },
  });
  return [
    recorded(GATEWAY_REQUESTS, SENT, 'site', { destination: 'site' }),
    recorded(GATEWAY_REQUESTS, SENT, 'cloud', { destination: 'cloud' }),
    recorded(GATEWAY_SPILLED, AGAIN, 'first'),
    recorded(GATEWAY_FALLBACKS, AGAIN, 'last'),
    alertRule(target, {
      name: 'CloudUnreachable',
      severity: AlertSeverity.CRITICAL,
      expr: `max(${of(HEALTHY, 'cloud')}) == 0`,
      for: `${CLOUD_UNREACHABLE_MINUTES}m`,
      summary: `${job} has not reached its cloud for ${CLOUD_UNREACHABLE_MINUTES}m`,
      description: `Job ${job} in namespace ${namespace}. No pod of the gateway connects to the cloud, or their breakers are open: requests for the cloud get the declared fallback.`,
    }),
  ];
}
