import { Metric } from '../../catalog/metric';
import { MetricExporter } from '../../catalog/metric-kind';
import { MetricsTarget } from '../../core/watchable';
import { select } from '../indicators/selectors';
import { alertRule } from './alert-rule';
import { AlertSeverity } from './alert-severity';
import { MonitoringRule } from './monitoring-rule';

const STOPPED = Metric.of(MetricExporter.MODEL_ROLLOUT, 'model_rollout_stopped');

/**
 * The alert of a rollout that has stopped.
 *
 * @internal
 */
export function rolloutRules(target: MetricsTarget): MonitoringRule[] {
  if (!target.exporters.includes(MetricExporter.MODEL_ROLLOUT)) return [];
  return [
    alertRule(target, {
      name: 'ModelRolloutStopped',
      severity: AlertSeverity.WARNING,
      expr: `max by (model, channel, reason) (${select(STOPPED, target)}) == 1`,
      summary:
        'The rollout of a release of {{ $labels.model }} in channel {{ $labels.channel }} has stopped: {{ $labels.reason }}',
      description: `Job ${target.jobName} in namespace ${target.namespace}. No other ring gets it; the log of the Job says which sites failed.`,
    }),
  ];
}
