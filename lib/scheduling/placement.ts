import { IGpuNodePool } from '../core/gpu-node-pool';
import { Fault } from '../units/fault';
import { PodDemand } from './pod-demand';

/** Amounts by resource: bytes, cores and pieces. @internal */
export type Amounts = ReadonlyMap<string, number>;

/** A demand with its amounts and the pools its pods may land on. @internal */
export interface PlacedDemand {
  readonly path: string;
  readonly demand: PodDemand;
  readonly requests: Amounts;
  readonly pools: PoolLoad[];
}

/** A pool and what lands on it. @internal */
export interface PoolLoad {
  readonly pool: IGpuNodePool;
  /** Nodes that it is taken to have. */
  readonly nodes: number;
  /** What pods can have on one of its nodes beside what runs on every node. */
  readonly free: Map<string, number>;
  /** What runs once on every node. */
  readonly agents: PlacedDemand[];
  /** What may land here; the only pool for those whose `pools` is this one. */
  readonly demands: PlacedDemand[];
}

/** @internal */
export interface PodPlacement {
  readonly pools: PoolLoad[];
  readonly demands: PlacedDemand[];
  readonly faults: Fault[];
}
