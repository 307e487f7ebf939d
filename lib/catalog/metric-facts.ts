import { MetricFeature, MetricType, MetricUnit } from './metric-kind';

/** @internal */
export interface MetricFacts {
  readonly type: MetricType;
  readonly unit: MetricUnit;
  readonly labels: readonly string[];
  readonly minVersion?: string;
  readonly everyModelSince?: string;
  readonly feature?: MetricFeature;
  readonly description: string;
  readonly source: string;
}

/** Metrics of an exporter by their names. @internal */
export interface MetricRows {
  readonly [name: string]: MetricFacts;
}
