import { Fault, fault, faultsUnder } from '../../units/fault';
import { PromqlExpression } from '../promql/expression';
import { isDuration } from '../promql/literals';
import { parsePromql } from '../promql/parse';
import { valueType } from '../promql/value-types';
import { common, described, quantityOfName } from './quantity';
import { ScrapedTarget, ScrapedTargets } from './scraped-target';
import { merged, Series, SeriesLabel } from './series';
import { seriesOf } from './series-of';
import { Surroundings } from './surroundings';
import { templateFault } from './template-faults';

/**
 * A rule as Prometheus has it, as far as its expression matters.
 *
 * @internal
 */
export interface ContractRule {
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
  readonly for?: string;
  readonly keepFiringFor?: string;
  readonly labels?: { readonly [key: string]: string };
  readonly annotations?: { readonly [key: string]: string };
}

/**
 * How rules are read.
 *
 * @internal
 */
export interface ContractOptions {
  readonly scrapeIntervalSeconds: number;
  /** Labels that scrapes add beside the usual. @default - none */
  readonly extraLabels?: readonly string[];
  /** Whether our scrape configuration reads the targets, which adds labels of its own. @default true */
  readonly ownScrape?: boolean;
  /** Whether a rule may use what a later one records: groups are evaluated each by its own clock. @default false */
  readonly anyOrder?: boolean;
}

/**
 * A query of a dashboard.
 *
 * @internal
 */
export interface ContractQuery {
  /** What messages call it, e.g. `panel 'Latency'`. */
  readonly name: string;
  readonly expr: string;
}

/** What is recorded by rules that use one another, at most so many deep. */
const DEPTH = 4;

/**
 * The faults of rules.
 *
 * @param rules rules in the order of their evaluation; later rules may use what earlier ones record
 * @param targets the workloads that are scraped
 * @param options how they are read
 *
 * @internal
 */
export function ruleFaults(
  rules: readonly ContractRule[],
  targets: readonly ScrapedTarget[],
  options: ContractOptions,
): Fault[] {
  return evaluated(rules, new ScrapedTargets(targets, options.extraLabels, options.ownScrape), options).faults;
}

/**
 * The faults of rules, or, where these have none, of queries that read what targets expose and the rules record.
 *
 * @param queries the queries
 * @param rules the rules
 * @param targets the workloads that are scraped
 * @param options how they are read
 *
 * @internal
 */
export function ruleAndQueryFaults(
  queries: readonly ContractQuery[],
  rules: readonly ContractRule[],
  targets: readonly ScrapedTarget[],
  options: ContractOptions,
): Fault[] {
  const scraped = new ScrapedTargets(targets, options.extraLabels, options.ownScrape);
  const { recorded, faults } = evaluated(rules, scraped, options);
  if (faults.length > 0) return faults;
  const { scrapeIntervalSeconds } = options;
  return queries.flatMap(({ name, expr }) => {
    const found: Fault[] = [];
    const report = (one: Fault) => found.push(one);
    expressionSeries({ expr }, { targets: scraped, recorded, scrapeIntervalSeconds, report });
    return faultsUnder(found, '', name);
  });
}

function evaluated(rules: readonly ContractRule[], scraped: ScrapedTargets, options: ContractOptions) {
  const { scrapeIntervalSeconds, anyOrder = false } = options;
  let before: ReadonlyMap<string, Series> = new Map<string, Series>();
  const pass = (faults: Fault[]): ReadonlyMap<string, Series> => {
    const recorded = new Map<string, Series>();
    for (const rule of rules) {
      const found: Fault[] = ruleFormFaults(rule);
      const known = anyOrder ? new Map([...before, ...recorded]) : recorded;
      const report = (one: Fault) => found.push(one);
      const series = expressionSeries(rule, { targets: scraped, recorded: known, scrapeIntervalSeconds, report });
      if (rule.record && series) {
        const earlier = recorded.get(rule.record);
        recorded.set(rule.record, earlier ? merged(earlier, series) : series);
      }
      faults.push(...faultsUnder(found, '', `rule '${rule.record ?? rule.alert}'`));
    }
    return recorded;
  };
  for (let depth = 0; anyOrder && depth < DEPTH; depth++) before = pass([]);
  const faults: Fault[] = [];
  return { recorded: pass(faults), faults };
}

const METRIC_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/** What Prometheus refuses of a rule beside its expression: with it the whole file. */
function ruleFormFaults({ record, alert, labels = {}, annotations = {}, ...rule }: ContractRule): Fault[] {
  const faults: Fault[] = [];
  const wrong = (property: string, reason: string) => faults.push(fault('RULE_INVALID', property, reason));
  if (record !== undefined && alert !== undefined)
    wrong('record', 'it has a record and an alert; make two rules of it');
  if (record !== undefined && !METRIC_NAME.test(record))
    wrong('record', `record must consist of letters, digits, underscores and colons; got '${record}'`);
  for (const [key, duration] of [
    ['for', rule.for],
    ['keep_firing_for', rule.keepFiringFor],
  ] as const) {
    if (duration === undefined) continue;
    if (record !== undefined) wrong(key, `'${key}' belongs to alerts; leave it out`);
    if (duration !== '0' && !isDuration(duration))
      wrong(
        key,
        `${key} must be a duration such as 5m or 1h30m, units in the order y w d h m s ms; got '${duration}'` +
          (duration === '' ? `; leave '${key}' out, or write 0s` : ''),
      );
  }
  if (record !== undefined && Object.keys(annotations).length > 0)
    wrong('annotations', `'annotations' belong to alerts; leave them out`);
  for (const label of Object.keys(labels)) {
    if (!LABEL_NAME.test(label) || label === '__name__')
      wrong('labels', `labels must be named by letters, digits and underscores; got '${label}'`);
  }
  if (alert === undefined) return faults;
  for (const [property, texts] of Object.entries({ labels, annotations })) {
    for (const [name, text] of Object.entries(texts)) {
      const reason = templateFault(text);
      if (reason)
        wrong(property, `the template of ${property === 'labels' ? 'label' : 'annotation'} '${name}': ${reason}`);
    }
  }
  return faults;
}

function expressionSeries(rule: ContractRule, around: Surroundings): Series | undefined {
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
        `a vector or a number is needed, but '${expr}' is ${type === 'string' ? 'text' : 'a range'}`,
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
  // A part of a whole that the query says itself, such as 100 * seconds / 600.
  const isPart = series.divided && promised && Object.keys(promised.powers).length === 0;
  const quantity =
    promised && series.quantity && !isPart ? common(series.quantity, promised) : (promised ?? series.quantity);
  if (!quantity && promised && series.quantity) {
    const reason = `its name says ${described(promised)}, but its value is in ${described(series.quantity)}`;
    report(fault('UNITS_MIXED', 'expr', reason));
  }
  const own = Object.entries(labels).map(([label, value]): [string, SeriesLabel] => [
    label,
    { sure: value !== '', values: [value] },
  ]);
  const all = series.labels && new Map([...series.labels, ...own]);
  return {
    ...series,
    labels: all,
    quantity,
    bounds: undefined,
    literal: undefined,
    scalar: undefined,
    window: undefined,
    divided: undefined,
  };
}
