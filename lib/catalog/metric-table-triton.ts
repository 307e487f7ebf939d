import { MetricFacts, MetricRows } from './metric-facts';
import { MetricFeature, MetricType, MetricUnit } from './metric-kind';

const { COUNTER, GAUGE, HISTOGRAM, SUMMARY } = MetricType;
const CORE = 'triton-inference-server/core @ 73aad7c: src/metrics.cc, src/metric_model_reporter.cc';
const DOCS = 'triton-inference-server/server @ e1db8a6: docs/user_guide/metrics.md';

// A series also has `_<tag>` for each metric tag of the model.
const PER_MODEL = ['model', 'version'];
// Where Triton knows the device of an instance.
const OF_DEVICE = ['gpu_uuid'];

function latencyCounter(stage: string): MetricFacts {
  return {
    type: COUNTER,
    unit: MetricUnit.MICROSECONDS,
    labels: PER_MODEL,
    optionalLabels: OF_DEVICE,
    description: `Time spent in ${stage}, added up over all requests`,
    source: CORE,
  };
}

function latencySummary(stage: string): MetricFacts {
  return {
    type: SUMMARY,
    unit: MetricUnit.MICROSECONDS,
    labels: [...PER_MODEL, 'quantile'],
    optionalLabels: OF_DEVICE,
    minVersion: '23.04',
    feature: MetricFeature.SUMMARY_LATENCIES,
    description: `Quantiles of the time spent in ${stage}`,
    source: DOCS,
  };
}

function cache(type: MetricType, unit: MetricUnit, description: string): MetricFacts {
  const labels = type === SUMMARY ? [...PER_MODEL, 'quantile'] : PER_MODEL;
  return {
    type,
    unit,
    labels,
    optionalLabels: OF_DEVICE,
    feature: MetricFeature.RESPONSE_CACHE,
    description,
    source: CORE,
  };
}

function gauge(unit: MetricUnit, description: string, minVersion?: string): MetricFacts {
  return { type: GAUGE, unit, labels: PER_MODEL, optionalLabels: OF_DEVICE, minVersion, description, source: CORE };
}

function ofMachine(unit: MetricUnit, description: string, minVersion?: string): MetricFacts {
  return { type: GAUGE, unit, labels: [], minVersion, description, source: CORE };
}

/** Of a whole GPU: every server that sees the GPU reports it. */
function ofGpu(type: MetricType, unit: MetricUnit, description: string): MetricFacts {
  return { type, unit, labels: ['gpu_uuid'], perDevice: true, description, source: CORE };
}

/** What Triton's core exposes, whatever the backend. @internal */
export const TRITON_METRICS: MetricRows = {
  nv_inference_request_success: {
    type: COUNTER,
    unit: MetricUnit.REQUESTS,
    labels: PER_MODEL,
    optionalLabels: OF_DEVICE,
    description: 'Requests answered; a batch counts as one',
    source: CORE,
  },
  nv_inference_request_failure: {
    type: COUNTER,
    unit: MetricUnit.REQUESTS,
    // In no release up to 26.06 a full queue counts what it refuses: core @ 73aad7c, and branches r24.10, r25.12 and r26.06, of which
    // `DynamicBatchScheduler::Enqueue` returns the error of `PolicyQueue::Enqueue` to the front end; timeouts go by `RespondIfError`.
    // `reason` since core commits a07169e and 03b81c0 of July 2024, before every release this library deploys.
    labels: [...PER_MODEL, 'reason'],
    optionalLabels: OF_DEVICE,
    labelValues: { reason: ['REJECTED', 'CANCELED', 'BACKEND', 'OTHER'] },
    minVersion: '24.07',
    description:
      'Requests failed, by reason REJECTED (waited too long in the queue), CANCELED, BACKEND or OTHER; not those that a full queue refuses at once, nor ' +
      'errors that a Python model answers by itself; an ensemble counts a failed step twice',
    source: DOCS,
  },
  nv_inference_count: {
    type: COUNTER,
    unit: MetricUnit.INFERENCES,
    labels: PER_MODEL,
    optionalLabels: OF_DEVICE,
    description: 'Inferences made, without those answered from the cache and those that failed',
    source: CORE,
  },
  nv_inference_exec_count: {
    type: COUNTER,
    unit: MetricUnit.EXECUTIONS,
    labels: PER_MODEL,
    optionalLabels: OF_DEVICE,
    description: 'Batches executed, also those that failed, without those answered from the cache',
    source: CORE,
  },
  nv_inference_pending_request_count: gauge(
    MetricUnit.REQUESTS,
    'Requests received but not yet being executed: the depth of the queue',
    '23.09',
  ),
  nv_inference_request_duration_us: latencyCounter('the whole request'),
  nv_inference_queue_duration_us: latencyCounter('the queue'),
  nv_inference_compute_input_duration_us: latencyCounter('preparing inputs'),
  nv_inference_compute_infer_duration_us: latencyCounter('the model'),
  nv_inference_compute_output_duration_us: latencyCounter('preparing outputs'),
  nv_inference_request_summary_us: {
    ...latencySummary('the whole request'),
    description: 'Quantiles of the time spent in the whole request; absent while the response cache is on',
  },
  nv_inference_queue_summary_us: latencySummary('the queue'),
  nv_inference_compute_input_summary_us: latencySummary('preparing inputs'),
  nv_inference_compute_infer_summary_us: latencySummary('the model'),
  nv_inference_compute_output_summary_us: latencySummary('preparing outputs'),
  nv_inference_first_response_histogram_ms: {
    type: HISTOGRAM,
    unit: MetricUnit.MILLISECONDS,
    labels: PER_MODEL,
    optionalLabels: OF_DEVICE,
    // Core commit c815a13, on branch r24.11, for decoupled models only; d261b8d, on branch r26.01, for every model.
    minVersion: '24.11',
    everyModelSince: '26.01',
    feature: MetricFeature.HISTOGRAM_LATENCIES,
    description:
      'Time to the first response: the whole latency of a model that answers once, the time to first token of a stream',
    source: DOCS,
  },
  nv_model_load_duration_secs: gauge(MetricUnit.SECONDS, 'Time it took to load the model', '24.11'),
  nv_cache_num_hits_per_model: cache(COUNTER, MetricUnit.LOOKUPS, 'Hits of the response cache'),
  nv_cache_num_misses_per_model: cache(COUNTER, MetricUnit.LOOKUPS, 'Misses of the response cache'),
  nv_cache_hit_duration_per_model: cache(COUNTER, MetricUnit.MICROSECONDS, 'Time spent on cache hits, added up'),
  nv_cache_miss_duration_per_model: cache(COUNTER, MetricUnit.MICROSECONDS, 'Time spent on cache misses, added up'),
  nv_gpu_utilization: ofGpu(GAUGE, MetricUnit.RATIO, 'Busy part of the time, of the whole GPU'),
  nv_gpu_memory_total_bytes: ofGpu(GAUGE, MetricUnit.BYTES, 'Memory of the GPU'),
  nv_gpu_memory_used_bytes: ofGpu(GAUGE, MetricUnit.BYTES, 'Memory in use on the whole GPU, by any process'),
  nv_gpu_power_usage: ofGpu(GAUGE, MetricUnit.WATTS, 'Power drawn'),
  nv_gpu_power_limit: ofGpu(GAUGE, MetricUnit.WATTS, 'Power the GPU is limited to'),
  nv_energy_consumption: ofGpu(COUNTER, MetricUnit.JOULES, 'Energy since the server started'),
  nv_cpu_utilization: ofMachine(MetricUnit.RATIO, 'Busy part of the time, over all cores'),
  nv_cpu_memory_total_bytes: ofMachine(MetricUnit.BYTES, 'Memory of the machine'),
  nv_cpu_memory_used_bytes: ofMachine(MetricUnit.BYTES, 'Memory in use on the machine'),
  nv_pinned_memory_pool_total_bytes: ofMachine(MetricUnit.BYTES, 'Pinned memory pool', '24.02'),
  nv_pinned_memory_pool_used_bytes: ofMachine(MetricUnit.BYTES, 'Pinned memory in use', '24.02'),
};
