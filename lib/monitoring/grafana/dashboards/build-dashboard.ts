import {
  AnnotationQueryBuilder,
  Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  RowBuilder,
  VariableHide,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { buildPanel, DATA_SOURCE } from './build-panel';
import { ALERTS_THAT_FIRE, DashboardSpec, VariableSpec } from './spec';

/** Tag by which the dashboards find each other. */
const TAG = 'gpu-inference-constructs';

/**
 * The JSON of a dashboard, in the form that Grafana 9 to 13 provision from files.
 *
 * @internal
 */
export function buildDashboard(spec: DashboardSpec): Dashboard {
  const builder = new DashboardBuilder(spec.title)
    .uid(spec.uid)
    .description(spec.description)
    .tags([TAG])
    .timezone('browser')
    .time({ from: spec.from ?? 'now-3h', to: 'now' })
    .refresh('30s')
    .tooltip(DashboardCursorSync.Crosshair)
    .readonly()
    .withVariable(
      new DatasourceVariableBuilder('datasource').label('Data source').type('prometheus').hide(VariableHide.DontHide),
    )
    .annotation(firingAlerts(spec.alerts ?? ALERTS_THAT_FIRE))
    .link(
      new DashboardLinkBuilder('Dashboards')
        .type(DashboardLinkType.Dashboards)
        .tags([TAG])
        .asDropdown(true)
        .includeVars(true)
        .keepTime(true),
    );
  for (const variable of spec.variables) builder.withVariable(buildVariable(variable));
  for (const row of spec.rows) {
    builder.withRow(new RowBuilder(row.title).id(row.id));
    for (const panel of row.panels) builder.withPanel(buildPanel(panel));
  }
  return builder.build();
}

/** Alerts are drawn over the graphs while they fire. */
function firingAlerts(query: string): AnnotationQueryBuilder {
  return new AnnotationQueryBuilder()
    .name('Alerts')
    .datasource(DATA_SOURCE)
    .enable(true)
    .iconColor('red')
    .expr(query)
    .step('60s')
    .titleFormat('{{alertname}}')
    .textFormat('{{job}} {{model}}');
}

function buildVariable({ name, title, label, series, many }: VariableSpec): QueryVariableBuilder {
  const query = `label_values(${series}, ${label})`;
  const builder = new QueryVariableBuilder(name)
    .label(title)
    .datasource(DATA_SOURCE)
    .query(query)
    .definition(query)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc)
    .multi(many)
    .includeAll(many);
  return many ? builder.current({ text: ['All'], value: ['$__all'] }).allValue('.*') : builder;
}
