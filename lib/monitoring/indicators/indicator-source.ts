import { Metric } from '../../catalog/metric';
import { MetricExporter } from '../../catalog/metric-kind';
import { MetricsTarget } from '../../core/watchable';
import { missingFrom } from '../../metrics/contract/scraped-target';
import { IndicatorQuery } from './indicator-query';
import { engineModels, modelMatcher, plainModels, select, targetMatchers } from './selectors';

/** What one source is asked. @internal */
export type SourceQuery = Omit<IndicatorQuery, 'models'>;

/**
 * One way to read an indicator from targets that have an exporter.
 *
 * @internal
 */
export interface IndicatorSource {
  /** The exporter whose models or devices it tells of; of several sources of one exporter the first that is there is taken. */
  readonly exporter: MetricExporter;
  /** How it is read from a target, if the target exposes the metrics of the query. */
  readonly query: (target: MetricsTarget) => SourceQuery;
  /** The models that it tells of. @default - all of the target */
  readonly models?: (target: MetricsTarget) => string[];
  /** Why it cannot be read from a target, beside metrics that are not exposed, in sentences. @default - only metrics count */
  readonly gaps?: (target: MetricsTarget) => string[];
}

/**
 * The metric of an exporter.
 *
 * @internal
 */
export const ofExporter = (exporter: MetricExporter) => (name: string) => Metric.of(exporter, name);

/**
 * Why a source cannot be read from a target; empty when it can.
 *
 * @internal
 */
export function sourceGaps({ exporter, query, gaps }: IndicatorSource, target: MetricsTarget): string[] {
  const { metrics } = query(target);
  // What another exporter would tell, whatever its version.
  const others = metrics.filter((metric) => !target.exporters.includes(metric.exporter));
  if (others.length > 0) return others.map(({ name, exporter: its }) => `${name} comes from exporter '${its}' only`);
  if (!target.exporters.includes(exporter)) return [`it is told of models behind '${exporter}' only`];
  const own = gaps?.(target) ?? [];
  return own.length > 0 ? own : metrics.flatMap((metric) => missingFrom(target, metric));
}

/**
 * What is read from a target: of each of its exporters the first source that is there. None where there is none.
 *
 * @internal
 */
export function readFrom(sources: readonly IndicatorSource[], target: MetricsTarget): IndicatorQuery | undefined {
  const found = new Map<MetricExporter, SourceQuery>();
  const models = new Set<string>();
  for (const source of sources) {
    if (found.has(source.exporter) || sourceGaps(source, target).length > 0) continue;
    found.set(source.exporter, source.query(target));
    for (const model of source.models?.(target) ?? target.models) models.add(model);
  }
  const queries = [...found.values()];
  if (queries.length === 0) return undefined;
  return {
    expr: queries.map(({ expr }) => expr).join(' or '),
    metrics: [...new Set(queries.flatMap(({ metrics }) => metrics))],
    models: [...models].sort(),
    meaning: [...new Set(queries.map(({ meaning }) => meaning))].join(' '),
  };
}

/**
 * Selects the series of models.
 *
 * @param exporter of the engine whose models are meant; Triton's own for those without an engine that counts by itself @default - all models
 *
 * @internal
 */
export function ofModels(
  target: MetricsTarget,
  exporter?: MetricExporter,
): (metric: Metric, matchers?: readonly string[], suffix?: string) => string {
  const models =
    exporter === undefined
      ? target.models
      : exporter === MetricExporter.TRITON
        ? plainModels(target)
        : engineModels(target, exporter);
  return (metric, matchers = [], suffix = '') =>
    select(metric, target, [...modelMatcher(target, models), ...matchers], suffix);
}

/**
 * A sum of rates by model, over all pods. A counter that begins again at zero is seen in each of them.
 *
 * @internal
 */
export function rateByModel(series: string, window = '5m'): string {
  return `sum by (model) (rate(${series}[${window}]))`;
}

/**
 * A quotient that has no value where nothing is counted, instead of one that is no number.
 *
 * @internal
 */
export function perCount(amount: string, count: string): string {
  return `${amount} / (${count} > 0)`;
}

/**
 * Selects series of a target of nodes. The namespace is that of the pod that uses a device, not that of the exporter: only the job is named.
 *
 * @internal
 */
export function ofDevices(metric: Metric, target: MetricsTarget): string {
  const [, job] = targetMatchers(target);
  return `${metric.name}{${job}}`;
}
