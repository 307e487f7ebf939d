import { TerraformStack } from 'cdktf';
import { DataSize, GpuNodeType, GpuInterconnect, GpuType } from '../../lib';
import { ExistingGpuNodePool, ExistingGpuNodePoolProps } from '../../lib/compute/pools/existing/existing-gpu-node-pool';
import { IKubernetesCluster } from '../../lib/core/kubernetes-cluster';
import { RdmaFabric } from '../../lib/network/rdma-fabric';

/** A node with 8 x H100 and 8 x 400 Gb/s, as a DGX H100 has. */
export const RACK = GpuNodeType.custom({
  name: 'dgx-h100',
  gpu: GpuType.H100,
  gpuCount: 8,
  vcpus: 224,
  memory: DataSize.gib(2048),
  interconnect: GpuInterconnect.NVSWITCH,
  networkBandwidthGbps: 3200,
});

/** Eight NDR adapters. */
export const NDR = { adaptersPerNode: 8, gbpsPerAdapter: 400 };

/** A pool of such nodes with InfiniBand. */
export function rack(
  stack: TerraformStack,
  cluster: IKubernetesCluster,
  props: Partial<ExistingGpuNodePoolProps> = {},
  id = 'Rack',
): ExistingGpuNodePool {
  const fabric = RdmaFabric.infiniband(NDR);
  return new ExistingGpuNodePool(stack, id, { cluster, hardware: RACK, nodes: 4, fabric, ...props });
}
