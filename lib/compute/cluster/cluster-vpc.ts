/**
 * An existing VPC, with subnets for a cluster.
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
  /** IPv4 ranges of the subnets, in the same order. @default - not known: whether they have room for a pool is not checked */
  readonly privateSubnetCidrs?: string[];
  /**
   * Subnets of the control plane's network interfaces, in at least two zones. Another list is an update of the cluster, which EKS accepts
   * only within the zones that the cluster was made with (https://github.com/aws/containers-roadmap/issues/2330).
   * @default - those of `privateSubnetIds` when the cluster is made; subnets named later are for nodes only
   */
  readonly controlPlaneSubnetIds?: string[];
}

/**
 * How many NAT gateways a VPC has.
 */
export enum NatGateways {
  /** One in each zone: the failure of one zone does not affect the others. */
  ONE_PER_ZONE = 'one-per-zone',
  /** One for all zones: cheaper, but traffic between zones is charged. */
  ONE = 'one',
}
