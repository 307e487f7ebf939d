import { hasCapacityBlocks } from '../../../catalog/instance-regions';
import { RdmaFabricKind } from '../../../core/rdma-fabric';
import { hasToken } from '../../../core/tokens';
import { Fault, fault } from '../../../units/fault';
import { AutoscalingKind } from '../options/autoscaling';
import { instanceTagFaults, nodeTemplateTagFaults } from './autoscaling-group-tags';
import { bottlerocketFaults } from './bottlerocket-settings';
import { GpuNodePoolSpec, imageRelease } from './gpu-node-pool-spec';
import { vendorFaults } from './gpu-vendor-faults';
import { gpuSharingFaults } from '../options/gpu-sharing';
import { PlacementKind } from '../options/placement';
import { NodeImageFamily } from '../options/node-image';
import { allOf } from '../../../units/unreadable';

/**
 * The faults of reserved capacity: how it is placed, and how much there is of it.
 *
 * @internal
 */
export function reservedCapacityFaults({
  capacity,
  placement,
  minNodes,
  maxNodes,
  instanceType,
}: GpuNodePoolSpec): Fault[] {
  const { reserved } = capacity;
  if (!reserved) {
    if (!instanceType.blocksOnly) return [];
    const cure = 'pass Capacity.capacityBlock(...) with the block that you bought';
    const reason = `AWS sells '${instanceType.name}' as Capacity Blocks only, and capacity is ${capacity}; ${cure}`;
    return [fault('CAPACITY_BLOCKS_ONLY', 'capacity', reason)];
  }
  const { placementGroupName: group, instances } = reserved;
  const faults: Fault[] = [];
  if (capacity.block && hasCapacityBlocks(instanceType.name) === false) {
    faults.push(
      fault(
        'CAPACITY_BLOCK_NOT_SOLD',
        'capacity',
        `AWS sells no Capacity Blocks of '${instanceType.name}', but of p4d, p4de, p5, p5e, p5en, p6-b200, p6-b300 and p6e-gb200; use Capacity.reservation(...) ` +
          'or Capacity.onDemand()',
      ),
    );
  }
  const elsewhere = (why: string) =>
    faults.push(fault('RESERVATION_PLACED_ELSEWHERE', 'placement', `${why}; leave placement out`));
  if (placement.kind === PlacementKind.CLUSTER_GROUP) {
    elsewhere(
      `a placement group created for the pool cannot use ${capacity}, which was reserved outside of it: launches would end in ` +
        'InsufficientInstanceCapacity',
    );
  } else if (group !== undefined && placement.groupName !== group) {
    const where = placement.groupName === undefined ? 'in none' : `in '${placement.groupName}'`;
    elsewhere(`${capacity} was made in placement group '${group}', and instances ${where} cannot use it`);
  }
  if (instances !== undefined && !hasToken(maxNodes) && maxNodes > instances) {
    faults.push(
      fault(
        'POOL_EXCEEDS_RESERVATION',
        'maxNodes',
        `maxNodes (${maxNodes}) must not exceed the ${instances} instance(s) of ${capacity}; lower it` +
          (minNodes > instances ? ', and minNodes too' : ''),
      ),
    );
  }
  return faults;
}

/**
 * The faults of scaling and repairing the node group of a pool.
 *
 * @internal
 */
export function operationFaults(spec: GpuNodePoolSpec): Fault[] {
  const { cluster, autoscaling, initialNodes, repair, labels, taints } = spec;
  const faults = instanceTagFaults({ ...cluster.tags, ...spec.tags });
  if (autoscaling.kind === AutoscalingKind.CLUSTER_AUTOSCALER && !hasToken([labels, [...taints]])) {
    faults.push(...nodeTemplateTagFaults(labels, taints, { ...cluster.tags, ...spec.tags }));
  }
  if (initialNodes === 0 && autoscaling.kind === AutoscalingKind.NONE) {
    faults.push(
      fault(
        'POOL_NEVER_HAS_NODES',
        spec.minNodes === 0 ? 'minNodes' : 'initialNodes',
        'the pool starts with 0 nodes and has no autoscaler, so it would never have any; pass autoscaling: Autoscaling.clusterAutoscaler(), ' +
          'or raise minNodes or initialNodes',
      ),
    );
  }
  if (repair.isEnabled && !cluster.nodeMonitoring) {
    faults.push(
      fault(
        'NODE_MONITORING_REQUIRED',
        'nodeRepair',
        `nodeRepair needs the node monitoring agent, or failing GPUs go unnoticed; set nodeMonitoring on cluster '${cluster.clusterName}'`,
      ),
    );
  }
  return faults;
}

/**
 * The faults of the image of a pool, and of how it shares its GPUs.
 *
 * @internal
 */
export function imageFaults(spec: GpuNodePoolSpec): Fault[] {
  const { image, instanceType, sharing, efa } = spec;
  const { gpu } = instanceType;
  const { driverMajor } = imageRelease(spec);
  const faults = allOf(
    () => vendorFaults('instanceType', instanceType),
    () => gpuSharingFaults(sharing, instanceType, efa ? RdmaFabricKind.EFA : RdmaFabricKind.NONE),
  );
  if (sharing.isRenamed) {
    faults.push(
      fault(
        'RENAMED_SHARES',
        'gpuSharing',
        `gpuSharing '${sharing}' is for existing nodes that advertise shares under this name; this pool sets up its nodes itself and advertises ` +
          'shares as nvidia.com/gpu; remove renamed()',
      ),
    );
  }
  if (driverMajor !== undefined && gpu.lastDriverMajor !== undefined && driverMajor > gpu.lastDriverMajor) {
    faults.push(
      fault(
        'DRIVER_TOO_NEW',
        'image',
        `driver ${driverMajor} of image '${image}' no longer supports ${gpu.name} of '${instanceType.name}'; pin a release with driver ` +
          `${gpu.lastDriverMajor} or earlier: NodeImage.al2023({ releaseVersion, driverMajor })`,
      ),
    );
  }
  if (driverMajor !== undefined && gpu.firstDriverMajor !== undefined && driverMajor < gpu.firstDriverMajor) {
    faults.push(
      fault(
        'DRIVER_TOO_OLD',
        'image',
        `driver ${driverMajor} of image '${image}' does not know ${gpu.name} of '${instanceType.name}', which needs driver ${gpu.firstDriverMajor} or ` +
          'later; pin a later release, or leave image out for the one that the cluster pins',
      ),
    );
  }
  if (image.family === NodeImageFamily.BOTTLEROCKET) faults.push(...bottlerocketFaults(instanceType, sharing));
  if (
    image.family === NodeImageFamily.AL2023 &&
    image.releaseVersion !== undefined &&
    spec.cluster.kubernetesVersion !== undefined &&
    !hasToken(spec.cluster.kubernetesVersion) &&
    !image.releaseVersion.startsWith(`${spec.cluster.kubernetesVersion}.`)
  ) {
    faults.push(
      fault(
        'IMAGE_FOR_OTHER_KUBERNETES',
        'image',
        `image release '${image.releaseVersion}' is not for Kubernetes ${spec.cluster.kubernetesVersion}, which cluster ` +
          `'${spec.cluster.clusterName}' runs; pass a release that begins with '${spec.cluster.kubernetesVersion}.'`,
      ),
    );
  }
  return faults;
}
