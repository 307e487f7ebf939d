import { IGpuNodePool } from '../../core/gpu-node-pool';
import { GpuSharingKind } from '../../core/gpu-sharing-kind';
import { IRdmaFabric, RdmaFabricKind } from '../../core/rdma-fabric';
import { NodeNetwork } from '../../planning/capacity-request';
import { gpusPerNode } from '../../scheduling/node-allocatable';
import { NodeDisk, diskOfPool } from '../../scheduling/node-disk';
import { DataSize } from '../../units/data-size';

/**
 * What a pool offers to its models.
 *
 * @internal
 */
export interface ServingHardware {
  readonly instanceType: IGpuNodePool['hardware'];
  /** GPUs of a node, or shares of them, that pods can ask for. */
  readonly gpusPerNode: number;
  /** Disk of a node that pods can ask for. @default - that of the type */
  readonly disk?: NodeDisk;
  /** Memory that each of them can count on. */
  readonly gpuMemory: DataSize;
  /** How nodes reach each other. */
  readonly network: NodeNetwork;
  /** Name of the pool, for messages. */
  readonly poolName: string;
  readonly sharing: GpuSharingKind;
}

/** @internal */
export function servingHardware(pool: IGpuNodePool): ServingHardware {
  return {
    instanceType: pool.hardware,
    gpusPerNode: gpusPerNode(pool),
    disk: diskOfPool(pool),
    gpuMemory: pool.gpuShareMemory ?? pool.hardware.gpuMemory,
    network: networkOf(pool.fabric),
    poolName: pool.poolName,
    sharing: pool.gpuSharingKind ?? GpuSharingKind.NONE,
  };
}

/**
 * How nodes with a fabric reach each other: by TCP if there is none, whatever network cards the hardware has.
 *
 * @internal
 */
export function networkOf(fabric: IRdmaFabric | undefined): NodeNetwork {
  return fabric === undefined || fabric.kind === RdmaFabricKind.NONE ? NodeNetwork.TCP : NodeNetwork.RDMA;
}
