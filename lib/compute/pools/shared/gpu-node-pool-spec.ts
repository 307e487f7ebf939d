import { GpuInstanceType } from '../../../catalog/gpu-instance-type';
import { nodeImageDriver } from '../../../catalog/node-image-drivers';
import { NodeTaint } from '../../../core/gpu-node-pool';
import { kubernetesName } from '../../../core/naming';
import { IRdmaFabric, RdmaFabricKind } from '../../../core/rdma-fabric';
import { DataSize } from '../../../units/data-size';
import { Autoscaling } from '../options/autoscaling';
import { Capacity } from '../options/capacity';
import { EfaLayout } from '../options/efa-layout';
import { IEksCluster } from '../../cluster/eks-cluster';
import { Ec2GpuNodePoolOptions, GpuNodePoolOptions } from './gpu-node-pool-props';
import { GpuSharing } from '../options/gpu-sharing';
import { InterfacePlacement, efaInterfaceLayout } from './launch-template-interfaces';
import { Placement } from '../options/placement';
import { NodeImage, NodeImageFamily } from '../options/node-image';
import { NodeRepair } from '../options/node-repair';
import { optionalTextList } from '../../../core/text-list';
import { isUnreadable } from '../../../units/unreadable';

/**
 * A pool with its defaults filled in.
 */
export interface GpuNodePoolSpec {
  readonly cluster: IEksCluster;
  readonly poolName: string;
  readonly instanceType: GpuInstanceType;
  readonly minNodes: number;
  readonly maxNodes: number;
  readonly initialNodes: number;
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
  readonly availabilityZone?: string;
  readonly subnetIds?: string[];
  readonly labels: { [key: string]: string };
  readonly taints: readonly NodeTaint[];
  /** A role of the nodes that exists. @default - the pool makes one */
  readonly nodeRoleArn?: string;
  readonly tags?: { [key: string]: string };
}

/**
 * The description of a pool with its defaults filled in.
 *
 * @param id id of the construct
 * @param props what is common to all pools of EC2 instances
 * @param managed the properties that only managed node groups have
 *
 * @internal
 */
export function specOf(
  id: string,
  props: Ec2GpuNodePoolOptions & { readonly cluster: IEksCluster },
  managed: Pick<GpuNodePoolOptions, 'initialNodes' | 'autoscaling' | 'gpuSharing' | 'nodeRepair'> = {},
): GpuNodePoolSpec {
  const efa = props.fabric?.kind === RdmaFabricKind.EFA;
  const capacity = props.capacity ?? Capacity.onDemand();
  return {
    cluster: props.cluster,
    poolName: props.poolName ?? kubernetesName(id),
    instanceType: props.instanceType,
    minNodes: props.minNodes,
    maxNodes: props.maxNodes,
    initialNodes: managed.initialNodes ?? props.minNodes,
    capacity,
    fabric: props.fabric,
    efa,
    efaLayout: props.efaLayout ?? EfaLayout.EFA_ONLY,
    placement: props.placement ?? defaultPlacement(capacity, efa),
    image: props.image ?? NodeImage.AL2023_NVIDIA,
    sharing: managed.gpuSharing ?? GpuSharing.none(),
    autoscaling: managed.autoscaling ?? Autoscaling.none(),
    repair: managed.nodeRepair ?? NodeRepair.disabled(),
    diskSize: props.diskSize ?? defaultDiskSize(props.instanceType),
    availabilityZone: props.availabilityZone,
    subnetIds: optionalTextList(props.subnetIds),
    labels: props.labels ?? {},
    taints: props.taints ?? [],
    nodeRoleArn: props.nodeRoleArn,
    tags: props.tags,
  };
}

function defaultDiskSize(instanceType: GpuInstanceType): DataSize {
  return DataSize.gib(!isUnreadable(instanceType) && instanceType.localStorage ? 100 : 200);
}

/**
 * Reserved capacity is placed as it was reserved: instances in another placement group cannot use it.
 *
 * @see https://github.com/terraform-aws-modules/terraform-aws-eks/issues/3730
 */
function defaultPlacement({ reserved }: Capacity, efa: boolean): Placement {
  if (reserved?.placementGroupName !== undefined) return Placement.existing(reserved.placementGroupName);
  return efa && !reserved ? Placement.clusterGroup() : Placement.none();
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
 * Release of the node image and major version of its driver, as far as known.
 *
 * @internal
 */
export function imageRelease({ image, cluster }: GpuNodePoolSpec): { version?: string; driverMajor?: number } {
  const pinned =
    image.family === NodeImageFamily.AL2023 && image.releaseVersion === undefined ? cluster.release : undefined;
  return {
    version: image.releaseVersion ?? pinned?.nodeImageVersion,
    driverMajor: image.driverMajor ?? alDriver(image) ?? pinned?.nvidiaDriverMajor,
  };
}

/** The driver that a release of Amazon Linux is known to have. */
function alDriver({ family, releaseVersion }: NodeImage): number | undefined {
  return family === NodeImageFamily.AL2023 ? nodeImageDriver(releaseVersion) : undefined;
}
