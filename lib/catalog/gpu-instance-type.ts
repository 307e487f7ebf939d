import { CpuArchitecture } from './cpu-architecture';
import { DataSize } from '../units/data-size';
import { lazily } from '../units/lazily';
import { UnscopedValidationError, throwIfFaulty } from '../units/errors';
import { fault } from '../units/fault';
import { flagFault } from '../units/kind-faults';
import { EksRelease } from './eks-release';
import { NetworkFacts, cardFaults, instanceNameFaults, networkFaults } from './gpu-instance-faults';
import { INSTANCE_TABLE, InstanceName } from './gpu-instance-table';
import { GpuNodeType, GpuNodeTypeProps, nodeTypeFaults, nvlinkDomainOf } from './gpu-node-type';
import { isKnownRegion, regionsOf } from './instance-regions';
import { nameText, unknownNameFault } from './near-names';
import { onDemandPrice } from './instance-prices';
import { NetworkCard } from './network-card';
import { cards } from './network-cards';
import { checkArguments } from '../units/argument-faults';
import { allOf } from '../units/unreadable';

const LISTED: GpuInstanceType[] = [];

function cardsByIndex(cards: readonly NetworkCard[]): NetworkCard[] {
  const own = cards.map(({ index, maxInterfaces, efa }) => Object.freeze({ index, maxInterfaces, efa }));
  return Object.freeze(own.sort((a, b) => a.index - b.index)) as NetworkCard[];
}

/**
 * An EC2 instance type that is newer than this library.
 */
export interface UnlistedInstanceTypeProps extends GpuNodeTypeProps {
  /** Network cards. @default - one card with 4 interfaces, no EFA */
  readonly networkCards?: NetworkCard[];
  /** IPv4 addresses of one interface. @default 30 */
  readonly ipv4PerInterface?: number;
  /** Whether EFA reads remote memory directly. @default false */
  readonly rdmaRead?: boolean;
  /** Whether EFA writes remote memory directly. @default false */
  readonly rdmaWrite?: boolean;
}

/**
 * An EC2 instance type with GPUs: what one node has. The catalog lists them; `unlisted` describes newer ones.
 */
export class GpuInstanceType extends GpuNodeType {
  /** p3.2xlarge: 1 x V100 16 GB, 8 vCPUs, 61 GiB, no EFA. Legacy. */
  public static readonly P3_2XLARGE = GpuInstanceType.listed('p3.2xlarge');
  /** p3.8xlarge: 4 x V100 16 GB, 32 vCPUs, 244 GiB, no EFA. Legacy. */
  public static readonly P3_8XLARGE = GpuInstanceType.listed('p3.8xlarge');
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
  /** p6e-gb200.36xlarge: 4 x GB200 of an UltraServer of 72, ARM, 144 vCPUs, 960 GiB, 8 EFA. Sold as Capacity Blocks only; NVLink beyond the instance is not planned. */
  public static readonly P6E_GB200_36XLARGE = GpuInstanceType.listed('p6e-gb200.36xlarge');
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
  /** g6f.large: 1/8 of an L4, 2 vCPUs, 8 GiB, no EFA. */
  public static readonly G6F_LARGE = GpuInstanceType.listed('g6f.large');
  /** g6f.xlarge: 1/8 of an L4, 4 vCPUs, 16 GiB, no EFA. */
  public static readonly G6F_XLARGE = GpuInstanceType.listed('g6f.xlarge');
  /** g6f.2xlarge: 1/4 of an L4, 8 vCPUs, 32 GiB, no EFA. */
  public static readonly G6F_2XLARGE = GpuInstanceType.listed('g6f.2xlarge');
  /** g6f.4xlarge: 1/2 of an L4, 16 vCPUs, 64 GiB, no EFA. */
  public static readonly G6F_4XLARGE = GpuInstanceType.listed('g6f.4xlarge');
  /** gr6.4xlarge: 1 x L4, 16 vCPUs, 128 GiB, no EFA. */
  public static readonly GR6_4XLARGE = GpuInstanceType.listed('gr6.4xlarge');
  /** gr6.8xlarge: 1 x L4, 32 vCPUs, 256 GiB, 1 EFA. */
  public static readonly GR6_8XLARGE = GpuInstanceType.listed('gr6.8xlarge');
  /** gr6f.4xlarge: 1/2 of an L4, 16 vCPUs, 128 GiB, no EFA. */
  public static readonly GR6F_4XLARGE = GpuInstanceType.listed('gr6f.4xlarge');
  /** g7.2xlarge: 1 x RTX PRO 4500, 8 vCPUs, 32 GiB, no EFA. Needs driver 595 or later. */
  public static readonly G7_2XLARGE = GpuInstanceType.listed('g7.2xlarge');
  /** g7.4xlarge: 1 x RTX PRO 4500, 16 vCPUs, 64 GiB, no EFA. Needs driver 595 or later. */
  public static readonly G7_4XLARGE = GpuInstanceType.listed('g7.4xlarge');
  /** g7.8xlarge: 1 x RTX PRO 4500, 32 vCPUs, 128 GiB, 1 EFA. Needs driver 595 or later. */
  public static readonly G7_8XLARGE = GpuInstanceType.listed('g7.8xlarge');
  /** g7.12xlarge: 2 x RTX PRO 4500, 48 vCPUs, 192 GiB, 1 EFA. Needs driver 595 or later. */
  public static readonly G7_12XLARGE = GpuInstanceType.listed('g7.12xlarge');
  /** g7.24xlarge: 4 x RTX PRO 4500, 96 vCPUs, 384 GiB, 1 EFA. Needs driver 595 or later. */
  public static readonly G7_24XLARGE = GpuInstanceType.listed('g7.24xlarge');
  /** g7.48xlarge: 8 x RTX PRO 4500, 192 vCPUs, 768 GiB, 2 EFA. Needs driver 595 or later. */
  public static readonly G7_48XLARGE = GpuInstanceType.listed('g7.48xlarge');
  /** g7e.2xlarge: 1 x RTX PRO 6000, 8 vCPUs, 64 GiB, no EFA. */
  public static readonly G7E_2XLARGE = GpuInstanceType.listed('g7e.2xlarge');
  /** g7e.4xlarge: 1 x RTX PRO 6000, 16 vCPUs, 128 GiB, no EFA. */
  public static readonly G7E_4XLARGE = GpuInstanceType.listed('g7e.4xlarge');
  /** g7e.8xlarge: 1 x RTX PRO 6000, 32 vCPUs, 256 GiB, 1 EFA. */
  public static readonly G7E_8XLARGE = GpuInstanceType.listed('g7e.8xlarge');
  /** g7e.12xlarge: 2 x RTX PRO 6000, 48 vCPUs, 512 GiB, 1 EFA. */
  public static readonly G7E_12XLARGE = GpuInstanceType.listed('g7e.12xlarge');
  /** g7e.24xlarge: 4 x RTX PRO 6000, 96 vCPUs, 1024 GiB, 2 EFA. */
  public static readonly G7E_24XLARGE = GpuInstanceType.listed('g7e.24xlarge');
  /** g7e.48xlarge: 8 x RTX PRO 6000, 192 vCPUs, 2048 GiB, 4 EFA. */
  public static readonly G7E_48XLARGE = GpuInstanceType.listed('g7e.48xlarge');

  /** Every instance type of the catalog; frozen. */
  public static readonly ALL: GpuInstanceType[] = Object.freeze(LISTED) as GpuInstanceType[];

  /**
   * An EC2 instance type of the catalog.
   *
   * @param name for example `p5.48xlarge`, in any case
   * @throws UnscopedValidationError for an unknown name, with the nearest known names
   */
  public static of(name: string): GpuInstanceType {
    const wanted = nameText(name).trim().toLowerCase();
    const found = GpuInstanceType.ALL.find((type) => type.name === wanted);
    if (found) return found;
    // How cdktf writes a value that only Terraform knows.
    if (typeof name === 'string' && /TfToken\[/.test(name)) {
      throw new UnscopedValidationError([
        fault(
          'VALUE_NOT_CONCRETE',
          undefined,
          'the name of a GPU instance type must be known at synthesis because everything about the nodes derives from it; got a token (a value ' +
            'Terraform only knows later); pass a literal value',
        ),
      ]);
    }
    // It is sold (EKS user guide, UltraServers), and no page has its network cards; its sister has other GPUs.
    const unpublished = wanted.startsWith('p6e-gb300');
    const known = unpublished ? [] : GpuInstanceType.ALL.map((type) => type.name);
    const cure = 'GpuInstanceType.unlisted describes newer types of EC2, GpuNodeType.custom other hardware';
    const otherwise = unpublished ? `AWS has not published its network cards; it has 4 × GB300; ${cure}` : cure;
    throw new UnscopedValidationError([unknownNameFault('GPU instance type', name, known, otherwise)]);
  }

  /**
   * An EC2 instance type that the catalog does not list, because it is newer than this library.
   *
   * @param props the facts that EC2 states
   * @throws UnscopedValidationError with all faults: a name that is listed or does not belong to an instance type, counts that are not
   * whole numbers above zero, cards that repeat an index, an NVLink domain that does not divide the GPUs
   */
  public static unlisted(props: UnlistedInstanceTypeProps): GpuInstanceType {
    const { networkCards = cards(1, 4, 0), ipv4PerInterface = 30, rdmaRead = false, rdmaWrite = false } = props;
    const network = {
      networkCards,
      ipv4PerInterface,
      rdmaRead,
      rdmaWrite,
      legacy: false,
      fractionOfGpu: 1,
      blocksOnly: false,
    };
    throwIfFaulty(cardFaults(networkCards));
    throwIfFaulty(
      allOf(
        () => (typeof props.name === 'string' ? instanceNameFaults(props.name) : []),
        () => nodeTypeFaults(props),
        () => networkFaults(network),
        () => flagFault('rdmaRead', rdmaRead),
        () => flagFault('rdmaWrite', rdmaWrite),
      ),
    );
    const own = { ...network, networkCards: cardsByIndex(networkCards) };
    return new GpuInstanceType({ ...props, nvlinkDomainSize: nvlinkDomainOf(props) }, own);
  }

  private static listed(name: InstanceName): GpuInstanceType {
    const facts = INSTANCE_TABLE[name];
    const { gpu, gpuCount, vcpus, networkBandwidthGbps, interconnect, nvlinkDomainSize } = facts;
    const type = new GpuInstanceType(
      {
        ...{ name, gpu, gpuCount, vcpus, networkBandwidthGbps, interconnect, nvlinkDomainSize },
        gpuMemory: DataSize.mib(facts.gpuMemoryMib),
        memory: DataSize.gib(facts.memoryGib),
        architecture: facts.architecture,
        localStorage: facts.instanceStorageGb === undefined ? undefined : DataSize.gb(facts.instanceStorageGb),
      },
      {
        ...facts,
        legacy: facts.legacy ?? false,
        fractionOfGpu: facts.fractionOfGpu ?? 1,
        blocksOnly: facts.blocksOnly ?? false,
      },
      () => regionsOf(name),
    );
    LISTED.push(type);
    return type;
  }

  /** IPv4 addresses of one interface. */
  public readonly ipv4PerInterface: number;
  /** Whether EFA reads remote memory directly. */
  public readonly rdmaRead: boolean;
  /** Whether EFA writes remote memory directly. */
  public readonly rdmaWrite: boolean;

  private readonly isLegacy: boolean;

  // Made when first asked for: a program has one or two types of the hundred that are listed.
  readonly #cards = lazily(() => cardsByIndex(this.network.networkCards));
  readonly #regions: () => string[] | undefined;

  private constructor(
    private readonly props: GpuNodeTypeProps,
    private readonly network: NetworkFacts,
    regions: () => string[] | undefined = () => undefined,
  ) {
    const efa = network.networkCards.some((card) => card.efa);
    // Only EFA reads and writes remote memory: the small sizes of a Nitro 4 family have none.
    const [rdmaRead, rdmaWrite] = [efa && network.rdmaRead, efa && network.rdmaWrite];
    // EFA has GPUDirect where the GPUs have NVLink; the plugin's own table requires it of no type with one GPU, p5.4xlarge included
    // (aws/aws-ofi-nccl 2daf7d3, src/platform-aws.cpp).
    const gpuDirect = (props.nvlinkDomainSize ?? 1) > 1 && (rdmaRead || rdmaWrite);
    super({ ...props, rdma: props.rdma ?? efa, gpuDirect: props.gpuDirect ?? gpuDirect });
    this.ipv4PerInterface = network.ipv4PerInterface;
    this.rdmaRead = rdmaRead;
    this.rdmaWrite = rdmaWrite;
    this.isLegacy = network.legacy;
    this.#regions = lazily(() => {
      const known = regions();
      return known && (Object.freeze(known) as string[]);
    });
  }

  /** Network cards by index. */
  public get networkCards(): NetworkCard[] {
    return this.#cards();
  }

  /** Regions in which AWS sells the type on demand, sorted. @default - not known */
  public get regions(): string[] | undefined {
    return this.#regions();
  }

  /**
   * The same type in a region in which AWS sells it since this library was released.
   *
   * @param region e.g. `eu-south-2`
   */
  public offeredIn(region: string): GpuInstanceType {
    const regions = this.regions && [...new Set([...this.regions, region])].sort();
    return new GpuInstanceType(this.props, this.network, () => regions);
  }

  /** Whether this is an EC2 instance type: it is. */
  public override get isEc2(): boolean {
    return true;
  }

  /** Whether AWS lists the type as previous generation; using it gives a warning. */
  public override get legacy(): boolean {
    return this.isLegacy;
  }

  /** Part of a GPU that a node has as a virtual GPU, e.g. 0.125 of g6f.xlarge; `gpu` is that part. 1 with whole GPUs. */
  public override get fractionOfGpu(): number {
    return this.network.fractionOfGpu;
  }

  /**
   * List price of AWS for one instance, US dollars an hour: on demand, Linux, us-east-1, 20 July 2026. The planner ranks by it where no prices
   * are given; what you pay depends on region, date and contract. `undefined` where that region does not sell it on demand.
   *
   * @see https://github.com/aws/karpenter-provider-aws/blob/1d92708/pkg/providers/pricing/zz_generated.pricing_aws.go
   */
  public override get listPricePerHour(): number | undefined {
    return onDemandPrice(this.name);
  }

  /** Whether AWS sells it as Capacity Blocks alone, neither on demand nor spot. */
  public get blocksOnly(): boolean {
    return this.network.blocksOnly;
  }

  /**
   * Whether the planner chooses it where no hardware is named: not what AWS retires or sells in blocks alone, parts of GPUs, hosts of another
   * architecture than images are built for, or GPUs that the driver of the default node images does not know.
   *
   * @internal
   */
  public get _isChosenUnasked(): boolean {
    const { firstDriverMajor = 0 } = this.gpu;
    const known = firstDriverMajor <= (EksRelease.DEFAULT.nvidiaDriverMajor ?? firstDriverMajor);
    const usual = this.architecture === CpuArchitecture.X86_64 && this.fractionOfGpu === 1;
    return usual && known && !this.legacy && !this.blocksOnly;
  }

  /**
   * Whether AWS sells it in a region on demand, as far as is known.
   *
   * @internal
   */
  public _isSoldIn(region?: string): boolean {
    return region === undefined || !isKnownRegion(region) || (this.regions?.includes(region) ?? true);
  }

  /** EFA interfaces that one node can have: one per card that can hold one. */
  public override get efaInterfaces(): number {
    return this.networkCards.filter((card) => card.efa).length;
  }

  /**
   * Maximum number of pods on a node with the VPC CNI's secondary addresses, without EFA-only interfaces: `ENI × (IPv4 - 1) + 2`, where
   * only the interfaces of card 0 count. Each EFA-only interface on card 0 takes `ipv4PerInterface - 1` of them.
   */
  public get defaultMaxPods(): number {
    return (this.networkCards[0]?.maxInterfaces ?? 0) * (this.ipv4PerInterface - 1) + 2;
  }

  /**
   * Maximum number of pods on a node with the VPC CNI's secondary addresses.
   *
   * @param withEfa whether the pool has EFA; an EFA-only interface on card 0 takes the addresses of one
   */
  public override podsByAddresses(withEfa: boolean): number | undefined {
    const taken = withEfa && this.networkCards[0]?.efa ? this.ipv4PerInterface - 1 : 0;
    return this.defaultMaxPods - taken;
  }
}

checkArguments('GpuInstanceType', GpuInstanceType);

/**
 * The EC2 instance type of some hardware; undefined outside EC2.
 *
 * @internal
 */
export function instanceTypeOf(hardware: GpuNodeType): GpuInstanceType | undefined {
  return hardware.isEc2 ? (hardware as GpuInstanceType) : undefined;
}
