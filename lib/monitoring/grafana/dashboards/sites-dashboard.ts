import { DashboardSpec, PanelKind, PanelUnit } from './spec';

/** How far back a site that is cut off is still known. */
const MEMORY = '1d';

/**
 * The sites that write to this Prometheus from afar.
 *
 * @param label external label by which the Prometheus of each site marks its series, e.g. `cluster`
 *
 * @internal
 */
export function sitesDashboard(label: string): DashboardSpec {
  const site = `{{${label}}}`;
  const chosen = `up{${label}=~"$site",${label}!=""}`;
  const lastSeen = `max by (${label}) (max_over_time(timestamp(${chosen})[${MEMORY}:1m]))`;
  return {
    uid: 'gpu-inference-sites',
    title: 'GPU inference / Sites',
    description: `The sites whose Prometheus writes to this one, told apart by the label '${label}'.`,
    variables: [{ name: 'site', title: 'Site', label, series: 'up', many: true }],
    rows: [
      {
        id: 101,
        title: 'Now',
        panels: [
          {
            id: 1,
            kind: PanelKind.TABLE,
            title: 'Sites',
            description: `What came from each site within ${MEMORY}. A site that was silent for longer is not listed.`,
            unit: PanelUnit.NUMBER,
            width: 24,
            labels: { [label]: 'Site' },
            queries: [
              { expr: `1e3 * ${lastSeen}`, legend: 'Last seen', unit: PanelUnit.TIME },
              {
                expr: `time() - ${lastSeen}`,
                legend: 'Age of the newest sample',
                unit: PanelUnit.SECONDS,
                bounds: [300, 3600],
              },
              { expr: `sum by (${label}) (${chosen})`, legend: 'Servers that answer' },
              { expr: `count by (${label}) (${chosen} == 0)`, legend: 'Servers that do not answer', bounds: [1, 1] },
            ],
          },
        ],
      },
      {
        id: 102,
        title: 'Course',
        panels: [
          {
            id: 10,
            kind: PanelKind.GRAPH,
            title: 'Age of the newest sample',
            description:
              'How long ago a site was heard of. A site that catches up after a cut fills its gap, as far as its Prometheus kept it.',
            unit: PanelUnit.SECONDS,
            queries: [{ expr: `time() - ${lastSeen}`, legend: site }],
          },
          {
            id: 11,
            kind: PanelKind.GRAPH,
            title: 'Servers that answer',
            description: 'Pods that the Prometheus of a site reads.',
            unit: PanelUnit.NUMBER,
            queries: [{ expr: `sum by (${label}) (${chosen})`, legend: site }],
          },
        ],
      },
    ],
  };
}
