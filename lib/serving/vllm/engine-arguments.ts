import { Precision } from '../../catalog/precision';
import { windowOverrides } from '../../planning/attention-window';
import { MediaInput } from '../../planning/capacity-request';
import { CapacityPlan } from '../../planning/capacity-plan';
import { speculativeArguments } from '../../planning/speculative-arguments';
import { cacheFormat } from '../../planning/version-fit';
import { ResolvedModel } from '../model/resolved-model';
import { draftPath } from './draft-model';
import { VllmOptions } from './vllm-options';
import { VllmVersion } from './vllm-version';
import { cachesPrefixes, splitsPrompts } from './volta';

/**
 * Arguments derived from other properties, which the plan depends on, with the property to set instead.
 *
 * @internal
 */
export const RESERVED_ARGUMENTS: { readonly [argument: string]: string } = {
  model: 'name and version',
  tensor_parallel_size: 'parallelism',
  pipeline_parallel_size: 'parallelism',
  disable_log_stats: 'engineMetrics',
  dtype: 'precision',
  quantization: 'quantization',
  max_model_len: 'contextLength',
  max_num_seqs: 'maxSequences',
  max_num_batched_tokens: 'maxBatchedTokens',
  // It ends the context where the window of the model's own layers ends.
  disable_sliding_window: 'contextLength',
  gpu_memory_utilization: 'gpuMemoryUtilization',
  kv_cache_dtype: 'kvCachePrecision',
  enforce_eager: 'cudaGraphs',
  language_model_only: 'mediaInput',
  cpu_offload_gb: 'cpuOffload',
  kv_offloading_size: 'kvOffload',
  enable_chunked_prefill: 'chunkedPrefill',
  attention_backend: 'attentionBackend',
  speculative_config: 'speculativeDecoding',
  spec_method: 'speculativeDecoding',
  spec_model: 'speculativeDecoding',
  spec_tokens: 'speculativeDecoding',
  trust_remote_code: 'trustRemoteCode',
  enable_prefix_caching: 'prefixCaching',
  enable_expert_parallel: 'parallelism',
  distributed_executor_backend: 'parallelism',
  data_parallel_size: 'replicas of the deployment',
};

/**
 * Settings of the model within `hf_overrides` that say what its layers see, which the plan counts, with the property to set instead.
 *
 * @internal
 */
export const RESERVED_OVERRIDES: { readonly [setting: string]: string } = {
  sliding_window: 'attentionWindow',
  use_sliding_window: 'attentionWindow',
  max_window_layers: 'attentionWindow',
  layer_types: 'attentionWindow',
};

/**
 * Arguments that no server gets, with the reason: what they open is closed in all of them.
 *
 * @internal
 */
export const REFUSED_ARGUMENTS: { readonly [argument: string]: string } = {
  allowed_local_media_path: 'lets every request read files of the pod below that path; send media with the request',
  ...fromNames(
    'starts ranks that neither the plan nor the pods have; use parallelism, or replicas of the deployment',
    'data_parallel_rank data_parallel_size_local data_parallel_start_rank data_parallel_address data_parallel_rpc_port data_parallel_backend ' +
      'data_parallel_external_lb data_parallel_hybrid_lb data_parallel_multi_port_external_lb',
  ),
  ...fromNames(
    'spreads a server over nodes that neither the plan nor the pods have; use parallelism',
    'nnodes node_rank',
  ),
  prefill_context_parallel_size: 'needs GPUs that neither the plan nor the pod has; use parallelism',
  decode_context_parallel_size: 'divides the cache otherwise than the plan counts it; leave it out',
  ...fromNames(
    'replaces the cache that the plan counts; use gpuMemoryUtilization',
    'kv_cache_memory_bytes num_gpu_blocks_override',
  ),
  hf_token: 'would put a secret into the state of Terraform; use secretEnvironment of the deployment',
};

function fromNames(reason: string, names: string): { readonly [argument: string]: string } {
  return Object.fromEntries(names.split(' ').map((name) => [name, reason]));
}

/**
 * Variables of vLLM that no server gets, with the reason.
 *
 * @see https://github.com/vllm-project/vllm/blob/v0.24.0/vllm/envs.py
 *
 * @internal
 */
export const REFUSED_ENGINE_VARIABLES: { readonly [name: string]: string } = {
  VLLM_USE_SIMPLE_KV_OFFLOAD: 'switches the connector by which kvOffload keeps prefixes in host memory',
};

/** `OffloadingConnector`, and from 0.24 `SimpleCPUOffloadConnector`. */
const OFFLOADING_CONNECTOR = /Offload(ing)?Connector/;

/**
 * Whether a value of `kv_transfer_config`, or the text of it, keeps prefixes in host memory that no pod requests, as `kv_offloading_size` does.
 *
 * @internal
 */
export function offloadsCache(value: unknown): boolean {
  return OFFLOADING_CONNECTOR.test(typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));
}

/** Why, and what to use. @internal */
export const OFFLOADS =
  'keeps prefixes in host memory by a connector that offloads, which the pod does not request; use kvOffload';

/**
 * The arguments of vLLM's engine (`AsyncEngineArgs`), by name: those of the plan, and the options that it does not include.
 *
 * @param resolved the model with its plan
 * @param options the options that the plan does not include
 * @param weightsPath folder of the weights, as the engine sees it
 * @param metrics whether the engine collects metrics
 * @param vllm the version that runs it
 *
 * @internal
 */
export function engineArguments(
  { plan, parallelism }: ResolvedModel,
  options: VllmOptions,
  weightsPath: string,
  metrics: boolean,
  vllm: VllmVersion,
): { [name: string]: unknown } {
  return {
    model: weightsPath,
    dtype: computedIn(plan),
    quantization: options.quantization,
    tensor_parallel_size: parallelism.tensor,
    pipeline_parallel_size: parallelism.pipeline,
    distributed_executor_backend: parallelism.tensor * parallelism.pipeline > 1 ? 'mp' : undefined,
    data_parallel_size: parallelism.attentionRanks > 1 ? parallelism.attentionRanks : undefined,
    enable_expert_parallel: parallelism.expert > 1 ? true : undefined,
    max_model_len: plan.contextLength,
    max_num_seqs: plan.maxSequences,
    max_num_batched_tokens: plan.maxBatchedTokens,
    gpu_memory_utilization: plan.gpuMemoryUtilization,
    kv_cache_dtype: cacheFormat(plan),
    enable_prefix_caching: options.prefixCaching ?? cachesPrefixes(plan.instanceType.gpu),
    enforce_eager: !plan.cudaGraphs,
    speculative_config:
      plan.speculativeDecoding && speculativeArguments(plan.speculativeDecoding, draftPath(options, plan)),
    ...mediaArguments(plan),
    cpu_offload_gb: plan.cpuOffload.bytes > 0 ? plan.cpuOffload.gib : undefined,
    kv_offloading_size: options.kvOffload?.gib,
    // Later versions do by default, and say so for models whose default differs.
    enable_chunked_prefill: options.chunkedPrefill ?? splitsPrompts(plan.instanceType.gpu, vllm),
    attention_backend: options.attentionBackend,
    trust_remote_code: options.trustRemoteCode ?? false,
    disable_log_stats: !metrics,
    ...options.engineArguments,
    hf_overrides: overrides(plan, options),
  };
}

/** `hf_overrides`: those of the user, and the window of all layers. */
function overrides({ model, attentionWindow }: CapacityPlan, { engineArguments: own = {} }: VllmOptions): unknown {
  if (attentionWindow === undefined) return own.hf_overrides;
  return { ...own.hf_overrides, ...windowOverrides(model, attentionWindow) };
}

/** Before 0.17 vLLM has no `language_model_only`; a limit of zero for every kind of media is the same. */
function mediaArguments({ mediaInput, engine }: CapacityPlan): { [name: string]: unknown } {
  if (mediaInput === MediaInput.IMAGES) return { limit_mm_per_prompt: { video: 0, audio: 0 } };
  if (mediaInput !== MediaInput.NONE) return {};
  return engine.countsGraphs
    ? { language_model_only: true }
    : { limit_mm_per_prompt: { image: 0, video: 0, audio: 0 } };
}

const PLAIN_TYPES: { readonly [precision: string]: string } = {
  [Precision.FP32.name]: 'float32',
  [Precision.FP16.name]: 'float16',
  [Precision.BF16.name]: 'bfloat16',
};

/** `dtype`: quantized checkpoints name their own type for what is not quantized, mostly bfloat16, which older GPUs refuse. */
function computedIn({ precision, instanceType }: CapacityPlan): string {
  return PLAIN_TYPES[precision.name] ?? (instanceType.gpu.supports(Precision.BF16) ? 'auto' : 'float16');
}
