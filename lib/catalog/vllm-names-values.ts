import { NamesByRange } from './vllm-versions-read';

// Written by scripts/vllm-names/table.mjs from wheels of PyPI (scripts/vllm-names/read_values.py); do not edit.

/** Kinds of values of arguments, as `name:kind` with the bounds of a number: what the parser of `vllm serve` and pydantic take. Names by the first and the last version read that has them. @internal */
export const ARGUMENT_KINDS: NamesByRange = {
  '0.15.0 0.33.0': `
    _api_process_count:whole>0 _api_process_rank:whole>=-1 aggregate_engine_logging:switch all2all_backend:text
    allow_deprecated_quantization:switch allowed_local_media_path:text async_scheduling:switch
    attention_config:object code_revision:text compilation_config:object config_format:text convert:text
    cp_kv_cache_interleave_size:whole cpu_offload_gb:number>=0 cudagraph_metrics:switch data_parallel_address:text
    data_parallel_backend:text data_parallel_external_lb:switch data_parallel_hybrid_lb:switch
    data_parallel_rank:whole data_parallel_rpc_port:whole data_parallel_size_local:whole
    data_parallel_start_rank:whole dcp_kv_cache_interleave_size:whole default_mm_loras:object
    disable_cascade_attn:switch disable_chunked_mm_input:switch disable_custom_all_reduce:switch
    disable_hybrid_kv_cache_manager:switch disable_log_stats:switch disable_nccl_for_dp_synchronization:switch
    disable_sliding_window:switch download_dir:text ec_transfer_config:object enable_chunked_prefill:switch
    enable_dbo:switch enable_eplb:switch enable_expert_parallel:switch enable_layerwise_nvtx_tracing:switch
    enable_logging_iteration_details:switch enable_lora:switch enable_mfu_metrics:switch enable_mm_embeds:switch
    enable_mm_processor_stats:switch enable_prefix_caching:switch enable_prompt_embeds:switch
    enable_return_routed_experts:switch enable_sleep_mode:switch enable_tower_connector_lora:switch
    enforce_eager:switch eplb_config:object expert_placement_strategy:text fully_sharded_loras:switch
    generation_config:text gpu_memory_utilization:number>0<=1 hf_config_path:text interleave_mm_strings:switch
    io_processor_plugin:text kv_cache_memory_bytes:whole kv_cache_metrics:switch kv_cache_metrics_sample:number>0<=1
    kv_events_config:object kv_offloading_backend:text kv_offloading_size:number kv_sharing_fast_prefill:switch
    kv_transfer_config:object load_format:text logprobs_mode:text mamba_block_size:whole>0 mamba_cache_dtype:text
    mamba_cache_mode:text mamba_ssm_cache_dtype:text master_addr:text master_port:whole max_cpu_loras:whole
    max_cudagraph_capture_size:whole max_lora_rank:whole max_loras:whole>=1 max_model_len:whole>=-1
    max_num_batched_tokens:whole>=1 max_num_seqs:whole>=1 media_io_kwargs:object mm_encoder_only:switch
    mm_encoder_tp_mode:text mm_processor_cache_gb:number>=0 mm_processor_cache_type:text mm_processor_kwargs:object
    mm_shm_cache_max_object_size_mb:whole>=0 model:text model_impl:text model_weights:text
    num_gpu_blocks_override:whole optimization_level:whole otlp_traces_endpoint:text
    override_generation_config:object pooler_config:object prefix_caching_hash_algo:text profiler_config:object
    ray_workers_use_nsight:switch reasoning_parser:text reasoning_parser_plugin:text revision:text runner:text
    safetensors_load_strategy:text scheduling_policy:text seed:whole show_hidden_metrics_for_version:text
    skip_mm_profiling:switch skip_tokenizer_init:switch speculative_config:object stream_interval:whole>=1
    structured_outputs_config:object tokenizer:text tokenizer_mode:text tokenizer_revision:text tokens_only:switch
    trust_remote_code:switch use_tqdm_on_load:switch video_pruning_rate:number>=0.0<1.0 worker_cls:text
    worker_extension_cls:text`,
  '0.15.0 0.27.1': 'calculate_kv_scales:switch override_attention_dtype:text',
  '0.15.0 0.22.1': `
    data_parallel_size:whole dbo_decode_token_threshold:whole dbo_prefill_token_threshold:whole
    decode_context_parallel_size:whole max_parallel_loading_workers:whole nnodes:whole node_rank:whole
    pipeline_parallel_size:whole prefill_context_parallel_size:whole tensor_parallel_size:whole ubatch_size:whole`,
  '0.15.0 0.30.0': 'limit_mm_per_prompt:object',
  '0.15.0 0.16.0': 'logits_processor_pattern:text',
  '0.15.0 0.24.0': 'long_prefill_token_threshold:whole max_logprobs:whole',
  '0.15.0 0.26.0': 'max_long_partial_prefills:whole>=1 max_num_partial_prefills:whole>=1',
  '0.15.0 0.17.1': 'swap_space:number>=0',
  '0.16.0 0.33.0': `
    enable_flashinfer_autotune:switch kernel_config:object specialize_active_lora:switch
    weight_transfer_config:object`,
  '0.17.0 0.33.0': `
    enable_elastic_ep:switch fail_on_environ_validation:switch language_model_only:switch moe_backend:text
    offload_backend:text offload_group_size:whole>=0 offload_num_in_group:whole>=1 offload_prefetch_step:whole>=0
    performance_mode:text`,
  '0.18.0 0.33.0': `
    dcp_comm_backend:text distributed_timeout_seconds:whole enable_ep_weight_filter:switch gdn_prefill_backend:text
    shutdown_timeout:whole>=0`,
  '0.19.0 0.33.0':
    'mm_tensor_ipc:text reasoning_config:object renderer_num_workers:whole scheduler_reserve_full_isl:switch',
  '0.20.0 0.33.0': `
    enable_mamba_cache_stochastic_rounding:switch ir_op_priority:object mamba_cache_philox_rounds:whole
    mamba_config:object numa_bind:switch quantization_config:object`,
  '0.21.0 0.33.0': `
    mm_encoder_attn_dtype:text mm_encoder_fp8_scale_path:text mm_encoder_fp8_scale_save_margin:number>0.0
    mm_encoder_fp8_scale_save_path:text safetensors_prefetch_block_size:whole>=1
    safetensors_prefetch_num_threads:whole>=1`,
  '0.22.0 0.33.0': `
    cpu_distributed_timeout_seconds:whole data_parallel_multi_port_external_lb:switch enable_cumem_allocator:switch
    enable_mixed_moe_lora_format:switch linear_backend:text spec_method:text spec_model:text spec_tokens:whole
    use_fp64_gumbel:switch`,
  '0.23.0 0.33.0': `
    block_size:whole>0 data_parallel_size:whole>=1 dbo_decode_token_threshold:whole>=0
    dbo_prefill_token_threshold:whole>=0 decode_context_parallel_size:whole>=1 max_parallel_loading_workers:whole>=1
    nnodes:whole>=1 node_rank:whole>=0 pipeline_parallel_size:whole>=1 prefill_context_parallel_size:whole>=1
    tensor_parallel_size:whole>=1 ubatch_size:whole>=0`,
  '0.24.0 0.33.0':
    'diffusion_config:object jit_monitor_verbose:switch prefill_schedule_interval:whole>=1 watermark:number>=0.0<1.0',
  '0.25.0 0.33.0': `
    jit_monitor_mode:text long_prefill_token_threshold:whole>=0 max_logprobs:whole>=-1 mm_ipc_gpu_memory_gb:number>=0
    model_class_overrides:object`,
  '0.26.0 0.29.0': 'enable_bf16x3_router_gemm:switch',
  '0.26.0 0.33.0': 'enable_moe_shared_loras:switch prefix_match_unit:whole>0',
  '0.26.0 0.31.0': 'max_num_scheduled_tokens:whole>=0',
  '0.27.0 0.33.0': `
    enable_fault_tolerance:switch fault_tolerance_config:object kda_prefill_backend:text mamba_ssu_algorithm:text
    mm_hasher_algorithm:text replayssm_buffer_len:whole>0 use_replayssm:switch video_pruning_method:text`,
  '0.28.0 0.33.0': 'ec_manager_config:object mm_device_do_normalize:switch return_sampling_mask:switch',
  '0.29.0 0.33.0': `
    dcp_q_replicate:switch enable_batch_sharded_sampling:switch enable_trace_replay:switch
    max_num_queued_reqs:whole>=0 max_num_queued_tokens:whole>=0 per_request_spec_decode_metrics:text`,
  '0.29.0 0.29.0': 'prefix_cache_retention_interval:whole',
  '0.30.0 0.33.0': `
    dp_sync_interval:whole>=1 elastic_ep_max_dp_size:whole>=1 enable_nccl_comm_suspend:switch engram_config:object
    kda_decode_backend:text prefix_cache_retention_interval:whole>=0 sparse_indexer_topk_backend:text
    watermark_config:object`,
  '0.30.0 0.30.0': 'enable_mamba_fine_grained_prefix_cache:switch',
  '0.31.0 0.33.0': `
    aux_output_config:object enable_mamba_shared_prefix_checkpoint:switch log_config_file:text log_level:text
    logging_config:object long_prefill_token_threshold_adaptive:switch max_lora_cls_labels:whole>=1
    max_num_active_seqs:whole>=1 swa_bounded_replay:switch`,
  '0.32.0 0.33.0': `
    custom_histogram_buckets:object enable_hc_sp:switch enable_shm_tensor_arena:switch
    max_num_scheduled_tokens:whole>=1 sleep_mode_offload_cudagraph:switch`,
  '0.33.0 0.33.0': 'monokernel:switch sleep_mode_backend:text watchdog_config:object',
};

/** Values of arguments that take a choice, as `name=value`: of literals, and of registries to which plugins may add. Names by the first and the last version read that has them. @internal */
export const ARGUMENT_CHOICES: NamesByRange = {
  '0.15.0 0.33.0': `
    all2all_backend=allgather_reducescatter all2all_backend=deepep_high_throughput all2all_backend=deepep_low_latency
    all2all_backend=flashinfer_all2allv all2all_backend=naive all2all_backend=pplx config_format=auto
    config_format=hf config_format=mistral convert=auto convert=classify convert=embed convert=none
    data_parallel_backend=mp data_parallel_backend=ray expert_placement_strategy=linear
    expert_placement_strategy=round_robin kv_offloading_backend=lmcache kv_offloading_backend=native load_format=auto
    load_format=dummy load_format=fastsafetensors load_format=hf load_format=mistral load_format=npcache
    load_format=pt load_format=runai_streamer load_format=runai_streamer_sharded load_format=safetensors
    load_format=sharded_state load_format=tensorizer logprobs_mode=processed_logits logprobs_mode=processed_logprobs
    logprobs_mode=raw_logits logprobs_mode=raw_logprobs mamba_cache_dtype=auto mamba_cache_dtype=float16
    mamba_cache_dtype=float32 mamba_cache_mode=align mamba_cache_mode=none mamba_ssm_cache_dtype=auto
    mamba_ssm_cache_dtype=float16 mamba_ssm_cache_dtype=float32 max_lora_rank=1 max_lora_rank=128 max_lora_rank=16
    max_lora_rank=256 max_lora_rank=32 max_lora_rank=320 max_lora_rank=512 max_lora_rank=64 max_lora_rank=8
    mm_encoder_tp_mode=data mm_encoder_tp_mode=weights mm_processor_cache_type=lru mm_processor_cache_type=shm
    optimization_level=0 optimization_level=1 optimization_level=2 optimization_level=3
    prefix_caching_hash_algo=sha256 prefix_caching_hash_algo=sha256_cbor prefix_caching_hash_algo=xxhash
    prefix_caching_hash_algo=xxhash_cbor runner=auto runner=draft runner=generate runner=pooling
    scheduling_policy=fcfs scheduling_policy=priority`,
  '0.15.0 0.22.1': 'all2all_backend=mori',
  '0.15.0 0.15.1': 'convert=mm_encoder_only convert=reward',
  '0.15.0 0.27.1': 'load_format=bitsandbytes',
  '0.15.0 0.23.0': 'load_format=gguf',
  '0.15.0 0.31.0': 'mamba_cache_mode=all',
  '0.17.0 0.33.0': `
    moe_backend=aiter moe_backend=auto moe_backend=cutlass moe_backend=deep_gemm moe_backend=flashinfer_cutedsl
    moe_backend=flashinfer_cutlass moe_backend=flashinfer_trtllm moe_backend=marlin moe_backend=triton
    offload_backend=auto offload_backend=prefetch offload_backend=uva performance_mode=balanced
    performance_mode=interactivity performance_mode=throughput`,
  '0.18.0 0.33.0': `
    all2all_backend=flashinfer_nvlink_one_sided all2all_backend=flashinfer_nvlink_two_sided all2all_backend=nixl_ep
    dcp_comm_backend=a2a dcp_comm_backend=ag_rs gdn_prefill_backend=flashinfer gdn_prefill_backend=triton
    load_format=instanttensor`,
  '0.19.0 0.33.0': 'mm_tensor_ipc=direct_rpc mm_tensor_ipc=torch_shm',
  '0.20.0 0.33.0': 'moe_backend=deep_gemm_mega_moe moe_backend=emulation',
  '0.21.0 0.33.0': 'mm_encoder_attn_dtype=fp8 moe_backend=humming moe_backend=triton_unfused',
  '0.22.0 0.33.0': `
    gdn_prefill_backend=cutedsl linear_backend=aiter linear_backend=auto linear_backend=conch linear_backend=cutlass
    linear_backend=deep_gemm linear_backend=emulation linear_backend=exllama linear_backend=fbgemm
    linear_backend=flashinfer_cudnn linear_backend=flashinfer_cutlass linear_backend=flashinfer_trtllm
    linear_backend=machete linear_backend=marlin linear_backend=torch linear_backend=triton load_format=modelexpress
    mamba_cache_dtype=bfloat16 mamba_ssm_cache_dtype=bfloat16 moe_backend=flashinfer_b12x`,
  '0.23.0 0.33.0': 'all2all_backend=mori_high_throughput all2all_backend=mori_low_latency',
  '0.24.0 0.33.0': `
    all2all_backend=deepep_v2 linear_backend=flashinfer_b12x linear_backend=flashinfer_cutedsl moe_backend=flydsl
    safetensors_load_strategy=eager safetensors_load_strategy=lazy safetensors_load_strategy=prefetch
    safetensors_load_strategy=torchao`,
  '0.25.0 0.33.0': `
    jit_monitor_mode=error jit_monitor_mode=warn linear_backend=humming linear_backend=xpu linear_backend=xpu_woq
    moe_backend=hpc`,
  '0.27.0 0.33.0': `
    kda_prefill_backend=auto kda_prefill_backend=flashkda kda_prefill_backend=triton mamba_ssu_algorithm=auto
    mamba_ssu_algorithm=horizontal mamba_ssu_algorithm=simple mamba_ssu_algorithm=vertical mm_hasher_algorithm=blake3
    mm_hasher_algorithm=sha256 mm_hasher_algorithm=sha512 moe_backend=batched_triton video_pruning_method=evs
    video_pruning_method=vidcom2`,
  '0.28.0 0.33.0': 'linear_backend=b12x',
  '0.29.0 0.33.0': `
    moe_backend=b12x moe_backend=flashinfer_moe_ep_mega_deep_gemm per_request_spec_decode_metrics=detailed
    per_request_spec_decode_metrics=none per_request_spec_decode_metrics=summary`,
  '0.29.0 0.31.0': 'moe_backend=flashinfer_moe_ep_mega_cutedsl',
  '0.30.0 0.33.0': `
    kda_decode_backend=auto kda_decode_backend=flashinfer kda_decode_backend=native kda_decode_backend=triton
    kda_prefill_backend=flashinfer kda_prefill_backend=fused load_format=ipc_cache
    moe_backend=aiter_triton_mxfp4_bf16 moe_backend=rdna3 sparse_indexer_topk_backend=auto
    sparse_indexer_topk_backend=cooperative sparse_indexer_topk_backend=deep_select
    sparse_indexer_topk_backend=flashinfer sparse_indexer_topk_backend=per_row sparse_indexer_topk_backend=persistent
    sparse_indexer_topk_backend=torch`,
  '0.31.0 0.33.0': `
    all2all_backend=moonep log_level=CRITICAL log_level=DEBUG log_level=ERROR log_level=INFO log_level=NOTSET
    log_level=WARNING`,
  '0.32.0 0.33.0': `
    all2all_backend=passthrough gdn_prefill_backend=aiter_flydsl moe_backend=aiter_mega_moe
    moe_backend=flashinfer_moe_ep_cutedsl sparse_indexer_topk_backend=aiter`,
  '0.33.0 0.33.0': 'gdn_prefill_backend=sycl moe_backend=aiter_triton_mxfp4_mxfp4',
};

/** Versions that were read for them, oldest first. @internal */
export const VALUE_VERSIONS_READ = `
  0.15.0 0.15.1 0.16.0 0.17.0 0.17.1 0.18.0 0.18.1 0.19.0 0.19.1 0.20.0 0.20.1 0.20.2 0.21.0 0.22.0 0.22.1 0.23.0
  0.24.0 0.25.0 0.25.1 0.26.0 0.27.0 0.27.1 0.28.0 0.29.0 0.30.0 0.31.0 0.32.0 0.33.0`
  .trim()
  .split(/\s+/);
