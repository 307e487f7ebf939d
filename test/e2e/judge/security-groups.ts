import { isRange6, rangeOf } from './ranges';
import { Refusal, refusal, unless } from './refusal';
import { World } from './world';

const GROUPS = 'https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html';
const RULES = 'https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpPermission.html';
const TEXT = /^[a-zA-Z0-9. _\-:/()#,@[\]+=&;{}!$*]*$/;
const LAST_PORT = 65_535;

/** What EC2 says to the making of a security group. */
export function groupRefusals(input: any, world: World): Refusal[] {
  const { GroupName: name, Description: description, VpcId: vpc } = input as { [name: string]: string };
  return [
    ...unless(
      name.length <= 255 && TEXT.test(name) && !name.startsWith('sg-'),
      'InvalidParameterValue',
      `invalid security group name '${name.slice(0, 40)}'`,
      GROUPS,
    ),
    ...unless(
      (description ?? '').length <= 255 && TEXT.test(description ?? ''),
      'InvalidParameterValue',
      `invalid description of security group ${name}: '${(description ?? '').slice(0, 60)}'`,
      GROUPS,
    ),
    ...unless(
      ![...world.groupNames.values()].includes(`${vpc}/${name}`),
      'InvalidGroup.Duplicate',
      `the security group '${name}' already exists for VPC '${vpc}'`,
      GROUPS,
    ),
  ];
}

/** What EC2 says to rules of a security group. */
export function ruleRefusals(permissions: readonly any[]): Refusal[] {
  return permissions.flatMap((permission) => [
    ...portRefusals(permission),
    ...(permission.IpRanges ?? []).flatMap(({ CidrIp, Description }: any) => [
      ...unless(
        rangeOf(CidrIp as string) !== undefined,
        'InvalidParameterValue',
        `CIDR block ${CidrIp} is malformed`,
        RULES,
      ),
      ...textRefusals(Description as string | undefined),
    ]),
    ...(permission.Ipv6Ranges ?? []).flatMap(({ CidrIpv6 }: any) =>
      unless(isRange6(CidrIpv6 as string), 'InvalidParameterValue', `CIDR block ${CidrIpv6} is malformed`, RULES),
    ),
    ...(permission.UserIdGroupPairs ?? []).flatMap(({ Description }: any) =>
      textRefusals(Description as string | undefined),
    ),
    ...unless(
      ['IpRanges', 'Ipv6Ranges', 'PrefixListIds', 'UserIdGroupPairs'].some((name) => permission[name]?.length > 0),
      'MissingParameter',
      'a rule names nobody',
      RULES,
    ),
  ]);
}

function portRefusals({ IpProtocol: protocol, FromPort: from, ToPort: to }: any): Refusal[] {
  const isNumber = /^\d{1,3}$/.test(protocol as string) && Number(protocol) <= 255;
  if (!isNumber && !['tcp', 'udp', 'icmp', 'icmpv6', '-1'].includes(String(protocol).toLowerCase()))
    return [refusal('InvalidParameterValue', `invalid value '${protocol}' for IP protocol. Unknown protocol`, RULES)];
  if (!/^(tcp|udp|6|17)$/i.test(protocol as string)) return [];
  const isPort = (port: unknown) => typeof port === 'number' && port >= 0 && port <= LAST_PORT;
  return unless(
    isPort(from) && isPort(to) && from <= to,
    'InvalidParameterValue',
    `invalid ports of ${protocol}: from ${from} to ${to}`,
    RULES,
  );
}

function textRefusals(description: string | undefined): Refusal[] {
  const holds = description === undefined || (description.length <= 255 && TEXT.test(description));
  return unless(holds, 'InvalidParameterValue', `invalid description of a rule: '${description?.slice(0, 60)}'`, RULES);
}
