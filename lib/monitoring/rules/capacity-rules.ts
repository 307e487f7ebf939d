import { Metric } from '../../catalog/metric';
import { MetricExporter } from '../../catalog/metric-kind';
import { MetricsTarget } from '../../core/watchable';
import { missingFrom } from '../../metrics/contract/scraped-target';
import { quoted } from '../indicators/selectors';
import { ofOthers } from './alert-rule';
import { AlertSeverity } from './alert-severity';
import { MonitoringRule } from './monitoring-rule';

/**
 * When the nodes of a pool are taken away.
 *
 * @internal
 */
export interface CapacityEnd {
  readonly pool: string;
  /** In UTC, as `2027-01-25T11:30:00Z`. */
  readonly end: string;
  /** Whether its nodes are labeled with its name, as those of this library's pools are: only then is it known which pods run there. */
  readonly labeled: boolean;
}

/** When the capacity of a pool ends, in seconds since 1970: by pool. */
const CAPACITY_END = 'inference_capacity_end_timestamp_seconds';

const PODS = Metric.of(MetricExporter.KUBE_STATE_METRICS, 'kube_pod_info');
const PHASES = Metric.of(MetricExporter.KUBE_STATE_METRICS, 'kube_pod_status_phase');
const NODES = Metric.of(MetricExporter.KUBE_STATE_METRICS, 'kube_node_labels');
/** The label of nodes that a pool sets, as kube-state-metrics writes it. */
const POOL = 'label_gpu_inference_constructs_pool';

/** Long enough to buy more time, or another block; and about the time in which models move. */
const LEFT = [
  { hours: 12, severity: AlertSeverity.WARNING },
  { hours: 2, severity: AlertSeverity.CRITICAL },
];

/**
 * What is recorded of capacity that ends at a known time, and its alerts: while pods run there, where kube-state-metrics says so; else until the end.
 *
 * @param ends pools whose capacity ends
 * @param targets all that is watched
 *
 * @internal
 */
export function capacityEndRules(ends: readonly CapacityEnd[], targets: readonly MetricsTarget[]): MonitoringRule[] {
  const told = targets.find((target) =>
    [PODS, PHASES, NODES].every((metric) => missingFrom(target, metric).length === 0),
  );
  return ends.flatMap(({ pool, end, labeled }) => [
    { record: CAPACITY_END, expr: `vector(${Date.parse(end) / 1000})`, labels: { pool } },
    ...LEFT.map(({ hours, severity }) => ({
      alert: 'CapacityBlockEnding',
      expr: endingExpr(pool, hours * 3600, labeled ? told : undefined),
      labels: { severity, pool },
      annotations: {
        summary: `The capacity of pool ${pool} ends in {{ $value | humanizeDuration }}${told && labeled ? ', and pods run on it' : ''}`,
        description: `It ends at ${end}. EC2 begins to end its instances 30 minutes before, and its pool drains them earlier: what runs there stops.`,
      },
    })),
  ]);
}

function endingExpr(pool: string, seconds: number, told: MetricsTarget | undefined): string {
  const left = `${CAPACITY_END}{pool=${quoted(pool)}} - time()`;
  if (!told) return `(${left} < ${seconds}) > 0`;
  const running = `${ofOthers(PHASES.name, told, 'phase="Running"')} == 1`;
  // Those of a DaemonSet run wherever there is a node.
  const pods = `${ofOthers(PODS.name, told, 'created_by_kind!="DaemonSet"')} and on (namespace, pod) (${running})`;
  const nodes = ofOthers(NODES.name, told, `${POOL}=${quoted(pool)}`);
  return `${left} < ${seconds} and on () (count((${pods}) and on (node) ${nodes}) > 0)`;
}
