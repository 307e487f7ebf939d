/** How the GPUs of one node reach each other. */
export enum GpuInterconnect {
  /** Every GPU reaches every other at full NVLink rate through NVSwitch. */
  NVSWITCH = 'NVSWITCH',
  /** NVLink between some pairs only (the hybrid cube mesh of 8 × V100); other pairs go through a neighbour or PCIe. */
  NVLINK_MESH = 'NVLINK_MESH',
  /** PCI Express only; on EC2 staged through host memory. */
  PCIE = 'PCIE',
}
