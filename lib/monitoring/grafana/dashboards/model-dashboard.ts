import { LATENCY_THRESHOLD } from '../../rules/threshold-rules';
import { DashboardSpec, LineKind, PanelKind, PanelSpec, PanelUnit, QuerySpec, VariableSpec } from './spec';
import { WatchedSeries } from './watched-series';

/** @internal */
export const MODEL_DASHBOARD_UID = 'gpu-inference-model';

/** Of every model, whichever server has it. @internal */
export const OF_EVERY_MODEL = 'inference_qps';

const OF_MODEL = '{namespace="$namespace",job="$job",model="$model"}';
const OF_JOB = '{namespace="$namespace",job="$job"}';

/** The names of the plan's values, which are recorded beside what is measured. */
const PLAN = {
  latency: 'inference_plan_latency_p99_milliseconds',
  timePerToken: 'inference_plan_time_per_token_milliseconds',
  kvCapacity: 'inference_plan_kv_capacity_tokens',
  gpuMemory: 'inference_plan_gpu_memory_bytes',
};

const measured = (record: string, legend: string): QuerySpec => ({ expr: `${record}${OF_MODEL}`, legend });
const planned = (record: string): QuerySpec => ({
  expr: `${record}${OF_MODEL}`,
  legend: 'plan',
  line: LineKind.PLAN,
});

/** @internal */
export const NAMESPACE_VARIABLE: VariableSpec = {
  name: 'namespace',
  title: 'Namespace',
  label: 'namespace',
  series: OF_EVERY_MODEL,
  many: false,
};

/**
 * One model: every indicator of it, with its threshold and its plan.
 *
 * @internal
 */
export function modelDashboard(series: WatchedSeries): DashboardSpec {
  return {
    uid: MODEL_DASHBOARD_UID,
    title: 'GPU inference / Model',
    description:
      'Every indicator of one model. Red dashes: where an alert fires. Blue dashes: what the plan of the model expects.',
    variables: [
      NAMESPACE_VARIABLE,
      {
        name: 'job',
        title: 'Server',
        label: 'job',
        series: `${OF_EVERY_MODEL}{namespace="$namespace"}`,
        many: false,
      },
      { name: 'model', title: 'Model', label: 'model', series: `${OF_EVERY_MODEL}${OF_JOB}`, many: false },
    ],
    rows: [
      { id: 101, title: 'Load', panels: load(series) },
      { id: 102, title: 'Latency', panels: latency(series) },
      { id: 103, title: 'Failures', panels: failures(series) },
      { id: 104, title: 'Memory', panels: memory(series) },
      { id: 105, title: 'Plan against measurement', panels: plan() },
      { id: 106, title: 'Cost', panels: cost(series) },
    ],
  };
}

/** A graph of one indicator. */
function graph(
  series: WatchedSeries,
  record: string,
  panel: Pick<PanelSpec, 'id' | 'title' | 'description' | 'unit'> & Partial<PanelSpec>,
): PanelSpec {
  const description = [panel.description, series.meaning(record)].filter((text) => text !== '').join('\n\n');
  return {
    kind: PanelKind.GRAPH,
    queries: [measured(record, panel.title.toLowerCase())],
    ...panel,
    description,
  };
}

function load(series: WatchedSeries): PanelSpec[] {
  return [
    graph(series, OF_EVERY_MODEL, {
      id: 1,
      title: 'Requests',
      description: 'Requests answered each second.',
      unit: PanelUnit.REQUESTS_PER_SECOND,
    }),
    graph(series, 'inference_tokens_per_second', {
      id: 2,
      title: 'Tokens',
      description: 'Tokens generated each second, by all servers.',
      unit: PanelUnit.NUMBER,
    }),
    graph(series, 'inference_queue_depth', {
      id: 3,
      title: 'Requests that wait',
      description: 'Requests that no server has begun.',
      unit: PanelUnit.NUMBER,
    }),
    graph(series, 'inference_batch_size', {
      id: 4,
      title: 'Batch size',
      description: 'Requests that are computed together, on average.',
      unit: PanelUnit.NUMBER,
    }),
  ];
}

function latency(series: WatchedSeries): PanelSpec[] {
  const P99 = 'inference_latency_p99_milliseconds';
  return [
    graph(series, P99, {
      id: 10,
      title: 'Latency',
      description: 'Time within which half, 95 and 99 of 100 requests are answered.',
      unit: PanelUnit.MILLISECONDS,
      width: 24,
      queries: [
        measured('inference_latency_p50_milliseconds', 'P50'),
        measured('inference_latency_p95_milliseconds', 'P95'),
        measured(P99, 'P99'),
        planned(PLAN.latency),
        { expr: `${LATENCY_THRESHOLD}${OF_MODEL}`, legend: 'HighLatency fires', line: LineKind.LIMIT },
      ],
    }),
    graph(series, 'inference_time_to_first_token_p95_milliseconds', {
      id: 11,
      title: 'Time to first token',
      description: 'Time within which 95 of 100 requests have their first token.',
      unit: PanelUnit.MILLISECONDS,
    }),
    graph(series, 'inference_time_per_token_p95_milliseconds', {
      id: 12,
      title: 'Time per token',
      description: 'Time between two tokens, for 95 of 100.',
      unit: PanelUnit.MILLISECONDS,
      queries: [measured('inference_time_per_token_p95_milliseconds', 'P95'), planned(PLAN.timePerToken)],
    }),
    graph(series, 'inference_queue_time_mean_milliseconds', {
      id: 13,
      title: 'Time in the queue',
      description: 'Time that a request waits before it is computed, on average.',
      unit: PanelUnit.MILLISECONDS,
    }),
  ];
}

function failures(series: WatchedSeries): PanelSpec[] {
  return [
    graph(series, 'inference_failure_percent', {
      id: 20,
      title: 'Failed requests',
      description: 'Requests that failed, of all that ended.',
      unit: PanelUnit.PERCENT,
    }),
    graph(series, 'inference_rejections_per_second', {
      id: 21,
      title: 'Rejected requests',
      description:
        'Requests refused each second: by a full queue of vLLM, or since they waited too long in that of Triton.',
      unit: PanelUnit.REQUESTS_PER_SECOND,
    }),
    graph(series, 'inference_preemptions_per_second', {
      id: 22,
      title: 'Preemptions',
      description: 'Requests put off each second because the KV cache was full: their tokens are computed again.',
      unit: PanelUnit.REQUESTS_PER_SECOND,
    }),
    graph(series, 'inference_load_time_percent', {
      id: 23,
      title: 'Load time',
      description: 'Time that the model took to load, of the time that its pods are given to start.',
      unit: PanelUnit.PERCENT,
      max: 100,
    }),
  ];
}

function memory(series: WatchedSeries): PanelSpec[] {
  return [
    graph(series, 'inference_kv_cache_percent', {
      id: 30,
      title: 'KV cache',
      description: 'Used part of the memory for keys and values. Requests wait, or are put off, when it is full.',
      unit: PanelUnit.PERCENT,
      max: 100,
    }),
  ];
}

/** What was measured, as a part of what the plan expects. */
function plan(): PanelSpec[] {
  const part = (record: string, plan: string, legend: string): QuerySpec => ({
    expr: `100 * ${record}${OF_MODEL} / ${plan}${OF_MODEL}`,
    legend,
  });
  return [
    {
      id: 40,
      kind: PanelKind.GRAPH,
      title: 'Measured, in percent of the plan',
      description:
        'Times above 100 are slower than planned; a KV cache below 100 holds fewer tokens than planned, and memory above 100 is more than was planned for.',
      unit: PanelUnit.PERCENT,
      width: 24,
      queries: [
        part('inference_latency_p99_milliseconds', PLAN.latency, 'P99 latency'),
        part('inference_time_per_token_p95_milliseconds', PLAN.timePerToken, 'time per token, P95'),
        part('inference_kv_capacity_tokens', PLAN.kvCapacity, 'tokens in the KV cache'),
        part('inference_gpu_memory_bytes', PLAN.gpuMemory, 'memory of a GPU'),
        { expr: 'vector(100)', legend: 'plan', line: LineKind.PLAN },
      ],
    },
  ];
}

function cost(series: WatchedSeries): PanelSpec[] {
  return [
    graph(series, 'inference_cost_per_million_tokens', {
      id: 50,
      title: 'Cost per million tokens',
      description: 'Price of the servers that run, divided by the tokens that they generate.',
      unit: PanelUnit.US_DOLLARS,
      decimals: 2,
    }),
  ];
}
