import { Metric } from '../../catalog/metric';
import { MetricExporter } from '../../catalog/metric-kind';
import { MetricsTarget } from '../../core/watchable';
import { missingFrom } from '../../metrics/contract/scraped-target';
import { Indicator } from '../indicators/indicator';
import { isOfCluster, isVllm, select } from '../indicators/selectors';
import { isGateway } from '../rules/gateway-rules';
import { latencyBoundsOf } from '../rules/latency-histogram';
import { ObjectiveKind, ServiceLevelObjective } from './service-level-objective';

const FIRST_TOKEN = Metric.of(MetricExporter.VLLM, 'vllm:time_to_first_token_seconds');
const FIRST_RESPONSE = Metric.of(MetricExporter.TRITON, 'nv_inference_first_response_histogram_ms');

/**
 * Why an objective cannot be measured on a workload; empty when it can.
 *
 * @internal
 */
export function unmeasured(target: MetricsTarget, objective: ServiceLevelObjective): string[] {
  if (isOfCluster(target) || isGateway(target)) return [`'${target.jobName}' serves no model of its own`];
  if (objective.kind === ObjectiveKind.AVAILABILITY) {
    return Indicator.FAILURES.isAvailable(target) ? [] : [`'${target.jobName}' does not tell of requests that fail`];
  }
  const histogram = isVllm(target) ? FIRST_TOKEN : FIRST_RESPONSE;
  const missing = missingFrom(target, histogram);
  if (missing.length > 0) {
    return [
      `shares of slow requests come from a histogram, and quantiles of a summary give none: ${missing.join('; ')}`,
    ];
  }
  const bounds = latencyBoundsOf(target);
  if (bounds.length === 0)
    return [`the bounds of ${histogram.name} are not known: give latencyBoundsMs of its metricsTarget`];
  const { thresholdMs = 0 } = objective;
  return bounds.includes(thresholdMs)
    ? []
    : [
        `its histogram counts requests up to ${bounds.join(', ')} ms, not up to ${thresholdMs}: choose one of these, or set latencyBucketsMs of the model`,
      ];
}

/**
 * The share of bad requests over a window, from 0 to 1, by model.
 *
 * @internal
 */
export function badRatio(target: MetricsTarget, objective: ServiceLevelObjective, window: string): string {
  if (objective.kind === ObjectiveKind.AVAILABILITY) {
    // The same definition of a failure, over another window.
    return `(${Indicator.FAILURES.query(target).expr.replaceAll('[5m]', `[${window}]`)}) / 100`;
  }
  const { thresholdMs = 0 } = objective;
  const [histogram, bound] = isVllm(target) ? [FIRST_TOKEN, thresholdMs / 1e3] : [FIRST_RESPONSE, thresholdMs];
  const rate = (suffix: string, matchers: string[] = []) =>
    `sum by (model) (rate(${select(histogram, target, matchers, suffix)}[${window}]))`;
  return `1 - ${rate('_bucket', [`le=~"${boundPattern(bound)}"`])} / (${rate('_count')} > 0)`;
}

/** A whole bound is `1` or `1.0`: Prometheus 3 writes all of them with a point, earlier ones as the exporter does. */
function boundPattern(bound: number): string {
  const text = String(bound).replace('.', '\\\\.');
  return Number.isInteger(bound) ? `${text}(\\\\.0)?` : text;
}
