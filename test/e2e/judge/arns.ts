import { FACTS, SERVICE_NAMES } from './facts';
import { Refusal, refusal } from './refusal';
import { Call, Request } from './shapes';

const SOURCE = 'https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html';
/** Members that are ARNs of a role. */
const ROLES = /^(roleArn|nodeRole|serviceAccountRoleArn|DeliverLogsPermissionArn)$/;

/** What is wrong with the ARNs of a call: their form, a partition or region that is not that of the request, and what they are of. */
export function arnRefusals({ input }: Call, request: Request): Refusal[] {
  return named(input).flatMap(([name, value]) => {
    const isArn = value.startsWith('arn:');
    // A key may be named by its id.
    if (!isArn && !ROLES.test(name) && !/^(principalArn|policyArn|PolicyArn|PermissionsBoundary)$/.test(name))
      return [];
    const reason = faultOfArn(value) ?? faultHere(name, value, request);
    return reason === undefined ? [] : [refusal('InvalidParameterValue', `${name} '${value}' ${reason}`, SOURCE)];
  });
}

/**
 * What is wrong with an ARN by itself; nothing where it may be one.
 *
 * @param arn the text
 * @param isPattern whether `*` and `?` may stand for anything, as in policies
 */
export function faultOfArn(arn: string, isPattern = false): string | undefined {
  const parts = arn.split(':');
  if (parts[0] !== 'arn' || parts.length < 6 || parts.slice(5).join(':') === '') return 'is no ARN';
  const [, partition, service, region, account] = parts;
  const free = (part: string) => isPattern && /[*?]/.test(part);
  const regions = FACTS.partitions[partition]?.regions ?? Object.values(FACTS.partitions).flatMap((it) => it.regions);
  if (!free(partition) && !FACTS.partitions[partition]) return `is of no partition: '${partition}'`;
  if (!free(service) && !FACTS.actions[service] && !SERVICE_NAMES.has(service)) return `is of no service: '${service}'`;
  if (region !== '' && !free(region) && !regions.includes(region))
    return `is of no region of ${partition}: '${region}'`;
  if (!free(account) && !/^(\d{12}|aws|aws-managed)?$/.test(account)) return `is of no account: '${account}'`;
  if (service === 'iam' && region !== '') return 'of IAM has a region';
  if (service === 's3' && region !== '' && !/^accesspoint/.test(parts[5])) return 'of a bucket has a region';
  return undefined;
}

function faultHere(name: string, arn: string, { region }: Request): string | undefined {
  const [, partition, service, ofArn] = arn.split(':');
  const own = Object.entries(FACTS.partitions).find(([, { regions }]) => regions.includes(region))?.[0];
  if (own !== undefined && partition !== own) return `is of partition ${partition}, not of ${own}`;
  if (service === 'kms' && ofArn !== region) return `is a key of region '${ofArn}', not of ${region}`;
  if (ROLES.test(name) && !/^arn:[\w-]+:iam::\d{12}:role\//.test(arn)) return 'is no role';
  if (name === 'principalArn' && !/^arn:[\w-]+:(iam|sts)::\d{12}:((role|user|assumed-role)\/|root$)/.test(arn))
    return 'is no role or user';
  return undefined;
}

/** Every text within a value, by the name of its member. */
function named(value: any, name = ''): [name: string, value: string][] {
  if (typeof value === 'string') return [[name, value]];
  if (Array.isArray(value)) return value.flatMap((part) => named(part, name));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, part]) => named(part, key));
}
