import { MetricsTarget } from '../../core/watchable';
import { alertRule, ofOthers } from './alert-rule';
import { AlertSeverity } from './alert-severity';
import { MonitoringRule } from './monitoring-rule';

const MOST_OF_LIMIT = 0.9;
const BY = 'max by (namespace, pod, container)';

/**
 * The alert of containers that are near their limit of memory, from what the kubelet tells of them.
 *
 * @internal
 */
export function containerMemoryRules(target: MetricsTarget): MonitoringRule[] {
  const series = (what: string) => ofOthers(`container_${what}`, target, 'container!=""');
  return [
    alertRule(target, {
      name: 'ContainerMemoryNearLimit',
      severity: AlertSeverity.WARNING,
      expr: `${BY} (${series('memory_working_set_bytes')}) / (${BY} (${series('spec_memory_limit_bytes')}) > 0) > ${MOST_OF_LIMIT}`,
      for: '10m',
      ofOtherNamespace: true,
      summary:
        'Container {{ $labels.container }} of pod {{ $labels.pod }} has used {{ $value | humanizePercentage }} of its memory for 10m',
      description: 'Namespace {{ $labels.namespace }}. Above its limit it is ended.',
    }),
  ];
}
