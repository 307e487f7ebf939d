import { Fault, fault } from '../../units/fault';
import { concreteFault } from '../../core/tokens';
import { positiveFault } from '../../units/number-faults';

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

/**
 * The threshold for a model that is given none: above what its plan expects, and 50 ms without a plan.
 *
 * @param plannedMs P99 latency that the plan expects under its load, if there is one
 *
 * @internal
 */
export function defaultThresholdMs(plannedMs: number | undefined): number {
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
export function belowPlanWarnings(model: string, thresholdMs: number, plannedMs: number | undefined): Fault[] {
  if (plannedMs === undefined || thresholdMs >= plannedMs) return [];
  return [
    fault(
      'LATENCY_BELOW_PLAN',
      `latencyThresholdsMs.${model}`,
      `HighLatency of model '${model}' fires above ${thresholdMs} ms, but its plan expects ${Math.round(plannedMs)} ms for P99 under ` +
        `its load; raise the threshold, for example to ${defaultThresholdMs(plannedMs)}, or plan the model for a shorter time`,
    ),
  ];
}
