import { TerraformProvider, TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
import { regionOfZone } from '../../../catalog/aws-zone';
import { isKnownRegion } from '../../../catalog/instance-regions';
import { hasToken } from '../../../core/tokens';
import { Fault, fault } from '../../../units/fault';
import { IEksCluster } from '../../cluster/eks-cluster';
import { defaultRegion, providerIdentity, regionAt } from '../../../core/aws-provider';
import { ClusterLedger } from '../../../core/cluster-ledger';
import { zoneRegionFaults } from '../../cluster/provider-region';
import { GpuNodePoolSpec } from './gpu-node-pool-spec';
import { allOf } from '../../../units/unreadable';

/**
 * The faults of a pool in the region and the account in which it would be created, as far as they are known: other ones than its cluster's, without
 * its instance type, without its zone.
 *
 * @internal
 */
export function regionFaults(scope: Construct, spec: GpuNodePoolSpec, given?: TerraformProvider): Fault[] {
  const { cluster } = spec;
  const region = regionOf(scope, spec, given);
  const elsewhere = [...otherRegionFaults(scope, cluster, given), ...otherAccountFaults(scope, cluster, given)];
  return elsewhere.length > 0
    ? elsewhere
    : allOf(
        () => typeFaults(spec, region),
        () => zoneFaults(spec, region),
      );
}

/**
 * The fault of a pool whose instance type is not sold in the region in which it would be created, as far as that is known.
 *
 * @internal
 */
export function typeRegionFaults(scope: Construct, spec: GpuNodePoolSpec, given?: TerraformProvider): Fault[] {
  return typeFaults(spec, regionOf(scope, spec, given));
}

function regionOf(scope: Construct, { cluster }: GpuNodePoolSpec, given?: TerraformProvider): string | undefined {
  return regionAt(scope, given ?? cluster.provider) ?? concreteRegion(cluster);
}

function concreteRegion({ connection }: IEksCluster): string | undefined {
  return hasToken(connection.region) ? undefined : connection.region;
}

/**
 * The fault of a pool that would be created in another region than its cluster, because its stack has another AWS provider, or because the
 * one that is passed is for another region than an imported cluster is said to be in. That region takes precedence over the stack's.
 */
function otherRegionFaults(scope: Construct, cluster: IEksCluster, given?: TerraformProvider): Fault[] {
  const [stack, other] = [TerraformStack.of(scope), TerraformStack.of(cluster)];
  const said = concreteRegion(cluster);
  const provider = given ?? cluster.provider;
  // A region that the import has from its own stack says nothing against a provider that is named.
  if ((said === undefined || said === defaultRegion(other)) && (provider || stack === other)) return [];
  const [here, there] = [regionAt(scope, provider), said ?? defaultRegion(other)];
  if (here === undefined || there === undefined || here === there) return [];
  const where =
    said && said !== defaultRegion(other) ? `is in ${there}` : `belongs to stack '${other.node.id}' for ${there}`;
  const what = provider ? 'the AWS provider of the pool' : `stack '${stack.node.id}'`;
  return [
    fault(
      'POOL_IN_OTHER_REGION',
      'provider',
      `${what} is for ${here}, but cluster '${cluster.clusterName}' ${where}; pass a provider for ${there}, or create the pool in a stack for ` +
        there,
    ),
  ];
}

/**
 * The fault of a pool that would be created in another account than its cluster. The account of an imported cluster is known by a provider of its
 * own only.
 */
function otherAccountFaults(scope: Construct, cluster: IEksCluster, given?: TerraformProvider): Fault[] {
  if (!cluster.provider && !ClusterLedger.of(cluster).isOwn) return [];
  const there = providerIdentity(cluster, cluster.provider).account;
  const here = providerIdentity(scope, given ?? cluster.provider).account;
  if (here === undefined || there === undefined || here === there) return [];
  return [
    fault(
      'POOL_IN_OTHER_ACCOUNT',
      'provider',
      `the pool would be made in account ${here}, but cluster '${cluster.clusterName}' is in account ${there}; pass a provider of account ${there}`,
    ),
  ];
}

/** Reserved capacity is where it was reserved, and Capacity Blocks are sold in regions where their type is not sold on demand. */
function typeFaults({ instanceType, capacity }: GpuNodePoolSpec, region?: string): Fault[] {
  const { regions } = instanceType;
  if (region === undefined || regions === undefined || !isKnownRegion(region)) return [];
  if (capacity.reserved || regions.includes(region)) return [];
  return [
    fault(
      'TYPE_NOT_IN_REGION',
      'instanceType',
      `AWS does not sell '${instanceType.name}' in ${region}, but in ${regions.join(', ')}; choose another type or region, or, if AWS sells it there ` +
        `by now, pass instanceType.offeredIn('${region}')`,
    ),
  ];
}

/** Zones of the cluster are checked there. */
function zoneFaults({ availabilityZone, capacity }: GpuNodePoolSpec, region?: string): Fault[] {
  const reserved = capacity.reserved?.availabilityZone;
  return allOf(
    () => zoneRegionFaults('availabilityZone', availabilityZone === undefined ? [] : [availabilityZone], region),
    () =>
      reserved === undefined ||
      hasToken(reserved) ||
      region === undefined ||
      (regionOfZone(reserved) ?? region) === region
        ? []
        : [
            fault(
              'ZONE_IN_OTHER_REGION',
              'capacity',
              `${capacity} is in ${reserved}, but the pool is made in ${region}; use a reservation of ${region}, or pass a provider for ` +
                `${regionOfZone(reserved)}`,
            ),
          ],
  );
}
