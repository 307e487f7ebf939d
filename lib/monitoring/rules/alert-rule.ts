import { MetricsTarget } from '../../core/watchable';
import { quoted } from '../indicators/selectors';
import { AlertSeverity } from './alert-severity';
import { MonitoringRule } from './monitoring-rule';

/** What an alert is made from. @internal */
export interface AlertRule {
  readonly name: string;
  readonly severity: AlertSeverity;
  readonly expr: string;
  /** @default - it fires at once */
  readonly for?: string;
  /** Whether its series name the namespace that it is about, which is not that of the target. @default false */
  readonly ofOtherNamespace?: boolean;
  /** Labels beside the severity, the job and the namespace. @default - none */
  readonly labels?: { readonly [label: string]: string };
  readonly summary: string;
  readonly description: string;
}

/**
 * An alert about a workload, or about what it tells of.
 *
 * @internal
 */
export function alertRule({ jobName, namespace }: MetricsTarget, alert: AlertRule): MonitoringRule {
  const { name, severity, expr, ofOtherNamespace, labels = {}, summary, description } = alert;
  return {
    alert: name,
    expr,
    ...(alert.for ? { for: alert.for } : {}),
    labels: { severity, job: jobName, ...(ofOtherNamespace ? {} : { namespace }), ...labels },
    annotations: { summary, description },
  };
}

/**
 * A selector of what a target tells of other pods and of nodes: its scrape honors their namespaces, so that its own selects nothing.
 *
 * @internal
 */
export function ofOthers(metric: string, { jobName }: MetricsTarget, ...matchers: readonly string[]): string {
  return `${metric}{${[`job=${quoted(jobName)}`, ...matchers].join(',')}}`;
}
