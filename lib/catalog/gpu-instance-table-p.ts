import { CpuArchitecture } from './cpu-architecture';
import { InstanceFacts, A100_SWITCH, NITRO4_PCIE, NITRO4_SWITCH, V100_ALONE, V100_MESH } from './gpu-instance-facts';
import { GpuType } from './gpu-type';
import { cards } from './network-cards';

/**
 * Names of the instance types of this table.
 *
 * @internal
 */
export type PInstanceName =
  | 'p3.2xlarge'
  | 'p3.8xlarge'
  | 'p3.16xlarge'
  | 'p3dn.24xlarge'
  | 'p4d.24xlarge'
  | 'p4de.24xlarge'
  | 'p5.4xlarge'
  | 'p5.48xlarge'
  | 'p5e.48xlarge'
  | 'p5en.48xlarge'
  | 'p6-b200.48xlarge'
  | 'p6-b300.48xlarge'
  | 'p6e-gb200.36xlarge';

/** First card of each physical adapter of p6e-gb200. */
const PAIRS = [1, 3, 5, 7, 9, 11, 13, 15];

/**
 * The P families. Sources: see `InstanceFacts`.
 *
 * @internal
 */
export const P_INSTANCES: { readonly [K in PInstanceName]: InstanceFacts } = {
  'p3.2xlarge': {
    ...V100_ALONE,
    gpu: GpuType.V100_16GB,
    gpuCount: 1,
    gpuMemoryMib: 16384,
    vcpus: 8,
    memoryGib: 61,
    networkCards: cards(1, 4, 0),
    ipv4PerInterface: 15,
    networkBandwidthGbps: 2.5,
    legacy: true,
  },
  'p3.8xlarge': {
    ...V100_MESH,
    gpu: GpuType.V100_16GB,
    gpuCount: 4,
    gpuMemoryMib: 16384,
    vcpus: 32,
    memoryGib: 244,
    networkCards: cards(1, 8, 0),
    ipv4PerInterface: 30,
    networkBandwidthGbps: 10,
    nvlinkDomainSize: 4,
    legacy: true,
  },
  'p3.16xlarge': {
    ...V100_MESH,
    gpu: GpuType.V100_16GB,
    gpuCount: 8,
    gpuMemoryMib: 16384,
    vcpus: 64,
    memoryGib: 488,
    networkCards: cards(1, 8, 0),
    ipv4PerInterface: 30,
    networkBandwidthGbps: 25,
    legacy: true,
  },
  'p3dn.24xlarge': {
    ...V100_MESH,
    gpu: GpuType.V100_32GB,
    gpuCount: 8,
    gpuMemoryMib: 32768,
    vcpus: 96,
    memoryGib: 768,
    instanceStorageGb: 1800,
    networkCards: cards(1, 15, 1),
    ipv4PerInterface: 50,
    networkBandwidthGbps: 100,
    legacy: true,
  },
  'p4d.24xlarge': {
    ...A100_SWITCH,
    gpu: GpuType.A100_40GB,
    gpuCount: 8,
    gpuMemoryMib: 40960,
    vcpus: 96,
    memoryGib: 1152,
    instanceStorageGb: 8000,
    networkCards: cards(4, 15, 4),
    ipv4PerInterface: 50,
    networkBandwidthGbps: 400,
  },
  'p4de.24xlarge': {
    ...A100_SWITCH,
    gpu: GpuType.A100_80GB,
    gpuCount: 8,
    gpuMemoryMib: 81920,
    vcpus: 96,
    memoryGib: 1152,
    instanceStorageGb: 8000,
    networkCards: cards(4, 15, 4),
    ipv4PerInterface: 50,
    networkBandwidthGbps: 400,
  },
  'p5.4xlarge': {
    ...NITRO4_PCIE,
    gpu: GpuType.H100,
    gpuCount: 1,
    gpuMemoryMib: 81920,
    vcpus: 16,
    memoryGib: 256,
    instanceStorageGb: 3800,
    networkCards: cards(1, 4, 1),
    ipv4PerInterface: 30,
    networkBandwidthGbps: 100,
  },
  'p5.48xlarge': {
    ...NITRO4_SWITCH,
    gpu: GpuType.H100,
    gpuCount: 8,
    gpuMemoryMib: 81920,
    vcpus: 192,
    memoryGib: 2048,
    instanceStorageGb: 30400,
    networkCards: cards(32, 2, 32),
    ipv4PerInterface: 50,
    networkBandwidthGbps: 3200,
  },
  'p5e.48xlarge': {
    ...NITRO4_SWITCH,
    gpu: GpuType.H200,
    gpuCount: 8,
    gpuMemoryMib: 144384,
    vcpus: 192,
    memoryGib: 2048,
    instanceStorageGb: 30400,
    networkCards: cards(32, 2, 32),
    ipv4PerInterface: 50,
    networkBandwidthGbps: 3200,
  },
  'p5en.48xlarge': {
    ...NITRO4_SWITCH,
    gpu: GpuType.H200,
    gpuCount: 8,
    gpuMemoryMib: 144384,
    vcpus: 192,
    memoryGib: 2048,
    instanceStorageGb: 30400,
    networkCards: cards(16, 4, 16),
    ipv4PerInterface: 50,
    networkBandwidthGbps: 3200,
  },
  'p6-b200.48xlarge': {
    ...NITRO4_SWITCH,
    gpu: GpuType.B200,
    gpuCount: 8,
    gpuMemoryMib: 183359,
    vcpus: 192,
    memoryGib: 2048,
    instanceStorageGb: 30400,
    networkCards: cards(8, 4, 8),
    ipv4PerInterface: 50,
    networkBandwidthGbps: 3200,
  },
  'p6-b300.48xlarge': {
    ...NITRO4_SWITCH,
    gpu: GpuType.B300,
    gpuCount: 8,
    gpuMemoryMib: 275040,
    vcpus: 192,
    memoryGib: 4096,
    instanceStorageGb: 30400,
    networkCards: [...cards(1, 4, 0), ...cards(16, 4, 16, 1)],
    ipv4PerInterface: 50,
    networkBandwidthGbps: 6400,
  },
  // https://docs.aws.amazon.com/ec2/latest/instancetypes/ac.html: 17 cards, 39 interfaces; which card has how many is not published, 15, 1
  // and 2 are those that add up. The cards with an odd index hold EFA-only interfaces, and each GPU sends through two of them, 400 Gb/s in
  // all: 1600 of the node's 3200 (user guide, efa-acc-inst-types.html).
  'p6e-gb200.36xlarge': {
    ...NITRO4_SWITCH,
    nvlinkDomainSize: 4,
    gpu: GpuType.GB200,
    gpuCount: 4,
    gpuMemoryMib: 189471,
    vcpus: 144,
    memoryGib: 960,
    instanceStorageGb: 22500,
    networkCards: [
      ...cards(1, 15, 0),
      ...PAIRS.flatMap((first) => [...cards(1, 1, 1, first), ...cards(1, 2, 0, first + 1)]),
    ],
    ipv4PerInterface: 50,
    networkBandwidthGbps: 1600,
    architecture: CpuArchitecture.ARM64,
    blocksOnly: true,
  },
};
