import { Eip } from '@cdktf/provider-aws/lib/eip';
import { NatGateway } from '@cdktf/provider-aws/lib/nat-gateway';
import { RouteTable } from '@cdktf/provider-aws/lib/route-table';
import { RouteTableAssociation } from '@cdktf/provider-aws/lib/route-table-association';
import { Subnet } from '@cdktf/provider-aws/lib/subnet';
import { ITerraformDependable, TerraformProvider } from 'cdktf';
import { Construct } from 'constructs';
import { awsTags } from '../../core/tags';
import { ipv4Subnet } from '../../units/ipv4-range';
import { ZoneSlot } from './zone-slots';

/** Properties of `ClusterZone`. */
interface ClusterZoneProps {
  readonly slot: ZoneSlot;
  readonly vpcId: string;
  readonly cidr: string;
  readonly clusterName: string;
  readonly publicRoutesId: string;
  readonly gateway: ITerraformDependable;
  /** The NAT gateway of another zone, if this zone has none of its own. */
  readonly natGatewayId?: string;
  readonly tags: { [key: string]: string };
  readonly provider?: TerraformProvider;
}

/**
 * Range of the private subnet of a zone: an eighth of the VPC's.
 *
 * @internal
 */
export function privateRange(cidr: string, slot: ZoneSlot): string {
  return ipv4Subnet(cidr, 3, slot.index);
}

/**
 * The subnets of one zone. Each private one has an eighth of the VPC's range (six zones), each public one 1/256 of it, after those.
 *
 * @internal
 */
export class ClusterZone extends Construct {
  public readonly subnetId: string;
  /** Zone of the subnets: the one that was named, or that they are in. */
  public readonly availabilityZone: string;
  public readonly routeTableId: string;
  public readonly natGatewayId: string;
  /** What traffic out of the private subnet needs. */
  public readonly ready: ITerraformDependable[];

  public constructor(scope: Construct, id: string, props: ClusterZoneProps) {
    super(scope, id);
    const { provider, slot, vpcId, clusterName, cidr } = props;
    const tags = (kind: string, own: { [key: string]: string } = {}) =>
      awsTags({ Name: `${clusterName}-${kind}-${slot.label}`, ...own }, props.tags);
    const mine = { [`kubernetes.io/cluster/${clusterName}`]: 'shared' };

    // The first zones of a region may be others once AWS opens or closes one; subnets stay where they are.
    const lifecycle = slot.isNamed ? undefined : { ignoreChanges: ['availability_zone'] };
    const subnet = new Subnet(this, 'Private', {
      provider,
      vpcId,
      availabilityZone: slot.zone,
      cidrBlock: privateRange(cidr, slot),
      tags: tags('private', { ...mine, 'kubernetes.io/role/internal-elb': '1' }),
      lifecycle,
    });
    const publicSubnet = new Subnet(this, 'Public', {
      provider,
      vpcId,
      availabilityZone: slot.zone,
      cidrBlock: ipv4Subnet(cidr, 8, 192 + slot.index),
      mapPublicIpOnLaunch: false,
      tags: tags('public', { ...mine, 'kubernetes.io/role/elb': '1' }),
      lifecycle,
    });
    const publicWay = new RouteTableAssociation(this, 'PublicRoutes', {
      provider,
      subnetId: publicSubnet.id,
      routeTableId: props.publicRoutesId,
    });
    this.natGatewayId =
      props.natGatewayId ?? this.nat(publicSubnet.id, [props.gateway, publicWay], tags('nat'), provider);
    const routes = new RouteTable(this, 'PrivateRouteTable', {
      provider,
      vpcId,
      route: [{ cidrBlock: '0.0.0.0/0', natGatewayId: this.natGatewayId }],
      tags: tags('private'),
    });
    const way = new RouteTableAssociation(this, 'PrivateRoutes', {
      provider,
      subnetId: subnet.id,
      routeTableId: routes.id,
    });
    this.subnetId = subnet.id;
    this.availabilityZone = slot.isNamed ? slot.zone : subnet.availabilityZone;
    this.routeTableId = routes.id;
    this.ready = [way, publicWay];
  }

  private nat(
    subnetId: string,
    dependsOn: ITerraformDependable[],
    tags: { [key: string]: string },
    provider?: TerraformProvider,
  ): string {
    const address = new Eip(this, 'NatAddress', { provider, domain: 'vpc', tags, dependsOn: [dependsOn[0]] });
    return new NatGateway(this, 'Nat', { provider, subnetId, allocationId: address.id, tags, dependsOn }).id;
  }
}
