import { Precision } from '../../../catalog/precision';
import { CapacityPlan } from '../../../planning/capacity-plan';
import { ResolvedModel } from '../../model/resolved-model';
import { TensorDataType } from '../model-options';
import { EnumName, TextMessage } from '../protobuf-text';
import { TensorRtLlmModelProps } from './tensor-rt-llm-model-props';

/**
 * Arguments of the LLM API that other properties decide, with the property.
 *
 * @internal
 */
export const LLM_API_PROPERTIES: { readonly [argument: string]: string } = {
  model: 'name and version',
  backend: 'no other',
  dtype: 'precision',
  tensor_parallel_size: 'parallelism',
  pipeline_parallel_size: 'parallelism',
  moe_expert_parallel_size: 'parallelism',
  max_batch_size: 'maxSequences',
  max_num_tokens: 'maxBatchedTokens',
  max_seq_len: 'contextLength',
  max_input_len: 'contextLength',
  kv_cache_config: 'cacheMemoryFraction, kvCachePrecision and prefixCaching',
  cuda_graph_config: 'cudaGraphs',
  enable_chunked_prefill: 'chunkedPrefill',
  trust_remote_code: 'trustRemoteCode',
  triton_config: 'no other',
};

const PLAIN_TYPES: { readonly [precision: string]: string } = {
  [Precision.FP16.name]: 'float16',
  [Precision.BF16.name]: 'bfloat16',
};

/**
 * `model.yaml`: arguments of TensorRT-LLM's `LLM`, and under `triton_config` what Triton is told by the model. JSON is YAML.
 *
 * @internal
 */
export function llmApiSettings(
  { plan, parallelism }: ResolvedModel,
  props: TensorRtLlmModelProps,
  weightsPath: string,
): { [name: string]: unknown } {
  return {
    model: weightsPath,
    backend: 'pytorch',
    dtype: PLAIN_TYPES[plan.precision.name] ?? 'auto',
    tensor_parallel_size: parallelism.tensor,
    pipeline_parallel_size: parallelism.pipeline,
    moe_expert_parallel_size: parallelism.expert > 1 ? parallelism.expert : undefined,
    max_batch_size: plan.maxSequences,
    max_num_tokens: plan.maxBatchedTokens,
    max_seq_len: plan.contextLength,
    max_input_len: plan.contextLength,
    kv_cache_config: {
      free_gpu_memory_fraction: plan.gpuMemoryUtilization,
      enable_block_reuse: props.prefixCaching ?? true,
      dtype: cacheType(plan),
    },
    // The engine captures graphs unless this is null.
    cuda_graph_config: plan.cudaGraphs ? {} : null,
    enable_chunked_prefill: props.chunkedPrefill ?? true,
    trust_remote_code: props.trustRemoteCode ?? false,
    ...props.engineArguments,
    triton_config: { max_batch_size: 0, decoupled: true },
  };
}

function cacheType({ kvCachePrecision }: CapacityPlan): string {
  return kvCachePrecision.name === Precision.FP8.name ? 'fp8' : 'auto';
}

/** Where images of the variant have the code, see `triton_backend/README.md` of TensorRT-LLM and Triton's tutorials. */
const CODE_OF_IMAGE = '/app/all_models/llmapi/tensorrt_llm/1';

/**
 * `model.py`: takes the code by which Triton calls the engine from where it is, because it must be of the version of the engine.
 *
 * @internal
 */
export function codeLoader(folder: string = CODE_OF_IMAGE): string {
  return `import importlib.util
import os
import sys

CODE = ${JSON.stringify(folder)}

if not os.path.isfile(os.path.join(CODE, "model.py")):
    raise RuntimeError(
        CODE + " has no model.py: the image lacks the code of TensorRT-LLM's LLM API for Triton; put it into the model store and set codePath"
    )
sys.path.insert(0, CODE)
spec = importlib.util.spec_from_file_location("tensorrt_llm_triton_model", os.path.join(CODE, "model.py"))
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
TritonPythonModel = module.TritonPythonModel
`;
}

type Tensor = readonly [name: string, type: TensorDataType, dims: number];

const { STRING, BOOL, INT32, INT64, UINT64, FP32 } = TensorDataType;

/** Inputs beside the prompt, all of them optional, as the code of TensorRT-LLM 1.0 to 1.2 reads them. */
const OPTIONAL: readonly Tensor[] = [
  ['streaming', BOOL, 1],
  ['sampling_param_best_of', INT32, 1],
  ['sampling_param_temperature', FP32, 1],
  ['sampling_param_top_k', INT32, 1],
  ['sampling_param_top_p', FP32, 1],
  ['sampling_param_frequency_penalty', FP32, 1],
  ['sampling_param_presence_penalty', FP32, 1],
  ['sampling_param_max_tokens', INT32, 1],
  ['sampling_param_stop', STRING, -1],
  ['sampling_param_seed', UINT64, 1],
  ['sampling_param_exclude_input_from_output', BOOL, 1],
  ['sampling_param_return_perf_metrics', BOOL, 1],
  ['return_finish_reason', BOOL, 1],
  ['return_stop_reason', BOOL, 1],
  ['return_cumulative_logprob', BOOL, 1],
  ['stop', BOOL, 1],
];

const OUTPUTS: readonly Tensor[] = [
  ['text_output', STRING, -1],
  ['finish_reason', STRING, -1],
  ['stop_reason', STRING, -1],
  ['cumulative_logprob', FP32, -1],
  ['kv_cache_reused_block', INT32, -1],
  ['kv_cache_missed_block', INT32, -1],
  ['kv_cache_alloc_new_blocks', INT32, -1],
  ['kv_cache_alloc_total_blocks', INT32, -1],
  ['kv_cache_hit_rate', FP32, -1],
  ['arrival_time_ns', INT64, 1],
  ['first_scheduled_time_ns', INT64, 1],
  ['first_token_time_ns', INT64, 1],
  ['last_token_time_ns', INT64, 1],
  ['acceptance_rate', FP32, 1],
  ['total_accepted_draft_tokens', INT32, 1],
  ['total_draft_tokens', INT32, 1],
];

/**
 * Tensors of the LLM API, as `config.pbtxt` names them.
 *
 * @internal
 */
export function llmApiTensors(): TextMessage {
  const tensor = ([name, type, dim]: Tensor) => ({ name, data_type: new EnumName(type), dims: [dim] });
  return {
    input: [tensor(['text_input', STRING, -1]), ...OPTIONAL.map((each) => ({ ...tensor(each), optional: true }))],
    output: OUTPUTS.map(tensor),
  };
}
