import { TerraformStack } from 'cdktf';
import { GpuInstanceType } from '../../../lib/catalog/gpu-instance-type';
import { GpuNodePool } from '../../../lib/compute/pools/managed/gpu-node-pool';
import { GpuSharing } from '../../../lib/compute/pools/options/gpu-sharing';
import { TritonDeployment } from '../../../lib/serving/triton/triton-deployment';
import { ModelInstances } from '../../../lib/serving/triton/model-instances';
import { TritonModel } from '../../../lib/serving/triton/triton-model';
import { RdmaFabric } from '../../../lib/network/rdma-fabric';
import { DataSize } from '../../../lib/units/data-size';
import { testEksCluster } from '../../compute/test-eks-cluster';
import { rack } from '../../network/support';
import { faultsThrown, idsOf } from '../../support/faults';
import { synthesize } from '../../support/synth';
import { testCluster } from '../../support/test-cluster';
import { TestStore, llama8b, onnxProps } from '../support/fixtures';

function deploy(gpuSharing: GpuSharing, model: TritonModel, replicas = 1) {
  return synthesize((stack) => {
    const cluster = testEksCluster(stack);
    const instanceType = gpuSharing.migProfile ? GpuInstanceType.P4DE_24XLARGE : GpuInstanceType.G5_4XLARGE;
    const nodePool = new GpuNodePool(stack, 'Pool', { cluster, instanceType, gpuSharing, minNodes: 1, maxNodes: 1 });
    const modelStore = new TestStore(stack, 'Store');
    new TritonDeployment(stack, 'Chat', { cluster, nodePool, modelStore, models: [model], replicas });
  });
}

test.each([
  ['time-slicing', GpuSharing.timeSlicing(4)],
  ['mig', GpuSharing.mig('1g.10gb')],
])('a language model is planned for whole GPUs, and refused on a pool with %s', (_kind, gpuSharing) => {
  expect(idsOf(faultsThrown(() => deploy(gpuSharing, llama8b)))).toEqual(['PLAN_NEEDS_WHOLE_GPUS models[0]']);
});

test('models without a plan take as many shares as there are', () => {
  const onnx = TritonModel.onnxRuntime(onnxProps);
  expect(deploy(GpuSharing.timeSlicing(4), onnx, 4).only('kubernetes_deployment_v1').spec.replicas).toBe('4');
  expect(idsOf(faultsThrown(() => deploy(GpuSharing.timeSlicing(4), onnx, 5)))).toEqual([
    'REPLICAS_EXCEED_POOL replicas',
  ]);
});

describe('own nodes that share their GPUs', () => {
  const onRack = (gpuSharing: GpuSharing, models: TritonModel[], replicas = 1) =>
    synthesize((stack: TerraformStack) => {
      const cluster = testCluster(stack);
      const nodePool = rack(stack, cluster, { nodes: 1, fabric: RdmaFabric.none(), gpuSharing });
      const modelStore = new TestStore(stack, 'Store');
      new TritonDeployment(stack, 'Chat', { cluster, nodePool, modelStore, models, replicas });
    }).only('kubernetes_deployment_v1').spec.template.spec.container[0].resources;
  const onnx = (props: { modelSize?: DataSize; gpus?: number; name?: string } = {}) =>
    TritonModel.onnxRuntime({
      ...onnxProps,
      name: props.name ?? onnxProps.name,
      modelSize: props.modelSize,
      instances: props.gpus === undefined ? undefined : ModelInstances.onGpus(props.gpus),
    });
  const instance = GpuSharing.mig('1g.10gb');

  test('pods ask for shares by their name', () => {
    const { requests, limits } = onRack(instance.renamed(), [onnx()], 56);
    expect(requests['nvidia.com/mig-1g.10gb']).toBe('1');
    expect(limits['nvidia.com/mig-1g.10gb']).toBe('1');
    expect(requests).not.toHaveProperty(['nvidia.com/gpu']);
    expect(onRack(GpuSharing.timeSlicing(4).renamed(), [onnx()]).limits['nvidia.com/gpu.shared']).toBe('1');
    expect(onRack(GpuSharing.none(), [onnx()]).limits['nvidia.com/gpu']).toBe('1');
  });

  test('a language model is refused', () => {
    expect(idsOf(faultsThrown(() => onRack(instance.renamed(), [llama8b])))).toEqual([
      'PLAN_NEEDS_WHOLE_GPUS models[0]',
    ]);
  });

  test('a model must fit a share, not a GPU', () => {
    const modelSize = DataSize.gib(12);
    expect(() => onRack(GpuSharing.none(), [onnx({ modelSize })])).not.toThrow();
    expect(() => onRack(instance, [onnx({ modelSize })])).toThrow(/but a share of the pool's H100 has 9\.39 GiB/);
    expect(() => onRack(GpuSharing.timeSlicing(8), [onnx({ modelSize })])).toThrow(
      /a share of the pool's H100 has 9\.89 GiB/,
    );
    expect(() => onRack(GpuSharing.timeSlicing(64), [onnx()])).toThrow(
      /or set modelSize, which is assumed to be 2 GiB/,
    );
  });

  test('a process sees one instance', () => {
    for (const models of [[onnx({ gpus: 2 })], [onnx(), onnx({ name: 'other' })]])
      expect(idsOf(faultsThrown(() => onRack(instance, models)))).toEqual(['SERVER_NEEDS_SEVERAL_SHARES models']);
  });
});
