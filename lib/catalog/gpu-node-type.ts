import { DataSize } from '../units/data-size';
import { throwIfFaulty } from '../units/errors';
import { Fault, fault } from '../units/fault';
import { givenValue, notNegativeFault, positiveFault, wholeNumberFault } from '../units/number-faults';
import { CpuArchitecture } from './cpu-architecture';
import { INSTANCE_TABLE } from './gpu-instance-table';
import { GpuInterconnect } from './gpu-interconnect';
import { GpuType } from './gpu-type';
import { narrowed, structFaults } from '../units/struct-faults';
import { checkArguments } from '../units/argument-faults';
import { allOf, isUnreadable } from '../units/unreadable';

/**
 * What one node with GPUs has.
 */
export interface GpuNodeTypeProps {
  /** Name of the kind of node, e.g. `dgx-a100`: lower-case letters, digits, dots and hyphens. */
  readonly name: string;
  /** Kind of GPU. */
  readonly gpu: GpuType;
  /** GPUs of one node. */
  readonly gpuCount: number;
  /** Memory of one GPU as its vendor states it. @default - what the GPU reports */
  readonly gpuMemory?: DataSize;
  /** Virtual CPUs: threads of the host's processors. */
  readonly vcpus: number;
  /** Host memory. */
  readonly memory: DataSize;
  /** Local disks that pods can use, together. @default - not known */
  readonly localStorage?: DataSize;
  /** Network bandwidth of the node, all adapters together, Gb/s. @default 10 */
  readonly networkBandwidthGbps?: number;
  /** How the GPUs reach each other. @default GpuInterconnect.PCIE */
  readonly interconnect?: GpuInterconnect;
  /** GPUs of one NVLink domain. @default - all GPUs of the node with NVLink, else 1 */
  readonly nvlinkDomainSize?: number;
  /** Whether nodes reach each other by RDMA, where no fabric states it. @default false */
  readonly rdma?: boolean;
  /**
   * Whether network adapters read and write GPU memory directly (GPUDirect RDMA), without a copy in host memory.
   * @default - true with NVLink or a single GPU
   */
  readonly gpuDirect?: boolean;
  /** Architecture of the host's processors. @default CpuArchitecture.X86_64 */
  readonly architecture?: CpuArchitecture;
}

/**
 * Hardware of a node with GPUs: a rack server or a Jetson, described by `custom`, or an EC2 instance, a `GpuInstanceType`.
 */
export class GpuNodeType {
  /**
   * Hardware outside EC2: rack servers, workstations, Jetsons.
   *
   * @param props what one node has
   * @throws UnscopedValidationError with all faults: a name that EC2 uses or that is not a name, counts that are not whole numbers
   * above zero, an NVLink domain that does not divide the GPUs
   */
  public static custom(props: GpuNodeTypeProps): GpuNodeType {
    throwIfFaulty(
      allOf(
        () => nodeTypeFaults(props),
        () => ec2NameFaults(props?.name),
      ),
    );
    return new GpuNodeType(props);
  }

  /** Name, e.g. `p5.48xlarge` or `dgx-a100`. */
  public readonly name: string;
  /** Kind of GPU. */
  public readonly gpu: GpuType;
  /** GPUs of one node. */
  public readonly gpuCount: number;
  /** Memory of one GPU as EC2 or its vendor states it; what a process can use is `gpu.memory`. */
  public readonly gpuMemory: DataSize;
  /** Virtual CPUs. */
  public readonly vcpus: number;
  /** Host memory. */
  public readonly memory: DataSize;
  /** Local disks together: the instance-store volumes of EC2. @default - none, or not known */
  public readonly localStorage?: DataSize;
  /** Network bandwidth of all adapters together, Gb/s. */
  public readonly networkBandwidthGbps: number;
  /** How the GPUs of a node reach each other. */
  public readonly interconnect: GpuInterconnect;
  /** GPUs that reach each other by NVLink; 1 without NVLink. */
  public readonly nvlinkDomainSize: number;
  /** Whether nodes reach each other by RDMA, where no fabric states it. */
  public readonly rdma: boolean;
  /** Whether network adapters read and write GPU memory directly (GPUDirect RDMA). */
  public readonly gpuDirect: boolean;
  /** Architecture of the host's processors. */
  public readonly architecture: CpuArchitecture;

  /**
   * @param props what one node has
   */
  protected constructor(props: GpuNodeTypeProps) {
    this.name = props.name;
    this.gpu = props.gpu;
    this.gpuCount = props.gpuCount;
    this.gpuMemory = props.gpuMemory ?? props.gpu.memory;
    this.vcpus = props.vcpus;
    this.memory = props.memory;
    this.localStorage = props.localStorage;
    this.networkBandwidthGbps = props.networkBandwidthGbps ?? 10;
    this.interconnect = props.interconnect ?? GpuInterconnect.PCIE;
    this.nvlinkDomainSize = nvlinkDomainOf(props);
    this.rdma = props.rdma ?? false;
    this.gpuDirect = props.gpuDirect ?? (this.nvlinkDomainSize > 1 || this.gpuCount === 1);
    this.architecture = props.architecture ?? CpuArchitecture.X86_64;
  }

  /** Whether this is an EC2 instance type, listed or not: its nodes carry the name as their instance type. */
  public get isEc2(): boolean {
    return false;
  }

  /** EFA interfaces that one node can have; 0 outside EC2. */
  public get efaInterfaces(): number {
    return 0;
  }

  /** Whether AWS lists the type as previous generation; false outside EC2. */
  public get legacy(): boolean {
    return false;
  }

  /** List price of one node for an hour, US dollars; `undefined` for own hardware and for what is not sold on demand. */
  public get listPricePerHour(): number | undefined {
    return undefined;
  }

  /** Part of a GPU that a node has as a virtual GPU; 1 with whole GPUs. */
  public get fractionOfGpu(): number {
    return 1;
  }

  /** Memory of all GPUs as a process can use it. */
  public get totalGpuMemory(): DataSize {
    return this.gpu.memory.times(this.gpuCount);
  }

  /**
   * Maximum number of pods on a node, where the addresses of its network interfaces limit it; undefined where they do not.
   *
   * @param withEfa whether a pool with EFA-only interfaces takes some of them
   */
  public podsByAddresses(withEfa: boolean): number | undefined {
    void withEfa;
    return undefined;
  }

  /** The name. */
  public toString(): string {
    return this.name;
  }
}

checkArguments('GpuNodeType', GpuNodeType);

/** Most GPUs of a node, far above every one: the planner looks at every degree of parallelism up to it. */
const MOST_GPUS = 1024;

/**
 * What is wrong with the description of a node.
 *
 * @internal
 */
export function nodeTypeFaults(props: GpuNodeTypeProps): Fault[] {
  const wrong = kindFaults(props);
  if (wrong.length > 0) return wrong;
  const { name, gpuCount } = props;
  const domain = nvlinkDomainOf(props);
  const faults = allOf(
    () => nodeNameFaults(name),
    () => wholeNumberFault('gpuCount', gpuCount, 1, MOST_GPUS),
    () => wholeNumberFault('vcpus', props.vcpus, 1),
    () => wholeNumberFault('nvlinkDomainSize', props.nvlinkDomainSize, 1),
    () => notNegativeFault('networkBandwidthGbps', props.networkBandwidthGbps),
    () => positiveFault('memory', props.memory.bytes),
    () => positiveFault('gpuMemory', props.gpuMemory?.bytes),
  );
  if (faults.length === 0 && gpuCount % domain !== 0) {
    faults.push(
      fault(
        'NVLINK_DOMAIN_DOES_NOT_DIVIDE_GPUS',
        'nvlinkDomainSize',
        `nvlinkDomainSize must divide the ${gpuCount} GPUs of the node; got ${domain}`,
      ),
    );
  }
  if (faults.length === 0 && !hasNvlink(props.interconnect) && domain !== 1) {
    faults.push(
      fault(
        'CONFLICTING_PROPERTIES',
        'nvlinkDomainSize',
        `nvlinkDomainSize must be 1 without NVLink; got ${domain}; set interconnect where the GPUs have NVLink`,
      ),
    );
  }
  return faults;
}

function nodeNameFaults(name: string): Fault[] {
  if (/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(name)) return [];
  const allowed = 'lower-case letters, digits, dots and hyphens, with a letter or digit at both ends';
  return [fault('INVALID_NAME', 'name', `name must consist of ${allowed}; got '${name}'`)];
}

/** What programs without types, and plans that were edited, bring instead of what is meant. */
function kindFaults(props: GpuNodeTypeProps): Fault[] {
  // An instance type of EC2 has more of them.
  const wrong = structFaults('GpuNodeTypeProps', narrowed('GpuNodeTypeProps', props));
  if (wrong.length > 0 || typeof props.name === 'string' || isUnreadable(props.name)) return wrong;
  return [fault('INVALID_NAME', 'name', `name must be a text, e.g. 'dgx-h100'; got ${givenValue(props.name)}`)];
}

/** The fault of hardware outside EC2 that is named like an EC2 instance type, whose facts are known. */
function ec2NameFaults(name: string): Fault[] {
  if (typeof name !== 'string' || !Object.hasOwn(INSTANCE_TABLE, name)) return [];
  const cure = `use GpuInstanceType.of('${name}'), or another name for other hardware`;
  return [fault('NAME_OF_EC2_INSTANCE_TYPE', 'name', `'${name}' is an instance type of EC2; ${cure}`)];
}

/**
 * GPUs of one NVLink domain.
 *
 * @internal
 */
export function nvlinkDomainOf({ nvlinkDomainSize, interconnect, gpuCount }: GpuNodeTypeProps): number {
  return nvlinkDomainSize ?? (hasNvlink(interconnect) ? gpuCount : 1);
}

function hasNvlink(interconnect?: GpuInterconnect): boolean {
  return interconnect === GpuInterconnect.NVSWITCH || interconnect === GpuInterconnect.NVLINK_MESH;
}
