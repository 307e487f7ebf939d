import { MetricExporter } from '../../catalog/metric-kind';
import { MetricsTarget } from '../../core/watchable';
import { IndicatorSource, ofExporter, ofModels, perCount, rateByModel } from './indicator-source';
import { engineModels, plainModels } from './selectors';
import { engineGaps } from './tokens';

const { TRITON, TRITON_TENSORRT_LLM, VLLM } = MetricExporter;

const SUCCESS = ofExporter(TRITON)('nv_inference_request_success');
const QUEUED = ofExporter(TRITON)('nv_inference_queue_duration_us');
const PENDING = ofExporter(TRITON)('nv_inference_pending_request_count');
const INFERENCES = ofExporter(TRITON)('nv_inference_count');
const EXECUTIONS = ofExporter(TRITON)('nv_inference_exec_count');
const REQUESTS = ofExporter(TRITON_TENSORRT_LLM)('nv_trt_llm_request_metrics');
const WAITED = ofExporter(VLLM)('vllm:request_queue_time_seconds');
const WAITING = ofExporter(VLLM)('vllm:num_requests_waiting');
const RUNNING = ofExporter(VLLM)('vllm:num_requests_running');

/** A backend with an engine takes every request at once. */
function engineQueueGaps(target: MetricsTarget): string[] {
  if (plainModels(target).length > 0) return [];
  return [
    'an engine behind Triton takes every request at once, into a queue of its own of which it does not tell; the server of VllmDeployment does',
  ];
}

/** Mean time that a request waits. @internal */
export const QUEUE_TIME: readonly IndicatorSource[] = [
  {
    exporter: VLLM,
    query: (target) => {
      const [waited, requests] = ['_sum', '_count'].map((part) => rateByModel(ofModels(target)(WAITED, [], part)));
      return {
        expr: `1e3 * ${perCount(waited, requests)}`,
        metrics: [WAITED],
        meaning: 'Of the requests that ended in the last five minutes, over all pods.',
      };
    },
  },
  {
    exporter: TRITON,
    gaps: engineQueueGaps,
    models: plainModels,
    query: (target) => {
      const [waited, requests] = [QUEUED, SUCCESS].map((metric) => rateByModel(ofModels(target, TRITON)(metric)));
      return {
        expr: `${perCount(waited, requests)} / 1e3`,
        metrics: [QUEUED, SUCCESS],
        meaning: 'Of the requests that were answered in the last five minutes, over all pods.',
      };
    },
  },
];

const ALL_PODS = 'Of all pods together, at the time of the scrape.';

/** Requests that wait. @internal */
export const QUEUE_DEPTH: readonly IndicatorSource[] = [
  {
    exporter: VLLM,
    query: (target) => ({
      expr: `sum by (model) (${ofModels(target)(WAITING)})`,
      metrics: [WAITING],
      meaning: ALL_PODS,
    }),
  },
  {
    exporter: TRITON,
    gaps: engineQueueGaps,
    models: plainModels,
    query: (target) => ({
      expr: `sum by (model) (${ofModels(target, TRITON)(PENDING)})`,
      metrics: [PENDING],
      meaning: ALL_PODS,
    }),
  },
  {
    exporter: TRITON_TENSORRT_LLM,
    gaps: engineGaps(TRITON_TENSORRT_LLM),
    models: (target) => engineModels(target, TRITON_TENSORRT_LLM),
    query: (target) => {
      const of = ofModels(target, TRITON_TENSORRT_LLM);
      return {
        expr: `sum by (model) (${of(PENDING)}) + sum by (model) (${of(REQUESTS, ['request_type="waiting"'])})`,
        metrics: [PENDING, REQUESTS],
        meaning: `${ALL_PODS} In Triton and in the engine.`,
      };
    },
  },
];

/** Requests that are executed together. @internal */
export const BATCH_SIZE: readonly IndicatorSource[] = [
  {
    exporter: VLLM,
    query: (target) => ({
      expr: `avg by (model) (avg_over_time(${ofModels(target)(RUNNING)}[2m]))`,
      metrics: [RUNNING],
      meaning: 'Of an engine, on average over the last two minutes; 0 while there is nothing to do.',
    }),
  },
  {
    exporter: TRITON,
    gaps: engineQueueGaps,
    models: plainModels,
    query: (target) => {
      const [inferences, executions] = [INFERENCES, EXECUTIONS].map((metric) =>
        rateByModel(ofModels(target, TRITON)(metric)),
      );
      return {
        expr: perCount(inferences, executions),
        metrics: [INFERENCES, EXECUTIONS],
        meaning:
          'Of an execution of the last five minutes, without answers from the cache; a request that is a batch itself counts as all that is in it, an execution that fails as none.',
      };
    },
  },
  {
    exporter: TRITON_TENSORRT_LLM,
    gaps: engineGaps(TRITON_TENSORRT_LLM),
    models: (target) => engineModels(target, TRITON_TENSORRT_LLM),
    query: (target) => ({
      expr: `avg by (model) (avg_over_time(${ofModels(target, TRITON_TENSORRT_LLM)(REQUESTS, ['request_type="scheduled"'])}[2m]))`,
      metrics: [REQUESTS],
      meaning: 'Of an engine, on average over the last two minutes; 0 while there is nothing to do.',
    }),
  },
];
