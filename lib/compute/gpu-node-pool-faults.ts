import { Token } from 'cdktf';
import { GpuInstanceType } from '../catalog/gpu-instance-type';
import { NodeTaint } from '../core/gpu-node-pool';
import { kubernetesNameFault } from '../core/naming';
import { tagFaults } from '../core/tags';
import { concreteFault } from '../core/tokens';
import { DataSize } from '../units/data-size';
import { IEksCluster } from './eks-cluster';
import { labelFaults, poolLabels, taintFaults } from './gpu-node-pool-labels';
import { efaInterfaceLayout, layoutFaults } from './launch-template-interfaces';
import { Placement, PlacementKind } from './placement';

/** The AL2023 NVIDIA image needs the one; gp3 volumes end at the other. */
const SMALLEST_DISK_GIB = 20;
const LARGEST_DISK_GIB = 16384;

/** Node group that the clusters of this library run their system pods on. */
const SYSTEM_NODES = 'system';

/**
 * A pool with its defaults filled in.
 *
 * @internal
 */
export interface GpuNodePoolSpec {
  readonly cluster: IEksCluster;
  readonly poolName: string;
  readonly instanceType: GpuInstanceType;
  readonly minNodes: number;
  readonly maxNodes: number;
  readonly efa: boolean;
  readonly placement: Placement;
  readonly diskSize: DataSize;
  readonly subnetId?: string;
  readonly subnetIds?: string[];
  readonly labels: { [key: string]: string };
  readonly taints: readonly NodeTaint[];
  readonly tags?: { [key: string]: string };
}

/**
 * Everything that is wrong with a pool.
 *
 * @internal
 */
export function gpuNodePoolFaults(spec: GpuNodePoolSpec): string[] {
  return [
    ...nameFaults(spec),
    ...sizeFaults(spec),
    ...fabricFaults(spec),
    ...subnetFaults(spec),
    ...diskFaults(spec.diskSize),
    ...schedulingFaults(spec),
    ...tagFaults(spec.tags),
  ];
}

function nameFaults({ poolName, cluster }: GpuNodePoolSpec): string[] {
  const token = concreteFault('poolName', poolName, 'labels, selectors and names of resources derive from it');
  if (token.length > 0) return token;
  return [
    ...kubernetesNameFault('poolName', poolName),
    ...(poolName === SYSTEM_NODES && cluster.release
      ? [`poolName '${SYSTEM_NODES}' is taken by the cluster's own CPU nodes; pass another`]
      : []),
    ...(cluster.nodePools.some((pool) => pool.poolName === poolName)
      ? [`cluster '${cluster.clusterName}' already has a pool named '${poolName}'; pass another poolName`]
      : []),
  ];
}

function sizeFaults({ minNodes, maxNodes }: GpuNodePoolSpec): string[] {
  const why = 'what fits on the pool is checked from it';
  const tokens = [...concreteFault('minNodes', minNodes, why), ...concreteFault('maxNodes', maxNodes, why)];
  if (tokens.length > 0) return tokens;
  const faults: string[] = [];
  if (!Number.isInteger(minNodes) || minNodes < 0) {
    faults.push(`minNodes must be a whole number of at least 0; got ${minNodes}`);
  }
  if (!Number.isInteger(maxNodes) || maxNodes < 1) {
    faults.push(`maxNodes must be a whole number of at least 1; got ${maxNodes}`);
  }
  if (minNodes > maxNodes) {
    faults.push(`minNodes (${minNodes}) must not exceed maxNodes (${maxNodes}); lower the one or raise the other`);
  }
  return faults;
}

function fabricFaults({ efa, instanceType }: GpuNodePoolSpec): string[] {
  if (!efa) return [];
  if (instanceType.efaInterfaces === 0) {
    const able = GpuInstanceType.ALL.filter((type) => type.efaInterfaces > 0).map((type) => type.name);
    return [
      `instance type '${instanceType.name}' has no EFA; use RdmaFabric.none(), or an instance type with EFA: ${able.join(', ')}`,
    ];
  }
  return layoutFaults(instanceType, efaInterfaceLayout(instanceType));
}

function subnetFaults({ subnetId, subnetIds, cluster, efa, placement }: GpuNodePoolSpec): string[] {
  const faults: string[] = [];
  if (subnetId !== undefined && subnetIds !== undefined) faults.push('pass subnetId or subnetIds, not both');
  if (subnetIds?.length === 0) faults.push('subnetIds must name at least one subnet');
  const fromCluster = subnetId === undefined && subnetIds === undefined;
  if (fromCluster && cluster.subnetIds.length === 0) {
    faults.push(`cluster '${cluster.clusterName}' has no subnets known; pass subnetId or subnetIds`);
  }
  const reason = needsOneSubnet(efa, placement);
  if (!reason || subnetIds === undefined) return faults;
  if (Token.isUnresolved(subnetIds)) {
    faults.push(
      `${reason} needs exactly one subnet, but how many subnetIds has is not known at synthesis; pass subnetId`,
    );
  } else if (subnetIds.length > 1) {
    faults.push(
      `${reason} needs exactly one subnet; got ${subnetIds.length}; pass subnetId, and make one pool per subnet`,
    );
  }
  return faults;
}

/**
 * Why the nodes of a pool must share one subnet: EFA traffic cannot be routed, and a cluster placement group lies in one zone.
 *
 * @internal
 */
export function needsOneSubnet(efa: boolean, placement: Placement): string | undefined {
  if (efa) return 'a pool with EFA';
  return placement.kind === PlacementKind.CLUSTER_GROUP ? 'a pool in a cluster placement group' : undefined;
}

function diskFaults({ gib }: DataSize): string[] {
  if (Number.isInteger(gib) && gib >= SMALLEST_DISK_GIB && gib <= LARGEST_DISK_GIB) return [];
  return [`diskSize must be a whole number of GiB from ${SMALLEST_DISK_GIB} to ${LARGEST_DISK_GIB}; got ${gib} GiB`];
}

function schedulingFaults({ labels, taints, poolName, instanceType, efa }: GpuNodePoolSpec): string[] {
  const why = 'selectors and tolerations are checked against it';
  const tokens = [...concreteFault('labels', labels, why), ...concreteFault('taints', [...taints], why)];
  if (tokens.length > 0) return tokens;
  return [...labelFaults(labels, poolLabels(poolName, instanceType, efa)), ...taintFaults(taints)];
}
