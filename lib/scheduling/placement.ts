import { IGpuNodePool } from '../core/gpu-node-pool';
import { Fault } from '../units/fault';
import { PodDemand } from './pod-demand';

/** Amounts by resource: bytes, cores and pieces. @internal */
export type Amounts = ReadonlyMap<string, number>;

/** A demand with its amounts and the pools on which its pods may be placed. @internal */
export interface PlacedDemand {
  readonly path: string;
  readonly demand: PodDemand;
  readonly requests: Amounts;
  readonly pools: PoolLoad[];
}

/** A pool and the demands placed on it. @internal */
export interface PoolLoad {
  readonly pool: IGpuNodePool;
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
