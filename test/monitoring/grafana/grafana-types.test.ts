import { DashboardJson } from '../../../lib/monitoring/grafana/dashboards/dashboard-json';
import { GrafanaTypes } from './conforms';
import { everything } from './support';

const KINDS = ['timeseries', 'stat', 'table'];
const grafana = new GrafanaTypes([
  'dashboard.Dashboard',
  'prometheus.Dataquery',
  ...KINDS.map((kind) => `${kind}.Options`),
  'timeseries.FieldConfig',
  'table.FieldConfig',
]);

/** As a file has it. */
const plain = (dashboard: DashboardJson) => JSON.parse(JSON.stringify(dashboard)) as DashboardJson;

interface Whole {
  readonly type: string;
  readonly title: string;
  readonly options?: unknown;
  readonly targets?: readonly unknown[];
  readonly fieldConfig?: { readonly defaults?: { readonly custom?: unknown } };
}

function faultsOf(dashboard: DashboardJson): string[] {
  const panels = (dashboard.panels ?? []) as unknown as readonly Whole[];
  return [
    ...grafana.faults(dashboard, 'dashboard.Dashboard'),
    ...panels
      .filter(({ type }) => type !== 'row')
      .flatMap(({ type, title, options, targets = [], fieldConfig }) => [
        ...(KINDS.includes(type) ? grafana.faults(options, `${type}.Options`) : [`${title} is a ${type}`]),
        ...targets.flatMap((target) => grafana.faults(target, 'prometheus.Dataquery')),
        ...(type === 'stat' ? [] : grafana.faults(fieldConfig?.defaults?.custom, `${type}.FieldConfig`)),
      ]),
  ];
}

test.each(Object.entries(everything))('%s is what the types of Grafana allow', (_, dashboard) => {
  expect(faultsOf(plain(dashboard))).toEqual([]);
});

test.each([
  ['a unit that is a number', 'fieldConfig.defaults.unit', 5, 'unit is 5'],
  ['a member that there is not', 'colour', 'red', 'colour is not known'],
  ['a way of drawing that there is not', 'options.legend.displayMode', 'cards', 'displayMode is "cards"'],
  ['a position without a width', 'gridPos', { x: 0, y: 0, h: 8 }, 'gridPos.w is missing'],
])('%s is detected', (_, property, value, sentence) => {
  const dashboard = plain(everything['gpu-inference-model']);
  const graph = dashboard.panels?.find(({ type }) => type === 'timeseries') as unknown as { [name: string]: unknown };
  const names = property.split('.');
  const last = names.pop() as string;
  const place = names.reduce((at, name) => at[name] as { [name: string]: unknown }, graph);
  place[last] = value;
  expect(faultsOf(dashboard).join('\n')).toContain(sentence);
});
