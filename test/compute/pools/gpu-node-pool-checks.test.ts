import { GpuInstanceType } from '../../../lib/catalog/gpu-instance-type';
import { GpuSharing } from '../../../lib/compute/pools/options/gpu-sharing';
import { NodeImage } from '../../../lib/compute/pools/options/node-image';
import { NcclAcceptanceTest } from '../../../lib/network/nccl-acceptance-test';
import { RdmaFabric } from '../../../lib/network/rdma-fabric';
import { synthesize } from '../../support/synth';
import { EFA, addPool } from '../test-pool';

test('a pool tells the checks across the cluster its fabric, subnets, pods and shared GPUs', () => {
  synthesize((stack) => {
    const subnets = { subnetIds: ['subnet-a', 'subnet-b'], subnetCidrs: ['10.0.0.0/24', '10.0.1.0/24'] };
    const p5 = addPool(stack, EFA, subnets);
    expect(p5.fabric?.kind).toBe('efa');
    // The 51-pod trap: an EFA-only interface takes one of two interfaces of card 0.
    expect(p5.allocatable).toEqual({ pods: '51', 'nvidia.com/gpu': '8' });
    expect(p5.subnets).toEqual([{ subnetId: 'subnet-a', usableAddresses: 251 }]);
  });
  synthesize((stack) => {
    const options = { instanceType: GpuInstanceType.G5_XLARGE, gpuSharing: GpuSharing.timeSlicing(4) };
    const g5 = addPool(stack, { ...options, fabric: RdmaFabric.none() });
    expect(g5.allocatable).toEqual({ pods: '58', 'nvidia.com/gpu': '4' });
  });
});

test('a small node of Bottlerocket sets fewer huge pages aside than a pod with EFA requests', () => {
  const build = (image: NodeImage) =>
    synthesize((stack) => {
      const nodePool = addPool(stack, { ...EFA, instanceType: GpuInstanceType.P5_4XLARGE, image });
      new NcclAcceptanceTest(stack, 'Accept', { nodePool });
    });
  expect(() => build(NodeImage.AL2023_NVIDIA)).not.toThrow();
  expect(() => build(NodeImage.BOTTLEROCKET_NVIDIA)).toThrow(/hugepages-2Mi/);
});
