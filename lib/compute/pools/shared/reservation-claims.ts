import { Fault, untitled } from '../../../units/fault';
import { Annotations } from 'cdktf';
import { Construct, IConstruct } from 'constructs';
import { isAttached } from '../../../core/attached';
import { hasToken } from '../../../core/tokens';
import { GpuNodePoolSpec } from './gpu-node-pool-spec';

/** A pool that takes its instances from a reservation. */
interface Claim {
  readonly pool: IConstruct;
  readonly spec: GpuNodePoolSpec;
}

/** The pools of each program by the reservation that they take their instances from. */
const claims = new WeakMap<IConstruct, Map<string, Claim[]>>();

/**
 * Pools that always hold more of one reservation together than it has.
 *
 * @internal
 */
export function sharedReservationFaults(spec: GpuNodePoolSpec): Fault[] {
  const { together, there, parts } = sharesOf(spec, ({ minNodes }) => minNodes);
  if (!(together > there)) return [];
  return [
    untitled(
      `the pools on ${spec.capacity} have at least ${together} nodes together (minNodes of ${parts}), but it has ${there} instance(s); lower ` +
        'minNodes, or leave a pool out',
    ),
  ];
}

/**
 * Warns where pools may grow beyond the reservation they share: that of autoscaled pools may go from one to the other.
 *
 * @internal
 */
export function warnOfSharedReservation(scope: Construct, spec: GpuNodePoolSpec): void {
  const { together, there, parts } = sharesOf(spec, ({ maxNodes }) => maxNodes);
  if (!(together > there)) return;
  Annotations.of(scope).addWarning(
    `[gpu-inference-constructs:RESERVATION_SHARED] the pools on ${spec.capacity} may have ${together} nodes together (maxNodes of ${parts}), ` +
      `but it has ${there} instance(s): pods of one wait while the others hold them; lower maxNodes where that must not be`,
  );
}

/**
 * Makes known that a pool without fault takes its instances from its reservation.
 *
 * @internal
 */
export function claimReservation(pool: IConstruct, spec: GpuNodePoolSpec): void {
  const { reserved } = spec.capacity;
  if (!reserved || hasToken(reserved.reservationId)) return;
  const { root } = spec.cluster.node;
  const known = claims.get(root) ?? new Map<string, Claim[]>();
  claims.set(root, known);
  known.set(reserved.reservationId, [...(known.get(reserved.reservationId) ?? []), { pool, spec }]);
}

/** What a pool and those made before it take of their reservation; nothing where it is the first. */
function sharesOf(spec: GpuNodePoolSpec, nodes: (spec: GpuNodePoolSpec) => number) {
  const id = spec.capacity.reserved?.reservationId;
  const known = (id !== undefined && claims.get(spec.cluster.node.root)?.get(id)) || [];
  const others = known.filter(({ pool, spec: other }) => isAttached(pool) && other !== spec).map((claim) => claim.spec);
  const all = [...others, spec];
  if (others.length === 0 || hasToken(all.map(nodes))) return { together: 0, there: 0, parts: '' };
  return {
    together: all.reduce((sum, each) => sum + nodes(each), 0),
    there: Math.min(...all.map(({ capacity }) => capacity.reserved?.instances ?? Infinity)),
    parts: all.map((each) => `'${each.poolName}' ${nodes(each)}`).join(', '),
  };
}
