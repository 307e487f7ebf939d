import { Metric } from '../../catalog/metric';
import { MetricExporter } from '../../catalog/metric-kind';
import { MetricsTarget } from '../../core/watchable';
import { ownValue } from '../../units/own-value';

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

/** Engines behind Triton that count their requests and tokens by themselves. */
const OF_ENGINES = [MetricExporter.TRITON_VLLM, MetricExporter.TRITON_TENSORRT_LLM];

/**
 * The exporter of the engine of each model, as far as it is known: a server of a single model has no other's.
 */
function enginesOf({ engines, exporters, models }: MetricsTarget): MetricsTarget['engines'] {
  if (engines) return engines;
  const known = OF_ENGINES.filter((exporter) => exporters.includes(exporter));
  return known.length === 1 && models.length === 1 ? { [models[0]]: known[0] } : undefined;
}

/**
 * The models that an exporter of an engine tells of: all of them where it is not known.
 *
 * @internal
 */
export function engineModels(target: MetricsTarget, exporter: MetricExporter): string[] {
  const engines = enginesOf(target);
  return engines ? target.models.filter((model) => ownValue(engines, model) === exporter) : target.models;
}

/**
 * The models that no engine of their own executes, whose queue and batches are Triton's: all of them where it is not known.
 *
 * @internal
 */
export function plainModels(target: MetricsTarget): string[] {
  const engines = enginesOf(target) ?? {};
  return target.models.filter((model) => ownValue(engines, model) === undefined);
}

/**
 * Matchers of models of a workload.
 *
 * @param models which of them @default - all
 *
 * @internal
 */
export function modelMatcher(target: MetricsTarget, models: readonly string[] = target.models): string[] {
  if (models.length === 1) return [`model=${quoted(models[0])}`];
  return [`model=~${quoted([...models].sort().map(escapeRegex).join('|'))}`];
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
