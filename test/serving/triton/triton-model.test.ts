import { GpuInstanceType, ModelSpec, Parallelism, Precision, TritonRelease, TritonVariant } from '../../../lib/catalog';
import {
  GraphOptimization,
  ModelInstances,
  TensorDataType,
  TimeoutAction,
  TritonModel,
  VersionPolicy,
} from '../../../lib/serving';
import { GpuSharingKind } from '../../../lib/core';
import { NodeNetwork } from '../../../lib/planning';
import { generatedFiles } from '../../../lib/serving/triton/model-repository';
import { EnumName, renderTextFormat } from '../../../lib/serving/triton/protobuf-text';
import { DataSize, Duration } from '../../../lib/units';
import { onnxProps } from '../support/fixtures';

/** As a p4de.24xlarge would run them. */
const site = {
  hardware: {
    instanceType: GpuInstanceType.P4DE_24XLARGE,
    gpusPerNode: 8,
    gpuMemory: GpuInstanceType.P4DE_24XLARGE.gpuMemory,
    network: NodeNetwork.TCP,
    poolName: 'gpu',
    sharing: GpuSharingKind.NONE,
  },
  release: TritonRelease.DEFAULT,
  replicas: 1,
  models: [],
};

function filesOf(...models: TritonModel[]): { [path: string]: string } {
  const files = generatedFiles(
    models.flatMap(
      (model) => model._definition.on({ ...site, models: models.map((each) => each._definition) }).model ?? [],
    ),
    site.release,
  );
  return Object.fromEntries(files.map(({ path, text }) => [path.replace(/^repository\//, ''), text]));
}

/** Text without layout, so that a test says what is written and not how. */
function squeezed(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

describe('protobuf text format', () => {
  test('writes scalars, enums, lists, messages and repeated messages', () => {
    const text = renderTextFormat({
      name: 'a',
      count: 2,
      on: true,
      kind: new EnumName('KIND_CPU'),
      dims: [1, -1],
      empty: {},
      left: undefined,
      none: [],
      item: [{ key: 'x' }, { key: 'y' }],
    });
    expect(squeezed(text)).toBe(
      'name: "a" count: 2 on: true kind: KIND_CPU dims: [ 1, -1 ] empty { } item { key: "x" } item { key: "y" }',
    );
  });

  test('quotes what could end or change a string', () => {
    expect(renderTextFormat({ name: 'a"b\\c\nü' })).toBe('name: "a\\"b\\\\c\\012\\303\\274"\n');
  });
});

describe('vLLM model', () => {
  const files = filesOf(
    TritonModel.vllm({
      name: 'big',
      version: '65b',
      model: ModelSpec.LLAMA_65B,
      parallelism: Parallelism.of({ tensor: 8 }),
    }),
  );

  test('config.pbtxt leaves GPUs and batching to vLLM and reports its metrics', () => {
    const config = squeezed(files['big/config.pbtxt']);
    expect(config).toContain('name: "big" backend: "vllm" max_batch_size: 0');
    expect(config).toContain('instance_group { count: 1 kind: KIND_MODEL }');
    expect(config).toContain('model_transaction_policy { decoupled: true }');
    expect(config).toContain('parameters { key: "REPORT_CUSTOM_METRICS" value { string_value: "true" } }');
    expect(config).toContain('version_policy { latest { num_versions: 1 } }');
    expect(config).toContain('family: "nv_inference_first_response_histogram_ms"');
    expect(config).not.toContain('dynamic_batching');
  });

  test('model.json names the local weights and the parallelism, in a numbered version folder', () => {
    expect(JSON.parse(files['big/1/model.json'])).toEqual({
      model: '/models/weights/big/1',
      dtype: 'float16',
      tensor_parallel_size: 8,
      pipeline_parallel_size: 1,
      distributed_executor_backend: 'mp',
      max_model_len: 2048,
      max_num_seqs: 256,
      max_num_batched_tokens: 2048,
      gpu_memory_utilization: 0.92,
      enable_prefix_caching: true,
      enforce_eager: false,
      trust_remote_code: false,
      disable_log_stats: false,
    });
  });

  test('options reach the engine', () => {
    const model = TritonModel.vllm({
      name: 'm',
      version: '7',
      model: ModelSpec.LLAMA_3_1_8B,
      precision: Precision.INT4,
      contextLength: 4096,
      maxSequences: 32,
      maxBatchedTokens: 8192,
      gpuMemoryUtilization: 0.8,
      kvCachePrecision: Precision.FP8,
      prefixCaching: false,
      cudaGraphs: false,
      cpuOffload: DataSize.gib(4),
      quantization: 'awq',
      engineMetrics: false,
      engineArguments: { seed: 7 },
    });
    expect(JSON.parse(filesOf(model)['m/7/model.json'])).toMatchObject({
      model: '/models/weights/m/7',
      dtype: 'auto',
      max_model_len: 4096,
      max_num_seqs: 32,
      max_num_batched_tokens: 8192,
      gpu_memory_utilization: 0.8,
      kv_cache_dtype: 'fp8',
      enable_prefix_caching: false,
      enforce_eager: true,
      cpu_offload_gb: 4,
      quantization: 'awq',
      disable_log_stats: true,
      seed: 7,
    });
    expect(filesOf(model)['m/config.pbtxt']).not.toContain('REPORT_CUSTOM_METRICS');
  });

  test('models that share a pod are pinned to GPUs of their own, whatever their order', () => {
    const make = (name: string, tensor: number) =>
      TritonModel.vllm({ name, model: ModelSpec.LLAMA_3_1_8B, parallelism: Parallelism.of({ tensor }) });
    const [wide, a, b] = [make('wide', 2), make('a', 1), make('b', 1)];
    const files = filesOf(b, wide, a);
    expect(squeezed(files['wide/config.pbtxt'])).toContain('kind: KIND_MODEL');
    expect(squeezed(files['a/config.pbtxt'])).toContain('kind: KIND_GPU gpus: [ 2 ]');
    expect(squeezed(files['b/config.pbtxt'])).toContain('kind: KIND_GPU gpus: [ 3 ]');
    expect(filesOf(wide, a, b)).toEqual(files);
  });
});

describe('ONNX Runtime model', () => {
  test('config.pbtxt has tensors, a GPU of its own and a bounded queue', () => {
    expect(squeezed(filesOf(TritonModel.onnxRuntime(onnxProps))['fraud/config.pbtxt'])).toBe(
      squeezed(`
        name: "fraud" backend: "onnxruntime" max_batch_size: 32
        version_policy { latest { num_versions: 1 } }
        input { name: "features" data_type: TYPE_FP32 dims: [ 128 ] }
        output { name: "score" data_type: TYPE_FP32 dims: [ 1 ] }
        instance_group { count: 1 kind: KIND_GPU gpus: [ 0 ] }
        dynamic_batching { default_queue_policy { timeout_action: REJECT default_timeout_microseconds: 5000000
          allow_timeout_override: false max_queue_size: 512 } }
        model_metrics { metric_control { metric_identifier { family: "nv_inference_first_response_histogram_ms" }
          histogram_options { buckets: [ 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000, 30000, 60000 ] } } }`),
    );
  });

  test.each([
    [undefined, ''],
    [GraphOptimization.ALL, ''],
    [GraphOptimization.EXTENDED, 'optimization { graph { level: 1 } }'],
    [GraphOptimization.BASIC, 'optimization { graph { level: -1 } }'],
    [GraphOptimization.DISABLED, 'optimization { graph { level: 2 } }'],
  ])('graph optimization %s is written on the inverted scale', (graphOptimization, expected) => {
    const config = squeezed(
      filesOf(TritonModel.onnxRuntime({ ...onnxProps, graphOptimization }))['fraud/config.pbtxt'],
    );
    expect(/optimization \{.*?\} \}/.exec(config)?.[0] ?? '').toBe(expected);
  });

  test('batching, priorities and versions', () => {
    const config = squeezed(
      filesOf(
        TritonModel.onnxRuntime({
          ...onnxProps,
          version: '3',
          otherVersions: ['1'],
          versionPolicy: VersionPolicy.specific([1, 3]),
          instances: ModelInstances.onGpus(2, 2),
          dynamicBatching: {
            preferredBatchSizes: [8, 32],
            maxQueueDelay: Duration.microseconds(500),
            priorityLevels: 3,
            queue: {
              maxQueueSize: 100,
              timeout: Duration.milliseconds(1),
              timeoutAction: TimeoutAction.DELAY,
              allowTimeoutOverride: true,
            },
            priorityQueues: { '3': { maxQueueSize: 10 } },
          },
        }),
      )['fraud/config.pbtxt'],
    );
    expect(config).toContain('version_policy { specific { versions: [ 1, 3 ] } }');
    expect(config).toContain('instance_group { count: 2 kind: KIND_GPU gpus: [ 0, 1 ] }');
    expect(config).toContain('preferred_batch_size: [ 8, 32 ] max_queue_delay_microseconds: 500');
    expect(config).toContain('priority_levels: 3 default_priority_level: 2');
    expect(config).toContain(
      'timeout_action: DELAY default_timeout_microseconds: 1000 allow_timeout_override: true max_queue_size: 100',
    );
    // What a level does not say is said by the queue of all.
    expect(config).toContain(
      'priority_queue_policy { key: 3 value { timeout_action: DELAY default_timeout_microseconds: 1000 allow_timeout_override: true max_queue_size: 10 } }',
    );
  });

  test('on the CPU, without batching, with an empty reshape', () => {
    const config = squeezed(
      filesOf(
        TritonModel.onnxRuntime({
          ...onnxProps,
          maxBatchSize: 0,
          instances: ModelInstances.onCpu(4),
          fileName: 'fraud.onnx',
          intraOpThreads: 2,
          latencyBucketsMs: [1, 50],
        }),
      )['fraud/config.pbtxt'],
    );
    expect(config).toContain('instance_group { count: 4 kind: KIND_CPU }');
    expect(config).toContain('default_model_filename: "fraud.onnx"');
    expect(config).toContain('parameters { key: "intra_op_thread_count" value { string_value: "2" } }');
    expect(config).toContain('buckets: [ 1, 50 ]');
    expect(config).not.toContain('dynamic_batching');
    const scalar = { name: 'score', dataType: TensorDataType.FP32, dims: [1], reshape: [] };
    const reshaped = filesOf(TritonModel.onnxRuntime({ ...onnxProps, outputs: [scalar] }))['fraud/config.pbtxt'];
    expect(squeezed(reshaped)).toContain('dims: [ 1 ] reshape { } }');
  });
});

describe('Triton release', () => {
  test('every row is complete and the default runs on the driver of the GPU image of EKS', () => {
    for (const release of TritonRelease.ALL) {
      expect(release.image(TritonVariant.VLLM)).toMatch(/^nvcr\.io\/nvidia\/tritonserver:\d\d\.\d\d-vllm-python-py3$/);
      expect(release.minimumDriver).toBeGreaterThanOrEqual(525);
      expect(Number(release.cudaDriver.split('.')[0])).toBeGreaterThanOrEqual(release.minimumDriver);
    }
    expect(TritonRelease.DEFAULT.minimumDriver).toBe(580);
    expect(TritonRelease.DEFAULT.histogramOfEveryModel).toBe(true);
    expect(TritonRelease.of('25.12').histogramOfEveryModel).toBe(false);
  });

  test('an unknown one lists the known', () => {
    expect(() => TritonRelease.of('99.01')).toThrow(/'99\.01'.*known: 24\.12, .*26\.08/);
  });
});
