import { MetricExporter } from './metric-kind';

/**
 * How the requests in flight of a server are read from its exporter: those that wait, and those that are worked on.
 *
 * @internal
 */
export interface LoadMetrics {
  /** Gauges that count requests. */
  readonly gauges: readonly string[];
  /**
   * Series that add up the time of requests, and how many of their units are a second. Their growth per second is the mean number of
   * requests at a time (Little's law).
   */
  readonly times: readonly { readonly series: string; readonly unitsPerSecond: number }[];
}

const IN_EXECUTION = ['compute_input', 'compute_infer', 'compute_output'].map((stage) => ({
  series: `nv_inference_${stage}_duration_us`,
  unitsPerSecond: 1e6,
}));

/**
 * By exporter; none where it does not tell.
 *
 * Triton counts a request as pending until a backend takes it, and its compute times are those of each request, whatever its batch. Its vLLM
 * backend takes every request at once, whether or not the engine has room for it, and exposes neither those that run nor those that wait; the
 * time of whole requests, queue of the engine included, is counted when they end.
 *
 * @see https://github.com/triton-inference-server/server/blob/main/docs/user_guide/metrics.md
 * @see https://github.com/triton-inference-server/vllm_backend (src/utils/metrics.py)
 *
 * @internal
 */
export const LOAD_METRICS: { readonly [exporter in MetricExporter]?: LoadMetrics } = {
  [MetricExporter.VLLM]: { gauges: ['vllm:num_requests_running', 'vllm:num_requests_waiting'], times: [] },
  [MetricExporter.TRITON]: { gauges: ['nv_inference_pending_request_count'], times: IN_EXECUTION },
  [MetricExporter.TRITON_VLLM]: {
    gauges: [],
    times: [{ series: 'vllm:e2e_request_latency_seconds_sum', unitsPerSecond: 1 }],
  },
};
