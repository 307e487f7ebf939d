import { checkArguments } from '../../units/argument-faults';

/**
 * How a load balancer in front of a gateway is made.
 */
export interface GatewayLoadBalancer {
  /** Annotations of the Service, which say what load balancer the cloud makes. @default - none */
  readonly annotations?: { [key: string]: string };
  /** Addresses that may connect, e.g. `203.0.113.0/24`. @default - all */
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
   * @param loadBalancer how it is made @default - as the cluster makes it, for all addresses
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
