import { reasonsOf } from '../../support/faults';
import { Token } from 'cdktf';
import { GpuInstanceType, ModelSpec, Parallelism, Precision, TritonRelease } from '../../../lib/catalog';
import { ValidationError } from '../../../lib/core';
import {
  DynamicBatching,
  OnnxRuntimeModelProps,
  TensorDataType,
  TimeoutAction,
  TritonDeployment,
  TritonModel,
  VersionPolicy,
  VllmModelProps,
} from '../../../lib/serving';
import { DataSize } from '../../../lib/units';
import { DeploymentOverrides, TestPool, deploy, llama65b, llama8b, onnxProps, withSite } from '../support/fixtures';
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

test.each<[string, DeploymentOverrides, RegExp]>([
  [
    'two models of one name',
    { models: [llama8b, llama8b], instanceType: GpuInstanceType.G5_12XLARGE },
    /two models named 'chat'/,
  ],
  ['no model', { models: [] }, /models must not be empty/],
  [
    'tensor × pipeline above the GPUs of a node',
    vllm({ parallelism: Parallelism.of({ tensor: 8, pipeline: 2 }) }),
    /8 × 2 = 16 GPUs, but a node of type p4de\.24xlarge has 8/,
  ],
  [
    'heads not divisible by tensor',
    vllm({ parallelism: Parallelism.of({ tensor: 3 }) }),
    /32 attention heads of llama-3\.1-8b are not divisible by tensor parallelism 3; .* 1, 2, 4, 8/,
  ],
  [
    'more stages than layers',
    vllm({ parallelism: Parallelism.of({ tensor: 1, pipeline: 33 }) }),
    /33 is more than the 32 layers/,
  ],
  ['data parallelism in a server', vllm({ parallelism: Parallelism.of({ tensor: 1, data: 2 }) }), /use replicas: 2/],
  [
    'experts over fewer GPUs',
    vllm({ parallelism: Parallelism.of({ tensor: 4, expert: 2 }) }),
    /expert 2 with tensor 4/,
  ],
  [
    'weights above the GPU memory',
    {
      models: [TritonModel.vllm({ name: 'm', model: ModelSpec.LLAMA_65B })],
      instanceType: GpuInstanceType.P4DE_24XLARGE,
    },
    /llama-65b does not fit p4de\.24xlarge in fp16 with tensor 1 .*: 5\d\.\d GiB short on each GPU.*weights \(9\d %\).*ways out.*tensor 2/,
  ],
  [
    'a sequence that the key-value cache cannot hold',
    vllm({
      model: ModelSpec.LLAMA_65B,
      parallelism: Parallelism.of({ tensor: 2 }),
      contextLength: 2048,
      gpuMemoryUtilization: 0.78,
    }),
    /1 sequence\(s\) of 2048 tokens: \d\.\d GiB short on each GPU/,
  ],
  ['a context beyond the model', vllm({ contextLength: 999_999 }), /contextLength must be at most 131072.*got 999999/],
  [
    'bfloat16 on a T4',
    { ...vllm({ precision: Precision.BF16 }), instanceType: GpuInstanceType.G4DN_12XLARGE },
    /bf16 needs compute capability 8; T4/,
  ],
  [
    'a foreign cache precision',
    vllm({ kvCachePrecision: Precision.INT4 }),
    /must be fp8 or that of the weights \(fp16\); got int4/,
  ],
  ['no GPU memory', vllm({ gpuMemoryUtilization: 0 }), /gpuMemoryUtilization must be above 0 and at most 1; got 0/],
  ['dynamic batching on vLLM', vllm({ dynamicBatching: {} } as never), /dynamicBatching does not apply to vLLM/],
  [
    'a derived engine argument',
    vllm({ engineArguments: { tensor_parallel_size: 4 } }),
    /engineArguments must not name tensor_parallel_size.*use parallelism/,
  ],
  [
    'an engine argument that would escape the plan',
    vllm({ engineArguments: { max_model_len: 4 } }),
    /engineArguments must not name max_model_len.*use contextLength/,
  ],
  [
    'a quantization that the precision does not say',
    vllm({ quantization: 'awq' }),
    /quantization 'awq' makes weights of int4, but precision is fp16/,
  ],
  [
    'more full sequences than sequences',
    vllm({ concurrency: 9, maxSequences: 8 }),
    /concurrency 9 is more than maxSequences 8/,
  ],
  ['fractional sequences', vllm({ maxSequences: 1.5 }), /maxSequences must be an integer of at least 1; got 1\.5/],
  ['a token for the context', vllm({ contextLength: token }), /contextLength of model 'm' must be known at synthesis/],
  ['a token for replicas', { replicas: token }, /replicas must be known at synthesis/],
  ['a token in a shape', input([token]), /inputs of model 'fraud' must be known at synthesis/],
  ['no replica', { replicas: 0 }, /replicas must be an integer of at least 1; got 0/],
  ['a bad model name', vllm({ name: '../x' }), /name of a model must be at most 100 letters.*got '\.\.\/x'/],
  ['a bad version', vllm({ version: 'a/b' }), /version of model 'm' must be .*got 'a\/b'/],
  ['a bad name', { name: 'Not_A_Name' }, /name must be an RFC 1123 label.*got 'Not_A_Name'/],
  ['a name that no Service can have', { name: '65b' }, /name must start with a letter.*got '65b'/],
  ['a bad namespace', { namespace: 'UPPER' }, /namespace must be an RFC 1123 label/],
  [
    'more replicas than the pool has room for',
    { replicas: 3 },
    /replicas must be at most 2: .*at most 2 nodes of type g5\.xlarge.*raise maxNodes to 3/,
  ],
  [
    'more GPUs than a node',
    { models: ['a', 'b'].map((name) => TritonModel.vllm({ name, model: ModelSpec.LLAMA_3_1_8B })) },
    /need 2 GPUs together \('a' 1, 'b' 1\), but a node of type g5\.xlarge has 1/,
  ],
  [
    'backends of different images',
    { models: [llama8b, TritonModel.onnxRuntime(onnxProps)], instanceType: GpuInstanceType.G5_12XLARGE },
    /models on onnxruntime and vllm need different Triton images/,
  ],
  [
    'two models over several GPUs',
    {
      models: ['a', 'b'].map((name) =>
        TritonModel.vllm({ name, model: ModelSpec.LLAMA_3_1_8B, parallelism: Parallelism.of({ tensor: 2 }) }),
      ),
      instanceType: GpuInstanceType.P4DE_24XLARGE,
    },
    /only one model of a server may span several GPUs.*'a', 'b'/,
  ],
  [
    'a GPU that the release does not support',
    { ...vllm({}), instanceType: GpuInstanceType.P3DN_24XLARGE },
    /Triton 26\.02 supports compute capability 7\.5 and later; V100-32GB \(p3dn\.24xlarge\) has 7\.0; use tritonRelease 24\.12/,
  ],
  ['a startup budget below the read time', { startupBudget: 30 }, /startupBudget must be at least 69 s.*got 30 s/],
  [
    'more memory than the node',
    { resources: { memory: DataSize.gib(15) } },
    /a pod needs 15360 MiB of memory, but a g5\.xlarge has \d+ for pods/,
  ],
  [
    'more disk than the node',
    { resources: { ephemeralStorage: DataSize.gib(300) } },
    /needs 307200 MiB of local disk, but a g5\.xlarge has/,
  ],
  ['more CPU than the node', { resources: { cpu: 4 } }, /needs 4000 thousandths of CPU, but a g5\.xlarge has 3320/],
  [
    'an argument that the pod relies on',
    { extraArguments: ['--http-port=1'] },
    /extraArguments must not hold --http-port/,
  ],
  ['a negative batch', onnx({ maxBatchSize: -1 }), /maxBatchSize must be an integer of at least 0; got -1/],
  ['no inputs', onnx({ inputs: [] }), /inputs must not be empty/],
  ['an input twice', onnx({ inputs: [onnxProps.inputs[0], onnxProps.inputs[0]] }), /inputs name 'features' twice/],
  ['no dimension', input([]), /dims must have at least one dimension/],
  ['a dimension of zero', input([0]), /dimensions must be positive or -1; got 0/],
  ['an empty reshape without batching', input([1], [], 0), /an empty reshape needs a model that batches/],
  ['an empty reshape of several elements', input([2], []), /an empty reshape needs dims of one element/],
  ['a reshape of other size', input([2, 3], [7]), /must hold as many elements/],
  ['a reshape of other variable dimensions', input([-1, 3], [3]), /must have as many dimensions of any size/],
  [
    'a reshape that moves elements over a variable dimension',
    input([2, -1, 3], [3, -1, 2]),
    /must hold as many elements/,
  ],
  ['batching without a batch dimension', batching({}, 0), /dynamicBatching needs a maxBatchSize of at least 1; got 0/],
  [
    'a preferred size above the largest',
    batching({ preferredBatchSizes: [16] }),
    /must lie in 1 to maxBatchSize \(8\); got 16/,
  ],
  [
    'a default priority out of range',
    batching({ priorityLevels: 2, defaultPriorityLevel: 3 }),
    /defaultPriorityLevel must lie in 1 to priorityLevels \(2\); got 3/,
  ],
  ['a default priority without levels', batching({ defaultPriorityLevel: 1 }), /priorityLevels \(0\); got 1/],
  [
    'a queue of a level that is none',
    batching({ priorityLevels: 2, priorityQueues: { '3': {} } }),
    /keys of priorityQueues must lie in 1 to priorityLevels \(2\); got '3'/,
  ],
  [
    'ordering with priorities',
    batching({ preserveOrdering: true, priorityLevels: 2 }),
    /preserveOrdering allows one priority level only/,
  ],
  [
    'ordering with delays',
    batching({ preserveOrdering: true, queue: { timeoutAction: TimeoutAction.DELAY } }),
    /excludes the timeout action DELAY \(queue\)/,
  ],
  [
    'a negative queue',
    batching({ queue: { maxQueueSize: -1 } }),
    /queue\.maxQueueSize must be an integer of at least 0/,
  ],
  [
    'no buckets',
    onnx({ latencyBucketsMs: [] }),
    /latencyBucketsMs of model 'fraud' must be positive numbers in ascending order/,
  ],
  ['buckets out of order', onnx({ latencyBucketsMs: [5, 1] }), /in ascending order.*got \[5, 1\]/],
  [
    'several versions that are no numbers',
    onnx({ version: '2', otherVersions: ['old'] }),
    /each must be a positive integer; got 'old'/,
  ],
  [
    'a version policy without versions',
    onnx({ versionPolicy: VersionPolicy.specific([]) }),
    /must name at least one version/,
  ],
  [
    'a version that is not assembled',
    onnx({ versionPolicy: VersionPolicy.specific([2]) }),
    /names version 2, but only 1 is assembled/,
  ],
  ['a latest of none', onnx({ versionPolicy: VersionPolicy.latest(0) }), /latest must count at least 1 version; got 0/],
  ['a file name with a path', onnx({ fileName: 'a/b.onnx' }), /fileName must be a plain file name/],
  [
    'ONNX instances above the GPU memory',
    onnx({ modelSize: DataSize.gib(2), instances: { count: 20 } }),
    /20 instances of 1 versions need 40 GiB of GPU memory, but a A10G has/,
  ],
  [
    'an optional output',
    onnx({ outputs: [{ ...onnxProps.outputs[0], optional: true }] }),
    /output 'score' cannot be optional/,
  ],
])('refuses %s', (_what, overrides, message) => {
  expect(faultsOf(() => deploy(overrides)).join('\n')).toMatch(message);
});

test('tells every fault at once', () => {
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
