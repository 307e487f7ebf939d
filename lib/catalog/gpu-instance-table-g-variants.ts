import { InstanceFacts, NITRO4_PCIE } from './gpu-instance-facts';
import { GpuType } from './gpu-type';
import { cards } from './network-cards';

/**
 * Names of the instance types of this table.
 *
 * @internal
 */
export type GVariantName =
  'g6f.large' | 'g6f.xlarge' | 'g6f.2xlarge' | 'g6f.4xlarge' | 'gr6.4xlarge' | 'gr6.8xlarge' | 'gr6f.4xlarge';

/**
 * Variants of G families: Gr6 with more host memory, G6f and Gr6f with a part of a GPU. Sources: see `InstanceFacts`.
 *
 * @internal
 */
export const G_VARIANTS: { readonly [K in GVariantName]: InstanceFacts } = {
  'g6f.large': {
    ...NITRO4_PCIE,
    gpu: GpuType.L4_3Q,
    gpuCount: 1,
    gpuMemoryMib: 2861,
    vcpus: 2,
    memoryGib: 8,
    instanceStorageGb: 100,
    networkCards: cards(1, 2, 0),
    ipv4PerInterface: 10,
    networkBandwidthGbps: 1.5,
    fractionOfGpu: 1 / 8,
  },
  'g6f.xlarge': {
    ...NITRO4_PCIE,
    gpu: GpuType.L4_3Q,
    gpuCount: 1,
    gpuMemoryMib: 2861,
    vcpus: 4,
    memoryGib: 16,
    instanceStorageGb: 100,
    networkCards: cards(1, 4, 0),
    ipv4PerInterface: 15,
    networkBandwidthGbps: 2.5,
    fractionOfGpu: 1 / 8,
  },
  'g6f.2xlarge': {
    ...NITRO4_PCIE,
    gpu: GpuType.L4_6Q,
    gpuCount: 1,
    gpuMemoryMib: 5722,
    vcpus: 8,
    memoryGib: 32,
    instanceStorageGb: 200,
    networkCards: cards(1, 4, 0),
    ipv4PerInterface: 15,
    networkBandwidthGbps: 5,
    fractionOfGpu: 1 / 4,
  },
  'g6f.4xlarge': {
    ...NITRO4_PCIE,
    gpu: GpuType.L4_12Q,
    gpuCount: 1,
    gpuMemoryMib: 11444,
    vcpus: 16,
    memoryGib: 64,
    instanceStorageGb: 450,
    networkCards: cards(1, 8, 0),
    ipv4PerInterface: 30,
    networkBandwidthGbps: 10,
    fractionOfGpu: 1 / 2,
  },
  'gr6.4xlarge': {
    ...NITRO4_PCIE,
    gpu: GpuType.L4,
    gpuCount: 1,
    gpuMemoryMib: 22888,
    vcpus: 16,
    memoryGib: 128,
    instanceStorageGb: 600,
    networkCards: cards(1, 8, 0),
    ipv4PerInterface: 30,
    networkBandwidthGbps: 10,
  },
  'gr6.8xlarge': {
    ...NITRO4_PCIE,
    gpu: GpuType.L4,
    gpuCount: 1,
    gpuMemoryMib: 22888,
    vcpus: 32,
    memoryGib: 256,
    instanceStorageGb: 900,
    networkCards: cards(1, 8, 1),
    ipv4PerInterface: 30,
    networkBandwidthGbps: 25,
  },
  'gr6f.4xlarge': {
    ...NITRO4_PCIE,
    gpu: GpuType.L4_12Q,
    gpuCount: 1,
    gpuMemoryMib: 11444,
    vcpus: 16,
    memoryGib: 128,
    instanceStorageGb: 450,
    networkCards: cards(1, 8, 0),
    ipv4PerInterface: 30,
    networkBandwidthGbps: 10,
    fractionOfGpu: 1 / 2,
  },
};
