import { NamesByRange } from './vllm-versions-read';

// Written by scripts/vllm-names/table.mjs from wheels of PyPI (scripts/vllm-names/read.py); do not edit.

/** Flags of `vllm serve` without their hyphens: its parser refuses others. Names by the first and the last version read that has them. @internal */
export const FLAGS: NamesByRange = {
  '0.15.0 0.33.0': `
    additional-config aggregate-engine-logging all2all-backend allow-credentials allow-deprecated-quantization
    allowed-headers allowed-local-media-path allowed-media-domains allowed-methods allowed-origins api-key
    api-server-count async-scheduling attention-backend attention-config block-size chat-template
    chat-template-content-format code-revision collect-detailed-traces compilation-config config config-format
    convert cp-kv-cache-interleave-size cpu-offload-gb cudagraph-capture-sizes cudagraph-metrics
    data-parallel-address data-parallel-backend data-parallel-external-lb data-parallel-hybrid-lb data-parallel-rank
    data-parallel-rpc-port data-parallel-size data-parallel-size-local data-parallel-start-rank
    dbo-decode-token-threshold dbo-prefill-token-threshold dcp-kv-cache-interleave-size decode-context-parallel-size
    default-chat-template-kwargs default-mm-loras disable-cascade-attn disable-chunked-mm-input
    disable-custom-all-reduce disable-fastapi-docs disable-hybrid-kv-cache-manager disable-log-stats
    disable-nccl-for-dp-synchronization disable-sliding-window disable-uvicorn-access-log
    distributed-executor-backend download-dir dtype ec-transfer-config enable-auto-tool-choice enable-chunked-prefill
    enable-dbo enable-eplb enable-expert-parallel enable-force-include-usage enable-layerwise-nvtx-tracing
    enable-log-deltas enable-log-outputs enable-log-requests enable-logging-iteration-details enable-lora
    enable-mfu-metrics enable-mm-embeds enable-offline-docs enable-prefix-caching enable-prompt-embeds
    enable-prompt-tokens-details enable-request-id-headers enable-return-routed-experts enable-server-load-tracking
    enable-sleep-mode enable-ssl-refresh enable-tokenizer-info-endpoint enable-tower-connector-lora enforce-eager
    eplb-config exclude-tools-when-tool-choice-none expert-placement-strategy fully-sharded-loras generation-config
    gpu-memory-utilization h11-max-header-count h11-max-incomplete-event-size headless hf-config-path hf-overrides
    hf-token host ignore-patterns interleave-mm-strings io-processor-plugin kv-cache-dtype kv-cache-memory-bytes
    kv-cache-metrics kv-cache-metrics-sample kv-events-config kv-offloading-backend kv-offloading-size
    kv-sharing-fast-prefill kv-transfer-config limit-mm-per-prompt load-format log-config-file log-error-stack
    logits-processors logprobs-mode long-prefill-token-threshold lora-dtype lora-modules mamba-block-size
    mamba-cache-dtype mamba-cache-mode mamba-ssm-cache-dtype master-addr master-port max-cpu-loras
    max-cudagraph-capture-size max-log-len max-logprobs max-lora-rank max-loras max-model-len max-num-batched-tokens
    max-num-seqs max-parallel-loading-workers media-io-kwargs middleware mm-encoder-attn-backend mm-encoder-only
    mm-encoder-tp-mode mm-processor-cache-gb mm-processor-cache-type mm-processor-kwargs
    mm-shm-cache-max-object-size-mb model model-impl model-loader-extra-config nnodes node-rank
    num-gpu-blocks-override optimization-level otlp-traces-endpoint override-generation-config pipeline-parallel-size
    pooler-config port prefill-context-parallel-size prefix-caching-hash-algo profiler-config pt-load-map-location
    quantization ray-workers-use-nsight reasoning-parser reasoning-parser-plugin response-role
    return-tokens-as-token-ids revision root-path runner safetensors-load-strategy scheduler-cls scheduling-policy
    seed served-model-name show-hidden-metrics-for-version skip-mm-profiling skip-tokenizer-init speculative-config
    ssl-ca-certs ssl-cert-reqs ssl-certfile ssl-ciphers ssl-keyfile stream-interval structured-outputs-config
    tensor-parallel-size tokenizer tokenizer-mode tokenizer-revision tokens-only tool-call-parser tool-parser-plugin
    tool-server trust-remote-code trust-request-chat-template ubatch-size uds use-tqdm-on-load uvicorn-log-level
    video-pruning-rate worker-cls worker-extension-cls`,
  '0.15.0 0.27.1': 'calculate-kv-scales override-attention-dtype',
  '0.15.0 0.18.1': 'disable-frontend-multiprocessing',
  '0.15.0 0.16.0': 'disable-log-requests logits-processor-pattern',
  '0.15.0 0.26.0': 'max-long-partial-prefills max-num-partial-prefills',
  '0.15.0 0.17.1': 'swap-space',
  '0.16.0 0.33.0': `
    disable-access-log-for-endpoints enable-flashinfer-autotune kernel-config specialize-active-lora
    weight-transfer-config`,
  '0.17.0 0.33.0': `
    cpu-offload-params enable-elastic-ep fail-on-environ-validation language-model-only moe-backend offload-backend
    offload-group-size offload-num-in-group offload-params offload-prefetch-step performance-mode`,
  '0.17.0 0.17.1': 'use-gpu-for-pooling-score',
  '0.18.0 0.33.0':
    'dcp-comm-backend distributed-timeout-seconds enable-ep-weight-filter gdn-prefill-backend shutdown-timeout',
  '0.19.0 0.33.0': `
    kv-cache-dtype-skip-layers lora-target-modules mm-tensor-ipc reasoning-config renderer-num-workers
    scheduler-reserve-full-isl`,
  '0.20.0 0.33.0': `
    enable-flash-late-interaction enable-mamba-cache-stochastic-rounding grpc ir-op-priority mamba-backend
    mamba-cache-philox-rounds numa-bind numa-bind-cpus numa-bind-nodes`,
  '0.21.0 0.33.0': `
    fingerprint-mode fingerprint-value mm-encoder-attn-dtype mm-encoder-fp8-scale-path
    mm-encoder-fp8-scale-save-margin mm-encoder-fp8-scale-save-path safetensors-prefetch-block-size
    safetensors-prefetch-num-threads`,
  '0.22.0 0.33.0': `
    cpu-distributed-timeout-seconds data-parallel-multi-port-external-lb data-parallel-supervisor-port
    dp-supervisor-probe-failure-threshold dp-supervisor-probe-interval-s dp-supervisor-probe-timeout-s
    enable-cumem-allocator enable-mixed-moe-lora-format linear-backend quantization-config spec-method spec-model
    spec-tokens use-fp64-gumbel`,
  '0.24.0 0.33.0': 'device-ids diffusion-config jit-monitor-verbose prefill-schedule-interval watermark',
  '0.25.0 0.33.0': 'enable-per-request-metrics jit-monitor-mode mm-ipc-gpu-memory-gb model-class-overrides',
  '0.26.0 0.29.0': 'enable-bf16x3-router-gemm',
  '0.26.0 0.33.0': 'enable-moe-shared-loras max-num-scheduled-tokens prefix-match-unit',
  '0.27.0 0.33.0': `
    cohere-format cohere-is-reasoning-model enable-fault-tolerance fault-tolerance-config kda-prefill-backend
    mamba-ssu-algorithm mm-hasher-algorithm replayssm-buffer-len use-replayssm video-pruning-method`,
  '0.28.0 0.33.0': 'ec-manager-config mm-device-do-normalize mm-processor-device return-sampling-mask',
  '0.29.0 0.33.0': `
    dcp-q-replicate enable-batch-sharded-sampling enable-trace-replay max-num-queued-reqs max-num-queued-tokens
    per-request-spec-decode-metrics prefix-cache-retention-interval sse-keep-alive-interval`,
  '0.30.0 0.33.0': `
    dp-sync-interval elastic-ep-max-dp-size enable-nccl-comm-suspend enable-scale-out engram-config
    kda-decode-backend sparse-indexer-topk-backend watermark-config`,
  '0.30.0 0.30.0': 'enable-mamba-fine-grained-prefix-cache',
  '0.31.0 0.33.0': `
    anthropic-disabled-thinking-effort aux-output-config device-memory-utilization
    enable-mamba-shared-prefix-checkpoint log-level logging-config long-prefill-token-threshold-adaptive
    max-lora-cls-labels max-num-active-seqs sleep-preserve-parameter-names swa-bounded-replay tool-strict-level
    trust-request-mm-kwargs`,
  '0.32.0 0.33.0':
    'custom-histogram-buckets enable-hc-sp enable-shm-tensor-arena grpc-port sleep-mode-offload-cudagraph',
  '0.33.0 0.33.0': 'monokernel reasoning-effort-map sleep-mode-backend watchdog-config',
};

/** Versions that were read for them, oldest first. @internal */
export const FLAG_VERSIONS_READ = `
  0.15.0 0.15.1 0.16.0 0.17.0 0.17.1 0.18.0 0.18.1 0.19.0 0.19.1 0.20.0 0.20.1 0.20.2 0.21.0 0.22.0 0.22.1 0.23.0
  0.24.0 0.25.0 0.25.1 0.26.0 0.27.0 0.27.1 0.28.0 0.29.0 0.30.0 0.31.0 0.32.0 0.33.0`
  .trim()
  .split(/\s+/);
