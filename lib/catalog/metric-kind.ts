/** Types of metric, as the exposition format names them. */
export enum MetricType {
  /** Only grows; read with `rate()`. */
  COUNTER = 'counter',
  /** Goes up and down; read as it is. */
  GAUGE = 'gauge',
  /** Cumulative buckets with `le`, a sum and a count; aggregates over pods. */
  HISTOGRAM = 'histogram',
  /** Quantiles computed by the exporter, a sum and a count; quantiles do not aggregate over pods. */
  SUMMARY = 'summary',
}

/** What the value of a metric counts or measures. */
export enum MetricUnit {
  /** Requests. */
  REQUESTS = 'requests',
  /** Inferences: a request with a batch of n counts n. */
  INFERENCES = 'inferences',
  /** Executions of a model: one for a whole batch. */
  EXECUTIONS = 'executions',
  /** Tokens. */
  TOKENS = 'tokens',
  /** Sequences asked for by one request. */
  SEQUENCES = 'sequences',
  /** Seconds. */
  SECONDS = 'seconds',
  /** Milliseconds. */
  MILLISECONDS = 'milliseconds',
  /** Microseconds. */
  MICROSECONDS = 'microseconds',
  /** Bytes. */
  BYTES = 'bytes',
  /** Watts. */
  WATTS = 'watts',
  /** Joules. */
  JOULES = 'joules',
  /** A part of the whole, 0 to 1. */
  RATIO = 'ratio',
  /** Servers. */
  SERVERS = 'servers',
  /** Hits of, or misses in, a cache. */
  LOOKUPS = 'lookups',
  /** Differs with the value of a label. */
  MIXED = 'mixed',
}

/** Exporters of metrics. A target may have several behind one port. */
export enum MetricExporter {
  /** Triton's core, whatever the backend. */
  TRITON = 'triton',
  /** The vLLM backend of Triton; not vLLM's own server, which has other metrics. */
  TRITON_VLLM = 'triton-vllm',
  /** The TensorRT-LLM backend of Triton. */
  TRITON_TENSORRT_LLM = 'triton-tensorrtllm',
  /** vLLM's own server. */
  VLLM = 'vllm',
  /** The Envoy of a gateway. */
  ENVOY = 'envoy',
}

/** Settings that a metric needs and that are off by default. */
export enum MetricFeature {
  /** `--metrics-config histogram_latencies=true` of `tritonserver`. */
  HISTOGRAM_LATENCIES = 'histogram_latencies',
  /** `--metrics-config summary_latencies=true` of `tritonserver`. */
  SUMMARY_LATENCIES = 'summary_latencies',
  /** `--cache-config` of `tritonserver` and `response_cache` of the model. */
  RESPONSE_CACHE = 'response_cache',
  /** Parameter `REPORT_CUSTOM_METRICS` of a vLLM model, with `disable_log_stats` not set. */
  REPORT_CUSTOM_METRICS = 'REPORT_CUSTOM_METRICS',
}
