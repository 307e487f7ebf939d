import { FACTS, SERVICE_NAMES } from './facts';
import { templateRefusals } from './launch-templates';
import { allowsService, policyRefusals } from './policies';
import { Refusal, refusal, unless } from './refusal';
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
      return templateRefusals(input.LaunchTemplateData ?? {}, world);
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
  return [...own, ...others.map((id) => refusal('InvalidGroup.NotFound', `the security group '${id}' does not exist`))];
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
      zone === undefined || (zone.startsWith(region) && /^[a-z]$/.test(zone.slice(region.length))),
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
    ...((input.ResourceIds ?? []) as string[]).flatMap((id) =>
      unless(
        world.vpcs.has(id) || world.subnets.has(id),
        'InvalidVpcID.NotFound',
        `the resource '${id}' does not exist`,
      ),
    ),
  ];
}

interface Range {
  readonly first: number;
  readonly size: number;
  readonly bits: number;
}

function rangeOf(cidr: string): Range | undefined {
  const [, a, b, c, d, bits] = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(cidr ?? '') ?? [];
  if (bits === undefined) return undefined;
  const address = [a, b, c, d].reduce((sum, part) => sum * 256 + Number(part), 0);
  const size = 2 ** (32 - Number(bits));
  return { first: address, size, bits: Number(bits) };
}

/** EC2 takes blocks of /16 to /28 that begin where their size says. */
function inRange(cidr: string): boolean {
  const range = rangeOf(cidr);
  return range !== undefined && range.bits >= 16 && range.bits <= 28 && range.first % range.size === 0;
}

function contains(outer: string, inner: string): boolean {
  const [a, b] = [rangeOf(outer), rangeOf(inner)];
  return a !== undefined && b !== undefined && b.first >= a.first && b.first + b.size <= a.first + a.size;
}

function overlap(one: string, other: string): boolean {
  const [a, b] = [rangeOf(one), rangeOf(other)];
  return a !== undefined && b !== undefined && a.first < b.first + b.size && b.first < a.first + a.size;
}
