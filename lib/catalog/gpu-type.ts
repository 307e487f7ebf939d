import { DataSize } from '../units/data-size';
import { UnscopedValidationError } from '../units/errors';
import { GPU_TABLE, GpuFacts, GpuName } from './gpu-type-table';
import { nameText, unknownNameFault } from './near-names';
import { Precision } from './precision';
import { checkArguments } from '../units/argument-faults';

/**
 * A GPU model: its memory, bandwidths and compute rates. One table holds the facts, each row with its source.
 */
export class GpuType {
  /** NVIDIA V100 SXM2 16 GB. */
  public static readonly V100_16GB = new GpuType('V100-16GB', GPU_TABLE['V100-16GB']);
  /** NVIDIA V100 SXM2 32 GB. */
  public static readonly V100_32GB = new GpuType('V100-32GB', GPU_TABLE['V100-32GB']);
  /** NVIDIA T4 16 GB. */
  public static readonly T4 = new GpuType('T4', GPU_TABLE.T4);
  /** NVIDIA A10G 24 GB. */
  public static readonly A10G = new GpuType('A10G', GPU_TABLE.A10G);
  /** NVIDIA L4 24 GB. */
  public static readonly L4 = new GpuType('L4', GPU_TABLE.L4);
  /** NVIDIA L40S 48 GB. */
  public static readonly L40S = new GpuType('L40S', GPU_TABLE.L40S);
  /** NVIDIA A100 SXM4 40 GB. */
  public static readonly A100_40GB = new GpuType('A100-40GB', GPU_TABLE['A100-40GB']);
  /** NVIDIA A100 SXM4 80 GB. */
  public static readonly A100_80GB = new GpuType('A100-80GB', GPU_TABLE['A100-80GB']);
  /** NVIDIA H100 SXM5 80 GB. */
  public static readonly H100 = new GpuType('H100', GPU_TABLE.H100);
  /** NVIDIA H200 SXM5 141 GB. */
  public static readonly H200 = new GpuType('H200', GPU_TABLE.H200);
  /** NVIDIA B200 SXM6 180 GB. */
  public static readonly B200 = new GpuType('B200', GPU_TABLE.B200);
  /** NVIDIA B300 SXM6 288 GB. */
  public static readonly B300 = new GpuType('B300', GPU_TABLE.B300);
  /** NVIDIA V100 PCIe 32 GB. */
  public static readonly V100_PCIE_32GB = new GpuType('V100-PCIE-32GB', GPU_TABLE['V100-PCIE-32GB']);
  /** NVIDIA A10 24 GB. */
  public static readonly A10 = new GpuType('A10', GPU_TABLE.A10);
  /** NVIDIA A30 24 GB. */
  public static readonly A30 = new GpuType('A30', GPU_TABLE.A30);
  /** NVIDIA A40 48 GB. */
  public static readonly A40 = new GpuType('A40', GPU_TABLE.A40);
  /** NVIDIA A100 PCIe 80 GB, without NVLink bridge. */
  public static readonly A100_80GB_PCIE = new GpuType('A100-80GB-PCIE', GPU_TABLE['A100-80GB-PCIE']);
  /** NVIDIA H100 PCIe 80 GB, without NVLink bridge. */
  public static readonly H100_PCIE = new GpuType('H100-PCIE', GPU_TABLE['H100-PCIE']);
  /** NVIDIA GB200, one of its GPUs. */
  public static readonly GB200 = new GpuType('GB200', GPU_TABLE.GB200);
  /** NVIDIA RTX PRO 6000 Server 96 GB. */
  public static readonly RTX_PRO_6000 = new GpuType('RTX-PRO-6000', GPU_TABLE['RTX-PRO-6000']);
  /** NVIDIA Jetson AGX Orin 64 GB, memory shared with the host. */
  public static readonly JETSON_AGX_ORIN_64GB = new GpuType('JETSON-AGX-ORIN-64GB', GPU_TABLE['JETSON-AGX-ORIN-64GB']);
  /** NVIDIA Jetson Orin Nano Super 8 GB, memory shared with the host. */
  public static readonly JETSON_ORIN_NANO_8GB = new GpuType('JETSON-ORIN-NANO-8GB', GPU_TABLE['JETSON-ORIN-NANO-8GB']);

  /** Every GPU of the table. */
  public static readonly ALL: GpuType[] = Object.freeze([
    GpuType.V100_16GB,
    GpuType.V100_32GB,
    GpuType.T4,
    GpuType.A10G,
    GpuType.L4,
    GpuType.L40S,
    GpuType.A100_40GB,
    GpuType.A100_80GB,
    GpuType.H100,
    GpuType.H200,
    GpuType.B200,
    GpuType.B300,
    GpuType.V100_PCIE_32GB,
    GpuType.A10,
    GpuType.A30,
    GpuType.A40,
    GpuType.A100_80GB_PCIE,
    GpuType.H100_PCIE,
    GpuType.GB200,
    GpuType.RTX_PRO_6000,
    GpuType.JETSON_AGX_ORIN_64GB,
    GpuType.JETSON_ORIN_NANO_8GB,
  ]) as GpuType[];

  /**
   * A GPU by its name, in any case, `_` or `-`.
   *
   * @param name for example `A100-80GB`
   * @throws UnscopedValidationError for an unknown name, with the nearest known names
   */
  public static of(name: string): GpuType {
    const wanted = nameText(name).toUpperCase().replace(/_/g, '-');
    const found = GpuType.ALL.find((gpu) => gpu.name === wanted);
    if (found) return found;
    const known = GpuType.ALL.map((gpu) => gpu.name);
    throw new UnscopedValidationError([unknownNameFault('GPU type', name, known, `known: ${known.join(', ')}`)]);
  }

  /** Name, e.g. `A100-80GB`. */
  public readonly name: string;
  /** Memory as CUDA reports it to a process: less than the marketing figure and than what EC2 states. */
  public readonly memory: DataSize;
  /** CUDA compute capability, e.g. 8.9. */
  public readonly computeCapability: number;
  /** Memory bandwidth, GB/s. */
  public readonly memoryBandwidthGBps: number;
  /** NVLink bandwidth in one direction, GB/s; zero without NVLink. */
  public readonly nvlinkGBps: number;
  /** PCI Express bandwidth in one direction, GB/s. */
  public readonly pcieGBps: number;
  /** Thermal design power, watts. */
  public readonly tdpWatts: number;
  /** Last major version of NVIDIA's driver that supports it. @default - current drivers support it */
  public readonly lastDriverMajor?: number;
  /** First major version of NVIDIA's driver that supports it. @default - every driver of current images does */
  public readonly firstDriverMajor?: number;
  /** Where the facts come from. */
  public readonly source: string;

  private constructor(
    name: GpuName,
    private readonly facts: GpuFacts,
  ) {
    this.name = name;
    this.memory = DataSize.gib(facts.reportedGib);
    this.computeCapability = facts.computeCapability;
    this.memoryBandwidthGBps = facts.memoryBandwidthGBps;
    this.nvlinkGBps = facts.nvlinkGBps;
    this.pcieGBps = facts.pcieGBps;
    this.tdpWatts = facts.tdpWatts;
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

  /** The name. */
  public toString(): string {
    return this.name;
  }
}

checkArguments('GpuType', GpuType);
