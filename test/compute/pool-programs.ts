import { TerraformStack } from 'cdktf';
import { GpuInstanceType } from '../../lib/catalog/gpu-instance-type';
import { GpuType } from '../../lib/catalog/gpu-type';
import { ExistingGpuNodePool, ExistingGpuNodePoolProps } from '../../lib/compute/pools/existing/existing-gpu-node-pool';
import { KarpenterGpuNodePool } from '../../lib/compute/pools/karpenter/karpenter-gpu-node-pool';
import { KarpenterGpuNodePoolProps } from '../../lib/compute/pools/karpenter/karpenter-gpu-node-pool-props';
import { GpuNodePool } from '../../lib/compute/pools/managed/gpu-node-pool';
import { Autoscaling } from '../../lib/compute/pools/options/autoscaling';
import { Capacity, CapacityBlock } from '../../lib/compute/pools/options/capacity';
import { GpuNodePoolProps } from '../../lib/compute/pools/shared/gpu-node-pool-props';
import { RdmaFabric } from '../../lib/network/rdma-fabric';
import { Fault } from '../../lib/units';
import { DataSize } from '../../lib/units/data-size';
import { fault } from '../../lib/units/fault';
import { TestEksClusterProps, testEksCluster } from './test-eks-cluster';
import { testStack } from '../support/synth';
import { testCluster } from '../support/test-cluster';

const { G5_XLARGE, P5_48XLARGE } = GpuInstanceType;
type Options = Partial<GpuNodePoolProps>;

export const managed =
  (options: Options, cluster: TestEksClusterProps = {}) =>
  () => {
    const stack = testStack();
    // Reserved capacity is of a type that is sold as capacity blocks.
    const instanceType = options.capacity?.block ? P5_48XLARGE : G5_XLARGE;
    const props = { cluster: testEksCluster(stack, cluster), instanceType, minNodes: 1, maxNodes: 2 };
    new GpuNodePool(stack, 'Chat', { ...props, ...options });
  };

export const karpenter =
  (options: Options & Pick<KarpenterGpuNodePoolProps, 'otherInstanceTypes'>, cluster: TestEksClusterProps = {}) =>
  () => {
    const stack = testStack();
    const props = { cluster: testEksCluster(stack, cluster), instanceType: G5_XLARGE, minNodes: 0, maxNodes: 2 };
    new KarpenterGpuNodePool(stack, 'Chat', { ...props, ...options });
  };

export const existing =
  (...pools: Partial<ExistingGpuNodePoolProps>[]) =>
  () => {
    const stack = testStack();
    const cluster = testCluster(stack);
    const props = { cluster, hardware: G5_XLARGE, nodes: 1, driverInImage: true };
    pools.forEach((pool, index) => new ExistingGpuNodePool(stack, `Rack${index}`, { ...props, ...pool }));
  };

/** The warnings of what is made in a stack, as faults: annotations keep no property. */
export const warnings = (id: string, property: string, make: (stack: TerraformStack) => void) => (): Fault[] => {
  const stack = testStack();
  make(stack);
  const mark = `[gpu-inference-constructs:${id}] `;
  return stack.node
    .findAll()
    .flatMap(({ node }) => node.metadata.map(({ data }) => String(data)))
    .filter((text) => text.startsWith(mark))
    .map((text) => fault(id, property, text.slice(mark.length)));
};

export const EFA: Options = { instanceType: P5_48XLARGE, fabric: RdmaFabric.efa() };
export const ZONES = { availabilityZones: ['us-west-2a', 'us-west-2b'] };
export const GIVEN: CapacityBlock = {
  reservationId: 'cr-1',
  availabilityZone: 'us-west-2b',
  start: '2027-01-11T11:30:00Z',
  end: '2027-01-25T11:30:00Z',
  instances: 4,
};
export const block = (more: Partial<CapacityBlock> = {}) => Capacity.capacityBlock({ ...GIVEN, ...more });
export const AUTOSCALED: Options = { autoscaling: Autoscaling.clusterAutoscaler() };
export const card = (index: number, maxInterfaces: number) => [{ index, maxInterfaces, efa: true }];
export const unlisted = (networkCards: { index: number; maxInterfaces: number; efa: boolean }[]) =>
  GpuInstanceType.unlisted({
    name: 'g9.metal',
    gpu: GpuType.H100,
    gpuCount: 8,
    vcpus: 96,
    memory: DataSize.gib(1024),
    networkCards,
  });
export const twoPools = (stack: TerraformStack, minNodes: number, maxNodes: number) => {
  const cluster = testEksCluster(stack, ZONES);
  for (const id of ['a', 'b']) {
    new GpuNodePool(stack, id, { cluster, instanceType: P5_48XLARGE, minNodes, maxNodes, capacity: block() });
  }
};
