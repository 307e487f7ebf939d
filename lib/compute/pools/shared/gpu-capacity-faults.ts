import { Fault, untitled } from '../../../units/fault';
import { RdmaFabricKind } from '../../../core/rdma-fabric';
import { hasToken } from '../../../core/tokens';
import { AutoscalingKind } from '../options/autoscaling';
import { nodeTemplateTagFaults } from './autoscaling-group-tags';
import { bottlerocketFaults } from './bottlerocket-settings';
import { GpuNodePoolSpec, imageRelease } from './gpu-node-pool-spec';
import { gpuSharingFaults } from '../options/gpu-sharing';
import { NodeImageFamily } from '../options/node-image';
import { PlacementKind } from '../options/placement';

/**
 * What is wrong with how the instances of a pool are bought and placed.
 *
 * @internal
 */
export function capacityFaults({ capacity, placement, minNodes, maxNodes }: GpuNodePoolSpec): Fault[] {
  const { reserved } = capacity;
  if (!reserved) {
    return placement.kind === PlacementKind.FROM_RESERVATION
      ? [
          untitled(
            `placement '${placement}' needs reserved capacity; got ${capacity}; use Placement.none() or .clusterGroup()`,
          ),
        ]
      : [];
  }
  const faults: Fault[] = [];
  if (placement.kind === PlacementKind.CLUSTER_GROUP) {
    faults.push(
      untitled(
        `a placement group of the pool's own cannot hold ${capacity}, which was reserved without it: launches would end in ` +
          'InsufficientInstanceCapacity; use Placement.fromReservation()',
      ),
    );
  }
  if (placement.kind === PlacementKind.NONE && reserved.placementGroupName !== undefined) {
    faults.push(
      untitled(
        `${capacity} was made in placement group '${reserved.placementGroupName}', and instances outside of it cannot use it; use ` +
          'Placement.fromReservation()',
      ),
    );
  }
  if (
    placement.kind === PlacementKind.EXISTING &&
    reserved.placementGroupName !== undefined &&
    placement.groupName !== reserved.placementGroupName
  ) {
    faults.push(
      untitled(
        `${capacity} was made in placement group '${reserved.placementGroupName}', not in '${placement.groupName}'; ` +
          'use Placement.fromReservation()',
      ),
    );
  }
  if (reserved.instances !== undefined && !hasToken(maxNodes) && maxNodes > reserved.instances) {
    faults.push(
      untitled(
        `maxNodes (${maxNodes}) must not exceed the ${reserved.instances} instance(s) of ${capacity}; lower it` +
          (minNodes > reserved.instances ? ', and minNodes too' : ''),
      ),
    );
  }
  return faults;
}

/**
 * What is wrong with who scales and who repairs a pool.
 *
 * @internal
 */
export function operationFaults(spec: GpuNodePoolSpec): Fault[] {
  const { cluster, autoscaling, minNodes, repair, labels, taints } = spec;
  const faults: Fault[] = [];
  if (autoscaling.kind === AutoscalingKind.CLUSTER_AUTOSCALER && !hasToken([labels, [...taints]])) {
    faults.push(...nodeTemplateTagFaults(labels, taints));
  }
  if (autoscaling.kind === AutoscalingKind.KARPENTER) {
    faults.push(untitled('Karpenter makes nodes itself and scales no managed node group; use KarpenterGpuNodePool'));
  }
  if (minNodes === 0 && autoscaling.kind === AutoscalingKind.NONE) {
    faults.push(
      untitled(
        'minNodes is 0 and no autoscaler is declared, so the pool would never have a node; pass ' +
          'autoscaling: Autoscaling.clusterAutoscaler(), or raise minNodes',
      ),
    );
  }
  if (repair.isEnabled && !cluster.nodeMonitoring) {
    faults.push(
      untitled(
        `nodeRepair needs the node monitoring agent, or no broken GPU is ever seen; set nodeMonitoring on cluster '${cluster.clusterName}'`,
      ),
    );
  }
  return faults;
}

/**
 * What is wrong with the image of a pool, and with how it shares its GPUs.
 *
 * @internal
 */
export function imageFaults(spec: GpuNodePoolSpec): Fault[] {
  const { image, instanceType, sharing, efa } = spec;
  const { gpu } = instanceType;
  const { driverMajor } = imageRelease(spec);
  const faults = gpuSharingFaults(sharing, instanceType, efa ? RdmaFabricKind.EFA : RdmaFabricKind.NONE);
  if (sharing.isRenamed) {
    faults.push(
      untitled(
        `gpuSharing '${sharing}' is for existing nodes that were set up so; this pool sets its nodes up itself, and advertises shares as ` +
          'nvidia.com/gpu; leave out renamed()',
      ),
    );
  }
  if (driverMajor !== undefined && gpu.lastDriverMajor !== undefined && driverMajor > gpu.lastDriverMajor) {
    faults.push(
      untitled(
        `driver ${driverMajor} of image '${image}' has no support for ${gpu.name} of '${instanceType.name}'; pin a release with ` +
          `driver ${gpu.lastDriverMajor} or before, by NodeImage.al2023({ releaseVersion, driverMajor })`,
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
      untitled(
        `image release '${image.releaseVersion}' is not of Kubernetes ${spec.cluster.kubernetesVersion}, which cluster ` +
          `'${spec.cluster.clusterName}' runs`,
      ),
    );
  }
  return faults;
}
