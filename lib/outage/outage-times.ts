import { Duration } from '../units/duration';
import { NodeCredentials } from './node-credentials';
import { OUTAGE_FACTS } from './outage-facts';

const MINUTE = 60;

/**
 * Seconds from the cut until the last node of a site is back: the outage, what its credentials take after it, and the first heartbeat. In whole
 * minutes.
 *
 * @internal
 */
export function outageSpan(longest: Duration, credentials?: NodeCredentials): number {
  const seconds = longest.toSeconds() + (credentials?.recovery.toSeconds() ?? 0) + OUTAGE_FACTS.heartbeatSeconds;
  return Math.ceil(seconds / MINUTE) * MINUTE;
}

/**
 * Seconds that credentials are to last: the outage, within what can be set. A role's sessions must be able to last longer than what the profile
 * of Roles Anywhere says, and they last twelve hours at most, hence the second.
 *
 * @internal
 */
export function credentialLifetime(longest: Duration, credentials: NodeCredentials): number {
  const least = credentials.defaultLifetime.toSeconds();
  const most = credentials.longestLifetime.toSeconds();
  return Math.max(least, Math.min(Math.ceil(longest.toSeconds()), most - (most > least ? 1 : 0)));
}

/**
 * Seconds between two cuts of an agent's write-ahead log after which what is `span` old has not been cut away.
 *
 * Each cut drops the older two thirds of the log, sent or not (`DB.truncate` in tsdb/agent/db.go). If a third is left after each, that third is
 * half of what comes in between two of them.
 *
 * @internal
 */
export function truncateFrequency(span: number): number {
  return Math.max(OUTAGE_FACTS.agentTruncateSeconds, 2 * span);
}
