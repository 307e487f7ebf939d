import { TRITON_VLLM_FIRST_TOKEN_BOUNDS, TRITON_VLLM_STEP_BOUNDS } from './latency-bounds';
import { MetricFacts, MetricRows } from './metric-facts';
import { MetricFeature, MetricType, MetricUnit } from './metric-kind';

const { COUNTER, GAUGE, HISTOGRAM } = MetricType;
const VLLM = 'triton-inference-server/vllm_backend @ 8de0c14: src/utils/metrics.py; since: the release branches';
const TENSORRT_LLM = 'triton-inference-server/tensorrtllm_backend @ 00b4947: README.md, "Triton Metrics"';

const PER_MODEL = ['model', 'version'];

function vllm(
  type: MetricType,
  unit: MetricUnit,
  description: string,
  minVersion: string,
  bounds?: readonly number[],
): MetricFacts {
  const feature = MetricFeature.REPORT_CUSTOM_METRICS;
  return { type, unit, labels: PER_MODEL, minVersion, feature, bounds, description, source: VLLM };
}

/** What the vLLM backend of Triton exposes. @internal */
export const TRITON_VLLM_METRICS: MetricRows = {
  'vllm:prompt_tokens_total': vllm(COUNTER, MetricUnit.TOKENS, 'Prompt tokens processed', '24.08'),
  'vllm:generation_tokens_total': vllm(COUNTER, MetricUnit.TOKENS, 'Tokens generated', '24.08'),
  'vllm:time_to_first_token_seconds': vllm(
    HISTOGRAM,
    MetricUnit.SECONDS,
    'Time to first token; the last bucket ends at 10 s',
    '24.08',
    TRITON_VLLM_FIRST_TOKEN_BOUNDS,
  ),
  'vllm:time_per_output_token_seconds': vllm(
    HISTOGRAM,
    MetricUnit.SECONDS,
    'Time between tokens; the last bucket ends at 2.5 s',
    '24.08',
    TRITON_VLLM_STEP_BOUNDS,
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

function tensorRtLlm(
  unit: MetricUnit,
  label: string,
  values: readonly string[],
  description: string,
  more: Partial<MetricFacts> = {},
): MetricFacts {
  const labels = [...PER_MODEL, label];
  return { type: GAUGE, unit, labels, labelValues: { [label]: values }, description, source: TENSORRT_LLM, ...more };
}

function tensorRtLlmLengths(description: string): MetricFacts {
  const labels = [...PER_MODEL, 'response_metric_type'];
  return { type: HISTOGRAM, unit: MetricUnit.TOKENS, labels, description, source: TENSORRT_LLM };
}

/** What the TensorRT-LLM backend of Triton exposes. @internal */
export const TRITON_TENSORRT_LLM_METRICS: MetricRows = {
  nv_trt_llm_request_metrics: tensorRtLlm(
    MetricUnit.REQUESTS,
    'request_type',
    ['waiting', 'context', 'scheduled', 'max', 'active'],
    'Requests: active are waiting or scheduled, max is the limit of active ones',
    // Active requests are those that wait and those that run.
    { unlikeValuesOf: 'request_type' },
  ),
  nv_trt_llm_kv_cache_block_metrics: tensorRtLlm(
    MetricUnit.MIXED,
    'kv_cache_block_type',
    ['fraction', 'tokens_per', 'used', 'free', 'max'],
    'Key-value cache: used, free and max in blocks, tokens_per in tokens of a block, fraction as a ratio',
    { unlikeValuesOf: 'kv_cache_block_type' },
  ),
  nv_trt_llm_inflight_batcher_metrics: tensorRtLlm(
    MetricUnit.MIXED,
    'inflight_batcher_specific_metric',
    ['micro_batch_id', 'generation_requests', 'total_context_tokens'],
    'State of the in-flight batcher: a number of a batch, requests, tokens',
    { unlikeValuesOf: 'inflight_batcher_specific_metric' },
  ),
  nv_trt_llm_runtime_memory_metrics: tensorRtLlm(
    MetricUnit.BYTES,
    'memory_type',
    ['cpu', 'gpu', 'pinned'],
    'Memory by where it is',
  ),
  nv_trt_llm_general_metrics: tensorRtLlm(
    MetricUnit.MIXED,
    'general_type',
    ['iteration_counter', 'timestamp'],
    'Time of the report, and iterations counted; a gauge',
    { unlikeValuesOf: 'general_type' },
  ),
  nv_trt_llm_disaggregated_serving_metrics: tensorRtLlm(
    MetricUnit.MIXED,
    'disaggregated_serving_type',
    ['kv_cache_transfer_ms', 'request_count'],
    'Servers of prompts apart from servers of answers: milliseconds of transfers, and requests',
    { type: COUNTER, unlikeValuesOf: 'disaggregated_serving_type' },
  ),
  nv_llm_input_token_len: tensorRtLlmLengths('Prompt tokens of a request'),
  nv_llm_output_token_len: tensorRtLlmLengths('Tokens generated for a request'),
};
