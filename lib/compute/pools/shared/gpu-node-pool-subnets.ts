import { Token } from 'cdktf';
import { NodeSubnet } from '../../../core/gpu-node-pool';
import { listElement, hasToken } from '../../../core/tokens';
import { duplicateFaults } from '../../../units/duplicate-faults';
import { Fault, fault } from '../../../units/fault';
import { ipv4RangeSize } from '../../../units/ipv4-range';
import { PlacementKind } from '../options/placement';
import { GpuNodePoolSpec, layoutOf } from './gpu-node-pool-spec';
import { addressesPerNode } from './launch-template-interfaces';

/** Addresses of every subnet that AWS reserves for itself. */
const RESERVED_ADDRESSES = 5;

/**
 * Why the nodes of a pool must share one subnet: EFA traffic cannot be routed, and a cluster placement group is in a single zone.
 *
 * @internal
 */
export function needsOneSubnet(spec: GpuNodePoolSpec): string | undefined {
  if (spec.efa) return 'a pool with EFA';
  const { kind, groupName } = spec.placement;
  // An existing group may have a strategy that spans zones.
  const isReserved = groupName !== undefined && groupName === spec.capacity.reserved?.placementGroupName;
  const isCluster = kind === PlacementKind.CLUSTER_GROUP || isReserved;
  return isCluster ? 'a pool in a cluster placement group' : undefined;
}

/**
 * The ids of the subnets of a valid pool.
 *
 * @internal
 */
export function poolSubnetIds(spec: GpuNodePoolSpec): string[] {
  const { subnetIds, cluster } = spec;
  if (subnetIds !== undefined) return subnetIds;
  const zone = spec.capacity.reserved?.availabilityZone;
  if (zone !== undefined) {
    const inZone = (cluster.availabilityZones ?? []).flatMap((each, index) =>
      each === zone ? listElement(cluster.subnetIds, index) : [],
    );
    return needsOneSubnet(spec) ? inZone.slice(0, 1) : inZone;
  }
  return needsOneSubnet(spec) ? [listElement(cluster.subnetIds, 0)] : cluster.subnetIds;
}

/**
 * The faults of the subnets of a pool.
 *
 * @internal
 */
export function poolSubnetFaults(spec: GpuNodePoolSpec): Fault[] {
  const { subnetIds, cluster } = spec;
  const faults: Fault[] = [];
  if (subnetIds === undefined && cluster.subnetIds.length === 0) {
    faults.push(
      fault(
        'NO_SUBNETS_KNOWN',
        'subnetIds',
        `the subnets of cluster '${cluster.clusterName}' are not known; pass subnetIds`,
      ),
    );
  }
  if (subnetIds?.length === 0) {
    faults.push(
      fault('EMPTY_LIST', 'subnetIds', "subnetIds must name at least one subnet; leave it out for the cluster's"),
    );
  }
  if (subnetIds?.includes('')) {
    faults.push(
      fault(
        'INVALID_NAME',
        'subnetIds',
        "subnetIds must be ids of private subnets; one of them is ''; leave subnetIds out for the cluster's",
      ),
    );
  }
  if (subnetIds && !Token.isUnresolved(subnetIds)) faults.push(...duplicateFaults('subnetIds', subnetIds));
  faults.push(...oneSubnetFaults(spec), ...zoneFaults(spec));
  return faults.length > 0 ? faults : addressFaults(spec);
}

function oneSubnetFaults(spec: GpuNodePoolSpec): Fault[] {
  const reason = needsOneSubnet(spec);
  const { subnetIds } = spec;
  if (!reason || subnetIds === undefined) return [];
  if (Token.isUnresolved(subnetIds)) {
    return [
      fault(
        'ONE_SUBNET_REQUIRED',
        'subnetIds',
        `${reason} needs exactly one subnet, but the length of subnetIds is not known at synthesis; pass a list with one element, e.g. ` +
          '[Fn.element(list, 0)]',
      ),
    ];
  }
  return subnetIds.length > 1
    ? [
        fault(
          'ONE_SUBNET_REQUIRED',
          'subnetIds',
          `${reason} needs exactly one subnet; got ${subnetIds.length}; create one pool per subnet`,
        ),
      ]
    : [];
}

/** Reserved capacity is in one zone. What is not known at synthesis is checked when Terraform plans. */
function zoneFaults(spec: GpuNodePoolSpec): Fault[] {
  const { cluster, capacity, subnetIds } = spec;
  const zone = capacity.reserved?.availabilityZone;
  const fromCluster = subnetIds === undefined;
  if (zone === undefined) return fromCluster ? missingZoneFaults(spec) : [];
  if (subnetIds !== undefined && Token.isUnresolved(subnetIds)) {
    return [
      fault(
        'ZONE_NOT_KNOWN',
        'subnetIds',
        `${capacity} is in ${hasToken(zone) ? 'one zone' : zone}, but the zones of subnetIds are not known at synthesis; pass a list with one ` +
          'element, the subnet in that zone',
      ),
    ];
  }
  if (hasToken(zone)) {
    return fromCluster
      ? [
          fault(
            'ZONE_NOT_KNOWN',
            'subnetIds',
            `the zone of ${capacity} is not known at synthesis, so no subnet of the cluster can be chosen; pass subnetIds with the subnet in ` +
              'that zone',
          ),
        ]
      : [];
  }
  if (fromCluster) {
    if (cluster.availabilityZones === undefined || hasToken(cluster.availabilityZones)) {
      return [
        fault(
          'ZONE_NOT_KNOWN',
          'subnetIds',
          `the zones of the subnets of cluster '${cluster.clusterName}' are not known at synthesis, so none can be chosen for ${capacity} in ` +
            `${zone}; set availabilityZones on the cluster, or pass subnetIds`,
        ),
      ];
    }
    return cluster.availabilityZones.includes(zone)
      ? []
      : [
          fault(
            'NO_SUBNET_IN_ZONE',
            'subnetIds',
            `${capacity} is in ${zone}, but cluster '${cluster.clusterName}' only has subnets in ${cluster.availabilityZones.join(', ')}; pass ` +
              `subnetIds with a subnet in ${zone}`,
          ),
        ];
  }
  return poolSubnetIds(spec).flatMap((subnet) => {
    const known = zoneOf(spec, subnet);
    return known === undefined || known === zone
      ? []
      : [
          fault(
            'SUBNET_IN_OTHER_ZONE',
            'subnetIds',
            `${capacity} is in ${zone}, but subnet '${subnet}' is in ${known}; pass a subnet in ${zone}`,
          ),
        ];
  });
}

/** Reserved capacity in a zone that is not given must not end up in whichever subnet comes first. */
function missingZoneFaults(spec: GpuNodePoolSpec): Fault[] {
  const { cluster, capacity } = spec;
  const reason = needsOneSubnet(spec);
  const one = !Token.isUnresolved(cluster.subnetIds) && cluster.subnetIds.length < 2;
  if (!capacity.reserved || !reason || one) return [];
  const count = Token.isUnresolved(cluster.subnetIds) ? '' : `${cluster.subnetIds.length} `;
  return [
    fault(
      'RESERVATION_ZONE_MISSING',
      'capacity',
      `${reason} needs exactly one of the ${count}subnets of cluster '${cluster.clusterName}', but ${capacity} has no availabilityZone to ` +
        'choose it by; set availabilityZone on the reservation, or pass subnetIds',
    ),
  ];
}

/**
 * The subnets of a pool that must be in the zone of the reservation, but whose zone is not known before Terraform plans.
 *
 * @internal
 */
export function subnetsOfUnknownZone(spec: GpuNodePoolSpec): string[] {
  const zone = spec.capacity.reserved?.availabilityZone;
  if (zone === undefined) return [];
  if (spec.subnetIds !== undefined && Token.isUnresolved(spec.subnetIds)) return [];
  return poolSubnetIds(spec).filter((subnet) => hasToken(zone) || zoneOf(spec, subnet) === undefined);
}

function zoneOf({ cluster }: GpuNodePoolSpec, subnet: string): string | undefined {
  return knownAt(cluster.availabilityZones, cluster.subnetIds.indexOf(subnet));
}

/** An element of a list if it is known at synthesis; undefined if only Terraform knows the list. */
function knownAt(list: string[] | undefined, index: number): string | undefined {
  const element = Token.isUnresolved(list) ? undefined : list?.[index];
  return hasToken(element) ? undefined : element;
}

/**
 * The subnets of a pool, with the number of addresses of each whose range is known; empty if the number of subnets is not known.
 *
 * @internal
 */
export function nodeSubnets(spec: GpuNodePoolSpec): NodeSubnet[] {
  const { cluster } = spec;
  const subnets = poolSubnetIds(spec);
  if (Token.isUnresolved(subnets)) return [];
  return subnets.map((subnetId) => {
    const range = knownAt(cluster.subnetCidrs, cluster.subnetIds.indexOf(subnetId));
    return { subnetId, ...(range === undefined ? {} : { usableAddresses: ipv4RangeSize(range) - RESERVED_ADDRESSES }) };
  });
}

/** All nodes of the pool together must find addresses in its subnets, if their ranges are known. */
function addressFaults(spec: GpuNodePoolSpec): Fault[] {
  const { cluster, instanceType, maxNodes } = spec;
  if (cluster.subnetCidrs === undefined || (spec.subnetIds !== undefined && Token.isUnresolved(spec.subnetIds)))
    return [];
  const ranges = poolSubnetIds(spec).map((subnet) => knownAt(cluster.subnetCidrs, cluster.subnetIds.indexOf(subnet)));
  if (ranges.some((range) => range === undefined)) return [];
  const available = ranges.reduce((sum, range) => sum + ipv4RangeSize(range as string) - RESERVED_ADDRESSES, 0);
  const each = addressesPerNode(instanceType, layoutOf(spec));
  const enough = Math.floor(available / each);
  return maxNodes * each > available
    ? [
        fault(
          'SUBNET_TOO_SMALL',
          'maxNodes',
          `${maxNodes} nodes (maxNodes) need ${maxNodes * each} addresses, ${each} for each ${instanceType.name}, but ${ranges.join(', ')} has ` +
            `${available}; ${enough > 0 ? `lower maxNodes to ${enough}, or use` : 'use'} a larger subnet`,
        ),
      ]
    : [];
}
