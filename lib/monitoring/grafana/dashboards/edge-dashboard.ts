import { GATEWAY_FALLBACKS, GATEWAY_REQUESTS, GATEWAY_SPILLED } from '../../rules/cloud-rules';
import { DashboardSpec, PanelKind, PanelUnit } from './spec';
import { WatchedSeries } from './watched-series';

/**
 * How gateways of sites divide requests with a cloud.
 *
 * @internal
 */
export function edgeDashboard(series: WatchedSeries): DashboardSpec | undefined {
  if (!series.has(GATEWAY_REQUESTS)) return undefined;
  const chosen = (record: string) => `${record}{job=~"$gateway"}`;
  return {
    uid: 'gpu-inference-edge',
    title: 'GPU inference / Site and cloud',
    description: 'Which part of the requests of a site its own servers answer, and which its cloud.',
    variables: [{ name: 'gateway', title: 'Gateway', label: 'job', series: GATEWAY_REQUESTS, many: true }],
    rows: [
      {
        id: 101,
        title: 'Course',
        panels: [
          {
            id: 1,
            kind: PanelKind.GRAPH,
            title: 'Requests by destination',
            description: 'Each try, so that a request which the site failed at is one of both.',
            unit: PanelUnit.REQUESTS_PER_SECOND,
            queries: [{ expr: chosen(GATEWAY_REQUESTS), legend: '{{job}} {{destination}}' }],
          },
          {
            id: 2,
            kind: PanelKind.GRAPH,
            title: 'Sent to the other one',
            description:
              'What the site failed at, was too busy or too slow for, and what the cloud did not take, so that the site answered.',
            unit: PanelUnit.REQUESTS_PER_SECOND,
            queries: [
              { expr: chosen(GATEWAY_SPILLED), legend: '{{job}} to the cloud' },
              { expr: chosen(GATEWAY_FALLBACKS), legend: '{{job}} to the site' },
            ],
          },
        ],
      },
    ],
  };
}
