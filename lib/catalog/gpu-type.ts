import { DataSize } from '../units/data-size';
import { throwIfFaulty, UnscopedValidationError } from '../units/errors';
import { fault } from '../units/fault';
import { givenValue } from '../units/number-faults';
import { GpuFacts } from './gpu-facts';
import { knownGpuName, nearGpus } from './gpu-names';
import { GpuTypeProps, factsOfGpu, gpuNameOf, gpuTypeFaults } from './gpu-type-props';
import { GPU_TABLE, GpuName } from './gpu-type-table';
import { GpuVendor } from './gpu-vendor';
import { nameText } from './near-names';
import { Precision } from './precision';
import { checkArguments } from '../units/argument-faults';

const LISTED: GpuType[] = [];

/**
 * A GPU model: its memory, bandwidths and compute rates. One table holds the facts, each row with its source.
 */
export class GpuType {
  /** NVIDIA V100 SXM2 16 GB. */
  public static readonly V100_16GB = GpuType.listed('V100-16GB');
  /** NVIDIA V100 SXM2 32 GB. */
  public static readonly V100_32GB = GpuType.listed('V100-32GB');
  /** NVIDIA T4 16 GB. */
  public static readonly T4 = GpuType.listed('T4');
  /** NVIDIA A10G 24 GB. */
  public static readonly A10G = GpuType.listed('A10G');
  /** NVIDIA L4 24 GB. */
  public static readonly L4 = GpuType.listed('L4');
  /** NVIDIA L40S 48 GB. */
  public static readonly L40S = GpuType.listed('L40S');
  /** NVIDIA A100 SXM4 40 GB. */
  public static readonly A100_40GB = GpuType.listed('A100-40GB');
  /** NVIDIA A100 SXM4 80 GB. */
  public static readonly A100_80GB = GpuType.listed('A100-80GB');
  /** NVIDIA H100 SXM5 80 GB. */
  public static readonly H100 = GpuType.listed('H100');
  /** NVIDIA H200 SXM5 141 GB. */
  public static readonly H200 = GpuType.listed('H200');
  /** NVIDIA B200 SXM6 180 GB. */
  public static readonly B200 = GpuType.listed('B200');
  /** NVIDIA B300 SXM6 288 GB. */
  public static readonly B300 = GpuType.listed('B300');
  /** NVIDIA V100 PCIe 32 GB. */
  public static readonly V100_PCIE_32GB = GpuType.listed('V100-PCIE-32GB');
  /** NVIDIA A10 24 GB. */
  public static readonly A10 = GpuType.listed('A10');
  /** NVIDIA A30 24 GB. */
  public static readonly A30 = GpuType.listed('A30');
  /** NVIDIA A40 48 GB. */
  public static readonly A40 = GpuType.listed('A40');
  /** NVIDIA A100 PCIe 80 GB, without NVLink bridge. */
  public static readonly A100_80GB_PCIE = GpuType.listed('A100-80GB-PCIE');
  /** NVIDIA H100 PCIe 80 GB, without NVLink bridge. */
  public static readonly H100_PCIE = GpuType.listed('H100-PCIE');
  /** NVIDIA GB200, one of its GPUs. */
  public static readonly GB200 = GpuType.listed('GB200');
  /** NVIDIA RTX PRO 6000 Server 96 GB. */
  public static readonly RTX_PRO_6000 = GpuType.listed('RTX-PRO-6000');
  /** NVIDIA Jetson AGX Orin 64 GB, memory shared with the host. */
  public static readonly JETSON_AGX_ORIN_64GB = GpuType.listed('JETSON-AGX-ORIN-64GB');
  /** NVIDIA Jetson Orin Nano Super 8 GB, memory shared with the host. */
  public static readonly JETSON_ORIN_NANO_8GB = GpuType.listed('JETSON-ORIN-NANO-8GB');
  /** NVIDIA H20 SXM5 96 GB. */
  public static readonly H20 = GpuType.listed('H20');
  /** NVIDIA H20 SXM5 141 GB. */
  public static readonly H20_141GB = GpuType.listed('H20-141GB');
  /** NVIDIA H800 SXM5 80 GB. */
  public static readonly H800 = GpuType.listed('H800');
  /** NVIDIA A800 SXM4 80 GB. */
  public static readonly A800_80GB = GpuType.listed('A800-80GB');
  /** NVIDIA H100 NVL 94 GB, joined in pairs by NVLink bridges. */
  public static readonly H100_NVL = GpuType.listed('H100-NVL');
  /** NVIDIA H200 NVL 141 GB, joined by NVLink bridges. */
  public static readonly H200_NVL = GpuType.listed('H200-NVL');
  /** NVIDIA GH200 96 GB, the GPU of the superchip. */
  public static readonly GH200 = GpuType.listed('GH200');
  /** NVIDIA GH200 144 GB, the GPU of the superchip; two are joined by NVLink. */
  public static readonly GH200_144GB = GpuType.listed('GH200-144GB');
  /** NVIDIA GB300, one of its GPUs. */
  public static readonly GB300 = GpuType.listed('GB300');
  /** NVIDIA L40 48 GB. */
  public static readonly L40 = GpuType.listed('L40');
  /** NVIDIA L20 48 GB. */
  public static readonly L20 = GpuType.listed('L20');
  /** NVIDIA A2 16 GB. */
  public static readonly A2 = GpuType.listed('A2');
  /** Half an NVIDIA L4, as a virtual GPU of EC2. */
  public static readonly L4_12Q = GpuType.listed('L4-12Q');
  /** A quarter of an NVIDIA L4, as a virtual GPU of EC2. */
  public static readonly L4_6Q = GpuType.listed('L4-6Q');
  /** An eighth of an NVIDIA L4, as a virtual GPU of EC2. */
  public static readonly L4_3Q = GpuType.listed('L4-3Q');
  /** NVIDIA RTX PRO 4500 Server 32 GB. */
  public static readonly RTX_PRO_4500 = GpuType.listed('RTX-PRO-4500');
  /** NVIDIA GeForce RTX 3090 24 GB, without NVLink bridge. */
  public static readonly RTX_3090 = GpuType.listed('RTX-3090');
  /** NVIDIA GeForce RTX 4090 24 GB. */
  public static readonly RTX_4090 = GpuType.listed('RTX-4090');
  /** NVIDIA GeForce RTX 5090 32 GB. */
  public static readonly RTX_5090 = GpuType.listed('RTX-5090');
  /** NVIDIA RTX A6000 48 GB, without NVLink bridge. */
  public static readonly RTX_A6000 = GpuType.listed('RTX-A6000');
  /** NVIDIA RTX 6000 Ada 48 GB. */
  public static readonly RTX_6000_ADA = GpuType.listed('RTX-6000-ADA');
  /** NVIDIA GB10 of DGX Spark, 128 GB of memory shared with the host. */
  public static readonly GB10 = GpuType.listed('GB10');
  /** NVIDIA Jetson AGX Thor 128 GB, memory shared with the host. */
  public static readonly JETSON_AGX_THOR_128GB = GpuType.listed('JETSON-AGX-THOR-128GB');
  /** AMD Instinct MI300X 192 GB: planned, not deployed. */
  public static readonly MI300X = GpuType.listed('MI300X');
  /** AMD Instinct MI325X 256 GB: planned, not deployed. */
  public static readonly MI325X = GpuType.listed('MI325X');
  /** AMD Instinct MI355X 288 GB: planned, not deployed. */
  public static readonly MI355X = GpuType.listed('MI355X');

  /** Every GPU of the table. */
  public static readonly ALL: GpuType[] = Object.freeze([...LISTED]) as GpuType[];

  /**
   * A GPU by its name, in any case, with `_`, blanks or `-`, with or without its brand: `A100-80GB`, `NVIDIA GeForce RTX 4090`, `4090`.
   *
   * @param name for example `A100-80GB`
   * @throws UnscopedValidationError for an unknown name, with those that it may mean and their memory
   */
  public static of(name: string): GpuType {
    const all = GpuType.ALL.map((gpu) => ({ name: gpu.name, memoryGib: gpu.memory.gib }));
    const wanted = knownGpuName(nameText(name).slice(0, 64), all);
    const found = GpuType.ALL.find((gpu) => gpu.name === wanted);
    if (found) return found;
    const near = nearGpus(nameText(name).slice(0, 64), all);
    const nearest = near.length > 0 ? `; nearest: ${near.join(', ')}` : '';
    const known = GpuType.ALL.map((gpu) => gpu.name).join(', ');
    const reason = `unknown GPU type ${givenValue(name)}${nearest}; GpuType.custom describes another one; known: ${known}`;
    throw new UnscopedValidationError([fault('UNKNOWN_VALUE', undefined, reason)]);
  }

  /**
   * A GPU that the table does not have, for planning and for own hardware. Its times count as extrapolated.
   *
   * @param props its memory and bandwidth, and what else is known
   * @throws UnscopedValidationError with all faults: a name of the table, values that no GPU has
   */
  public static custom(props: GpuTypeProps): GpuType {
    throwIfFaulty(gpuTypeFaults(props));
    return new GpuType(gpuNameOf(props), factsOfGpu(props), props);
  }

  private static listed(name: GpuName): GpuType {
    const gpu = new GpuType(name, GPU_TABLE[name]);
    LISTED.push(gpu);
    return gpu;
  }

  /** Name, e.g. `A100-80GB`. */
  public readonly name: string;
  /** Memory as CUDA reports it to a process: less than the marketing figure and than what EC2 states. */
  public readonly memory: DataSize;
  /** Who makes it. */
  public readonly vendor: GpuVendor;
  /**
   * CUDA compute capability, e.g. 8.9; of AMD that of the generation of NVIDIA whose formats it computes in.
   */
  public readonly computeCapability: number;
  /** Memory bandwidth, GB/s. */
  public readonly memoryBandwidthGBps: number;
  /** NVLink bandwidth in one direction, GB/s; zero without NVLink. */
  public readonly nvlinkGBps: number;
  /** PCI Express bandwidth in one direction, GB/s. */
  public readonly pcieGBps: number;
  /** Thermal design power, watts. */
  public readonly tdpWatts: number;
  /** Whether the memory is the host's too: what the system and other processes use is missing to the GPU. */
  public readonly sharedMemory: boolean;
  /** Last major version of NVIDIA's driver that supports it. @default - current drivers support it */
  public readonly lastDriverMajor?: number;
  /** First major version of NVIDIA's driver that supports it. @default - every driver of current images does */
  public readonly firstDriverMajor?: number;
  /** Where the facts come from. */
  public readonly source: string;

  private constructor(
    name: string,
    private readonly facts: GpuFacts,
    /**
     * How it was described; undefined for GPUs of the table.
     *
     * @internal
     */
    public readonly _props?: GpuTypeProps,
  ) {
    this.name = name;
    this.vendor = facts.vendor ?? GpuVendor.NVIDIA;
    this.memory = DataSize.gib(facts.reportedGib);
    this.computeCapability = facts.computeCapability;
    this.memoryBandwidthGBps = facts.memoryBandwidthGBps;
    this.nvlinkGBps = facts.nvlinkGBps;
    this.pcieGBps = facts.pcieGBps;
    this.tdpWatts = facts.tdpWatts;
    this.sharedMemory = facts.sharedMemory ?? false;
    this.lastDriverMajor = facts.lastDriverMajor;
    this.firstDriverMajor = facts.firstDriverMajor;
    this.source = facts.source;
  }

  /**
   * Whether serving engines run weights of a precision on this GPU.
   *
   * @param precision number format of the weights
   */
  public supports(precision: Precision): boolean {
    // NVFP4 is NVIDIA's own; AMD has the formats of the Open Compute Project.
    if (this.vendor === GpuVendor.AMD && precision.name === Precision.NVFP4.name) return false;
    return this.computeCapability >= precision.minimumComputeCapability;
  }

  /** The widest 16-bit format that it computes in: bf16, or fp16 before compute capability 8.0. */
  public get sixteenBitPrecision(): Precision {
    return this.supports(Precision.BF16) ? Precision.BF16 : Precision.FP16;
  }

  /**
   * Dense rate of matrix products with weights of a precision, TFLOP/s. Weight-only formats (int4, and 4-bit floating point where
   * the GPU has no units for it) are computed in 16 bits.
   *
   * @param precision number format of the weights
   */
  public denseTflops(precision: Precision): number {
    switch (precision.name) {
      case Precision.FP32.name:
        return this.facts.fp32Tflops;
      case Precision.FP8.name:
      case Precision.FP8_BLOCK.name:
        return this.facts.fp8Tflops || this.facts.fp16Tflops;
      case Precision.INT8.name:
        return this.facts.int8Tops > this.facts.fp16Tflops ? this.facts.int8Tops : this.facts.fp16Tflops;
      case Precision.NVFP4.name:
        return this.facts.fp4Tflops || this.facts.fp16Tflops;
      default:
        return this.facts.fp16Tflops;
    }
  }

  /**
   * The same GPU with its power limited: a share of its rates of computing, and of that of its memory.
   *
   * @internal
   */
  public _limited({ compute, memory }: { readonly compute: number; readonly memory: number }): GpuType {
    const { facts } = this;
    return new GpuType(
      this.name,
      {
        ...facts,
        memoryBandwidthGBps: facts.memoryBandwidthGBps * memory,
        fp16Tflops: facts.fp16Tflops * compute,
        fp32Tflops: facts.fp32Tflops * compute,
        fp8Tflops: facts.fp8Tflops * compute,
        int8Tops: facts.int8Tops * compute,
        fp4Tflops: facts.fp4Tflops * compute,
      },
      this._props,
    );
  }

  /** The name. */
  public toString(): string {
    return this.name;
  }
}

checkArguments('GpuType', GpuType);
