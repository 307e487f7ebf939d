import { readFileSync } from 'fs';
import { checkArguments } from '../../units/argument-faults';
import { UnscopedValidationError } from '../../units/errors';
import { Fault, fault } from '../../units/fault';
import { DashboardJson } from './dashboards/dashboard-json';

/** What a ConfigMap holds at most: https://kubernetes.io/docs/concepts/configuration/configmap/ */
const MAX_BYTES = 1024 * 1024;
/** What Terraform's escapes, names and labels may need beside the text. */
const ROOM = 64 * 1024;

/**
 * A dashboard of one's own, as Grafana exports it. Its queries are checked as those of the rules are.
 */
export class GrafanaDashboard {
  /**
   * A dashboard by its JSON.
   *
   * @param text the classic JSON of the dashboard, with a uid and a title
   * @throws UnscopedValidationError when it is not the JSON of a dashboard, or too large for a ConfigMap
   */
  public static fromJson(text: string): GrafanaDashboard {
    return new GrafanaDashboard(text);
  }

  /**
   * A dashboard by its file.
   *
   * @param path path of the file, from the working directory of the program
   * @throws UnscopedValidationError when there is no such file, or it is not the JSON of a dashboard
   */
  public static fromFile(path: string): GrafanaDashboard {
    let text: string;
    try {
      text = readFileSync(path, 'utf8');
    } catch (error) {
      const reason = `the dashboard '${path}' cannot be read: ${(error as Error).message}`;
      throw new UnscopedValidationError([fault('DASHBOARD_INVALID', 'path', reason)]);
    }
    return new GrafanaDashboard(text);
  }

  /** What links name. */
  public readonly uid: string;
  /** Its title. */
  public readonly title: string;
  /** @internal */
  public readonly _dashboard: DashboardJson;

  private constructor(text: string) {
    const faults = jsonFaults(text);
    if (faults.length > 0) throw new UnscopedValidationError(faults);
    this._dashboard = provisioned(JSON.parse(text) as Exported);
    this.uid = this._dashboard.uid as string;
    this.title = this._dashboard.title as string;
  }
}

checkArguments('GrafanaDashboard', GrafanaDashboard);

/** What an export for other Grafanas has beside: its data sources are asked for at the import, which files never go through. */
interface Exported extends DashboardJson {
  readonly __inputs?: readonly { readonly name: string; readonly type: string; readonly pluginId?: string }[];
  readonly __requires?: unknown;
  readonly __elements?: unknown;
  readonly id?: unknown;
}

function jsonFaults(text: string): Fault[] {
  const wrong = (reason: string) => [fault('DASHBOARD_INVALID', 'text', reason)];
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return wrong(`the dashboard is not JSON: ${(error as Error).message}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return wrong('the dashboard must be a JSON object');
  const { panels, uid, title, __inputs: inputs = [] } = value as Exported;
  if (!Array.isArray(panels))
    return wrong(`the dashboard has no panels; export it from Grafana as JSON of the model 'Classic'`);
  const name = typeof title === 'string' && title !== '' ? title : undefined;
  if (name === undefined) return wrong('the dashboard has no title');
  if (typeof uid !== 'string' || !/^[-\w]{1,40}$/.test(uid))
    return wrong(
      `the dashboard '${name}' must have a uid of at most 40 letters, digits, '-' and '_', which links name`,
    );
  const foreign = inputs.filter(({ type, pluginId }) => type === 'datasource' && pluginId !== 'prometheus');
  if (foreign.length > 0) {
    const sources = foreign.map(({ pluginId }) => pluginId).join(', ');
    return wrong(
      `the dashboard '${name}' asks for data sources that are not there (${sources}); this Grafana has Prometheus and Alertmanager`,
    );
  }
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_BYTES - ROOM)
    return wrong(`the dashboard '${name}' has ${bytes} bytes, and a ConfigMap holds ${MAX_BYTES}; make two of it`);
  return [];
}

/** As a file must be: with the data source in the place of what an import would ask for. */
function provisioned({
  __inputs: inputs = [],
  __requires: _requires,
  __elements: _elements,
  id: _id,
  ...rest
}: Exported): DashboardJson {
  const names = inputs.filter(({ type }) => type === 'datasource').map(({ name }) => name);
  const text = names.reduce((all, name) => all.replaceAll(`\${${name}}`, 'prometheus'), JSON.stringify(rest));
  return JSON.parse(text) as DashboardJson;
}
