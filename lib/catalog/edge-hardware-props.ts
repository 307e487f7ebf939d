import { DataSize } from '../units/data-size';
import { CpuArchitecture } from './cpu-architecture';
import { GpuType } from './gpu-type';
import { JetPackRelease } from './jetpack-release';

/** What runs on the machine of a site, beneath Kubernetes. */
export enum EdgePlatform {
  /** Linux with NVIDIA's driver on the host, and cards in slots. */
  LINUX = 'linux',
  /** Jetson Linux: the driver comes with JetPack, and the memory is the host's too. */
  JETSON = 'jetson',
  /** Linux of WSL2 on Windows: the driver is that of Windows, and the GPU a paravirtual device. */
  WSL2 = 'wsl2',
  /** Linux without CUDA. */
  CPU = 'cpu',
}

/** A server with cards, or a Windows machine with one. */
export interface EdgeServerProps {
  /** Kind of GPU, e.g. `GpuType.T4`, `GpuType.L4` or `GpuType.A2`. */
  readonly gpu: GpuType;
  /** Cards of the machine; of Windows one. @default 1 */
  readonly gpuCount?: number;
  /** Virtual CPUs: threads of the processors; of WSL2 those that Linux gets. */
  readonly vcpus: number;
  /** Host memory; of WSL2 what Linux gets, which `.wslconfig` states. */
  readonly memory: DataSize;
  /** Local disks that pods can use, together. @default - not known */
  readonly localStorage?: DataSize;
  /** Network bandwidth, all adapters together, Gb/s. @default 1 */
  readonly networkBandwidthGbps?: number;
  /** Whether it has adapters for InfiniBand or RoCE; never of WSL2. @default false */
  readonly rdma?: boolean;
  /** Architecture of the processors. @default CpuArchitecture.X86_64 */
  readonly architecture?: CpuArchitecture;
  /** Name: lower-case letters, digits, dots and hyphens. @default - of GPU and count, e.g. `t4-x2` */
  readonly name?: string;
}

/** A board of NVIDIA Jetson. */
export interface EdgeJetsonProps {
  /** Board: `GpuType.JETSON_AGX_ORIN_64GB`, `.JETSON_ORIN_NANO_8GB` or `.JETSON_AGX_THOR_128GB`. */
  readonly board: GpuType;
  /** Release of JetPack on it. @default JetPackRelease.V7_2 */
  readonly jetPack?: JetPackRelease;
  /** Local disks that pods can use, together: the NVMe. @default - not known */
  readonly localStorage?: DataSize;
  /** Name: lower-case letters, digits, dots and hyphens. @default - that of the board */
  readonly name?: string;
}

/** A machine without CUDA. */
export interface EdgeCpuProps {
  /** Virtual CPUs: threads of the processors. */
  readonly vcpus: number;
  /** Memory. */
  readonly memory: DataSize;
  /** Architecture of the processors. @default CpuArchitecture.ARM64 */
  readonly architecture?: CpuArchitecture;
  /** Local disks that pods can use, together. @default - not known */
  readonly localStorage?: DataSize;
  /** Name: lower-case letters, digits, dots and hyphens. @default - of the architecture, e.g. `arm64-cpu` */
  readonly name?: string;
}

/** What something asks of the machines of a site. */
export interface EdgeNeeds {
  /** RDMA between machines: InfiniBand or RoCE. @default false */
  readonly rdma?: boolean;
  /** Network adapters that read and write GPU memory themselves (GPUDirect RDMA). @default false */
  readonly gpuDirect?: boolean;
  /** Parts of a GPU as devices of their own (MIG). @default false */
  readonly mig?: boolean;
  /** Version of CUDA in the image that runs there, e.g. `13.0.3`. @default - it has none, or is not known */
  readonly cudaVersion?: string;
  /** Architectures that the image was built for. @default - not known */
  readonly imageArchitectures?: CpuArchitecture[];
}
