import { TerraformProvider } from 'cdktf';
import { GpuNodeType } from '../../../catalog/gpu-node-type';
import { NodeTaint } from '../../../core/gpu-node-pool';
import { IRdmaFabric } from '../../../core/rdma-fabric';
import { DataSize } from '../../../units/data-size';
import { Duration } from '../../../units/duration';
import { IEksCluster } from '../../cluster/eks-cluster';
import { GpuSharing } from '../options/gpu-sharing';
import { HybridCredentials } from './hybrid-credentials';

/**
 * GPU nodes of one site that belong to a cluster in AWS.
 */
export interface HybridGpuNodePoolProps {
  /** The cluster, with `remoteNetworks`. */
  readonly cluster: IEksCluster;
  /** The hardware of each node, outside EC2: `GpuNodeType.custom({...})`. */
  readonly hardware: GpuNodeType;
  /** Number of nodes; whole, at least 1. */
  readonly nodes: number;
  /**
   * Name of the site: `topology.kubernetes.io/zone` of its nodes, one for each place that a cut of the link takes away as a whole, so that evictions stop when all of it is
   * away. An RFC 1123 label that is no zone of AWS.
   */
  readonly site: string;
  /**
   * The longest time for which the link may be cut: pods stay that long, and credentials last that long where they can. More than 12 hours, or 1 hour with Systems
   * Manager, is refused: such a site needs a control plane of its own.
   */
  readonly maxUplinkOutage: Duration;
  /** How the nodes get credentials. */
  readonly credentials: HybridCredentials;
  /** Fabric between the nodes, e.g. `RdmaFabric.infiniband({...})`. @default - none: nodes reach each other by TCP */
  readonly fabric?: IRdmaFabric;
  /** How pods share a GPU. @default - each GPU is used by one pod */
  readonly gpuSharing?: GpuSharing;
  /** Labels of the nodes beside those of the pool. @default - none */
  readonly labels?: { [key: string]: string };
  /** Taints of the nodes beside `nvidia.com/gpu=present:NoSchedule`. @default - none */
  readonly taints?: NodeTaint[];
  /** Name of the pool, unique within the cluster: an RFC 1123 label. @default - from the construct's id */
  readonly poolName?: string;
  /** Maximum number of pods on one node: `maxPods` of its kubelet. @default 110 */
  readonly maxPods?: number;
  /** Disk that the pods of one node can have together. @default - `localStorage` of the hardware, less what the kubelet keeps and the images take */
  readonly ephemeralStorage?: DataSize;
  /** Branch of NVIDIA's driver on the hosts, e.g. 580, by which images that need a newer one are refused. @default - not known */
  readonly driverMajor?: number;
  /** Tags of the AWS resources. @default - those of the cluster */
  readonly tags?: { [key: string]: string };
  /** AWS provider. @default - that of the cluster */
  readonly provider?: TerraformProvider;
}
