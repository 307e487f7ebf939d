import { volumeKeyStatements } from '../cluster/volume-key';

/** Where Karpenter acts, and on what. */
interface KarpenterReach {
  readonly clusterName: string;
  readonly partition: string;
  readonly region: string;
  readonly accountId: string;
  readonly queueArn: string;
  /** Roles of the nodes that it launches. */
  readonly nodeRoleArns: readonly string[];
  /** Key that encrypts the volumes of the nodes. @default - the key of the account for EBS, which needs no permission */
  readonly volumeKeyArn?: string;
}

/**
 * What Karpenter's controller may do: launch, tag and terminate only instances that carry the cluster's and Karpenter's tags, pass only the
 * roles of its pools, make only instance profiles of this cluster, and read the queue of interruptions. The permissions are those of the
 * template that Karpenter publishes for its release, and the use of the key of the volumes, which that template leaves out.
 * @see https://github.com/aws/karpenter-provider-aws/issues/4935
 *
 * @see https://github.com/aws/karpenter-provider-aws/blob/v1.14.1/website/content/en/preview/getting-started/getting-started-with-karpenter/cloudformation.yaml
 *
 * @internal
 */
export function karpenterPolicy(reach: KarpenterReach): object {
  return {
    Version: '2012-10-17',
    Statement: [
      ...instances(reach),
      ...(reach.volumeKeyArn === undefined ? [] : volumeKeyStatements(reach.volumeKeyArn)),
      ...instanceProfiles(reach),
      ...reading(reach),
    ],
  };
}

function allow(Sid: string, Action: string[], Resource: string | readonly string[], Condition?: object): object {
  return { Sid, Effect: 'Allow', Action, Resource, ...(Condition ? { Condition } : {}) };
}

function instances({ clusterName, partition, region }: KarpenterReach): object[] {
  const own = (...kinds: string[]) => kinds.map((kind) => `arn:${partition}:ec2:${region}:*:${kind}/*`);
  const shared = (...kinds: string[]) => kinds.map((kind) => `arn:${partition}:ec2:${region}::${kind}/*`);
  const cluster = `kubernetes.io/cluster/${clusterName}`;
  const launch = ['ec2:RunInstances', 'ec2:CreateFleet'];
  const launched = own('fleet', 'instance', 'volume', 'network-interface', 'launch-template', 'spot-instances-request');
  const requested = {
    StringEquals: { [`aws:RequestTag/${cluster}`]: 'owned', 'aws:RequestTag/eks:eks-cluster-name': clusterName },
    StringLike: { 'aws:RequestTag/karpenter.sh/nodepool': '*' },
  };
  const existing = {
    StringEquals: { [`aws:ResourceTag/${cluster}`]: 'owned' },
    StringLike: { 'aws:ResourceTag/karpenter.sh/nodepool': '*' },
  };
  return [
    allow('LaunchFrom', launch, [
      ...shared('image', 'snapshot'),
      ...own('security-group', 'subnet', 'capacity-reservation', 'placement-group'),
    ]),
    allow('LaunchFromOwnTemplates', launch, own('launch-template'), existing),
    allow('LaunchTagged', [...launch, 'ec2:CreateLaunchTemplate'], launched, requested),
    allow('TagWhileCreating', ['ec2:CreateTags'], launched, {
      ...requested,
      StringEquals: {
        ...requested.StringEquals,
        'ec2:CreateAction': ['RunInstances', 'CreateFleet', 'CreateLaunchTemplate'],
      },
    }),
    allow('TagOwnInstances', ['ec2:CreateTags'], own('instance'), {
      ...existing,
      StringEqualsIfExists: { 'aws:RequestTag/eks:eks-cluster-name': clusterName },
      'ForAllValues:StringEquals': { 'aws:TagKeys': ['eks:eks-cluster-name', 'karpenter.sh/nodeclaim', 'Name'] },
    }),
    allow(
      'DeleteOwn',
      ['ec2:TerminateInstances', 'ec2:DeleteLaunchTemplate'],
      own('instance', 'launch-template'),
      existing,
    ),
  ];
}

function instanceProfiles({ clusterName, partition, region, accountId, nodeRoleArns }: KarpenterReach): object[] {
  const profiles = `arn:${partition}:iam::${accountId}:instance-profile/*`;
  const tags = (of: 'Request' | 'Resource') => ({
    [`aws:${of}Tag/kubernetes.io/cluster/${clusterName}`]: 'owned',
    [`aws:${of}Tag/topology.kubernetes.io/region`]: region,
  });
  const named = { 'aws:RequestTag/eks:eks-cluster-name': clusterName };
  const classed = (of: 'Request' | 'Resource') => ({ [`aws:${of}Tag/karpenter.k8s.aws/ec2nodeclass`]: '*' });
  return [
    ...(nodeRoleArns.length > 0
      ? [
          allow('PassNodeRoles', ['iam:PassRole'], nodeRoleArns, {
            StringEquals: { 'iam:PassedToService': ['ec2.amazonaws.com', 'ec2.amazonaws.com.cn'] },
          }),
        ]
      : []),
    allow('CreateProfiles', ['iam:CreateInstanceProfile'], profiles, {
      StringEquals: { ...tags('Request'), ...named },
      StringLike: classed('Request'),
    }),
    allow('TagProfiles', ['iam:TagInstanceProfile'], profiles, {
      StringEquals: { ...tags('Resource'), ...tags('Request'), ...named },
      StringLike: { ...classed('Resource'), ...classed('Request') },
    }),
    allow(
      'ChangeOwnProfiles',
      ['iam:AddRoleToInstanceProfile', 'iam:RemoveRoleFromInstanceProfile', 'iam:DeleteInstanceProfile'],
      profiles,
      { StringEquals: tags('Resource'), StringLike: classed('Resource') },
    ),
    allow('ReadProfiles', ['iam:GetInstanceProfile'], profiles),
    allow('ListProfiles', ['iam:ListInstanceProfiles'], '*'),
  ];
}

function reading({ clusterName, partition, region, accountId, queueArn }: KarpenterReach): object[] {
  return [
    allow('ReadCluster', ['eks:DescribeCluster'], `arn:${partition}:eks:${region}:${accountId}:cluster/${clusterName}`),
    allow('ReadInterruptions', ['sqs:DeleteMessage', 'sqs:GetQueueUrl', 'sqs:ReceiveMessage'], queueArn),
    allow(
      'ReadRegion',
      [
        'ec2:DescribeCapacityReservations',
        'ec2:DescribeImages',
        'ec2:DescribeInstances',
        'ec2:DescribeInstanceStatus',
        'ec2:DescribeInstanceTypeOfferings',
        'ec2:DescribeInstanceTypes',
        'ec2:DescribeLaunchTemplates',
        'ec2:DescribePlacementGroups',
        'ec2:DescribeSecurityGroups',
        'ec2:DescribeSpotPriceHistory',
        'ec2:DescribeSubnets',
      ],
      '*',
      { StringEquals: { 'aws:RequestedRegion': region } },
    ),
    allow('ReadImageIds', ['ssm:GetParameter'], `arn:${partition}:ssm:${region}::parameter/aws/service/*`),
    allow('ReadPrices', ['pricing:GetProducts'], '*'),
  ];
}
