import { Token } from 'cdktf';
import { NodeSubnet } from '../../../core/gpu-node-pool';
import { listElement } from '../../../core/tokens';
import { duplicateFaults } from '../../../units/duplicate-faults';
import { Fault, fault } from '../../../units/fault';
import { ipv4RangeSize } from '../../../units/ipv4-range';
import { GpuNodePoolSpec, layoutOf } from './gpu-node-pool-spec';
import { knownAt, poolZone, subnetChoice, zoneFaults } from './gpu-node-pool-zone';
import { addressesPerNode } from './launch-template-interfaces';
import { needsOneSubnet } from './needs-one-subnet';

/** Addresses of every subnet that AWS reserves for itself. */
const RESERVED_ADDRESSES = 5;

/**
 * The ids of the subnets of a valid pool.
 *
 * @internal
 */
export function poolSubnetIds(spec: GpuNodePoolSpec): string[] {
  if (spec.subnetIds !== undefined) return spec.subnetIds;
  const choice = subnetChoice(spec);
  if (!needsOneSubnet(spec)) return choice;
  return Token.isUnresolved(choice) ? [listElement(choice, 0)] : choice.slice(0, 1);
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
  faults.push(...oneSubnetFaults(spec), ...zoneFaults(spec), ...missingZoneFaults(spec));
  return faults.length > 0 ? faults : addressFaults(spec);
}

/** Reserved capacity in a zone that is not given must not end up in whichever subnet comes first. */
function missingZoneFaults(spec: GpuNodePoolSpec): Fault[] {
  const { cluster, capacity } = spec;
  if (spec.subnetIds !== undefined || poolZone(spec) !== undefined) return [];
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
