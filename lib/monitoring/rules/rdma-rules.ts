import { Metric } from '../../catalog/metric';
import { MetricExporter } from '../../catalog/metric-kind';
import { MetricsTarget } from '../../core/watchable';
import { missingFrom } from '../../metrics/contract/scraped-target';
import { targetMatchers } from '../indicators/selectors';
import { alertRule } from './alert-rule';
import { AlertSeverity } from './alert-severity';
import { MonitoringRule } from './monitoring-rule';

const SENT = Metric.of(MetricExporter.NODE, 'node_network_transmit_bytes_total');
/** What cards for RDMA have sent. */
const BY_RDMA = [
  Metric.of(MetricExporter.EFA, 'node_amazonefa_tx_bytes'),
  Metric.of(MetricExporter.NODE, 'node_infiniband_port_data_transmitted_bytes_total'),
];

/** Names that systemd and the kernel give cards; those of pods (`eni...`, `veth...`) carry the same bytes once more. */
const CARDS = 'eth[0-9]+|en[opsx].+';
/** More than a node sends that answers requests and loads models. */
const BUSY_BYTES_PER_SECOND = 1e8;
/** Less than any collective of a model over several nodes. */
const IDLE_BYTES_PER_SECOND = 1e6;

/**
 * The alert of nodes with cards for RDMA that send much by TCP and nothing by RDMA: NCCL falls back without a word.
 *
 * @internal
 */
export function rdmaRules(target: MetricsTarget): MonitoringRule[] {
  const exposed = BY_RDMA.filter((metric) => missingFrom(target, metric).length === 0);
  if (exposed.length === 0 || missingFrom(target, SENT).length > 0) return [];
  const rate = (name: string, ...matchers: string[]) =>
    `sum by (node) (rate(${name}{${[...targetMatchers(target), ...matchers].join(',')}}[5m]))`;
  const idle = exposed.map(({ name }) => `${rate(name)} < ${IDLE_BYTES_PER_SECOND}`);
  return [
    alertRule(target, {
      name: 'RdmaFellBackToTcp',
      severity: AlertSeverity.WARNING,
      expr: `${rate(SENT.name, `device=~"${CARDS}"`)} > ${BUSY_BYTES_PER_SECOND} and on (node) (${idle.join(' or ')})`,
      for: '10m',
      summary: 'Node {{ $labels.node }} sends {{ $value | humanize1024 }}B/s by TCP, and nothing by RDMA, which it has',
      description:
        'The pods of a group that spans nodes exchange data over the network of the node: NCCL has not found its plugin or its devices, and has ' +
        'fallen back to TCP.',
    }),
  ];
}
