import { ITerraformDependable } from 'cdktf';
import { IConstruct } from 'constructs';
import { GpuNodeType } from '../catalog/gpu-node-type';
import { DataSize } from '../units/data-size';
import { GpuSharingKind } from './gpu-sharing-kind';
import { IKubernetesCluster } from './kubernetes-cluster';
import { IRdmaFabric } from './rdma-fabric';

/** What a taint does to pods that do not tolerate it; the values are as Kubernetes writes them. */
export enum TaintEffect {
  /** They are not scheduled on the node; running ones stay. */
  NO_SCHEDULE = 'NoSchedule',
  /** The scheduler avoids the node unless there is no other. */
  PREFER_NO_SCHEDULE = 'PreferNoSchedule',
  /** They are not scheduled on the node, and running ones are evicted. */
  NO_EXECUTE = 'NoExecute',
}

/**
 * A taint that the nodes of a pool carry, or that pods tolerate.
 */
export interface NodeTaint {
  /** Key, e.g. `nvidia.com/gpu`. */
  readonly key: string;
  /** Value. @default - empty; where a taint is to be tolerated, any value */
  readonly value?: string;
  /** What it does to pods that do not tolerate it. */
  readonly effect: TaintEffect;
}

/**
 * A subnet with nodes of a pool.
 */
export interface NodeSubnet {
  /** Id of the subnet; a token as long as it is the same for every pool in the subnet. */
  readonly subnetId: string;
  /** Addresses that nodes and pods can get. @default - not known at synthesis */
  readonly usableAddresses?: number;
}

/**
 * A homogeneous group of GPU nodes of one cluster.
 *
 * A pool of a class of your own is known to its cluster, so that node agents serve it and its capacity is checked, from the first construct
 * on that it is handed to, e.g. a `TritonDeployment`, or from `ClusterNodePools.add(pool)` on.
 *
 * Its optional members may also be present with the value undefined, as getters are.
 */
export interface IGpuNodePool extends IConstruct {
  /** Name of the pool, unique within its cluster and known at synthesis. */
  readonly poolName: string;
  /** The cluster the nodes belong to. */
  readonly cluster: IKubernetesCluster;
  /** The hardware of each node. */
  readonly hardware: GpuNodeType;
  /** Minimum number of nodes. */
  readonly minNodes: number;
  /** Maximum number of nodes. */
  readonly maxNodes: number;
  /** Whether an autoscaler adds nodes, up to `maxNodes`, when pods are pending. @default - not known */
  readonly isAutoscaled?: boolean | undefined;
  /**
   * Whether the image of its nodes includes NVIDIA's driver and container toolkit, which the GPU operator must then not install.
   * @default - not known: treated as false
   */
  readonly driverInImage?: boolean | undefined;
  /** Branch of NVIDIA's driver on its nodes, e.g. 580. @default - not known: not checked */
  readonly driverMajor?: number | undefined;
  /** Every label that the pool sets on its nodes. */
  readonly nodeLabels: { [key: string]: string };
  /** Labels that EKS or Karpenter set on its nodes beside those, as far as their values are known. @default - not known */
  readonly platformLabels?: { [key: string]: string } | undefined;
  /** Labels that select the nodes of this pool and no others. */
  readonly nodeSelector: { [key: string]: string };
  /** The taints of its nodes; a pod must tolerate them all. */
  readonly taints: NodeTaint[];
  /** EFA interfaces on each node; 0 without an EFA fabric. */
  readonly efaInterfacesPerNode: number;
  /** Fabric between its nodes. @default - none: nodes reach each other by TCP */
  readonly fabric?: IRdmaFabric | undefined;
  /** Subnets of its nodes. @default - not known: not checked */
  readonly subnets?: NodeSubnet[] | undefined;
  /** Names of the zones that its nodes may be in. @default - not known: not checked */
  readonly availabilityZones?: string[] | undefined;
  /**
   * What pods can have on one of its nodes, as Kubernetes quantities by resource, where that differs from what follows from the hardware
   * and the fabric: `pods`, `nvidia.com/gpu` with time slicing, MIG profiles.
   * @default - derived from the hardware and the fabric
   */
  readonly allocatable?: { [resource: string]: string } | undefined;
  /** How pods share a GPU. @default - each GPU is used by one pod */
  readonly gpuSharingKind?: GpuSharingKind | undefined;
  /**
   * Resource that pods request a GPU, or a share of one, by.
   * @default 'nvidia.com/gpu'
   */
  readonly gpuResourceName?: string | undefined;
  /** GPU memory that one unit of that resource can count on. @default - that of a whole GPU */
  readonly gpuShareMemory?: DataSize | undefined;
  /**
   * Security group of the EFA interfaces, which admits only traffic from itself.
   * @default - without EFA, or not known: not checked
   */
  readonly efaSecurityGroupId?: string | undefined;
  /**
   * For how many seconds pods stay on nodes that the control plane does not reach, e.g. those behind a link that may be cut: `UplinkOutage` says how
   * many. Pods of workloads tolerate `node.kubernetes.io/unreachable` and `not-ready` that long.
   * @default - as long as the API server says: 300
   */
  readonly unreachableTolerationSeconds?: number | undefined;
  /**
   * When its nodes are taken away, in UTC to the minute, e.g. the end of a capacity block, `2027-01-25T11:30:00Z`: the alert `CapacityBlockEnding`
   * tells of it before.
   * @default - they stay
   */
  readonly capacityEnd?: string | undefined;
  /** What workloads of the same stack must wait for. */
  readonly ready: ITerraformDependable[];
}
