import { Metric } from '../../catalog/metric';
import { MetricExporter } from '../../catalog/metric-kind';
import { MetricsTarget, PlannedServing } from '../../core/watchable';
import { missingFrom } from '../../metrics/contract/scraped-target';
import { ownValue } from '../../units/own-value';
import { isVllm, modelMatcher, quoted, select, targetMatchers } from '../indicators/selectors';
import { capacityRules, KV_CAPACITY, tellsCapacity } from './kv-capacity-rules';
import { MARGIN } from './latency-threshold';
import { MonitoringRule } from './monitoring-rule';

/** What plans promise, recorded as it is: by namespace, job and model. */
const PLANNED = {
  kvCapacity: 'inference_plan_kv_capacity_tokens',
  timePerToken: 'inference_plan_time_per_token_milliseconds',
  latency: 'inference_plan_latency_p99_milliseconds',
  gpuMemory: 'inference_plan_gpu_memory_bytes',
};

const TIME_PER_TOKEN = 'inference_time_per_token_mean_milliseconds';
const GPU_MEMORY = 'inference_gpu_memory_bytes';

/** Part of the planned key-value cache that must be there: what a planner cannot know of an engine is less than the rest. */
const LEAST_OF_CACHE = 0.9;
/** Part of the planned memory of a GPU that must be exceeded: graphs and libraries take some of the engine's share beside it. */
const MOST_OF_MEMORY = 1.05;
/** A model that loads, a burst of long prompts or a rollout is over by then. */
const FOR = '15m';
const WINDOW = '5m';

const vllm = (name: string) => Metric.of(MetricExporter.VLLM, name);
const tritonVllm = (name: string) => Metric.of(MetricExporter.TRITON_VLLM, name);

/** Means of requests: the times between steps of the engine would be too long where a step gives several tokens. */
const TIME_OF_VLLM = vllm('vllm:request_time_per_output_token_seconds');
const RUNNING = vllm('vllm:num_requests_running');
const TIME_OF_TRITON = tritonVllm('vllm:time_per_output_token_seconds');
const WHOLE_REQUESTS = tritonVllm('vllm:e2e_request_latency_seconds');
const USED = Metric.of(MetricExporter.TRITON, 'nv_gpu_memory_used_bytes');

/**
 * The rules that compare what the plans of a workload promise with what runs: the planned figures, the measured ones, and `PlanNotHeld`.
 *
 * @internal
 */
export function planRules(target: MetricsTarget): MonitoringRule[] {
  const { plans = {} } = target;
  const planned = [...target.models].sort().flatMap((model) => {
    const plan = ownValue(plans, model);
    return plan ? [{ model, plan }] : [];
  });
  if (planned.length === 0) return [];
  const measured = [...capacityRules(target), ...timeRules(target), ...memoryRules(target)];
  return [
    ...planned.flatMap(({ model, plan }) => promises(target, model, plan)),
    ...measured,
    ...planned.flatMap(({ model, plan }) => alerts(target, model, plan, measured)),
  ];
}

function promises(target: MetricsTarget, model: string, plan: PlannedServing): MonitoringRule[] {
  const labels = { job: target.jobName, namespace: target.namespace, model };
  const figures: [string, number | undefined][] = [
    [PLANNED.kvCapacity, plan.kvCapacityTokens],
    [PLANNED.timePerToken, plan.timePerTokenMs],
    [PLANNED.latency, ownValue(target.plannedLatencyMs ?? {}, model)],
    [PLANNED.gpuMemory, plan.gpuMemory.bytes],
  ];
  return figures.flatMap(([record, value]) =>
    value === undefined ? [] : [{ record, expr: `vector(${rounded(value)})`, labels }],
  );
}

/** Mean time per token, of all pods. */
function timeRules(target: MetricsTarget): MonitoringRule[] {
  const metric = [TIME_OF_VLLM, TIME_OF_TRITON].find((each) => missingFrom(target, each).length === 0);
  if (!metric) return [];
  const rate = (suffix: string) =>
    `sum by (model) (rate(${select(metric, target, modelMatcher(target), suffix)}[${WINDOW}]))`;
  return [
    {
      record: TIME_PER_TOKEN,
      expr: `1e3 * ${rate('_sum')} / ${rate('_count')}`,
      labels: { job: target.jobName, namespace: target.namespace },
    },
  ];
}

/** Memory in use of the fullest GPU. Of several models on it nobody can say which has how much. */
function memoryRules(target: MetricsTarget): MonitoringRule[] {
  if (target.models.length !== 1 || missingFrom(target, USED).length > 0) return [];
  const { jobName: job, namespace, models } = target;
  return [{ record: GPU_MEMORY, expr: `max(${select(USED, target)})`, labels: { job, namespace, model: models[0] } }];
}

function alerts(
  target: MetricsTarget,
  model: string,
  plan: PlannedServing,
  measured: readonly MonitoringRule[],
): MonitoringRule[] {
  const series = (record: string) => `${record}{${[...targetMatchers(target), `model=${quoted(model)}`].join(',')}}`;
  const has = (record: string) => measured.some((rule) => rule.record === record);
  const { kvCapacityTokens, timePerTokenMs, gpuMemory, concurrency } = plan;
  const notHeld = (figure: string, expr: string, measuredText: string, plannedText: string, cure: string) => ({
    alert: 'PlanNotHeld',
    expr,
    for: FOR,
    labels: { severity: 'warning', figure, job: target.jobName, namespace: target.namespace, model },
    annotations: {
      summary: `${model} has ${measuredText}, planned ${plannedText}`,
      description: `Job ${target.jobName} in namespace ${target.namespace}. What the plan of the model promises does not hold: ${plannedText}; measured for ${FOR}: ${measuredText}.`,
      runbook: cure,
    },
  });
  const capacity =
    (has(KV_CAPACITY) || tellsCapacity(target)) && kvCapacityTokens > 0
      ? [
          notHeld(
            'kv-capacity',
            `${series(KV_CAPACITY)} < ${Math.floor(LEAST_OF_CACHE * kvCapacityTokens)}`,
            'a key-value cache of {{ $value | printf "%.0f" }} tokens',
            `${kvCapacityTokens}`,
            CAPACITY_CURE,
          ),
        ]
      : [];
  const time =
    has(TIME_PER_TOKEN) && timePerTokenMs !== undefined
      ? [
          notHeld(
            'time-per-token',
            `${series(TIME_PER_TOKEN)} > ${rounded(MARGIN * timePerTokenMs)} and on (namespace, job, model) ${load(target, model)} <= ${concurrency}`,
            '{{ $value | printf "%.1f" }} ms for a token',
            `${rounded(timePerTokenMs)} ms with ${concurrency} requests at once on a server`,
            TIME_CURE,
          ),
        ]
      : [];
  const memory = has(GPU_MEMORY)
    ? [
        notHeld(
          'gpu-memory',
          `${series(GPU_MEMORY)} > ${Math.ceil(MOST_OF_MEMORY * gpuMemory.bytes)}`,
          '{{ $value | humanize1024 }}B in use on a GPU',
          `${gpuMemory}`,
          MEMORY_CURE,
        ),
      ]
    : [];
  return [...capacity, ...time, ...memory];
}

/** Requests at once of the busiest pod. More than planned are slower, as the plan says itself. */
function load(target: MetricsTarget, model: string): string {
  const of = (metric: Metric, suffix = '') => select(metric, target, [`model=${quoted(model)}`], suffix);
  const requests = isVllm(target)
    ? `avg_over_time(${of(RUNNING)}[${WINDOW}])`
    : // Little's law: vLLM tells Triton of no request that runs.
      `rate(${of(WHOLE_REQUESTS, '_sum')}[${WINDOW}])`;
  return `max by (namespace, job, model) (sum by (namespace, job, pod, model) (${requests}))`;
}

/** Four significant digits are more than a plan is worth; whole numbers stay whole. */
function rounded(value: number): number {
  return Number.isInteger(value) ? value : Number(value.toPrecision(4));
}

const CAPACITY_CURE =
  "1. Log of the engine's start: memory of weights, of a step, and what is left for the cache. Does another process hold memory of the GPU? " +
  '2. Arguments: do gpu_memory_utilization, max_num_batched_tokens, max_num_seqs and the formats differ from the plan (explain())? 3. Release: ' +
  'another one of the engine may need more; plan with it, and give the measured figure to whoever owns the planner. Until then requests wait or ' +
  'are put off sooner than planned: admit fewer, or add a server.';

const TIME_CURE =
  '1. GPUs: are clocks throttled, or do pods differ? Move the slow one off its node. 2. Fabric: has a group fallen back to TCP? 3. Requests: are ' +
  'prompts or answers longer than inputTokens and outputTokens of the plan? Plan with those that come. 4. Change: did it begin with a release of ' +
  'the engine, or with eager mode (no CUDA graphs)? Roll it back.';

const MEMORY_CURE =
  '1. Another process on the GPU: nvidia-smi on the node; sharing, or a pod that was not ended. 2. Arguments: does gpu_memory_utilization differ ' +
  'from the plan? 3. Growth since the start is a leak: restart the server, and look at its release notes.';
