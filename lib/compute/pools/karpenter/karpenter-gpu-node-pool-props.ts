import { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { GpuInstanceType } from '../../../catalog/gpu-instance-type';
import { IEksCluster } from '../../cluster/eks-cluster';
import { Ec2GpuNodePoolOptions } from '../shared/gpu-node-pool-props';

/**
 * A group of GPU nodes that Karpenter launches, whatever cluster it belongs to.
 */
export interface KarpenterGpuNodePoolOptions extends Ec2GpuNodePoolOptions {
  /**
   * Instance types that Karpenter may launch in the place of `instanceType`, whichever is to be had and costs least: of the same GPUs, with no
   * less of anything else, e.g. g6e.2xlarge beside g6e.xlarge. Spot capacity in particular is easier to get so. Pods are planned for
   * `instanceType` and proven to fit it. Neither with reserved capacity nor with EFA. A type that is taken away has its nodes replaced one by one.
   * @default - `instanceType` alone
   */
  readonly otherInstanceTypes?: GpuInstanceType[];
}

/**
 * A group of GPU nodes that Karpenter launches.
 */
export interface KarpenterGpuNodePoolProps extends KarpenterGpuNodePoolOptions {
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
