import { Fault, untitled } from '../units/fault';
import { DataSize } from '../units/data-size';
import { UnscopedValidationError, throwIfFaulty } from '../units/errors';
import { InstanceFacts } from './gpu-instance-facts';
import { G_INSTANCES, GInstanceName } from './gpu-instance-table-g';
import { G6_INSTANCES, G6InstanceName } from './gpu-instance-table-g6';
import { P_INSTANCES, PInstanceName } from './gpu-instance-table-p';
import { GpuInterconnect } from './gpu-interconnect';
import { GpuType } from './gpu-type';
import { unknownNameFault } from './near-names';
import { NetworkCard } from './network-card';
import { cards } from './network-cards';
import { notNegativeFaults, positiveFaults, positiveIntegerFaults } from './numbers';

const INSTANCES: { readonly [name: string]: InstanceFacts } = { ...P_INSTANCES, ...G_INSTANCES, ...G6_INSTANCES };
const LISTED: GpuInstanceType[] = [];

/**
 * Hardware of a node that the table does not have: own hardware, or an instance type newer than this library.
 */
export interface CustomGpuInstanceProps {
  /** Name of the type, e.g. `dgx-a100`; it must not be in the table. */
  readonly name: string;
  /** Kind of GPU. */
  readonly gpu: GpuType;
  /** GPUs of one node. */
  readonly gpuCount: number;
  /** Memory of one GPU as the provider states it. @default - what the GPU reports */
  readonly gpuMemory?: DataSize;
  /** Virtual CPUs. */
  readonly vcpus: number;
  /** Host memory. */
  readonly memory: DataSize;
  /** Local disks together. @default - none */
  readonly instanceStorage?: DataSize;
  /** Network cards. @default - one card with 4 interfaces, no EFA */
  readonly networkCards?: NetworkCard[];
  /** IPv4 addresses of one interface. @default 30 */
  readonly ipv4PerInterface?: number;
  /** Network bandwidth of all cards together, Gb/s. @default 10 */
  readonly networkBandwidthGbps?: number;
  /** How the GPUs reach each other. @default GpuInterconnect.PCIE */
  readonly interconnect?: GpuInterconnect;
  /** GPUs of one NVLink domain. @default - all GPUs with NVLink, else 1 */
  readonly nvlinkDomainSize?: number;
  /** Whether the fabric reads remote memory directly. @default false */
  readonly rdmaRead?: boolean;
  /** Whether the fabric writes remote memory directly. @default false */
  readonly rdmaWrite?: boolean;
  /** Processor architecture as EC2 writes it: `x86_64` or `arm64`. @default 'x86_64' */
  readonly architecture?: string;
}

/**
 * An instance type with GPUs: what one node has. EC2 types are listed; anything else is made by `custom`.
 */
export class GpuInstanceType {
  /** p3.16xlarge: 8 x V100 16 GB, NVLink mesh, no EFA. Legacy: no longer offered to new customers in most regions. */
  public static readonly P3_16XLARGE = GpuInstanceType.listed('p3.16xlarge');
  /** p3dn.24xlarge: 8 x V100 32 GB, 96 vCPUs, 768 GiB, 1 EFA. */
  public static readonly P3DN_24XLARGE = GpuInstanceType.listed('p3dn.24xlarge');
  /** p4d.24xlarge: 8 x A100 40 GB, 96 vCPUs, 1152 GiB, 4 EFA. */
  public static readonly P4D_24XLARGE = GpuInstanceType.listed('p4d.24xlarge');
  /** p4de.24xlarge: 8 x A100 80 GB, 96 vCPUs, 1152 GiB, 4 EFA. */
  public static readonly P4DE_24XLARGE = GpuInstanceType.listed('p4de.24xlarge');
  /** p5.4xlarge: 1 x H100, 16 vCPUs, 256 GiB, 1 EFA. */
  public static readonly P5_4XLARGE = GpuInstanceType.listed('p5.4xlarge');
  /** p5.48xlarge: 8 x H100, 192 vCPUs, 2048 GiB, 32 EFA. */
  public static readonly P5_48XLARGE = GpuInstanceType.listed('p5.48xlarge');
  /** p5e.48xlarge: 8 x H200, 192 vCPUs, 2048 GiB, 32 EFA. */
  public static readonly P5E_48XLARGE = GpuInstanceType.listed('p5e.48xlarge');
  /** p5en.48xlarge: 8 x H200, 192 vCPUs, 2048 GiB, 16 EFA. */
  public static readonly P5EN_48XLARGE = GpuInstanceType.listed('p5en.48xlarge');
  /** p6-b200.48xlarge: 8 x B200, 192 vCPUs, 2048 GiB, 8 EFA. */
  public static readonly P6_B200_48XLARGE = GpuInstanceType.listed('p6-b200.48xlarge');
  /** p6-b300.48xlarge: 8 x B300, 192 vCPUs, 4096 GiB, 16 EFA. */
  public static readonly P6_B300_48XLARGE = GpuInstanceType.listed('p6-b300.48xlarge');
  /** g4dn.xlarge: 1 x T4, 4 vCPUs, 16 GiB, no EFA. */
  public static readonly G4DN_XLARGE = GpuInstanceType.listed('g4dn.xlarge');
  /** g4dn.2xlarge: 1 x T4, 8 vCPUs, 32 GiB, no EFA. */
  public static readonly G4DN_2XLARGE = GpuInstanceType.listed('g4dn.2xlarge');
  /** g4dn.4xlarge: 1 x T4, 16 vCPUs, 64 GiB, no EFA. */
  public static readonly G4DN_4XLARGE = GpuInstanceType.listed('g4dn.4xlarge');
  /** g4dn.8xlarge: 1 x T4, 32 vCPUs, 128 GiB, 1 EFA. */
  public static readonly G4DN_8XLARGE = GpuInstanceType.listed('g4dn.8xlarge');
  /** g4dn.12xlarge: 4 x T4, 48 vCPUs, 192 GiB, 1 EFA. */
  public static readonly G4DN_12XLARGE = GpuInstanceType.listed('g4dn.12xlarge');
  /** g4dn.16xlarge: 1 x T4, 64 vCPUs, 256 GiB, 1 EFA. */
  public static readonly G4DN_16XLARGE = GpuInstanceType.listed('g4dn.16xlarge');
  /** g4dn.metal: 8 x T4, 96 vCPUs, 384 GiB, 1 EFA. */
  public static readonly G4DN_METAL = GpuInstanceType.listed('g4dn.metal');
  /** g5.xlarge: 1 x A10G, 4 vCPUs, 16 GiB, no EFA. */
  public static readonly G5_XLARGE = GpuInstanceType.listed('g5.xlarge');
  /** g5.2xlarge: 1 x A10G, 8 vCPUs, 32 GiB, no EFA. */
  public static readonly G5_2XLARGE = GpuInstanceType.listed('g5.2xlarge');
  /** g5.4xlarge: 1 x A10G, 16 vCPUs, 64 GiB, no EFA. */
  public static readonly G5_4XLARGE = GpuInstanceType.listed('g5.4xlarge');
  /** g5.8xlarge: 1 x A10G, 32 vCPUs, 128 GiB, 1 EFA. */
  public static readonly G5_8XLARGE = GpuInstanceType.listed('g5.8xlarge');
  /** g5.12xlarge: 4 x A10G, 48 vCPUs, 192 GiB, 1 EFA. */
  public static readonly G5_12XLARGE = GpuInstanceType.listed('g5.12xlarge');
  /** g5.16xlarge: 1 x A10G, 64 vCPUs, 256 GiB, 1 EFA. */
  public static readonly G5_16XLARGE = GpuInstanceType.listed('g5.16xlarge');
  /** g5.24xlarge: 4 x A10G, 96 vCPUs, 384 GiB, 1 EFA. */
  public static readonly G5_24XLARGE = GpuInstanceType.listed('g5.24xlarge');
  /** g5.48xlarge: 8 x A10G, 192 vCPUs, 768 GiB, 1 EFA. */
  public static readonly G5_48XLARGE = GpuInstanceType.listed('g5.48xlarge');
  /** g6.xlarge: 1 x L4, 4 vCPUs, 16 GiB, no EFA. */
  public static readonly G6_XLARGE = GpuInstanceType.listed('g6.xlarge');
  /** g6.2xlarge: 1 x L4, 8 vCPUs, 32 GiB, no EFA. */
  public static readonly G6_2XLARGE = GpuInstanceType.listed('g6.2xlarge');
  /** g6.4xlarge: 1 x L4, 16 vCPUs, 64 GiB, no EFA. */
  public static readonly G6_4XLARGE = GpuInstanceType.listed('g6.4xlarge');
  /** g6.8xlarge: 1 x L4, 32 vCPUs, 128 GiB, 1 EFA. */
  public static readonly G6_8XLARGE = GpuInstanceType.listed('g6.8xlarge');
  /** g6.12xlarge: 4 x L4, 48 vCPUs, 192 GiB, 1 EFA. */
  public static readonly G6_12XLARGE = GpuInstanceType.listed('g6.12xlarge');
  /** g6.16xlarge: 1 x L4, 64 vCPUs, 256 GiB, 1 EFA. */
  public static readonly G6_16XLARGE = GpuInstanceType.listed('g6.16xlarge');
  /** g6.24xlarge: 4 x L4, 96 vCPUs, 384 GiB, 1 EFA. */
  public static readonly G6_24XLARGE = GpuInstanceType.listed('g6.24xlarge');
  /** g6.48xlarge: 8 x L4, 192 vCPUs, 768 GiB, 1 EFA. */
  public static readonly G6_48XLARGE = GpuInstanceType.listed('g6.48xlarge');
  /** g6e.xlarge: 1 x L40S, 4 vCPUs, 32 GiB, no EFA. */
  public static readonly G6E_XLARGE = GpuInstanceType.listed('g6e.xlarge');
  /** g6e.2xlarge: 1 x L40S, 8 vCPUs, 64 GiB, no EFA. */
  public static readonly G6E_2XLARGE = GpuInstanceType.listed('g6e.2xlarge');
  /** g6e.4xlarge: 1 x L40S, 16 vCPUs, 128 GiB, no EFA. */
  public static readonly G6E_4XLARGE = GpuInstanceType.listed('g6e.4xlarge');
  /** g6e.8xlarge: 1 x L40S, 32 vCPUs, 256 GiB, 1 EFA. */
  public static readonly G6E_8XLARGE = GpuInstanceType.listed('g6e.8xlarge');
  /** g6e.12xlarge: 4 x L40S, 48 vCPUs, 384 GiB, 1 EFA. */
  public static readonly G6E_12XLARGE = GpuInstanceType.listed('g6e.12xlarge');
  /** g6e.16xlarge: 1 x L40S, 64 vCPUs, 512 GiB, 1 EFA. */
  public static readonly G6E_16XLARGE = GpuInstanceType.listed('g6e.16xlarge');
  /** g6e.24xlarge: 4 x L40S, 96 vCPUs, 768 GiB, 2 EFA. */
  public static readonly G6E_24XLARGE = GpuInstanceType.listed('g6e.24xlarge');
  /** g6e.48xlarge: 8 x L40S, 192 vCPUs, 1536 GiB, 4 EFA. */
  public static readonly G6E_48XLARGE = GpuInstanceType.listed('g6e.48xlarge');

  /** Every instance type of the table. */
  public static readonly ALL: GpuInstanceType[] = LISTED;

  /**
   * An EC2 instance type of the table.
   *
   * @param name for example `p5.48xlarge`
   * @throws UnscopedValidationError for an unknown name, with the near ones
   */
  public static of(name: string): GpuInstanceType {
    const found = GpuInstanceType.ALL.find((type) => type.name === name);
    if (found) return found;
    const known = GpuInstanceType.ALL.map((type) => type.name);
    throw new UnscopedValidationError([
      untitled(
        unknownNameFault(
          'GPU instance type',
          name,
          known,
          'GpuInstanceType.custom describes hardware that is not listed',
        ),
      ),
    ]);
  }

  /**
   * Hardware that the table does not have.
   *
   * @param props what one node has
   * @throws UnscopedValidationError with all faults: name taken or empty, counts that are no whole numbers above zero, cards that
   * repeat an index, an NVLink domain that does not divide the GPUs
   */
  public static custom(props: CustomGpuInstanceProps): GpuInstanceType {
    const networkCards = props.networkCards ?? cards(1, 4, 0);
    const interconnect = props.interconnect ?? GpuInterconnect.PCIE;
    const nvlinkDomainSize = props.nvlinkDomainSize ?? (hasNvlink(interconnect) ? props.gpuCount : 1);
    throwIfFaulty([...customFaults(props, networkCards, interconnect, nvlinkDomainSize)]);
    return new GpuInstanceType(
      props.name,
      {
        gpu: props.gpu,
        gpuCount: props.gpuCount,
        gpuMemoryMib: (props.gpuMemory ?? props.gpu.memory).mib,
        vcpus: props.vcpus,
        memoryGib: props.memory.gib,
        instanceStorageGb: props.instanceStorage?.gb,
        networkCards,
        ipv4PerInterface: props.ipv4PerInterface ?? 30,
        networkBandwidthGbps: props.networkBandwidthGbps ?? 10,
        interconnect,
        nvlinkDomainSize,
        rdmaRead: props.rdmaRead ?? false,
        rdmaWrite: props.rdmaWrite ?? false,
      },
      props.architecture ?? 'x86_64',
      true,
    );
  }

  private static listed(name: PInstanceName | GInstanceName | G6InstanceName): GpuInstanceType {
    const type = new GpuInstanceType(name, INSTANCES[name], 'x86_64', false);
    LISTED.push(type);
    return type;
  }

  /** Name, e.g. `p5.48xlarge`. */
  public readonly name: string;
  /** Kind of GPU. */
  public readonly gpu: GpuType;
  /** GPUs of one node. */
  public readonly gpuCount: number;
  /** Memory of one GPU as EC2 states it; what a process can use is `gpu.memory`. */
  public readonly gpuMemory: DataSize;
  /** Virtual CPUs. */
  public readonly vcpus: number;
  /** Host memory. */
  public readonly memory: DataSize;
  /** Instance-store volumes together. @default - none */
  public readonly instanceStorage?: DataSize;
  /** Network cards by index. */
  public readonly networkCards: NetworkCard[];
  /** IPv4 addresses of one interface. */
  public readonly ipv4PerInterface: number;
  /** Network bandwidth of all cards together, Gb/s. */
  public readonly networkBandwidthGbps: number;
  /** How the GPUs of a node reach each other. */
  public readonly interconnect: GpuInterconnect;
  /** GPUs that reach each other by NVLink; 1 without NVLink. */
  public readonly nvlinkDomainSize: number;
  /** Whether EFA reads remote memory directly. */
  public readonly rdmaRead: boolean;
  /** Whether EFA writes remote memory directly. */
  public readonly rdmaWrite: boolean;
  /** Processor architecture, e.g. `x86_64`. */
  public readonly architecture: string;
  /** Whether AWS counts the type as previous generation; it works, with a warning. */
  public readonly legacy: boolean;
  /** Whether it was made by `custom`. */
  public readonly isCustom: boolean;

  private constructor(name: string, facts: InstanceFacts, architecture: string, isCustom: boolean) {
    this.name = name;
    this.gpu = facts.gpu;
    this.gpuCount = facts.gpuCount;
    this.gpuMemory = DataSize.mib(facts.gpuMemoryMib);
    this.vcpus = facts.vcpus;
    this.memory = DataSize.gib(facts.memoryGib);
    this.instanceStorage = facts.instanceStorageGb === undefined ? undefined : DataSize.gb(facts.instanceStorageGb);
    this.networkCards = facts.networkCards.map((card) => ({ ...card })).sort((a, b) => a.index - b.index);
    this.ipv4PerInterface = facts.ipv4PerInterface;
    this.networkBandwidthGbps = facts.networkBandwidthGbps;
    this.interconnect = facts.interconnect;
    this.nvlinkDomainSize = facts.nvlinkDomainSize;
    this.rdmaRead = facts.rdmaRead;
    this.rdmaWrite = facts.rdmaWrite;
    this.architecture = architecture;
    this.legacy = facts.legacy ?? false;
    this.isCustom = isCustom;
  }

  /** EFA interfaces that one node can have: one per card that can hold one. */
  public get efaInterfaces(): number {
    return this.networkCards.filter((card) => card.efa).length;
  }

  /**
   * Most pods of a node with the VPC CNI's secondary addresses, without EFA-only interfaces: `ENI × (IPv4 - 1) + 2`, where only the
   * interfaces of card 0 count. Each EFA-only interface on card 0 takes `ipv4PerInterface - 1` of them.
   */
  public get defaultMaxPods(): number {
    return (this.networkCards[0]?.maxInterfaces ?? 0) * (this.ipv4PerInterface - 1) + 2;
  }

  /** Memory of all GPUs as a process can use it. */
  public get totalGpuMemory(): DataSize {
    return this.gpu.memory.times(this.gpuCount);
  }

  /** The name. */
  public toString(): string {
    return this.name;
  }
}

function hasNvlink(interconnect: GpuInterconnect): boolean {
  return interconnect === GpuInterconnect.NVSWITCH || interconnect === GpuInterconnect.NVLINK_MESH;
}

function customFaults(
  props: CustomGpuInstanceProps,
  networkCards: NetworkCard[],
  interconnect: GpuInterconnect,
  nvlinkDomainSize: number,
): Fault[] {
  const faults: Fault[] = [];
  if (!/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(props.name)) {
    faults.push(
      untitled(
        `name of a custom instance type must be lower-case letters, digits, dots and hyphens; got '${props.name}'`,
      ),
    );
  }
  if (props.architecture !== undefined && !['x86_64', 'arm64'].includes(props.architecture)) {
    faults.push(untitled(`architecture must be 'x86_64' or 'arm64'; got '${props.architecture}'`));
  }
  if (INSTANCES[props.name]) {
    faults.push(
      untitled(
        `'${props.name}' is in the table; use GpuInstanceType.of('${props.name}'), or another name for other hardware`,
      ),
    );
  }
  faults.push(
    ...positiveIntegerFaults({ gpuCount: props.gpuCount, vcpus: props.vcpus, nvlinkDomainSize }),
    ...positiveIntegerFaults({ ipv4PerInterface: props.ipv4PerInterface }),
    ...notNegativeFaults({ networkBandwidthGbps: props.networkBandwidthGbps }),
    ...positiveFaults({ memory: props.memory.bytes, gpuMemory: props.gpuMemory?.bytes }),
  );
  if (networkCards.length === 0) faults.push(untitled('networkCards must name at least one card'));
  const indices = networkCards.map((card) => card.index);
  if (new Set(indices).size !== indices.length)
    faults.push(untitled(`networkCards repeat an index: ${indices.join(', ')}`));
  for (const card of networkCards) {
    faults.push(
      ...notNegativeFaults({ 'networkCards index': card.index }),
      ...positiveIntegerFaults({ [`maxInterfaces of network card ${card.index}`]: card.maxInterfaces }),
    );
  }
  if (faults.length === 0 && props.gpuCount % nvlinkDomainSize !== 0) {
    faults.push(untitled(`nvlinkDomainSize ${nvlinkDomainSize} must divide the ${props.gpuCount} GPUs of the node`));
  }
  if (!hasNvlink(interconnect) && nvlinkDomainSize !== 1) {
    faults.push(untitled(`nvlinkDomainSize must be 1 without NVLink; got ${nvlinkDomainSize}`));
  }
  return faults;
}
