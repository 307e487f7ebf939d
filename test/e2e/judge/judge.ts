import { bucketRefusals } from './buckets';
import { eksRefusals } from './clusters';
import { FACTS } from './facts';
import { ec2Refusals } from './network';
import { allowsService, listOf, matches, parsePolicy, policyRefusals } from './policies';
import { Refusal, refusal, unless } from './refusal';
import { Call, Request, read } from './shapes';
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
    return call.refusals.length > 0 ? [...call.refusals] : this.rules(call, request);
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
      default:
        return [];
    }
  }
}

const principalIn = (world: World) => (arn: string) => {
  const isOther = /:(user|federated-user|assumed-role|group)\//.test(arn);
  return isOther || world.roles.has(arn) || world.identityProviders.has(arn);
};

function iamRefusals({ operation, input }: Call, world: World): Refusal[] {
  const known = principalIn(world);
  switch (operation) {
    case 'CreateRole':
      return policyRefusals(input.AssumeRolePolicyDocument as string, 'trust', known);
    case 'UpdateAssumeRolePolicy':
      return policyRefusals(input.PolicyDocument as string, 'trust', known);
    case 'PutRolePolicy':
      return [
        ...policyRefusals(input.PolicyDocument as string, 'identity', known),
        ...unless(
          (input.PolicyDocument as string).replace(/\s/g, '').length <= 10_240,
          'LimitExceeded',
          'the inline policies of a role have at most 10240 characters',
          'https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html',
        ),
      ];
    case 'CreatePolicy':
      return policyRefusals(input.PolicyDocument as string, 'identity', known);
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
  const refused = unless(exists, 'NotFoundException', `key '${target}' does not exist`);
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
