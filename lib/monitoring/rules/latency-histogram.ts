import { VLLM_FIRST_TOKEN_BOUNDS_MS } from '../../catalog/latency-bounds';
import { MetricExporter, MetricType } from '../../catalog/metric-kind';
import { MetricsTarget } from '../../core/watchable';
import { hasToken } from '../../core/tokens';
import { Fault, fault } from '../../units/fault';
import { ownValue } from '../../units/own-value';
import { Indicator } from '../indicators/indicator';
import { isVllm } from '../indicators/selectors';

/**
 * Bounds in milliseconds that the latency histograms of all models of a workload have; none where they are not known.
 *
 * @internal
 */
export function latencyBoundsOf(target: MetricsTarget): readonly number[] {
  return target.latencyBoundsMs ?? (isVllm(target) ? VLLM_FIRST_TOKEN_BOUNDS_MS : []);
}

/**
 * A histogram that a P99 is read from.
 *
 * @internal
 */
export interface LatencyHistogram {
  /** Its bounds in milliseconds, ascending; of several models those that all have. */
  readonly bounds: readonly number[];
  /** Its last bound: `histogram_quantile` gives no more, however long requests take. */
  readonly limitMs: number;
}

/**
 * The histogram that the P99 of a model is read from; undefined where it is read from a summary, or where its bounds are not known.
 *
 * @see https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile
 *
 * @internal
 */
export function latencyHistogram(target: MetricsTarget, model: string): LatencyHistogram | undefined {
  if (hasToken(target)) return undefined;
  const metrics = Indicator.LATENCY_P99._read(target)?.metrics ?? [];
  if (!metrics.some(({ type }) => type === MetricType.HISTOGRAM)) return undefined;
  const bounds = [...latencyBoundsOf(target)].sort((a, b) => a - b);
  const limitMs = ownValue(target.latencyLimitsMs ?? {}, model) ?? bounds[bounds.length - 1];
  return limitMs === undefined ? undefined : { bounds, limitMs };
}

/**
 * The fault of a threshold that no P99 of the histogram exceeds.
 *
 * @param property where the threshold is given
 *
 * @internal
 */
export function beyondHistogramFaults(
  target: MetricsTarget,
  model: string,
  thresholdMs: number,
  property: string,
): Fault[] {
  const histogram = latencyHistogram(target, model);
  if (!histogram || !Number.isFinite(thresholdMs) || thresholdMs < histogram.limitMs) return [];
  const { bounds, limitMs } = histogram;
  const planned = ownValue(target.plannedLatencyMs ?? {}, model);
  const isSlow = planned !== undefined && planned >= limitMs;
  const plan = isSlow ? `, and its plan expects ${Math.round(planned)} ms` : '';
  const lower = `choose a threshold below ${limitMs}`;
  const longer = `set latencyBucketsMs of the model with bounds up to more than ${isSlow ? Math.max(thresholdMs, planned) : thresholdMs}`;
  const cures = [lower, ...(target.exporters.includes(MetricExporter.TRITON) ? [longer] : [])];
  return [
    fault(
      'LATENCY_BEYOND_HISTOGRAM',
      property,
      `HighLatency of model '${model}' would never fire above ${thresholdMs} ms: its P99 is read from a histogram that ends at ${limitMs} ms ` +
        `(bounds ${bounds.join(', ')}) and gives no more, however long requests take${plan}; ${cures.join(', or ')}`,
    ),
  ];
}
