import { DashboardJson, PanelJson } from '../../lib/monitoring/grafana/dashboards/dashboard-json';
import { panelQueries, PanelQuery, variableQueries } from '../../lib/monitoring/grafana/dashboards/dashboard-queries';

/** A series as Prometheus' API has it: https://prometheus.io/docs/prometheus/latest/querying/api/ */
export interface AnsweredSeries {
  readonly metric: { readonly [label: string]: string };
  /** Of a query of a range: seconds since 1970 and the value. */
  readonly values?: readonly (readonly [number, string])[];
  /** Of a query of one moment. */
  readonly value?: readonly [number, string];
}

/** Where answers come from: a Prometheus, or what one answered before. */
export interface Source {
  /** Labels of the series that a selector finds. */
  series(selector: string): Promise<readonly { readonly [label: string]: string }[]>;
  /** Answer to a query, of the range that is drawn or of its last moment. */
  query(expr: string, instant: boolean): Promise<readonly AnsweredSeries[]>;
}

export interface AnsweredQuery extends PanelQuery {
  /** As it was sent. */
  readonly sent: string;
  readonly series: readonly AnsweredSeries[];
}

export interface AnsweredPanel {
  readonly panel: PanelJson;
  readonly queries: readonly AnsweredQuery[];
}

export interface AnsweredDashboard {
  readonly dashboard: DashboardJson;
  /** Chosen values of the variables. */
  readonly chosen: { readonly [variable: string]: string };
  readonly panels: readonly AnsweredPanel[];
}

/** What is chosen of a variable that may have many values. */
export const ALL = 'All';

/**
 * Asks every query of a dashboard, as Grafana would for a reader who has chosen the first value of each variable, or all.
 *
 * @param dashboard the dashboard
 * @param source where answers come from
 * @param wanted values of variables that are chosen instead
 */
export async function answered(
  dashboard: DashboardJson,
  source: Source,
  wanted: { readonly [variable: string]: string } = {},
): Promise<AnsweredDashboard> {
  const chosen: { [variable: string]: string } = {};
  for (const { variable, label, series } of variableQueries(dashboard)) {
    const found = await source.series(withChosen(series, chosen));
    const values = [...new Set(found.flatMap((labels) => labels[label] ?? []))].sort();
    chosen[variable.name] = wanted[variable.name] ?? (variable.multi ? ALL : (values[0] ?? ''));
  }
  const panels: AnsweredPanel[] = [];
  for (const { panel, queries } of panelQueries(dashboard)) {
    const answers: AnsweredQuery[] = [];
    for (const query of queries) {
      const sent = withChosen(query.expr, chosen);
      answers.push({ ...query, sent, series: await source.query(sent, query.instant) });
    }
    panels.push({ panel, queries: answers });
  }
  return { dashboard, chosen, panels };
}

/** Least window of a rate, which holds four of the longest intervals between scrapes. */
const RATE_INTERVAL = '2m';

/** A query with the chosen values, and with what Grafana itself puts in. */
function withChosen(text: string, chosen: { readonly [variable: string]: string }): string {
  return text.replace(/\$(\w+)|\$\{(\w+)(?::[^}]*)?\}/g, (whole, plain?: string, braced?: string) => {
    const name = (plain ?? braced) as string;
    if (name.startsWith('__')) return name.startsWith('__range') ? '3h' : RATE_INTERVAL;
    const value = Object.hasOwn(chosen, name) ? chosen[name] : undefined;
    if (value === undefined) return whole;
    return value === ALL ? '.*' : JSON.stringify(value).slice(1, -1);
  });
}
