import { MetricExporter, MetricFeature } from '../../../lib/catalog/metric-kind';
import { Indicator } from '../../../lib/monitoring';
import { Recorded, Row, Scene } from './scene';
import { TARGETS } from './targets';

const { TRITON } = MetricExporter;
const DEEPSEEK = 'model="deepseek"';

/** Requests of a model. Each pod counts by itself, and `b` began anew after five minutes: what it counts next is not lost. */
function requests(model: string): Row[] {
  const labels = `model="${model}",version="1"`;
  return [
    ['nv_inference_request_success', labels, '0+45x60', '0+75x20 75+75x40'],
    ['nv_inference_request_failure', `${labels},reason="REJECTED"`, '0x60', '0+12x60'],
    ['nv_inference_request_failure', `${labels},reason="BACKEND"`, '0+9x60', '0x60'],
    ['nv_inference_request_failure', `${labels},reason="OTHER"`, '0x60', '0+9x60'],
    ['nv_inference_request_failure', `${labels},reason="CANCELED"`, '0+300x60', '0+300x60'],
    ['nv_inference_first_response_histogram_ms_bucket', `${labels},le="10"`, '0+8x60', '0+12x60'],
    ['nv_inference_first_response_histogram_ms_bucket', `${labels},le="50"`, '0+38x60', '0+62x60'],
    ['nv_inference_first_response_histogram_ms_bucket', `${labels},le="100"`, '0+43x60', '0+73x60'],
    ['nv_inference_first_response_histogram_ms_bucket', `${labels},le="500"`, '0+45x60', '0+75x60'],
    ['nv_inference_first_response_histogram_ms_bucket', `${labels},le="+Inf"`, '0+45x60', '0+75x60'],
    ['nv_model_load_duration_secs', labels, '120x60', '150x60'],
  ];
}

/** What is recorded of them: every 15 s 120 requests were answered, 20 within 10 ms, 100 within 50, 116 within 100, all within 500. */
function ofRequests(model: string): Recorded[] {
  const of = `model="${model}"`;
  return [
    [Indicator.QPS, of, 8, '(45 + 75) / 15'],
    [Indicator.LATENCY_P50, of, 30, 'rank 60 of 120: 10 + 40 * (60 - 20) / 80'],
    [Indicator.LATENCY_P95, of, 93.75, 'rank 114 of 120: 50 + 50 * (114 - 100) / 16'],
    [Indicator.LATENCY_P99, of, 380, 'rank 118.8 of 120: 100 + 400 * (118.8 - 116) / 4'],
    [Indicator.FAILURES, of, 20, '100 * (12 + 9 + 9) / (12 + 9 + 9 + 45 + 75)'],
    [Indicator.REJECTIONS, of, 0.8, '12 / 15'],
    [Indicator.LOAD_TIME, of, 25, '100 * 150 / 600: the slower pod, of a start that may take 600 s'],
  ];
}

/** The queue of Triton itself. */
function queue(model: string): Row[] {
  const labels = `model="${model}",version="1"`;
  return [
    ['nv_inference_queue_duration_us', labels, '0+240000x60', '0+360000x60'],
    ['nv_inference_pending_request_count', labels, '3x60', '4x60'],
    ['nv_inference_count', labels, '0+90x60', '0+150x60'],
    ['nv_inference_exec_count', labels, '0+20x60', '0+40x60'],
  ];
}

function ofQueue(model: string): Recorded[] {
  const of = `model="${model}"`;
  return [
    [Indicator.QUEUE_TIME, of, 5, '(240,000 + 360,000) us / (45 + 75) / 1,000'],
    [Indicator.QUEUE_DEPTH, of, 7, '3 + 4'],
    [Indicator.BATCH_SIZE, of, 4, '(90 + 150) / (20 + 40)'],
  ];
}

/** A GPU of each pod, on nodes of their own; the same name on both shows that records tell nodes apart. */
const GPUS: readonly Row[] = [
  ['nv_gpu_utilization', 'gpu_uuid="GPU-1"', '0.8x60', '0.25x60'],
  ['nv_gpu_memory_used_bytes', 'gpu_uuid="GPU-1"', '60e9x60', '20e9x60'],
  ['nv_gpu_memory_total_bytes', 'gpu_uuid="GPU-1"', '80e9x60', '80e9x60'],
  ['nv_gpu_power_usage', 'gpu_uuid="GPU-1"', '350.5x60', '120x60'],
];

const OF_GPUS: readonly Recorded[] = [
  [Indicator.GPU_UTILIZATION, 'node="n1",gpu_uuid="GPU-1"', 80, '100 * 0.8'],
  [Indicator.GPU_UTILIZATION, 'node="n2",gpu_uuid="GPU-1"', 25, '100 * 0.25'],
  [Indicator.GPU_MEMORY, 'node="n1",gpu_uuid="GPU-1"', 75, '100 * 60e9 / 80e9'],
  [Indicator.GPU_MEMORY, 'node="n2",gpu_uuid="GPU-1"', 25, '100 * 20e9 / 80e9'],
  [Indicator.GPU_POWER, 'node="n1",gpu_uuid="GPU-1"', 350.5, '350.5'],
  [Indicator.GPU_POWER, 'node="n2",gpu_uuid="GPU-1"', 120, '120'],
];

/** What vLLM behind Triton counts: every 15 s 120 first tokens and 1,000 tokens in steps, 37,500 tokens in all. */
function vllm(model: string, onA: number, onB: number): Row[] {
  const labels = `model="${model}",version="1"`;
  return [
    ['vllm:generation_tokens_total', labels, `0+${onA}x60`, `0+${onB}x60`],
    ['vllm:time_to_first_token_seconds_bucket', `${labels},le="0.1"`, '0+40x60', '0+20x60'],
    ['vllm:time_to_first_token_seconds_bucket', `${labels},le="0.25"`, '0+55x60', '0+45x60'],
    ['vllm:time_to_first_token_seconds_bucket', `${labels},le="0.5"`, '0+60x60', '0+60x60'],
    ['vllm:time_to_first_token_seconds_bucket', `${labels},le="+Inf"`, '0+60x60', '0+60x60'],
    ['vllm:time_per_output_token_seconds_bucket', `${labels},le="0.01"`, '0+400x60', '0+100x60'],
    ['vllm:time_per_output_token_seconds_bucket', `${labels},le="0.025"`, '0+490x60', '0+410x60'],
    ['vllm:time_per_output_token_seconds_bucket', `${labels},le="0.05"`, '0+500x60', '0+500x60'],
    ['vllm:time_per_output_token_seconds_bucket', `${labels},le="+Inf"`, '0+500x60', '0+500x60'],
  ];
}

function ofVllm(model: string): Recorded[] {
  const of = `model="${model}"`;
  return [
    [Indicator.TIME_TO_FIRST_TOKEN_P95, of, 425, 'rank 114 of 120: 1,000 * (0.25 + 0.25 * (114 - 100) / 20)'],
    [Indicator.TIME_PER_TOKEN_P95, of, 37.5, 'rank 950 of 1,000: 1,000 * (0.025 + 0.025 * (950 - 900) / 100)'],
  ];
}

/** Two servers of 12.5 USD an hour, which make 2,500 tokens a second, 9 million an hour, whichever model makes them. */
const COST = [2.778, '2 * 12.5 / 9'] as const;

const LLM = 'model="deepseek",version="1"';

/** Scenes of Triton, by the names of their targets. */
export const OF_TRITON = {
  triton: {
    target: TARGETS.triton,
    rows: [...requests('deepseek'), ...queue('deepseek'), ...GPUS],
    recorded: [...ofRequests('deepseek'), ...ofQueue('deepseek'), ...OF_GPUS],
  },
  tritonVllm: {
    target: TARGETS.tritonVllm,
    rows: [...requests('deepseek'), ...vllm('deepseek', 15000, 22500), ...GPUS],
    recorded: [
      ...ofRequests('deepseek'),
      ...ofVllm('deepseek'),
      [Indicator.TOKENS, DEEPSEEK, 2500, '(15,000 + 22,500) / 15'],
      [Indicator.COST, DEEPSEEK, ...COST],
      ...OF_GPUS,
    ],
  },
  tritonTensorRtLlm: {
    target: TARGETS.tritonTensorRtLlm,
    rows: [
      ...requests('deepseek'),
      ...GPUS,
      ['nv_inference_pending_request_count', LLM, '3x60', '4x60'],
      ['nv_trt_llm_request_metrics', `${LLM},request_type="waiting"`, '5x60', '6x60'],
      ['nv_trt_llm_request_metrics', `${LLM},request_type="scheduled"`, '10x60', '20x60'],
      ['nv_trt_llm_request_metrics', `${LLM},request_type="active"`, '15x60', '26x60'],
      ['nv_trt_llm_request_metrics', `${LLM},request_type="max"`, '512x60', '512x60'],
      ['nv_trt_llm_kv_cache_block_metrics', `${LLM},kv_cache_block_type="used"`, '600x60', '500x60'],
      ['nv_trt_llm_kv_cache_block_metrics', `${LLM},kv_cache_block_type="free"`, '400x60', '1500x60'],
      ['nv_trt_llm_kv_cache_block_metrics', `${LLM},kv_cache_block_type="max"`, '1000x60', '2000x60'],
      ['nv_trt_llm_kv_cache_block_metrics', `${LLM},kv_cache_block_type="tokens_per"`, '64x60', '64x60'],
      ['nv_llm_output_token_len_sum', `${LLM},response_metric_type="total_output_tokens"`, '0+15000x60', '0+22500x60'],
      ['nv_llm_output_token_len_count', `${LLM},response_metric_type="total_output_tokens"`, '0+45x60', '0+75x60'],
    ],
    recorded: [
      ...ofRequests('deepseek'),
      [Indicator.TIME_TO_FIRST_TOKEN_P95, DEEPSEEK, 93.75, 'the first response: rank 114 of 120, as its latency'],
      [Indicator.TOKENS, DEEPSEEK, 2500, '(15,000 + 22,500) / 15'],
      [Indicator.COST, DEEPSEEK, ...COST],
      [Indicator.QUEUE_DEPTH, DEEPSEEK, 18, '3 + 4 in Triton, 5 + 6 in the engine'],
      [Indicator.BATCH_SIZE, DEEPSEEK, 15, '(10 + 20) / 2'],
      [Indicator.KV_CACHE, DEEPSEEK, 60, 'the fuller pod: 100 * 600 / 1,000, where the other has 500 of 2,000'],
      ...OF_GPUS,
    ],
  },
  tritonMixed: {
    target: TARGETS.tritonMixed,
    rows: [
      ...['chat', 'code', 'fraud'].flatMap(requests),
      ...queue('fraud'),
      ...vllm('chat', 7500, 7500),
      ...vllm('code', 15000, 7500),
      ...GPUS,
    ],
    recorded: [
      ...['chat', 'code', 'fraud'].flatMap(ofRequests),
      ...ofQueue('fraud'),
      ...['chat', 'code'].flatMap(ofVllm),
      [Indicator.TOKENS, 'model="chat"', 1000, '(7,500 + 7,500) / 15'],
      [Indicator.TOKENS, 'model="code"', 1500, '(15,000 + 7,500) / 15'],
      [Indicator.COST, 'model="chat"', ...COST],
      [Indicator.COST, 'model="code"', ...COST],
      ...OF_GPUS,
    ],
  },
  /** Before 26.01 the histogram has models that stream alone: latency comes from the summary. */
  'triton with summaries': {
    target: {
      ...TARGETS.triton,
      exporters: [TRITON],
      version: '25.12',
      features: [MetricFeature.HISTOGRAM_LATENCIES, MetricFeature.SUMMARY_LATENCIES],
    },
    rows: [
      ['nv_inference_request_summary_us', `${LLM},quantile="0.5"`, '12000x60', '18000x60'],
      ['nv_inference_request_summary_us', `${LLM},quantile="0.95"`, '61000x60', '44000x60'],
      ['nv_inference_request_summary_us', `${LLM},quantile="0.99"`, '70000x60', '99500x60'],
    ],
    recorded: [
      [Indicator.LATENCY_P50, DEEPSEEK, 18, 'the slower pod: 18,000 us / 1,000'],
      [Indicator.LATENCY_P95, DEEPSEEK, 61, 'the slower pod: 61,000 us / 1,000'],
      [Indicator.LATENCY_P99, DEEPSEEK, 99.5, 'the slower pod: 99,500 us / 1,000'],
    ],
  },
} satisfies { readonly [name: string]: Scene };
