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
   * of that time ends the alert, and is taken: Prometheus is told to take samples as old as the longest `maxOutage`, and an hour more.
   * @see https://prometheus.io/docs/prometheus/latest/configuration/configuration/#tsdb, out_of_order_time_window
   */
  readonly silentAfter: Duration;
  /**
   * How long it may be cut off and still bring everything that it kept: `maxOutage` of its `uplink`. Whole seconds up to 30 days, not below
   * `silentAfter`, less than series are kept.
   * @default - `silentAfter`
   */
  readonly maxOutage?: Duration;
}

/** External label that sites are told apart by. @internal */
export const SITE_LABEL = 'cluster';

const LEAST = Duration.minutes(5);
const MOST = Duration.hours(30 * 24);

/**
 * The warning of a Prometheus that takes what is written to it from whoever reaches it.
 *
 * @param namespaces those whose pods reach it
 *
 * @internal
 */
export function writableWithoutPassword(namespaces: readonly string[]): Fault {
  return fault(
    'SITES_WITHOUT_PASSWORD',
    'expectedSites',
    `every pod of ${namespaces.map((name) => `'${name}'`).join(', ')} may write series to Prometheus, those of any site and of this cluster among them, and so hide or raise alerts; ` +
      'set webSecurity, and let sites write by the user and the password that it asks for',
  );
}

/** A site that was cut off for as long as it may sends for a while until it has caught up. */
const CATCHING_UP = Duration.hours(1);

/** How long a site may be away and lose nothing. */
function longestOutage({ silentAfter, maxOutage = silentAfter }: ExpectedSite): Duration {
  return maxOutage;
}

/**
 * How much older than the newest sample one may be that sites write, in seconds: what a site has kept while it was cut off for as long as it may.
 *
 * @internal
 */
export function lateSeconds(sites: readonly ExpectedSite[]): number {
  return Math.max(...sites.map((site) => longestOutage(site).toSeconds())) + CATCHING_UP.toSeconds();
}

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

/**
 * The fault of a site that is called as the cluster which it writes to: in what both write elsewhere they could not be told apart.
 *
 * @param clusterName name of the cluster, and its external label `cluster`
 * @param label label that sites are told apart by
 *
 * @internal
 */
export function siteOfClusterFaults(sites: readonly ExpectedSite[], clusterName: string, label: string): Fault[] {
  if (label !== SITE_LABEL) return [];
  return sites.flatMap(({ name }, i) => {
    const reason = `expectedSites[${i}].name '${name}' is the name of this cluster, which its own series have as '${SITE_LABEL}' elsewhere; expectedSites names the others, each by a label of its own`;
    return name === clusterName ? [fault('DUPLICATE', `expectedSites[${i}].name`, reason)] : [];
  });
}

function siteFaults(at: string, { name, silentAfter, maxOutage }: ExpectedSite, retentionDays: number): Fault[] {
  const seconds = silentAfter.toSeconds();
  const kept = retentionDays * 86_400;
  const text = `${at}.name must be one line without quotes, backslashes and braces; got ${JSON.stringify(name)}`;
  const time = `${at}.silentAfter must be whole seconds from 5 minutes to 30 days, less than the ${retentionDays} days that series are kept; got ${silentAfter}`;
  const fits = Number.isInteger(seconds) && seconds >= LEAST.toSeconds() && seconds <= MOST.toSeconds();
  return [
    ...(/^[^\n\r"'`\\{}]+$/.test(name) ? [] : [fault('INVALID_NAME', `${at}.name`, text)]),
    ...(fits && seconds < kept ? [] : [fault('OUT_OF_RANGE', `${at}.silentAfter`, time)]),
    ...outageFaults(at, maxOutage, { least: silentAfter, kept, retentionDays }),
  ];
}

function outageFaults(
  at: string,
  maxOutage: Duration | undefined,
  { least, kept, retentionDays }: { least: Duration; kept: number; retentionDays: number },
): Fault[] {
  if (maxOutage === undefined) return [];
  const seconds = maxOutage.toSeconds();
  if (Number.isInteger(seconds) && seconds >= least.toSeconds() && seconds <= MOST.toSeconds() && seconds < kept)
    return [];
  const reason = `${at}.maxOutage must be whole seconds from ${at}.silentAfter, ${least}, to 30 days, less than the ${retentionDays} days that series are kept; got ${maxOutage}`;
  return [fault('OUT_OF_RANGE', `${at}.maxOutage`, reason)];
}
