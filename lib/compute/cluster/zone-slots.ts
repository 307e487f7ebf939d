import { repeatedIndexes } from '../../units/duplicate-faults';
import { Fault, fault } from '../../units/fault';
import { DataAwsAvailabilityZones } from '@cdktf/provider-aws/lib/data-aws-availability-zones';
import { Fn, TerraformProvider, Token } from 'cdktf';
import { Construct } from 'constructs';
import { concreteFault } from '../../core/tokens';
import { allOf, isUnreadable } from '../../units/unreadable';

/** Number of zones of a VPC when none are named. */
const DEFAULT_ZONES = 2;

/** Most zones that a VPC is divided for: the letters `a` to `f`, which is what the largest region has. */
const LETTERS = 'abcdef';

/**
 * A zone and its part of the VPC's range.
 *
 * @internal
 */
export interface ZoneSlot {
  /** Name of the zone, or a reference to it. */
  readonly zone: string;
  /** Label for ids and names: the letter, so that to name the zones that a cluster has anyway makes no subnet anew. */
  readonly label: string;
  /** Whether a user named it; which one it is may be another answer of AWS later, if not. */
  readonly isNamed: boolean;
  /** Which part of the range it has. It comes from the zone's letter, so that naming a further zone moves no subnet. */
  readonly index: number;
}

/**
 * The faults of the zones that a user names.
 *
 * @internal
 */
export function zoneFaults(given?: string[]): Fault[] {
  if (given === undefined) return [];
  // One of another kind is a zone too, whichever it will be.
  const zones = Array.isArray(given) ? given.filter((zone) => !isUnreadable(zone)) : given;
  const unknown = concreteFault('availabilityZones', zones, 'subnets are laid out by them');
  if (unknown.length > 0) return unknown;
  const repeated = repeatedIndexes(zones.map(letterOf)).map((index) => zones[index]);
  return allOf(
    () =>
      given.length < 2
        ? [
            fault(
              'TOO_FEW_ZONES',
              'availabilityZones',
              `availabilityZones must name at least 2 zones, which EKS requires; got ${given.length}`,
            ),
          ]
        : [],
    () =>
      zones
        .filter((zone) => !/^[a-z0-9-]+\d[a-f]$/.test(zone))
        .map((zone) =>
          fault(
            'INVALID_FORMAT',
            'availabilityZones',
            `availabilityZones must be names such as 'eu-central-1a' that end in a letter from a to f; got '${zone}'; for other zones pass vpc`,
          ),
        ),
    () =>
      repeated.map((zone) =>
        fault(
          'DUPLICATE',
          'availabilityZones',
          `availabilityZones must be different zones of one region; got '${zone}' and another that ends in the same letter`,
        ),
      ),
  );
}

/**
 * The zones of a VPC: those named, else the first of the region that need no opt-in.
 *
 * @internal
 */
export function zoneSlots(
  scope: Construct,
  props: { availabilityZones?: string[]; provider?: TerraformProvider },
): ZoneSlot[] {
  if (props.availabilityZones) {
    return props.availabilityZones.map((zone) => {
      const label = letterOf(zone);
      return { zone, label, isNamed: true, index: LETTERS.indexOf(label) };
    });
  }
  const zones = new DataAwsAvailabilityZones(scope, 'AvailabilityZones', {
    provider: props.provider,
    state: 'available',
    filter: [{ name: 'opt-in-status', values: ['opt-in-not-required'] }],
  });
  return Array.from({ length: DEFAULT_ZONES }, (_, index) => ({
    zone: Token.asString(Fn.element(zones.names, index)),
    label: LETTERS[index],
    isNamed: false,
    index,
  }));
}

function letterOf(zone: string): string {
  return zone.slice(-1);
}
