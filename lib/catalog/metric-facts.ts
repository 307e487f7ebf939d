import { MetricFeature, MetricType, MetricUnit } from './metric-kind';

/** @internal */
export interface MetricFacts {
  readonly type: MetricType;
  readonly unit: MetricUnit;
  /** Labels that every series has in the newest version. */
  readonly labels: readonly string[];
  /** Labels that only some series have in the newest version; none of `labels`. */
  readonly optionalLabels?: readonly string[];
  /** Closed sets of the values of labels; the values of a label that is not here are open. */
  readonly labelValues?: { readonly [label: string]: readonly string[] };
  /** Labels that came or went: those with `until` are in neither list above. */
  readonly labelChanges?: readonly LabelFacts[];
  readonly minVersion?: string;
  /** The last version that has it. */
  readonly maxVersion?: string;
  /** Name of the metric that took its place; a sentence where none did. */
  readonly replacedBy?: string;
  readonly everyModelSince?: string;
  readonly feature?: MetricFeature;
  /** Upper bounds of the buckets of a histogram without +Inf, in its unit, ascending; absent where they differ or are not known. */
  readonly bounds?: readonly number[];
  readonly perDevice?: boolean;
  readonly unlikeValuesOf?: string;
  readonly description: string;
  readonly source: string;
}

/** @internal */
export interface LabelFacts {
  readonly label: string;
  /** First version that has it. */
  readonly since?: string;
  /** Last version that has it. */
  readonly until?: string;
  readonly replacedBy?: string;
}

/** Metrics of an exporter by their names. @internal */
export interface MetricRows {
  readonly [name: string]: MetricFacts;
}
