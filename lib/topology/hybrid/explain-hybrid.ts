import { DEFAULT_CLOUD_REQUESTS } from '../../serving/gateway/edge/plan-edge';
import { tableText } from '../../units/text-table';
import { EdgeTopology } from '../edge/edge-topology';
import { OutageEvent } from '../shared/outage-event';
import { timelineText } from '../shared/outage-timeline';
import { HybridSite } from './hybrid-site';
import { HybridTopologyProps } from './hybrid-topology-props';
import { Route } from './routes';
import { routingAt } from './site-props';

/** What was made. */
interface MadeParts {
  /** Models of the cloud. @default - those that `gateway.models` names */
  readonly models?: readonly string[];
  readonly sites: ReadonlyMap<string, EdgeTopology>;
  readonly timelines: { readonly [site: string]: readonly OutageEvent[] };
  /** Where requests go at a site. */
  readonly routes: (site: HybridSite) => readonly Route[];
}

/**
 * A hybrid topology as text.
 *
 * @internal
 */
export function explainHybrid(props: HybridTopologyProps, { models, sites, timelines, routes }: MadeParts): string {
  const { cloud, gateway, hub, routing } = props;
  const served = (models ?? gateway.models ?? []).join(', ');
  const inRings = props.sites.some(({ ring }) => ring !== undefined);
  const rows = props.sites.map((site) => {
    const made = sites.get(site.site);
    const routed = routingAt(site, routing);
    return [
      site.site,
      ...(inRings ? [site.ring ?? 'none'] : []),
      `${made?.nodePool.maxNodes ?? site.nodes ?? 1} x ${site.hardware}`,
      Object.entries(made?.plans ?? {})
        .map(([name, plan]) => `${name} in ${plan.precision}`)
        .join(', '),
      made?.outage.longest.toString() ?? '',
      routed === undefined ? 'none' : `at most ${routed.cloudCalls?.maxRequests ?? DEFAULT_CLOUD_REQUESTS} at once`,
      site.revoked ? 'revoked' : 'known',
      ...(hub === undefined ? [] : [site.monitoring === false || site.revoked ? 'not missed' : 'missed if silent']),
    ];
  });
  const heads = [
    'site',
    ...(inRings ? ['ring'] : []),
    'machines',
    'models',
    'may be cut off',
    'requests to the cloud',
    'to the cloud it is',
    ...(hub === undefined ? [] : ['at the hub it is']),
  ];
  return [
    `Cloud: ${cloud ? `cluster '${cloud.clusterName}'` : 'run by somebody else'}, reached by ${gateway.url}${served === '' ? '' : `, which serves ${served}`}.`,
    hub ? `Sites write their series to ${hub.url}.` : 'Sites keep their series to themselves.',
    tableText(heads, rows),
    ...routeTexts(props.sites, routes),
    ...outageTexts(timelines),
  ].join('\n\n');
}

/** The timelines, each with the sites that have it. */
function outageTexts(timelines: MadeParts['timelines']): string[] {
  const bySite = new Map<string, string[]>();
  for (const [site, events] of Object.entries(timelines)) {
    const text = timelineText(events);
    bySite.set(text, [...(bySite.get(text) ?? []), site]);
  }
  return [...bySite].map(([text, names]) => {
    return `While the link is cut to ${listed(names)}:\n\n${text}`;
  });
}

function listed(names: readonly string[]): string {
  const more = names.length > 5 ? ` and ${names.length - 5} more` : '';
  return `${names.slice(0, 5).join(', ')}${more}`;
}

/** Where requests go, with the sites at which they do. */
function routeTexts(sites: readonly HybridSite[], routes: MadeParts['routes']): string[] {
  const bySite = new Map<string, string[]>();
  for (const site of sites) {
    const text = routes(site)
      .map((each) => `- ${each.text}`)
      .join('\n');
    bySite.set(text, [...(bySite.get(text) ?? []), site.site]);
  }
  return [...bySite].map(([text, names]) => `Requests at ${listed(names)}:\n\n${text}`);
}
