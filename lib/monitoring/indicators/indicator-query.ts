import { Metric } from '../../catalog/metric';

/**
 * How an indicator is read from one workload.
 */
export interface IndicatorQuery {
  /** PromQL expression; its value is in the indicator's unit. */
  readonly expr: string;
  /** Metrics that it reads. */
  readonly metrics: Metric[];
  /** Models that it tells of, of those of the workload; none of GPUs and network cards. */
  readonly models: string[];
  /** What to keep in mind when reading it. */
  readonly meaning: string;
}
