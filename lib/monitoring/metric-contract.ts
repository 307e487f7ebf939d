import { Fault, fault, faultsUnder } from '../units/fault';
import { Metric } from '../catalog/metric';
import { MetricExporter, MetricType } from '../catalog/metric-kind';
import { MetricsTarget } from '../core/watchable';
import { missingFrom } from './indicator';
import { MODEL_NAME_LABEL, MonitoringRule, TARGET_LABELS } from './monitoring-rule';
import { parsePromql, PromqlExpression } from './promql';
import { checkArguments } from '../units/argument-faults';

/** Range functions that are only valid for counters, and those that are invalid for them. */
const COUNTER_FUNCTIONS = ['rate', 'irate', 'increase', 'resets'];
const GAUGE_FUNCTIONS = ['delta', 'idelta', 'deriv', 'predict_linear', 'holt_winters'];
/** A window shorter than this many scrapes is empty whenever one or two scrapes fail. */
const SCRAPES_PER_WINDOW = 4;
/** Quantiles of several pods can be compared, but neither added nor averaged. */
const QUANTILE_AGGREGATIONS = ['max', 'min', 'count', 'group', 'topk', 'bottomk'];

type Selector = Extract<PromqlExpression, { kind: 'selector' }>;

/**
 * Checks queries against what exporters really expose.
 *
 * A query for a metric that does not exist is not an error for Prometheus: the result is empty and the alert never fires. So every
 * expression is checked against the metric catalog and the features that the watched workloads have switched on.
 */
export class MetricContract {
  /**
   * The faults of rules: unknown metrics, metrics whose version or feature the workload lacks, unknown labels,
   * `rate()` on a gauge, `delta()` on a counter, `histogram_quantile` without `le`, added or averaged quantiles, windows shorter
   * than four scrapes. A selector with `job="..."` is checked against that target, any other against all targets.
   *
   * @param rules rules in the order of their evaluation; later rules may use what earlier ones record
   * @param targets the workloads that are scraped
   * @param scrapeIntervalSeconds seconds between scrapes @default 15
   */
  public static faults(rules: MonitoringRule[], targets: MetricsTarget[], scrapeIntervalSeconds: number = 15): Fault[] {
    const recorded = new Map<string, ReadonlySet<string>>();
    const scraped = new ScrapedTargets(targets);
    return rules.flatMap((rule) => {
      const check = new ExpressionCheck(scraped, scrapeIntervalSeconds, recorded);
      try {
        const labels = new Set([...check.labels(parsePromql(rule.expr)), ...Object.keys(rule.labels ?? {})]);
        if (rule.record) recorded.set(rule.record, new Set([...(recorded.get(rule.record) ?? []), ...labels]));
      } catch (error) {
        check.faults.push(fault('PROMQL_SYNTAX', 'expr', `the expression is not PromQL: ${(error as Error).message}`));
      }
      return faultsUnder(check.faults, '', `rule '${rule.record ?? rule.alert}'`);
    });
  }

  private constructor() {}
}

checkArguments('MetricContract', MetricContract);

/** Targets as expressions ask for them: each of many rules is about one of many targets. */
class ScrapedTargets {
  public readonly exporters: MetricExporter[];
  private readonly byJob = new Map<string, MetricsTarget[]>();

  public constructor(public readonly all: readonly MetricsTarget[]) {
    this.exporters = [...new Set(all.flatMap((target) => target.exporters))];
    for (const target of all) {
      const known = this.byJob.get(target.jobName);
      if (known) known.push(target);
      else this.byJob.set(target.jobName, [target]);
    }
  }

  public ofJob(jobName: string): readonly MetricsTarget[] {
    return this.byJob.get(jobName) ?? [];
  }
}

class ExpressionCheck {
  public readonly faults: Fault[] = [];

  public constructor(
    private readonly targets: ScrapedTargets,
    private readonly scrapeIntervalSeconds: number,
    private readonly recorded: ReadonlyMap<string, ReadonlySet<string>>,
  ) {}

  /** The labels that the result may have; faults are noted on the way. */
  public labels(expression: PromqlExpression): ReadonlySet<string> {
    switch (expression.kind) {
      case 'literal':
        return new Set();
      case 'selector':
        return this.selectorLabels(expression);
      case 'call':
        return this.callLabels(expression.name, expression.args);
      case 'aggregation':
        return this.aggregationLabels(expression);
      case 'binary': {
        const [left, right] = [this.labels(expression.left), this.labels(expression.right)];
        return expression.left.kind === 'literal' ? right : left;
      }
    }
  }

  private selectorLabels(selector: Selector): ReadonlySet<string> {
    const recorded = this.recorded.get(selector.name);
    const labels = recorded ?? this.metricLabels(selector);
    for (const { label } of selector.matchers) {
      if (labels && !labels.has(label))
        this.faults.push(
          fault('METRIC_LABEL_UNKNOWN', 'expr', `${selector.name} has no label '${label}'; it has ${listed(labels)}`),
        );
    }
    if (selector.window !== undefined && selector.window < SCRAPES_PER_WINDOW * this.scrapeIntervalSeconds) {
      this.faults.push(
        fault(
          'RANGE_WINDOW_TOO_SHORT',
          'expr',
          `the window of ${selector.name} is ${selector.window} s, but must span ${SCRAPES_PER_WINDOW} scrapes; use at least ` +
            `${SCRAPES_PER_WINDOW * this.scrapeIntervalSeconds} s`,
        ),
      );
    }
    return labels ?? new Set();
  }

  private metricLabels(selector: Selector): ReadonlySet<string> | undefined {
    if (selector.name === 'up') return new Set(TARGET_LABELS);
    const job = selector.matchers.find(({ label, operator }) => label === 'job' && operator === '=');
    const targets = job ? this.targets.ofJob(job.value) : this.targets.all;
    if (job && targets.length === 0) {
      const jobs = this.targets.all.map(({ jobName }) => `'${jobName}'`).join(', ') || 'none';
      this.faults.push(
        fault(
          'SCRAPE_JOB_UNKNOWN',
          'expr',
          `no watched workload has the job name '${job.value}'; the job names are: ${jobs}`,
        ),
      );
      return undefined;
    }
    const metrics = targets.map((target) => Metric.find(selector.name, target.exporters));
    const metric = metrics.find((found) => found !== undefined);
    if (!metric) {
      const exporters = [...new Set(targets.flatMap((target) => target.exporters))].join(', ') || 'none';
      const bare = Metric.ALL.find(({ name }) => name === selector.name);
      const hint = bare ? `; a ${bare.type} is selected by ${bare.seriesNames.join(', ')}` : '; see Metric.ALL';
      this.faults.push(
        fault(
          'METRIC_UNKNOWN',
          'expr',
          `'${selector.name}' is neither a metric of the exporters (${exporters}) nor recorded by an earlier rule${hint}`,
        ),
      );
      return undefined;
    }
    const missing = targets.map((target, i) => (metrics[i] ? missingFrom(target, metric) : ['']));
    if (missing.every((reasons) => reasons.length > 0)) {
      for (const reason of new Set(missing.flat().filter(Boolean)))
        this.faults.push(fault('METRIC_NOT_EXPOSED', 'expr', reason));
    }
    const bucket = selector.name.endsWith('_bucket') && metric.type === MetricType.HISTOGRAM;
    // A tag of the model may add any label that begins with an underscore; our queries do not use them.
    const own = selector.name === metric.name ? metric.labels : metric.labels.filter((label) => label !== 'quantile');
    // The scrape gives the series of vLLM's own server the label that all others have.
    const named = own.includes(MODEL_NAME_LABEL) ? ['model'] : [];
    return new Set([...TARGET_LABELS, ...own, ...named, ...(bucket ? ['le'] : [])]);
  }

  private callLabels(name: string, args: readonly PromqlExpression[]): ReadonlySet<string> {
    const labels = args.map((arg) => this.labels(arg));
    if (name === 'histogram_quantile') {
      const of = labels[1] ?? new Set();
      if (!of.has('le'))
        this.faults.push(
          fault(
            'BUCKET_LABEL_DROPPED',
            'expr',
            `histogram_quantile needs the label 'le'; keep it with sum by (le, ...)`,
          ),
        );
      return new Set([...of].filter((label) => label !== 'le'));
    }
    const selector = args.find((arg): arg is Selector => arg.kind === 'selector' && arg.window !== undefined);
    const counter = selector && this.isCounter(selector.name);
    if (COUNTER_FUNCTIONS.includes(name)) {
      if (!selector)
        this.faults.push(
          fault('RANGE_SELECTOR_MISSING', 'expr', `${name}() needs a range selector such as metric[5m]`),
        );
      else if (counter === false)
        this.faults.push(
          fault(
            'RATE_OF_GAUGE',
            'expr',
            `${name}() is for counters, but ${selector.name} is not one; use delta() or deriv()`,
          ),
        );
    }
    if (GAUGE_FUNCTIONS.includes(name) && selector && counter) {
      this.faults.push(
        fault(
          'DELTA_OF_COUNTER',
          'expr',
          `${name}() is wrong for ${selector.name}, a counter that starts again at zero with its process; use increase() or rate()`,
        ),
      );
    }
    return labels.reduce((all, some) => new Set([...all, ...some]), new Set<string>());
  }

  /** Whether a series only grows; undefined if it is unknown, which is a separate fault. */
  private isCounter(seriesName: string): boolean | undefined {
    if (this.recorded.has(seriesName)) return false;
    const metric = Metric.find(seriesName, this.targets.exporters);
    if (!metric) return undefined;
    return metric.type === MetricType.COUNTER || /_(bucket|sum|count)$/.test(seriesName.slice(metric.name.length));
  }

  private aggregationLabels(expression: Extract<PromqlExpression, { kind: 'aggregation' }>): ReadonlySet<string> {
    const { operator, by, without, arg } = expression;
    const labels = this.labels(arg);
    if (!QUANTILE_AGGREGATIONS.includes(operator) && labels.has('quantile')) {
      this.faults.push(
        fault('QUANTILES_AGGREGATED', 'expr', `${operator} over the quantiles of a summary is meaningless; use max`),
      );
    }
    for (const label of [...(by ?? []), ...(without ?? [])]) {
      if (labels.size > 0 && !labels.has(label))
        this.faults.push(
          fault(
            'METRIC_LABEL_UNKNOWN',
            'expr',
            `${operator} groups by '${label}', but the labels are ${listed(labels)}`,
          ),
        );
    }
    if (by) return new Set(by);
    return without ? new Set([...labels].filter((label) => !without.includes(label))) : new Set();
  }
}

function listed(labels: ReadonlySet<string>): string {
  return [...labels].sort().join(', ') || 'none';
}
