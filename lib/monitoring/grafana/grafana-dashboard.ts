import { readFileSync } from 'fs';
import { checkArguments } from '../../units/argument-faults';
import { UnscopedValidationError } from '../../units/errors';
import { Fault, fault } from '../../units/fault';
import { ExportedDashboard, importedDashboard } from './dashboards/dashboard-import';
import { DashboardJson } from './dashboards/dashboard-json';
import { shapeReasons } from './dashboards/dashboard-shape';
import { withOurSources } from './dashboards/dashboard-sources';

/** What a ConfigMap holds at most: https://kubernetes.io/docs/concepts/configuration/configmap/ */
const MAX_BYTES = 1024 * 1024;
/** What Terraform's escapes, names and labels may need beside the text. */
const ROOM = 64 * 1024;

/**
 * A dashboard of one's own, as Grafana exports it. Its queries are checked as those of the rules are. Files go through no import, so what an import
 * does is done here: each data source of the type `prometheus` is the Prometheus of the stack, constants have the values of the export, and panels of
 * a library are panels of the dashboard. Another data source is a fault.
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
    const { dashboard, faults } = read(text);
    if (faults.length > 0) throw new UnscopedValidationError(faults);
    this._dashboard = dashboard;
    this.uid = this._dashboard.uid as string;
    this.title = this._dashboard.title as string;
  }
}

checkArguments('GrafanaDashboard', GrafanaDashboard);

/** What a text is: the dashboard as a file has it, or why it is none. */
function read(text: string): { readonly dashboard: DashboardJson; readonly faults: readonly Fault[] } {
  const wrong = (...reasons: string[]) => ({
    dashboard: {},
    faults: reasons.map((reason) => fault('DASHBOARD_INVALID', 'text', reason)),
  });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return wrong(`the dashboard is not JSON: ${(error as Error).message}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return wrong('the dashboard must be a JSON object');
  const { panels, uid, title } = value as { readonly [key: string]: unknown };
  if (!Array.isArray(panels))
    return wrong(`the dashboard has no panels; export it from Grafana as JSON of the model 'Classic'`);
  const name = typeof title === 'string' && title !== '' ? title : undefined;
  if (name === undefined) return wrong('the dashboard has no title');
  const named = typeof uid === 'string' && /^[-\w]{1,40}$/.test(uid);
  const shape = [
    ...(named ? [] : ["must have a uid of at most 40 letters, digits, '-' and '_', which links name"]),
    ...shapeReasons(value as { readonly [key: string]: unknown }).map(
      (reason) => `is not as Grafana exports it: ${reason}`,
    ),
  ];
  const of = (reason: string) => `the dashboard '${name}' ${reason}`;
  if (shape.length > 0) return wrong(...shape.map(of));
  const imported = importedDashboard(value as ExportedDashboard);
  const { dashboard, reasons } = withOurSources(imported.dashboard);
  const bytes = Buffer.byteLength(JSON.stringify(dashboard));
  const size =
    bytes > MAX_BYTES - ROOM ? [`has ${bytes} bytes, and a ConfigMap holds ${MAX_BYTES}; make two of it`] : [];
  return { dashboard, faults: wrong(...[...imported.reasons, ...reasons, ...size].map(of)).faults };
}
