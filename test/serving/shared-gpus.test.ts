import { GpuInstanceType } from '../../lib/catalog/gpu-instance-type';
import { GpuNodePool } from '../../lib/compute/pools/gpu-node-pool';
import { GpuSharing } from '../../lib/compute/pools/gpu-sharing';
import { TritonDeployment } from '../../lib/serving/triton-deployment';
import { TritonModel } from '../../lib/serving/triton-model';
import { testEksCluster } from '../compute/test-eks-cluster';
import { synthesise } from '../support/synth';
import { TestStore, llama8b, onnxProps } from './support/fixtures';

function deploy(gpuSharing: GpuSharing, model: TritonModel, replicas = 1) {
  return synthesise((stack) => {
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
])('a language model is planned for whole GPUs, and refused on a pool with %s', (kind, gpuSharing) => {
  expect(() => deploy(gpuSharing, llama8b)).toThrow(
    `pool 'pool' shares its GPUs (${kind}), but 'chat' is planned with the memory of whole ones`,
  );
});

test('models without a plan take as many shares as there are', () => {
  const onnx = TritonModel.onnxRuntime(onnxProps);
  expect(deploy(GpuSharing.timeSlicing(4), onnx, 4).only('kubernetes_deployment_v1').spec.replicas).toBe('4');
  expect(() => deploy(GpuSharing.timeSlicing(4), onnx, 5)).toThrow(/replicas must be at most 4/);
});
