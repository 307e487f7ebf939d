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
import { NodeImage } from '../options/node-image';
import { NodeRepair } from '../options/node-repair';
import { Placement } from '../options/placement';

/**
 * A pool of like GPU nodes, whatever cluster it belongs to.
 */
export interface GpuNodePoolOptions {
  /** Instance type of every node. Another type makes another node group: the old one goes first, with all its nodes. */
  readonly instanceType: GpuInstanceType;
  /**
   * Fewest nodes, and the number to begin with; whole, at least 0, and 0 only where an autoscaler is declared. EKS refuses a later
   * value above the number of nodes there are at the time: scale the pool up first.
   */
  readonly minNodes: number;
  /** Most nodes; whole, at least 1. */
  readonly maxNodes: number;
  /** How the instances are bought. @default Capacity.onDemand() */
  readonly capacity?: Capacity;
  /** Fabric between the nodes, e.g. `RdmaFabric.efa()`. @default RdmaFabric.none() */
  readonly fabric?: IRdmaFabric;
  /**
   * Layout of the network interfaces with EFA; of no effect without it. Another layout makes a new version of the launch template.
   * @default EfaLayout.EFA_ONLY
   */
  readonly efaLayout?: EfaLayout;
  /**
   * How the instances are placed. A cluster placement group makes capacity harder to get and must not be forced on capacity that
   * was reserved without it.
   * @default - as it was reserved with reserved capacity; else a cluster placement group of the pool's own with EFA, else none
   */
  readonly placement?: Placement;
  /** Private subnet of the nodes. @default - see `subnetIds` */
  readonly subnetId?: string;
  /**
   * Private subnets of the nodes; exactly one with EFA or in a cluster placement group.
   * @default - those of the cluster; of them only the one in the zone of reserved capacity, or the first where there must be one
   */
  readonly subnetIds?: string[];
  /** Labels of the nodes, beside those the pool sets itself; known at synthesis. @default - none */
  readonly labels?: { [key: string]: string };
  /** Taints of the nodes, beside `nvidia.com/gpu=present:NoSchedule`. @default - none */
  readonly taints?: NodeTaint[];
  /** Name of the pool and its node group, unique within the cluster: an RFC 1123 label. @default - from the construct's id */
  readonly poolName?: string;
  /**
   * Root volume: gp3, encrypted; whole GiB. Where the instance type has an instance store, images and pod data lie on that.
   * @default - 100 GiB with an instance store, 200 GiB without
   */
  readonly diskSize?: DataSize;
  /**
   * Who decides on the number of nodes. With the cluster autoscaler the Auto Scaling group is tagged with what a node offers.
   * @default Autoscaling.none()
   */
  readonly autoscaling?: Autoscaling;
  /** Operating system, and release of its image. @default NodeImage.AL2023_NVIDIA */
  readonly image?: NodeImage;
  /** How pods share a GPU. @default GpuSharing.none() */
  readonly gpuSharing?: GpuSharing;
  /** Whether EKS repairs broken nodes; it needs the node monitoring agent on the cluster. @default NodeRepair.disabled() */
  readonly nodeRepair?: NodeRepair;
  /** Tags of the AWS resources, the instances and the volumes, beside the cluster's. @default - none */
  readonly tags?: { [key: string]: string };
  /** AWS provider. @default - the cluster's */
  readonly provider?: TerraformProvider;
}

/**
 * A pool of like GPU nodes on an EKS cluster.
 */
export interface GpuNodePoolProps extends GpuNodePoolOptions {
  /** The cluster. */
  readonly cluster: IEksCluster;
}
