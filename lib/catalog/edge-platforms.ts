import { CpuArchitecture } from './cpu-architecture';
import { EdgePlatform } from './edge-hardware-props';
import { GpuType } from './gpu-type';
import { JetPackRelease } from './jetpack-release';

/**
 * A machine of a site, as far as what runs on it depends on it.
 *
 * @internal
 */
export interface EdgeMachine {
  readonly platform: EdgePlatform;
  readonly name: string;
  readonly architecture: CpuArchitecture;
  readonly gpu?: GpuType;
  readonly gpuCount: number;
  readonly runtimeClass?: string;
  readonly jetPack?: JetPackRelease;
  readonly rdma: boolean;
  readonly gpuDirect: boolean;
}

/**
 * A board of Jetson.
 *
 * @internal
 */
export interface JetsonBoard {
  readonly generation: 'orin' | 'thor';
  /** Cores of its processors: the `CPU_ONLINE` lines of NVIDIA's nvpmodel files, of Thor NVIDIA's Jetson T5000 data sheet. */
  readonly vcpus: number;
}

/**
 * Boards by the name of their GPU.
 *
 * @internal
 */
export const JETSON_BOARDS: { readonly [gpu: string]: JetsonBoard } = {
  'JETSON-AGX-ORIN-64GB': { generation: 'orin', vcpus: 12 },
  'JETSON-ORIN-NANO-8GB': { generation: 'orin', vcpus: 6 },
  'JETSON-AGX-THOR-128GB': { generation: 'thor', vcpus: 14 },
};

/**
 * The board that a GPU is of; undefined for cards.
 *
 * @internal
 */
export function boardOf({ name }: GpuType): JetsonBoard | undefined {
  return Object.hasOwn(JETSON_BOARDS, name) ? JETSON_BOARDS[name] : undefined;
}

/**
 * A kind of machine in words.
 *
 * @internal
 */
export function platformText({ platform, gpu, gpuCount, architecture, jetPack }: EdgeMachine): string {
  switch (platform) {
    case EdgePlatform.JETSON:
      return `${gpu} with JetPack ${jetPack}`;
    case EdgePlatform.WSL2:
      return `Windows with WSL2 and ${gpu}`;
    case EdgePlatform.CPU:
      return `a machine of ${architecture} without CUDA`;
    default:
      return `a server with ${gpuCount} × ${gpu}`;
  }
}
