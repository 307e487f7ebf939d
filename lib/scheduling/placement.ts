import { GpuNodeType } from '../catalog/gpu-node-type';
import { IGpuNodePool } from '../core/gpu-node-pool';
import { Fault } from '../units/fault';
import { PodDemand } from './pod-demand';

/** Amounts by resource: bytes, cores and pieces. @internal */
export type Amounts = ReadonlyMap<string, number>;

/** What the proof must know about the hardware of a node, which need not have GPUs. */
type NodeHardware = Pick<
  GpuNodeType,
  'name' | 'gpuCount' | 'interconnect' | 'nvlinkDomainSize' | 'isEc2' | 'architecture'
>;

/**
 * Nodes as the proof sees them: those of a GPU pool, or the system nodes of a cluster of this program.
 *
 * @internal
 */
export interface PlacedPool extends Pick<
  IGpuNodePool,
  | 'node'
  | 'poolName'
  | 'minNodes'
  | 'maxNodes'
  | 'isAutoscaled'
  | 'nodeLabels'
  | 'platformLabels'
  | 'nodeSelector'
  | 'taints'
  | 'efaInterfacesPerNode'
  | 'efaSecurityGroupId'
  | 'fabric'
  | 'subnets'
  | 'gpuSharingKind'
  | 'gpuResourceName'
> {
  readonly hardware: NodeHardware;
  /** Zones of its nodes. @default - not known */
  readonly zones?: readonly string[];
}

/** A demand with its amounts and the pools on which its pods may be placed. @internal */
export interface PlacedDemand {
  readonly path: string;
  readonly demand: PodDemand;
  readonly requests: Amounts;
  readonly pools: PoolLoad[];
}

/** A pool and the demands placed on it. @internal */
export interface PoolLoad {
  readonly pool: PlacedPool;
  /** Assumed number of nodes. */
  readonly nodes: number;
  /** Resources of one of its nodes that are left beside what runs on every node. */
  readonly free: Map<string, number>;
  /** What runs once on every node. */
  readonly agents: PlacedDemand[];
  /** Demands that may be placed here; their only pool if `pools` contains just this one. */
  readonly demands: PlacedDemand[];
}

/** @internal */
export interface PodPlacement {
  readonly pools: PoolLoad[];
  readonly demands: PlacedDemand[];
  readonly faults: Fault[];
}
