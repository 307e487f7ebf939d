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
  /** Nanoseconds. */
  NANOSECONDS = 'nanoseconds',
  /** Seconds since the beginning of 1970. */
  UNIX_TIME = 'unix-seconds',
  /** Bytes. */
  BYTES = 'bytes',
  /** Mebibytes, of 1,048,576 bytes. */
  MEBIBYTES = 'mebibytes',
  /** Bytes a second: a gauge of a rate, of which no rate is taken. */
  BYTES_PER_SECOND = 'bytes-per-second',
  /** Megabytes a second: a gauge of a rate, of which no rate is taken. */
  MEGABYTES_PER_SECOND = 'megabytes-per-second',
  /** Watts. */
  WATTS = 'watts',
  /** Joules. */
  JOULES = 'joules',
  /** Millijoules. */
  MILLIJOULES = 'millijoules',
  /** Degrees Celsius. */
  CELSIUS = 'degrees-celsius',
  /** Megahertz. */
  MEGAHERTZ = 'megahertz',
  /** Hertz. */
  HERTZ = 'hertz',
  /** A part of the whole, 0 to 1. */
  RATIO = 'ratio',
  /** A part of the whole, 0 to 100. */
  PERCENT = 'percent',
  /** Servers. */
  SERVERS = 'servers',
  /** Hits of, or misses in, a cache. */
  LOOKUPS = 'lookups',
  /** Floating-point operations. */
  FLOATING_POINT_OPERATIONS = 'floating-point-operations',
  /** Operations on a device, a disk or an interface. */
  OPERATIONS = 'operations',
  /** Events that are counted: errors, retries, restarts, evictions. */
  EVENTS = 'events',
  /** Rows of memory. */
  ROWS = 'rows',
  /** Packets. */
  PACKETS = 'packets',
  /** Connections. */
  CONNECTIONS = 'connections',
  /** Files or directories. */
  INODES = 'inodes',
  /** Processes or threads. */
  PROCESSES = 'processes',
  /** Cores of processors. */
  CORES = 'cores',
  /** Lanes of a PCI Express link. */
  LANES = 'lanes',
  /** Pods, or replicas of a workload. */
  PODS = 'pods',
  /** Containers. */
  CONTAINERS = 'containers',
  /** Nodes. */
  NODES = 'nodes',
  /** Items of a queue of a controller. */
  ITEMS = 'items',
  /** 1 where what the metric and its labels say holds, 0 or absent where not. */
  STATE = 'state',
  /** A number that stands for something: an error, a state, a generation. */
  CODE = 'code',
  /** Always 1: what it tells is in its labels. */
  INFORMATION = 'information',
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
  /** NVIDIA's exporter of what DCGM tells of GPUs. */
  DCGM = 'dcgm-exporter',
  /** The exporter of what the kernel of a node tells, InfiniBand among it. Of EFA it tells the state of ports alone. */
  NODE = 'node-exporter',
  /** AWS's build of the node exporter with a collector of EFA: the counters of EFA are in no other. */
  EFA = 'efa-node-exporter',
  /** What kube-state-metrics tells of the objects of a cluster. */
  KUBE_STATE_METRICS = 'kube-state-metrics',
  /** `/metrics` of the kubelet: itself, and the volumes of its pods. */
  KUBELET = 'kubelet',
  /** `/metrics/cadvisor` of the kubelet: containers. Has names in common with `/metrics/resource`. */
  KUBELET_CADVISOR = 'kubelet-cadvisor',
  /** `/metrics/resource` of the kubelet: processors and memory of containers, pods and the node. */
  KUBELET_RESOURCE = 'kubelet-resource',
  /** The controller of LeaderWorkerSets. */
  LEADER_WORKER_SET = 'leaderworkerset',
  /** Prometheus itself. */
  PROMETHEUS = 'prometheus',
  /** Alertmanager itself. */
  ALERTMANAGER = 'alertmanager',
  /** vmagent, which keeps what is written to a hub while the hub cannot be reached. */
  VMAGENT = 'vmagent',
  /** The sync of the models of a site: `ModelSync`. */
  MODEL_SYNC = 'model-sync',
  /** The program of a `ModelRollout`, while it runs. */
  MODEL_ROLLOUT = 'model-rollout',
  /** The program of a `ModelPipeline`, while it runs. */
  MODEL_PIPELINE = 'model-pipeline',
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
  /** A line with its name in the list of counters of the DCGM exporter, whose own list lacks it. */
  DCGM_COUNTER = 'dcgm_counter',
  /** `--metric-labels-allowlist` of kube-state-metrics with `nodes=[gpu-inference-constructs/pool]`. */
  POOL_LABELS = 'pool_labels',
  /** `--kv-cache-metrics` of vLLM. */
  KV_CACHE_METRICS = 'kv_cache_metrics',
  /** `--enable-mfu-metrics` of vLLM; without it the values stay 0. */
  MFU_METRICS = 'enable_mfu_metrics',
  /** `--show-hidden-metrics-for-version` of vLLM: metrics that a later version takes away. */
  HIDDEN_METRICS = 'show_hidden_metrics_for_version',
  /** `--enable-lora` of vLLM. */
  LORA = 'enable_lora',
  /** `--speculative-config` of vLLM. */
  SPECULATIVE_DECODING = 'speculative_config',
  /** `--kv-transfer-config` of vLLM with a server that takes keys and values from others. */
  KV_TRANSFER = 'kv_transfer_config',
  /** `--tool-call-parser` of vLLM. */
  TOOL_CALL_PARSER = 'tool_call_parser',
  /** `--watermark-config` of vLLM. */
  WATERMARK = 'watermark_config',
  /** `--custom-histogram-buckets` of vLLM, from 0.32 on: bounds of histograms are others than usual. No metric needs it. */
  CUSTOM_BUCKETS = 'custom_histogram_buckets',
  /** Environment variable `VLLM_COMPUTE_NANS_IN_LOGITS` of vLLM. */
  NAN_CHECK = 'VLLM_COMPUTE_NANS_IN_LOGITS',
  /** TLS at a gateway. */
  GATEWAY_TLS = 'gateway_tls',
  /** Callers of a gateway that show tokens of an issuer. */
  GATEWAY_JWT = 'gateway_jwt',
  /** `remote_write` of Prometheus. */
  REMOTE_WRITE = 'remote_write',
  /** A cloud that a gateway of a site sends requests to: Envoy's cluster `cloud`. No metric needs it. */
  GATEWAY_CLOUD = 'gateway_cloud',
}
