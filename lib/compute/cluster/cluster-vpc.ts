/**
 * A VPC that exists, with subnets for a cluster.
 */
export interface ExistingVpc {
  /** Id of the VPC. */
  readonly vpcId: string;
  /**
   * Private subnets in at least two zones. They must reach the registries and AWS APIs by NAT or endpoints, or nodes never join.
   */
  readonly privateSubnetIds: string[];
  /** Zones of the subnets, in the same order. @default - not known */
  readonly availabilityZones?: string[];
  /** IPv4 ranges of the subnets, in the same order. @default - not known: nobody checks that they have room for a pool */
  readonly privateSubnetCidrs?: string[];
}

/**
 * How many NAT gateways a VPC has.
 */
export enum NatGateways {
  /** One in each zone: a zone that fails takes no other with it. */
  ONE_PER_ZONE = 'one-per-zone',
  /** One for all zones: cheaper, and traffic between zones is paid for. */
  ONE = 'one',
}
