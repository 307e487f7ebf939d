import { AwsPlace } from '../../../core/aws-provider';
import { authorityFaults, subjectFaults } from '../../../core/roles-anywhere';
import { tagFaults } from '../../../core/tags';
import { kubernetesNameFault } from '../../../core/naming';
import { concreteFault, hasToken } from '../../../core/tokens';
import { outagePropsFaults } from '../../../outage/outage-faults';
import { UplinkOutage } from '../../../outage/uplink-outage';
import { faultsOf } from '../../../core/errors';
import { Fault, fault, faultsUnder } from '../../../units/fault';
import { ipv4Range } from '../../../units/ipv4-range';
import { givenValue } from '../../../units/number-faults';
import { allOf, isUnreadable } from '../../../units/unreadable';
import { remoteAccessFaults } from '../../cluster/remote-networks';
import { ExistingPoolSpec, existingPoolFaults } from '../existing/existing-gpu-node-pool-faults';
import { LabelSetter, labelFaults, taintFaults } from '../shared/node-label-faults';
import { HybridGpuNodePoolProps } from './hybrid-gpu-node-pool-props';

/**
 * All faults of a pool of nodes outside AWS.
 *
 * @param props as given
 * @param spec the same with defaults
 * @param place where its AWS resources are made
 *
 * @internal
 */
export function hybridPoolFaults(props: HybridGpuNodePoolProps, spec: ExistingPoolSpec, place: AwsPlace): Fault[] {
  const labels = allOf(() => labelFaults(spec.labels, spec.poolLabels, LabelSetter.KUBELET));
  return allOf(
    // What is wrong with labels and taints is said once.
    () => existingPoolFaults({ ...spec, labels: labels.length > 0 ? {} : spec.labels, taints: [] }),
    () => labels,
    () => taintFaults(spec.taints),
    () => siteFaults(props),
    () => outageFaults(props),
    () => certificateFaults(props),
    () => activationFaults(props),
    () => hardwareFaults(props),
    () => clusterFaults(props, place),
    () => tagFaults(props.tags),
  );
}

function siteFaults({ site, cluster }: HybridGpuNodePoolProps): Fault[] {
  const wrong = allOf(
    () => concreteFault('site', site, 'it is the zone of the nodes'),
    () => kubernetesNameFault('site', site),
  );
  if (wrong.length > 0 || isUnreadable(cluster)) return wrong;
  const zones = cluster.availabilityZones;
  if (zones === undefined || hasToken(zones) || !zones.includes(site)) return [];
  const reason = `site must not be a zone of AWS, whose nodes would count as nodes of the site when the link is cut; got '${site}'; use the name of the place`;
  return [fault('SITE_IS_A_ZONE', 'site', reason)];
}

/** What a pool of the cloud's cluster cannot bear, a site with a control plane of its own can. */
function outageFaults({ maxUplinkOutage, credentials }: HybridGpuNodePoolProps): Fault[] {
  const range = faultsUnder(
    faultsOf(() => UplinkOutage.upTo(maxUplinkOutage)).map(({ id, reason }) =>
      fault(id, 'maxUplinkOutage', reason.replace(/^longest/, 'maxUplinkOutage')),
    ),
    '',
  );
  if (range.length > 0) return range;
  const { source } = credentials;
  if (outagePropsFaults(maxUplinkOutage, { credentials: source }).length === 0) return [];
  const most = source.longestLifetime.toString();
  const reason =
    `maxUplinkOutage must be at most ${most}, as long as credentials of ${source.name} can last; got ${maxUplinkOutage.toString()}; a site that lives longer alone needs a ` +
    'control plane of its own: use EdgeTopology';
  return [fault('OUTAGE_OUTLASTS_CREDENTIALS', 'maxUplinkOutage', reason)];
}

function certificateFaults({ credentials }: HybridGpuNodePoolProps): Fault[] {
  const { certificates } = credentials;
  if (!certificates) return [];
  const at = 'credentials.certificates';
  return allOf(
    () => authorityFaults(at, 'HybridCredentials.rolesAnywhere', certificates),
    () => subjectFaults(`${at}.organizationalUnit`, certificates.organizationalUnit),
  );
}

function activationFaults({ credentials }: HybridGpuNodePoolProps): Fault[] {
  const { activation } = credentials;
  if (!activation) return [];
  const { expiresAt } = activation;
  if (hasToken(expiresAt) || /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/.test(expiresAt)) return [];
  const at = 'credentials.activation.expiresAt';
  return [
    fault(
      'INVALID_FORMAT',
      at,
      `${at} must be a time in UTC, e.g. '2027-01-31T00:00:00Z'; got ${givenValue(expiresAt)}`,
    ),
  ];
}

function hardwareFaults({ hardware }: HybridGpuNodePoolProps): Fault[] {
  if (!hardware.isEc2) return [];
  const reason = `hardware must be outside EC2, where EKS Hybrid Nodes do not run; got '${hardware.name}'; use GpuNodePool, or GpuNodeType.custom({...})`;
  return [fault('HYBRID_NODES_ON_EC2', 'hardware', reason)];
}

function clusterFaults({ cluster, nodes }: HybridGpuNodePoolProps, place: AwsPlace): Fault[] {
  const networks = cluster.remoteNetworks;
  if (networks === undefined) {
    const reason =
      'cluster must have remoteNetworks, or its control plane reaches no node outside AWS; give it the ranges of nodes and pods, which a cluster that exists takes too';
    return [fault('NO_REMOTE_NETWORKS', 'cluster', reason)];
  }
  const addresses = networks.nodeCidrs.reduce((sum, cidr) => sum + (ipv4Range(cidr)?.size ?? 0), 0);
  return allOf(
    () => remoteAccessFaults(networks, undefined, place),
    () => {
      if (cluster.kubernetesVersion !== undefined) return [];
      const reason =
        'cluster must have kubernetesVersion, because nodeadm installs the kubelet of that version; give it to fromAttributes';
      return [fault('KUBERNETES_VERSION_NEEDED', 'cluster', reason)];
    },
    () => {
      if (!(nodes > addresses)) return [];
      const reason = `nodes must be at most ${addresses}, the addresses of remoteNetworks.nodeCidrs of the cluster; got ${nodes}`;
      return [fault('REMOTE_RANGE_TOO_SMALL', 'nodes', reason)];
    },
  );
}
