import {
  GpuInstanceType,
  InferenceEngine,
  ModelSpec,
  Parallelism,
  Precision,
  TritonRelease,
  TritonVariant,
} from '../../../lib/catalog';
import { CapacityPlanner } from '../../../lib/planning';
import {
  ModelInstances,
  TensorRtLlmEngineProps,
  TensorRtLlmModelProps,
  TritonDeploymentProps,
  TritonModel,
} from '../../../lib/serving';
import { DataSize } from '../../../lib/units';
import { faultsThrown, idsOf, warningsOf } from '../../support/faults';
import { DeploymentOverrides, deploy, fileOf, llama8b, onnxProps, podOf } from '../support/fixtures';

const squeezed = (text: string) => text.replace(/\s+/g, ' ').trim();
const props = { name: 'chat', model: ModelSpec.LLAMA_3_1_8B };

function deployed(more: Partial<TensorRtLlmModelProps> = {}, server: DeploymentOverrides = {}) {
  return deploy({
    models: [TritonModel.tensorRtLlm({ ...props, ...more })],
    instanceType: GpuInstanceType.G6E_12XLARGE,
    ...server,
  });
}
const settingsOf = (more: Partial<TensorRtLlmModelProps> = {}, server: DeploymentOverrides = {}) =>
  JSON.parse(fileOf(deployed(more, server).json, 'model.yaml.1.chat')) as { [name: string]: unknown };
const refused = (more: Partial<TensorRtLlmModelProps>, server: Partial<TritonDeploymentProps> = {}) =>
  idsOf(faultsThrown(() => deployed(more, server)));

describe('a language model on TensorRT-LLM', () => {
  test('has the settings of its plan in model.yaml, and its weights beside the repository', () => {
    const { deployment } = deployed({ contextLength: 4096, concurrency: 8 });
    expect(deployment.plan?.engine.name).toBe('tensorrt-llm');
    expect(settingsOf({ contextLength: 4096, concurrency: 8 })).toEqual({
      model: '/models/weights/chat/1',
      backend: 'pytorch',
      dtype: 'bfloat16',
      tensor_parallel_size: 1,
      pipeline_parallel_size: 1,
      max_batch_size: deployment.plan?.maxSequences,
      max_num_tokens: deployment.plan?.maxBatchedTokens,
      max_seq_len: 4096,
      max_input_len: 4096,
      kv_cache_config: { free_gpu_memory_fraction: 0.9, enable_block_reuse: true, dtype: 'auto' },
      cuda_graph_config: {},
      enable_chunked_prefill: true,
      trust_remote_code: false,
      triton_config: { max_batch_size: 0, decoupled: true },
    });
  });

  test('takes every setting', () => {
    expect(
      settingsOf({
        precision: Precision.FP8,
        parallelism: Parallelism.of({ tensor: 2, pipeline: 2 }),
        maxSequences: 64,
        maxBatchedTokens: 4096,
        cacheMemoryFraction: 0.7,
        kvCachePrecision: Precision.FP8,
        prefixCaching: false,
        cudaGraphs: false,
        chunkedPrefill: false,
        trustRemoteCode: true,
        engineArguments: { guided_decoding_backend: 'xgrammar' },
      }),
    ).toMatchObject({
      dtype: 'auto',
      tensor_parallel_size: 2,
      pipeline_parallel_size: 2,
      max_batch_size: 64,
      max_num_tokens: 4096,
      kv_cache_config: { free_gpu_memory_fraction: 0.7, enable_block_reuse: false, dtype: 'fp8' },
      cuda_graph_config: null,
      enable_chunked_prefill: false,
      trust_remote_code: true,
      guided_decoding_backend: 'xgrammar',
    });
  });

  test('spreads experts as the plan does', () => {
    const moe = { model: ModelSpec.MIXTRAL_8X7B, precision: Precision.FP8, contextLength: 4096 };
    expect(settingsOf({ ...moe, parallelism: Parallelism.of({ tensor: 4, expert: 4 }) })).toMatchObject({
      tensor_parallel_size: 4,
      moe_expert_parallel_size: 4,
    });
  });

  test('is called by the code of the image, or of the store', () => {
    const codeOf = (more: Partial<TensorRtLlmModelProps>) => fileOf(deployed(more).json, 'model.py.1.chat');
    expect(codeOf({})).toContain('CODE = "/app/all_models/llmapi/tensorrt_llm/1"');
    expect(codeOf({ codePath: 'triton' })).toContain('CODE = "/models/weights/chat/1/triton"');
  });

  test('streams and has no batches of Triton', () => {
    const config = squeezed(fileOf(deployed().json, 'config.pbtxt.chat'));
    expect(config).toContain('name: "chat" backend: "python" version_policy');
    expect(config).toContain('input { name: "text_input" data_type: TYPE_STRING dims: [ -1 ] }');
    expect(config).toContain('input { name: "streaming" data_type: TYPE_BOOL dims: [ 1 ] optional: true }');
    expect(config).toContain('instance_group { count: 1 kind: KIND_CPU }');
    expect(config).toContain('model_transaction_policy { decoupled: true }');
    expect(config).not.toMatch(/max_batch_size|dynamic_batching/);
  });

  test('runs in the image of its variant, which completes the configuration, and is asked for one token', () => {
    const { json, deployment } = deployed({ parallelism: Parallelism.of({ tensor: 2 }) });
    const { image, args } = podOf(json).container[0];
    expect(image).toBe('nvcr.io/nvidia/tritonserver:26.07-trtllm-python-py3');
    expect(args.join(' ')).not.toContain('--disable-auto-complete-config');
    expect(deployment.gpusPerPod).toBe(2);
    expect(JSON.parse(fileOf(json, 'probe.json.chat'))).toEqual({ text_input: '0', sampling_param_max_tokens: 1 });
  });

  test('is planned with a warning that nothing was measured', () => {
    expect(warningsOf(deployed().deployment).map(({ id }) => id)).toContain('TENSORRT_LLM_NOT_MEASURED');
  });

  test('keeps a locked plan of its engine', () => {
    const plan = (engine: InferenceEngine) =>
      CapacityPlanner.plan({
        model: ModelSpec.LLAMA_3_1_8B,
        instanceType: GpuInstanceType.G6E_12XLARGE,
        contextLength: 2048,
        engine,
      });
    expect(settingsOf({ plan: plan(InferenceEngine.TENSORRT_LLM) })).toMatchObject({ max_seq_len: 2048 });
    expect(refused({ plan: plan(InferenceEngine.VLLM_0_21) })).toEqual(['PLAN_OF_OTHER_ENGINE models[0].plan']);
  });
});

describe('an engine that was built before', () => {
  const engine = (more: Partial<TensorRtLlmEngineProps> = {}) =>
    TritonModel.tensorRtLlmEngine({ name: 'chat', maxBatchSize: 8, engineSize: DataSize.gib(16), ...more });
  const server = { instanceType: GpuInstanceType.G6E_XLARGE };
  const { json, deployment } = deploy({
    models: [engine({ prefixCaching: true, hostCache: DataSize.gib(2) })],
    ...server,
  });
  const config = squeezed(fileOf(json, 'config.pbtxt.chat'));
  const value = (key: string) => new RegExp(`key: "${key}" value \\{ string_value: "(.*?)" \\}`).exec(config)?.[1];

  test('is read from beside the repository by keys of the backend', () => {
    expect(config).toContain('name: "chat" backend: "tensorrtllm" max_batch_size: 8');
    expect(config).toContain('model_transaction_policy { decoupled: true }');
    expect(value('gpt_model_type')).toBe('inflight_fused_batching');
    expect(value('gpt_model_path')).toBe('/models/weights/chat/1');
    expect(value('kv_cache_free_gpu_mem_fraction')).toBe('0.9');
    expect(value('kv_cache_host_memory_bytes')).toBe('2147483648');
    expect(value('enable_kv_cache_reuse')).toBe('true');
    expect(value('enable_chunked_context')).toBeUndefined();
    expect(config).toContain('input { name: "input_ids" data_type: TYPE_INT32 dims: [ -1 ] allow_ragged_batch: true }');
    expect(config).toContain('input { name: "input_lengths" data_type: TYPE_INT32 dims: [ 1 ] reshape { } }');
  });

  test('has its image, one GPU and a bounded queue, and a warning', () => {
    expect(podOf(json).container[0].image).toContain('26.07-trtllm-python-py3');
    expect(deployment.gpusPerPod).toBe(1);
    expect(config).toContain('max_queue_size: 128');
    expect(warningsOf(deployment).map(({ id }) => id)).toContain('TENSORRT_LLM_ENGINE_DEPRECATED');
  });

  test.each<[string, Partial<TensorRtLlmEngineProps>, DeploymentOverrides]>([
    ['RELEASE_WITHOUT_TENSORRT_LLM models[0].tritonRelease', {}, { tritonRelease: TritonRelease.V26_08 }],
    ['MODEL_EXCEEDS_GPU_MEMORY models[0].engineSize', { engineSize: DataSize.gib(60) }, {}],
    ['NOT_A_WHOLE_NUMBER models[0].maxBatchSize', { maxBatchSize: 0 }, {}],
    ['OUT_OF_RANGE models[0].cacheMemoryFraction', { cacheMemoryFraction: 0 }, {}],
  ])('refuses %s', (wanted, more, other) => {
    expect(idsOf(faultsThrown(() => deploy({ models: [engine(more)], ...server, ...other })))).toContain(wanted);
  });
});

describe('the image of a release with TensorRT-LLM', () => {
  test('has its own CUDA and driver', () => {
    const cuda = (variant: TritonVariant) => TritonRelease.V26_07._cudaOf(variant);
    expect(cuda(TritonVariant.VLLM)).toEqual({ version: '13.3.0', driver: '610.43.02', minimumDriver: 580 });
    expect(cuda(TritonVariant.TENSORRT_LLM)).toEqual({ version: '13.1.0', driver: '590.44.01', minimumDriver: 580 });
    expect(TritonRelease.V26_07.tensorRtLlmVersion).toBe('1.2.1');
    expect(TritonRelease.V26_08.tensorRtLlmVersion).toBeUndefined();
  });

  // CUDA 12.9 in the image for TensorRT-LLM of 25.10, and 13.0 in the one for vLLM of that month.
  test('is compared with the driver of the nodes by its variant', () => {
    const server = { tritonRelease: TritonRelease.of('25.10'), driverMajor: 570 };
    expect(() => deployed({}, server)).not.toThrow();
    expect(
      idsOf(faultsThrown(() => deploy({ models: [llama8b], instanceType: GpuInstanceType.G6E_XLARGE, ...server }))),
    ).toEqual(['DRIVER_TOO_OLD_FOR_RELEASE tritonRelease']);
  });

  test('may be that of a release of the user', () => {
    const custom = (tensorRtLlmVersion?: string) =>
      TritonRelease.custom({
        release: '26.11',
        vllmVersion: '0.31.0',
        onnxRuntimeVersion: '1.28.0',
        cudaVersion: '13.4.3',
        cudaDriver: '615.61',
        tensorRtLlmVersion,
      });
    expect(() => deployed({}, { tritonRelease: custom('1.3.0') })).not.toThrow();
    expect(refused({}, { tritonRelease: custom() })).toEqual(['RELEASE_WITHOUT_TENSORRT_LLM models[0].tritonRelease']);
    expect(idsOf(faultsThrown(() => custom('newest')))).toEqual(['INVALID_FORMAT tensorRtLlmVersion']);
  });
});

describe('refused', () => {
  test.each<[string, Partial<TensorRtLlmModelProps>, Partial<TritonDeploymentProps>]>([
    ['RELEASE_WITHOUT_TENSORRT_LLM models[0].tritonRelease', {}, { tritonRelease: TritonRelease.V26_08 }],
    ['RELEASE_WITHOUT_TENSORRT_LLM models[0].tritonRelease', {}, { tritonRelease: TritonRelease.of('25.08') }],
    ['RESERVED models[0].engineArguments.max_seq_len', { engineArguments: { max_seq_len: 5 } }, {}],
    ['INVALID_NAME models[0].codePath', { codePath: '../code' }, {}],
    ['OUT_OF_RANGE models[0].cacheMemoryFraction', { cacheMemoryFraction: 1.5 }, {}],
    ['MODEL_DOES_NOT_FIT models[0]', { model: ModelSpec.LLAMA_3_1_70B }, {}],
    ['SERVER_EXCEEDS_NODE models[0].parallelism', { parallelism: Parallelism.of({ tensor: 8 }) }, {}],
    [
      'MODELS_NEED_DIFFERENT_IMAGES models',
      {},
      {
        models: [
          TritonModel.tensorRtLlm(props),
          TritonModel.onnxRuntime({ ...onnxProps, instances: ModelInstances.onCpu() }),
        ],
      },
    ],
    [
      'SEVERAL_MODELS_SPAN_GPUS models',
      {},
      { models: [TritonModel.tensorRtLlm(props), TritonModel.tensorRtLlm({ ...props, name: 'other' })] },
    ],
  ])('%s', (wanted, more, server) => {
    expect(refused(more, server)).toContain(wanted.replace(/^MODEL_DOES_NOT_FIT.*/, 'MODEL_DOES_NOT_FIT models[0]'));
  });
});
