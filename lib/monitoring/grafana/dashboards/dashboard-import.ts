import { DashboardJson, PanelJson } from './dashboard-json';
import { panelName } from './dashboard-queries';

/** What an export for other Grafanas has beside: an import asks for it, which files never go through. @internal */
export interface ExportedDashboard extends DashboardJson {
  readonly __inputs?: readonly ExportedInput[] | null;
  readonly __requires?: unknown;
  /** Library panels by their uids, or in a list. */
  readonly __elements?: { readonly [key: string]: LibraryElement } | readonly LibraryElement[] | null;
  readonly id?: unknown;
}

interface ExportedInput {
  readonly name: string;
  readonly type: string;
  readonly pluginId?: string;
  readonly value?: unknown;
}

interface LibraryElement {
  readonly uid?: string;
  readonly model: PanelJson;
}

/** A dashboard as a file must have it, and what is in the way. @internal */
export interface ImportedDashboard {
  readonly dashboard: DashboardJson;
  readonly reasons: readonly string[];
}

/**
 * An exported dashboard after what Grafana does at its import: inputs have their values, and library panels are panels of the dashboard, as there is
 * no database that would keep them.
 *
 * @param exported a dashboard of the right shape
 *
 * @see https://grafana.com/docs/grafana/latest/dashboards/share-dashboards-panels/#export-dashboards
 *
 * @internal
 */
export function importedDashboard(exported: ExportedDashboard): ImportedDashboard {
  const { __inputs, __elements, __requires: _requires, id: _id, ...rest } = exported;
  const reasons: string[] = [];
  const elements = new Map(
    Object.entries(__elements ?? {}).map(([key, element]) => [element.uid ?? key, element.model]),
  );
  const panels = (rest.panels ?? []).map((panel) => unlinked(panel, elements, reasons));
  let text = JSON.stringify({ ...rest, panels });
  for (const input of __inputs ?? []) {
    const value = valueOf(input);
    if (value === undefined) reasons.push(unanswered(input));
    else text = text.replaceAll(`\${${input.name}}`, () => JSON.stringify(value).slice(1, -1));
  }
  return { dashboard: JSON.parse(text) as DashboardJson, reasons };
}

/** What an import would put in the place of an input: uids of data sources are those of this Grafana. */
function valueOf({ type, pluginId, value }: ExportedInput): string | undefined {
  if (type === 'datasource') return pluginId === 'prometheus' || pluginId === 'alertmanager' ? pluginId : undefined;
  return type === 'constant' && ['string', 'number', 'boolean'].includes(typeof value) ? String(value) : undefined;
}

function unanswered({ name, type, pluginId }: ExportedInput): string {
  switch (type) {
    case 'datasource':
      return `asks for data sources that are not there (${pluginId ?? name}); this Grafana has Prometheus and Alertmanager`;
    case 'constant':
      return `asks for the constant '${name}', which nobody is asked for; give it a value in __inputs`;
    default:
      return `asks for '${name}' of type '${type}', which nobody is asked for; export it without`;
  }
}

/** A panel that no library is needed for. */
function unlinked(panel: PanelJson, elements: ReadonlyMap<string, PanelJson>, reasons: string[]): PanelJson {
  const { libraryPanel, ...own } = panel;
  const inner = panel.panels ? { panels: panel.panels.map((one) => unlinked(one, elements, reasons)) } : {};
  if (!libraryPanel) return { ...panel, ...inner };
  const model = elements.get(libraryPanel.uid ?? '');
  if (model) {
    const { libraryPanel: _link, ...shown } = model;
    // The dashboard knows where it is; the library, what it shows.
    return { ...shown, id: own.id, gridPos: own.gridPos, ...(own.title ? { title: own.title } : {}) };
  }
  // Grafana leaves a copy of the library's panel in some exports; where it does not, no query is there.
  if (own.type !== undefined && own.type !== 'library-panel-ref') return { ...own, ...inner };
  const named = own.title ? own : { ...own, title: libraryPanel.name };
  reasons.push(
    `has ${panelName(named)} in the library of another Grafana; unlink it there, or export the dashboard with its library panels`,
  );
  return panel;
}
