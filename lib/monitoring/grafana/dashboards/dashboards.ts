import { buildDashboard } from './build-dashboard';
import { DashboardJson } from './dashboard-json';
import { DashboardProps, dashboardSpecs } from './dashboard-specs';

/**
 * The dashboards of what is watched, in the order of their uids: as JSON that Grafana 9 to 13 provision from files.
 *
 * @internal
 */
export function dashboardsOf(props: DashboardProps): DashboardJson[] {
  return dashboardSpecs(props).map((spec) => buildDashboard(spec) as unknown as DashboardJson);
}
