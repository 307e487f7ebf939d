import { UnscopedValidationError } from '../units/errors';
import { MetricExporter, MetricFeature, MetricType, MetricUnit } from './metric-kind';
import { MetricFacts } from './metric-facts';
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
    return Metric.ALL.find((metric) => exporters.includes(metric.exporter) && metric.seriesNames.includes(seriesName));
  }

  /** Name, as the exporter's `TYPE` line has it. */
  public readonly name: string;
  /** Exporter that exposes it. */
  public readonly exporter: MetricExporter;
  /** Type. */
  public readonly type: MetricType;
  /** Unit of its value; of the observed values for a histogram or a summary. */
  public readonly unit: MetricUnit;
  /** Labels that the exporter gives it, without `le`. */
  public readonly labels: string[];
  /** First version of the exporter that has it. @default - every version this library deploys */
  public readonly minVersion?: string;
  /** First version in which every model has it; before, only models that stream. @default - the first version that has it */
  public readonly everyModelSince?: string;
  /** Feature that must be switched on. @default - none */
  public readonly feature?: MetricFeature;
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
    this.minVersion = facts.minVersion;
    this.everyModelSince = facts.everyModelSince;
    this.feature = facts.feature;
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
   * Why a workload does not expose this metric, in sentences; empty when it does.
   *
   * @param exporters its exporters
   * @param version version of the exporter
   * @param features features that are switched on
   */
  public missing(exporters: MetricExporter[], version: string, features: MetricFeature[]): string[] {
    const missing: string[] = [];
    if (!exporters.includes(this.exporter)) missing.push(`${this.name} comes from exporter '${this.exporter}' only`);
    if (this.minVersion && compareVersions(version, this.minVersion) < 0) {
      missing.push(`${this.name} needs version ${this.minVersion} or later, not ${version}`);
    }
    // A target names the vLLM exporter only when its metrics are switched on.
    const implied = this.feature === MetricFeature.REPORT_CUSTOM_METRICS;
    if (this.feature && !implied && !features.includes(this.feature)) {
      missing.push(`${this.name} needs '${this.feature}' to be switched on`);
    }
    return missing;
  }

  /** The name. */
  public toString(): string {
    return this.name;
  }
}

checkArguments('Metric', Metric);

/**
 * Orders versions such as `26.07` or `0.11.2` by their numbers.
 *
 * @internal
 */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => version.split(/[^0-9]+/).map(Number));
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
