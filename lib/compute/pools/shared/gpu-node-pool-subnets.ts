import { Fault, untitled } from '../../../units/fault';
import { Token } from 'cdktf';
import { NodeSubnet } from '../../../core/gpu-node-pool';
import { listElement, hasToken } from '../../../core/tokens';
import { ipv4RangeSize } from '../../../units/ipv4-range';
import { GpuNodePoolSpec, existingPlacementGroup, layoutOf } from './gpu-node-pool-spec';
import { addressesPerNode } from './launch-template-interfaces';
import { PlacementKind } from '../options/placement';

/** Addresses of every subnet that AWS keeps for itself. */
const RESERVED_ADDRESSES = 5;

/**
 * Why the nodes of a pool must share one subnet: EFA traffic cannot be routed, and a cluster placement group lies in one zone.
 *
 * @internal
 */
export function needsOneSubnet(spec: GpuNodePoolSpec): string | undefined {
  if (spec.efa) return 'a pool with EFA';
  const grouped = spec.placement.kind === PlacementKind.CLUSTER_GROUP || existingPlacementGroup(spec) !== undefined;
  return grouped && spec.placement.kind !== PlacementKind.EXISTING ? 'a pool in a cluster placement group' : undefined;
}

/**
 * The subnets of a pool that is without fault.
 *
 * @internal
 */
export function subnetsOf(spec: GpuNodePoolSpec): string[] {
  const { subnetId, subnetIds, cluster } = spec;
  if (subnetId !== undefined) return [subnetId];
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
 * What is wrong with the subnets of a pool.
 *
 * @internal
 */
export function subnetFaults(spec: GpuNodePoolSpec): Fault[] {
  const { subnetId, subnetIds, cluster } = spec;
  const faults: Fault[] = [];
  if (subnetId !== undefined && subnetIds !== undefined) faults.push(untitled('pass subnetId or subnetIds, not both'));
  if (subnetIds?.length === 0) faults.push(untitled('subnetIds must name at least one subnet'));
  if (subnetId === '' || subnetIds?.includes('')) {
    faults.push(
      untitled("a subnet must have an id; got ''; pass the id of a private subnet, or leave it out for the cluster's"),
    );
  }
  if (subnetIds && new Set(subnetIds).size < subnetIds.length) {
    faults.push(untitled(`subnetIds must be different; got ${subnetIds.join(', ')}`));
  }
  const fromCluster = subnetId === undefined && subnetIds === undefined;
  if (fromCluster && cluster.subnetIds.length === 0) {
    faults.push(untitled(`cluster '${cluster.clusterName}' has no subnets known; pass subnetId or subnetIds`));
  }
  faults.push(...oneSubnetFaults(spec), ...zoneFaults(spec));
  return faults.length > 0 ? faults : addressFaults(spec);
}

function oneSubnetFaults(spec: GpuNodePoolSpec): Fault[] {
  const reason = needsOneSubnet(spec);
  const { subnetIds } = spec;
  if (!reason || subnetIds === undefined) return [];
  if (Token.isUnresolved(subnetIds)) {
    return [
      untitled(
        `${reason} needs exactly one subnet, but how many subnetIds has is not known at synthesis; pass subnetId`,
      ),
    ];
  }
  return subnetIds.length > 1
    ? [
        untitled(
          `${reason} needs exactly one subnet; got ${subnetIds.length}; pass subnetId, and make one pool per subnet`,
        ),
      ]
    : [];
}

/** Reserved capacity is in one zone. What cannot be seen here is checked when Terraform plans. */
function zoneFaults(spec: GpuNodePoolSpec): Fault[] {
  const { cluster, capacity, subnetId, subnetIds } = spec;
  const zone = capacity.reserved?.availabilityZone;
  const fromCluster = subnetId === undefined && subnetIds === undefined;
  if (zone === undefined) return fromCluster ? unsaidZoneFaults(spec) : [];
  if (subnetIds !== undefined && Token.isUnresolved(subnetIds)) {
    return [
      untitled(
        `the zones of subnetIds are not known at synthesis, but ${capacity} is in ${hasToken(zone) ? 'one' : zone}; pass subnetId`,
      ),
    ];
  }
  if (hasToken(zone)) {
    return fromCluster
      ? [
          untitled(
            `the zone of ${capacity} is not known at synthesis, so no subnet of the cluster can be chosen; pass subnetId`,
          ),
        ]
      : [];
  }
  if (fromCluster) {
    if (cluster.availabilityZones === undefined || hasToken(cluster.availabilityZones)) {
      return [
        untitled(
          `the zones of the subnets of cluster '${cluster.clusterName}' are not known at synthesis, so none can be chosen for ` +
            `${capacity} in ${zone}; name availabilityZones on the cluster, or pass subnetId`,
        ),
      ];
    }
    return cluster.availabilityZones.includes(zone)
      ? []
      : [
          untitled(
            `${capacity} is in ${zone}, but cluster '${cluster.clusterName}' has subnets in ${cluster.availabilityZones.join(', ')} ` +
              'only; pass the subnetId of a subnet there',
          ),
        ];
  }
  return subnetsOf(spec).flatMap((subnet) => {
    const known = zoneOf(spec, subnet);
    return known === undefined || known === zone
      ? []
      : [
          untitled(
            `${capacity} is in ${zone}, but subnet '${subnet}' is in ${known}; pass the subnetId of a subnet in ${zone}`,
          ),
        ];
  });
}

/** Reserved capacity of a zone that is not said must not end up in whatever subnet comes first. */
function unsaidZoneFaults(spec: GpuNodePoolSpec): Fault[] {
  const { cluster, capacity } = spec;
  const reason = needsOneSubnet(spec);
  const one = !Token.isUnresolved(cluster.subnetIds) && cluster.subnetIds.length < 2;
  if (!capacity.reserved || !reason || one) return [];
  const count = Token.isUnresolved(cluster.subnetIds) ? '' : `${cluster.subnetIds.length} `;
  return [
    untitled(
      `${capacity} says no zone, and ${reason} must be in one of the ${count}subnets of cluster '${cluster.clusterName}'; name the ` +
        'availabilityZone of the reservation, or subnetId',
    ),
  ];
}

/**
 * The subnets of a pool whose zone must be the reservation's, and is not known before Terraform plans.
 *
 * @internal
 */
export function subnetsOfUnknownZone(spec: GpuNodePoolSpec): string[] {
  const zone = spec.capacity.reserved?.availabilityZone;
  if (zone === undefined) return [];
  if (spec.subnetIds !== undefined && Token.isUnresolved(spec.subnetIds)) return [];
  return subnetsOf(spec).filter((subnet) => hasToken(zone) || zoneOf(spec, subnet) === undefined);
}

function zoneOf({ cluster }: GpuNodePoolSpec, subnet: string): string | undefined {
  return knownAt(cluster.availabilityZones, cluster.subnetIds.indexOf(subnet));
}

/** An element of a list where it is known at synthesis; of a list that Terraform only knows later none is. */
function knownAt(list: string[] | undefined, index: number): string | undefined {
  const element = Token.isUnresolved(list) ? undefined : list?.[index];
  return hasToken(element) ? undefined : element;
}

/**
 * The subnets of a pool, and how many addresses each has where its range is known; none where it is not known how many there are.
 *
 * @internal
 */
export function nodeSubnets(spec: GpuNodePoolSpec): NodeSubnet[] {
  const { cluster } = spec;
  const subnets = subnetsOf(spec);
  if (Token.isUnresolved(subnets)) return [];
  return subnets.map((subnetId) => {
    const range = knownAt(cluster.subnetCidrs, cluster.subnetIds.indexOf(subnetId));
    return {
      subnetId,
      ...(range === undefined ? {} : { usableAddresses: ipv4RangeSize(range) - RESERVED_ADDRESSES }),
    };
  });
}

/** The whole of the pool's nodes must find addresses in its subnets, where their ranges are known. */
function addressFaults(spec: GpuNodePoolSpec): Fault[] {
  const { cluster, instanceType, maxNodes } = spec;
  if (cluster.subnetCidrs === undefined || (spec.subnetIds !== undefined && Token.isUnresolved(spec.subnetIds)))
    return [];
  const ranges = subnetsOf(spec).map((subnet) => knownAt(cluster.subnetCidrs, cluster.subnetIds.indexOf(subnet)));
  if (ranges.some((range) => range === undefined)) return [];
  const there = ranges.reduce((sum, range) => sum + ipv4RangeSize(range as string) - RESERVED_ADDRESSES, 0);
  const each = addressesPerNode(instanceType, layoutOf(spec));
  return maxNodes * each > there
    ? [
        untitled(
          `maxNodes (${maxNodes}) needs ${maxNodes * each} addresses, ${each} for each ${instanceType.name}, but ` +
            `${ranges.join(', ')} has ${there}; lower maxNodes to ${Math.floor(there / each)}, or use a larger subnet`,
        ),
      ]
    : [];
}
