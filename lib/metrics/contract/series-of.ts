import { fault } from '../../units/fault';
import { AggregationExpression, PromqlExpression, RangeExpression } from '../promql/expression';
import { binarySeries } from './binary-series';
import { callSeries, checkQuantile } from './call-series';
import { isTag, noLabel, selectedSeries } from './exposed-series';
import { Surroundings } from './surroundings';
import { noLabels, reachOf, Series } from './series';

/** Quantiles of several pods can be compared, but neither added nor averaged. */
const COMPARING = ['max', 'min', 'count', 'group', 'topk', 'bottomk', 'count_values'];
/** Aggregations whose value is no longer that of their series. */
const COUNTING = ['count', 'group', 'count_values'];
/** Aggregations whose value is within the bounds of their series. */
const KEEPING = ['max', 'min', 'avg', 'quantile'];
/** Aggregations whose series stay as they are. */
const CHOOSING = ['topk', 'bottomk', 'limitk', 'limit_ratio'];

/**
 * What is known of the value of an expression; what cannot be right is reported on the way.
 *
 * @internal
 */
export function seriesOf(expression: PromqlExpression, around: Surroundings): Series {
  switch (expression.kind) {
    case 'number':
      return { labels: noLabels(), scalar: true, literal: expression.value };
    case 'string':
      return { labels: noLabels() };
    case 'selector':
      return selectedSeries(expression, around.targets, around.recorded, around.report);
    case 'range':
    case 'subquery':
      return rangeSeries(expression, around);
    case 'shift':
      return seriesOf(expression.of, around);
    case 'unary': {
      const of = seriesOf(expression.of, around);
      const turned = { ...of, most: undefined, least: undefined, limit: undefined };
      return of.literal === undefined ? turned : { ...turned, literal: -of.literal };
    }
    case 'call':
      return callSeries(
        expression,
        expression.args.map((arg) => seriesOf(arg, around)),
        around,
      );
    case 'aggregation':
      return aggregated(expression, around);
    case 'binary':
      return binarySeries(
        expression,
        seriesOf(expression.left, around),
        seriesOf(expression.right, around),
        around.report,
      );
  }
}

/** A subquery has samples as often as it is evaluated, not as it is scraped. */
function rangeSeries({ kind, of, window = 0 }: RangeExpression, around: Surroundings): Series {
  return { ...seriesOf(of, around), window: kind === 'range' ? window : 0 };
}

function aggregated(expression: AggregationExpression, around: Surroundings): Series {
  const { operator, by, without } = expression;
  const { report } = around;
  const parameter = expression.parameter && seriesOf(expression.parameter, around);
  if (operator === 'quantile') checkQuantile(operator, parameter, report);
  const of = seriesOf(expression.of, around);
  const { labels } = of;
  if (!COMPARING.includes(operator) && of.quantile) {
    report(fault('QUANTILES_AGGREGATED', 'expr', `${operator} over quantiles is meaningless; use max`));
  }
  if (!labels) return {};
  for (const label of [...(by ?? []), ...(without ?? [])]) {
    if (labels.size > 0 && !labels.has(label) && !isTag(label)) {
      report(noLabel(`${operator} groups by '${label}', which the series lack`, labels));
    }
  }
  const kept = (label: string) => (by ? by.includes(label) : without ? !without.includes(label) : false);
  if (of.perDevice && operator === 'sum' && !(kept(of.perDevice) && onlyOneProcess(labels, kept))) {
    const reason =
      `each process on a device reports the whole of it, so that sum counts it once for each; ` +
      `write sum(max by (node, ${of.perDevice}) (...))`;
    report(fault('DEVICES_COUNTED_TWICE', 'expr', reason));
  }
  if (of.unlikeValuesOf && !COUNTING.includes(operator) && !CHOOSING.includes(operator) && !kept(of.unlikeValuesOf)) {
    const label = of.unlikeValuesOf;
    report(
      fault(
        'UNLIKE_VALUES_AGGREGATED',
        'expr',
        `the values of label '${label}' are of unlike quantities; select one of them`,
      ),
    );
  }
  if (CHOOSING.includes(operator)) return of;
  const left = new Map([...labels].filter(([label]) => kept(label)));
  if (operator === 'count_values') return { labels: left };
  if (COUNTING.includes(operator)) return { labels: left };
  return {
    labels: left,
    quantity: of.quantity,
    observed: of.observed,
    ...(of.quantile ? { quantile: true } : {}),
    bounds: of.bounds,
    ...(KEEPING.includes(operator) ? { ...reachOf(of), limit: of.limit } : {}),
    ...(operator === 'sum' && of.least === 0 ? { least: 0 } : {}),
    ...(of.counter ? { counter: of.counter, sumOfCounters: true } : {}),
    ...(of.unlikeValuesOf && kept(of.unlikeValuesOf) ? { unlikeValuesOf: of.unlikeValuesOf } : {}),
  };
}

/** Whether a sum adds up nothing: each of its groups is one process. */
function onlyOneProcess(labels: NonNullable<Series['labels']>, kept: (label: string) => boolean): boolean {
  return kept('pod') || kept('instance') || !labels.has('pod');
}
