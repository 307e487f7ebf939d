import { tableText } from '../../units/text-table';
import { EdgeTopology } from '../edge/edge-topology';
import { OutageEvent } from '../shared/outage-event';
import { timelineText } from '../shared/outage-timeline';
import { HybridTopologyProps } from './hybrid-topology-props';

/** What was made. */
interface MadeParts {
  /** Models of the cloud. @default - those that `gateway.models` names */
  readonly models?: readonly string[];
  readonly sites: ReadonlyMap<string, EdgeTopology>;
  readonly timelines: { readonly [site: string]: readonly OutageEvent[] };
}

/** Requests that a site may have in the cloud at once where nothing else is said. */
const DEFAULT_REQUESTS = 100;

/**
 * A hybrid topology as text.
 *
 * @internal
 */
export function explainHybrid(props: HybridTopologyProps, { models, sites, timelines }: MadeParts): string {
  const { cloud, gateway, hub, routing } = props;
  const served = (models ?? gateway.models ?? []).join(', ');
  const inRings = props.sites.some(({ ring }) => ring !== undefined);
  const rows = props.sites.map((site) => {
    const made = sites.get(site.site);
    const routed = site.routing ?? routing;
    return [
      site.site,
      ...(inRings ? [site.ring ?? 'none'] : []),
      `${made?.nodePool.maxNodes ?? site.nodes ?? 1} x ${site.hardware}`,
      Object.entries(made?.plans ?? {})
        .map(([name, plan]) => `${name} in ${plan.precision}`)
        .join(', '),
      made?.outage.longest.toString() ?? '',
      routed === undefined ? 'none' : `at most ${routed.cloudCalls?.maxRequests ?? DEFAULT_REQUESTS} at once`,
      site.revoked ? 'revoked' : 'known',
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
  ];
  return [
    `Cloud: ${cloud ? `cluster '${cloud.clusterName}'` : 'run by somebody else'}, reached by ${gateway.url}${served === '' ? '' : `, which serves ${served}`}.`,
    hub ? `Sites write their series to ${hub.url}.` : 'Sites keep their series to themselves.',
    tableText(heads, rows),
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
    const more = names.length > 5 ? ` and ${names.length - 5} more` : '';
    return `While ${names.slice(0, 5).join(', ')}${more} is cut off:\n\n${text}`;
  });
}
