import { fault } from '../../units/fault';
import { CallExpression, PromqlExpression } from '../promql/expression';
import { perSecond, quantityOf, SECONDS } from './quantity';
import { noLabels, reachOf, Report, Series, SeriesLabel } from './series';
import { Surroundings } from './surroundings';
import { MetricUnit } from '../../catalog/metric-kind';

/** Range functions that are only valid for counters, and those that are invalid for them. */
const COUNTER_FUNCTIONS = ['rate', 'irate', 'increase', 'resets'];
const GAUGE_FUNCTIONS = ['delta', 'idelta', 'deriv', 'predict_linear', 'double_exponential_smoothing'];
/** Functions of a slope, and those of the last two samples. */
const SLOPES = ['rate', 'increase', 'delta', 'deriv', 'predict_linear', 'double_exponential_smoothing'];
const LAST_TWO = ['irate', 'idelta'];
/** Functions whose value is within the bounds of their argument. */
const BOUNDED = [
  'avg_over_time',
  'max_over_time',
  'min_over_time',
  'last_over_time',
  'quantile_over_time',
  'sort',
  'sort_desc',
];
/** Functions of counters, whose value is no less than 0 either. */
const GROWTH = ['rate', 'irate', 'increase', 'sum_over_time'];
/** Averages over time, of which a quantile knows nothing. */
const AVERAGES = ['avg_over_time', 'sum_over_time', 'stddev_over_time', 'stdvar_over_time'];
const SAME = [
  ...['abs', 'ceil', 'floor', 'round', 'clamp', 'clamp_min', 'clamp_max', 'sort', 'sort_desc', 'sort_by_label'],
  ...['sort_by_label_desc', 'label_replace', 'label_join', 'last_over_time', 'first_over_time', 'avg_over_time'],
  ...['min_over_time', 'max_over_time', 'sum_over_time', 'quantile_over_time', 'stddev_over_time', 'mad_over_time'],
  ...['delta', 'idelta', 'increase', 'predict_linear', 'double_exponential_smoothing', 'info'],
];
const PER_SECOND = ['rate', 'irate', 'deriv'];
const ABSENT = ['absent', 'absent_over_time'];
const RATIO = quantityOf(MetricUnit.RATIO);

/**
 * What a function makes of its arguments.
 *
 * @internal
 */
export function callSeries({ name, args }: CallExpression, given: readonly Series[], around: Surroundings): Series {
  const { report } = around;
  if (name === 'time') return { labels: noLabels(), scalar: true, quantity: SECONDS };
  if (name === 'pi') return { labels: noLabels(), scalar: true, literal: Math.PI };
  if (name === 'vector') return { labels: noLabels(), quantity: given[0]?.quantity };
  if (name === 'scalar') return { labels: noLabels(), scalar: true, quantity: given[0]?.quantity };
  if (ABSENT.includes(name)) return { labels: equalsOf(args[0]) };
  if (name === 'histogram_quantile' || name === 'quantile_over_time') checkQuantile(`${name}()`, given[0], report);
  if (name === 'histogram_quantile') return quantileOf(given[1] ?? {}, report);
  const position = name === 'quantile_over_time' ? 1 : 0;
  const of = given[position] ?? { labels: noLabels() };
  if (of.window !== undefined) {
    checkWindow(name, args[position], of.window, around);
    rangeFaults(name, args[position], of, report);
  }
  const { labels, observed, unlikeValuesOf, perDevice, bounds } = of;
  const kept: Series = { labels, unlikeValuesOf, perDevice };
  // Their slope may be negative, unlike that of what only grows.
  const floored = of.least === 0 && GROWTH.includes(name) ? { least: 0 } : {};
  if (PER_SECOND.includes(name))
    return { ...kept, ...floored, observed, bounds, quantity: of.quantity && perSecond(of.quantity) };
  if (name === 'timestamp') return { ...kept, quantity: SECONDS };
  if (name === 'histogram_fraction') return { labels, quantity: RATIO };
  if (!SAME.includes(name)) return kept;
  const within = BOUNDED.includes(name) ? { ...reachOf(of), limit: of.limit } : {};
  const same: Series = { ...kept, quantity: of.quantity, observed, bounds, ...floored, ...within };
  const through = COUNTER_FUNCTIONS.includes(name) || GAUGE_FUNCTIONS.includes(name) ? {} : { counter: of.counter };
  const quantile = of.quantile || name === 'quantile_over_time' ? { quantile: true } : {};
  if (name === 'label_replace' || name === 'label_join')
    return { ...same, ...through, ...quantile, labels: labelSet(args, of) };
  const floor = name === 'clamp_min' || name === 'clamp' ? given[1]?.literal : undefined;
  return { ...same, ...through, ...quantile, ...(floor !== undefined ? { clampedAt: floor } : {}) };
}

/** How many scrapes a window must span so that one that fails does not empty it: for a slope two samples are needed. */
function scrapesOf(name: string): number {
  if (SLOPES.includes(name)) return 4;
  return LAST_TWO.includes(name) ? 3 : 2;
}

function checkWindow(name: string, arg: PromqlExpression, window: number, around: Surroundings): void {
  const scrapes = scrapesOf(name);
  const least = scrapes * around.scrapeIntervalSeconds;
  if (window === 0 || window >= least) return;
  const reason = `the window of ${seriesName(arg)} is ${window} s, but must span ${scrapes} scrapes; use at least ${least} s`;
  around.report(fault('RANGE_WINDOW_TOO_SHORT', 'expr', reason));
}

/** The faults of the share that a quantile asks for. @internal */
export function checkQuantile(what: string, parameter: Series | undefined, report: Report): void {
  const share = parameter?.literal;
  if (share === undefined || (share >= 0 && share <= 1)) return;
  const reason = `${what} takes a share from 0 to 1, for example 0.99; got ${share}`;
  report(fault('QUANTILE_OUT_OF_RANGE', 'expr', reason));
}

function rangeFaults(name: string, arg: PromqlExpression, of: Series, report: Report): void {
  const what = seriesName(arg);
  if (COUNTER_FUNCTIONS.includes(name) && of.labels !== undefined) {
    if (of.sumOfCounters) {
      report(
        fault(
          'RATE_OF_SUM',
          'expr',
          `${name}() of ${what}, in which counters are added up: one that begins again at zero cannot be seen in the sum; ` +
            `write sum(${name}(...)) instead`,
        ),
      );
    } else if (of.counter === undefined && what !== undefined) {
      report(
        fault('RATE_OF_GAUGE', 'expr', `${name}() is for counters, but ${what} is not one; use delta() or deriv()`),
      );
    }
  }
  if (GAUGE_FUNCTIONS.includes(name) && of.counter !== undefined) {
    const reason = `${name}() is wrong for ${of.counter}, a counter that starts again at zero with its process; use increase() or rate()`;
    report(fault('DELTA_OF_COUNTER', 'expr', reason));
  }
  if (AVERAGES.includes(name) && of.counter !== undefined) {
    const reason = `${name}() of ${of.counter} is of everything since its process began; use rate() or increase()`;
    report(fault('COUNTER_READ_RAW', 'expr', reason));
  }
  if (AVERAGES.includes(name) && of.quantile) {
    report(fault('QUANTILES_AGGREGATED', 'expr', `${name}() over quantiles is meaningless; use max_over_time`));
  }
}

/** The metric of a range; undefined of a subquery over anything else. */
function seriesName(expression: PromqlExpression): string | undefined {
  if (expression.kind === 'selector') return expression.name;
  if (expression.kind === 'range' || expression.kind === 'shift') return seriesName(expression.of);
  if (expression.kind === 'subquery') return seriesName(expression.of) ?? 'a subquery';
  return undefined;
}

function quantileOf(buckets: Series, report: Report): Series {
  if (buckets.labels && !buckets.labels.has('le')) {
    const reason = `histogram_quantile needs the label 'le'; keep it with sum by (le, ...)`;
    report(fault('BUCKET_LABEL_DROPPED', 'expr', reason));
  }
  if (buckets.counter !== undefined) {
    const reason = `histogram_quantile of ${buckets.counter} is over all requests since the process began; put it into rate(...[5m])`;
    report(fault('COUNTER_READ_RAW', 'expr', reason));
  }
  const labels = buckets.labels && new Map([...buckets.labels].filter(([label]) => label !== 'le'));
  const limit = buckets.bounds?.[buckets.bounds.length - 1];
  return { labels, quantity: buckets.observed, quantile: true, ...(limit !== undefined ? { limit } : {}) };
}

/** Where nothing is, the labels are those that the selector asks for. */
function equalsOf(arg: PromqlExpression): Series['labels'] {
  if (arg.kind === 'range' || arg.kind === 'shift') return equalsOf(arg.of);
  if (arg.kind !== 'selector') return noLabels();
  const equal = arg.matchers.filter(({ operator, value }) => operator === '=' && value !== '');
  return new Map(equal.map(({ label, value }) => [label, { sure: true, values: [value] }]));
}

function labelSet(args: readonly PromqlExpression[], { labels }: Series): Series['labels'] {
  const [, target] = args;
  if (!labels || target?.kind !== 'string' || target.text === undefined) return labels;
  const unknown: SeriesLabel = { sure: false };
  return new Map([...labels, [target.text, unknown]]);
}
