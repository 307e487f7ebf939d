import { UnscopedValidationError } from '../units/errors';
import { MetricExporter, MetricFeature, MetricType, MetricUnit } from './metric-kind';
import { MetricFacts } from './metric-facts';
import { MetricLabelChange } from './metric-label-change';
import { METRIC_TABLE } from './metric-table';
import { unknownNameFault } from './near-names';
import { checkArguments } from '../units/argument-faults';

/**
 * A metric that an exporter of this library's workloads exposes: its meaning and its prerequisites.
 */
export class Metric {
  /** Every metric of every exporter. */
  public static readonly ALL: Metric[] = Object.freeze(
    Object.values(MetricExporter).flatMap((exporter) =>
      Object.entries(METRIC_TABLE[exporter]).map(([name, facts]) => new Metric(exporter, name, facts)),
    ),
  ) as Metric[];

  /**
   * The metric of an exporter by its name, or by the name of one of its series (`..._bucket`, `..._sum`, `..._count`).
   *
   * @param exporter exporter that exposes it
   * @param name name of the metric or of a series of it
   * @throws UnscopedValidationError for an unknown name, with the nearest known names
   */
  public static of(exporter: MetricExporter, name: string): Metric {
    const named = Metric.ALL.find((metric) => metric.exporter === exporter && metric.name === name);
    const found = named ?? Metric.find(name, [exporter]);
    if (found) return found;
    const known = Object.keys(METRIC_TABLE[exporter] ?? {});
    throw new UnscopedValidationError([unknownNameFault(`metric of ${exporter}`, name, known, 'see Metric.ALL')]);
  }

  /**
   * The metric that a series belongs to, if one of the exporters exposes it.
   *
   * @param seriesName name of a series
   * @param exporters the exporters
   */
  public static find(seriesName: string, exporters: MetricExporter[]): Metric | undefined {
    return BY_SERIES.get(seriesName)?.find((metric) => exporters.includes(metric.exporter));
  }

  /** Name, as the exporter's `TYPE` line has it. */
  public readonly name: string;
  /** Exporter that exposes it. */
  public readonly exporter: MetricExporter;
  /** Type. */
  public readonly type: MetricType;
  /** Unit of its value; of the observed values for a histogram or a summary. */
  public readonly unit: MetricUnit;
  /** Labels that the exporter gives every series of it, without `le`, in the newest version that has it. */
  public readonly labels: string[];
  /** Labels that only some of its series have, such as those of a pod on a GPU that no pod uses. */
  public readonly optionalLabels: string[];
  /** All values that a label can have, of the labels whose values are a closed set. */
  public readonly labelValues: { [label: string]: string[] };
  /** Labels that came or went with a version of the exporter. */
  public readonly labelChanges: MetricLabelChange[];
  /** First version of the exporter that has it. @default - every version this library deploys */
  public readonly minVersion?: string;
  /** Last version of the exporter that has it. @default - the newest one has it */
  public readonly maxVersion?: string;
  /** Name of the metric that took its place, or a sentence that says what else tells the same. @default - it is still there */
  public readonly replacedBy?: string;
  /** First version in which every model has it; before, only models that stream. @default - the first version that has it */
  public readonly everyModelSince?: string;
  /** Feature that must be switched on. @default - none */
  public readonly feature?: MetricFeature;
  /** Whether its value is that of a whole device, which each process on the device reports: a sum of them counts it twice. */
  public readonly perDevice: boolean;
  /** Label whose values are of unlike quantities: a query names one before it adds series. @default - none */
  public readonly unlikeValuesOf?: string;
  /**
   * Upper bounds of the buckets of a histogram without +Inf, in its unit; undefined where they differ or are not known.
   *
   * @internal
   */
  public readonly _bounds?: readonly number[];
  /** Meaning. */
  public readonly description: string;
  /** Source of these facts. */
  public readonly source: string;

  private constructor(exporter: MetricExporter, name: string, facts: MetricFacts) {
    this.exporter = exporter;
    this.name = name;
    this.type = facts.type;
    this.unit = facts.unit;
    this.labels = Object.freeze([...facts.labels]) as string[];
    this.optionalLabels = Object.freeze([...(facts.optionalLabels ?? [])]) as string[];
    this.labelValues = frozenLists(facts.labelValues ?? {});
    this.labelChanges = Object.freeze(
      (facts.labelChanges ?? []).map((change) => Object.freeze({ ...change })),
    ) as MetricLabelChange[];
    this.minVersion = facts.minVersion;
    this.maxVersion = facts.maxVersion;
    this.replacedBy = facts.replacedBy;
    this.everyModelSince = facts.everyModelSince;
    this.feature = facts.feature;
    this.perDevice = facts.perDevice ?? false;
    this.unlikeValuesOf = facts.unlikeValuesOf;
    this._bounds = facts.bounds;
    this.description = facts.description;
    this.source = facts.source;
  }

  /** Names of the series that queries select: of a histogram the buckets, sum and count, never the bare name. */
  public get seriesNames(): string[] {
    if (this.type === MetricType.HISTOGRAM) return [`${this.name}_bucket`, `${this.name}_sum`, `${this.name}_count`];
    if (this.type === MetricType.SUMMARY) return [this.name, `${this.name}_sum`, `${this.name}_count`];
    return [this.name];
  }

  /**
   * Labels that its series can have in a version of the exporter, without `le`: those of every series, and the optional ones.
   *
   * @param version version of the exporter
   */
  public labelsAt(version: string): string[] {
    return [...this.commonLabelsAt(version), ...this.optionalLabels.filter((label) => this.hasLabelAt(label, version))];
  }

  /**
   * Labels that every series of it has in a version of the exporter, without `le`.
   *
   * @param version version of the exporter
   */
  public commonLabelsAt(version: string): string[] {
    const gone = this.labelChanges.filter((change) => change.until !== undefined).map((change) => change.label);
    return [...this.labels, ...gone].filter((label) => this.hasLabelAt(label, version));
  }

  /**
   * Why a workload does not expose this metric, in sentences; empty when it does.
   *
   * @param exporters its exporters
   * @param version version of the exporter
   * @param features features that are switched on
   */
  public missing(exporters: MetricExporter[], version: string, features: MetricFeature[]): string[] {
    return this._missing(exporters, version, features);
  }

  /**
   * `missing`, for what is known to be a target: asked many thousand times of a large stack.
   *
   * @internal
   */
  public _missing(exporters: readonly MetricExporter[], version: string, features: readonly MetricFeature[]): string[] {
    const missing: string[] = [];
    if (!exporters.includes(this.exporter)) missing.push(`${this.name} comes from exporter '${this.exporter}' only`);
    if (this.minVersion && compareVersions(version, this.minVersion) < 0) {
      missing.push(`${this.name} needs version ${this.minVersion} or later, not ${version}`);
    }
    if (this.maxVersion && compareVersions(version, this.maxVersion) > 0) {
      missing.push(`${this.name} is gone since the release after ${this.maxVersion}${this.successor()}`);
    }
    // A target names the vLLM exporter only when its metrics are switched on. No switch brings back what a version lacks.
    const implied = this.feature === MetricFeature.REPORT_CUSTOM_METRICS;
    if (this.feature && !implied && missing.length === 0 && !features.includes(this.feature)) {
      missing.push(`${this.name} needs '${this.feature}' to be switched on`);
    }
    return missing;
  }

  private successor(): string {
    if (!this.replacedBy) return '';
    return this.replacedBy.includes(' ') ? `; ${this.replacedBy}` : `; use ${this.replacedBy}`;
  }

  private hasLabelAt(label: string, version: string): boolean {
    const change = this.labelChanges.find((known) => known.label === label);
    const tooOld = change?.since !== undefined && compareVersions(version, change.since) < 0;
    const tooNew = change?.until !== undefined && compareVersions(version, change.until) > 0;
    return !tooOld && !tooNew;
  }

  /** The name. */
  public toString(): string {
    return this.name;
  }
}

checkArguments('Metric', Metric);

const BY_SERIES = bySeries(Metric.ALL);

function bySeries(metrics: readonly Metric[]): Map<string, Metric[]> {
  const found = new Map<string, Metric[]>();
  for (const metric of metrics) {
    for (const name of metric.seriesNames) found.set(name, [...(found.get(name) ?? []), metric]);
  }
  return found;
}

function frozenLists(lists: { readonly [label: string]: readonly string[] }): { [label: string]: string[] } {
  const frozen = Object.entries(lists).map(([label, values]) => [label, Object.freeze([...values])] as const);
  return Object.freeze(Object.fromEntries(frozen)) as { [label: string]: string[] };
}

/**
 * Orders versions such as `26.07` or `0.11.2` by their numbers.
 *
 * @internal
 */
export function compareVersions(a: string, b: string): number {
  if (a === b) return 0;
  const [left, right] = [numbersOf(a), numbersOf(b)];
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Of versions already split, which the tables compare thousands of times for one server. */
const SPLIT = new Map<string, readonly number[]>();

function numbersOf(version: string): readonly number[] {
  let numbers = SPLIT.get(version);
  if (numbers === undefined) {
    numbers = version.split(/[^0-9]+/).map(Number);
    SPLIT.set(version, numbers);
  }
  return numbers;
}
