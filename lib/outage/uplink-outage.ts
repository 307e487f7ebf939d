import { checkArguments } from '../units/argument-faults';
import { Duration } from '../units/duration';
import { throwIfFaulty } from '../units/errors';
import { wholeAmountFault } from '../units/number-faults';
import { outagePropsFaults } from './outage-faults';
import { OutagePlan } from './outage-plan';
import { OutagePlanProps } from './outage-props';

/** Longest outage, in seconds: what is cut off for more than a year is no site with a link, and sums of seconds stay exact. */
const LONGEST_SECONDS = 366 * 24 * 3600;

/**
 * The longest time for which a site may be cut off from its cloud and still lose nothing. One value, from which the lifetime of credentials, the
 * tolerations of pods, buffers, disks, the windows of the hub and alerts follow.
 */
export class UplinkOutage {
  /**
   * Outages up to a time.
   *
   * @param longest whole seconds, from one second to a year
   * @throws UnscopedValidationError for another time
   */
  public static upTo(longest: Duration): UplinkOutage {
    const given = longest.toString();
    throwIfFaulty(wholeAmountFault('longest', longest.toSeconds(), 'seconds', given, 1, LONGEST_SECONDS));
    return new UplinkOutage(longest);
  }

  private constructor(
    /** The longest outage. */
    public readonly longest: Duration,
  ) {}

  /**
   * All that follows for one site.
   *
   * @param props what the site is @default - a site with a control plane of its own, whose metrics vmagent sends
   * @throws UnscopedValidationError when it cannot bear such an outage: credentials or what sends its metrics do not last
   */
  public plan(props: OutagePlanProps = {}): OutagePlan {
    throwIfFaulty(outagePropsFaults(this.longest, props));
    return OutagePlan._of(this.longest, props);
  }

  /** The longest outage, e.g. `up to 12h`. */
  public toString(): string {
    return `up to ${this.longest.toString()}`;
  }
}

checkArguments('UplinkOutage', UplinkOutage);
