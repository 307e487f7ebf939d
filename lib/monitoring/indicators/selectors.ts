import { Metric } from '../../catalog/metric';
import { MetricExporter } from '../../catalog/metric-kind';
import { MetricsTarget } from '../../core/watchable';

/**
 * Whether a workload is vLLM's own server.
 *
 * @internal
 */
export function isVllm({ exporters }: MetricsTarget): boolean {
  return exporters.includes(MetricExporter.VLLM);
}

const OF_MODELS = [
  MetricExporter.TRITON,
  MetricExporter.TRITON_VLLM,
  MetricExporter.TRITON_TENSORRT_LLM,
  MetricExporter.VLLM,
];

/**
 * Whether a workload tells of nodes or of the cluster, e.g. the DCGM exporter or kube-state-metrics: it serves no model, and is no gateway.
 *
 * @internal
 */
export function isOfCluster({ exporters }: MetricsTarget): boolean {
  return !exporters.some((exporter) => exporter === MetricExporter.ENVOY || OF_MODELS.includes(exporter));
}

/**
 * Matchers of the models of a workload.
 *
 * @internal
 */
export function modelMatcher(target: MetricsTarget): string[] {
  if (target.models.length === 1) return [`model=${quoted(target.models[0])}`];
  return [`model=~${quoted([...target.models].sort().map(escapeRegex).join('|'))}`];
}

/**
 * Matchers of all series of a workload.
 *
 * @internal
 */
export function targetMatchers(target: MetricsTarget): string[] {
  return [`namespace=${quoted(target.namespace)}`, `job=${quoted(target.jobName)}`];
}

/**
 * A selector of the series of a metric that a workload exposes.
 *
 * @param suffix of a histogram's series, e.g. `_bucket`
 *
 * @internal
 */
export function select(metric: Metric, target: MetricsTarget, matchers: readonly string[] = [], suffix = ''): string {
  return `${metric.name}${suffix}{${[...targetMatchers(target), ...matchers].join(',')}}`;
}

/**
 * A PromQL string.
 *
 * @internal
 */
export function quoted(text: string): string {
  return JSON.stringify(text);
}

/**
 * A Go regular expression that matches a text exactly.
 *
 * @internal
 */
export function escapeRegex(text: string): string {
  return text.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&');
}
