import { KarpenterGpuNodePoolOptions } from '../../compute/pools/karpenter/karpenter-gpu-node-pool-props';

/**
 * A pool of a topology whose nodes Karpenter launches.
 */
export interface TopologyKarpenterPool extends KarpenterGpuNodePoolOptions {
  /** Name of the pool, unique within the topology, by which models refer to it: an RFC 1123 label. */
  readonly name: string;
}
