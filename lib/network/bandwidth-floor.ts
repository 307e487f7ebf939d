import { GpuNodeType } from '../catalog/gpu-node-type';

/**
 * Share of the fabric's rate that the bus bandwidth of an all-reduce over two nodes must reach.
 *
 * NVLink within the node and GPUDirect: two p5.48xlarge are accepted from 300 GB/s on, less 10 %, of 400 GB/s (0.68; NVIDIA/aicr,
 * `recipes/overlays/h100-eks-ubuntu-training.yaml`), and two p4d.24xlarge reached 32.8 GB/s at 1 GiB of 50 GB/s (0.66;
 * aws-samples/aws-efa-eks 043dbe7, README). The floor is a tenth below both.
 */
const NVLINK_SHARE = 0.6;

/**
 * Through host memory the node is the bottleneck, not the fabric: two g6e.48xlarge reached 3 GB/s of 50 GB/s (0.06; aws/aws-ofi-nccl#547,
 * where its maintainers say, in August 2025, that only P types from P4d on have GPUDirect). This floor only shows that EFA works.
 */
const HOST_MEMORY_SHARE = 0.05;

/**
 * Bus bandwidth in GB/s below which an all-reduce over a fabric fails.
 *
 * @param gbps rate of the fabric of one node
 * @param type hardware of the nodes
 *
 * @internal
 */
export function bandwidthFloor(gbps: number, type: GpuNodeType): number {
  const rate = gbps / 8;
  return Math.round(rate * (type.gpuDirect ? NVLINK_SHARE : HOST_MEMORY_SHARE) * 100) / 100;
}
