/** Who decides on the number of nodes. */
export enum AutoscalingKind {
  /** Nobody but people. */
  NONE = 'none',
  /** The Kubernetes cluster autoscaler. */
  CLUSTER_AUTOSCALER = 'cluster-autoscaler',
  /** Karpenter. */
  KARPENTER = 'karpenter',
}

/**
 * Who decides on the number of a pool's nodes between its fewest and its most.
 */
export class Autoscaling {
  /** Nobody: the pool keeps the nodes it begins with until somebody changes the number. */
  public static none(): Autoscaling {
    return new Autoscaling(AutoscalingKind.NONE);
  }

  /**
   * The Kubernetes cluster autoscaler, which the cluster runs: make `ClusterAutoscaler`, or declare one that is there by using
   * this. The pool tags its Auto Scaling group with what a node of it offers (GPUs, EFA, huge pages, local storage, labels,
   * taints), without which a group of no nodes never grows.
   *
   * @see https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/cloudprovider/aws/README.md
   */
  public static clusterAutoscaler(): Autoscaling {
    return new Autoscaling(AutoscalingKind.CLUSTER_AUTOSCALER);
  }

  /** Karpenter, which the cluster runs. It makes nodes itself: for `KarpenterGpuNodePool`, not for a managed node group. */
  public static karpenter(): Autoscaling {
    return new Autoscaling(AutoscalingKind.KARPENTER);
  }

  /** Who decides. */
  public readonly kind: AutoscalingKind;

  private constructor(kind: AutoscalingKind) {
    this.kind = kind;
  }

  /** Who decides, for messages. */
  public toString(): string {
    return this.kind;
  }
}
