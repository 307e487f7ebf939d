import { compareVersions } from '../../catalog/metric';
import { MetricExporter, MetricFeature } from '../../catalog/metric-kind';
import { MetricsTarget } from '../../core/watchable';
import { GpuOperator } from './gpu-operator';
import { DCGM_EXPORTER_IMAGE } from './node-agents-images';
import { DCGM_PORT } from './node-agents-parts';

/** The part of the operator's values that is about the exporter. */
interface ExporterValues {
  readonly dcgmExporter?: { readonly enabled?: unknown; readonly version?: unknown; readonly config?: unknown };
}

/** Name of the exporter's list of counters, where the operator runs it. @internal */
export const OPERATOR_COUNTERS = 'dcgm-exporter-counters';

/** Exporter by chart of the operator: deployments/gpu-operator/values.yaml at these tags. Of others that of the newest before, else the oldest. */
const SHIPPED: readonly (readonly [chart: string, exporter: string])[] = [
  ['v26.7.0', '4.6.0-4.8.3'],
  ['v26.3.3', '4.5.3-4.8.2'],
];

/**
 * Whether the operator is told to run the exporter itself.
 *
 * @internal
 */
export function operatorExports({ values }: GpuOperator): boolean {
  return (values as ExporterValues).dcgmExporter?.enabled === true;
}

/**
 * Whether the operator's exporter reads our list of counters, because it was not given another.
 *
 * @internal
 */
export function readsOwnCounters(operator: GpuOperator): boolean {
  return operatorExports(operator) && (operator.values as ExporterValues).dcgmExporter?.config === undefined;
}

/**
 * How the exporter of the agents is scraped. Pools may have no node at times, so that its absence is no outage.
 *
 * @param image its image
 * @param namespace namespace of the agents
 *
 * @internal
 */
export function agentExporterTarget(image: string, namespace: string): MetricsTarget {
  const version = versionOf(image) ?? (versionOf(DCGM_EXPORTER_IMAGE) as string);
  return target(namespace, { 'app.kubernetes.io/name': 'dcgm-exporter' }, version, true);
}

/**
 * How the exporter that the operator runs is scraped.
 *
 * @see https://github.com/NVIDIA/gpu-operator/blob/main/assets/state-dcgm-exporter/0800_daemonset.yaml
 *
 * @internal
 */
export function operatorExporterTarget(operator: GpuOperator, namespace: string): MetricsTarget {
  const { version } = (operator.values as ExporterValues).dcgmExporter ?? {};
  const given = typeof version === 'string' ? versionOf(`:${version}`) : undefined;
  const shipped = SHIPPED.find(([chart]) => compareVersions(operator.chartVersion.slice(1), chart.slice(1)) >= 0);
  const known = given ?? (shipped ?? SHIPPED[SHIPPED.length - 1])[1];
  return target(namespace, { app: 'nvidia-dcgm-exporter' }, known, readsOwnCounters(operator));
}

function target(
  namespace: string,
  podSelector: { [label: string]: string },
  version: string,
  ownCounters: boolean,
): MetricsTarget {
  return {
    jobName: 'dcgm-exporter',
    namespace,
    podSelector,
    port: DCGM_PORT,
    exporters: [MetricExporter.DCGM],
    models: [],
    features: ownCounters ? [MetricFeature.DCGM_COUNTER] : [],
    version,
    scalesToZero: true,
  };
}

/** As in `4.5.3-4.8.2-distroless`: the exporter's own version and that of DCGM. */
function versionOf(image: string): string | undefined {
  return /:(\d+\.\d+\.\d+-\d+\.\d+\.\d+)[^/:]*$/.exec(image)?.[1];
}
