import { FACTS, SERVICE_NAMES } from './facts';
import { templateNameRefusals, templateRefusals } from './launch-templates';
import { allowsService, policyRefusals } from './policies';
import { contains, inRange, overlap } from './ranges';
import { Refusal, refusal, unless } from './refusal';
import { groupRefusals, ruleRefusals } from './security-groups';
import { Call, Request } from './shapes';
import { World } from './world';

const SUBNETS = 'https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html';

/** What EC2 says to a call. */
export function ec2Refusals({ operation, input }: Call, request: Request, world: World): Refusal[] {
  switch (operation) {
    case 'CreateSubnet':
      return subnetRefusals(input, request.region, world);
    case 'CreateLaunchTemplate':
    case 'CreateLaunchTemplateVersion':
      return [
        ...templateNameRefusals(operation, input, world),
        ...templateRefusals(input.LaunchTemplateData ?? {}, request, world),
      ];
    case 'CreateSecurityGroup':
      return [...groupRefusals(input, world), ...referenceRefusals(operation, input, world)];
    case 'AuthorizeSecurityGroupEgress':
    case 'AuthorizeSecurityGroupIngress':
      return [...ruleRefusals(input.IpPermissions ?? []), ...referenceRefusals(operation, input, world)];
    case 'CreatePlacementGroup':
      return placementRefusals(input, world);
    case 'CreateVpcEndpoint':
      return [...endpointRefusals(input, request.region, world), ...endpointPolicyRefusals(input)];
    case 'ModifyVpcEndpoint':
      return endpointPolicyRefusals(input);
    case 'CreateFlowLogs':
      return flowLogRefusals(input, world);
    case 'CreateVpc':
      return unless(
        inRange(input.CidrBlock as string),
        'InvalidVpc.Range',
        `the CIDR '${input.CidrBlock}' is invalid`,
        SUBNETS,
      );
    default:
      return referenceRefusals(operation, input, world);
  }
}

/** Ids that any call names. */
function referenceRefusals(operation: string, input: any, world: World): Refusal[] {
  const wanted: [name: string, known: (id: string) => boolean, code: string][] = [
    ['VpcId', (id) => world.vpcs.has(id), 'InvalidVpcID.NotFound'],
    ['SubnetId', (id) => world.subnets.has(id), 'InvalidSubnetID.NotFound'],
    ['RouteTableId', (id) => world.routeTables.has(id), 'InvalidRouteTableID.NotFound'],
    ['GroupId', (id) => world.securityGroups.has(id), 'InvalidGroup.NotFound'],
    ['InternetGatewayId', (id) => world.gateways.has(id), 'InvalidInternetGatewayID.NotFound'],
    ['GatewayId', (id) => world.gateways.has(id), 'InvalidGatewayID.NotFound'],
    ['NatGatewayId', (id) => world.gateways.has(id), 'NatGatewayNotFound'],
    ['AllocationId', (id) => world.addresses.has(id), 'InvalidAllocationID.NotFound'],
  ];
  if (/^(Delete|Release|Detach|Disassociate)/.test(operation)) return [];
  const own = wanted.flatMap(([name, known, code]) => {
    const id = input[name] as string | undefined;
    return unless(id === undefined || known(id), code, `the ${name} '${id}' does not exist`);
  });
  const others = ((input.IpPermissions ?? []) as any[])
    .flatMap(({ UserIdGroupPairs = [] }) => UserIdGroupPairs as any[])
    .map(({ GroupId }) => GroupId as string | undefined)
    .filter((id): id is string => id !== undefined && !world.securityGroups.has(id));
  const tagged = ((input.Resources ?? []) as string[]).filter(
    (id) => (/^subnet-/.test(id) && !world.subnets.has(id)) || (/^vpc-/.test(id) && !world.vpcs.has(id)),
  );
  return [
    ...own,
    ...tagged.map((id) => refusal('InvalidID', `the ID '${id}' is not valid: it does not exist`)),
    ...others.map((id) => refusal('InvalidGroup.NotFound', `the security group '${id}' does not exist`)),
  ];
}

function subnetRefusals(input: any, region: string, world: World): Refusal[] {
  const { CidrBlock: cidr, VpcId: vpc, AvailabilityZone: zone } = input as { [name: string]: string };
  const own = world.vpcs.get(vpc);
  if (own === undefined) return [refusal('InvalidVpcID.NotFound', `the vpc ID '${vpc}' does not exist`)];
  return [
    ...unless(
      inRange(cidr) && contains(own, cidr),
      'InvalidSubnet.Range',
      `the CIDR '${cidr}' is not in ${own} of its VPC`,
      SUBNETS,
    ),
    ...[...world.subnets].flatMap(([id, other]) =>
      unless(
        other.vpc !== vpc || !overlap(other.cidr, cidr),
        'InvalidSubnet.Conflict',
        `the CIDR '${cidr}' conflicts with ${other.cidr} of ${id}`,
        SUBNETS,
      ),
    ),
    ...unless(
      zone === undefined || (zone.startsWith(region) && /^[a-f]$/.test(zone.slice(region.length))),
      'InvalidParameterValue',
      `zone '${zone}' is not of region ${region}`,
    ),
  ];
}

function endpointRefusals(input: any, region: string, world: World): Refusal[] {
  const name = input.ServiceName as string;
  const prefixes = Object.values(FACTS.partitions).map(
    ({ dnsSuffix }) => `${dnsSuffix.split('.').reverse().join('.')}.${region}.`,
  );
  const service = prefixes.filter((it) => name.startsWith(it)).map((it) => name.slice(it.length))[0];
  const isKnown =
    service !== undefined && (SERVICE_NAMES.has(service) || FACTS.eks.endpointServices.values.includes(service));
  const zones = ((input.SubnetIds ?? []) as string[]).map((id) => world.subnets.get(id)?.zone);
  return [
    ...unless(
      isKnown || name.startsWith('com.amazonaws.vpce.'),
      'InvalidServiceName',
      `the Vpc Endpoint Service '${name}' does not exist`,
      'https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html',
    ),
    ...unless(
      new Set(zones).size === zones.length,
      'DuplicateSubnetsInSameZone',
      'found another subnet of the endpoint in the same zone',
      'https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html',
    ),
    ...((input.SubnetIds ?? []) as string[]).flatMap((id) =>
      unless(world.subnets.has(id), 'InvalidSubnetId.NotFound', `the subnet ID '${id}' does not exist`),
    ),
    ...((input.SecurityGroupIds ?? []) as string[]).flatMap((id) =>
      unless(
        world.securityGroups.has(id),
        'InvalidSecurityGroupId.NotFound',
        `the security group '${id}' does not exist`,
      ),
    ),
    ...unless(
      input.VpcEndpointType !== 'Gateway' || ['s3', 'dynamodb'].includes(service ?? ''),
      'InvalidParameter',
      `endpoint type Gateway is not there for ${name}`,
      'https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html',
    ),
    ...((input.RouteTableIds ?? []) as string[]).flatMap((id) =>
      unless(world.routeTables.has(id), 'InvalidRouteTableId.NotFound', `the route table ID '${id}' does not exist`),
    ),
    ...unless(
      world.vpcs.has(input.VpcId as string),
      'InvalidVpcId.NotFound',
      `the Vpc Id ${input.VpcId} does not exist`,
    ),
  ];
}

/** A principal of an endpoint policy may be of any account, and so need not be of the run. */
function endpointPolicyRefusals({ PolicyDocument: policy }: any): Refusal[] {
  return policy ? policyRefusals(policy as string, 'resource', () => true) : [];
}

function placementRefusals(
  { GroupName: name, Strategy: strategy, PartitionCount: count }: any,
  world: World,
): Refusal[] {
  const source = 'https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreatePlacementGroup.html';
  return [
    ...unless(
      !world.placementGroups.has(name as string),
      'InvalidPlacementGroup.Duplicate',
      `placement group ${name} exists already`,
      source,
    ),
    ...unless(
      count === undefined || (strategy === 'partition' && count >= 1 && count <= 7),
      'InvalidParameterValue',
      `${count} partitions of strategy ${strategy}; 1 to 7 of partition`,
      source,
    ),
  ];
}

function flowLogRefusals(input: any, world: World): Refusal[] {
  const source = 'https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html';
  const arn = input.DeliverLogsPermissionArn as string | undefined;
  const trust = arn === undefined ? undefined : world.roles.get(arn);
  return [
    ...unless(
      arn === undefined || world.roles.has(arn),
      'InvalidParameterValue',
      `the role ${arn} does not exist`,
      source,
    ),
    ...unless(
      trust === undefined || allowsService(trust, 'vpc-flow-logs.amazonaws.com', 'sts:AssumeRole'),
      'InvalidParameterValue',
      `the role ${arn} cannot be assumed by vpc-flow-logs.amazonaws.com`,
      source,
    ),
    ...unless(
      [undefined, 60, 600].includes(input.MaxAggregationInterval as number | undefined),
      'InvalidParameter',
      `aggregation interval of ${input.MaxAggregationInterval} seconds; 60 or 600`,
      'https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateFlowLogs.html',
    ),
    ...((input.ResourceIds ?? []) as string[]).flatMap((id) =>
      unless(
        world.vpcs.has(id) || world.subnets.has(id),
        'InvalidVpcID.NotFound',
        `the resource '${id}' does not exist`,
      ),
    ),
  ];
}
