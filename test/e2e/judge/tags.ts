import { Refusal, refusal, unless } from './refusal';
import { Call } from './shapes';

const SOURCE = 'https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html';
const MOST = 50;
const LONGEST_KEY = 128;
const LONGEST_VALUE = 256;

/** What each operation of EC2 makes, as its tag specifications call it. */
const MADE: { readonly [operation: string]: string } = {
  AllocateAddress: 'elastic-ip',
  CreateFlowLogs: 'vpc-flow-log',
  CreateInternetGateway: 'internet-gateway',
  CreateLaunchTemplate: 'launch-template',
  CreateNatGateway: 'natgateway',
  CreatePlacementGroup: 'placement-group',
  CreateRouteTable: 'route-table',
  CreateSecurityGroup: 'security-group',
  CreateSubnet: 'subnet',
  CreateVpc: 'vpc',
  CreateVpcEndpoint: 'vpc-endpoint',
  AuthorizeSecurityGroupEgress: 'security-group-rule',
  AuthorizeSecurityGroupIngress: 'security-group-rule',
};
/** @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_LaunchTemplateTagSpecificationRequest.html */
const LAUNCHED = ['instance', 'volume', 'network-interface', 'spot-instances-request'];

type Tag = readonly [key: string, value: string];

/** What every service says to tags, wherever they are in a call. */
export function tagRefusals({ operation, input }: Call): Refusal[] {
  if (/^(Delete|Untag)/.test(operation)) return [];
  const lists = tagLists(input);
  const specifications: any[] = input.TagSpecifications ?? [];
  const launched: any[] = input.LaunchTemplateData?.TagSpecifications ?? [];
  const wrong = [
    ...specifications.filter(({ ResourceType }) => MADE[operation] && ResourceType !== MADE[operation]),
    ...launched.filter(({ ResourceType }) => !LAUNCHED.includes(ResourceType as string)),
  ];
  return [
    ...lists.flatMap(listRefusals),
    ...wrong.map(({ ResourceType }) =>
      refusal('InvalidParameterValue', `'${ResourceType}' is not a taggable resource type for ${operation}`),
    ),
  ];
}

/** What is wrong with the tags of one resource. */
export function listRefusals(tags: readonly Tag[]): Refusal[] {
  const keys = tags.map(([key]) => key);
  const code = 'InvalidTag';
  return [
    ...unless(tags.length <= MOST, 'TagLimitExceeded', `${tags.length} tags; at most ${MOST}`, SOURCE),
    ...keys
      .filter((key, at) => keys.indexOf(key) !== at)
      .map((key) => refusal(code, `tag key '${key}' is given twice`, SOURCE)),
    ...tags.flatMap(([key, value]) => [
      ...unless(
        key.length >= 1 && key.length <= LONGEST_KEY,
        code,
        `tag key of ${key.length} characters; 1 to ${LONGEST_KEY}`,
        SOURCE,
      ),
      ...unless(
        value.length <= LONGEST_VALUE,
        code,
        `value of tag '${key.slice(0, 40)}' has ${value.length} characters; at most ${LONGEST_VALUE}`,
        SOURCE,
      ),
      ...unless(!/^aws:/i.test(key), code, `tag key '${key}' begins with aws:, which is reserved for AWS`, SOURCE),
    ]),
  ];
}

/** Every list of tags within a value, by the resource where they name one. */
function tagLists(value: any): Tag[][] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap(tagLists);
  return Object.entries<any>(value).flatMap(([name, part]) => {
    if (!/^tags$/i.test(name) || typeof part !== 'object') return tagLists(part);
    if (!Array.isArray(part)) return [Object.entries(part).map(([key, its]): Tag => [key, String(its)])];
    const of = (item: any) => String(item.ResourceId ?? '');
    return [...new Set(part.map(of))].map((id) =>
      part
        .filter((item) => of(item) === id)
        .map((item): Tag => [
          String(item.Key ?? item.TagKey ?? item.key ?? ''),
          String(item.Value ?? item.TagValue ?? item.value ?? ''),
        ]),
    );
  });
}
