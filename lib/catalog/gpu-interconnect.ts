/** How the GPUs of one node reach each other. */
export enum GpuInterconnect {
  /** Every GPU reaches every other at full NVLink rate through NVSwitch. */
  NVSWITCH = 'NVSWITCH',
  /** NVLink between some pairs only (the hybrid cube mesh of 8 × V100); other pairs go through a neighbor or PCIe. */
  NVLINK_MESH = 'NVLINK_MESH',
  /** PCI Express, GPU to GPU without a copy in host memory (RTX PRO servers, some on-premises hardware). */
  PCIE_PEER = 'PCIE_PEER',
  /** PCI Express only, staged through host memory, as on EC2. */
  PCIE = 'PCIE',
}

/**
 * Whether the GPUs of a node have no link but PCI Express, so that no smaller group of them is any faster.
 *
 * @internal
 */
export function isPcie(interconnect: GpuInterconnect): boolean {
  return interconnect === GpuInterconnect.PCIE || interconnect === GpuInterconnect.PCIE_PEER;
}
