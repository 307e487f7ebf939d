import { Metric } from '../../catalog/metric';
import { MetricExporter } from '../../catalog/metric-kind';
import { MetricsTarget } from '../../core/watchable';
import { select } from '../indicators/selectors';
import { alertRule } from './alert-rule';
import { AlertSeverity } from './alert-severity';
import { MonitoringRule } from './monitoring-rule';

const of = (name: string) => Metric.of(MetricExporter.MODEL_SYNC, `model_sync_${name}`);
const REFUSED = of('refused');
const SUCCESS = of('last_success_timestamp_seconds');
const LATE_AFTER = of('late_after_seconds');

/**
 * Alerts of the sync of a site: it refuses the release that is offered, or has not had the newest one for longer than its link may be cut.
 *
 * @internal
 */
export function syncRules(target: MetricsTarget): MonitoringRule[] {
  if (!target.exporters.includes(MetricExporter.MODEL_SYNC)) return [];
  const by = '(model, channel)';
  const age = `time() - max by ${by} (${select(SUCCESS, target)})`;
  return [
    alertRule(target, {
      name: 'ModelSyncRefused',
      severity: AlertSeverity.WARNING,
      expr: `max by (model, channel, reason) (${select(REFUSED, target)}) == 1`,
      for: '5m',
      summary:
        'A site refuses the release of {{ $labels.model }} in channel {{ $labels.channel }}: {{ $labels.reason }}',
      description: `Job ${target.jobName} in namespace ${target.namespace}. What was there before is served on.`,
    }),
    alertRule(target, {
      name: 'ModelSyncLate',
      severity: AlertSeverity.WARNING,
      expr: `${age} > on ${by} max by ${by} (${select(LATE_AFTER, target)})`,
      for: '15m',
      summary: 'A site has not had the newest release of {{ $labels.model }} for {{ $value | humanizeDuration }}',
      description:
        `Job ${target.jobName} in namespace ${target.namespace}, channel {{ $labels.channel }}. The link to the store is cut for longer than it may, or what ` +
        'comes does not come in its windows.',
    }),
  ];
}
