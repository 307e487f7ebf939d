import { Metric } from '../../catalog/metric';
import { MetricExporter, MetricFeature, MetricUnit } from '../../catalog/metric-kind';
import { fault } from '../../units/fault';
import { LabelMatcher } from '../promql/expression';
import { wholeRegex } from '../promql/regular-expressions';
import { ScrapedTarget } from './scraped-target';
import { Report } from './series';

/** Histograms whose bounds a workload tells itself: of the latency of its models. */
const TOLD = ['nv_inference_first_response_histogram_ms', 'vllm:time_to_first_token_seconds'];

/**
 * Upper bounds of the buckets of a histogram without +Inf, in its unit; undefined where they are not known, or not the same of all models.
 *
 * @internal
 */
export function boundsOf(metric: Metric, target: ScrapedTarget): readonly number[] | undefined {
  const { features, latencyBoundsMs, models = [] } = target;
  const isTold = TOLD.includes(metric.name) && metric.exporter !== MetricExporter.TRITON_VLLM;
  if (isTold && latencyBoundsMs) {
    // Of several models it has those that all of them have.
    if (models.length > 1) return undefined;
    const factor = metric.unit === MetricUnit.SECONDS ? 1e-3 : 1;
    return [...latencyBoundsMs].sort((a, b) => a - b).map((bound) => bound * factor);
  }
  const isOther = metric.exporter === MetricExporter.VLLM && features.includes(MetricFeature.CUSTOM_BUCKETS);
  return isOther ? undefined : metric._bounds;
}

/** How exporters and Prometheus write a bound: `1`, `1.0`. */
function textsOf(bound: number): string[] {
  return Number.isInteger(bound) ? [String(bound), `${bound}.0`] : [String(bound)];
}

/**
 * Reports a matcher of `le` by which no bucket is selected.
 *
 * @internal
 */
export function checkBound(
  name: string,
  { operator, value }: LabelMatcher,
  bounds: readonly number[],
  report: Report,
): void {
  const texts = [...bounds.flatMap(textsOf), '+Inf'];
  const pattern = operator === '=~' ? wholeRegex(value) : undefined;
  const found =
    operator === '=' ? texts.includes(value) : pattern === undefined || texts.some((one) => pattern.test(one));
  if (found) return;
  const reason = `le${operator}"${value}" selects nothing: the buckets of ${name} end at ${bounds.join(', ')} and +Inf; use one of them`;
  report(fault('METRIC_LABEL_VALUE_UNKNOWN', 'expr', reason));
}
