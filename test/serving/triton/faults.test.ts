import { faultsThrown, idsOf, reasonsOf } from '../../support/faults';
import { Token } from 'cdktf';
import { GpuInstanceType, ModelSpec, Parallelism, Precision, TritonRelease } from '../../../lib/catalog';
import { ValidationError } from '../../../lib/core';
import {
  DynamicBatching,
  ModelInstances,
  OnnxRuntimeModelProps,
  TensorDataType,
  TimeoutAction,
  TritonDeployment,
  TritonModel,
  VersionPolicy,
  VllmModelProps,
} from '../../../lib/serving';
import { CapacityPlanner } from '../../../lib/planning';
import { DataSize, Duration } from '../../../lib/units';
import {
  DeploymentOverrides,
  Site,
  TestPool,
  deploy,
  llama65b,
  llama8b,
  onnxProps,
  withSite,
} from '../support/fixtures';
import { TestCluster, testCluster } from '../../support/test-cluster';

/** The faults of a construct, which must be named by its path. */
function faultsOf(build: () => unknown): string[] {
  try {
    build();
  } catch (error) {
    expect(error).toBeInstanceOf(ValidationError);
    expect((error as ValidationError).constructPath).toBe('test/Chat');
    return reasonsOf((error as ValidationError).faults);
  }
  return [];
}

const vllm = (props: Partial<VllmModelProps>): DeploymentOverrides => ({
  models: [TritonModel.vllm({ name: 'm', model: ModelSpec.LLAMA_3_1_8B, ...props })],
  instanceType: GpuInstanceType.P4DE_24XLARGE,
});
const onnx = (props: Partial<OnnxRuntimeModelProps>): DeploymentOverrides => ({
  models: [TritonModel.onnxRuntime({ ...onnxProps, ...props })],
});
const batching = (dynamicBatching: DynamicBatching, maxBatchSize = 8) => onnx({ dynamicBatching, maxBatchSize });
const input = (dims: number[], reshape?: number[], maxBatchSize = 8) =>
  onnx({ inputs: [{ name: 'x', dataType: TensorDataType.FP32, dims, reshape }], maxBatchSize });
const token = Token.asNumber('${var.n}');

test.each<[string, DeploymentOverrides, string]>([
  [
    'two models of one name',
    { models: [llama8b, llama8b], instanceType: GpuInstanceType.G5_12XLARGE },
    'DUPLICATE models',
  ],
  ['no model', { models: [] }, 'EMPTY_LIST models'],
  [
    'tensor × pipeline above the GPUs of a node',
    vllm({ parallelism: Parallelism.of({ tensor: 8, pipeline: 2 }) }),
    'SERVER_EXCEEDS_NODE models[0].parallelism',
  ],
  [
    'data parallelism in a server',
    vllm({ parallelism: Parallelism.of({ tensor: 1, data: 2 }) }),
    'REPLICAS_AS_PARALLELISM models[0].parallelism',
  ],
  [
    'experts over fewer GPUs',
    vllm({ parallelism: Parallelism.of({ tensor: 4, expert: 2 }) }),
    'EXPERTS_DIFFER_FROM_TENSOR models[0].parallelism',
  ],
  [
    'weights above the GPU memory',
    {
      models: [TritonModel.vllm({ name: 'm', model: ModelSpec.LLAMA_65B })],
      instanceType: GpuInstanceType.P4DE_24XLARGE,
    },
    'MODEL_DOES_NOT_FIT models[0]',
  ],
  [
    'a sequence that the key-value cache cannot hold',
    vllm({
      model: ModelSpec.LLAMA_65B,
      parallelism: Parallelism.of({ tensor: 2 }),
      contextLength: 2048,
      gpuMemoryUtilization: 0.78,
    }),
    'MODEL_DOES_NOT_FIT models[0]',
  ],
  [
    'a foreign cache precision',
    vllm({ kvCachePrecision: Precision.INT4 }),
    'CACHE_FORMAT_NOT_SUPPORTED models[0].kvCachePrecision',
  ],
  ['dynamic batching on vLLM', vllm({ dynamicBatching: {} } as never), 'VLLM_BATCHES_ITSELF models[0].dynamicBatching'],
  [
    'a derived engine argument',
    vllm({ engineArguments: { tensor_parallel_size: 4 } }),
    'RESERVED models[0].engineArguments.tensor_parallel_size',
  ],
  [
    'an engine argument that would escape the plan',
    vllm({ engineArguments: { max_model_len: 4 } }),
    'RESERVED models[0].engineArguments.max_model_len',
  ],
  [
    'a quantization that the precision does not say',
    vllm({ quantization: 'awq' }),
    'QUANTIZATION_DIFFERS_FROM_PRECISION models[0].quantization',
  ],
  [
    'more full sequences than sequences',
    vllm({ concurrency: 9, maxSequences: 8 }),
    'CONFLICTING_PROPERTIES models[0].concurrency',
  ],
  ['a token for the context', vllm({ contextLength: token }), 'VALUE_NOT_CONCRETE models[0].contextLength'],
  ['a token for replicas', { replicas: token }, 'VALUE_NOT_CONCRETE replicas'],
  ['a token in a shape', input([token]), 'VALUE_NOT_CONCRETE models[0].inputs'],
  ['no replica', { replicas: 0 }, 'NOT_A_WHOLE_NUMBER replicas'],
  ['a bad model name', vllm({ name: '../x' }), 'INVALID_NAME models[0].name'],
  ['a bad version', vllm({ version: 'a/b' }), 'INVALID_NAME models[0].version'],
  ['a bad name', { name: 'Not_A_Name' }, 'INVALID_NAME name'],
  ['a name that no Service can have', { name: '65b' }, 'INVALID_NAME name'],
  ['a bad namespace', { namespace: 'UPPER' }, 'INVALID_NAME namespace'],
  ['more replicas than the pool has room for', { replicas: 3 }, 'REPLICAS_EXCEED_POOL replicas'],
  [
    'more GPUs than a node',
    { models: ['a', 'b'].map((name) => TritonModel.vllm({ name, model: ModelSpec.LLAMA_3_1_8B })) },
    'SERVER_EXCEEDS_NODE models',
  ],
  [
    'backends of different images',
    { models: [llama8b, TritonModel.onnxRuntime(onnxProps)], instanceType: GpuInstanceType.G5_12XLARGE },
    'MODELS_NEED_DIFFERENT_IMAGES models',
  ],
  [
    'two models over several GPUs',
    {
      models: ['a', 'b'].map((name) =>
        TritonModel.vllm({ name, model: ModelSpec.LLAMA_3_1_8B, parallelism: Parallelism.of({ tensor: 2 }) }),
      ),
      instanceType: GpuInstanceType.P4DE_24XLARGE,
    },
    'SEVERAL_MODELS_SPAN_GPUS models',
  ],
  [
    'a GPU that the release does not support',
    { ...vllm({}), instanceType: GpuInstanceType.P3DN_24XLARGE },
    'GPU_TOO_OLD_FOR_RELEASE tritonRelease',
  ],
  [
    'a startup budget below the read time',
    { startupBudget: Duration.seconds(30) },
    'STARTUP_BUDGET_TOO_SHORT startupBudget',
  ],
  [
    'shared memory above the memory',
    { resources: { memory: DataSize.gib(4), sharedMemory: DataSize.gib(8) } },
    'SHARED_MEMORY_EXCEEDS_MEMORY resources.sharedMemory',
  ],
  ['more memory than the node', { resources: { memory: DataSize.gib(15) } }, 'POD_EXCEEDS_NODE resources.memory'],
  [
    'more disk than the node',
    { resources: { ephemeralStorage: DataSize.gib(300) } },
    'POD_EXCEEDS_NODE resources.ephemeralStorage',
  ],
  ['more CPU than the node', { resources: { cpu: 4 } }, 'POD_EXCEEDS_NODE resources.cpu'],
  ['an argument that the pod relies on', { extraArguments: ['--http-port=1'] }, 'RESERVED extraArguments[0]'],
  ['a negative batch', onnx({ maxBatchSize: -1 }), 'NOT_A_WHOLE_NUMBER models[0].maxBatchSize'],
  ['no inputs', onnx({ inputs: [] }), 'EMPTY_LIST models[0].inputs'],
  ['an input twice', onnx({ inputs: [onnxProps.inputs[0], onnxProps.inputs[0]] }), 'DUPLICATE models[0].inputs'],
  ['no dimension', input([]), 'EMPTY_LIST models[0].inputs[0].dims'],
  ['a dimension of zero', input([0]), 'INVALID_DIMENSION models[0].inputs[0].dims'],
  ['an empty reshape without batching', input([1], [], 0), 'RESHAPE_DIFFERS models[0].inputs[0].reshape'],
  ['an empty reshape of several elements', input([2], []), 'RESHAPE_DIFFERS models[0].inputs[0].reshape'],
  ['a reshape of other size', input([2, 3], [7]), 'RESHAPE_DIFFERS models[0].inputs[0].reshape'],
  ['a reshape of other variable dimensions', input([-1, 3], [3]), 'RESHAPE_DIFFERS models[0].inputs[0].reshape'],
  [
    'a reshape that moves elements over a variable dimension',
    input([2, -1, 3], [3, -1, 2]),
    'RESHAPE_DIFFERS models[0].inputs[0].reshape',
  ],
  ['batching without a batch dimension', batching({}, 0), 'BATCHING_WITHOUT_BATCH models[0].dynamicBatching'],
  [
    'a preferred size above the largest',
    batching({ preferredBatchSizes: [16] }),
    'NOT_A_WHOLE_NUMBER models[0].dynamicBatching.preferredBatchSizes[0]',
  ],
  [
    'a default priority out of range',
    batching({ priorityLevels: 2, defaultPriorityLevel: 3 }),
    'NOT_A_WHOLE_NUMBER models[0].dynamicBatching.defaultPriorityLevel',
  ],
  [
    'a default priority without levels',
    batching({ defaultPriorityLevel: 1 }),
    'MISSING_PROPERTY models[0].dynamicBatching.priorityLevels',
  ],
  [
    'a queue of a level that is none',
    batching({ priorityLevels: 2, priorityQueues: { '3': {} } }),
    'UNKNOWN_VALUE models[0].dynamicBatching.priorityQueues[3]',
  ],
  [
    'ordering with priorities',
    batching({ preserveOrdering: true, priorityLevels: 2 }),
    'CONFLICTING_PROPERTIES models[0].dynamicBatching.priorityLevels',
  ],
  [
    'ordering with delays',
    batching({ preserveOrdering: true, queue: { timeoutAction: TimeoutAction.DELAY } }),
    'CONFLICTING_PROPERTIES models[0].dynamicBatching.queue.timeoutAction',
  ],
  [
    'a negative queue',
    batching({ queue: { maxQueueSize: -1 } }),
    'NOT_A_WHOLE_NUMBER models[0].dynamicBatching.queue.maxQueueSize',
  ],
  ['no buckets', onnx({ latencyBucketsMs: [] }), 'BUCKETS_NOT_ASCENDING models[0].latencyBucketsMs'],
  ['buckets out of order', onnx({ latencyBucketsMs: [5, 1] }), 'BUCKETS_NOT_ASCENDING models[0].latencyBucketsMs'],
  [
    'several versions that are no numbers',
    onnx({ version: '2', otherVersions: ['old'] }),
    'VERSIONS_NOT_NUMBERED models[0].otherVersions',
  ],
  [
    'a version policy without versions',
    onnx({ versionPolicy: VersionPolicy.specific([]) }),
    'EMPTY_LIST models[0].versionPolicy',
  ],
  [
    'a version that is not assembled',
    onnx({ versionPolicy: VersionPolicy.specific([2]) }),
    'VERSION_NOT_ASSEMBLED models[0].versionPolicy',
  ],
  ['a latest of none', onnx({ versionPolicy: VersionPolicy.latest(0) }), 'NOT_A_WHOLE_NUMBER models[0].versionPolicy'],
  ['a file name with a path', onnx({ fileName: 'a/b.onnx' }), 'INVALID_NAME models[0].fileName'],
  [
    'ONNX instances above the GPU memory',
    onnx({ modelSize: DataSize.gib(2), instances: ModelInstances.onGpus(1, 20) }),
    'MODEL_EXCEEDS_GPU_MEMORY models[0].instances',
  ],
  [
    'an optional output',
    onnx({ outputs: [{ ...onnxProps.outputs[0], optional: true }] }),
    'OUTPUT_NOT_OPTIONAL models[0].outputs[0].optional',
  ],
])('refuses %s', (_what, overrides, id) => {
  expect(idsOf(faultsThrown(() => deploy(overrides)))).toContain(id);
});

describe('what the planner refuses is refused as it says', () => {
  const wrong: [string, Partial<VllmModelProps>, GpuInstanceType?][] = [
    ['heads not divisible by tensor', { parallelism: Parallelism.of({ tensor: 3 }) }],
    ['a context beyond the model', { contextLength: 999_999 }],
    ['bfloat16 on a T4', { precision: Precision.BF16 }, GpuInstanceType.G4DN_12XLARGE],
    ['no GPU memory', { gpuMemoryUtilization: 0 }],
    ['fractional sequences', { maxSequences: 1.5 }],
  ];
  test.each(wrong)('%s', (_, more, instanceType = GpuInstanceType.P4DE_24XLARGE) => {
    const request = { model: ModelSpec.LLAMA_3_1_8B, ...more };
    const planner = faultsThrown(() => CapacityPlanner.plan({ ...request, instanceType }));
    const here = faultsThrown(() => deploy({ ...vllm(more), instanceType }));
    expect(idsOf(here)).toEqual(
      planner.map(({ id, property }) => `${id} models[0]${property === undefined ? '' : `.${property}`}`),
    );
  });
});

test('reports every fault at once', () => {
  const faults = faultsOf(() => deploy({ ...onnx({ maxBatchSize: -1, inputs: [] }), replicas: 0, namespace: 'X' }));
  expect(faults.length).toBeGreaterThanOrEqual(4);
});

test('refuses a pool of another cluster', () => {
  const faults = faultsOf(() =>
    withSite((site) => {
      const other = testCluster(site.cluster.node.scope as never, { clusterName: 'other' });
      new TritonDeployment(site.scope, 'Chat', {
        cluster: site.cluster,
        nodePool: new TestPool(other, 'gpu', other, GpuInstanceType.G5_XLARGE),
        modelStore: site.store,
        models: [llama8b],
      });
    }),
  );
  expect(faults.join()).toMatch(/nodePool 'gpu' belongs to cluster 'other', not to 'test'/);
});

test('refuses a pool of another import of the cluster, and says what to do', () => {
  const faults = faultsOf(() =>
    withSite((site) => {
      const again = new TestCluster(site.scope, 'Again');
      new TritonDeployment(site.scope, 'Chat', {
        cluster: site.cluster,
        nodePool: new TestPool(again, 'gpu', again, GpuInstanceType.G5_XLARGE),
        modelStore: site.store,
        models: [llama8b],
      });
    }),
  );
  expect(faults).toEqual([
    "nodePool 'gpu' belongs to the cluster 'test' at 'test/Again', not to the one at 'test/Cluster-test'; make or import a cluster once and " +
      'pass that object to everything on it, in other stacks too',
  ]);
});

test.each([
  [1, 2],
  [2, 1],
])('deployments of %i and %i replicas that together ask more GPUs than their pool can have fail synthesis', (a, b) => {
  const build = () =>
    withSite((site) => {
      const props = {
        cluster: site.cluster,
        nodePool: site.pool(GpuInstanceType.P4DE_24XLARGE),
        modelStore: site.store,
      };
      new TritonDeployment(site.scope, 'A', { ...props, models: [llama65b], replicas: a });
      new TritonDeployment(site.scope, 'B', { ...props, models: [llama65b], replicas: b });
    });
  expect(build).toThrow(/the pods of pool 'gpu' together request 24 of nvidia\.com\/gpu/);
});

describe('a deployment that does not exist takes no GPUs of its pool', () => {
  const props = (site: Site, nodePool: TestPool) => ({
    cluster: site.cluster,
    nodePool,
    modelStore: site.store,
    models: [llama65b],
    replicas: 2,
  });

  test('after it was removed from the tree', () => {
    const build = () =>
      withSite((site) => {
        const pool = site.pool(GpuInstanceType.P4DE_24XLARGE);
        new TritonDeployment(site.scope, 'Chat', props(site, pool));
        site.scope.node.tryRemoveChild('Chat');
        new TritonDeployment(site.scope, 'Chat', props(site, pool));
      });
    expect(build).not.toThrow();
  });

  test('after it threw', () => {
    const build = () =>
      withSite((site) => {
        const pool = site.pool(GpuInstanceType.P4DE_24XLARGE);
        jest.spyOn(site.cluster, 'serviceAccountRole').mockImplementationOnce(() => {
          throw new Error('no pod identity');
        });
        expect(() => new TritonDeployment(site.scope, 'Chat', props(site, pool))).toThrow('no pod identity');
        site.scope.node.tryRemoveChild('Chat');
        new TritonDeployment(site.scope, 'Again', props(site, pool));
      });
    expect(build).not.toThrow();
  });
});

test('accepts what is at the limit', () => {
  expect(faultsOf(() => deploy({ ...vllm({ contextLength: 131_072 }) }))).toEqual([]);
  expect(
    faultsOf(() =>
      deploy({
        ...vllm({ model: ModelSpec.LLAMA_65B, contextLength: 2048, parallelism: Parallelism.of({ tensor: 2 }) }),
      }),
    ),
  ).toEqual([]);
  expect(faultsOf(() => deploy({ replicas: 2 }))).toEqual([]);
  expect(faultsOf(() => deploy(input([-1, 6], [-1, 2, 3])))).toEqual([]);
  expect(
    faultsOf(() =>
      deploy(
        batching({ preferredBatchSizes: [8], preserveOrdering: true, priorityLevels: 1, defaultPriorityLevel: 1 }),
      ),
    ),
  ).toEqual([]);
  const old = { ...vllm({}), instanceType: GpuInstanceType.P3DN_24XLARGE, tritonRelease: TritonRelease.V24_12 };
  expect(faultsOf(() => deploy(old))).toEqual([]);
});
