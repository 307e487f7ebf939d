import { IConstruct } from 'constructs';
import { isAttached } from '../../core/attached';
import { hasToken } from '../../core/tokens';
import { GpuNodePoolSpec } from './gpu-node-pool-spec';

/** What a pool may take of a reservation. */
interface Claim {
  readonly pool: IConstruct;
  readonly poolName: string;
  readonly maxNodes: number;
  readonly instances?: number;
}

/** The pools of each program by the reservation that they take their instances from. */
const claims = new WeakMap<IConstruct, Map<string, Claim[]>>();

/**
 * Pools that take more of one reservation together than it has.
 *
 * @internal
 */
export function sharedReservationFaults(spec: GpuNodePoolSpec): string[] {
  const { capacity, poolName, maxNodes } = spec;
  const { reserved } = capacity;
  if (!reserved || hasToken([reserved.reservationId, maxNodes])) return [];
  const known = claims.get(spec.cluster.node.root)?.get(reserved.reservationId) ?? [];
  const others = known.filter(({ pool }) => isAttached(pool));
  if (others.length === 0) return [];
  const all = [...others, { poolName, maxNodes, instances: reserved.instances }];
  const there = Math.min(...all.map(({ instances }) => instances ?? Infinity));
  const together = all.reduce((sum, claim) => sum + claim.maxNodes, 0);
  if (!(together > there)) return [];
  const parts = all.map((claim) => `'${claim.poolName}' ${claim.maxNodes}`).join(', ');
  return [
    `the pools on ${capacity} have up to ${together} nodes together (maxNodes of ${parts}), but it has ${there} instance(s); lower maxNodes`,
  ];
}

/**
 * Makes known what a pool that is without fault may take of its reservation.
 *
 * @internal
 */
export function claimReservation(pool: IConstruct, spec: GpuNodePoolSpec): void {
  const { poolName, maxNodes, cluster } = spec;
  const { reserved } = spec.capacity;
  if (!reserved || hasToken(reserved.reservationId)) return;
  const { root } = cluster.node;
  const known = claims.get(root) ?? new Map<string, Claim[]>();
  claims.set(root, known);
  const { reservationId, instances } = reserved;
  known.set(reservationId, [...(known.get(reservationId) ?? []), { pool, poolName, maxNodes, instances }]);
}
