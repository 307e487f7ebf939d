import { checkArguments } from '../../units/argument-faults';
import { LoadBalancerController } from './load-balancer-controller';

/**
 * How a load balancer in front of a gateway is made.
 */
export interface GatewayLoadBalancer {
  /**
   * What makes it.
   * @default - LoadBalancerController.AWS on EKS, else LoadBalancerController.CLUSTER_DEFAULT
   */
  readonly controller?: LoadBalancerController;
  /**
   * Annotations of the Service, beside and before those of the controller.
   * @default - those of the controller
   */
  readonly annotations?: { [key: string]: string };
  /**
   * Addresses that may connect, e.g. `203.0.113.0/24`: those that the load balancer lets in, and those that the network policy does, so that a load
   * balancer which ignores them opens nothing. Callers keep their addresses on the way to the pods (`externalTrafficPolicy: Local`); where a load balancer
   * connects from addresses of its own, name these in `accessibleFrom` of the gateway. An empty list is refused: load balancers take it as all.
   * @default - all
   */
  readonly sourceRanges?: string[];
}

/**
 * Who can reach a front door.
 */
export class GatewayExposure {
  /** Pods of the cluster, as far as `accessibleFrom` says. */
  public static readonly INTERNAL = new GatewayExposure('INTERNAL', false);

  /**
   * Everybody, through a load balancer. It needs TLS.
   *
   * @param loadBalancer how it is made @default - as is usual for the cluster, for all addresses
   */
  public static public(loadBalancer: GatewayLoadBalancer = {}): GatewayExposure {
    return new GatewayExposure('PUBLIC', true, loadBalancer);
  }

  /** Its name. */
  public readonly name: string;
  /** Whether others than pods of the cluster can reach it. */
  public readonly isPublic: boolean;
  /** The load balancer. @default - there is none */
  public readonly loadBalancer?: GatewayLoadBalancer;

  private constructor(name: string, isPublic: boolean, loadBalancer?: GatewayLoadBalancer) {
    this.name = name;
    this.isPublic = isPublic;
    this.loadBalancer = loadBalancer;
  }

  /** Its name. */
  public toString(): string {
    return this.name;
  }
}

checkArguments('GatewayExposure', GatewayExposure);
