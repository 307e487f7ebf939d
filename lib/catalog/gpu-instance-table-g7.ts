import { InstanceFacts, NITRO6_PCIE_PEER } from './gpu-instance-facts';
import { GpuType } from './gpu-type';
import { cards } from './network-cards';

/**
 * Names of the instance types of this table.
 *
 * @internal
 */
export type G7InstanceName =
  | 'g7.2xlarge'
  | 'g7.4xlarge'
  | 'g7.8xlarge'
  | 'g7.12xlarge'
  | 'g7.24xlarge'
  | 'g7.48xlarge'
  | 'g7e.2xlarge'
  | 'g7e.4xlarge'
  | 'g7e.8xlarge'
  | 'g7e.12xlarge'
  | 'g7e.24xlarge'
  | 'g7e.48xlarge';

/**
 * The G7 and G7e families: GPUs of Blackwell that reach each other by PCI Express. Sources: see `InstanceFacts`.
 *
 * @internal
 */
export const G7_INSTANCES: { readonly [K in G7InstanceName]: InstanceFacts } = {
  'g7.2xlarge': {
    ...NITRO6_PCIE_PEER,
    gpu: GpuType.RTX_PRO_4500,
    gpuCount: 1,
    gpuMemoryMib: 32768,
    vcpus: 8,
    memoryGib: 32,
    instanceStorageGb: 440,
    networkCards: cards(1, 4, 0),
    ipv4PerInterface: 64,
    networkBandwidthGbps: 60,
  },
  'g7.4xlarge': {
    ...NITRO6_PCIE_PEER,
    gpu: GpuType.RTX_PRO_4500,
    gpuCount: 1,
    gpuMemoryMib: 32768,
    vcpus: 16,
    memoryGib: 64,
    instanceStorageGb: 875,
    networkCards: cards(1, 8, 0),
    ipv4PerInterface: 64,
    networkBandwidthGbps: 60,
  },
  'g7.8xlarge': {
    ...NITRO6_PCIE_PEER,
    gpu: GpuType.RTX_PRO_4500,
    gpuCount: 1,
    gpuMemoryMib: 32768,
    vcpus: 32,
    memoryGib: 128,
    instanceStorageGb: 930,
    networkCards: cards(1, 10, 1),
    ipv4PerInterface: 64,
    networkBandwidthGbps: 80,
  },
  'g7.12xlarge': {
    ...NITRO6_PCIE_PEER,
    gpu: GpuType.RTX_PRO_4500,
    gpuCount: 2,
    gpuMemoryMib: 32768,
    vcpus: 48,
    memoryGib: 192,
    instanceStorageGb: 1900,
    networkCards: cards(1, 12, 1),
    ipv4PerInterface: 64,
    networkBandwidthGbps: 175,
  },
  'g7.24xlarge': {
    ...NITRO6_PCIE_PEER,
    gpu: GpuType.RTX_PRO_4500,
    gpuCount: 4,
    gpuMemoryMib: 32768,
    vcpus: 96,
    memoryGib: 384,
    instanceStorageGb: 3800,
    networkCards: cards(1, 24, 1),
    ipv4PerInterface: 64,
    networkBandwidthGbps: 350,
  },
  'g7.48xlarge': {
    ...NITRO6_PCIE_PEER,
    gpu: GpuType.RTX_PRO_4500,
    gpuCount: 8,
    gpuMemoryMib: 32768,
    vcpus: 192,
    memoryGib: 768,
    instanceStorageGb: 7600,
    networkCards: cards(2, 12, 2),
    ipv4PerInterface: 64,
    networkBandwidthGbps: 700,
  },
  'g7e.2xlarge': {
    ...NITRO6_PCIE_PEER,
    gpu: GpuType.RTX_PRO_6000,
    gpuCount: 1,
    gpuMemoryMib: 98304,
    vcpus: 8,
    memoryGib: 64,
    instanceStorageGb: 1900,
    networkCards: cards(1, 4, 0),
    ipv4PerInterface: 64,
    networkBandwidthGbps: 50,
  },
  'g7e.4xlarge': {
    ...NITRO6_PCIE_PEER,
    gpu: GpuType.RTX_PRO_6000,
    gpuCount: 1,
    gpuMemoryMib: 98304,
    vcpus: 16,
    memoryGib: 128,
    instanceStorageGb: 1900,
    networkCards: cards(1, 8, 0),
    ipv4PerInterface: 64,
    networkBandwidthGbps: 50,
  },
  'g7e.8xlarge': {
    ...NITRO6_PCIE_PEER,
    gpu: GpuType.RTX_PRO_6000,
    gpuCount: 1,
    gpuMemoryMib: 98304,
    vcpus: 32,
    memoryGib: 256,
    instanceStorageGb: 1900,
    networkCards: cards(1, 8, 1),
    ipv4PerInterface: 64,
    networkBandwidthGbps: 100,
  },
  'g7e.12xlarge': {
    ...NITRO6_PCIE_PEER,
    gpu: GpuType.RTX_PRO_6000,
    gpuCount: 2,
    gpuMemoryMib: 98304,
    vcpus: 48,
    memoryGib: 512,
    instanceStorageGb: 3800,
    networkCards: cards(1, 10, 1),
    ipv4PerInterface: 64,
    networkBandwidthGbps: 400,
  },
  'g7e.24xlarge': {
    ...NITRO6_PCIE_PEER,
    gpu: GpuType.RTX_PRO_6000,
    gpuCount: 4,
    gpuMemoryMib: 98304,
    vcpus: 96,
    memoryGib: 1024,
    instanceStorageGb: 7600,
    networkCards: cards(2, 10, 2),
    ipv4PerInterface: 64,
    networkBandwidthGbps: 800,
  },
  'g7e.48xlarge': {
    ...NITRO6_PCIE_PEER,
    gpu: GpuType.RTX_PRO_6000,
    gpuCount: 8,
    gpuMemoryMib: 98304,
    vcpus: 192,
    memoryGib: 2048,
    instanceStorageGb: 15200,
    networkCards: cards(4, 10, 4),
    ipv4PerInterface: 64,
    networkBandwidthGbps: 1600,
  },
};
