import { Fault, fault } from '../../units/fault';
import { concreteFault } from '../../core/tokens';
import { positiveFault } from '../../units/number-faults';
import { ownValue } from '../../units/own-value';
import { MetricsTarget } from '../../core/watchable';
import { ServiceLevelObjective } from '../objectives/service-level-objective';
import { LatencyHistogram, latencyHistogram } from './latency-histogram';

/** P99 latency in milliseconds above which an alert fires for a model whose latency nobody has planned. */
const UNPLANNED_THRESHOLD_MS = 50;
/**
 * Planned times are estimates: what is twice as long is no longer the plan.
 *
 * @internal
 */
export const MARGIN = 2;
/** Per decade. Bounds of latency histograms are of this series, and P99 is exact at a bound. */
const SERIES = [1, 2.5, 5, 10];

/** Share of the requests that P99 is about: a promise for fewer of them is kept while P99 is longer. */
const P99_PERCENT = 99;

/**
 * The threshold for a model that is given none, by what was asked for and what is promised: its target, then the least of the objectives that are about
 * 99 of 100 requests or more, then its plan. A target is of an idle server, so that it counts where the plan expects no more under its load; neither counts
 * at the end of the histogram, where no P99 exceeds it.
 *
 * @internal
 */
export function askedThresholdMs(
  target: MetricsTarget,
  model: string,
  objectives: readonly ServiceLevelObjective[],
): number {
  const { plannedLatencyMs = {}, targetLatencyMs = {} } = target;
  const histogram = latencyHistogram(target, model);
  const planned = ownValue(plannedLatencyMs, model);
  const asked = ownValue(targetLatencyMs, model);
  const promised = objectives.flatMap(({ percent, thresholdMs, models }) =>
    thresholdMs !== undefined && percent >= P99_PERCENT && (models?.includes(model) ?? true) ? [thresholdMs] : [],
  );
  const wanted = [
    ...(asked !== undefined && asked >= (planned ?? 0) ? [asked] : []),
    ...(promised.length > 0 ? [Math.min(...promised)] : []),
  ].find((each) => each < (histogram?.limitMs ?? Infinity));
  return wanted ?? defaultThresholdMs(planned, histogram);
}

/**
 * The threshold for a model that is given none: above what its plan expects, and 50 ms without a plan. It is below the end of the histogram, or
 * no P99 would exceed it, unless the plan itself is not.
 *
 * @param plannedMs P99 latency that the plan expects under its load, if there is one
 * @param histogram what P99 is read from, where it is a histogram whose end is known
 *
 * @internal
 */
export function defaultThresholdMs(plannedMs: number | undefined, histogram?: LatencyHistogram): number {
  const wanted = wantedThresholdMs(plannedMs);
  const { bounds = [], limitMs = Infinity } = histogram ?? {};
  const least = plannedMs ?? 0;
  if (wanted < limitMs || least >= limitMs) return wanted;
  const within = bounds.filter((bound) => bound > least && bound < limitMs);
  return within.length > 0 ? Math.max(...within) : (least + limitMs) / 2;
}

function wantedThresholdMs(plannedMs: number | undefined): number {
  if (plannedMs === undefined) return UNPLANNED_THRESHOLD_MS;
  const wanted = Math.max(UNPLANNED_THRESHOLD_MS, MARGIN * plannedMs);
  const decade = 10 ** Math.floor(Math.log10(wanted));
  const step = SERIES.find((each) => each * decade >= wanted) ?? 10;
  return step * decade;
}

/**
 * The fault of a threshold that is no positive number.
 *
 * @internal
 */
export function thresholdFaults(property: string, value: number): Fault[] {
  const token = concreteFault(property, value, 'it is part of the alert rule');
  return token.length > 0 ? token : positiveFault(property, value);
}

/**
 * The warning of a threshold that the workload exceeds while it runs as planned.
 *
 * @internal
 */
export function belowPlanWarnings(
  model: string,
  thresholdMs: number,
  plannedMs: number | undefined,
  histogram?: LatencyHistogram,
): Fault[] {
  if (plannedMs === undefined || thresholdMs >= plannedMs) return [];
  const better = defaultThresholdMs(plannedMs, histogram);
  const raise =
    better < (histogram?.limitMs ?? Infinity)
      ? `raise the threshold, for example to ${better}`
      : `give its histogram, which ends at ${histogram?.limitMs} ms, bounds above ${better} and raise the threshold to that`;
  return [
    fault(
      'LATENCY_BELOW_PLAN',
      `latencyThresholdsMs.${model}`,
      `HighLatency of model '${model}' fires above ${thresholdMs} ms, but its plan expects ${Math.round(plannedMs)} ms for P99 under ` +
        `its load; ${raise}, or plan the model for a shorter time`,
    ),
  ];
}
