import { Metric } from '../../catalog/metric';
import { MetricExporter } from '../../catalog/metric-kind';
import { FATAL_XID_ERRORS } from '../../catalog/xid-errors';
import { MetricsTarget } from '../../core/watchable';
import { missingFrom } from '../../metrics/contract/scraped-target';
import { targetMatchers } from '../indicators/selectors';
import { alertRule, ofOthers } from './alert-rule';
import { AlertSeverity } from './alert-severity';
import { MonitoringRule } from './monitoring-rule';

const dcgm = (name: string) => Metric.of(MetricExporter.DCGM, name);

/** A counter that every list of the exporter has. */
const TEMPERATURE = dcgm('DCGM_FI_DEV_GPU_TEMP');
const XID_COUNT = dcgm('DCGM_EXP_XID_ERRORS_COUNT');
const LAST_XID = dcgm('DCGM_FI_DEV_XID_ERRORS');
const THROTTLED = dcgm('DCGM_FI_DEV_THERMAL_VIOLATION');
const REMAP_FAILED = dcgm('DCGM_FI_DEV_ROW_REMAP_FAILURE');

/** How long a GPU that is gone is remembered. */
const MEMORY_OF_GPUS = '6h';
/** How long an XID error is told of: the exporter counts those of the last five minutes. */
const MEMORY_OF_XIDS = '1h';

/** Device plugins may give one GPU to several pods: series are told apart by pod, and rules go by GPU. */
const BY_GPU = 'max by (node, UUID, gpu)';

/**
 * Alerts of GPUs, from NVIDIA's exporter of DCGM.
 *
 * @internal
 */
export function gpuRules(target: MetricsTarget): MonitoringRule[] {
  const exposes = (metric: Metric) => missingFrom(target, metric).length === 0;
  return [
    ...(exposes(TEMPERATURE) ? [gpuLost(target)] : []),
    ...xidRules(target, exposes(XID_COUNT)),
    ...(exposes(REMAP_FAILED) ? [memoryFails(target)] : []),
    ...(exposes(THROTTLED) ? [throttled(target)] : []),
  ];
}

/** The index of a GPU changes when one before it is gone: its UUID does not. */
function gpuLost(target: MetricsTarget): MonitoringRule {
  const series = ofOthers(TEMPERATURE.name, target);
  const known = `max by (node, UUID) (last_over_time(${series}[${MEMORY_OF_GPUS}]))`;
  const answers = `max by (node) (up{${targetMatchers(target).join(',')}}) == 1`;
  return alertRule(target, {
    name: 'GpuLost',
    severity: AlertSeverity.CRITICAL,
    expr: `(${known} unless max by (node, UUID) (${series})) and on (node) (${answers})`,
    for: '5m',
    summary: 'GPU {{ $labels.UUID }} of node {{ $labels.node }} is gone, and the node is not',
    description: `It had been there within ${MEMORY_OF_GPUS}; ${target.jobName} on the node answers. Pods that use it hang or fail.`,
  });
}

/** A later error, often that of the program that fell over the first, takes the place of the last one: counts are better. */
function xidRules(target: MetricsTarget, counts: boolean): MonitoringRule[] {
  const [metric, label] = counts ? [XID_COUNT, 'xid'] : [LAST_XID, 'err_code'];
  if (missingFrom(target, metric).length > 0 || !metric.labelsAt(target.version).includes(label)) return [];
  const series = ofOthers(metric.name, target, `${label}=~"${Object.keys(FATAL_XID_ERRORS).join('|')}"`);
  return [
    alertRule(target, {
      name: 'GpuXidFatal',
      severity: AlertSeverity.CRITICAL,
      expr: `max by (node, UUID, gpu, ${label}) (max_over_time(${series}[${MEMORY_OF_XIDS}])) > 0`,
      summary: `GPU {{ $labels.gpu }} of node {{ $labels.node }} has had XID error {{ $labels.${label} }}`,
      description: `${label === 'xid' ? '' : 'It is the last error that the driver saw. '}GPU {{ $labels.UUID }} does not mend itself: NVIDIA's catalog asks for a reset or a restart.`,
    }),
  ];
}

function memoryFails(target: MetricsTarget): MonitoringRule {
  return alertRule(target, {
    name: 'GpuMemoryFailing',
    severity: AlertSeverity.CRITICAL,
    expr: `${BY_GPU} (${ofOthers(REMAP_FAILED.name, target)}) > 0`,
    for: '5m',
    summary: 'GPU {{ $labels.gpu }} of node {{ $labels.node }} has run out of spare rows of memory',
    description: 'GPU {{ $labels.UUID }} could not replace a row with errors: it is to be taken out of use.',
  });
}

/** Whether the counter is in nano- or in microseconds has differed between releases of DCGM: that it rises says enough. */
function throttled(target: MetricsTarget): MonitoringRule {
  return alertRule(target, {
    name: 'GpuThrottled',
    severity: AlertSeverity.WARNING,
    expr: `${BY_GPU} (rate(${ofOthers(THROTTLED.name, target)}[5m])) > 0`,
    for: '10m',
    summary: 'GPU {{ $labels.gpu }} of node {{ $labels.node }} has been slowed down by heat for 10m',
    description: 'GPU {{ $labels.UUID }}. A model on several GPUs goes at the pace of the slowest.',
  });
}
