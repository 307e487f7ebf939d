import { GpuVendor } from './gpu-vendor';

/**
 * Facts of one GPU model. Rates are dense (no sparsity), bandwidths in one direction.
 *
 * @internal
 */
export interface GpuFacts {
  /** Who makes it. @default GpuVendor.NVIDIA */
  readonly vendor?: GpuVendor;
  /** Memory as CUDA reports it to a process, GiB: below the marketing figure (ECC, firmware). */
  readonly reportedGib: number;
  /**
   * CUDA compute capability. Of AMD, which has none: that of the generation of NVIDIA whose formats it computes in, so that what depends on
   * formats is decided alike.
   */
  readonly computeCapability: number;
  readonly memoryBandwidthGBps: number;
  /** FP16 tensor rate, TFLOP/s. */
  readonly fp16Tflops: number;
  readonly fp32Tflops: number;
  /** FP8 rate; zero without FP8 units. */
  readonly fp8Tflops: number;
  readonly int8Tops: number;
  readonly fp4Tflops: number;
  /** NVLink, one direction, per GPU; zero without NVLink. */
  readonly nvlinkGBps: number;
  /** PCI Express, one direction, theoretical. */
  readonly pcieGBps: number;
  readonly tdpWatts: number;
  /** Whether the memory is the host's too, so that a process never gets all of it. @default false */
  readonly sharedMemory?: boolean;
  /**
   * Last major version of NVIDIA's driver that supports it: "driver version 595 is not compatible with P3, P3dn"
   * (awslabs/amazon-eks-ami doc/usage/g7-ami.md); the images before it have 580.
   */
  readonly lastDriverMajor?: number;
  /**
   * First major version of NVIDIA's driver that supports it, where it is newer than any that images of EKS still have
   * (https://docs.nvidia.com/datacenter/tesla/mig-user-guide/620/deployment-considerations.html).
   */
  readonly firstDriverMajor?: number;
  readonly source: string;
}
