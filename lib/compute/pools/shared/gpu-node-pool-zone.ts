import { Token } from 'cdktf';
import { concreteFault, hasToken, listElement } from '../../../core/tokens';
import { Fault, fault } from '../../../units/fault';
import { IEksCluster } from '../../cluster/eks-cluster';
import { GpuNodePoolSpec } from './gpu-node-pool-spec';
import { needsOneSubnet } from './needs-one-subnet';

/** The zone that a pool is bound to. */
interface PoolZone {
  /** Name of the zone; a token only for reserved capacity. */
  readonly name: string;
  /** What is in that zone, for messages. */
  readonly subject: string;
}

/**
 * The zone that a pool is bound to: that of its reserved capacity, or the one that the user names. Undefined if it is in whichever zones
 * the cluster has.
 *
 * @internal
 */
export function poolZone({ capacity, availabilityZone, poolName }: GpuNodePoolSpec): PoolZone | undefined {
  const reserved = capacity.reserved?.availabilityZone;
  if (reserved !== undefined) return { name: reserved, subject: String(capacity) };
  return availabilityZone === undefined ? undefined : { name: availabilityZone, subject: `pool '${poolName}'` };
}

/**
 * The subnets of the cluster that the nodes of a pool may be in, the preferred one first.
 *
 * The order is that of the zones' names, then that of the subnets' ids, never that in which the cluster lists them: to write its zones in
 * another order must not move a pool. Where names are only known to Terraform, the cluster's order is all there is.
 *
 * @internal
 */
export function subnetChoice(spec: GpuNodePoolSpec): string[] {
  const { cluster } = spec;
  const { subnetIds } = cluster;
  const zone = poolZone(spec)?.name;
  const zones = concreteZones(cluster);
  const isLater = Token.isUnresolved(subnetIds);
  if (zones === undefined || (isLater && zone === undefined && needsOneSubnet(spec) === undefined)) return subnetIds;
  const count = isLater ? zones.length : subnetIds.length;
  const inZones = Array.from({ length: count }, (_, index) => ({
    subnetId: listElement(subnetIds, index),
    zone: zones[index],
  }));
  return inZones
    .filter((each) => zone === undefined || each.zone === zone)
    .sort(
      (a, b) => compare(a.zone, b.zone) || (hasToken([a.subnetId, b.subnetId]) ? 0 : compare(a.subnetId, b.subnetId)),
    )
    .map(({ subnetId }) => subnetId);
}

/**
 * The zones that the nodes of a pool may be in; undefined if they are not known at synthesis.
 *
 * @internal
 */
export function nodeZones(spec: GpuNodePoolSpec): string[] | undefined {
  const zone = poolZone(spec)?.name;
  if (zone !== undefined) return hasToken(zone) ? undefined : [zone];
  const { cluster, subnetIds } = spec;
  const zones = concreteZones(cluster);
  if (zones === undefined || subnetIds !== undefined) return undefined;
  const all = [...new Set(zones)].sort();
  return needsOneSubnet(spec) === undefined ? all : all.slice(0, 1);
}

/** The zones of the cluster's subnets; undefined if they are not all known at synthesis. */
function concreteZones({ availabilityZones }: IEksCluster): string[] | undefined {
  return hasToken(availabilityZones) ? undefined : availabilityZones;
}

function compare(a = '', b = ''): number {
  return a < b ? -1 : Number(a > b);
}

/**
 * The faults of the zone of a pool. What is not known at synthesis is checked when Terraform plans.
 *
 * @internal
 */
export function zoneFaults(spec: GpuNodePoolSpec): Fault[] {
  const own = namedZoneFaults(spec);
  const zone = poolZone(spec);
  if (own.length > 0 || zone === undefined) return own;
  return spec.subnetIds === undefined ? chosenSubnetFaults(spec, zone) : givenSubnetFaults(spec, zone, spec.subnetIds);
}

/** The faults of the zone that the user names. */
function namedZoneFaults({ availabilityZone, capacity }: GpuNodePoolSpec): Fault[] {
  if (availabilityZone === undefined) return [];
  const token = concreteFault('availabilityZone', availabilityZone, 'the subnet of the pool is chosen by it');
  if (token.length > 0) return token;
  const reserved = capacity.reserved?.availabilityZone;
  return reserved === undefined || hasToken(reserved) || reserved === availabilityZone
    ? []
    : [
        fault(
          'CONFLICTING_PROPERTIES',
          'availabilityZone',
          `${capacity} is in ${reserved}, but availabilityZone is '${availabilityZone}'; leave availabilityZone out`,
        ),
      ];
}

/** The faults of a zone in which the pool takes the cluster's subnet. */
function chosenSubnetFaults(spec: GpuNodePoolSpec, { name, subject }: PoolZone): Fault[] {
  const { cluster, capacity } = spec;
  const property = spec.availabilityZone === undefined ? 'subnetIds' : 'availabilityZone';
  if (hasToken(name)) {
    return [
      fault(
        'ZONE_NOT_KNOWN',
        'subnetIds',
        `the zone of ${capacity} is not known at synthesis, so no subnet of the cluster can be chosen; pass subnetIds with the subnet in that ` +
          'zone',
      ),
    ];
  }
  if (cluster.availabilityZones === undefined || hasToken(cluster.availabilityZones)) {
    return [
      fault(
        'ZONE_NOT_KNOWN',
        property,
        `the zones of the subnets of cluster '${cluster.clusterName}' are not known at synthesis, so none can be chosen for ${subject} in ` +
          `${name}; set availabilityZones on the cluster, or pass subnetIds`,
      ),
    ];
  }
  return cluster.availabilityZones.includes(name)
    ? []
    : [
        fault(
          'NO_SUBNET_IN_ZONE',
          property,
          `${subject} is in ${name}, but cluster '${cluster.clusterName}' only has subnets in ${cluster.availabilityZones.join(', ')}; pass ` +
            `subnetIds with a subnet in ${name}`,
        ),
      ];
}

/** The faults of a zone for which the user passes the subnets. */
function givenSubnetFaults({ cluster }: GpuNodePoolSpec, { name, subject }: PoolZone, subnetIds: string[]): Fault[] {
  if (Token.isUnresolved(subnetIds)) {
    return [
      fault(
        'ZONE_NOT_KNOWN',
        'subnetIds',
        `${subject} is in ${hasToken(name) ? 'one zone' : name}, but the zones of subnetIds are not known at synthesis; pass a list with one ` +
          'element, the subnet in that zone',
      ),
    ];
  }
  if (hasToken(name)) return [];
  return subnetIds.flatMap((subnet) => {
    const known = zoneOf(cluster, subnet);
    return known === undefined || known === name
      ? []
      : [
          fault(
            'SUBNET_IN_OTHER_ZONE',
            'subnetIds',
            `${subject} is in ${name}, but subnet '${subnet}' is in ${known}; pass a subnet in ${name}`,
          ),
        ];
  });
}

/**
 * The zone of a subnet of the cluster, if it is known at synthesis.
 *
 * @internal
 */
export function zoneOf(cluster: IEksCluster, subnet: string): string | undefined {
  return knownAt(cluster.availabilityZones, cluster.subnetIds.indexOf(subnet));
}

/**
 * An element of a list if it is known at synthesis; undefined if only Terraform knows the list.
 *
 * @internal
 */
export function knownAt(list: string[] | undefined, index: number): string | undefined {
  const element = Token.isUnresolved(list) ? undefined : list?.[index];
  return hasToken(element) ? undefined : element;
}
