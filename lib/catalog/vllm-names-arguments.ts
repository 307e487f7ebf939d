import { NamesByRange } from './vllm-versions-read';

// Written by scripts/vllm-names/table.mjs from wheels of PyPI (scripts/vllm-names/read.py); do not edit.

/** Fields of `EngineArgs` and `AsyncEngineArgs`, which vLLM is started with: an unknown one is a TypeError. Names by the first and the last version read that has them. @internal */
export const ENGINE_ARGUMENTS: NamesByRange = {
  '0.5.5 0.33.0': `
    block_size code_revision collect_detailed_traces cpu_offload_gb disable_custom_all_reduce disable_log_stats
    disable_sliding_window distributed_executor_backend download_dir dtype enable_chunked_prefill enable_lora
    enable_prefix_caching enforce_eager fully_sharded_loras gpu_memory_utilization ignore_patterns kv_cache_dtype
    limit_mm_per_prompt load_format lora_dtype max_cpu_loras max_logprobs max_lora_rank max_loras max_model_len
    max_num_batched_tokens max_num_seqs max_parallel_loading_workers model model_loader_extra_config
    num_gpu_blocks_override otlp_traces_endpoint pipeline_parallel_size quantization ray_workers_use_nsight revision
    seed served_model_name skip_tokenizer_init tensor_parallel_size tokenizer tokenizer_mode tokenizer_revision
    trust_remote_code`,
  '0.5.5 0.9.2': `
    device long_lora_scaling_factors max_prompt_adapter_token max_prompt_adapters qlora_adapter_name_or_path
    tokenizer_pool_extra_config tokenizer_pool_size tokenizer_pool_type use_v2_block_manager`,
  '0.5.5 0.10.0': 'disable_log_requests num_scheduler_steps',
  '0.5.5 0.8.1': `
    disable_logprobs_during_spec_decoding ngram_prompt_lookup_max ngram_prompt_lookup_min num_speculative_tokens
    spec_decoding_acceptance_method speculative_disable_by_batch_size speculative_draft_tensor_parallel_size
    speculative_max_model_len speculative_model speculative_model_quantization
    typical_acceptance_sampler_posterior_alpha typical_acceptance_sampler_posterior_threshold`,
  '0.5.5 0.10.1.1': 'enable_prompt_adapter',
  '0.5.5 0.5.5': 'engine_use_ray max_context_len_to_capture quantization_param_path worker_use_ray',
  '0.5.5 0.11.1': 'guided_decoding_backend lora_extra_vocab_size num_lookahead_slots',
  '0.5.5 0.10.2': 'max_seq_len_to_capture preemption_mode scheduler_delay_factor',
  '0.5.5 0.11.0': 'rope_scaling rope_theta',
  '0.5.5 0.17.1': 'swap_space',
  '0.7.3 0.33.0': `
    additional_config allowed_local_media_path compilation_config config_format enable_sleep_mode generation_config
    hf_overrides kv_transfer_config long_prefill_token_threshold mm_processor_kwargs model_impl
    override_generation_config scheduler_cls scheduling_policy worker_cls`,
  '0.7.3 0.27.1': 'calculate_kv_scales',
  '0.7.3 0.10.2': 'disable_async_output_proc',
  '0.7.3 0.12.0': 'disable_mm_preprocessor_cache task',
  '0.7.3 0.11.0': 'enable_lora_bias',
  '0.7.3 0.16.0': 'logits_processor_pattern',
  '0.7.3 0.26.0': 'max_long_partial_prefills max_num_partial_prefills',
  '0.7.3 0.10.0': 'multi_step_stream_outputs',
  '0.7.3 0.10.1.1': 'override_neuron_config',
  '0.7.3 0.11.1': 'override_pooler_config',
  '0.7.3 0.8.1': 'speculative_disable_mqa_scorer',
  '0.8.1 0.33.0': `
    enable_expert_parallel hf_config_path reasoning_parser show_hidden_metrics_for_version use_tqdm_on_load
    worker_extension_cls`,
  '0.8.1 0.9.2': 'enable_reasoning',
  '0.8.4 0.33.0': `
    data_parallel_size disable_cascade_attn disable_chunked_mm_input hf_token prefix_caching_hash_algo
    speculative_config`,
  '0.9.0 0.12.0': 'cuda_graph_sizes',
  '0.9.0 0.33.0': `
    data_parallel_address data_parallel_rpc_port data_parallel_size_local enable_prompt_embeds kv_events_config
    pt_load_map_location`,
  '0.9.0 0.11.1': `
    guided_decoding_disable_additional_properties guided_decoding_disable_any_whitespace
    guided_decoding_disable_fallback`,
  '0.9.2 0.33.0':
    'data_parallel_backend data_parallel_rank disable_hybrid_kv_cache_manager enable_eplb media_io_kwargs',
  '0.9.2 0.12.0': 'enable_multimodal_encoder_data_parallel',
  '0.9.2 0.11.1': 'eplb_log_balancedness eplb_step_interval eplb_window_size num_redundant_experts',
  '0.9.2 0.27.1': 'override_attention_dtype',
  '0.10.0 0.33.0': `
    async_scheduling data_parallel_hybrid_lb data_parallel_start_rank default_mm_loras interleave_mm_strings
    logprobs_mode`,
  '0.10.1.1 0.33.0': `
    convert enable_log_requests kv_sharing_fast_prefill logits_processors mamba_cache_dtype mamba_ssm_cache_dtype
    mm_processor_cache_gb runner skip_mm_profiling`,
  '0.10.2 0.33.0': `
    decode_context_parallel_size eplb_config io_processor_plugin kv_cache_memory_bytes mm_encoder_tp_mode
    safetensors_load_strategy`,
  '0.11.0 0.33.0': `
    _api_process_count _api_process_rank allowed_media_domains dbo_decode_token_threshold dbo_prefill_token_threshold
    enable_dbo expert_placement_strategy mm_processor_cache_type mm_shm_cache_max_object_size_mb pooler_config
    structured_outputs_config video_pruning_rate`,
  '0.11.1 0.33.0': `
    aggregate_engine_logging all2all_backend cudagraph_capture_sizes data_parallel_external_lb
    dcp_kv_cache_interleave_size disable_nccl_for_dp_synchronization ec_transfer_config enable_mm_embeds
    kv_offloading_backend kv_offloading_size mamba_block_size master_addr master_port max_cudagraph_capture_size
    mm_encoder_attn_backend nnodes node_rank reasoning_parser_plugin stream_interval tokens_only`,
  '0.12.0 0.33.0': `
    cp_kv_cache_interleave_size kv_cache_metrics kv_cache_metrics_sample optimization_level
    prefill_context_parallel_size`,
  '0.13.0 0.33.0': 'attention_backend attention_config cudagraph_metrics enable_layerwise_nvtx_tracing profiler_config',
  '0.14.0 0.33.0': `
    allow_deprecated_quantization enable_logging_iteration_details enable_mfu_metrics enable_mm_processor_stats
    enable_return_routed_experts enable_tower_connector_lora model_weights ubatch_size`,
  '0.15.0 0.33.0': 'mamba_cache_mode mm_encoder_only',
  '0.16.0 0.33.0': 'enable_flashinfer_autotune kernel_config specialize_active_lora weight_transfer_config',
  '0.17.0 0.33.0': `
    cpu_offload_params enable_elastic_ep fail_on_environ_validation language_model_only moe_backend offload_backend
    offload_group_size offload_num_in_group offload_params offload_prefetch_step performance_mode`,
  '0.18.0 0.33.0':
    'dcp_comm_backend distributed_timeout_seconds enable_ep_weight_filter gdn_prefill_backend shutdown_timeout',
  '0.19.0 0.33.0': `
    kv_cache_dtype_skip_layers lora_target_modules mm_tensor_ipc reasoning_config renderer_num_workers
    scheduler_reserve_full_isl`,
  '0.20.0 0.33.0': `
    enable_mamba_cache_stochastic_rounding ir_op_priority mamba_backend mamba_cache_philox_rounds mamba_config
    numa_bind numa_bind_cpus numa_bind_nodes quantization_config`,
  '0.21.0 0.33.0': `
    mm_encoder_attn_dtype mm_encoder_fp8_scale_path mm_encoder_fp8_scale_save_margin mm_encoder_fp8_scale_save_path
    safetensors_prefetch_block_size safetensors_prefetch_num_threads`,
  '0.22.0 0.33.0': `
    cpu_distributed_timeout_seconds data_parallel_multi_port_external_lb enable_cumem_allocator
    enable_mixed_moe_lora_format linear_backend spec_method spec_model spec_tokens use_fp64_gumbel`,
  '0.24.0 0.33.0': 'device_ids diffusion_config jit_monitor_verbose prefill_schedule_interval watermark',
  '0.25.0 0.33.0': 'jit_monitor_mode mm_ipc_gpu_memory_gb model_class_overrides',
  '0.26.0 0.29.0': 'enable_bf16x3_router_gemm',
  '0.26.0 0.33.0': 'enable_moe_shared_loras max_num_scheduled_tokens prefix_match_unit',
  '0.27.0 0.33.0': `
    enable_fault_tolerance fault_tolerance_config kda_prefill_backend mamba_ssu_algorithm mm_hasher_algorithm
    replayssm_buffer_len use_replayssm video_pruning_method`,
  '0.28.0 0.33.0': 'ec_manager_config mm_device_do_normalize mm_processor_device return_sampling_mask',
  '0.29.0 0.33.0': `
    dcp_q_replicate enable_batch_sharded_sampling enable_trace_replay max_num_queued_reqs max_num_queued_tokens
    per_request_spec_decode_metrics prefix_cache_retention_interval`,
  '0.30.0 0.33.0': `
    dp_sync_interval elastic_ep_max_dp_size enable_nccl_comm_suspend engram_config kda_decode_backend
    sparse_indexer_topk_backend watermark_config`,
  '0.30.0 0.30.0': 'enable_mamba_fine_grained_prefix_cache',
  '0.31.0 0.33.0': `
    aux_output_config enable_mamba_shared_prefix_checkpoint log_config_file log_level logging_config
    long_prefill_token_threshold_adaptive max_lora_cls_labels max_num_active_seqs sleep_preserve_parameter_names
    swa_bounded_replay`,
  '0.32.0 0.33.0': 'custom_histogram_buckets enable_hc_sp enable_shm_tensor_arena sleep_mode_offload_cudagraph',
  '0.33.0 0.33.0': 'monokernel sleep_mode_backend watchdog_config',
};
