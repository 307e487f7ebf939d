import { ExpectedSite } from '../../monitoring/expected-site';
import { OutagePlan } from '../../outage/outage-plan';
import { Duration } from '../../units/duration';

/** A hub takes no shorter time of silence. */
const LEAST = Duration.minutes(5);

/**
 * A site as its hub expects it.
 *
 * @param name name of the site
 * @param outage what follows from its longest outage
 *
 * @internal
 */
export function expectedSite(name: string, { longest, silentAfter }: OutagePlan): ExpectedSite {
  const silent = silentAfter.toSeconds() < LEAST.toSeconds() ? LEAST : silentAfter;
  const maxOutage = longest.toSeconds() < silent.toSeconds() ? silent : longest;
  return { name, silentAfter: silent, maxOutage };
}
