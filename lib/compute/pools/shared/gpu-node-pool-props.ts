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
 */
export interface Ec2GpuNodePoolOptions {
  /** Instance type of every node. Another type replaces the pool: the old nodes go first, all of them. */
  readonly instanceType: GpuInstanceType;
  /**
   * Minimum number of nodes; whole, at least 0. A managed node group takes 0 only with an autoscaler or `initialNodes`, and EKS refuses to
   * raise it above the current number of nodes: scale the pool up first. Karpenter keeps no minimum: 0, or `maxNodes` for a fixed number of
   * nodes.
   */
  readonly minNodes: number;
  /** Maximum number of nodes; whole, at least 1. */
  readonly maxNodes: number;
  /** How the instances are bought. @default Capacity.onDemand() */
  readonly capacity?: Capacity;
  /** Fabric between the nodes, e.g. `RdmaFabric.efa()`. @default RdmaFabric.none() */
  readonly fabric?: IRdmaFabric;
  /**
   * Layout of the network interfaces with EFA; no effect without it. Another layout makes a new version of the launch template. Karpenter
   * cannot launch `EfaLayout.COMBINED`.
   * @default EfaLayout.EFA_ONLY
   */
  readonly efaLayout?: EfaLayout;
  /**
   * How the instances are placed. A cluster placement group makes capacity harder to get, and instances in one cannot use capacity that
   * was reserved outside of it.
   * @default - with reserved capacity the placement group of the reservation, or none; otherwise a cluster placement group with EFA, else none
   */
  readonly placement?: Placement;
  /**
   * Private subnets of the nodes; exactly one with EFA or in a cluster placement group.
   * @default - those of the cluster; of them only the one in the zone of reserved capacity, or the first if there must be one
   */
  readonly subnetIds?: string[];
  /** Labels of the nodes, in addition to those that the pool sets itself; known at synthesis. @default - none */
  readonly labels?: { [key: string]: string };
  /** Taints of the nodes, in addition to `nvidia.com/gpu=present:NoSchedule`. @default - none */
  readonly taints?: NodeTaint[];
  /** Name of the pool, unique within the cluster: an RFC 1123 label. @default - from the construct's id */
  readonly poolName?: string;
  /**
   * Root volume: gp3, encrypted; whole GiB. If the instance type has an instance store, images and pod data are on that instead.
   * @default - 100 GiB with an instance store, 200 GiB without
   */
  readonly diskSize?: DataSize;
  /** Operating system, and release of its image. @default NodeImage.AL2023_NVIDIA */
  readonly image?: NodeImage;
  /** Tags of the AWS resources, the instances and the volumes, in addition to the cluster's. @default - none */
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
