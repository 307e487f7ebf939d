import { InferenceGateway } from '../../serving/gateway/inference-gateway';
import { tableText } from '../../units/text-table';
import { EdgeTopology } from '../edge/edge-topology';
import { HybridTopologyProps } from './hybrid-topology-props';

/** What was made. */
interface MadeParts {
  /** Models of the cloud. @default - those that `gateway.models` names */
  readonly models?: readonly string[];
  readonly sites: ReadonlyMap<string, EdgeTopology>;
  readonly gateways: ReadonlyMap<string, InferenceGateway>;
}

/** Requests that a site may have in the cloud at once where nothing else is said. */
const DEFAULT_REQUESTS = 100;

/**
 * A hybrid topology as text.
 *
 * @internal
 */
export function explainHybrid(props: HybridTopologyProps, { models, sites }: MadeParts): string {
  const { cloud, gateway, hub, routing } = props;
  const served = (models ?? gateway.models ?? []).join(', ');
  const rows = props.sites.map((site) => {
    const made = sites.get(site.site);
    const routed = site.routing ?? routing;
    return [
      site.site,
      `${made?.nodePool.maxNodes ?? site.nodes ?? 1} x ${site.hardware}`,
      Object.entries(made?.plans ?? {})
        .map(([name, plan]) => `${name} in ${plan.precision}`)
        .join(', '),
      made?.outage.longest.toString() ?? '',
      routed === undefined ? 'none' : `at most ${routed.cloudCalls?.maxRequests ?? DEFAULT_REQUESTS} at once`,
      site.revoked ? 'revoked' : 'known',
    ];
  });
  const heads = ['site', 'machines', 'models', 'may be cut off', 'requests to the cloud', 'to the cloud it is'];
  return [
    `Cloud: ${cloud ? `cluster '${cloud.clusterName}'` : 'run by somebody else'}, reached by ${gateway.url}${served === '' ? '' : `, which serves ${served}`}.`,
    hub ? `Sites write their series to ${hub.url}.` : 'Sites keep their series to themselves.',
    tableText(heads, rows),
  ].join('\n\n');
}
