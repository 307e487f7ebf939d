import { InstanceFacts, PCIE } from './gpu-instance-facts';
import { GpuType } from './gpu-type';
import { cards } from './network-cards';

/**
 * Names of the instance types of this table.
 *
 * @internal
 */
export type GInstanceName =
  | 'g4dn.xlarge'
  | 'g4dn.2xlarge'
  | 'g4dn.4xlarge'
  | 'g4dn.8xlarge'
  | 'g4dn.12xlarge'
  | 'g4dn.16xlarge'
  | 'g4dn.metal'
  | 'g5.xlarge'
  | 'g5.2xlarge'
  | 'g5.4xlarge'
  | 'g5.8xlarge'
  | 'g5.12xlarge'
  | 'g5.16xlarge'
  | 'g5.24xlarge'
  | 'g5.48xlarge';

/**
 * The G4dn and G5 families. Sources: see `InstanceFacts`.
 *
 * @internal
 */
export const G_INSTANCES: { readonly [K in GInstanceName]: InstanceFacts } = {
  'g4dn.xlarge': {
    ...PCIE,
    gpu: GpuType.T4,
    gpuCount: 1,
    gpuMemoryMib: 16384,
    vcpus: 4,
    memoryGib: 16,
    instanceStorageGb: 125,
    networkCards: cards(1, 3, 0),
    ipv4PerInterface: 10,
    networkBandwidthGbps: 5,
  },
  'g4dn.2xlarge': {
    ...PCIE,
    gpu: GpuType.T4,
    gpuCount: 1,
    gpuMemoryMib: 16384,
    vcpus: 8,
    memoryGib: 32,
    instanceStorageGb: 225,
    networkCards: cards(1, 3, 0),
    ipv4PerInterface: 10,
    networkBandwidthGbps: 10,
  },
  'g4dn.4xlarge': {
    ...PCIE,
    gpu: GpuType.T4,
    gpuCount: 1,
    gpuMemoryMib: 16384,
    vcpus: 16,
    memoryGib: 64,
    instanceStorageGb: 225,
    networkCards: cards(1, 3, 0),
    ipv4PerInterface: 10,
    networkBandwidthGbps: 20,
  },
  'g4dn.8xlarge': {
    ...PCIE,
    gpu: GpuType.T4,
    gpuCount: 1,
    gpuMemoryMib: 16384,
    vcpus: 32,
    memoryGib: 128,
    instanceStorageGb: 900,
    networkCards: cards(1, 4, 1),
    ipv4PerInterface: 15,
    networkBandwidthGbps: 50,
  },
  'g4dn.12xlarge': {
    ...PCIE,
    gpu: GpuType.T4,
    gpuCount: 4,
    gpuMemoryMib: 16384,
    vcpus: 48,
    memoryGib: 192,
    instanceStorageGb: 900,
    networkCards: cards(1, 8, 1),
    ipv4PerInterface: 30,
    networkBandwidthGbps: 50,
  },
  'g4dn.16xlarge': {
    ...PCIE,
    gpu: GpuType.T4,
    gpuCount: 1,
    gpuMemoryMib: 16384,
    vcpus: 64,
    memoryGib: 256,
    instanceStorageGb: 900,
    networkCards: cards(1, 4, 1),
    ipv4PerInterface: 15,
    networkBandwidthGbps: 50,
  },
  'g4dn.metal': {
    ...PCIE,
    gpu: GpuType.T4,
    gpuCount: 8,
    gpuMemoryMib: 16384,
    vcpus: 96,
    memoryGib: 384,
    instanceStorageGb: 1800,
    networkCards: cards(1, 15, 1),
    ipv4PerInterface: 50,
    networkBandwidthGbps: 100,
  },
  'g5.xlarge': {
    ...PCIE,
    gpu: GpuType.A10G,
    gpuCount: 1,
    gpuMemoryMib: 22888,
    vcpus: 4,
    memoryGib: 16,
    instanceStorageGb: 250,
    networkCards: cards(1, 4, 0),
    ipv4PerInterface: 15,
    networkBandwidthGbps: 2.5,
  },
  'g5.2xlarge': {
    ...PCIE,
    gpu: GpuType.A10G,
    gpuCount: 1,
    gpuMemoryMib: 22888,
    vcpus: 8,
    memoryGib: 32,
    instanceStorageGb: 450,
    networkCards: cards(1, 4, 0),
    ipv4PerInterface: 15,
    networkBandwidthGbps: 5,
  },
  'g5.4xlarge': {
    ...PCIE,
    gpu: GpuType.A10G,
    gpuCount: 1,
    gpuMemoryMib: 22888,
    vcpus: 16,
    memoryGib: 64,
    instanceStorageGb: 600,
    networkCards: cards(1, 8, 0),
    ipv4PerInterface: 30,
    networkBandwidthGbps: 10,
  },
  'g5.8xlarge': {
    ...PCIE,
    gpu: GpuType.A10G,
    gpuCount: 1,
    gpuMemoryMib: 22888,
    vcpus: 32,
    memoryGib: 128,
    instanceStorageGb: 900,
    networkCards: cards(1, 8, 1),
    ipv4PerInterface: 30,
    networkBandwidthGbps: 25,
  },
  'g5.12xlarge': {
    ...PCIE,
    gpu: GpuType.A10G,
    gpuCount: 4,
    gpuMemoryMib: 22888,
    vcpus: 48,
    memoryGib: 192,
    instanceStorageGb: 3800,
    networkCards: cards(1, 15, 1),
    ipv4PerInterface: 50,
    networkBandwidthGbps: 40,
  },
  'g5.16xlarge': {
    ...PCIE,
    gpu: GpuType.A10G,
    gpuCount: 1,
    gpuMemoryMib: 22888,
    vcpus: 64,
    memoryGib: 256,
    instanceStorageGb: 1900,
    networkCards: cards(1, 8, 1),
    ipv4PerInterface: 30,
    networkBandwidthGbps: 25,
  },
  'g5.24xlarge': {
    ...PCIE,
    gpu: GpuType.A10G,
    gpuCount: 4,
    gpuMemoryMib: 22888,
    vcpus: 96,
    memoryGib: 384,
    instanceStorageGb: 3800,
    networkCards: cards(1, 15, 1),
    ipv4PerInterface: 50,
    networkBandwidthGbps: 50,
  },
  'g5.48xlarge': {
    ...PCIE,
    gpu: GpuType.A10G,
    gpuCount: 8,
    gpuMemoryMib: 22888,
    vcpus: 192,
    memoryGib: 768,
    instanceStorageGb: 7600,
    networkCards: cards(1, 7, 1),
    ipv4PerInterface: 50,
    networkBandwidthGbps: 100,
  },
};
