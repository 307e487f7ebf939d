import { GpuInstanceType } from '../../../catalog/gpu-instance-type';
import { NodeTaint } from '../../../core/gpu-node-pool';
import { kubernetesName } from '../../../core/naming';
import { IRdmaFabric, RdmaFabricKind } from '../../../core/rdma-fabric';
import { DataSize } from '../../../units/data-size';
import { Autoscaling } from '../options/autoscaling';
import { Capacity } from '../options/capacity';
import { EfaLayout } from '../options/efa-layout';
import { IEksCluster } from '../../cluster/eks-cluster';
import { GpuNodePoolProps } from './gpu-node-pool-props';
import { GpuSharing } from '../options/gpu-sharing';
import { InterfacePlacement, efaInterfaceLayout } from './launch-template-interfaces';
import { NodeImage, NodeImageFamily } from '../options/node-image';
import { NodeRepair } from '../options/node-repair';
import { Placement, PlacementKind } from '../options/placement';

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
  readonly capacity: Capacity;
  readonly fabric?: IRdmaFabric;
  readonly efa: boolean;
  readonly efaLayout: EfaLayout;
  readonly placement: Placement;
  readonly image: NodeImage;
  readonly sharing: GpuSharing;
  readonly autoscaling: Autoscaling;
  readonly repair: NodeRepair;
  readonly diskSize: DataSize;
  readonly subnetId?: string;
  readonly subnetIds?: string[];
  readonly labels: { [key: string]: string };
  readonly taints: readonly NodeTaint[];
  readonly tags?: { [key: string]: string };
}

/**
 * What a user says of a pool, with the defaults filled in.
 *
 * @internal
 */
export function specOf(id: string, props: GpuNodePoolProps): GpuNodePoolSpec {
  const efa = props.fabric?.kind === RdmaFabricKind.EFA;
  const capacity = props.capacity ?? Capacity.onDemand();
  return {
    cluster: props.cluster,
    poolName: props.poolName ?? kubernetesName(id),
    instanceType: props.instanceType,
    minNodes: props.minNodes,
    maxNodes: props.maxNodes,
    capacity,
    fabric: props.fabric,
    efa,
    efaLayout: props.efaLayout ?? EfaLayout.EFA_ONLY,
    placement: props.placement ?? defaultPlacement(capacity, efa),
    image: props.image ?? NodeImage.AL2023_NVIDIA,
    sharing: props.gpuSharing ?? GpuSharing.none(),
    autoscaling: props.autoscaling ?? Autoscaling.none(),
    repair: props.nodeRepair ?? NodeRepair.disabled(),
    diskSize: props.diskSize ?? DataSize.gib(props.instanceType.localStorage ? 100 : 200),
    subnetId: props.subnetId,
    subnetIds: props.subnetIds,
    labels: props.labels ?? {},
    taints: props.taints ?? [],
    tags: props.tags,
  };
}

/** Instances in a placement group cannot use capacity that was reserved without it. */
function defaultPlacement(capacity: Capacity, efa: boolean): Placement {
  if (capacity.reserved) return Placement.fromReservation();
  return efa ? Placement.clusterGroup() : Placement.none();
}

/**
 * The network interfaces of a pool's nodes; empty where EKS lays them out by itself.
 *
 * @internal
 */
export function layoutOf({ efa, instanceType, efaLayout }: GpuNodePoolSpec): InterfacePlacement[] {
  return efa ? efaInterfaceLayout(instanceType, efaLayout) : [];
}

/**
 * Name of the placement group that exists already, if the pool is placed in one.
 *
 * @internal
 */
export function existingPlacementGroup({ placement, capacity }: GpuNodePoolSpec): string | undefined {
  return placement.kind === PlacementKind.FROM_RESERVATION
    ? capacity.reserved?.placementGroupName
    : placement.groupName;
}

/**
 * Release of the node image and the major of the driver in it, as far as they are known.
 *
 * @internal
 */
export function imageRelease({ image, cluster }: GpuNodePoolSpec): { version?: string; driverMajor?: number } {
  const pinned =
    image.family === NodeImageFamily.AL2023 && image.releaseVersion === undefined ? cluster.release : undefined;
  return {
    version: image.releaseVersion ?? pinned?.nodeImageVersion,
    driverMajor: image.driverMajor ?? pinned?.nvidiaDriverMajor,
  };
}
