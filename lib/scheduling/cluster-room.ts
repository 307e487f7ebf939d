import { capacityFindings } from './cluster-capacity-faults';
import { PlacedDemand, PodPlacement, PoolLoad } from './placement';

/**
 * Whether the pools of a demand have room for more of its pods, and for more of others at the same time, where all pods together fit without them. Only
 * what shares pools with it is looked at, so that all deployments of a large cluster can be asked about.
 *
 * @param placement all pods of the cluster
 * @param placed the demand
 * @param more how many more pods, of it and of others
 * @param besideTrainings whether there must be room while all trainings and the like run too, which end, but hold their nodes for long
 *
 * @internal
 */
export function hasRoomFor(
  placement: PodPlacement,
  placed: PlacedDemand,
  more: ReadonlyMap<PlacedDemand, number>,
  besideTrainings = false,
): boolean {
  if ([...more.values()].every((pods) => pods === 0)) return true;
  const grown = withMore(placement, placed, more, besideTrainings);
  const own = new Set(placed.pools.map(({ pool }) => pool));
  return !capacityFindings(grown).some(({ pools }) => pools.some((pool) => own.has(pool)));
}

/** The part of a placement that a demand shares pools with, directly or by others, as if there were more pods. */
function withMore(
  { demands }: PodPlacement,
  placed: PlacedDemand,
  more: ReadonlyMap<PlacedDemand, number>,
  besideTrainings: boolean,
): PodPlacement {
  const near = new Set<PoolLoad>(placed.pools);
  // A set takes up in its turn what is added while it is gone through.
  for (const load of near) load.demands.forEach(({ pools }) => pools.forEach((each) => near.add(each)));
  const loads = new Map([...near].map((load): [PoolLoad, PoolLoad] => [load, { ...load, demands: [] }]));
  // Pods on nodes that are not known, and on every node, may be what others must be near to.
  const concerned = ({ pools, demand }: PlacedDemand) =>
    pools.length === 0 || demand.onEveryNode || pools.some((load) => near.has(load));
  const copies = demands.filter(concerned).map((each): PlacedDemand => {
    const { demand, pools } = each;
    const pods = demand.pods + (more.get(each) ?? 0);
    const copy = {
      ...each,
      demand: { ...demand, pods, ...(besideTrainings && demand.besideLasting ? { temporary: false } : {}) },
      pools: pools.map((load) => loads.get(load) ?? load),
    };
    if (!demand.onEveryNode) pools.forEach((load) => loads.get(load)?.demands.push(copy));
    return copy;
  });
  return { pools: [...loads.values()], demands: copies, faults: [] };
}
