import { TerraformProvider } from 'cdktf';
import { GpuInstanceType } from '../../../catalog/gpu-instance-type';
import { NodeTaint } from '../../../core/gpu-node-pool';
import { IRdmaFabric } from '../../../core/rdma-fabric';
import { DataSize } from '../../../units/data-size';
import { Autoscaling } from '../options/autoscaling';
import { Capacity } from '../options/capacity';
import { EfaLayout } from '../options/efa-layout';
import { IEksCluster } from '../../cluster/eks-cluster';
import { GpuSharing } from '../options/gpu-sharing';
import { Placement } from '../options/placement';
import { NodeImage } from '../options/node-image';
import { NodeRepair } from '../options/node-repair';

/**
 * A homogeneous group of EC2 instances with GPUs, whatever launches them.
 *
 * What a change does to running nodes is said at each property. _Replaces the pool_ means: Terraform creates a node group beside the old one,
 * and destroys the old one when the new one is up. If AWS has no capacity for it, the apply fails and the old nodes still serve. _Rolls the
 * nodes_ means: EKS replaces one node after the other, each new one before an old one is drained. Where neither is said, nodes keep running.
 *
 * A construct that is moved in the tree, or a pool of another name, is another pool: Terraform creates it and destroys the old one in no
 * particular order. `moveFromId` on its resources or `terraform state mv` tells Terraform that it is the same.
 */
export interface Ec2GpuNodePoolOptions {
  /** Instance type of every node. Another type replaces the pool. */
  readonly instanceType: GpuInstanceType;
  /**
   * Minimum number of nodes; whole, at least 0. A managed node group takes 0 only with an autoscaler or `initialNodes`, and EKS refuses to
   * raise it above the current number of nodes: scale the pool up first. Karpenter keeps no minimum: 0, or `maxNodes` for a fixed number of
   * nodes; a change from one to the other is another NodePool, and drains the nodes of the old one.
   */
  readonly minNodes: number;
  /** Maximum number of nodes; whole, at least 1. */
  readonly maxNodes: number;
  /**
   * How the instances are bought. Another kind replaces the pool, as does reserved capacity in another zone, and another capacity block. Another
   * reservation in the same zone rolls the nodes.
   * @default Capacity.onDemand()
   */
  readonly capacity?: Capacity;
  /**
   * Fabric between the nodes, e.g. `RdmaFabric.efa()`. A change rolls the nodes. EFA needs one subnet: a running pool that has several must be
   * given `availabilityZone` with it, which replaces the pool.
   * @default RdmaFabric.none()
   */
  readonly fabric?: IRdmaFabric;
  /**
   * Layout of the network interfaces with EFA; no effect without it. Another layout rolls the nodes. Karpenter cannot launch
   * `EfaLayout.COMBINED`.
   * @default EfaLayout.EFA_ONLY
   */
  readonly efaLayout?: EfaLayout;
  /**
   * How the instances are placed. A cluster placement group makes capacity harder to get, and instances in one cannot use capacity that
   * was reserved outside of it. A change rolls the nodes. A cluster placement group needs one
   * subnet, as EFA does.
   * @default - with reserved capacity the placement group of the reservation, or none; otherwise a cluster placement group with EFA, else none
   */
  readonly placement?: Placement;
  /**
   * Zone of the nodes, e.g. `us-west-2b`: one whose subnet the cluster has. Name it where the instance type is only offered in some zones, and
   * for pools that are to stay where they are when zones of the cluster are removed. Another zone replaces the pool, and so
   * does a further subnet of the cluster in that zone.
   * @default - that of reserved capacity; else every zone of the cluster, or the first by name if there must be one. A managed node group stays in
   * the zones that it was created in: writing the cluster's zones in another order, or adding one, moves no node. Karpenter moves the nodes of a
   * pool that must be in one zone if a zone that is added comes first, which is warned of
   */
  readonly availabilityZone?: string;
  /**
   * Private subnets of the nodes; exactly one with EFA or in a cluster placement group. A managed node group is replaced when other subnets are
   * passed.
   * @default - those of the cluster in the zone of the pool; see `availabilityZone`
   */
  readonly subnetIds?: string[];
  /** Labels of the nodes, in addition to those that the pool sets itself; known at synthesis. @default - none */
  readonly labels?: { [key: string]: string };
  /** Taints of the nodes, in addition to `nvidia.com/gpu=present:NoSchedule`. @default - none */
  readonly taints?: NodeTaint[];
  /** Name of the pool, unique within the cluster: an RFC 1123 label. Another name is another pool. @default - from the construct's id */
  readonly poolName?: string;
  /**
   * Root volume: gp3, encrypted; whole GiB. If the instance type has an instance store, images and pod data are on that instead. Another size
   * rolls the nodes, which needs an instance to spare.
   * @default - 100 GiB with an instance store, 200 GiB without
   */
  readonly diskSize?: DataSize;
  /**
   * Operating system, and release of its image. Another operating system replaces the pool. Another release rolls the nodes, which needs an
   * instance to spare, and so does another `kubernetesVersion` of the cluster or an update of this library that pins a later release: pin
   * `releaseVersion` to decide when.
   * @default NodeImage.AL2023_NVIDIA
   */
  readonly image?: NodeImage;
  /**
   * ARN of an existing IAM role for the nodes: EC2 may take it on, and it has `AmazonEKSWorkerNodePolicy` and `AmazonEC2ContainerRegistryPullOnly`, or
   * what they allow; on a cluster that this program does not make `AmazonEKS_CNI_Policy` as well, unless its VPC CNI has a role of its own. It is not
   * the role of a control plane. Pools may share it. Another role replaces a managed node group, and the
   * nodes of Karpenter one by one.
   * @default - a new role with these policies
   * @see https://docs.aws.amazon.com/eks/latest/userguide/create-node-role.html
   */
  readonly nodeRoleArn?: string;
  /**
   * Tags of the AWS resources, the instances and the volumes, in addition to the cluster's. A change touches no running node: an instance has the
   * tags that were set when it was launched, volumes and network interfaces those that were set when the pool was created. Karpenter replaces
   * its nodes one by one when a tag changes.
   * @default - none
   */
  readonly tags?: { [key: string]: string };
  /** AWS provider. @default - the cluster's */
  readonly provider?: TerraformProvider;
}

/**
 * A homogeneous group of GPU nodes in an EKS managed node group, whatever cluster it belongs to.
 */
export interface GpuNodePoolOptions extends Ec2GpuNodePoolOptions {
  /**
   * Number of nodes when the node group is created, or when its capacity block starts; whole, from `minNodes` to `maxNodes`. Terraform
   * leaves the number alone afterwards.
   * @default - `minNodes`
   */
  readonly initialNodes?: number;
  /**
   * What changes the number of nodes. With the cluster autoscaler the Auto Scaling group is tagged with what a node offers.
   * @default Autoscaling.none()
   */
  readonly autoscaling?: Autoscaling;
  /** How pods share a GPU. @default GpuSharing.none() */
  readonly gpuSharing?: GpuSharing;
  /** Whether EKS repairs unhealthy nodes; it needs the node monitoring agent on the cluster. @default NodeRepair.disabled() */
  readonly nodeRepair?: NodeRepair;
}

/**
 * A homogeneous group of GPU nodes in an EKS managed node group.
 */
export interface GpuNodePoolProps extends GpuNodePoolOptions {
  /** The cluster. */
  readonly cluster: IEksCluster;
}
