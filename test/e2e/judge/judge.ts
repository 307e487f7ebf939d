import { arnRefusals } from './arns';
import { bucketRefusals } from './buckets';
import { eksRefusals } from './clusters';
import { FACTS } from './facts';
import { activationRefusals, rolesAnywhereRefusals } from './hybrid';
import { ec2Refusals } from './network';
import { allowsService, listOf, matches, parsePolicy, policyRefusals } from './policies';
import { Refusal, refusal, unless } from './refusal';
import { Call, Request, read } from './shapes';
import { tagRefusals } from './tags';
import { Answered, World } from './world';

/**
 * Judges requests as AWS does, as far as its public documentation says: by the model of the service, by what exists, and by the rules
 * that hold between fields. What leaves nodes that never work is refused too, though AWS may take it.
 */
export class Judge {
  private readonly world = new World();

  /** Why AWS refuses a request; none where it takes it, or where it changes nothing. */
  public refusalsOf(request: Request): Refusal[] {
    if (request.service === 's3') return bucketRefusals(request, this.world, principalIn(this.world));
    const call = read(request);
    if (!call) return [];
    if (call.refusals.length > 0) return [...call.refusals];
    return [...tagRefusals(call), ...arnRefusals(call, request), ...this.rules(call, request)];
  }

  /** Takes in a request that succeeded, with its answer. */
  public learn(request: Answered): void {
    this.world.learn(request, request.service === 's3' ? undefined : read(request));
  }

  private rules(call: Call, request: Request): Refusal[] {
    const { world } = this;
    switch (request.service) {
      case 'ec2':
        return ec2Refusals(call, request, world);
      case 'eks':
        return eksRefusals(call, world);
      case 'iam':
        return iamRefusals(call, world);
      case 'kms':
        return keyRefusals(call, world);
      case 'logs':
        return logRefusals(call, request, world);
      case 'autoscaling':
        return scalingRefusals(call, world);
      case 'events':
        return eventRefusals(call, world);
      case 'rolesanywhere':
        return rolesAnywhereRefusals(call, world);
      case 'ssm':
        return activationRefusals(call, world);
      case 'sqs':
        return queueRefusals(call, world);
      default:
        return [];
    }
  }
}

/** Attributes of a queue that are numbers. */
const QUEUE_BOUNDS: { readonly [name: string]: readonly [min: number, max: number] } = {
  DelaySeconds: [0, 900],
  MaximumMessageSize: [1024, 1_048_576],
  MessageRetentionPeriod: [60, 1_209_600],
  ReceiveMessageWaitTimeSeconds: [0, 20],
  VisibilityTimeout: [0, 43_200],
};

const principalIn = (world: World) => (arn: string) => {
  const isOther = /:(user|federated-user|assumed-role|group)\//.test(arn);
  return isOther || world.roles.has(arn) || world.identityProviders.has(arn);
};

const IAM_QUOTAS = 'https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html';

function iamRefusals(call: Call, world: World): Refusal[] {
  const { operation, input } = call;
  const name = input.RoleName as string | undefined;
  if (/^(Delete|Detach|Untag|Remove)/.test(operation)) return [];
  const boundary = input.PermissionsBoundary as string | undefined;
  const [, managed] = /^arn:[\w-]+:iam::aws:policy\/(.+)$/.exec(boundary ?? '') ?? [];
  const exists = name !== undefined && world.roleNamed(name) !== undefined;
  return [
    ...(operation === 'CreateRole'
      ? unless(!exists, 'EntityAlreadyExists', `role with name ${name} already exists`)
      : unless(name === undefined || exists, 'NoSuchEntity', `the role with name ${name} cannot be found`)),
    ...unless(
      managed === undefined || FACTS.managedPolicies.has(managed),
      'NoSuchEntity',
      `scope ARN: ${boundary} does not exist or is not attachable`,
    ),
    ...documentRefusals(call, world),
  ];
}

function documentRefusals({ operation, input }: Call, world: World): Refusal[] {
  const known = principalIn(world);
  const length = (text: string, most: number, of: string) =>
    unless(text.replace(/\s/g, '').length <= most, 'LimitExceeded', `${of} at most ${most} characters`, IAM_QUOTAS);
  switch (operation) {
    case 'CreateRole':
      return [
        ...policyRefusals(input.AssumeRolePolicyDocument as string, 'trust', known),
        ...length(input.AssumeRolePolicyDocument as string, 2048, 'a trust policy has'),
      ];
    case 'UpdateAssumeRolePolicy':
      return policyRefusals(input.PolicyDocument as string, 'trust', known);
    case 'PutRolePolicy':
      return [
        ...policyRefusals(input.PolicyDocument as string, 'identity', known),
        ...length(input.PolicyDocument as string, 10_240, 'the inline policies of a role have'),
      ];
    case 'CreatePolicy':
      return [
        ...policyRefusals(input.PolicyDocument as string, 'identity', known),
        ...length(input.PolicyDocument as string, 6144, 'a managed policy has'),
      ];
    case 'AttachRolePolicy': {
      const arn = input.PolicyArn as string;
      const [, managed] = /^arn:[\w-]+:iam::aws:policy\/(.+)$/.exec(arn) ?? [];
      return unless(
        managed ? FACTS.managedPolicies.has(managed) : world.policies.has(arn),
        'NoSuchEntity',
        `policy ${arn} does not exist or is not attachable`,
        'https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html',
      );
    }
    default:
      return [];
  }
}

function keyRefusals({ operation, input }: Call, world: World): Refusal[] {
  const source = 'https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html';
  const target = (input.TargetKeyId ?? (operation === 'CreateKey' ? undefined : input.KeyId)) as string | undefined;
  const exists = target === undefined || target.startsWith('alias/') || world.keyOf(target) !== undefined;
  const days = input.PendingWindowInDays as number | undefined;
  const alias = operation === 'CreateAlias' ? (input.AliasName as string) : 'alias/own';
  const refused = [
    ...unless(exists, 'NotFoundException', `key '${target}' does not exist`),
    ...unless(
      days === undefined || (days >= 7 && days <= 30),
      'ValidationException',
      `waiting period of ${days} days; 7 to 30`,
      'https://docs.aws.amazon.com/kms/latest/APIReference/API_ScheduleKeyDeletion.html',
    ),
    ...unless(
      /^alias\/(?!aws\/)[\w/-]+$/.test(alias),
      'InvalidAliasNameException',
      `alias name '${alias}'; alias/ and letters, digits and / _ -, and not alias/aws/`,
      'https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateAlias.html',
    ),
  ];
  if (input.Policy === undefined) return refused;
  const policy = parsePolicy(input.Policy as string);
  const keepsControl = (policy?.Statement ?? []).some(
    ({ Effect, Principal, Action }) =>
      Effect === 'Allow' &&
      (Principal === '*' || listOf(Principal?.AWS).length > 0) &&
      listOf(Action).some((it) => matches(it as string, 'kms:PutKeyPolicy')),
  );
  return [
    ...refused,
    ...policyRefusals(input.Policy as string, 'resource', principalIn(world)).map(({ reason }) =>
      refusal('MalformedPolicyDocumentException', reason, source),
    ),
    ...unless(
      keepsControl || input.BypassPolicyLockoutSafetyCheck === true,
      'MalformedPolicyDocumentException',
      'the new key policy will not allow you to update the key policy in the future',
      source,
    ),
  ];
}

function logRefusals({ operation, input }: Call, { region }: Request, world: World): Refusal[] {
  const name = input.logGroupName as string | undefined;
  if (operation === 'CreateLogGroup') {
    const source = 'https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html';
    const id = input.kmsKeyId ? world.keyOf(input.kmsKeyId as string) : undefined;
    const policy = id && world.keys.get(id);
    const partition = Object.values(FACTS.partitions).find(({ regions }) => regions.includes(region));
    const principal = `logs.${region}.${partition?.dnsSuffix ?? 'amazonaws.com'}`;
    return [
      ...unless(
        !world.logGroups.has(name as string),
        'ResourceAlreadyExistsException',
        `log group ${name} exists already`,
      ),
      ...unless(
        !input.kmsKeyId || id !== undefined,
        'InvalidParameterException',
        `key ${input.kmsKeyId} does not exist`,
      ),
      ...unless(
        !policy || allowsService(policy, principal, 'kms:GenerateDataKey'),
        'InvalidParameterException',
        `the key policy does not let ${principal} encrypt log group ${name}`,
        source,
      ),
    ];
  }
  return unless(
    name === undefined || operation === 'DeleteLogGroup' || world.logGroups.has(name),
    'ResourceNotFoundException',
    `the specified log group does not exist: ${name}`,
  );
}

function scalingRefusals({ operation, input }: Call, world: World): Refusal[] {
  if (operation.startsWith('Delete')) return [];
  const names = [
    ...((input.Tags ?? []) as any[]).map(({ ResourceId }) => ResourceId as string),
    ...(input.AutoScalingGroupName ? [input.AutoScalingGroupName as string] : []),
  ];
  return [
    ...names.flatMap((name) =>
      unless(world.autoScalingGroups.has(name), 'ValidationError', `AutoScalingGroup name not found: ${name}`),
    ),
    ...unless(
      !(input.MinSize > input.MaxSize),
      'ValidationError',
      `minimum size ${input.MinSize} is above the maximum, ${input.MaxSize}`,
    ),
  ];
}

function queueRefusals({ operation, input }: Call, world: World): Refusal[] {
  const source = 'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html';
  const { Policy: policy, ...attributes } = (input.Attributes ?? {}) as { [name: string]: string };
  return [
    ...unless(
      operation !== 'CreateQueue' || /^[\w-]{1,80}$|^[\w-]{1,75}\.fifo$/.test(input.QueueName as string),
      'InvalidParameterValue',
      `queue name '${input.QueueName}'; 1 to 80 letters, digits, hyphens and underscores`,
      source,
    ),
    ...Object.entries(QUEUE_BOUNDS).flatMap(([name, [min, max]]) =>
      unless(
        attributes[name] === undefined || (Number(attributes[name]) >= min && Number(attributes[name]) <= max),
        'InvalidAttributeValue',
        `${name} is ${attributes[name]}; ${min} to ${max}`,
        source,
      ),
    ),
    ...(policy ? policyRefusals(policy, 'resource', principalIn(world)) : []),
  ];
}

function eventRefusals({ operation, input }: Call, world: World): Refusal[] {
  if (operation === 'PutTargets') {
    const arns = ((input.Targets ?? []) as any[]).map(({ Arn }) => Arn as string);
    return [
      ...unless(
        world.rules.has(input.Rule as string),
        'ResourceNotFoundException',
        `rule ${input.Rule} does not exist`,
      ),
      ...arns.flatMap((arn) =>
        unless(/^arn:[\w-]+:[\w-]+:/.test(arn), 'ValidationException', `target ${arn} is no ARN`),
      ),
    ];
  }
  const schedule = input.ScheduleExpression as string | undefined;
  if (schedule !== undefined && schedule !== '' && !/^(rate\(\d+ (minute|hour|day)s?\)|cron\([^()]+\))$/.test(schedule))
    return [refusal('ValidationException', `parameter ScheduleExpression is not valid: '${schedule}'`)];
  if (input.EventPattern === undefined) return [];
  try {
    const pattern = JSON.parse(input.EventPattern as string) as object;
    return Object.entries(pattern).flatMap(([key, value]) =>
      unless(
        typeof value === 'object',
        'InvalidEventPatternException',
        `'${key}' must be an object or an array`,
        'https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern.html',
      ),
    );
  } catch {
    return [refusal('InvalidEventPatternException', 'event pattern is not valid JSON')];
  }
}
