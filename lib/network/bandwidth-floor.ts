import { GpuInstanceType } from '../catalog/gpu-instance-type';
import { IRdmaFabric } from '../core/rdma-fabric';

/**
 * Part of the fabric's rate that an all-reduce over two nodes must reach as bus bandwidth.
 *
 * NVLink within the node and GPUDirect: two p5.48xlarge are accepted from 300 GB/s on, less 10 %, of 400 GB/s (0.68; NVIDIA/aicr,
 * `recipes/overlays/h100-eks-ubuntu-training.yaml`), and two p4d.24xlarge reached 32.8 GB/s at 1 GiB of 50 GB/s (0.66;
 * aws-samples/aws-efa-eks 043dbe7, README). A tenth below both.
 */
const WITH_NVLINK = 0.6;

/** Through PCI Express and host memory the node, not the fabric, is what limits; it shows that every interface works, no more. */
const WITHOUT = 0.2;

/**
 * Bus bandwidth in GB/s below which an all-reduce of nodes with a fabric is a fault.
 *
 * @internal
 */
export function bandwidthFloor(fabric: IRdmaFabric, type: GpuInstanceType): number {
  const direct = type.rdmaRead || type.rdmaWrite || type.isCustom;
  const fast = direct && (type.nvlinkDomainSize > 1 || type.gpuCount === 1);
  const rate = fabric.bandwidthGbps(type) / 8;
  return Math.round(rate * (fast ? WITH_NVLINK : WITHOUT) * 10) / 10;
}
