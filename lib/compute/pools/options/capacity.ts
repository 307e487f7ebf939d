import { topicArnFaults } from '../../../core/aws-arn';
import { concreteFault, hasToken } from '../../../core/tokens';
import { throwIfFaulty } from '../../../units/errors';
import { Fault, fault } from '../../../units/fault';
import { givenValue, wholeNumberFault } from '../../../units/number-faults';
import { readUtcTime } from './utc-time';
import { checkArguments } from '../../../units/argument-faults';
import { allOf } from '../../../units/unreadable';

/** Minutes before the end of a block at which EKS drains its node group by itself; EC2 ends instances ten minutes later. */
const EKS_DRAIN_MINUTES = 40;

/** Minutes before the end at which a pool drains its nodes unless the user says otherwise. */
const DEFAULT_DRAIN_MINUTES = 60;

/**
 * Most instances of a Capacity Block, and longest time in days.
 *
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-capacity-blocks.html
 */
const MAX_BLOCK_INSTANCES = 64;
const MAX_BLOCK_DAYS = 182;

/** Purchase options of instances. */
export enum CapacityKind {
  /** On demand, by the second, while available. */
  ON_DEMAND = 'on-demand',
  /** Spare capacity, reclaimed at short notice. */
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
   * Zone of the reservation, e.g. `us-west-2b`; the pool's subnet must be in it.
   * @default - not checked; a pool with EFA or in a placement group must then name its subnet if the cluster has several
   */
  readonly availabilityZone?: string;
  /** Instances of the reservation; the pool must not have more. @default - not checked */
  readonly instances?: number;
  /** Name of the cluster placement group that the reservation was made in; the pool is placed there. @default - made without one */
  readonly placementGroupName?: string;
}

/**
 * A Capacity Block for ML: instances in one zone that are paid for in advance, for a fixed period.
 */
export interface CapacityBlock {
  /** Id of the reservation, e.g. `cr-02168da1478b509e0`. */
  readonly reservationId: string;
  /** Zone of the block, e.g. `us-west-2b`; the pool's subnet must be in it. */
  readonly availabilityZone: string;
  /** Start of the block in UTC to the minute, e.g. `2026-12-01T11:30:00Z`, or with `+00:00` as the AWS CLI prints it. */
  readonly start: string;
  /** End of the block in UTC to the minute. Terraform warns, while it plans, where it is past. */
  readonly end: string;
  /** Instances of the block; the pool must not have more. @default - not checked */
  readonly instances?: number;
  /**
   * Whether the block has started when the pool is first applied. Otherwise the pool starts without nodes and grows at `start`, because
   * earlier launches fail; Terraform warns, while it plans, where `start` is past. It may be set on a pool that grew, and changes no node.
   * @default false
   */
  readonly active?: boolean;
  /**
   * Minutes before `end` at which the nodes are drained; more than the 40 at which EKS drains them itself. EC2 terminates the instances
   * from 30 minutes before `end` on. @default 60
   */
  readonly drainMinutes?: number;
  /**
   * ARN of the SNS topic, a standard one in the region of the pool, that is notified when the block is delivered and when it is about to expire. Its policy must let
   * `events.amazonaws.com` publish. @default - no notification, and a warning
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
  /** On demand: the default. Large GPU types are often not available this way. */
  public static onDemand(): Capacity {
    return new Capacity(CapacityKind.ON_DEMAND);
  }

  /** Spot: cheaper, and reclaimed at two minutes' notice. */
  public static spot(): Capacity {
    return new Capacity(CapacityKind.SPOT);
  }

  /**
   * An On-Demand Capacity Reservation; the pool launches no instances outside of it. Throws an `UnscopedValidationError` if the id or
   * the zone is malformed, or `instances` is not a whole number of at least 1.
   *
   * @param reservation the reservation
   */
  public static reservation(reservation: CapacityReservation): Capacity {
    throwIfFaulty(
      allOf(
        () => reservationIdFaults(reservation.reservationId),
        () => instancesFaults(reservation.instances),
        () => (reservation.availabilityZone === undefined ? [] : zoneFaults(reservation.availabilityZone)),
        () =>
          reservation.placementGroupName === ''
            ? [
                fault(
                  'INVALID_NAME',
                  'placementGroupName',
                  "placementGroupName must be the placement group of the reservation; got ''; leave it out if there is none",
                ),
              ]
            : [],
      ),
    );
    return new Capacity(CapacityKind.RESERVATION, reservation);
  }

  /**
   * A Capacity Block for ML. It sets every place that must be set for one: the market, the reservation and the instance type in the launch
   * template; the capacity type, no instance types and no node at first in the node group; the schedule that scales it up at the start and
   * drains it before the end. Throws an `UnscopedValidationError` if the id or the zone is malformed, a time is not in UTC to the minute,
   * the end leaves no time to use the block, or the drain would come after EKS's own.
   *
   * @param block the block
   */
  public static capacityBlock(block: CapacityBlock): Capacity {
    throwIfFaulty(
      allOf(
        () => blockFaults(block),
        () => topicArnFaults('alarmTopicArn', block.alarmTopicArn),
      ),
    );
    return new Capacity(CapacityKind.CAPACITY_BLOCK, block, block);
  }

  /** Purchase option of the instances. */
  public readonly kind: CapacityKind;
  /** The reservation, with what capacity blocks and on-demand reservations share. @default - none */
  public readonly reserved?: CapacityReservation;
  /** The block. @default - none */
  public readonly block?: CapacityBlock;

  private constructor(kind: CapacityKind, reserved?: CapacityReservation, block?: CapacityBlock) {
    this.kind = kind;
    this.reserved = reserved && { ...reserved };
    this.block = block && { ...block };
  }

  /** The kind and the reservation, for messages. */
  public toString(): string {
    return this.reserved ? `${this.kind} ${this.reserved.reservationId}` : this.kind;
  }
}

checkArguments('Capacity', Capacity);

/**
 * Minutes before the end of a block at which its nodes are drained.
 *
 * @internal
 */
export function drainMinutesOf(block: CapacityBlock): number {
  return block.drainMinutes ?? DEFAULT_DRAIN_MINUTES;
}

function reservationIdFaults(id: string): Fault[] {
  if (hasToken(id) || /^cr-[0-9a-z]+$/.test(id)) return [];
  return [
    fault(
      'INVALID_FORMAT',
      'reservationId',
      `reservationId must be the id of a capacity reservation, such as 'cr-02168da1478b509e0'; got '${id}'`,
    ),
  ];
}

function zoneFaults(zone: string): Fault[] {
  if (hasToken(zone) || /^[a-z0-9-]+\d[a-z]$/.test(zone)) return [];
  const reason = `availabilityZone must be the name of a zone, such as 'us-west-2b'; got ${givenValue(zone)}`;
  return [fault('INVALID_FORMAT', 'availabilityZone', reason)];
}

function instancesFaults(instances?: number, most?: number): Fault[] {
  return hasToken(instances)
    ? concreteFault('instances', instances, 'maxNodes is compared with it')
    : wholeNumberFault('instances', instances, 1, most);
}

function blockFaults(block: CapacityBlock): Fault[] {
  const { reservationId, availabilityZone, start: from, end: to, drainMinutes } = block;
  const later = Object.entries({ start: from, end: to, drainMinutes }).flatMap(([name, value]) =>
    concreteFault(name, value, 'the schedule of the pool is computed from it'),
  );
  if (later.length > 0) return later;
  const drain = drainMinutesOf(block);
  return allOf(
    () => reservationIdFaults(reservationId),
    () => instancesFaults(block.instances, MAX_BLOCK_INSTANCES),
    () => (readUtcTime(from) === undefined ? [timeFault('start', from)] : []),
    () => (readUtcTime(to) === undefined ? [timeFault('end', to)] : []),
    () => zoneFaults(availabilityZone),
    () =>
      wholeNumberFault('drainMinutes', drain, EKS_DRAIN_MINUTES + 1).map(({ reason, ...rest }) => ({
        ...rest,
        reason: `${reason}; EKS itself drains a capacity block ${EKS_DRAIN_MINUTES} minutes before its end`,
      })),
    () => lengthFaults(from, to, drain),
  );
}

function lengthFaults(from: string, to: string, drain: number): Fault[] {
  const [start, end] = [readUtcTime(from), readUtcTime(to)];
  if (start === undefined || end === undefined) return [];
  const given = `got '${from}' to '${to}'`;
  return allOf(
    () => {
      if (!Number.isSafeInteger(drain) || drain <= EKS_DRAIN_MINUTES || end - drain > start) return [];
      const reason = `end must be more than ${drain} minutes (drainMinutes) after start, or the nodes would be drained before they can be used; ${given}`;
      return [fault('CAPACITY_BLOCK_TOO_SHORT', 'end', reason)];
    },
    () => {
      if (end - start <= MAX_BLOCK_DAYS * 24 * 60) return [];
      const reason = `end must be at most ${MAX_BLOCK_DAYS} days after start, which is the longest that a Capacity Block can be; ${given}`;
      return [fault('OUT_OF_RANGE', 'end', reason)];
    },
  );
}

function timeFault(property: string, text: string): Fault {
  return fault(
    'INVALID_FORMAT',
    property,
    `${property} must be a time in UTC to the minute, such as '2026-12-01T11:30:00Z'; got '${text}'`,
  );
}
