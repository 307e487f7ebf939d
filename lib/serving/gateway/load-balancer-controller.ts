import { ClusterConnection } from '../../core/kubernetes-cluster';
import { checkArguments } from '../../units/argument-faults';

/** Annotations of AWS: https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/service/annotations/ */
const AWS = 'service.beta.kubernetes.io/aws-load-balancer';

/**
 * A Network Load Balancer that the public reaches; without the scheme it is an internal one. Its targets are nodes, which keep the addresses of
 * callers and answer its checks themselves: those of pods see other addresses, and checks that network policies refuse.
 */
const PUBLIC_NETWORK_LOAD_BALANCER = {
  [`${AWS}-scheme`]: 'internet-facing',
  [`${AWS}-nlb-target-type`]: 'instance',
};

/**
 * What makes the load balancer in front of a gateway.
 */
export class LoadBalancerController {
  /**
   * The AWS Load Balancer Controller, 2.2 or later, which makes a Network Load Balancer. It must be installed on the cluster: what EKS has without it
   * makes a Classic Load Balancer, which breaks off silent streams after a minute.
   *
   * @see https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/service/nlb/
   */
  public static readonly AWS = new LoadBalancerController('service.k8s.aws/nlb', PUBLIC_NETWORK_LOAD_BALANCER);
  /**
   * EKS Auto Mode, which makes a Network Load Balancer by itself.
   *
   * @see https://docs.aws.amazon.com/eks/latest/userguide/auto-configure-nlb.html
   */
  public static readonly EKS_AUTO_MODE = new LoadBalancerController(
    'eks.amazonaws.com/nlb',
    PUBLIC_NETWORK_LOAD_BALANCER,
  );
  /** Whatever the cluster makes for Services of type `LoadBalancer` without a class: MetalLB, the cloud of the cluster. */
  public static readonly CLUSTER_DEFAULT = new LoadBalancerController();

  /**
   * One that takes Services of a class.
   *
   * @param loadBalancerClass the class, e.g. `io.cilium/bgp-control-plane`
   * @see https://kubernetes.io/docs/concepts/services-networking/service/#load-balancer-class
   */
  public static ofClass(loadBalancerClass: string): LoadBalancerController {
    return new LoadBalancerController(loadBalancerClass);
  }

  /**
   * The one that a cluster is expected to have.
   *
   * @internal
   */
  public static _of({ eksClusterName }: ClusterConnection): LoadBalancerController {
    return eksClusterName === undefined ? LoadBalancerController.CLUSTER_DEFAULT : LoadBalancerController.AWS;
  }

  /** Class of the Services that it takes. @default - those without a class */
  public readonly loadBalancerClass?: string;

  /**
   * What the Service says of itself. @default - that is not known
   *
   * @internal
   */
  public readonly _annotations?: { [key: string]: string };

  private constructor(loadBalancerClass?: string, annotations?: { [key: string]: string }) {
    this.loadBalancerClass = loadBalancerClass;
    this._annotations = annotations;
  }

  /** Its name, or the class. */
  public toString(): string {
    return this.loadBalancerClass ?? 'CLUSTER_DEFAULT';
  }
}

checkArguments('LoadBalancerController', LoadBalancerController);
