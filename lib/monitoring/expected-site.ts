import { concreteFault } from '../core/tokens';
import { repeatedIndexes } from '../units/duplicate-faults';
import { Duration } from '../units/duration';
import { Fault, fault } from '../units/fault';
import { allOf } from '../units/unreadable';

/**
 * A site whose Prometheus writes to this one, and is missed when it does not.
 */
export interface ExpectedSite {
  /** Value of the external label by which its Prometheus marks what it writes: see `siteLabel` of `GrafanaOptions`. */
  readonly name: string;
  /**
   * How long it may be silent before `EdgeSiteSilent` fires: whole seconds from 5 minutes to 30 days, less than series are kept. What a site writes later
   * of that time ends the alert.
   */
  readonly silentAfter: Duration;
}

/** External label that sites are told apart by. @internal */
export const SITE_LABEL = 'cluster';

const LEAST = Duration.minutes(5);
const MOST = Duration.hours(30 * 24);

/**
 * What is wrong with the sites that are expected.
 *
 * @param retentionDays days that series are kept
 *
 * @internal
 */
export function expectedSiteFaults(sites: readonly ExpectedSite[] = [], retentionDays = 15): Fault[] {
  const unknown = sites.flatMap(({ name }, i) =>
    concreteFault(`expectedSites[${i}].name`, name, 'an alert is made of each'),
  );
  if (unknown.length > 0) return unknown;
  const names = sites.map(({ name }) => name);
  return allOf(
    () =>
      repeatedIndexes(names).map((i) =>
        fault('DUPLICATE', `expectedSites[${i}].name`, `expectedSites has '${names[i]}' twice; remove one of the two`),
      ),
    () => sites.flatMap((site, i) => siteFaults(`expectedSites[${i}]`, site, retentionDays)),
  );
}

function siteFaults(at: string, { name, silentAfter }: ExpectedSite, retentionDays: number): Fault[] {
  const seconds = silentAfter.toSeconds();
  const kept = retentionDays * 86_400;
  const text = `${at}.name must be one line without quotes, backslashes and braces; got ${JSON.stringify(name)}`;
  const time = `${at}.silentAfter must be whole seconds from 5 minutes to 30 days, less than the ${retentionDays} days that series are kept; got ${silentAfter}`;
  const fits = Number.isInteger(seconds) && seconds >= LEAST.toSeconds() && seconds <= MOST.toSeconds();
  return [
    ...(/^[^\n\r"'`\\{}]+$/.test(name) ? [] : [fault('INVALID_NAME', `${at}.name`, text)]),
    ...(fits && seconds < kept ? [] : [fault('OUT_OF_RANGE', `${at}.silentAfter`, time)]),
  ];
}
