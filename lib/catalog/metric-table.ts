import { MetricFacts, MetricRows } from './metric-facts';
import { MetricExporter, MetricFeature, MetricType, MetricUnit } from './metric-kind';
import { ENVOY_METRICS } from './metric-table-envoy';
import { VLLM_METRICS } from './metric-table-vllm';

const { COUNTER, GAUGE, HISTOGRAM, SUMMARY } = MetricType;
const CORE = 'triton-inference-server/core @ 73aad7c: src/metrics.cc, src/metric_model_reporter.cc';
const DOCS = 'triton-inference-server/server @ e1db8a6: docs/user_guide/metrics.md';
const VLLM = 'triton-inference-server/vllm_backend @ 8de0c14: src/utils/metrics.py; since: the release branches';
const TENSORRT_LLM = 'triton-inference-server/tensorrtllm_backend @ 00b4947: README.md, "Triton Metrics"';

// A series also has `gpu_uuid` where Triton knows the device, and `_<tag>` for each metric tag of the model.
const PER_MODEL = ['model', 'version'];
const PER_GPU = ['gpu_uuid'];

function latencyCounter(stage: string): MetricFacts {
  return {
    type: COUNTER,
    unit: MetricUnit.MICROSECONDS,
    labels: PER_MODEL,
    description: `Time spent in ${stage}, added up over all requests`,
    source: CORE,
  };
}

function latencySummary(stage: string): MetricFacts {
  return {
    type: SUMMARY,
    unit: MetricUnit.MICROSECONDS,
    labels: [...PER_MODEL, 'quantile'],
    minVersion: '23.04',
    feature: MetricFeature.SUMMARY_LATENCIES,
    description: `Quantiles of the time spent in ${stage}`,
    source: DOCS,
  };
}

function cache(type: MetricType, unit: MetricUnit, description: string): MetricFacts {
  const labels = type === SUMMARY ? [...PER_MODEL, 'quantile'] : PER_MODEL;
  return { type, unit, labels, feature: MetricFeature.RESPONSE_CACHE, description, source: CORE };
}

function gauge(unit: MetricUnit, labels: readonly string[], description: string, minVersion?: string): MetricFacts {
  return { type: GAUGE, unit, labels, minVersion, description, source: CORE };
}

const TRITON: MetricRows = {
  nv_inference_request_success: {
    type: COUNTER,
    unit: MetricUnit.REQUESTS,
    labels: PER_MODEL,
    description: 'Requests answered; a batch counts as one',
    source: CORE,
  },
  nv_inference_request_failure: {
    type: COUNTER,
    unit: MetricUnit.REQUESTS,
    // `reason` since core commits a07169e and 03b81c0 of July 2024, before every release this library deploys.
    labels: [...PER_MODEL, 'reason'],
    minVersion: '24.07',
    description:
      'Requests failed, by reason REJECTED, CANCELED, BACKEND or OTHER; an ensemble counts a failed step twice',
    source: DOCS,
  },
  nv_inference_count: {
    type: COUNTER,
    unit: MetricUnit.INFERENCES,
    labels: PER_MODEL,
    description: 'Inferences made, without those answered from the cache',
    source: CORE,
  },
  nv_inference_exec_count: {
    type: COUNTER,
    unit: MetricUnit.EXECUTIONS,
    labels: PER_MODEL,
    description: 'Batches executed, without those answered from the cache',
    source: CORE,
  },
  nv_inference_pending_request_count: gauge(
    MetricUnit.REQUESTS,
    PER_MODEL,
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
    // Core commit c815a13, on branch r24.11, for decoupled models only; d261b8d, on branch r26.01, for every model.
    minVersion: '24.11',
    everyModelSince: '26.01',
    feature: MetricFeature.HISTOGRAM_LATENCIES,
    description:
      'Time to the first response: the whole latency of a model that answers once, the time to first token of a stream',
    source: DOCS,
  },
  nv_model_load_duration_secs: gauge(MetricUnit.SECONDS, PER_MODEL, 'Time it took to load the model', '24.11'),
  nv_cache_num_hits_per_model: cache(COUNTER, MetricUnit.LOOKUPS, 'Hits of the response cache'),
  nv_cache_num_misses_per_model: cache(COUNTER, MetricUnit.LOOKUPS, 'Misses of the response cache'),
  nv_cache_hit_duration_per_model: cache(COUNTER, MetricUnit.MICROSECONDS, 'Time spent on cache hits, added up'),
  nv_cache_miss_duration_per_model: cache(COUNTER, MetricUnit.MICROSECONDS, 'Time spent on cache misses, added up'),
  nv_gpu_utilization: gauge(MetricUnit.RATIO, PER_GPU, 'Busy part of the time, of the whole GPU'),
  nv_gpu_memory_total_bytes: gauge(MetricUnit.BYTES, PER_GPU, 'Memory of the GPU'),
  nv_gpu_memory_used_bytes: gauge(MetricUnit.BYTES, PER_GPU, 'Memory in use on the whole GPU, by any process'),
  nv_gpu_power_usage: gauge(MetricUnit.WATTS, PER_GPU, 'Power drawn'),
  nv_gpu_power_limit: gauge(MetricUnit.WATTS, PER_GPU, 'Power the GPU is limited to'),
  nv_energy_consumption: {
    type: COUNTER,
    unit: MetricUnit.JOULES,
    labels: PER_GPU,
    description: 'Energy since the server started',
    source: CORE,
  },
  nv_cpu_utilization: gauge(MetricUnit.RATIO, [], 'Busy part of the time, over all cores'),
  nv_cpu_memory_total_bytes: gauge(MetricUnit.BYTES, [], 'Memory of the machine'),
  nv_cpu_memory_used_bytes: gauge(MetricUnit.BYTES, [], 'Memory in use on the machine'),
  nv_pinned_memory_pool_total_bytes: gauge(MetricUnit.BYTES, [], 'Pinned memory pool', '24.02'),
  nv_pinned_memory_pool_used_bytes: gauge(MetricUnit.BYTES, [], 'Pinned memory in use', '24.02'),
};

function vllm(type: MetricType, unit: MetricUnit, description: string, minVersion: string): MetricFacts {
  const feature = MetricFeature.REPORT_CUSTOM_METRICS;
  return { type, unit, labels: PER_MODEL, minVersion, feature, description, source: VLLM };
}

const TRITON_VLLM: MetricRows = {
  'vllm:prompt_tokens_total': vllm(COUNTER, MetricUnit.TOKENS, 'Prompt tokens processed', '24.08'),
  'vllm:generation_tokens_total': vllm(COUNTER, MetricUnit.TOKENS, 'Tokens generated', '24.08'),
  'vllm:time_to_first_token_seconds': vllm(
    HISTOGRAM,
    MetricUnit.SECONDS,
    'Time to first token; the last bucket ends at 10 s',
    '24.08',
  ),
  'vllm:time_per_output_token_seconds': vllm(
    HISTOGRAM,
    MetricUnit.SECONDS,
    'Time between tokens; the last bucket ends at 2.5 s',
    '24.08',
  ),
  // The first bucket ends at 1 s: no source for a latency target in milliseconds.
  'vllm:e2e_request_latency_seconds': vllm(
    HISTOGRAM,
    MetricUnit.SECONDS,
    'Time from request to last token; buckets from 1 s to 60 s',
    '24.09',
  ),
  'vllm:request_prompt_tokens': vllm(HISTOGRAM, MetricUnit.TOKENS, 'Prompt tokens of a request', '24.09'),
  'vllm:request_generation_tokens': vllm(HISTOGRAM, MetricUnit.TOKENS, 'Tokens generated for a request', '24.09'),
  'vllm:request_params_n': vllm(HISTOGRAM, MetricUnit.SEQUENCES, 'Parameter n of a request', '24.09'),
};

function tensorRtLlm(unit: MetricUnit, label: string, description: string): MetricFacts {
  return { type: GAUGE, unit, labels: [...PER_MODEL, label], description, source: TENSORRT_LLM };
}

function tensorRtLlmLengths(description: string): MetricFacts {
  const labels = [...PER_MODEL, 'response_metric_type'];
  return { type: HISTOGRAM, unit: MetricUnit.TOKENS, labels, description, source: TENSORRT_LLM };
}

const TRITON_TENSORRT_LLM: MetricRows = {
  nv_trt_llm_request_metrics: tensorRtLlm(
    MetricUnit.REQUESTS,
    'request_type',
    'Requests by request_type: waiting, active, scheduled, context, max',
  ),
  nv_trt_llm_kv_cache_block_metrics: tensorRtLlm(
    MetricUnit.MIXED,
    'kv_cache_block_type',
    'KV cache by kv_cache_block_type: used, free, max and tokens_per in blocks and tokens, fraction as a ratio',
  ),
  nv_trt_llm_inflight_batcher_metrics: tensorRtLlm(
    MetricUnit.MIXED,
    'inflight_batcher_specific_metric',
    'State of the in-flight batcher; values of unlike labels must not be added',
  ),
  nv_trt_llm_runtime_memory_metrics: tensorRtLlm(
    MetricUnit.BYTES,
    'memory_type',
    'Memory by memory_type: cpu, gpu, pinned',
  ),
  nv_trt_llm_general_metrics: tensorRtLlm(MetricUnit.MIXED, 'general_type', 'Timestamp and iteration counter; a gauge'),
  nv_llm_input_token_len: tensorRtLlmLengths('Prompt tokens of a request'),
  nv_llm_output_token_len: tensorRtLlmLengths('Tokens generated for a request'),
};

/**
 * Every metric that this library knows. A new exporter does not compile until it has its rows.
 *
 * @internal
 */
export const METRIC_TABLE: { readonly [exporter in MetricExporter]: MetricRows } = {
  [MetricExporter.TRITON]: TRITON,
  [MetricExporter.TRITON_VLLM]: TRITON_VLLM,
  [MetricExporter.TRITON_TENSORRT_LLM]: TRITON_TENSORRT_LLM,
  [MetricExporter.VLLM]: VLLM_METRICS,
  [MetricExporter.ENVOY]: ENVOY_METRICS,
};
