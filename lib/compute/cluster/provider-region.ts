import { Construct } from 'constructs';
import { isLocalZone, regionOfZone } from '../../catalog/aws-zone';
import { regionAt } from '../../core/aws-provider';
import { hasToken } from '../../core/tokens';
import { Fault, fault } from '../../units/fault';
import { IKubernetesCluster } from '../../core/kubernetes-cluster';
import { EksClusterAttributes } from './eks-gpu-cluster-props';
import { allOf } from '../../units/unreadable';

/**
 * The faults of zones that do not belong together, or not to the region in which they are used. Names of no known form are left alone.
 *
 * @param property path of the property that names them
 * @param zones their names
 * @param region the region in which they are used, where it is known
 * @param whose what is in that region
 *
 * @internal
 */
export function zoneRegionFaults(
  property: string,
  zones: readonly string[] | undefined,
  region?: string,
  whose = 'the AWS provider is for',
): Fault[] {
  const known = (hasToken(zones) ? [] : (zones ?? [])).filter((zone) => typeof zone === 'string');
  const local = known.filter(isLocalZone);
  const [first, ...rest] = known.filter((zone) => regionOfZone(zone) !== undefined);
  const other = rest.find((zone) => regionOfZone(zone) !== regionOfZone(first));
  const faults = local.map((zone) =>
    fault(
      'LOCAL_ZONE',
      property,
      `'${zone}' of ${property} is a Local Zone or a Wavelength Zone, in which EKS has no managed node groups; name availability zones such as ` +
        "'us-west-2a'",
    ),
  );
  if (other !== undefined) {
    return [
      ...faults,
      fault(
        'ZONES_OF_TWO_REGIONS',
        property,
        `${property} must name zones of one region; got '${first}' of ${regionOfZone(first)} and '${other}' of ${regionOfZone(other)}`,
      ),
    ];
  }
  if (first === undefined || region === undefined || regionOfZone(first) === region) return faults;
  return [
    ...faults,
    fault(
      'ZONE_IN_OTHER_REGION',
      property,
      `'${first}' of ${property} is in ${regionOfZone(first)}, but ${whose} ${region}; name zones of ${region}, or pass a provider ` +
        `for ${regionOfZone(first)}`,
    ),
  ];
}

/**
 * The faults of an existing cluster in the region of its AWS provider. What is not said of it is looked up there.
 *
 * @internal
 */
export function importedRegionFaults(scope: Construct, attributes: EksClusterAttributes): Fault[] {
  const { region, vpcId, endpoint, certificateAuthorityData, availabilityZones, clusterName } = attributes;
  const here = regionAt(scope, attributes.provider);
  const said = hasToken(region) ? undefined : region;
  const isLookedUp = !(vpcId && endpoint && certificateAuthorityData);
  const elsewhere = isLookedUp && said !== undefined && here !== undefined && said !== here;
  return allOf(
    () =>
      elsewhere
        ? [
            fault(
              'CLUSTER_IN_OTHER_REGION',
              'region',
              `cluster '${clusterName}' is in ${said}, but what is not said of it would be looked up in ${here}, for which the AWS provider is; pass a ` +
                `provider for ${said}`,
            ),
          ]
        : [],
    () =>
      zoneRegionFaults('availabilityZones', availabilityZones, said ?? here, said ? 'the cluster is in' : undefined),
  );
}

/**
 * The fault of something of AWS that belongs to a cluster and would be made in another region, where EKS knows no such cluster.
 *
 * @param what what would be made
 *
 * @internal
 */
export function madeElsewhereFaults(cluster: IKubernetesCluster, what: string): Fault[] {
  const { clusterName, connection, provider } = cluster;
  const said = hasToken(connection.region) ? undefined : connection.region;
  const here = regionAt(cluster, provider);
  if (said === undefined || here === undefined || said === here) return [];
  const reason =
    `cluster '${clusterName}' is in ${said}, but ${what} would be made in ${here}, for which the AWS provider is; pass a provider for ${said} to ` +
    'the cluster';
  return [fault('CLUSTER_IN_OTHER_REGION', 'provider', reason)];
}
