import { ImportedDashboard } from './dashboard-import';
import { DashboardJson, DataSourceJson, PanelJson } from './dashboard-json';
import { panelName } from './dashboard-queries';

/** Data sources that the Grafana of a monitoring stack has; their uids are their types. */
const OURS: ReadonlySet<string> = new Set(['prometheus', 'alertmanager']);
/** Data sources that every Grafana has in itself, by their types, uids and names. */
const BUILT_IN: ReadonlySet<string> = new Set([
  'grafana',
  'datasource',
  '__expr__',
  '-100',
  '-- Grafana --',
  '-- Mixed --',
  '-- Dashboard --',
]);
/** Panels that show something else than queries. */
const WITHOUT_QUERY: ReadonlySet<string> = new Set(['row', 'text', 'dashlist', 'alertlist', 'annolist', 'news']);

/**
 * A dashboard whose data sources are those of the Grafana of a monitoring stack: a Prometheus is its Prometheus, whatever uid it has elsewhere.
 *
 * @param dashboard a dashboard without inputs
 *
 * @internal
 */
export function withOurSources(dashboard: DashboardJson): ImportedDashboard {
  const reasons = new Set<string>();
  const variables = new Map((dashboard.templating?.list ?? []).map((variable) => [variable.name, variable]));
  const ours = <T extends { readonly datasource?: DataSourceJson }>(what: string, part: T): T => {
    const { datasource } = part;
    if (datasource === undefined || datasource === null) return part;
    const { type, uid = '' } = typeof datasource === 'string' ? { type: undefined, uid: datasource } : datasource;
    const variable = /^(?:\$(\w+)|\$\{(\w+)(?::[^}]*)?\}|\[\[(\w+)\]\])$/
      .exec(uid)
      ?.slice(1)
      .find((name) => name);
    if (variable !== undefined && variables.get(variable)?.type === 'datasource') return part;
    if (BUILT_IN.has(type ?? uid)) return part;
    if (type === undefined && (uid === '' || uid === 'default')) return { ...part, datasource: null };
    const known = type ?? uid.toLowerCase();
    if (OURS.has(known)) return { ...part, datasource: { type: known, uid: known } };
    reasons.add(`has ${what} of the data source ${given(type, uid)}, ${ADVICE}`);
    return part;
  };
  const panelOf = (panel: PanelJson): PanelJson => {
    const of = panelName(panel);
    const asks = (panel.targets ?? []).length > 0 || !WITHOUT_QUERY.has(panel.type ?? '');
    return {
      ...(asks ? ours(of, panel) : withoutSource(panel)),
      ...(panel.targets ? { targets: panel.targets.map((target) => ours(of, target)) } : {}),
      ...(panel.panels ? { panels: panel.panels.map(panelOf) } : {}),
    };
  };
  const { panels = [], templating, annotations } = dashboard;
  const list = templating?.list?.map((variable) => {
    const { name, type, query } = variable;
    if (type !== 'datasource') return ours(`the variable '${name}'`, variable);
    if (typeof query === 'string' && !OURS.has(query))
      reasons.add(`has the variable '${name}' for data sources of the type '${query}', ${ADVICE}`);
    return variable;
  });
  const notes = annotations?.list?.map((one) => ours(one.name ? `the annotation '${one.name}'` : 'an annotation', one));
  return {
    dashboard: {
      ...dashboard,
      panels: panels.map(panelOf),
      ...(list ? { templating: { ...templating, list } } : {}),
      ...(notes ? { annotations: { ...annotations, list: notes } } : {}),
    },
    reasons: [...reasons],
  };
}

const ADVICE =
  "which is not there; this Grafana has Prometheus and Alertmanager: name {type: 'prometheus', uid: 'prometheus'} instead, or leave it out";

const given = (type: string | undefined, uid: string) =>
  type === undefined ? `'${uid}', whose type the JSON does not say` : `'${uid}' of the type '${type}'`;

/** A row or a text may still name what it was made from. */
function withoutSource({ datasource: _unused, ...panel }: PanelJson): PanelJson {
  return panel;
}
