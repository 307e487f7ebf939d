import { GpuInterconnect } from './gpu-interconnect';
import { GpuType } from './gpu-type';
import { NetworkCard } from './network-card';

/**
 * Facts of one EC2 instance type.
 *
 * Sources of every row: aws/karpenter-provider-aws 1d92708 (2026-08-21), which generates them from the EC2 API
 * (website/content/en/docs/reference/instance-types.md, pkg/providers/instancetype/zz_generated.vpclimits.go and
 * zz_generated.bandwidth.go); which cards hold EFA: the same counts, and aws/aws-parallelcluster#7143 for p6-b300; GPU links and
 * RDMA: aws/aws-ofi-nccl src/platform-aws.cpp and the EC2 user guide ("RDMA read is supported on all instances with Nitro version 4
 * and later, RDMA write on most"). p3.16xlarge is no longer in those lists: EC2 user guide, instance type specifications.
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
 * No link between GPUs but PCI Express, no RDMA.
 *
 * @internal
 */
export const PCIE = { interconnect: GpuInterconnect.PCIE, nvlinkDomainSize: 1, rdmaRead: false, rdmaWrite: false };
/**
 * The same on Nitro 4: RDMA read; write is not claimed, for want of a source that names these types.
 *
 * @internal
 */
export const NITRO4_PCIE = {
  interconnect: GpuInterconnect.PCIE,
  nvlinkDomainSize: 1,
  rdmaRead: true,
  rdmaWrite: false,
};
