import { GpuInstanceType, GpuNodeType, GpuType, ModelSpec, Parallelism } from '../../lib/catalog';
import { GpuNodePool } from '../../lib/compute/pools/managed/gpu-node-pool';
import { GpuSharing } from '../../lib/compute/pools/options/gpu-sharing';
import { RdmaFabric } from '../../lib/network';
import { Indicator } from '../../lib/monitoring';
import { ModelInstances, PythonCode, TritonDeployment, TritonModel } from '../../lib/serving';
import { DataSize } from '../../lib/units';
import { testEksCluster } from '../compute/test-eks-cluster';
import { synthesize } from '../support/synth';
import { TestStore, deploy, llama65b, llama8b, onnxProps } from './support/fixtures';
import { deployVllm } from './support/vllm-fixtures';

const other = TritonModel.vllm({ name: 'other', model: ModelSpec.LLAMA_3_1_8B });
const OWN = GpuNodeType.custom({
  ...{ name: 'my-node', gpu: GpuType.H200, gpuCount: 4, vcpus: 64, memory: DataSize.gib(512) },
});

// Prices: karpenter-provider-aws 1d92708, zz_generated.pricing_aws.go: g5.xlarge 1.006, g5.12xlarge 5.672, p4de.24xlarge 27.44705, p5.48xlarge 55.04.
describe('US dollars for an hour of one server', () => {
  test.each([
    ['all of its node', deploy().deployment, { chat: 1.006 }],
    ['eight of eight GPUs', deploy({ models: [llama65b], instanceType: GpuInstanceType.P4DE_24XLARGE }).deployment, { deepseek: 27.44705 }], // prettier-ignore
    [
      'two of four GPUs, the same for each model of the server',
      deploy({ models: [other, llama8b], instanceType: GpuInstanceType.G5_12XLARGE }).deployment,
      { chat: 2.836, other: 2.836 },
    ],
    ['two of four GPUs of vLLM', deployVllm({ instanceType: GpuInstanceType.G5_12XLARGE }).deployment, { chat: 2.836 }],
    [
      'both nodes of a group',
      deployVllm({
        instanceType: GpuInstanceType.P5_48XLARGE,
        maxNodes: 2,
        fabric: RdmaFabric.efa(),
        vllmImage: 'registry.example.com/vllm-efa:0.24.0',
        model: { model: ModelSpec.LLAMA_3_1_70B, parallelism: Parallelism.of({ tensor: 8, pipeline: 2 }) },
      }).deployment,
      { chat: 110.08 },
    ],
  ])('%s', (_, { metricsTarget }, prices) => expect(metricsTarget.pricePerHour).toEqual(prices));

  test.each([
    // g5.4xlarge 1.624 with one GPU in four shares; p4de.24xlarge with eight GPUs in seven instances each.
    [GpuSharing.timeSlicing(4), GpuInstanceType.G5_4XLARGE, 0.406],
    [GpuSharing.mig('1g.10gb'), GpuInstanceType.P4DE_24XLARGE, 0.490126],
  ])('a share of a GPU costs its part: %s', (gpuSharing, instanceType, price) => {
    let target: TritonDeployment['metricsTarget'] | undefined;
    synthesize((stack) => {
      const cluster = testEksCluster(stack);
      const nodePool = new GpuNodePool(stack, 'Pool', { cluster, instanceType, gpuSharing, minNodes: 1, maxNodes: 1 });
      const modelStore = new TestStore(stack, 'Store');
      const models = [TritonModel.onnxRuntime(onnxProps)];
      target = new TritonDeployment(stack, 'Fraud', { cluster, nodePool, modelStore, models }).metricsTarget;
    });
    expect(target?.pricePerHour).toEqual({ [onnxProps.name]: price });
  });

  test('is not known of own hardware, and no cost is recorded then', () => {
    const { metricsTarget } = deployVllm({ instanceType: OWN }).deployment;
    expect(metricsTarget.pricePerHour).toEqual({});
    expect(Indicator.COST.isAvailable(metricsTarget)).toBe(false);
  });

  test('is the numerator of the cost of tokens', () => {
    expect(Indicator.COST.query(deployVllm().deployment.metricsTarget).expr).toContain('1e6 * 1.006 / 3600');
    expect(Indicator.COST.query(deploy().deployment.metricsTarget).expr).toContain('1e6 * 1.006 / 3600');
  });
});

describe('the engine behind Triton', () => {
  test('is named of each model that one executes', () => {
    const rules = TritonModel.python({
      ...onnxProps,
      name: 'rules',
      instances: ModelInstances.onCpu(1),
      code: PythonCode.inline({ 'model.py': 'class TritonPythonModel:\n    pass\n' }),
    });
    const { metricsTarget } = deploy({ models: [llama8b, rules] }).deployment;
    expect(metricsTarget.engines).toEqual({ chat: 'triton-vllm' });
    expect(Indicator.QUEUE_TIME.query(metricsTarget).models).toEqual(['rules']);
    expect(Indicator.TOKENS.query(metricsTarget).models).toEqual(['chat']);
  });

  test('has its own queue also without its metrics', () => {
    const quiet = TritonModel.vllm({ name: 'chat', model: ModelSpec.LLAMA_3_1_8B, engineMetrics: false });
    const { metricsTarget } = deploy({ models: [quiet] }).deployment;
    expect(metricsTarget.exporters).toEqual(['triton']);
    expect(metricsTarget.engines).toEqual({ chat: 'triton-vllm' });
    expect(Indicator.QUEUE_TIME.isAvailable(metricsTarget)).toBe(false);
  });

  test('is that of TensorRT-LLM', () => {
    const models = [TritonModel.tensorRtLlm({ name: 'chat', model: ModelSpec.LLAMA_3_1_8B })];
    expect(deploy({ models }).deployment.metricsTarget.engines).toEqual({ chat: 'triton-tensorrtllm' });
  });

  test('is none of a server of vLLM alone', () => {
    expect(deployVllm().deployment.metricsTarget.engines).toEqual({});
  });
});
