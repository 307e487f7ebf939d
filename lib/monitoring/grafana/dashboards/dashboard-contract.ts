import {
  ContractOptions,
  ContractQuery,
  ContractRule,
  ruleAndQueryFaults,
} from '../../../metrics/contract/rule-contract';
import { ScrapedTarget } from '../../../metrics/contract/scraped-target';
import { Fault, fault, faultsUnder } from '../../../units/fault';
import { DashboardJson, VariableJson } from './dashboard-json';
import { isPrometheus, panelName, panelQueries, variableQueries } from './dashboard-queries';

/** What Grafana itself puts in: ranges that a reader looks at, in its syntax and as numbers. */
const RANGE = '3h';
const RANGE_SECONDS = 10_800;

/** What dashboards are checked against. @internal */
export interface DashboardSurroundings {
  readonly rules: readonly ContractRule[];
  readonly targets: readonly ScrapedTarget[];
  readonly options: ContractOptions;
}

/**
 * The faults of rules and, where these have none, of the queries of dashboards: of their panels, variables and annotations. A variable in a matcher
 * stands for any value.
 *
 * @param dashboards the dashboards
 * @param around what there is to query
 *
 * @internal
 */
export function dashboardFaults(dashboards: readonly DashboardJson[], around: DashboardSurroundings): Fault[] {
  const { rules, targets, options } = around;
  const faults: Fault[] = [];
  const queries: ContractQuery[] = [];
  for (const dashboard of dashboards) {
    for (const { name, expr } of queriesOf(dashboard)) {
      const { text, unknown } = withoutVariables(expr, dashboard, options.scrapeIntervalSeconds);
      if (unknown.length === 0) queries.push({ name, expr: text });
      else faults.push(...faultsUnder(unknown, '', name));
    }
  }
  return [...faults, ...ruleAndQueryFaults(queries, rules, targets, options)];
}

function queriesOf(dashboard: DashboardJson): ContractQuery[] {
  const of = `dashboard '${dashboard.title}':`;
  return [
    ...panelQueries(dashboard).flatMap(({ panel, queries }) =>
      queries.map(({ expr }) => ({ name: `${of} ${panelName(panel)}`, expr })),
    ),
    // That the series have the label is part of it.
    ...variableQueries(dashboard).map(({ variable, label, series }) => ({
      name: `${of} variable '${variable.name}'`,
      expr: `group by (${label}) (${series})`,
    })),
    ...(dashboard.annotations?.list ?? [])
      .filter(({ expr, datasource }) => expr !== undefined && isPrometheus(datasource, dashboard))
      .map(({ name, expr = '' }) => ({
        name: `${of} ${name ? `annotation '${name}'` : 'an annotation without a name'}`,
        expr,
      })),
  ];
}

/** A string of PromQL after a label and an operator. */
const MATCHER = /([a-zA-Z_]\w*)\s*(=~|!~|!=|=)\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`)/g;
/** `$name`, `${name}`, `${name:format}` or `[[name]]`. */
const VARIABLE = /\$(\w+)|\$\{(\w+)(?::[^}]*)?\}|\[\[(\w+)(?::[^\]]*)?\]\]/g;

/** A query as Grafana sends it, as far as it can be known before. @internal */
export function withoutVariables(
  expr: string,
  dashboard: DashboardJson,
  scrapeIntervalSeconds: number,
): { text: string; unknown: Fault[] } {
  const unknown: Fault[] = [];
  const known = new Map((dashboard.templating?.list ?? []).map((variable) => [variable.name, variable]));
  const matched = expr.replace(MATCHER, (whole, label: string, _operator: string, value: string) => {
    const names = [...value.matchAll(VARIABLE)].map(([, a, b, c]) => a ?? b ?? c);
    for (const name of names) if (!known.has(name)) unknown.push(lacking(name, known));
    return names.length > 0 ? `${label}=~".+"` : whole;
  });
  const text = matched.replace(VARIABLE, (whole, a?: string, b?: string, c?: string) => {
    const name = (a ?? b ?? c) as string;
    const value = ofGrafana(name, scrapeIntervalSeconds) ?? valueOf(known.get(name));
    if (value !== undefined) return value;
    unknown.push(known.has(name) ? undecided(name) : lacking(name, known));
    return whole;
  });
  return { text, unknown };
}

/** What Grafana knows itself: https://grafana.com/docs/grafana/latest/dashboards/variables/add-template-variables/#global-variables */
function ofGrafana(name: string, scrapeIntervalSeconds: number): string | undefined {
  switch (name) {
    case '__rate_interval':
      return `${4 * scrapeIntervalSeconds}s`;
    case '__rate_interval_ms':
      return String(4000 * scrapeIntervalSeconds);
    // As short as the time between two scrapes when a reader looks closely.
    case '__interval':
      return `${scrapeIntervalSeconds}s`;
    case '__interval_ms':
      return String(1000 * scrapeIntervalSeconds);
    case '__range':
      return RANGE;
    case '__range_s':
      return String(RANGE_SECONDS);
    case '__range_ms':
      return String(1000 * RANGE_SECONDS);
    default:
      return undefined;
  }
}

/** A value of a variable that does not come from a query. */
function valueOf(variable: VariableJson | undefined): string | undefined {
  if (!variable || variable.type === 'query') return undefined;
  const listed = typeof variable.query === 'string' ? variable.query.split(',').map((one) => one.trim()) : [];
  const current = [variable.current?.value ?? []].flat().concat(listed);
  return current.find((value) => value !== '' && !/^\$__(?:auto|all)/.test(value));
}

function lacking(name: string, known: ReadonlyMap<string, VariableJson>): Fault {
  const names = [...known.keys()].join(', ') || 'none';
  return fault('DASHBOARD_VARIABLE_UNKNOWN', 'expr', `$${name} is no variable of the dashboard; it has ${names}`);
}

function undecided(name: string): Fault {
  const reason = `the values of $${name} are only known to Prometheus, and it stands outside of a matcher; make it a variable of type 'custom'`;
  return fault('DASHBOARD_VARIABLE_UNKNOWN', 'expr', reason);
}
