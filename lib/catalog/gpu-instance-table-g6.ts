import { InstanceFacts, NITRO4_PCIE } from './gpu-instance-facts';
import { GpuType } from './gpu-type';
import { cards } from './network-cards';

/**
 * Names of the instance types of this table.
 *
 * @internal
 */
export type G6InstanceName =
  | 'g6.xlarge'
  | 'g6.2xlarge'
  | 'g6.4xlarge'
  | 'g6.8xlarge'
  | 'g6.12xlarge'
  | 'g6.16xlarge'
  | 'g6.24xlarge'
  | 'g6.48xlarge'
  | 'g6e.xlarge'
  | 'g6e.2xlarge'
  | 'g6e.4xlarge'
  | 'g6e.8xlarge'
  | 'g6e.12xlarge'
  | 'g6e.16xlarge'
  | 'g6e.24xlarge'
  | 'g6e.48xlarge';

/**
 * The G6 and G6e families. Sources: see `InstanceFacts`.
 *
 * @internal
 */
export const G6_INSTANCES: { readonly [K in G6InstanceName]: InstanceFacts } = {
  'g6.xlarge': {
    ...NITRO4_PCIE,
    gpu: GpuType.L4,
    gpuCount: 1,
    gpuMemoryMib: 22888,
    vcpus: 4,
    memoryGib: 16,
    instanceStorageGb: 250,
    networkCards: cards(1, 4, 0),
    ipv4PerInterface: 15,
    networkBandwidthGbps: 2.5,
  },
  'g6.2xlarge': {
    ...NITRO4_PCIE,
    gpu: GpuType.L4,
    gpuCount: 1,
    gpuMemoryMib: 22888,
    vcpus: 8,
    memoryGib: 32,
    instanceStorageGb: 450,
    networkCards: cards(1, 4, 0),
    ipv4PerInterface: 15,
    networkBandwidthGbps: 5,
  },
  'g6.4xlarge': {
    ...NITRO4_PCIE,
    gpu: GpuType.L4,
    gpuCount: 1,
    gpuMemoryMib: 22888,
    vcpus: 16,
    memoryGib: 64,
    instanceStorageGb: 600,
    networkCards: cards(1, 8, 0),
    ipv4PerInterface: 30,
    networkBandwidthGbps: 10,
  },
  'g6.8xlarge': {
    ...NITRO4_PCIE,
    gpu: GpuType.L4,
    gpuCount: 1,
    gpuMemoryMib: 22888,
    vcpus: 32,
    memoryGib: 128,
    instanceStorageGb: 900,
    networkCards: cards(1, 8, 1),
    ipv4PerInterface: 30,
    networkBandwidthGbps: 25,
  },
  'g6.12xlarge': {
    ...NITRO4_PCIE,
    gpu: GpuType.L4,
    gpuCount: 4,
    gpuMemoryMib: 22888,
    vcpus: 48,
    memoryGib: 192,
    instanceStorageGb: 3760,
    networkCards: cards(1, 8, 1),
    ipv4PerInterface: 30,
    networkBandwidthGbps: 40,
  },
  'g6.16xlarge': {
    ...NITRO4_PCIE,
    gpu: GpuType.L4,
    gpuCount: 1,
    gpuMemoryMib: 22888,
    vcpus: 64,
    memoryGib: 256,
    instanceStorageGb: 1880,
    networkCards: cards(1, 15, 1),
    ipv4PerInterface: 50,
    networkBandwidthGbps: 25,
  },
  'g6.24xlarge': {
    ...NITRO4_PCIE,
    gpu: GpuType.L4,
    gpuCount: 4,
    gpuMemoryMib: 22888,
    vcpus: 96,
    memoryGib: 384,
    instanceStorageGb: 3760,
    networkCards: cards(1, 15, 1),
    ipv4PerInterface: 50,
    networkBandwidthGbps: 50,
  },
  'g6.48xlarge': {
    ...NITRO4_PCIE,
    gpu: GpuType.L4,
    gpuCount: 8,
    gpuMemoryMib: 22888,
    vcpus: 192,
    memoryGib: 768,
    instanceStorageGb: 7520,
    networkCards: cards(1, 15, 1),
    ipv4PerInterface: 50,
    networkBandwidthGbps: 100,
  },
  'g6e.xlarge': {
    ...NITRO4_PCIE,
    gpu: GpuType.L40S,
    gpuCount: 1,
    gpuMemoryMib: 45776,
    vcpus: 4,
    memoryGib: 32,
    instanceStorageGb: 250,
    networkCards: cards(1, 4, 0),
    ipv4PerInterface: 15,
    networkBandwidthGbps: 2.5,
  },
  'g6e.2xlarge': {
    ...NITRO4_PCIE,
    gpu: GpuType.L40S,
    gpuCount: 1,
    gpuMemoryMib: 45776,
    vcpus: 8,
    memoryGib: 64,
    instanceStorageGb: 450,
    networkCards: cards(1, 4, 0),
    ipv4PerInterface: 15,
    networkBandwidthGbps: 5,
  },
  'g6e.4xlarge': {
    ...NITRO4_PCIE,
    gpu: GpuType.L40S,
    gpuCount: 1,
    gpuMemoryMib: 45776,
    vcpus: 16,
    memoryGib: 128,
    instanceStorageGb: 600,
    networkCards: cards(1, 8, 0),
    ipv4PerInterface: 30,
    networkBandwidthGbps: 20,
  },
  'g6e.8xlarge': {
    ...NITRO4_PCIE,
    gpu: GpuType.L40S,
    gpuCount: 1,
    gpuMemoryMib: 45776,
    vcpus: 32,
    memoryGib: 256,
    instanceStorageGb: 900,
    networkCards: cards(1, 8, 1),
    ipv4PerInterface: 30,
    networkBandwidthGbps: 25,
  },
  'g6e.12xlarge': {
    ...NITRO4_PCIE,
    gpu: GpuType.L40S,
    gpuCount: 4,
    gpuMemoryMib: 45776,
    vcpus: 48,
    memoryGib: 384,
    instanceStorageGb: 3800,
    networkCards: cards(1, 10, 1),
    ipv4PerInterface: 30,
    networkBandwidthGbps: 100,
  },
  'g6e.16xlarge': {
    ...NITRO4_PCIE,
    gpu: GpuType.L40S,
    gpuCount: 1,
    gpuMemoryMib: 45776,
    vcpus: 64,
    memoryGib: 512,
    instanceStorageGb: 1900,
    networkCards: cards(1, 15, 1),
    ipv4PerInterface: 50,
    networkBandwidthGbps: 35,
  },
  'g6e.24xlarge': {
    ...NITRO4_PCIE,
    gpu: GpuType.L40S,
    gpuCount: 4,
    gpuMemoryMib: 45776,
    vcpus: 96,
    memoryGib: 768,
    instanceStorageGb: 3800,
    networkCards: cards(2, 10, 2),
    ipv4PerInterface: 50,
    networkBandwidthGbps: 200,
  },
  'g6e.48xlarge': {
    ...NITRO4_PCIE,
    gpu: GpuType.L40S,
    gpuCount: 8,
    gpuMemoryMib: 45776,
    vcpus: 192,
    memoryGib: 1536,
    instanceStorageGb: 7600,
    networkCards: cards(4, 10, 4),
    ipv4PerInterface: 50,
    networkBandwidthGbps: 400,
  },
};
