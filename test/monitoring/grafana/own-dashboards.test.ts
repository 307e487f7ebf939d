import { GrafanaDashboard } from '../../../lib/monitoring';
import { faultsThrown, idsOf } from '../../support/faults';
import { monitor, VLLM_TARGET } from '../support';

const own = (expr: string, more: object = {}) =>
  GrafanaDashboard.fromJson(
    JSON.stringify({ uid: 'ours', title: 'Ours', panels: [{ title: 'P', targets: [{ expr }] }], ...more }),
  );

test.each([
  ['inputs', { __inputs: {} }, '__inputs must be a list'],
  ['an input', { __inputs: [null] }, '__inputs[0] must be an object'],
  ['a panel', { panels: [null] }, 'panels[0] must be an object'],
  ['a folded panel', { panels: [{ type: 'row', panels: [3] }] }, 'panels[0].panels[0] must be an object'],
  ['rows in rows', { panels: [{ panels: [{ panels: [{}] }] }] }, 'panels[0].panels[0].panels must be left out'],
  ['a query', { panels: [{ targets: [{ expr: 7 }] }] }, 'panels[0].targets[0].expr must be a text'],
  ['queries', { panels: [{ targets: 'up' }] }, 'panels[0].targets must be a list'],
  ['variables', { templating: { list: [{}] } }, 'templating.list[0].name must be a text that is not empty'],
  ['annotations', { annotations: { list: 'none' } }, 'annotations.list must be a list'],
  ['a data source', { panels: [{ datasource: 7 }] }, 'panels[0].datasource must be an object with a type and a uid'],
  ['a library', { __elements: { a: {} } }, "__elements['a'].model must be an object"],
])('with %s of another shape is refused', (_, more, sentence) => {
  expect(() => own('inference_qps', more)).toThrow(`the dashboard 'Ours' is not as Grafana exports it: ${sentence}`);
});

test('every place of another shape is told at once', () => {
  expect(idsOf(faultsThrown(() => own('up', { panels: [null, 7], __inputs: {} })))).toEqual(
    Array(3).fill('DASHBOARD_INVALID text'),
  );
});

test.each([
  ['its id', { id: 7 }, "dashboard 'Ours': the panel without a title of id 7"],
  ['nothing', {}, "dashboard 'Ours': a panel without a title"],
])('a panel without a title is told by %s', (_, id, name) => {
  const panels = [{ ...id, type: 'timeseries', targets: [{ expr: 'sum(inference_qps' }] }];
  expect(() => monitor([{}, { target: VLLM_TARGET }], { grafana: { dashboards: [own('', { panels })] } })).toThrow(
    name,
  );
});

const provisioned = (more: object) => own('inference_qps', more)._dashboard;
const panelWith = (more: object) => ({ panels: [{ id: 1, type: 'timeseries', title: 'P', ...more }] });

test('its Prometheus is that of the stack, whatever uid it has elsewhere', () => {
  const elsewhere = { type: 'prometheus', uid: 'PBFA97CFB590B2093' };
  const ours = { type: 'prometheus', uid: 'prometheus' };
  const note = { name: 'N', expr: 'up', datasource: elsewhere };
  const variable = { name: 'v', type: 'query', query: 'label_values(up, job)', datasource: 'Prometheus' };
  const { panels, annotations, templating } = provisioned({
    panels: [
      {
        type: 'row',
        datasource: { type: 'loki', uid: 'x' },
        panels: [{ datasource: elsewhere, targets: [{ expr: 'up' }] }],
      },
      { type: 'timeseries', datasource: { uid: '-- Mixed --' }, targets: [{ datasource: elsewhere, expr: 'up' }] },
      { type: 'timeseries', datasource: { type: 'prometheus', uid: '${lost}' } },
    ],
    annotations: { list: [note, { name: 'A', datasource: '-- Grafana --' }] },
    templating: { list: [variable] },
  });
  expect(panels).toEqual([
    { type: 'row', panels: [{ datasource: ours, targets: [{ expr: 'up' }] }] },
    { type: 'timeseries', datasource: { uid: '-- Mixed --' }, targets: [{ datasource: ours, expr: 'up' }] },
    { type: 'timeseries', datasource: ours },
  ]);
  expect(annotations?.list).toEqual([
    { ...note, datasource: ours },
    { name: 'A', datasource: '-- Grafana --' },
  ]);
  expect(templating?.list).toEqual([{ ...variable, datasource: ours }]);
});

test('a variable of data sources stays one', () => {
  const datasource = { type: 'prometheus', uid: '${ds}' };
  const list = [{ name: 'ds', type: 'datasource', query: 'prometheus' }];
  expect(provisioned({ ...panelWith({ datasource }), templating: { list } }).panels?.[0].datasource).toEqual(
    datasource,
  );
});

const LOKI = { type: 'loki', uid: 'logs' };
test.each([
  ['a panel', panelWith({ datasource: LOKI }), "has panel 'P' of the data source 'logs' of the type 'loki'"],
  ['a query', panelWith({ targets: [{ datasource: LOKI }] }), "panel 'P' of the data source 'logs'"],
  ['a panel, by a name', panelWith({ datasource: 'Mimir' }), "'Mimir', whose type the JSON does not say"],
  ['a panel, by a variable that is not there', panelWith({ datasource: '${x}' }), "'${x}', whose type"],
  [
    'a variable',
    { templating: { list: [{ name: 'v', type: 'query', datasource: LOKI }] } },
    "has the variable 'v' of the data source 'logs'",
  ],
  [
    'a variable of data sources',
    { templating: { list: [{ name: 'v', type: 'datasource', query: 'loki' }] } },
    "has the variable 'v' for data sources of the type 'loki'",
  ],
  ['an annotation', { annotations: { list: [{ name: 'N', datasource: LOKI }] } }, "has the annotation 'N' of the"],
])('with %s of a data source that is not there is refused', (_, more, sentence) => {
  expect(() => own('inference_qps', more)).toThrow(sentence);
});

test('constants of an export have their values', () => {
  const __inputs = [{ name: 'VAR_A', type: 'constant', value: 'a "quoted" $& one' }];
  const list = [{ name: 'a', type: 'constant', query: '${VAR_A}' }];
  expect(provisioned({ __inputs, templating: { list } }).templating?.list?.[0].query).toBe('a "quoted" $& one');
});

test.each([
  ['a constant without a value', { name: 'A', type: 'constant' }, "asks for the constant 'A'"],
  ['something else', { name: 'A', type: 'colour' }, "asks for 'A' of type 'colour'"],
])('whose inputs have %s is refused', (_, input, sentence) => {
  expect(() => own('inference_qps', { __inputs: [input] })).toThrow(sentence);
});

test('panels of a library are its own panels', () => {
  const place = { id: 4, gridPos: { x: 0, y: 0, w: 6, h: 6 } };
  const model = { id: 9, type: 'stat', title: 'L', datasource: { type: 'prometheus', uid: '${DS_P}' } };
  const linked = { ...place, libraryPanel: { uid: 'lib', name: 'L' } };
  const shown = { ...place, type: 'stat', title: 'L', datasource: { type: 'prometheus', uid: 'prometheus' } };
  const { panels } = provisioned({
    __inputs: [{ name: 'DS_P', type: 'datasource', pluginId: 'prometheus' }],
    __elements: { lib: { uid: 'lib', name: 'L', kind: 1, model } },
    panels: [linked, { type: 'row', panels: [linked] }, { type: 'text', libraryPanel: { uid: 'copied' } }],
  });
  expect(panels).toEqual([shown, { type: 'row', panels: [shown] }, { type: 'text' }]);
});

test('a panel of a library that is not in the export is refused', () => {
  const panels = [{ id: 1, libraryPanel: { uid: 'lib', name: 'L' } }];
  expect(() => own('', { panels })).toThrow("has panel 'L' in the library of another Grafana; unlink it there");
});
