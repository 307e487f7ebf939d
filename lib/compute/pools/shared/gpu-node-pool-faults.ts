import { TerraformStack, Token } from 'cdktf';
import { GpuInstanceType } from '../../../catalog/gpu-instance-type';
import { ClusterLedger, enter, entered } from '../../../core/cluster-ledger';
import { IGpuNodePool } from '../../../core/gpu-node-pool';
import { IKubernetesCluster } from '../../../core/kubernetes-cluster';
import { kubernetesNameFault } from '../../../core/naming';
import { RdmaFabricKind } from '../../../core/rdma-fabric';
import { tagFaults } from '../../../core/tags';
import { concreteFault, hasToken } from '../../../core/tokens';
import { ClusterNodePools } from '../../../scheduling/cluster-node-pools';
import { DataSize } from '../../../units/data-size';
import { Fault, fault } from '../../../units/fault';
import { wholeAmountFault, wholeNumberFault } from '../../../units/number-faults';
import { imageFaults, operationFaults, reservedCapacityFaults } from './gpu-capacity-faults';
import { poolLabels } from './gpu-node-pool-labels';
import { GpuNodePoolSpec } from './gpu-node-pool-spec';
import { poolSubnetFaults } from './gpu-node-pool-subnets';
import { efaLayoutFaults } from './launch-template-interfaces';
import { LabelSetter, labelFaults, nodeGroupLabelFaults, taintFaults } from './node-label-faults';
import { claimReservation, otherReservationFaults, sharedReservationFaults } from './reservation-claims';
import { allOf } from '../../../units/unreadable';

/** The minimum that the AL2023 NVIDIA image needs, and the maximum of gp3 volumes. */
const SMALLEST_DISK_GIB = 20;
const LARGEST_DISK_GIB = 16384;

/** Node group that the clusters of this library run their system pods on. */
const SYSTEM_NODES = 'system';

/**
 * All faults of a pool of EC2 instances.
 *
 * @param managed whether it is a managed node group
 *
 * @internal
 */
export function gpuNodePoolFaults(spec: GpuNodePoolSpec, managed = true): Fault[] {
  return allOf(
    () => nameFaults(spec),
    () => sizeFaults(spec),
    () => fabricFaults(spec),
    () => securityGroupFaults(spec),
    () => reservedCapacityFaults(spec),
    () => sharedReservationFaults(spec),
    () => otherReservationFaults(spec),
    () => (managed ? operationFaults(spec) : []),
    () => (managed ? nodeGroupLabelFaults(spec.labels, spec.taints) : []),
    () => imageFaults(spec),
    () => poolSubnetFaults(spec),
    () => diskFaults(spec.diskSize),
    () => schedulingFaults(spec, managed ? LabelSetter.KUBELET : LabelSetter.KARPENTER),
    () => tagFaults(spec.tags),
  );
}

function nameFaults({ poolName, cluster }: GpuNodePoolSpec): Fault[] {
  const token = concreteFault('poolName', poolName, 'labels, selectors and names of resources derive from it');
  if (token.length > 0) return token;
  return allOf(
    () => kubernetesNameFault('poolName', poolName),
    () =>
      poolName === SYSTEM_NODES && cluster.release
        ? [
            fault(
              'RESERVED',
              'poolName',
              `poolName '${SYSTEM_NODES}' belongs to the cluster's own CPU nodes; pass another`,
            ),
          ]
        : [],
    () => takenNameFaults(cluster, poolName),
  );
}

/** Kind of entry in a stack's ledger: names of the pools of EKS clusters. */
const POOL_NAME = 'pool name';

/**
 * Two imports of an EKS cluster into one stack with one provider are one cluster, whose node groups have names of their own; two in
 * different regions are not.
 */
function isEks({ connection }: IKubernetesCluster): boolean {
  return connection.eksClusterName !== undefined;
}

function nameKey({ clusterName, connection, provider }: IKubernetesCluster, poolName: string): string {
  const { region } = connection;
  return `${provider?.fqn} ${hasToken(region) ? '' : region} ${clusterName} ${poolName}`;
}

/**
 * The fault of a pool whose name another pool of the cluster has.
 *
 * @internal
 */
export function takenNameFaults(cluster: IKubernetesCluster, poolName: string): Fault[] {
  const isTaken = isEks(cluster)
    ? entered(TerraformStack.of(cluster), POOL_NAME, nameKey(cluster, poolName)).length > 0
    : ClusterLedger.of(cluster).pool(poolName) !== undefined;
  return isTaken
    ? [
        fault(
          'POOL_NAME_TAKEN',
          'poolName',
          `cluster '${cluster.clusterName}' already has a pool named '${poolName}'; pass another poolName`,
        ),
      ]
    : [];
}

/**
 * Enters a finished pool into the ledger of its cluster, and claims its name.
 *
 * @internal
 */
export function enterPool(pool: IGpuNodePool): void {
  const { cluster, poolName } = pool;
  ClusterNodePools.add(pool);
  if (isEks(cluster)) enter(TerraformStack.of(cluster), POOL_NAME, nameKey(cluster, poolName), pool);
}

function sizeFaults({ minNodes, maxNodes, initialNodes }: GpuNodePoolSpec): Fault[] {
  const why = 'the capacity of the pool is computed from it';
  const tokens = Object.entries({ minNodes, maxNodes, ...(initialNodes === minNodes ? {} : { initialNodes }) }).flatMap(
    ([name, value]) => concreteFault(name, value, why),
  );
  if (tokens.length > 0) return tokens;
  const faults = allOf(
    () => wholeNumberFault('minNodes', minNodes, 0),
    () => wholeNumberFault('maxNodes', maxNodes, 1),
  );
  if (faults.length > 0) return faults;
  return minNodes > maxNodes
    ? [
        fault(
          'MIN_NODES_ABOVE_MAX_NODES',
          'minNodes',
          `minNodes (${minNodes}) must not exceed maxNodes (${maxNodes}); lower minNodes or raise maxNodes`,
        ),
      ]
    : wholeNumberFault('initialNodes', initialNodes, minNodes, maxNodes);
}

function fabricFaults({ fabric, efa, instanceType, efaLayout }: GpuNodePoolSpec): Fault[] {
  if (fabric && !efa && fabric.kind !== RdmaFabricKind.NONE) {
    return [
      fault(
        'FABRIC_NOT_ON_EC2',
        'fabric',
        `EC2 has no ${fabric.kind}, so the nodes of '${instanceType.name}' would only reach each other by TCP; use RdmaFabric.efa() or ` +
          'RdmaFabric.none(), or ExistingGpuNodePool for other hardware',
      ),
    ];
  }
  if (!efa) return [];
  if (instanceType.efaInterfaces === 0) {
    const able = GpuInstanceType.ALL.filter((type) => type.efaInterfaces > 0).map((type) => type.name);
    return [
      fault(
        'EFA_NOT_SUPPORTED',
        'fabric',
        `instance type '${instanceType.name}' does not support EFA; use RdmaFabric.none(), or an instance type with EFA: ${able.join(', ')}`,
      ),
    ];
  }
  return efaLayoutFaults(instanceType, efaLayout);
}

/** Most security groups of an interface, whatever its quota is raised to. */
const MAX_SECURITY_GROUPS = 16;

/**
 * Security groups of an interface of a node: the cluster's, and the pool's own with EFA; undefined if their number is not known.
 *
 * @see https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html#vpc-limits-security-groups
 *
 * @internal
 */
export function securityGroupCount({ cluster, efa }: GpuNodePoolSpec): number | undefined {
  return Token.isUnresolved(cluster.securityGroupIds) ? undefined : cluster.securityGroupIds.length + (efa ? 1 : 0);
}

function securityGroupFaults(spec: GpuNodePoolSpec): Fault[] {
  const count = securityGroupCount(spec);
  return count === undefined || count <= MAX_SECURITY_GROUPS
    ? []
    : [
        fault(
          'TOO_MANY_SECURITY_GROUPS',
          'cluster.securityGroupIds',
          `an interface has at most ${MAX_SECURITY_GROUPS} security groups, but the nodes of pool '${spec.poolName}' would have ${count}` +
            `${spec.efa ? ', with that of EFA' : ''}; name fewer of cluster '${spec.cluster.clusterName}'`,
        ),
      ];
}

function diskFaults({ gib }: DataSize): Fault[] {
  return wholeAmountFault('diskSize', gib, 'GiB', `${gib} GiB`, SMALLEST_DISK_GIB, LARGEST_DISK_GIB);
}

function schedulingFaults(spec: GpuNodePoolSpec, setter: LabelSetter): Fault[] {
  const { labels, taints, poolName, instanceType, efa } = spec;
  const why = 'selectors and tolerations are checked against it';
  const tokens = allOf(
    () => concreteFault('labels', labels, why),
    () => concreteFault('taints', [...taints], why),
  );
  if (tokens.length > 0) return tokens;
  return allOf(
    () => labelFaults(labels, poolLabels(poolName, instanceType, efa, spec), setter),
    () => taintFaults(taints),
  );
}

/**
 * Enters a finished pool of EC2 instances into the ledger of its cluster, and claims its name and the instances of its reservation.
 *
 * @internal
 */
export function enterInstancePool(pool: IGpuNodePool, spec: GpuNodePoolSpec): void {
  enterPool(pool);
  claimReservation(pool, spec);
}
