import { ExpectedSite } from '../../monitoring/expected-site';
import { MonitoringOptions } from '../../monitoring/monitoring-options';
import { SecretReference } from '../../core/secret-reference';
import { EdgeRouting } from '../../serving/gateway/edge/edge-routing';
import { ModelRollout } from '../../storage/sync/model-rollout';
import { narrowed } from '../../units/struct-faults';
import { DEFAULT_OUTAGE, outageOf } from '../edge/edge-topology-faults';
import { EdgeTopologyProps } from '../edge/edge-topology-props';
import { expectedSite } from '../edge/expected-site';
import { HybridRouting } from './hybrid-routing';
import { HybridSite } from './hybrid-site';
import { HybridTopologyProps } from './hybrid-topology-props';

const CLOUD_KEY: SecretReference = { name: 'cloud', key: 'api-key' };

/**
 * The site alone, which writes to the hub of the topology.
 *
 * @internal
 */
export function edgePropsOf(site: HybridSite, { hub }: HybridTopologyProps): EdgeTopologyProps {
  const props = inRing(narrowed('EdgeTopologyProps', site), site.ring);
  if (hub === undefined || site.monitoring === false) return props;
  const monitoringOptions: MonitoringOptions = {
    ...site.monitoringOptions,
    uplink: {
      ...hub,
      maxOutage: site.maxUplinkOutage ?? DEFAULT_OUTAGE,
      // The hub knows each site as a user; without passwords it knows none.
      username: hub.password && site.site,
    },
  };
  return { ...props, monitoringOptions };
}

/** A site of a ring follows the channel of the ring. */
function inRing(props: EdgeTopologyProps, ring: string | undefined): EdgeTopologyProps {
  const { sync } = props;
  if (ring === undefined || sync === undefined) return props;
  return { ...props, sync: { ...sync, channel: ModelRollout.channelOf(ring, sync.channel) } };
}

/**
 * What goes where at a site: what it says itself before what the topology says for all.
 *
 * @internal
 */
export function routingAt({ routing }: HybridSite, ofAll: HybridRouting | undefined): HybridRouting | undefined {
  if (routing === undefined) return ofAll;
  const own = Object.fromEntries(Object.entries(routing).filter(([, value]) => value !== undefined));
  return { ...ofAll, ...own } as HybridRouting;
}

/**
 * How the gateway of a site divides requests; undefined where none leaves it.
 *
 * @param models what the cloud serves
 *
 * @internal
 */
export function routingOf(
  site: HybridSite,
  { routing: ofAll, gateway: { url, authority } }: HybridTopologyProps,
  models: readonly string[],
): EdgeRouting | undefined {
  const given = routingAt(site, ofAll);
  if (given === undefined) return undefined;
  const { cloudCalls, ...options } = given;
  const cloud = { ...cloudCalls, url, authority, models: [...models], apiKey: site.cloudKey ?? CLOUD_KEY };
  return EdgeRouting.edgeFirst({ ...options, cloud });
}

/** A site that the hub expects, and which one of the topology it is. @internal */
export interface IndexedSite {
  readonly index: number;
  readonly expected: ExpectedSite;
}

/**
 * The sites that the hub misses when they are silent: those that write to it.
 *
 * @internal
 */
export function expectedSitesOf(props: HybridTopologyProps): IndexedSite[] {
  if (props.hub === undefined) return [];
  const found = props.sites.flatMap((site, index) => {
    if (site.revoked || site.monitoring === false) return [];
    const outage = outageOf(edgePropsOf(site, props), []);
    return outage === undefined ? [] : [{ index, expected: expectedSite(site.site, outage) }];
  });
  // In whatever order the program has its sites, the rules are the same.
  return found.sort((a, b) => (a.expected.name < b.expected.name ? -1 : 1));
}
