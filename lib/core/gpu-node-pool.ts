import { ITerraformDependable } from 'cdktf';
import { IConstruct } from 'constructs';
import { GpuInstanceType } from '../catalog/gpu-instance-type';
import { IKubernetesCluster } from './kubernetes-cluster';

/**
 * A taint that the nodes of a pool carry.
 */
export interface NodeTaint {
  /** Key, e.g. `nvidia.com/gpu`. */
  readonly key: string;
  /** Value. @default - empty */
  readonly value?: string;
  /** `NoSchedule`, `PreferNoSchedule` or `NoExecute`, as Kubernetes writes them. */
  readonly effect: string;
}

/**
 * A pool of like GPU nodes of one cluster.
 */
export interface IGpuNodePool extends IConstruct {
  /** Name of the pool, unique within its cluster and known at synthesis. */
  readonly poolName: string;
  /** The cluster the nodes belong to. */
  readonly cluster: IKubernetesCluster;
  /** The hardware of each node. */
  readonly instanceType: GpuInstanceType;
  /** Fewest nodes. */
  readonly minNodes: number;
  /** Most nodes. */
  readonly maxNodes: number;
  /** Every label the pool stamps on its nodes. */
  readonly nodeLabels: { [key: string]: string };
  /** Labels that select the nodes of this pool and of no other. */
  readonly nodeSelector: { [key: string]: string };
  /** The taints of its nodes; a pod must tolerate them all. */
  readonly taints: NodeTaint[];
  /** EFA interfaces on each node; 0 without an EFA fabric. */
  readonly efaInterfacesPerNode: number;
  /** What workloads of the same stack must wait for. */
  readonly ready: ITerraformDependable[];
}
