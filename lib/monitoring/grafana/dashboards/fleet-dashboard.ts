import { LATENCY_THRESHOLD } from '../../rules/threshold-rules';
import { MODEL_DASHBOARD_UID, OF_EVERY_MODEL } from './model-dashboard';
import { ALERTS_THAT_FIRE, DashboardSpec, PanelKind, PanelSpec, PanelUnit, VariableSpec } from './spec';
import { WatchedSeries } from './watched-series';

/** Values of the labels that a reader chooses. */
const CHOSEN = '{namespace=~"$namespace",model=~"$model"}';
/** Labels of a model. */
const MODEL = 'namespace, job, model';
/** Most lines that a graph shows. */
const LINES = 20;

/** @internal */
export const MODEL_VARIABLES: readonly VariableSpec[] = [
  { name: 'namespace', title: 'Namespace', label: 'namespace', series: OF_EVERY_MODEL, many: true },
  {
    name: 'model',
    title: 'Model',
    label: 'model',
    series: `${OF_EVERY_MODEL}{namespace=~"$namespace"}`,
    many: true,
  },
];

/** Labels of a model as the first columns of a table, whose rows lead to it. @internal */
export const MODEL_COLUMNS: Pick<PanelSpec, 'labels' | 'rowLink'> = {
  labels: { namespace: 'Namespace', job: 'Server', model: 'Model' },
  rowLink: {
    title: 'Show the model',
    url:
      `/d/${MODEL_DASHBOARD_UID}?var-namespace=\${__data.fields.Namespace}` +
      '&var-job=${__data.fields.Server}&var-model=${__data.fields.Model}&${__url_time_range}',
  },
};

/** A value of each model. @internal */
export const ofModels = (record: string) => `max by (${MODEL}) (${record}${CHOSEN})`;

/**
 * All models of a cluster.
 *
 * @internal
 */
export function fleetDashboard(series: WatchedSeries): DashboardSpec {
  return {
    uid: 'gpu-inference-fleet',
    title: 'GPU inference / Fleet',
    description: 'All models: what they do, how well, and what they cost.',
    variables: MODEL_VARIABLES,
    rows: [
      { id: 101, title: 'Now', panels: numbers() },
      { id: 102, title: 'Models', panels: [models(), alerts()] },
      { id: 103, title: 'Course', panels: graphs(series) },
    ],
  };
}

function numbers(): PanelSpec[] {
  const number = (
    id: number,
    title: string,
    description: string,
    unit: PanelUnit,
    expr: string,
    more: Partial<PanelSpec> = {},
  ): PanelSpec => ({
    id,
    kind: PanelKind.NUMBER,
    title,
    description,
    unit,
    width: 4,
    queries: [{ expr, legend: title }],
    ...more,
  });
  return [
    number(
      1,
      'Requests',
      'Requests answered each second, by all models.',
      PanelUnit.REQUESTS_PER_SECOND,
      `sum(${OF_EVERY_MODEL}${CHOSEN})`,
    ),
    number(
      2,
      'Tokens each second',
      'Tokens generated each second, by all models.',
      PanelUnit.NUMBER,
      `sum(inference_tokens_per_second${CHOSEN})`,
    ),
    number(3, 'Alerts', 'Alerts that fire.', PanelUnit.NUMBER, `count(${ALERTS_THAT_FIRE}) or vector(0)`, {
      bounds: [1, 1],
    }),
    number(
      4,
      'Servers that do not answer',
      'Pods that Prometheus finds but cannot read.',
      PanelUnit.NUMBER,
      'count(up{namespace=~"$namespace"} == 0) or vector(0)',
      { bounds: [1, 1] },
    ),
    number(
      5,
      'GPU use',
      'Time in which a GPU computes something, on average over all GPUs.',
      PanelUnit.PERCENT,
      'avg(inference_gpu_utilization_percent)',
      { decimals: 0 },
    ),
    number(
      6,
      'Most GPU memory',
      'Memory in use on the fullest GPU.',
      PanelUnit.PERCENT,
      'max(inference_gpu_memory_percent)',
      { decimals: 0, bounds: [95, 99] },
    ),
  ];
}

function models(): PanelSpec {
  const latency = 'inference_latency_p99_milliseconds';
  return {
    id: 10,
    kind: PanelKind.TABLE,
    title: 'Models',
    description: 'The newest value of each model. The name of a model leads to everything about it.',
    unit: PanelUnit.NUMBER,
    width: 24,
    ...MODEL_COLUMNS,
    queries: [
      { expr: ofModels(OF_EVERY_MODEL), legend: 'Requests', unit: PanelUnit.REQUESTS_PER_SECOND },
      { expr: ofModels(latency), legend: 'P99 latency', unit: PanelUnit.MILLISECONDS },
      {
        expr: `100 * ${ofModels(latency)} / ${ofModels(LATENCY_THRESHOLD)}`,
        legend: 'Of its threshold',
        unit: PanelUnit.PERCENT,
        bounds: [80, 100],
      },
      {
        expr: ofModels('inference_failure_percent'),
        legend: 'Failed',
        unit: PanelUnit.PERCENT,
        bounds: [1, 5],
      },
      { expr: ofModels('inference_tokens_per_second'), legend: 'Tokens/s' },
      { expr: ofModels('inference_queue_depth'), legend: 'Waiting' },
      {
        expr: ofModels('inference_kv_cache_percent'),
        legend: 'KV cache',
        unit: PanelUnit.PERCENT,
        bounds: [90, 98],
      },
      {
        expr: ofModels('inference_cost_per_million_tokens'),
        legend: 'Per million tokens',
        unit: PanelUnit.US_DOLLARS,
      },
    ],
  };
}

function alerts(): PanelSpec {
  return {
    id: 11,
    kind: PanelKind.TABLE,
    title: 'Alerts that fire',
    description: 'What to do about each is in its annotations, in Alertmanager, and in the runbooks.',
    unit: PanelUnit.NUMBER,
    width: 24,
    labels: { alertname: 'Alert', severity: 'Severity', namespace: 'Namespace', job: 'Server', model: 'Model' },
    queries: [
      {
        expr: `count by (alertname, severity, namespace, job, model) (${ALERTS_THAT_FIRE})`,
        legend: 'Number',
      },
    ],
  };
}

function graphs(series: WatchedSeries): PanelSpec[] {
  const graph = (
    id: number,
    title: string,
    description: string,
    unit: PanelUnit,
    record: string,
    more: Partial<PanelSpec> = {},
  ): PanelSpec => ({
    id,
    kind: PanelKind.GRAPH,
    title,
    description: [description, `The ${LINES} highest of each moment.`, series.meaning(record)]
      .filter((text) => text !== '')
      .join('\n\n'),
    unit,
    queries: [{ expr: `topk(${LINES}, ${ofModels(record)})`, legend: '{{namespace}} {{model}}' }],
    ...more,
  });
  return [
    graph(20, 'Requests', 'Answered each second.', PanelUnit.REQUESTS_PER_SECOND, OF_EVERY_MODEL),
    graph(
      21,
      'P99 latency',
      'Time within which 99 of 100 requests are answered.',
      PanelUnit.MILLISECONDS,
      'inference_latency_p99_milliseconds',
    ),
    graph(22, 'Failed requests', 'Of all that ended.', PanelUnit.PERCENT, 'inference_failure_percent'),
    graph(23, 'Tokens', 'Generated each second.', PanelUnit.NUMBER, 'inference_tokens_per_second'),
  ];
}
