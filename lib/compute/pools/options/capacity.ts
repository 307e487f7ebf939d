import { Fault, untitled } from '../../../units/fault';
import { concreteFault, hasToken } from '../../../core/tokens';
import { throwIfFaulty } from '../../../units/errors';
import { readUtcTime } from './utc-time';

/** Minutes before the end of a block at which EKS drains its node group by itself; EC2 ends instances ten minutes later. */
const EKS_DRAIN_MINUTES = 40;

/** Minutes before the end at which a pool drains its nodes unless the user says otherwise. */
const DEFAULT_DRAIN_MINUTES = 60;

/** Ways to buy instances. */
export enum CapacityKind {
  /** By the second, while there are any. */
  ON_DEMAND = 'on-demand',
  /** Spare capacity, taken away at short notice. */
  SPOT = 'spot',
  /** An On-Demand Capacity Reservation. */
  RESERVATION = 'reservation',
  /** A Capacity Block for ML. */
  CAPACITY_BLOCK = 'capacity-block',
}

/**
 * An On-Demand Capacity Reservation that a pool takes its instances from.
 */
export interface CapacityReservation {
  /** Id of the reservation, e.g. `cr-02168da1478b509e0`. */
  readonly reservationId: string;
  /**
   * Zone of the reservation, e.g. `us-west-2b`; the pool's subnet must lie in it.
   * @default - not checked; a pool with EFA or in a placement group must then name its subnet, where the cluster has several
   */
  readonly availabilityZone?: string;
  /** Instances of the reservation; the pool must not have more. @default - not checked */
  readonly instances?: number;
  /** Name of the cluster placement group that the reservation was made in. @default - made without one */
  readonly placementGroupName?: string;
}

/**
 * A Capacity Block for ML: instances of one zone that are paid for in advance, from a given time to a given time.
 */
export interface CapacityBlock {
  /** Id of the reservation, e.g. `cr-02168da1478b509e0`. */
  readonly reservationId: string;
  /** Zone of the block, e.g. `us-west-2b`; the pool's subnet must lie in it. */
  readonly availabilityZone: string;
  /** Start of the block in UTC to the minute, e.g. `2026-12-01T11:30:00Z`, or with `+00:00` as the AWS CLI prints it. */
  readonly start: string;
  /** End of the block in UTC to the minute. */
  readonly end: string;
  /** Instances of the block; the pool must not have more. @default - not checked */
  readonly instances?: number;
  /**
   * Whether the block has begun when the pool is first applied. Else the pool begins with no node and grows at `start`, because
   * launches before it fail. @default false
   */
  readonly active?: boolean;
  /**
   * Minutes before `end` at which the nodes are drained; above 40, when EKS drains them by itself, and EC2 ends the instances
   * from 30 minutes on. @default 60
   */
  readonly drainMinutes?: number;
  /**
   * ARN of the SNS topic that is told when the block is delivered and when it is about to expire. Its policy must let
   * `events.amazonaws.com` publish. @default - nobody is told, with a warning
   */
  readonly alarmTopicArn?: string;
}

/**
 * How the instances of a pool are bought.
 *
 * A value class, so that a kind of capacity that sets several places of a node group at once stays one property.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/capacity-blocks-mng.html
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-capacity-reservations.html
 */
export class Capacity {
  /** On demand: the default. Large GPU types are often not to be had this way. */
  public static onDemand(): Capacity {
    return new Capacity(CapacityKind.ON_DEMAND, 'ON_DEMAND');
  }

  /** Spot: cheaper, and taken away at two minutes' notice. */
  public static spot(): Capacity {
    return new Capacity(CapacityKind.SPOT, 'SPOT');
  }

  /**
   * An On-Demand Capacity Reservation, and nothing beyond it. Throws an `UnscopedValidationError` for an id that is none.
   *
   * @param reservation the reservation
   */
  public static reservation(reservation: CapacityReservation): Capacity {
    throwIfFaulty([...idFaults(reservation.reservationId), ...instancesFaults(reservation.instances)]);
    return new Capacity(CapacityKind.RESERVATION, 'ON_DEMAND', reservation);
  }

  /**
   * A Capacity Block for ML. It sets every place that must be set for one: the market, the reservation and the instance type in
   * the launch template; the capacity type, no instance types and no node at first in the node group; what scales it up at the
   * start and drains it before the end. Throws an `UnscopedValidationError` for an id that is none, a time that is not written
   * in UTC to the minute, an end that leaves no time to use the block, and a drain later than EKS's own.
   *
   * @param block the block
   */
  public static capacityBlock(block: CapacityBlock): Capacity {
    throwIfFaulty(blockFaults(block));
    return new Capacity(CapacityKind.CAPACITY_BLOCK, 'CAPACITY_BLOCK', block, block);
  }

  /** The way instances are bought. */
  public readonly kind: CapacityKind;
  /** Capacity type of an EKS managed node group, e.g. `ON_DEMAND`. */
  public readonly capacityType: string;
  /** The reservation, with what capacity blocks and on-demand reservations share. @default - none */
  public readonly reserved?: CapacityReservation;
  /** The block. @default - none */
  public readonly block?: CapacityBlock;

  private constructor(kind: CapacityKind, capacityType: string, reserved?: CapacityReservation, block?: CapacityBlock) {
    this.kind = kind;
    this.capacityType = capacityType;
    this.reserved = reserved && { ...reserved };
    this.block = block && { ...block };
  }

  /** The capacity type and the reservation, for messages. */
  public toString(): string {
    return this.reserved ? `${this.kind} ${this.reserved.reservationId}` : this.capacityType;
  }
}

/**
 * Minutes before the end of a block at which its nodes are drained.
 *
 * @internal
 */
export function drainMinutesOf(block: CapacityBlock): number {
  return block.drainMinutes ?? DEFAULT_DRAIN_MINUTES;
}

function idFaults(id: string): Fault[] {
  if (hasToken(id) || /^cr-[0-9a-z]+$/.test(id)) return [];
  return [
    untitled(`reservationId must be the id of a capacity reservation such as 'cr-02168da1478b509e0'; got '${id}'`),
  ];
}

function instancesFaults(instances?: number): Fault[] {
  if (hasToken(instances)) return concreteFault('instances of a reservation', instances, 'maxNodes is checked by it');
  return instances === undefined || (Number.isInteger(instances) && instances >= 1)
    ? []
    : [untitled(`instances of a reservation must be a whole number of at least 1; got ${instances}`)];
}

function blockFaults(block: CapacityBlock): Fault[] {
  const { start: from, end: to, drainMinutes } = block;
  const later = Object.entries({ start: from, end: to, drainMinutes }).flatMap(([name, value]) =>
    concreteFault(`${name} of a capacity block`, value, 'what scales the pool is computed from it'),
  );
  if (later.length > 0) return later;
  const [start, end] = [readUtcTime(block.start), readUtcTime(block.end)];
  const drain = drainMinutesOf(block);
  const faults = [...idFaults(block.reservationId), ...instancesFaults(block.instances)];
  for (const [name, text, time] of [
    ['start', block.start, start],
    ['end', block.end, end],
  ] as const) {
    if (time === undefined)
      faults.push(
        untitled(`${name} of a capacity block must be a time in UTC such as '2026-12-01T11:30:00Z'; got '${text}'`),
      );
  }
  if (!hasToken(block.availabilityZone) && !/^[a-z0-9-]+\d[a-z]$/.test(block.availabilityZone)) {
    faults.push(
      untitled(`availabilityZone must be the name of a zone such as 'us-west-2b'; got '${block.availabilityZone}'`),
    );
  }
  if (!Number.isInteger(drain) || drain <= EKS_DRAIN_MINUTES) {
    faults.push(
      untitled(
        `drainMinutes must be a whole number above ${EKS_DRAIN_MINUTES}, when EKS drains a block by itself; got ${drain}`,
      ),
    );
  } else if (start !== undefined && end !== undefined && end - drain <= start) {
    faults.push(
      untitled(
        `end of a capacity block must be more than the ${drain} minutes of draining after its start; got '${block.start}' to '${block.end}'`,
      ),
    );
  }
  return faults;
}
