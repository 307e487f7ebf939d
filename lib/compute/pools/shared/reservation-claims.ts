import { Construct, IConstruct } from 'constructs';
import { enter, entered } from '../../../core/cluster-ledger';
import { hasToken } from '../../../core/tokens';
import { addWarning } from '../../../core/validation';
import { Fault, fault } from '../../../units/fault';
import { CapacityKind } from '../options/capacity';
import { GpuNodePoolSpec } from './gpu-node-pool-spec';

/** Kind of entry in an app's ledger: pools that take their instances from a reservation. */
const RESERVATION = 'reservation';

/** The claim of a pool on its reservation. */
interface ReservationClaim {
  readonly poolName: string;
  readonly minNodes: number;
  readonly maxNodes: number;
  readonly instanceType: string;
  /** Zone of the reservation. @default - not known */
  readonly zone?: string;
  /** Instances that the reservation has. @default - not known */
  readonly instances?: number;
}

/**
 * The fault of pools that together always hold more of one reservation than it has.
 *
 * @internal
 */
export function sharedReservationFaults(spec: GpuNodePoolSpec): Fault[] {
  const { together, there, parts } = sharesOf(spec, ({ minNodes }) => minNodes);
  if (!(together > there)) return [];
  return [
    fault(
      'RESERVATION_OVERCOMMITTED',
      'minNodes',
      `the pools on ${spec.capacity} together have at least ${together} nodes (minNodes of ${parts}), but it has ${there} instance(s); lower ` +
        'minNodes, or remove a pool',
    ),
  ];
}

/**
 * The faults of pools that say different things of one reservation, which is of one instance type and in one zone.
 *
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-capacity-reservations.html
 *
 * @internal
 */
export function otherReservationFaults(spec: GpuNodePoolSpec): Fault[] {
  const own = claimOf(spec);
  const id = spec.capacity.reserved?.reservationId;
  const others = id === undefined ? [] : entered<ReservationClaim>(spec.cluster.node.root, RESERVATION, id);
  return others.slice(0, 1).flatMap(({ value: other }) => {
    const differ = (what: string, here: string, there: string) => {
      const reason =
        `${spec.capacity} is ${what} ${here} for pool '${own.poolName}' and ${what} ${there} for '${other.poolName}', but a reservation is of one ` +
        'instance type and in one zone; correct one of the pools';
      return [fault('RESERVATION_DIFFERS', 'capacity', reason)];
    };
    const zones = [own.zone, other.zone];
    return [
      ...(own.instanceType === other.instanceType ? [] : differ('of', own.instanceType, other.instanceType)),
      ...(zones.every((zone) => zone !== undefined && !hasToken(zone)) && own.zone !== other.zone
        ? differ('in', own.zone ?? '', other.zone ?? '')
        : []),
    ];
  });
}

/**
 * Warns if pools may grow beyond the reservation they share: its instances may move from one autoscaled pool to another.
 *
 * @internal
 */
export function warnOfSharedReservation(scope: Construct, spec: GpuNodePoolSpec): void {
  const { together, there, parts } = sharesOf(spec, ({ maxNodes }) => maxNodes);
  if (!(together > there)) return;
  addWarning(
    scope,
    fault(
      'RESERVATION_SHARED',
      'maxNodes',
      `the pools on ${spec.capacity} together may have ${together} nodes (maxNodes of ${parts}), but it has ${there} instance(s): pods of one ` +
        'pool stay pending while the others hold them; lower maxNodes if that is not acceptable',
    ),
  );
}

/**
 * Whether a pool, with the pools created before it, always uses every instance of an on-demand reservation. A managed node group on a capacity
 * block is never updated, so it needs no instance to spare.
 *
 * @internal
 */
export function usesWholeReservation(spec: GpuNodePoolSpec): boolean {
  const { reserved, kind } = spec.capacity;
  if (kind !== CapacityKind.RESERVATION || reserved?.instances === undefined || hasToken(spec.minNodes)) return false;
  const others = entered<ReservationClaim>(spec.cluster.node.root, RESERVATION, reserved.reservationId)
    .map(({ value }) => value)
    .filter(({ poolName }) => poolName !== spec.poolName);
  return others.reduce((sum, { minNodes }) => sum + minNodes, spec.minNodes) === reserved.instances;
}

/**
 * Records that a valid pool takes its instances from its reservation.
 *
 * @internal
 */
export function claimReservation(pool: IConstruct, spec: GpuNodePoolSpec): void {
  const { reserved } = spec.capacity;
  if (!reserved || hasToken(reserved.reservationId)) return;
  enter(spec.cluster.node.root, RESERVATION, reserved.reservationId, pool, claimOf(spec));
}

/** What a pool and the pools created before it take of their reservation; zero if it is the first. */
function sharesOf(spec: GpuNodePoolSpec, nodes: (claim: ReservationClaim) => number) {
  const id = spec.capacity.reserved?.reservationId;
  const known = id === undefined ? [] : entered<ReservationClaim>(spec.cluster.node.root, RESERVATION, id);
  const others = known.map(({ value }) => value);
  const all = [...others, claimOf(spec)];
  if (others.length === 0 || hasToken(all.map(nodes))) return { together: 0, there: 0, parts: '' };
  return {
    together: all.reduce((sum, each) => sum + nodes(each), 0),
    there: Math.min(...all.map(({ instances }) => instances ?? Infinity)),
    parts: all.map((each) => `'${each.poolName}' ${nodes(each)}`).join(', '),
  };
}

function claimOf({ poolName, minNodes, maxNodes, capacity, instanceType }: GpuNodePoolSpec): ReservationClaim {
  const { instances, availabilityZone: zone } = capacity.reserved ?? {};
  return { poolName, minNodes, maxNodes, instanceType: instanceType.name, instances, zone };
}
