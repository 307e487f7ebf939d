import { Metric } from '../../catalog/metric';
import { MetricExporter, MetricType, MetricUnit } from '../../catalog/metric-kind';
import { Fault, fault } from '../../units/fault';
import { editDistance, nearNames } from '../../units/near-names';
import { LabelMatcher, SelectorExpression } from '../promql/expression';
import { wholeRegex } from '../promql/regular-expressions';
import { boundsOf, checkBound } from './histogram-bounds';
import { OBSERVATIONS, quantityOf } from './quantity';
import { eitherOf, labelsNamed, listed, Series, SeriesLabel, SeriesLabels } from './series';
import {
  honorsLabels,
  mayExist,
  missingFrom,
  MODEL_NAME_LABEL,
  SCRAPE_SERIES,
  ScrapedTarget,
  ScrapedTargets,
  UUID_LABEL,
} from './scraped-target';

/** Labels of devices, whose values each process on a device reports. */
const DEVICE_LABELS = ['gpu_uuid', 'UUID'];
/** What a part of a whole reaches at most. */
const MOST: { readonly [unit in MetricUnit]?: number } = { [MetricUnit.RATIO]: 1, [MetricUnit.PERCENT]: 100 };
/** Units of what is counted, or has a size: there is no less than none of it. */
const NEVER_NEGATIVE: readonly MetricUnit[] = [
  ...[MetricUnit.REQUESTS, MetricUnit.INFERENCES, MetricUnit.EXECUTIONS, MetricUnit.TOKENS, MetricUnit.SEQUENCES],
  ...[MetricUnit.SERVERS, MetricUnit.PODS, MetricUnit.CONTAINERS, MetricUnit.NODES, MetricUnit.CONNECTIONS],
  ...[MetricUnit.BYTES, MetricUnit.MEBIBYTES, MetricUnit.WATTS, MetricUnit.RATIO, MetricUnit.PERCENT, MetricUnit.ROWS],
];
/** Labels that a scrape gives: which targets a selector means. */
const CHOICES: readonly (readonly [label: string, of: (target: ScrapedTarget) => string | undefined])[] = [
  ['job', ({ jobName }) => jobName],
  ['namespace', ({ namespace }) => namespace],
];

/**
 * The series that a selector finds among those of targets, or of earlier rules.
 *
 * @param selector the selector
 * @param targets all workloads that are scraped
 * @param recorded what rules record, by name
 * @param report takes faults
 *
 * @internal
 */
export function selectedSeries(
  selector: SelectorExpression,
  targets: ScrapedTargets,
  recorded: ReadonlyMap<string, Series>,
  report: (fault: Fault) => void,
): Series {
  const { name, matchers } = selector;
  if (name === '') return {};
  const known = recorded.get(name) ?? exposed(selector, targets, report);
  if (!known?.labels) return {};
  // Whoever else writes what is recorded here marks it.
  const labels = new Map([...labelsNamed(targets.extraLabels, false), ...known.labels]);
  for (const matcher of matchers) {
    const label = labels.get(matcher.label);
    checkResource(name, matcher, report);
    if (matcher.label === 'le' && known.bounds && ['=', '=~'].includes(matcher.operator))
      checkBound(name, matcher, known.bounds, report);
    if (label) labels.set(matcher.label, narrowed(name, label, matcher, report));
    else if (!isTag(matcher.label)) report(noLabel(lacking(name, matcher.label, targets), labels));
  }
  const pinned = known.unlikeValuesOf !== undefined && labels.get(known.unlikeValuesOf)?.values?.length === 1;
  return { ...known, labels, ...(pinned ? { unlikeValuesOf: undefined } : {}) };
}

/** That a metric has no label, and since when another one stands in its place. */
function lacking(name: string, label: string, { all }: ScrapedTargets): string {
  const metric = Metric.find(
    name,
    all.flatMap(({ exporters }) => exporters),
  );
  const { since, until, replacedBy } = metric?.labelChanges.find((change) => change.label === label) ?? {};
  const when = until !== undefined ? ` after ${until}` : since !== undefined ? ` before ${since}` : '';
  return `${name} has no label '${label}'${when}${replacedBy ? `; use '${replacedBy}'` : ''}`;
}

/** @internal */
export function noLabel(what: string, labels: SeriesLabels): Fault {
  return fault('METRIC_LABEL_UNKNOWN', 'expr', `${what}; the series have ${listed(labels)}`);
}

/** A tag of a model adds a label that begins with an underscore. @internal */
export function isTag(label: string): boolean {
  return /^_(?!_)/.test(label);
}

/** kube-state-metrics writes `_` for every sign in the name of a resource that a label's name cannot have. */
function checkResource(name: string, { label, operator, value }: LabelMatcher, report: (fault: Fault) => void): void {
  const known = label === 'resource' && operator === '=' && Metric.find(name, [MetricExporter.KUBE_STATE_METRICS]);
  if (!known || !/[./-]/.test(value)) return;
  const reason = `resource="${value}" selects nothing: of ${name} that label has '_' for all other signs; use resource="${value.replace(/[^a-zA-Z0-9_]/g, '_')}"`;
  report(fault('METRIC_LABEL_VALUE_UNKNOWN', 'expr', reason));
}

function narrowed(
  name: string,
  label: SeriesLabel,
  matcher: LabelMatcher,
  report: (fault: Fault) => void,
): SeriesLabel {
  const { operator, value } = matcher;
  const { values } = label;
  if (operator === '=') {
    if (values && !values.includes(value) && value !== '') report(noValue(name, matcher, values));
    return { sure: value !== '', values: [value] };
  }
  if (operator === '!=') {
    if (values && !values.includes(value) && value !== '') report(noValue(name, matcher, values));
    return { sure: label.sure || value === '', ...(values ? { values: values.filter((one) => one !== value) } : {}) };
  }
  const pattern = wholeRegex(value);
  if (!pattern || !values) return label;
  const wanted = operator === '=~';
  const left = values.filter((one) => pattern.test(one) === wanted);
  // Alternatives that name nothing are the same mistake as a value that does not exist.
  const none = /^[\w|-]+$/.test(value) ? value.split('|').filter((one) => !values.includes(one)) : [];
  if (none.length > 0) report(noValue(name, { ...matcher, value: none[0] }, values));
  else if (left.length === (wanted ? 0 : values.length)) report(noValue(name, matcher, values));
  return { ...label, values: left };
}

function noValue(name: string, { label, operator, value }: LabelMatcher, values: readonly string[]): Fault {
  const effect = operator === '=' || operator === '=~' ? 'selects nothing' : 'excludes nothing';
  return fault(
    'METRIC_LABEL_VALUE_UNKNOWN',
    'expr',
    `${label}${operator}"${value}" ${effect}: of ${name} that label is one of ${values.join(', ')}`,
  );
}

/** Whether a name is nearly one that the catalog has. */
function misspelt(name: string, targets: readonly ScrapedTarget[]): boolean {
  const known = Metric.ALL.filter(({ exporter }) => targets.some(({ exporters }) => exporters.includes(exporter)));
  const series = known.flatMap((metric) => [metric.name, ...metric.seriesNames]);
  return series.some((one) => one === `${name}_total` || editDistance(one, name) <= 2);
}

function exposed(
  { name, matchers }: SelectorExpression,
  all: ScrapedTargets,
  report: (fault: Fault) => void,
): Series | undefined {
  let targets = all.all;
  const ofScrape = SCRAPE_SERIES.includes(name);
  for (const [label, of] of CHOICES) {
    const matcher = matchers.find((one) => one.label === label && one.operator === '=');
    if (!matcher) continue;
    const named = label === 'job' ? all.ofJob(matcher.value) : targets;
    // Whose labels are honored tells of other namespaces than its own; `up` is of the scrape alone.
    const anyPlace = (target: ScrapedTarget) => label === 'namespace' && honorsLabels(target) && !ofScrape;
    const left = named.filter((target) => anyPlace(target) || (of(target) ?? matcher.value) === matcher.value);
    if (left.length === 0) {
      report(noTarget(label, matcher.value, targets, of));
      return undefined;
    }
    targets = left;
  }
  const places = new Map([...targetLabels(targets, all), ...labelsNamed(all.extraLabels, false)]);
  if (ofScrape) return { labels: places };
  const metrics = targets.map((target) => Metric.find(name, target.exporters));
  const found = metrics.find((metric) => metric !== undefined);
  if (!found) {
    if (!mayExist(name, targets) || misspelt(name, targets)) report(noMetric(name, targets));
    return undefined;
  }
  const missing = targets.map((target, i) => {
    const metric = metrics[i];
    return metric ? missingFrom(target, metric) : [''];
  });
  if (missing.every((reasons) => reasons.length > 0)) {
    for (const reason of new Set(missing.flat().filter(Boolean))) report(fault('METRIC_NOT_EXPOSED', 'expr', reason));
  }
  const series = targets.flatMap((target, i) => {
    const metric = metrics[i];
    return metric ? [labelsOf(name, metric, target, all)] : [];
  });
  const value = valueOf(name, found);
  const bounds =
    name === `${found.name}_bucket` ? targets.map((target, i) => metrics[i] && boundsOf(metrics[i], target)) : [];
  const same = bounds.length > 0 && bounds.every((each) => each?.join() === bounds[0]?.join()) ? bounds[0] : undefined;
  return { ...value, ...(same ? { bounds: same } : {}), labels: new Map([...places, ...series.reduce(eitherOf)]) };
}

function noTarget(
  label: string,
  value: string,
  targets: readonly ScrapedTarget[],
  of: (target: ScrapedTarget) => string | undefined,
): Fault {
  const names = [...new Set(targets.map((target) => `'${of(target)}'`))].join(', ') || 'none';
  const what = label === 'job' ? 'job name' : label;
  return fault(
    'SCRAPE_JOB_UNKNOWN',
    'expr',
    `no watched workload has the ${what} '${value}'; the ${what}s are: ${names}`,
  );
}

function noMetric(name: string, targets: readonly ScrapedTarget[]): Fault {
  const exporters = [...new Set(targets.flatMap((target) => target.exporters))];
  const reason =
    `'${name}' is neither a metric of the exporters (${exporters.join(', ') || 'none'}) nor recorded by an earlier rule` +
    hintOf(name, exporters);
  return fault('METRIC_UNKNOWN', 'expr', reason);
}

function hintOf(name: string, exporters: readonly MetricExporter[]): string {
  const own = Metric.ALL.filter(({ exporter }) => exporters.includes(exporter));
  const near = own.find((metric) => metric.name === name || metric.name === `${name}_total`);
  if (near) return `; a ${near.type} is selected by ${near.seriesNames.join(', ')}`;
  const other = Metric.ALL.find((metric) => metric.seriesNames.includes(name));
  if (other) return `; it comes from exporter '${other.exporter}'`;
  const series = own.flatMap(({ seriesNames }) => seriesNames);
  // A name that differs in more is another one.
  const nearest = nearNames(name, series).filter((one) => editDistance(one, name) <= name.length / 4);
  return nearest.length > 0 ? `; nearest: ${nearest.join(', ')}` : '; see Metric.ALL';
}

function targetLabels(targets: readonly ScrapedTarget[], all: ScrapedTargets): Map<string, SeriesLabel> {
  const labels = labelsNamed(all.targetLabels);
  for (const [label, of] of CHOICES) {
    const values = targets.map(of);
    if (values.every((value) => value !== undefined))
      labels.set(label, { sure: true, values: [...new Set(values)] as string[] });
  }
  return labels;
}

function labelsOf(series: string, metric: Metric, target: ScrapedTarget, all: ScrapedTargets): SeriesLabels {
  const { version } = target;
  const honored = honorsLabels(target);
  const own =
    series === metric.name ? metric.labelsAt(version) : metric.labelsAt(version).filter((one) => one !== 'quantile');
  const sure = metric.commonLabelsAt(version);
  const labels = new Map<string, SeriesLabel>();
  for (const label of own) {
    const values = Object.hasOwn(metric.labelValues, label) ? metric.labelValues[label] : undefined;
    const known = { sure: sure.includes(label), ...(values ? { values } : {}) };
    // Where both have it, that of the exporter stays if the scrape honors it, and has another name in others' Prometheus.
    if (all.targetLabels.includes(label)) {
      labels.set(`exported_${label}`, { sure: false });
      if (honored) labels.set(label, { sure: true });
    } else labels.set(label, known);
  }
  // Our scrape gives the series of vLLM's own server and of DCGM the labels that all others have.
  const model = all.ownScrape && labels.get(MODEL_NAME_LABEL);
  if (model) labels.set('model', model);
  const gpu = all.ownScrape && labels.get(UUID_LABEL);
  if (gpu) labels.set('gpu_uuid', gpu);
  if (series === `${metric.name}_bucket` && metric.type === MetricType.HISTOGRAM) labels.set('le', { sure: true });
  return labels;
}

function valueOf(series: string, metric: Metric): Series {
  const { type, unit, name, perDevice, unlikeValuesOf } = metric;
  const observes = type === MetricType.HISTOGRAM || type === MetricType.SUMMARY;
  const part = observes ? series.slice(name.length) : '';
  const unitOfSum = quantityOf(unit);
  const quantity = part === '_count' || part === '_bucket' ? OBSERVATIONS : unitOfSum;
  const counter = type === MetricType.COUNTER || part !== '' ? series : undefined;
  const device = DEVICE_LABELS.find((label) => metric.labels.includes(label));
  const most = type === MetricType.GAUGE ? MOST[unit] : undefined;
  return {
    quantity,
    ...(most !== undefined ? { most } : {}),
    ...(counter || NEVER_NEGATIVE.includes(unit) ? { least: 0 } : {}),
    ...(part === '_bucket' ? { observed: unitOfSum } : {}),
    ...(counter ? { counter } : {}),
    ...(type === MetricType.SUMMARY && part === '' ? { quantile: true } : {}),
    ...(perDevice && device ? { perDevice: device } : {}),
    ...(unlikeValuesOf ? { unlikeValuesOf } : {}),
  };
}
