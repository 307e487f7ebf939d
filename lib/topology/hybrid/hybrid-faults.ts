import { kubernetesNameFault } from '../../core/naming';
import { concreteFault } from '../../core/tokens';
import { knownTexts } from '../../serving/gateway/text-faults';
import { repeatedIndexes } from '../../units/duplicate-faults';
import { Fault, fault } from '../../units/fault';
import { allOf } from '../../units/unreadable';
import { HybridSite } from './hybrid-site';
import { HybridTopologyProps } from './hybrid-topology-props';
import { ringFaults } from './rings';

/**
 * What is wrong with a cloud and its sites before anything is made of them.
 *
 * @internal
 */
export function hybridFaults(props: HybridTopologyProps): Fault[] {
  const { sites, cloud, gateway, routing } = props;
  const unknown = sites.flatMap(({ site }, i) =>
    concreteFault(`sites[${i}].site`, site, 'ids and names derive from it'),
  );
  const { models } = gateway;
  const unclear = [
    ...unknown,
    ...(models === undefined ? [] : knownTexts('gateway.models', models, 'the models that the cloud serves')),
  ];
  if (unclear.length > 0) return unclear;
  return allOf(
    () => (sites.length === 0 ? [noSites()] : []),
    () => nameFaults(sites, cloud?.clusterName),
    () => siteUplinkFaults(props),
    () => ringFaults(props),
    () => (cloud === undefined ? elsewhereFaults(props) : ownGatewayFaults(props)),
    () => (gateway.siteKeys === undefined ? [] : kubernetesNameFault('gateway.siteKeys', gateway.siteKeys)),
    () => callerFaults(props),
    () => (routing === undefined && sites.every((each) => each.routing === undefined) ? unusedKeyFaults(props) : []),
  );
}

function noSites(): Fault {
  const reason = 'sites is empty; name at least one site, or use CloudTopology for a cloud alone';
  return fault('EMPTY_LIST', 'sites', reason);
}

/** Sites are told apart, and from the cloud, by their names alone. */
function nameFaults(sites: readonly HybridSite[], cloud: string | undefined): Fault[] {
  const names = sites.map(({ site }) => site);
  return allOf(
    () =>
      repeatedIndexes(names).map((i) => {
        const first = names.indexOf(names[i]);
        const reason = `sites[${i}].site '${names[i]}' is the name of sites[${first}] too, and the hub could not tell them apart; give each site a name of its own`;
        return fault('DUPLICATE', `sites[${i}].site`, reason);
      }),
    () =>
      names.flatMap((name, i) => {
        if (name !== cloud) return [];
        const reason = `sites[${i}].site '${name}' is the name of the cluster in the cloud, from whose series the hub could not tell its own; give it another name`;
        return [fault('DUPLICATE', `sites[${i}].site`, reason)];
      }),
  );
}

function siteUplinkFaults({ hub, sites }: HybridTopologyProps): Fault[] {
  if (hub === undefined) return [];
  return sites.flatMap(({ monitoring, monitoringOptions }, i) => {
    if (monitoring === false || monitoringOptions?.uplink === undefined) return [];
    const reason = `sites[${i}].monitoringOptions.uplink says where the site writes to, and so does hub; remove one of the two`;
    return [fault('CONFLICTING_PROPERTIES', `sites[${i}].monitoringOptions.uplink`, reason)];
  });
}

/** Of a cloud that somebody else runs. */
function elsewhereFaults({ gateway, routing, sites }: HybridTopologyProps): Fault[] {
  const routed = routing !== undefined || sites.some((each) => each.routing !== undefined);
  return allOf(
    () => {
      if (!routed || gateway.models !== undefined) return [];
      const reason = 'gateway.models must name what the cloud serves, because cloud is left out; or give cloud';
      return [fault('MISSING_PROPERTY', 'gateway.models', reason)];
    },
    () =>
      (['siteKeys', 'callers', 'options'] as const)
        .filter((property) => gateway[property] !== undefined)
        .map((property) => {
          const reason = `gateway.${property} describes a gateway that the topology would make, but cloud is left out; remove it, or give cloud`;
          return fault('CONFLICTING_PROPERTIES', `gateway.${property}`, reason);
        }),
  );
}

function ownGatewayFaults({ gateway, sites }: HybridTopologyProps): Fault[] {
  return allOf(
    () => {
      if (!URL.canParse(gateway.url) || /^\/v1\/?$/.test(new URL(gateway.url).pathname)) return [];
      const reason = `gateway.url must end with '/v1', where the gateway of the cloud answers, e.g. 'https://models.example.com/v1'; got '${gateway.url}'`;
      return [fault('INVALID_FORMAT', 'gateway.url', reason)];
    },
    () => {
      const none =
        sites.length > 0 && sites.every(({ revoked }) => revoked) && Object.keys(gateway.callers ?? {}).length === 0;
      if (!none) return [];
      const reason =
        'all sites are revoked, so that nobody may ask the gateway of the cloud, which must have a caller; name one as gateway.callers, e.g. one of your own that ' +
        'watches it';
      return [fault('EMPTY_LIST', 'gateway.callers', reason)];
    },
    () => {
      if (gateway.models === undefined) return [];
      const reason = 'gateway.models is what cloud serves where both are given; remove gateway.models';
      return [fault('CONFLICTING_PROPERTIES', 'gateway.models', reason)];
    },
    () => {
      if (gateway.options?.authentication === undefined) return [];
      const reason =
        'gateway.options.authentication is what siteKeys and callers say; remove it, and name others than the sites as callers';
      return [fault('CONFLICTING_PROPERTIES', 'gateway.options.authentication', reason)];
    },
  );
}

/** A caller with the name of a site would have its key replaced, or give that of a revoked one back. */
function callerFaults({ gateway, sites }: HybridTopologyProps): Fault[] {
  const names = new Set(sites.map(({ site }) => site));
  return Object.keys(gateway.callers ?? {})
    .filter((name) => names.has(name))
    .map((name) => {
      const reason = `gateway.callers has '${name}', which is the name of a site; give the caller another name`;
      return fault('DUPLICATE', `gateway.callers.${name}`, reason);
    });
}

/** Keys for a cloud that gets no request. */
function unusedKeyFaults({ sites }: HybridTopologyProps): Fault[] {
  const given = sites.flatMap(({ cloudKey }, i) => (cloudKey === undefined ? [] : i));
  return given.map((i) => {
    const reason = `sites[${i}].cloudKey is for requests to the cloud, but nothing is routed there; give routing, or remove it`;
    return fault('CONFLICTING_PROPERTIES', `sites[${i}].cloudKey`, reason);
  });
}
