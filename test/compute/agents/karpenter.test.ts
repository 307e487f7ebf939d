import { TerraformStack, Token } from 'cdktf';
import {
  EksGpuCluster,
  GpuInstanceType,
  ImageRegistry,
  Karpenter,
  KarpenterGpuNodePool,
  KarpenterProps,
  KubernetesAccess,
  NodeAgents,
  RdmaFabric,
} from '../../../lib';
import { faultsThrown, idsOf, warningsOf } from '../../support/faults';
import { Block, Synthesized, synthesizePair, synthStack, testStack } from '../../support/synth';

const SPOT = { instanceType: GpuInstanceType.G6E_XLARGE, minNodes: 0, maxNodes: 2 };
const TRAIN = { instanceType: GpuInstanceType.P5_48XLARGE, minNodes: 2, maxNodes: 2, fabric: RdmaFabric.efa() };

type Fill = (stack: TerraformStack, cluster: EksGpuCluster) => void;

const karpenter =
  (props: Partial<KarpenterProps> = {}): Fill =>
  (stack, cluster) =>
    void new Karpenter(stack, 'Karpenter', { cluster, ...props });
const pool =
  (id: string, options: typeof SPOT | typeof TRAIN): Fill =>
  (stack, cluster) =>
    void new KarpenterGpuNodePool(stack, id, { cluster, ...options });

function made(...fill: Fill[]): Synthesized {
  const stack = testStack();
  const cluster = new EksGpuCluster(stack, 'Cluster', {
    clusterName: 'chat',
    availabilityZones: ['us-west-2a', 'us-west-2b'],
  });
  KubernetesAccess.of(stack, cluster);
  new NodeAgents(stack, 'Agents', { cluster });
  fill.forEach((each) => each(stack, cluster));
  return synthStack(stack);
}

const release = (synthesized: Synthesized, chart = 'karpenter') => synthesized.where('helm_release', { chart });
const values = (synthesized: Synthesized) => JSON.parse(release(synthesized).values[0]) as Block;
const statements = (synthesized: Synthesized): Block[] =>
  JSON.parse(synthesized.byName('aws_iam_role_policy', 'karpenter').policy).Statement;
const objectsOf = (synthesized: Synthesized, name: string) =>
  synthesized.where('helm_release', { name: `karpenter-${name}` });

describe('the release', () => {
  test('is of one version with its definitions, which are upgraded too, and keeps no apply waiting', () => {
    const synthesized = made(karpenter());
    const definitions = release(synthesized, 'karpenter-crd');
    for (const each of [definitions, release(synthesized)])
      expect(each).toMatchObject({
        repository: 'oci://public.ecr.aws/karpenter',
        version: '1.14.1',
        namespace: 'kube-system',
        wait: false,
      });
    expect(release(synthesized).skip_crds).toBe(true);
    expect(release(synthesized).depends_on.join()).toMatch(/helm_release\.\w*Definitions/);
  });

  test('knows the cluster, its queue and the gates that its pools need', () => {
    const { settings, serviceAccount } = values(made(karpenter()));
    expect(release(made(karpenter())).set).toEqual([
      { name: 'controller.env[0].name', value: 'AWS_REGION' },
      expect.objectContaining({ name: 'controller.env[0].value' }),
    ]);
    expect(serviceAccount).toEqual({ name: 'karpenter', annotations: {} });
    expect(settings.clusterName).toBe('chat');
    expect(settings.interruptionQueue).toMatch(/aws_sqs_queue\.[\w-]+\.name/);
    const gates = (...fill: Fill[]) => values(made(...fill)).settings.featureGates;
    expect(gates(karpenter(), pool('spot', SPOT))).toEqual({ staticCapacity: false, nodeOverlay: false });
    expect(gates(pool('train', TRAIN), karpenter())).toEqual({ staticCapacity: true, nodeOverlay: true });
  });

  const DIGEST = `sha256:${'a'.repeat(64)}`;
  test.each<[string, string | undefined, Block]>([
    ['the chart’s own, by its digest', undefined, { tag: '1.14.1', digest: expect.stringMatching(/^sha256:7231309/) }],
    ['a tag', 'host:5000/k:v1', { repository: 'host:5000/k', tag: 'v1', digest: '' }],
    ['a digest', `k@${DIGEST}`, { repository: 'k', tag: '', digest: DIGEST }],
    ['both', `k:v1@${DIGEST}`, { repository: 'k', tag: 'v1', digest: DIGEST }],
  ])('pulls %s', (_, image, wanted) => {
    expect(values(made(karpenter({ image }))).controller.image).toMatchObject(wanted);
  });

  test('pulls through a mirror', () => {
    const mirrored = values(made(karpenter({ imageRegistry: ImageRegistry.mirror('mirror.example', ['pull']) })));
    expect(mirrored.controller.image.repository).toBe('mirror.example/karpenter/controller');
    expect(mirrored.imagePullSecrets).toEqual([{ name: 'pull' }]);
  });
});

describe('pools and Karpenter', () => {
  test.each<[string, Fill[]]>([
    ['before', [pool('spot', SPOT), karpenter()]],
    ['after', [karpenter(), pool('spot', SPOT)]],
  ])('created %s it wait for its definitions, and are not warned of', (_, fill) => {
    const synthesized = made(...fill);
    expect(objectsOf(synthesized, 'spot').depends_on.join()).toMatch(/helm_release\.Karpenter_/);
    expect(warningsOf(synthesized.stack).map(({ id }) => id)).not.toContain('NO_KARPENTER');
  });

  test('it may pass the roles of its pools, and no others', () => {
    const passed = (...fill: Fill[]) => statements(made(...fill)).find(({ Action }) => Action.includes('iam:PassRole'));
    expect(passed(karpenter())).toBeUndefined();
    const { Resource, Condition } = passed(karpenter(), pool('spot', SPOT), pool('train', TRAIN)) as Block;
    expect(Resource).toHaveLength(2);
    expect(Resource[0]).toMatch(/aws_iam_role\.\w*NodeRole\w*\.arn/);
    expect(Condition.StringEquals['iam:PassedToService']).toContain('ec2.amazonaws.com');
  });

  test('in two stacks its AWS resources are with the cluster', () => {
    const { infra, workload } = synthesizePair((first, second) => {
      const cluster = new EksGpuCluster(first, 'Cluster', { clusterName: 'chat' });
      KubernetesAccess.of(second, cluster);
      new Karpenter(second, 'Karpenter', { cluster });
      new KarpenterGpuNodePool(first, 'spot', { cluster, ...SPOT, workloads: second });
    });
    expect(infra.only('aws_sqs_queue').name).toBe('chat-karpenter');
    expect(workload.types.filter((type) => type.startsWith('aws_'))).toEqual([]);
    expect(objectsOf(workload, 'spot').depends_on.join()).toMatch(/helm_release\.Karpenter_/);
    expect(infra.byName('aws_iam_role_policy', 'karpenter').policy).toMatch(/aws_iam_role\.\w*NodeRole\w*\.arn/);
  });
});

describe('the role', () => {
  /** What Karpenter does, by its own template: without one of these it cannot launch, drain or delete. */
  const NEEDED = [
    'ec2:RunInstances',
    'ec2:CreateFleet',
    'ec2:CreateLaunchTemplate',
    'ec2:CreateTags',
    'ec2:TerminateInstances',
    'ec2:DeleteLaunchTemplate',
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
    'eks:DescribeCluster',
    'iam:AddRoleToInstanceProfile',
    'iam:CreateInstanceProfile',
    'iam:DeleteInstanceProfile',
    'iam:GetInstanceProfile',
    'iam:ListInstanceProfiles',
    'iam:PassRole',
    'iam:RemoveRoleFromInstanceProfile',
    'iam:TagInstanceProfile',
    'pricing:GetProducts',
    'sqs:DeleteMessage',
    'sqs:GetQueueUrl',
    'sqs:ReceiveMessage',
    'ssm:GetParameter',
  ];
  const all = statements(made(karpenter(), pool('spot', SPOT)));

  test('may do all that Karpenter does, and nothing else', () => {
    expect([...new Set(all.flatMap(({ Action }) => Action as string[]))].sort()).toEqual([...NEEDED].sort());
  });

  test('changes only what carries the tags of the cluster, or is made with them', () => {
    const changes = all.filter(({ Action }) =>
      /:(Create|Delete(?!Message)|Terminate|Add|Remove|Tag)/.test(Action.join()),
    );
    const shared = changes.filter(
      ({ Condition }) => !JSON.stringify(Condition ?? {}).includes('kubernetes.io/cluster/chat'),
    );
    // What instances are launched from is not made by Karpenter.
    expect(shared.map(({ Sid }) => Sid)).toEqual(['LaunchFrom']);
    expect(shared[0].Resource.filter((each: string) => /:(instance|launch-template|volume)\//.test(each))).toEqual([]);
  });

  test('fits an inline policy of IAM', () => {
    // As long as the values of references are: a region, an account, an ARN.
    const text = JSON.stringify(all)
      .replace(/arn:\$\{/g, '${')
      .replace(/\$\{[^}]+\}/g, 'x'.repeat(16));
    expect(text.length).toBeLessThan(10240 / 1.5);
  });
});

test('interruptions reach the queue by encrypted connections only', () => {
  const synthesized = made(karpenter());
  const patterns = synthesized
    .resources('aws_cloudwatch_event_rule')
    .map(({ event_pattern: text }) => JSON.parse(text));
  expect(patterns.map((each) => each['detail-type'][0]).sort()).toEqual([
    'AWS Health Event',
    'EC2 Capacity Reservation Instance Interruption Warning',
    'EC2 Instance Rebalance Recommendation',
    'EC2 Instance State-change Notification',
    'EC2 Spot Instance Interruption Warning',
  ]);
  expect(synthesized.resources('aws_cloudwatch_event_target')).toHaveLength(5);
  const { Statement } = JSON.parse(synthesized.only('aws_sqs_queue_policy').policy);
  expect(Statement).toEqual([
    expect.objectContaining({
      Effect: 'Allow',
      Principal: { Service: expect.arrayContaining(['events.amazonaws.com']) },
    }),
    expect.objectContaining({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
  ]);
  expect(synthesized.only('aws_sqs_queue').sqs_managed_sse_enabled).toBe(true);
});

test.each<[string, Fill[], string]>([
  [
    'a second one',
    [karpenter(), (stack, cluster) => void new Karpenter(stack, 'Second', { cluster })],
    'KARPENTER_EXISTS cluster',
  ],
  ['a version that is none', [karpenter({ chartVersion: 'v1' })], 'INVALID_FORMAT chartVersion'],
  ['an image without a version', [karpenter({ image: 'host:5000/k' })], 'INVALID_FORMAT image'],
  [
    'an image that only Terraform knows',
    [karpenter({ image: Token.asString({ resolve: () => 'later' }) })],
    'VALUE_NOT_CONCRETE image',
  ],
])('%s is refused', (_, fill, id) => expect(idsOf(faultsThrown(() => made(...fill)))).toEqual([id]));
