import { Metric } from '../../catalog/metric';
import { MetricExporter } from '../../catalog/metric-kind';
import { MetricsTarget } from '../../core/watchable';
import { missingFrom } from '../../metrics/contract/scraped-target';
import { Indicator } from '../indicators/indicator';
import { isOfCluster, isVllm, select, targetMatchers } from '../indicators/selectors';
import { alertRule } from './alert-rule';
import { AlertSeverity } from './alert-severity';
import { isGateway } from './gateway-rules';
import { MonitoringRule } from './monitoring-rule';

const { TRITON, TRITON_TENSORRT_LLM, TRITON_VLLM, VLLM } = MetricExporter;
const of = (exporter: MetricExporter) => (name: string) => Metric.of(exporter, name);

/** Time that requests wait, and that they take, in the same unit. */
const TIMES = [
  [of(VLLM)('vllm:request_queue_time_seconds'), of(VLLM)('vllm:e2e_request_latency_seconds'), '_sum'],
  [of(TRITON)('nv_inference_queue_duration_us'), of(TRITON)('nv_inference_request_duration_us'), ''],
] as const;
const CACHE_USED = of(VLLM)('vllm:kv_cache_usage_perc');
const PREEMPTED = of(VLLM)('vllm:num_preemptions_total');
const BLOCKS = of(TRITON_TENSORRT_LLM)('nv_trt_llm_kv_cache_block_metrics');
const REQUESTS_OF_ENGINE = of(TRITON_TENSORRT_LLM)('nv_trt_llm_request_metrics');
const GPU_MEMORY_USED = of(TRITON)('nv_gpu_memory_used_bytes');
const GPU_MEMORY_TOTAL = of(TRITON)('nv_gpu_memory_total_bytes');

/** Engines that take nearly all memory of a GPU at their start: its use says nothing of them. */
const PREALLOCATING = [VLLM, TRITON_VLLM, TRITON_TENSORRT_LLM];

const MOST_OF_CACHE = 0.95;
const MOST_OF_GPU_PERCENT = 95;
/** Share of the time of requests. */
const MOST_OF_TIME = 0.5;

/**
 * Alerts of servers of models that have more to do than they can: their queue, their cache and the memory of their GPUs.
 *
 * @internal
 */
export function loadAlertRules(target: MetricsTarget): MonitoringRule[] {
  if (isOfCluster(target) || isGateway(target)) return [];
  return [...queueSaturated(target), ...requestsRejected(target), ...cacheFull(target), ...gpuMemoryNearFull(target)];
}

const exposes = (target: MetricsTarget, ...metrics: readonly Metric[]) =>
  metrics.every((metric) => missingFrom(target, metric).length === 0);

/** Triton hands requests on to an engine at once: its own queue says nothing then. */
function queueSaturated(target: MetricsTarget): MonitoringRule[] {
  const times = TIMES.find(([waits, takes]) => exposes(target, waits, takes));
  const isEngines = target.exporters.some((exporter) => [TRITON_VLLM, TRITON_TENSORRT_LLM].includes(exporter));
  if (!times || isEngines) return [];
  const [waits, takes, suffix] = times;
  const rate = (metric: Metric) => `sum by (model) (rate(${select(metric, target, [], suffix)}[5m]))`;
  return [
    alertRule(target, {
      name: 'QueueSaturated',
      severity: AlertSeverity.WARNING,
      expr: `${rate(waits)} / (${rate(takes)} > 0) > ${MOST_OF_TIME}`,
      for: '10m',
      summary:
        'Requests of {{ $labels.model }} have spent {{ $value | humanizePercentage }} of their time in the queue for 10m',
      description: `Job ${target.jobName} in namespace ${target.namespace}. What is added to the load waits.`,
    }),
  ];
}

function requestsRejected(target: MetricsTarget): MonitoringRule[] {
  if (!Indicator.REJECTIONS.isAvailable(target)) return [];
  return [
    alertRule(target, {
      name: 'RequestsRejected',
      severity: AlertSeverity.WARNING,
      expr: `${Indicator.REJECTIONS.record}{${targetMatchers(target).join(',')}} > 0`,
      for: '5m',
      summary: isVllm(target)
        ? 'A full queue of {{ $labels.model }} has refused {{ $value | printf "%.2f" }} requests a second for 5m'
        : '{{ $value | printf "%.2f" }} requests a second of {{ $labels.model }} have waited in the queue for longer than they may, for 5m',
      description: `Job ${target.jobName} in namespace ${target.namespace}. ${Indicator.REJECTIONS.query(target).meaning}`,
    }),
  ];
}

function cacheFull(target: MetricsTarget): MonitoringRule[] {
  const rule = (expr: string) =>
    alertRule(target, {
      name: 'KvCacheFull',
      severity: AlertSeverity.WARNING,
      expr,
      for: '5m',
      summary: 'The key-value cache of {{ $labels.model }} has been full for 5m, and requests are put off',
      description: `Job ${target.jobName} in namespace ${target.namespace}, the fullest pod: {{ $value | humanizePercentage }}.`,
    });
  if (exposes(target, CACHE_USED, PREEMPTED)) {
    const preempted = `sum by (model) (rate(${select(PREEMPTED, target)}[5m])) > 0`;
    return [rule(`max by (model) (${select(CACHE_USED, target)}) > ${MOST_OF_CACHE} and on (model) (${preempted})`)];
  }
  if (!exposes(target, BLOCKS, REQUESTS_OF_ENGINE)) return [];
  const used = select(BLOCKS, target, ['kv_cache_block_type="fraction"']);
  const waiting = `sum by (model) (${select(REQUESTS_OF_ENGINE, target, ['request_type="waiting"'])}) > 0`;
  return [rule(`max by (model) (${used}) > ${MOST_OF_CACHE} and on (model) (${waiting})`)];
}

function gpuMemoryNearFull(target: MetricsTarget): MonitoringRule[] {
  if (isVllm(target) || target.exporters.some((exporter) => PREALLOCATING.includes(exporter))) return [];
  if (!exposes(target, GPU_MEMORY_USED, GPU_MEMORY_TOTAL)) return [];
  const of = (metric: Metric) => `max by (node, gpu_uuid) (${select(metric, target)})`;
  return [
    alertRule(target, {
      name: 'GpuMemoryNearFull',
      severity: AlertSeverity.WARNING,
      expr: `100 * ${of(GPU_MEMORY_USED)} / ${of(GPU_MEMORY_TOTAL)} > ${MOST_OF_GPU_PERCENT}`,
      for: '10m',
      summary:
        '{{ $value | printf "%.0f" }} % of the memory of a GPU of node {{ $labels.node }} have been in use for 10m',
      description: `GPU {{ $labels.gpu_uuid }}, job ${target.jobName} in namespace ${target.namespace}. The next large batch may fail for want of memory.`,
    }),
  ];
}
