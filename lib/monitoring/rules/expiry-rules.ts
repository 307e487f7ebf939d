import { Metric } from '../../catalog/metric';
import { MetricExporter } from '../../catalog/metric-kind';
import { MetricsTarget } from '../../core/watchable';
import { missingFrom } from '../../metrics/contract/scraped-target';
import { select } from '../indicators/selectors';
import { alertRule, ofOthers } from './alert-rule';
import { AlertSeverity } from './alert-severity';
import { MonitoringRule } from './monitoring-rule';

const OF_LISTENER = Metric.of(MetricExporter.ENVOY, 'envoy_listener_ssl_certificate_expiration_unix_time_seconds');
const OF_KUBELET = Metric.of(MetricExporter.KUBELET, 'kubelet_certificate_manager_server_ttl_seconds');

const DAY_SECONDS = 86_400;
/** Renewals are due a month before the end or earlier: what is left when nobody has seen that they fail. */
const LEFT = [
  { days: 14, severity: AlertSeverity.WARNING },
  { days: 3, severity: AlertSeverity.CRITICAL },
];

/**
 * Alerts of certificates that end soon: of gateways, and of kubelets.
 *
 * @internal
 */
export function expiryRules(target: MetricsTarget): MonitoringRule[] {
  const exposes = (metric: Metric) => missingFrom(target, metric).length === 0;
  const rules = (by: string, left: string, whose: string) =>
    LEFT.map(({ days, severity }) =>
      alertRule(target, {
        name: 'CertificateExpiring',
        severity,
        expr: `min by (${by}) (${left}) < ${days * DAY_SECONDS}`,
        for: '10m',
        summary: `The certificate of ${whose} ends in {{ $value | humanizeDuration }}`,
        description: `Job ${target.jobName} in namespace ${target.namespace}. Below ${days} days: it has not been renewed.`,
      }),
    );
  return [
    ...(exposes(OF_LISTENER)
      ? rules(
          'envoy_listener_address',
          `${select(OF_LISTENER, target)} - time()`,
          `${target.jobName}, port {{ $labels.envoy_listener_address }},`,
        )
      : []),
    ...(exposes(OF_KUBELET)
      ? rules('node', ofOthers(OF_KUBELET.name, target), 'the kubelet of node {{ $labels.node }}')
      : []),
  ];
}
