import { WatchedWorkload } from '../watched-workload';
import { MonitoringRule } from './monitoring-rule';

/**
 * Record of the latency above which `HighLatency` fires, in milliseconds, so that dashboards show it beside what is measured.
 *
 * @internal
 */
export const LATENCY_THRESHOLD = 'inference_latency_threshold_milliseconds';

/** @internal */
export function thresholdRules(workload: WatchedWorkload): MonitoringRule[] {
  if (!workload.latencyAlert) return [];
  const { jobName: job, namespace, models } = workload.target;
  return [...models].sort().map((model) => ({
    record: LATENCY_THRESHOLD,
    expr: `vector(${workload.latencyThresholdsMs[model]})`,
    labels: { job, namespace, model },
  }));
}
