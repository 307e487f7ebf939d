import { Metric } from '../../catalog/metric';
import { MetricExporter } from '../../catalog/metric-kind';
import { MetricsTarget } from '../../core/watchable';
import { missingFrom } from '../../metrics/contract/scraped-target';
import { select } from '../indicators/selectors';
import { alertRule } from './alert-rule';
import { AlertSeverity } from './alert-severity';
import { MonitoringRule } from './monitoring-rule';

const RULE_FAILURES = Metric.of(MetricExporter.PROMETHEUS, 'prometheus_rule_evaluation_failures_total');
const NOT_TOLD = Metric.of(MetricExporter.PROMETHEUS, 'prometheus_notifications_errors_total');
const NOT_WRITTEN = Metric.of(MetricExporter.PROMETHEUS, 'prometheus_remote_storage_samples_failed_total');
const WRITTEN_UNTIL = Metric.of(
  MetricExporter.PROMETHEUS,
  'prometheus_remote_storage_queue_highest_sent_timestamp_seconds',
);
const NOT_NOTIFIED = Metric.of(MetricExporter.ALERTMANAGER, 'alertmanager_notifications_failed_total');

/** A receiver that is away for the time of its own restart is tried again by then. */
const WINDOW = '15m';
const FOR = '5m';
/** Prometheus sends what it has scraped within seconds; it keeps for about two hours what it could not send. */
const LATE_SECONDS = 900;

/**
 * Alerts of the monitoring itself: rules that are not evaluated, notifications that reach nobody, series that are not written elsewhere. Those of a
 * Prometheus that is down, or reaches no Alertmanager, reach nobody either: `heartbeatReceiver` tells of that.
 *
 * @internal
 */
export function monitoringServerRules(target: MetricsTarget): MonitoringRule[] {
  const exposes = (metric: Metric) => missingFrom(target, metric).length === 0;
  const { exporters } = target;
  if (exporters.includes(MetricExporter.ALERTMANAGER)) return [notificationsFail(target)];
  if (!exporters.includes(MetricExporter.PROMETHEUS)) return [];
  return [
    rulesFail(target),
    alertsNotSent(target),
    ...(exposes(NOT_WRITTEN) ? [remoteWriteLoses(target), remoteWriteLate(target)] : []),
  ];
}

function rulesFail(target: MetricsTarget): MonitoringRule {
  return alertRule(target, {
    name: 'RulesFail',
    severity: AlertSeverity.CRITICAL,
    expr: `sum by (pod, rule_group) (increase(${select(RULE_FAILURES, target)}[${WINDOW}])) > 0`,
    for: FOR,
    summary: 'Rules of {{ $labels.rule_group }} fail: their alerts cannot fire',
    description: 'Prometheus in pod {{ $labels.pod }} could not evaluate {{ $value | humanize }} rules within 15m.',
  });
}

function alertsNotSent(target: MetricsTarget): MonitoringRule {
  return alertRule(target, {
    name: 'NotificationsFail',
    severity: AlertSeverity.CRITICAL,
    expr: `sum by (pod, alertmanager) (increase(${select(NOT_TOLD, target)}[${WINDOW}])) > 0`,
    for: FOR,
    summary: 'Prometheus cannot send alerts to {{ $labels.alertmanager }}',
    description: '{{ $value | humanize }} alerts of pod {{ $labels.pod }} did not reach that Alertmanager within 15m.',
  });
}

function notificationsFail(target: MetricsTarget): MonitoringRule {
  return alertRule(target, {
    name: 'NotificationsFail',
    severity: AlertSeverity.CRITICAL,
    expr: `sum by (pod, integration) (increase(${select(NOT_NOTIFIED, target)}[${WINDOW}])) > 0`,
    for: FOR,
    summary: 'Notifications by {{ $labels.integration }} reach nobody',
    description:
      'Alertmanager in pod {{ $labels.pod }} gave up {{ $value | humanize }} notifications within 15m: the receiver refuses them, or cannot be reached.',
  });
}

function remoteWriteLoses(target: MetricsTarget): MonitoringRule {
  return alertRule(target, {
    name: 'RemoteWriteFails',
    severity: AlertSeverity.CRITICAL,
    expr: `sum by (pod, url) (increase(${select(NOT_WRITTEN, target)}[${WINDOW}])) > 0`,
    for: FOR,
    summary: '{{ $labels.url }} refuses what is written to it',
    description: '{{ $value | humanize }} samples of pod {{ $labels.pod }} within 15m are lost there.',
  });
}

function remoteWriteLate(target: MetricsTarget): MonitoringRule {
  return alertRule(target, {
    name: 'RemoteWriteFails',
    severity: AlertSeverity.WARNING,
    expr: `time() - max by (pod, url) (${select(WRITTEN_UNTIL, target)}) > ${LATE_SECONDS}`,
    for: FOR,
    summary: 'Nothing has been written to {{ $labels.url }} for {{ $value | humanizeDuration }}',
    description:
      'It cannot be reached, or refuses the credential. Prometheus in pod {{ $labels.pod }} keeps about two hours of what it could not send.',
  });
}
