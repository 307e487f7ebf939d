import { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { IEksCluster } from '../../cluster/eks-cluster';
import { Ec2GpuNodePoolOptions } from '../shared/gpu-node-pool-props';

/**
 * A homogeneous group of GPU nodes that Karpenter launches.
 */
export interface KarpenterGpuNodePoolProps extends Ec2GpuNodePoolOptions {
  /** The cluster. Karpenter must run on it. */
  readonly cluster: IEksCluster;
  /**
   * Scope that gets Karpenter's objects: usually the stack of the workloads, which has a Kubernetes provider for the cluster
   * (`KubernetesAccess.of`).
   * @default - the pool itself
   */
  readonly workloads?: Construct;
  /** Namespace of the Helm release that holds Karpenter's objects; it must exist. @default 'kube-system' */
  readonly namespace?: string;
  /**
   * Whether the access entry of `nodeRoleArn` is made, by which its nodes join the cluster; pools of Karpenter that share the role have one. False
   * where the role has one already: EKS makes it for the roles of managed node groups.
   * @default true
   */
  readonly nodeAccessEntry?: boolean;
  /**
   * What installs Karpenter's definitions, if it is a Helm release of yours.
   * @default - the `Karpenter` of the cluster; without one they are installed already
   */
  readonly dependsOn?: ITerraformDependable[];
}
