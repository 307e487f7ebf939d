/** Something of JSON that has properties. */
type JsonObject = { readonly [key: string]: unknown };

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isAbsent = (value: unknown) => value === undefined || value === null;
const isNamed = (value: unknown) => typeof value === 'string' && value !== '';

/**
 * Where JSON is not built as a dashboard is, as far as it is read here. One part of a sentence for each place.
 *
 * @param dashboard an object with panels
 *
 * @internal
 */
export function shapeReasons(dashboard: JsonObject): string[] {
  const { panels, templating, annotations, __inputs: inputs, __elements: elements } = dashboard;
  return [
    ...listReasons('panels', panels, panelReasons),
    ...listReasons('__inputs', inputs, (at, { name, type }) => [
      ...textReasons(at, { name }),
      ...textReasons(at, { type }),
    ]),
    ...elementReasons(elements),
    ...ownerReasons('templating', templating, (at, variable) => [
      ...textReasons(at, { name: variable.name }),
      ...textReasons(at, { type: variable.type }),
      ...sourceReasons(at, variable.datasource),
    ]),
    ...ownerReasons('annotations', annotations, (at, { expr, datasource }) => [
      ...optionalTextReasons(at, { expr }),
      ...sourceReasons(at, datasource),
    ]),
  ];
}

type Reader = (at: string, value: JsonObject) => string[];

function panelReasons(at: string, panel: JsonObject): string[] {
  const { title, type, targets, panels, datasource, libraryPanel } = panel;
  return [
    ...optionalTextReasons(at, { title, type }),
    ...sourceReasons(at, datasource),
    ...(isAbsent(libraryPanel) || isObject(libraryPanel) ? [] : [`${at}.libraryPanel must be an object`]),
    ...listReasons(`${at}.targets`, targets, (where, target) => [
      ...optionalTextReasons(where, { expr: target.expr, refId: target.refId, legendFormat: target.legendFormat }),
      ...sourceReasons(where, target.datasource),
    ]),
    ...listReasons(`${at}.panels`, panels, innerReasons),
  ];
}

function innerReasons(at: string, panel: JsonObject): string[] {
  const { panels } = panel;
  if (isAbsent(panels) || (Array.isArray(panels) && panels.length === 0)) return panelReasons(at, panel);
  return [`${at}.panels must be left out, as a row is in no other`];
}

/** Library panels by their uids; an array in dashboards of Grafana 8. */
function elementReasons(elements: unknown): string[] {
  if (isAbsent(elements)) return [];
  if (typeof elements !== 'object') return ['__elements must be an object'];
  return Object.entries(elements as JsonObject).flatMap(([key, element]) => {
    const at = `__elements['${key}']`;
    if (!isObject(element)) return [`${at} must be an object`];
    return isObject(element.model) ? panelReasons(`${at}.model`, element.model) : [`${at}.model must be an object`];
  });
}

function ownerReasons(at: string, owner: unknown, read: Reader): string[] {
  if (isAbsent(owner)) return [];
  return isObject(owner) ? listReasons(`${at}.list`, owner.list, read) : [`${at} must be an object`];
}

function listReasons(at: string, list: unknown, read: Reader): string[] {
  if (isAbsent(list)) return [];
  if (!Array.isArray(list)) return [`${at} must be a list`];
  return list.flatMap((value: unknown, index) =>
    isObject(value) ? read(`${at}[${index}]`, value) : [`${at}[${index}] must be an object`],
  );
}

function textReasons(at: string, named: JsonObject): string[] {
  return Object.entries(named).flatMap(([key, value]) =>
    isNamed(value) ? [] : [`${at}.${key} must be a text that is not empty`],
  );
}

function optionalTextReasons(at: string, named: JsonObject): string[] {
  return Object.entries(named).flatMap(([key, value]) =>
    isAbsent(value) || typeof value === 'string' ? [] : [`${at}.${key} must be a text`],
  );
}

function sourceReasons(at: string, source: unknown): string[] {
  if (isAbsent(source) || typeof source === 'string') return [];
  if (!isObject(source)) return [`${at}.datasource must be an object with a type and a uid`];
  return optionalTextReasons(`${at}.datasource`, { type: source.type, uid: source.uid });
}
