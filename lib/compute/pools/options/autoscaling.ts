import { nameClass } from '../../../units/own-class';

/** What changes the number of nodes of a managed node group. */
export enum AutoscalingKind {
  /** Nothing: the number is changed by hand. */
  NONE = 'none',
  /** The Kubernetes cluster autoscaler. */
  CLUSTER_AUTOSCALER = 'cluster-autoscaler',
}

/**
 * What changes the number of nodes of a managed node group between its minimum and its maximum. Nodes that Karpenter is to launch are a
 * `KarpenterGpuNodePool`.
 */
export class Autoscaling {
  /** Nothing: the pool keeps the number of nodes that it starts with until it is changed by hand. */
  public static none(): Autoscaling {
    return new Autoscaling(AutoscalingKind.NONE);
  }

  /**
   * The Kubernetes cluster autoscaler. It must run on the cluster: create a `ClusterAutoscaler`, or install it by other means. The pool
   * tags its Auto Scaling group with what one of its nodes offers (GPUs, EFA, huge pages, local storage, labels, taints); without these
   * tags a group without nodes never grows.
   *
   * @see https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/cloudprovider/aws/README.md
   */
  public static clusterAutoscaler(): Autoscaling {
    return new Autoscaling(AutoscalingKind.CLUSTER_AUTOSCALER);
  }

  /** What changes the number of nodes. */
  public readonly kind: AutoscalingKind;

  private constructor(kind: AutoscalingKind) {
    this.kind = kind;
  }

  /** Its kind, for messages. */
  public toString(): string {
    return this.kind;
  }
}

nameClass('Autoscaling', Autoscaling);
