import { CloudwatchLogGroup } from '@cdktf/provider-aws/lib/cloudwatch-log-group';
import { DefaultSecurityGroup } from '@cdktf/provider-aws/lib/default-security-group';
import { DataAwsCallerIdentity } from '@cdktf/provider-aws/lib/data-aws-caller-identity';
import { DataAwsPartition } from '@cdktf/provider-aws/lib/data-aws-partition';
import { DataAwsRegion } from '@cdktf/provider-aws/lib/data-aws-region';
import { FlowLog } from '@cdktf/provider-aws/lib/flow-log';
import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy';
import { InternetGateway } from '@cdktf/provider-aws/lib/internet-gateway';
import { RouteTable } from '@cdktf/provider-aws/lib/route-table';
import { Vpc } from '@cdktf/provider-aws/lib/vpc';
import { ITerraformDependable, Lazy, TerraformProvider } from 'cdktf';
import { Construct } from 'constructs';
import { kubernetesName } from '../../core/naming';
import { policyJson } from '../../core/policy-json';
import { RoleOptions } from '../../core/role-options';
import { awsTags } from '../../core/tags';
import { escapeTemplate } from '../../core/template-escape';
import { clusterEndpoints } from './cluster-endpoints';
import { roleAttributes } from './cluster-role';
import { NatGateways } from './cluster-vpc';
import { ClusterZone, privateRange } from './cluster-zone';
import { ZoneSlot, zoneSlots } from './zone-slots';

/** Properties of `ClusterNetwork`. */
interface ClusterNetworkProps {
  readonly clusterName: string;
  readonly cidr: string;
  readonly availabilityZones?: string[];
  readonly natGateways: NatGateways;
  readonly flowLogGroupName: string;
  readonly logKeyArn: string;
  /** Whether the logs stay when the cluster is destroyed. */
  readonly keepsLogs: boolean;
  /** Whether the endpoints refuse to write to other accounts. */
  readonly endpointPolicies: boolean;
  readonly roleOptions?: RoleOptions;
  readonly tags: { [key: string]: string };
  readonly provider?: TerraformProvider;
}

/**
 * A VPC for one cluster: a private subnet in each zone with egress through NAT, a small public subnet in each zone for the NAT
 * gateways alone, endpoints for S3 and the registries, flow logs.
 *
 * @internal
 */
export class ClusterNetwork extends Construct {
  public readonly vpcId: string;
  /** Private subnets, one per zone. */
  public readonly subnetIds: string[];
  /** Zones of the subnets, in the same order. */
  public readonly availabilityZones: string[];
  /** Ranges of the subnets, in the same order. */
  public readonly subnetCidrs: string[];
  /** What nodes need to reach the registries and AWS APIs. */
  public readonly ready: ITerraformDependable[];
  /**
   * Address of the VPC's range in Terraform: what cannot follow it into another range is replaced with it. The address of the VPC itself would
   * stand for every change of it, a tag's among them.
   */
  public readonly vpcRangeAddress: string;

  public constructor(scope: Construct, id: string, props: ClusterNetworkProps) {
    super(scope, id);
    const { provider, clusterName } = props;
    const named = (name: string) => awsTags({ Name: `${clusterName}-${name}` }, props.tags);
    const vpc = new Vpc(this, 'Resource', {
      provider,
      cidrBlock: props.cidr,
      enableDnsHostnames: true,
      enableDnsSupport: true,
      tags: awsTags({ Name: clusterName }, props.tags),
    });
    // Without rules, so that resources that name no group by mistake reach nothing.
    new DefaultSecurityGroup(this, 'DefaultSecurityGroup', { provider, vpcId: vpc.id, tags: named('default-unused') });
    const gateway = new InternetGateway(this, 'InternetGateway', { provider, vpcId: vpc.id, tags: named('internet') });
    const publicRoutes = new RouteTable(this, 'PublicRoutes', {
      provider,
      vpcId: vpc.id,
      route: [{ cidrBlock: '0.0.0.0/0', gatewayId: gateway.id }],
      tags: named('public'),
    });

    const slots = zoneSlots(this, props);
    // The id is the region's name in every version of the provider; `name` is deprecated since version 6.
    const region = new DataAwsRegion(this, 'Region', { provider }).id;
    const partition = new DataAwsPartition(this, 'Partition', { provider });
    const zones: ClusterZone[] = [];
    // By name: the first zone may have the only NAT gateway, which must not move when the zones are listed in another order.
    for (const slot of [...slots].sort((a, b) => a.index - b.index)) {
      const nat = props.natGateways === NatGateways.ONE ? zones[0]?.natGatewayId : undefined;
      zones.push(
        this.zone(slot, props, { vpcId: vpc.id, publicRoutesId: publicRoutes.id, natGatewayId: nat, gateway }),
      );
    }
    const zoneOf = ({ label }: ZoneSlot) => this.node.findChild(`Zone-${label}`) as ClusterZone;
    const endpoints = clusterEndpoints(this, {
      clusterName,
      vpcId: vpc.id,
      cidr: props.cidr,
      subnetIds: zones.map((zone) => zone.subnetId),
      routeTableIds: zones.map((zone) => zone.routeTableId),
      region,
      partition,
      endpointPolicies: props.endpointPolicies,
      tags: props.tags,
      provider,
    });
    this.flowLogs(vpc.id, region, partition.partition, props);
    // Not its fully qualified name, which cdktf writes as an expression; Terraform takes an address alone here.
    this.vpcRangeAddress = Lazy.stringValue({ produce: () => `aws_vpc.${vpc.friendlyUniqueId}.cidr_block` });
    this.vpcId = vpc.id;
    this.subnetIds = slots.map((slot) => zoneOf(slot).subnetId);
    this.subnetCidrs = slots.map((slot) => privateRange(props.cidr, slot));
    this.availabilityZones = slots.map((slot) => zoneOf(slot).availabilityZone);
    this.ready = [...zones.flatMap((zone) => zone.ready), ...endpoints];
  }

  private zone(slot: ZoneSlot, props: ClusterNetworkProps, vpc: VpcParts): ClusterZone {
    return new ClusterZone(this, `Zone-${slot.label}`, {
      ...vpc,
      slot,
      cidr: props.cidr,
      clusterName: props.clusterName,
      tags: props.tags,
      provider: props.provider,
    });
  }

  private flowLogs(vpcId: string, region: string, partition: string, props: ClusterNetworkProps): void {
    const { provider } = props;
    const group = new CloudwatchLogGroup(this, 'FlowLogGroup', {
      provider,
      name: props.flowLogGroupName,
      retentionInDays: 365,
      kmsKeyId: escapeTemplate(props.logKeyArn),
      skipDestroy: props.keepsLogs,
      tags: awsTags({}, props.tags),
    });
    const { accountId } = new DataAwsCallerIdentity(this, 'Account', { provider });
    const role = new IamRole(this, 'FlowLogRole', {
      provider,
      // IAM takes at most 38 characters as a prefix.
      namePrefix: `${kubernetesName(props.clusterName, 27)}-flow-logs-`,
      ...roleAttributes(props.roleOptions),
      description: `Flow logs of the VPC of cluster ${props.clusterName}`,
      // Only for flow logs of this account and region, as AWS advises against a confused deputy.
      // https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html
      assumeRolePolicy: policyJson({
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Action: 'sts:AssumeRole',
            Principal: { Service: 'vpc-flow-logs.amazonaws.com' },
            Condition: {
              StringEquals: { 'aws:SourceAccount': accountId },
              ArnLike: { 'aws:SourceArn': `arn:${partition}:ec2:${region}:${accountId}:vpc-flow-log/*` },
            },
          },
        ],
      }),
      tags: awsTags({}, props.tags),
    });
    new IamRolePolicy(this, 'FlowLogPolicy', {
      provider,
      name: 'write-flow-logs',
      role: role.name,
      policy: JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Action: ['logs:CreateLogStream', 'logs:PutLogEvents', 'logs:DescribeLogStreams'],
            Resource: [`${group.arn}:*`],
          },
          { Effect: 'Allow', Action: ['logs:DescribeLogGroups'], Resource: ['*'] },
        ],
      }),
    });
    new FlowLog(this, 'FlowLog', {
      provider,
      vpcId,
      trafficType: 'ALL',
      logDestinationType: 'cloud-watch-logs',
      logDestination: group.arn,
      iamRoleArn: role.arn,
      tags: awsTags({ Name: props.clusterName }, props.tags),
    });
  }
}

/** What the zones of a VPC share. */
interface VpcParts {
  readonly vpcId: string;
  readonly publicRoutesId: string;
  readonly natGatewayId?: string;
  readonly gateway: ITerraformDependable;
}
