import { Metric } from '../../catalog/metric';
import { MetricExporter } from '../../catalog/metric-kind';
import { MetricsTarget } from '../../core/watchable';
import { select } from '../indicators/selectors';
import { alertRule } from './alert-rule';
import { AlertSeverity } from './alert-severity';
import { MonitoringRule } from './monitoring-rule';

const SENT = Metric.of(MetricExporter.VMAGENT, 'vmagent_remotewrite_blocks_sent_total');
const PENDING = Metric.of(MetricExporter.VMAGENT, 'vmagent_remotewrite_pending_data_bytes');
const REFUSED = Metric.of(MetricExporter.VMAGENT, 'vmagent_remotewrite_packets_dropped_total');
const ON_DISK = Metric.of(MetricExporter.VMAGENT, 'vm_persistentqueue_bytes_pending');
const ROOM = Metric.of(MetricExporter.VMAGENT, 'vm_persistentqueue_free_disk_space_bytes');
const DROPPED = Metric.of(MetricExporter.VMAGENT, 'vm_persistentqueue_bytes_dropped_total');

/** Minutes in which nothing is sent, and for which that is so, until somebody is told. @internal */
export const UPLINK_DOWN_MINUTES = { sent: 5, for: 5 };

/** A quarter of the disk is left for somebody to act. */
const FULL = 0.75;

/**
 * Alerts of a site about its way to the hub, evaluated at the site: they fire while it is cut off.
 *
 * @internal
 */
export function uplinkRules(target: MetricsTarget): MonitoringRule[] {
  if (!target.exporters.includes(MetricExporter.VMAGENT)) return [];
  const sum = (metric: Metric) => `sum(${select(metric, target)})`;
  const grown = (metric: Metric) => `sum(increase(${select(metric, target)}[15m])) > 0`;
  return [
    alertRule(target, {
      name: 'UplinkDown',
      severity: AlertSeverity.WARNING,
      expr: `sum(rate(${select(SENT, target)}[${UPLINK_DOWN_MINUTES.sent}m])) == 0 and ${sum(PENDING)} > 0`,
      for: `${UPLINK_DOWN_MINUTES.for}m`,
      summary: 'Nothing has reached the hub for ten minutes',
      description:
        'The link is down, the hub is, or it refuses the credential. What cannot be sent is kept on the disk of vmagent and sent when the hub is back; ' +
        'alerts are raised here all the same.',
    }),
    alertRule(target, {
      name: 'UplinkBufferFilling',
      severity: AlertSeverity.CRITICAL,
      expr: `${sum(ON_DISK)} / (${sum(ON_DISK)} + ${sum(ROOM)}) > ${FULL}`,
      for: '5m',
      summary: 'What waits for the hub fills {{ $value | humanizePercentage }} of its disk',
      description: 'When it is full, the oldest is dropped: series of this site will have a gap at the hub.',
    }),
    ...[
      {
        metric: REFUSED,
        what: 'The hub refuses what is written to it: {{ $value | humanize }} blocks within 15m are lost there',
      },
      {
        metric: DROPPED,
        what: 'The disk for the hub is full: {{ $value | humanize1024 }}B of the oldest were dropped within 15m',
      },
    ].map(({ metric, what }) =>
      alertRule(target, {
        name: 'UplinkLosesSamples',
        severity: AlertSeverity.CRITICAL,
        expr: grown(metric),
        summary: what,
        description:
          'Series of this site will have a gap at the hub; its own Prometheus has them for as long as it keeps series.',
      }),
    ),
  ];
}
