import { DashboardJson, DataSourceJson, PanelJson, VariableJson } from './dashboard-json';

/** What messages call a panel: not every one has a title. @internal */
export function panelName({ title, id }: PanelJson): string {
  if (title) return `panel '${title}'`;
  return id === undefined ? 'a panel without a title' : `the panel without a title of id ${id}`;
}

/** One query of a panel. @internal */
export interface PanelQuery {
  readonly refId: string;
  /** PromQL, with variables of the dashboard. */
  readonly expr: string;
  /** Name of its series, in which `{{label}}` stands for a label. */
  readonly legend: string;
  /** Whether only the newest value is asked for. */
  readonly instant: boolean;
}

/** @internal */
export interface PanelQueries {
  readonly panel: PanelJson;
  readonly queries: readonly PanelQuery[];
}

/**
 * The queries of Prometheus that a dashboard makes, panel by panel: also those of panels in folded rows.
 *
 * @internal
 */
export function panelQueries(dashboard: DashboardJson): PanelQueries[] {
  return (dashboard.panels ?? []).flatMap((panel) => queriesOf(panel, dashboard));
}

function queriesOf(panel: PanelJson, dashboard: DashboardJson): PanelQueries[] {
  if (panel.type === 'row') return (panel.panels ?? []).flatMap((inner) => queriesOf(inner, dashboard));
  const queries = (panel.targets ?? [])
    .filter(({ datasource }) => isPrometheus(datasource ?? panel.datasource, dashboard))
    .flatMap(({ expr, refId = 'A', legendFormat = '', instant = false }) =>
      expr === undefined || expr === '' ? [] : [{ refId, expr, legend: legendFormat, instant }],
    );
  return [{ panel, queries }];
}

/** A query that gives a variable its values. @internal */
export interface VariableQuery {
  readonly variable: VariableJson;
  /** Label whose values it has. */
  readonly label: string;
  /** Selector of the series, with variables that come before it. */
  readonly series: string;
}

/**
 * The variables of a dashboard whose values Prometheus knows.
 *
 * @internal
 */
export function variableQueries(dashboard: DashboardJson): VariableQuery[] {
  return (dashboard.templating?.list ?? []).flatMap((variable): VariableQuery[] => {
    if (variable.type !== 'query' || !isPrometheus(variable.datasource, dashboard)) return [];
    const text = typeof variable.query === 'string' ? variable.query : (variable.query?.query ?? '');
    const [, series = '', label] = /^\s*label_values\(\s*(?:(.+?)\s*,\s*)?([a-zA-Z_]\w*)\s*\)\s*$/s.exec(text) ?? [];
    return label && series ? [{ variable, label, series }] : [];
  });
}

/** Whether a data source is Prometheus, or may be: nothing is said of it. @internal */
export function isPrometheus(source: DataSourceJson | undefined, dashboard: DashboardJson): boolean {
  if (source === undefined || source === null) return true;
  const { type, uid } = typeof source === 'string' ? { type: undefined, uid: source } : source;
  if (type !== undefined) return type === 'prometheus';
  const [, name] = /^\$\{?(\w+)\}?$/.exec(uid ?? '') ?? [];
  const variable = dashboard.templating?.list?.find((one) => one.name === name);
  return variable === undefined || variable.query === 'prometheus';
}
