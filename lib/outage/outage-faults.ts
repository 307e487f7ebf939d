import { Duration } from '../units/duration';
import { Fault, fault } from '../units/fault';
import { givenValue, wholeNumberFault } from '../units/number-faults';
import { allOf, isUnreadable } from '../units/unreadable';
import { outageSpan } from './outage-times';
import { OutagePlanProps } from './outage-props';

/**
 * The faults of a site that cannot bear an outage, whatever is set.
 *
 * @param longest the outage
 * @param props what the site is
 *
 * @internal
 */
export function outagePropsFaults(longest: Duration, props: OutagePlanProps): Fault[] {
  const { activeSeries, scrapeInterval, catchUpSpeed } = props;
  return allOf(
    () => wholeNumberFault('activeSeries', activeSeries, 1),
    () => {
      if (scrapeInterval === undefined || scrapeInterval.toSeconds() >= 1) return [];
      const reason = `scrapeInterval must be at least a second; got ${scrapeInterval.toString()}`;
      return [fault('OUT_OF_RANGE', 'scrapeInterval', reason)];
    },
    () => {
      if (catchUpSpeed === undefined || isUnreadable(catchUpSpeed)) return [];
      if (typeof catchUpSpeed === 'number' && Number.isFinite(catchUpSpeed) && catchUpSpeed > 1) return [];
      const reason = `catchUpSpeed must be a number above 1, or the site never catches up; got ${givenValue(catchUpSpeed)}`;
      return [fault('OUT_OF_RANGE', 'catchUpSpeed', reason)];
    },
    () => credentialFaults(longest, props),
    () => senderFaults(longest, props),
  );
}

/**
 * The fault of nodes whose credentials cannot last through an outage; what they are offered instead is the caller's.
 *
 * @internal
 */
export function credentialFaults(longest: Duration, { credentials }: OutagePlanProps): Fault[] {
  if (credentials === undefined || longest.toSeconds() <= credentials.longestLifetime.toSeconds()) return [];
  const most = credentials.longestLifetime.toString();
  const reason =
    `an outage of ${longest.toString()} is longer than credentials of ${credentials.name} can last (${most}), and without them nodes come back up to ` +
    `${credentials.recovery.toString()} after the link; plan for at most ${most}, or give the site a control plane of its own`;
  return [fault('OUTAGE_OUTLASTS_CREDENTIALS', 'credentials', reason)];
}

function senderFaults(longest: Duration, props: OutagePlanProps): Fault[] {
  const hold = props.sender?.longestHold;
  const span = outageSpan(longest, props.credentials);
  if (hold === undefined || span <= hold.toSeconds()) return [];
  const reason =
    `${props.sender?.title} holds metrics for ${hold.toString()} and then drops what it could not send, but an outage of ${longest.toString()} ` +
    `needs ${Duration.seconds(span).toString()} with the return of its nodes; use MetricsSender.VMAGENT`;
  return [fault('OUTAGE_OUTLASTS_SENDER', 'sender', reason)];
}
