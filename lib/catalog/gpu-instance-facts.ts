import { CpuArchitecture } from './cpu-architecture';
import { GpuInterconnect } from './gpu-interconnect';
import { GpuType } from './gpu-type';
import { NetworkCard } from './network-card';

/**
 * Facts of one EC2 instance type.
 *
 * Sources of every row: aws/karpenter-provider-aws 1d92708 (2026-08-21), which generates them from the EC2 API
 * (website/content/en/docs/reference/instance-types.md and pkg/providers/instancetype/zz_generated.vpclimits.go; P3, which is no longer
 * listed: website/content/en/v1.12/reference/instance-types.md). test/catalog/fixtures contains them, and a test compares every
 * cell.
 *
 * Which cards hold EFA: the same counts, and aws/aws-parallelcluster#7143 and #7210 for p6-b300. RDMA: the EC2 user guide (efa.html:
 * "RDMA read is supported on all instances with Nitro version 4 and later", write "on most"; Nitro 3 of P4d reads only), and
 * aws/aws-ofi-nccl 2daf7d3 src/platform-aws.cpp, which writes on p5, p5e, p5en and p6 and sends and receives on all others.
 *
 * @internal
 */
export interface InstanceFacts {
  readonly gpu: GpuType;
  readonly gpuCount: number;
  /** Memory of one GPU as EC2 reports it. */
  readonly gpuMemoryMib: number;
  readonly vcpus: number;
  readonly memoryGib: number;
  /** All instance-store volumes together. */
  readonly instanceStorageGb?: number;
  readonly networkCards: NetworkCard[];
  readonly ipv4PerInterface: number;
  readonly networkBandwidthGbps: number;
  readonly interconnect: GpuInterconnect;
  readonly nvlinkDomainSize: number;
  readonly rdmaRead: boolean;
  readonly rdmaWrite: boolean;
  readonly legacy?: boolean;
  /** @default CpuArchitecture.X86_64 */
  readonly architecture?: CpuArchitecture;
  /** Part of a GPU that a node has, as a virtual GPU; its `gpu` is that part. @default - whole GPUs */
  readonly fractionOfGpu?: number;
  /** Whether AWS sells it as Capacity Blocks alone. @default false */
  readonly blocksOnly?: boolean;
}

/**
 * 8 × V100: hybrid cube mesh; Nitro 3 and before, no RDMA.
 *
 * @internal
 */
export const V100_MESH = {
  interconnect: GpuInterconnect.NVLINK_MESH,
  nvlinkDomainSize: 8,
  rdmaRead: false,
  rdmaWrite: false,
};
/**
 * One V100, without any of that.
 *
 * @internal
 */
export const V100_ALONE = {
  interconnect: GpuInterconnect.PCIE,
  nvlinkDomainSize: 1,
  rdmaRead: false,
  rdmaWrite: false,
};
/**
 * 8 × A100: NVSwitch; RDMA read, but no write (aws-ofi-nccl uses send and receive).
 *
 * @internal
 */
export const A100_SWITCH = {
  interconnect: GpuInterconnect.NVSWITCH,
  nvlinkDomainSize: 8,
  rdmaRead: true,
  rdmaWrite: false,
};
/**
 * H100 and later: NVSwitch; RDMA read and write.
 *
 * @internal
 */
export const NITRO4_SWITCH = {
  interconnect: GpuInterconnect.NVSWITCH,
  nvlinkDomainSize: 8,
  rdmaRead: true,
  rdmaWrite: true,
};
/**
 * PCI Express is the only link between GPUs; no RDMA (ofiwg/libfabric#8452 for g4dn.metal; no source claims it for the others).
 *
 * @internal
 */
export const PCIE = { interconnect: GpuInterconnect.PCIE, nvlinkDomainSize: 1, rdmaRead: false, rdmaWrite: false };
/**
 * The same on Nitro 4: RDMA read, but of host memory only: these types have no GPUDirect (aws/aws-ofi-nccl#547, and `gdr_required` of
 * p5.4xlarge in the plugin's table). Writing is not claimed, because no source names these types.
 *
 * @internal
 */
export const NITRO4_PCIE = {
  interconnect: GpuInterconnect.PCIE,
  nvlinkDomainSize: 1,
  rdmaRead: true,
  rdmaWrite: false,
};
/**
 * The same on Nitro 6 with GPUs that read each other's memory directly ("GPUDirect P2P" of the announcements of G7e and G7); the user guide
 * (efa.html) lists RDMA read and write from the sizes with EFA on.
 *
 * @internal
 */
export const NITRO6_PCIE_PEER = {
  interconnect: GpuInterconnect.PCIE_PEER,
  nvlinkDomainSize: 1,
  rdmaRead: true,
  rdmaWrite: true,
};
