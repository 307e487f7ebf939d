import { panelQueries, variableQueries } from '../../../../lib/monitoring/grafana/dashboards/dashboard-queries';
import { DashboardJson } from '../../../../lib/monitoring/grafana/dashboards/dashboard-json';
import { Prometheus } from './prometheus';

/** A panel, and whether a query of it has data for any choice of its dashboard's variables. */
export interface SeenPanel {
  readonly dashboard: string;
  readonly panel: string;
  /** Queries that have no data whatever is chosen. */
  readonly empty: readonly string[];
}

type Choice = ReadonlyMap<string, string>;

/** What Grafana puts for its own variables in a window of five minutes. */
const BUILT_IN: Choice = new Map([
  ['__rate_interval', '1m'],
  ['__interval', '15s'],
  ['__range', '5m'],
]);

/**
 * Asks a Prometheus what each panel of dashboards asks, for each value of each variable.
 *
 * @param dashboards texts of them
 * @param time in seconds since 1970
 */
export async function seenPanels(
  prometheus: Prometheus,
  dashboards: readonly string[],
  time: number,
): Promise<SeenPanel[]> {
  const seen: SeenPanel[] = [];
  for (const text of dashboards) {
    const dashboard = JSON.parse(text) as DashboardJson & { readonly title: string };
    const choices = await choicesOf(prometheus, dashboard, time);
    for (const { panel, queries } of panelQueries(dashboard)) {
      const empty: string[] = [];
      for (const { expr } of queries) {
        if (!(await anyHasData(prometheus, expr, choices, time))) empty.push(expr);
      }
      if (queries.length > 0) seen.push({ dashboard: dashboard.title, panel: String(panel.title), empty });
    }
  }
  return seen;
}

async function anyHasData(
  prometheus: Prometheus,
  expr: string,
  choices: readonly Choice[],
  time: number,
): Promise<boolean> {
  for (const asked of new Set(choices.map((choice) => filled(expr, choice)))) {
    const found = await prometheus.query(asked, time);
    if (found.some(({ value }) => Number.isFinite(value))) return true;
  }
  return false;
}

/** All combinations of values of the variables, each one with what was chosen before it. */
async function choicesOf(prometheus: Prometheus, dashboard: DashboardJson, time: number): Promise<Choice[]> {
  let choices: Choice[] = [BUILT_IN];
  for (const { variable, label, series } of variableQueries(dashboard)) {
    const next: Choice[] = [];
    for (const choice of choices) {
      const found = await prometheus.query(`group by (${label}) (${filled(series, choice)})`, time);
      const values = found.map(({ labels }) => labels[label]);
      const chosen = (variable as { multi?: boolean }).multi ? [values.join('|')] : values;
      next.push(...chosen.map((value) => new Map([...choice, [variable.name, value]])));
    }
    choices = next;
  }
  return choices;
}

/** A query as Grafana sends it. */
function filled(expr: string, choice: Choice): string {
  return expr.replace(/\$(?:\{(\w+)(?::\w+)?\}|(\w+))/g, (found, braced?: string, plain?: string) => {
    const value = choice.get(braced ?? plain!);
    if (value === undefined) throw new Error(`${found} of ${expr} is no variable`);
    return value;
  });
}
