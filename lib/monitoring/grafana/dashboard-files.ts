import { DashboardJson } from './dashboards/dashboard-json';

/** What a ConfigMap may hold: less than the 1 MiB that Kubernetes allows, as Terraform's escapes and names come on top. */
const MOST_BYTES = 900 * 1024;

/**
 * Files by their names, in as many ConfigMaps as they need: in the order given, so that one that is added last moves no other.
 *
 * @param dashboards dashboards with uids
 *
 * @internal
 */
export function dashboardFiles(dashboards: readonly DashboardJson[]): { readonly [file: string]: string }[] {
  const maps: { [file: string]: string }[] = [];
  let free = 0;
  for (const dashboard of dashboards) {
    const text = `${JSON.stringify(dashboard)}\n`;
    const bytes = Buffer.byteLength(text);
    if (bytes > free) {
      maps.push({});
      free = MOST_BYTES;
    }
    maps[maps.length - 1][`${dashboard.uid}.json`] = text;
    free -= bytes;
  }
  return maps;
}
