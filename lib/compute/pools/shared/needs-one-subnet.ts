import { PlacementKind } from '../options/placement';
import { GpuNodePoolSpec } from './gpu-node-pool-spec';

/**
 * Why the nodes of a pool must share one subnet: EFA traffic cannot be routed, and a cluster placement group is in a single zone.
 *
 * @internal
 */
export function needsOneSubnet(spec: GpuNodePoolSpec): string | undefined {
  if (spec.efa) return 'a pool with EFA';
  const { kind, groupName } = spec.placement;
  // An existing group may have a strategy that spans zones.
  const isReserved = groupName !== undefined && groupName === spec.capacity.reserved?.placementGroupName;
  const isCluster = kind === PlacementKind.CLUSTER_GROUP || isReserved;
  return isCluster ? 'a pool in a cluster placement group' : undefined;
}
