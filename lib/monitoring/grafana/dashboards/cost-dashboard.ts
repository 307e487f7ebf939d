import { MODEL_COLUMNS, MODEL_VARIABLES, ofModels } from './fleet-dashboard';
import { DashboardSpec, PanelKind, PanelUnit } from './spec';
import { WatchedSeries } from './watched-series';

const COST = 'inference_cost_per_million_tokens';
const TOKENS = 'inference_tokens_per_second';

/**
 * What tokens cost.
 *
 * @internal
 */
export function costDashboard(series: WatchedSeries): DashboardSpec | undefined {
  if (!series.has(COST)) return undefined;
  const meaning = series.meaning(COST);
  return {
    uid: 'gpu-inference-cost',
    title: 'GPU inference / Cost',
    description: 'What the tokens of each model cost. Servers cost the same whether they work or wait.',
    variables: MODEL_VARIABLES,
    rows: [
      {
        id: 101,
        title: 'Now',
        panels: [
          {
            id: 1,
            kind: PanelKind.TABLE,
            title: 'Models',
            description: ['The newest value of each model.', meaning].join('\n\n'),
            unit: PanelUnit.NUMBER,
            width: 24,
            ...MODEL_COLUMNS,
            queries: [
              { expr: ofModels(COST), legend: 'Per million tokens', unit: PanelUnit.US_DOLLARS },
              { expr: ofModels(TOKENS), legend: 'Tokens/s' },
              { expr: ofModels('inference_qps'), legend: 'Requests', unit: PanelUnit.REQUESTS_PER_SECOND },
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
            title: 'Cost per million tokens',
            description: ['Of each model: it falls as its servers have more to do.', meaning].join('\n\n'),
            unit: PanelUnit.US_DOLLARS,
            decimals: 2,
            queries: [{ expr: ofModels(COST), legend: '{{namespace}} {{model}}' }],
          },
          {
            id: 11,
            kind: PanelKind.GRAPH,
            title: 'Tokens',
            description: 'Generated each second.',
            unit: PanelUnit.NUMBER,
            queries: [{ expr: ofModels(TOKENS), legend: '{{namespace}} {{model}}' }],
          },
        ],
      },
    ],
  };
}
