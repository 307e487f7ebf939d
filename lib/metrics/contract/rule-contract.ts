import { Fault, fault, faultsUnder } from '../../units/fault';
import { PromqlExpression } from '../promql/expression';
import { parsePromql } from '../promql/parse';
import { valueType } from '../promql/value-types';
import { common, described, quantityOfName } from './quantity';
import { ScrapedTarget, ScrapedTargets } from './scraped-target';
import { merged, Series, SeriesLabel } from './series';
import { seriesOf } from './series-of';

/**
 * A rule as Prometheus has it, as far as its expression matters.
 *
 * @internal
 */
export interface ContractRule {
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
  readonly labels?: { readonly [key: string]: string };
}

/**
 * The faults of rules.
 *
 * @param rules rules in the order of their evaluation; later rules may use what earlier ones record
 * @param targets the workloads that are scraped
 * @param scrapeIntervalSeconds seconds between scrapes
 *
 * @internal
 */
export function ruleFaults(
  rules: readonly ContractRule[],
  targets: readonly ScrapedTarget[],
  scrapeIntervalSeconds: number,
): Fault[] {
  const recorded = new Map<string, Series>();
  const scraped = new ScrapedTargets(targets);
  return rules.flatMap((rule) => {
    const faults: Fault[] = [];
    const series = queryFaults(rule, {
      targets: scraped,
      recorded,
      scrapeIntervalSeconds,
      report: (one) => faults.push(one),
    });
    if (rule.record && series) {
      const earlier = recorded.get(rule.record);
      recorded.set(rule.record, earlier ? merged(earlier, series) : series);
    }
    return faultsUnder(faults, '', `rule '${rule.record ?? rule.alert}'`);
  });
}

function queryFaults(rule: ContractRule, around: Parameters<typeof seriesOf>[1]): Series | undefined {
  const { expr } = rule;
  let expression: PromqlExpression;
  try {
    expression = parsePromql(expr);
  } catch (error) {
    around.report(fault('PROMQL_SYNTAX', 'expr', `the expression is not PromQL: ${(error as Error).message}`));
    return rule.record ? {} : undefined;
  }
  let typed = true;
  const type = valueType(expression, expr, (reason, needsRange) => {
    typed = false;
    around.report(needsRange ? fault('RANGE_SELECTOR_MISSING', 'expr', reason) : fault('PROMQL_TYPE', 'expr', reason));
  });
  if (typed && (type === 'string' || type === 'matrix')) {
    typed = false;
    around.report(
      fault(
        'PROMQL_TYPE',
        'expr',
        `a rule needs a vector or a number, but '${expr}' is ${type === 'string' ? 'text' : 'a range'}`,
      ),
    );
  }
  if (!typed) return rule.record ? {} : undefined;
  const series = seriesOf(expression, around);
  alwaysFires(rule, expression, around.report);
  return rule.record ? recordedSeries(rule, series, around.report) : undefined;
}

/** A comparison with `bool` has a value whether it holds or not. */
function alwaysFires({ alert }: ContractRule, expression: PromqlExpression, report: (fault: Fault) => void): void {
  if (alert === undefined || expression.kind !== 'binary' || !expression.bool) return;
  const reason = `a comparison with 'bool' gives 0 where it does not hold, and an alert fires for whatever has a value; leave 'bool' out`;
  report(fault('ALERT_ALWAYS_FIRES', 'expr', reason));
}

function recordedSeries({ record, labels = {} }: ContractRule, series: Series, report: (fault: Fault) => void): Series {
  const promised = quantityOfName(record as string);
  const quantity = promised && series.quantity ? common(series.quantity, promised) : (promised ?? series.quantity);
  if (!quantity && promised && series.quantity) {
    const reason = `its name says ${described(promised)}, but its value is in ${described(series.quantity)}`;
    report(fault('UNITS_MIXED', 'expr', reason));
  }
  const own = Object.entries(labels).map(([label, value]): [string, SeriesLabel] => [
    label,
    { sure: value !== '', values: [value] },
  ]);
  const all = series.labels && new Map([...series.labels, ...own]);
  return { ...series, labels: all, quantity, literal: undefined, scalar: undefined, window: undefined };
}
