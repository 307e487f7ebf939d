import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { TerraformStack, Token } from 'cdktf';
import { GpuInstanceType } from '../../../lib/catalog/gpu-instance-type';
import { Karpenter } from '../../../lib/compute/agents/karpenter';
import { EncryptedStorageClass } from '../../../lib/compute/cluster/encrypted-storage-class';
import { EksGpuCluster } from '../../../lib/compute/cluster/eks-gpu-cluster';
import { EksClusterAttributes, EksGpuClusterProps } from '../../../lib/compute/cluster/eks-gpu-cluster-props';
import { IEksCluster } from '../../../lib/compute/cluster/eks-cluster';
import { KarpenterGpuNodePool } from '../../../lib/compute/pools/karpenter/karpenter-gpu-node-pool';
import { GpuNodePool } from '../../../lib/compute/pools/managed/gpu-node-pool';
import { Capacity } from '../../../lib/compute/pools/options/capacity';
import { KubernetesAccess } from '../../../lib/kubernetes/kubernetes-access';
import { ModelStore } from '../../../lib/storage/model-store';
import { faultsThrown, idsOf } from '../../support/faults';
import { isAllowed } from '../../support/iam-policy';
import { synthesize, testApp, testStack } from '../../support/synth';

const ACCOUNT = '123456789012';
const KEY = `arn:aws:kms:us-west-2:${ACCOUNT}:key/11111111-2222-3333-4444-555555555555`;
const ALIAS = `arn:aws:kms:us-west-2:${ACCOUNT}:alias/models`;
const ELSEWHERE = KEY.replace('us-west-2', 'eu-central-1');
const ROLE = `arn:aws:iam::${ACCOUNT}:role/nodes`;
const FOREIGN = 'arn:aws:iam::999999999999:role/nodes';
const instanceType = GpuInstanceType.G6E_XLARGE;

/** A stack whose provider is of one account and region. */
function accountStack(): TerraformStack {
  const stack = new TerraformStack(testApp(), 'account');
  new AwsProvider(stack, 'Aws', { region: 'us-west-2', allowedAccountIds: [ACCOUNT] });
  return stack;
}
const make = (props: Partial<EksGpuClusterProps>) => (stack: TerraformStack) =>
  new EksGpuCluster(stack, 'Cluster', { clusterName: 'chat', ...props });
const imported = (attributes: Partial<EksClusterAttributes>) => (stack: TerraformStack) =>
  EksGpuCluster.fromAttributes(stack, 'Cluster', {
    clusterName: 'chat',
    subnetIds: ['subnet-1'],
    securityGroupIds: ['sg-1'],
    kubernetesVersion: '1.35',
    ...attributes,
  });
const sizes = { instanceType, minNodes: 1, maxNodes: 1 };
const managed =
  (props: object, cluster: Partial<EksGpuClusterProps> = {}) =>
  (stack: TerraformStack) =>
    new GpuNodePool(stack, 'Pool', { cluster: make(cluster)(stack), ...sizes, ...props });
const karpenter =
  (props: object, cluster: Partial<EksGpuClusterProps> = {}) =>
  (stack: TerraformStack) =>
    new KarpenterGpuNodePool(stack, 'Pool', { cluster: make(cluster)(stack), ...sizes, ...props });
const block = (alarmTopicArn: string) =>
  Capacity.capacityBlock({
    reservationId: 'cr-1',
    availabilityZone: 'us-west-2a',
    start: '2027-01-11T11:30:00Z',
    end: '2027-01-25T11:30:00Z',
    alarmTopicArn,
  });
const topic = (region: string) => `arn:aws:sns:${region}:${ACCOUNT}:gpu`;

test.each<[string, (stack: TerraformStack) => unknown, string]>([
  ['an alias as key of secrets', make({ encryptionKeyArn: ALIAS }), 'INVALID_FORMAT encryptionKeyArn'],
  ['a key of secrets elsewhere', make({ encryptionKeyArn: ELSEWHERE }), 'ARN_OF_OTHER_REGION encryptionKeyArn'],
  ['the name of an alias for volumes', make({ volumeKeyArn: 'alias/ebs' }), 'INVALID_FORMAT volumeKeyArn'],
  ['a key of volumes elsewhere', make({ volumeKeyArn: ELSEWHERE }), 'ARN_OF_OTHER_REGION volumeKeyArn'],
  ['an alias on an import', imported({ volumeKeyArn: ALIAS }), 'INVALID_FORMAT volumeKeyArn'],
  ['a key elsewhere on an import', imported({ volumeKeyArn: ELSEWHERE }), 'ARN_OF_OTHER_REGION volumeKeyArn'],
  [
    'an alias as key of a store',
    (stack) => new ModelStore(stack, 'Models', { encryptionKeyArn: ALIAS }),
    'INVALID_FORMAT encryptionKeyArn',
  ],
  [
    'a key of a store elsewhere',
    (stack) => new ModelStore(stack, 'Models', { encryptionKeyArn: ELSEWHERE }),
    'ARN_OF_OTHER_REGION encryptionKeyArn',
  ],
  [
    'an alias of an existing store',
    (stack) => ModelStore.fromBucketName(stack, 'Models', 'models', { kmsKeyArn: ALIAS }),
    'INVALID_FORMAT kmsKeyArn',
  ],
  [
    'a key of an existing store elsewhere',
    (stack) => ModelStore.fromBucketName(stack, 'Models', 'models', { kmsKeyArn: KEY, region: 'eu-central-1' }),
    'ARN_OF_OTHER_REGION kmsKeyArn',
  ],
  [
    'an alias of a storage class',
    (stack) => new EncryptedStorageClass(stack, 'Class', { cluster: make({})(stack), kmsKeyArn: ALIAS }),
    'INVALID_FORMAT kmsKeyArn',
  ],
  [
    'a key of a storage class elsewhere',
    (stack) =>
      new EncryptedStorageClass(stack, 'Class', {
        cluster: imported({ region: 'us-west-2', podIdentity: true })(stack),
        kmsKeyArn: ELSEWHERE,
      }),
    'ARN_OF_OTHER_REGION kmsKeyArn',
  ],
  ['a control plane of another account', make({ clusterRoleArn: FOREIGN }), 'ARN_OF_OTHER_ACCOUNT clusterRoleArn'],
  [
    'system nodes of another account',
    make({ systemNodes: { nodeRoleArn: FOREIGN } }),
    'ARN_OF_OTHER_ACCOUNT systemNodes.nodeRoleArn',
  ],
  [
    'a boundary of another account',
    make({ roleOptions: { permissionsBoundary: 'arn:aws:iam::999999999999:policy/boundary' } }),
    'ARN_OF_OTHER_ACCOUNT roleOptions.permissionsBoundary',
  ],
  ['nodes of another account', managed({ nodeRoleArn: FOREIGN }), 'ARN_OF_OTHER_ACCOUNT nodeRoleArn'],
  [
    'nodes of another partition',
    managed({ nodeRoleArn: ROLE.replace('aws', 'aws-cn') }),
    'ARN_OF_OTHER_PARTITION nodeRoleArn',
  ],
  ['nodes of Karpenter in another account', karpenter({ nodeRoleArn: FOREIGN }), 'ARN_OF_OTHER_ACCOUNT nodeRoleArn'],
  ['nodes of Karpenter with no role', karpenter({ nodeRoleArn: 'nodes' }), 'INVALID_FORMAT nodeRoleArn'],
  [
    'the role of the control plane for nodes',
    managed({ nodeRoleArn: ROLE }, { clusterRoleArn: ROLE }),
    'CONFLICTING_PROPERTIES nodeRoleArn',
  ],
  [
    'the role of the control plane for nodes of Karpenter',
    karpenter({ nodeRoleArn: ROLE }, { clusterRoleArn: ROLE }),
    'CONFLICTING_PROPERTIES nodeRoleArn',
  ],
  [
    'the role of the control plane of an import',
    (stack) =>
      new GpuNodePool(stack, 'Pool', {
        cluster: imported({ clusterRoleArn: ROLE })(stack),
        ...sizes,
        nodeRoleArn: ROLE,
      }),
    'CONFLICTING_PROPERTIES nodeRoleArn',
  ],
  [
    'the role of another control plane',
    (stack) => {
      new EksGpuCluster(stack, 'Other', { clusterName: 'other', clusterRoleArn: ROLE });
      managed({ nodeRoleArn: ROLE })(stack);
    },
    'CONFLICTING_PROPERTIES nodeRoleArn',
  ],
  [
    'a control plane with the role of nodes',
    (stack) => {
      managed({ nodeRoleArn: ROLE })(stack);
      new EksGpuCluster(stack, 'Other', { clusterName: 'other', clusterRoleArn: ROLE });
    },
    'CONFLICTING_PROPERTIES clusterRoleArn',
  ],
  [
    'the role that the cluster made, by reference',
    (stack) => {
      const cluster = make({})(stack);
      new GpuNodePool(stack, 'Pool', { cluster, ...sizes, nodeRoleArn: cluster.clusterRoleArn });
    },
    'CONFLICTING_PROPERTIES nodeRoleArn',
  ],
  [
    'the issuer instead of its provider',
    imported({ oidcProviderArn: 'https://oidc.eks.us-west-2.amazonaws.com/id/A' }),
    'INVALID_FORMAT oidcProviderArn',
  ],
  [
    'the provider of a cluster elsewhere',
    imported({ oidcProviderArn: `arn:aws:iam::${ACCOUNT}:oidc-provider/oidc.eks.us-east-1.amazonaws.com/id/A` }),
    'ARN_OF_OTHER_REGION oidcProviderArn',
  ],
  ['no topic', () => block('foo'), 'INVALID_FORMAT alarmTopicArn'],
  [
    'a topic elsewhere',
    managed({ capacity: block(topic('eu-central-1')) }),
    'ARN_OF_OTHER_REGION capacity.alarmTopicArn',
  ],
])('refuses %s', (_, program, fault) => {
  const stack = accountStack();
  KubernetesAccess.of(stack, imported({ region: 'us-west-2' })(new TerraformStack(testApp(), 'unused')));
  expect(idsOf(faultsThrown(() => program(stack)))).toContain(fault);
});

test('a cluster of a users own class is asked for its key', () => {
  const stack = accountStack();
  const cluster = make({})(stack) as { -readonly [key in keyof EksGpuCluster]: EksGpuCluster[key] };
  cluster.volumeKeyArn = ALIAS;
  const pool = () => new GpuNodePool(stack, 'Pool', { cluster: cluster as IEksCluster, ...sizes });
  expect(idsOf(faultsThrown(pool))).toEqual(['INVALID_FORMAT cluster.volumeKeyArn']);
});

describe('keys of volumes may be used by whoever makes the volumes', () => {
  const policiesOf = (volumeKeyArn?: string, kmsKeyArn?: string): string[] => {
    const result = synthesize((stack) => {
      const cluster = make({ volumeKeyArn })(stack);
      KubernetesAccess.of(stack, cluster);
      new Karpenter(stack, 'Karpenter', { cluster });
      new EncryptedStorageClass(stack, 'Class', { cluster, kmsKeyArn });
    });
    // Each role has its policies by itself.
    return result.resources('aws_iam_role_policy').map(({ policy }) => policy);
  };
  const context = { 'kms:GrantIsForAWSResource': 'true' };
  const programs = { launches: policiesOf(KEY), 'storage class': policiesOf(undefined, KEY) };
  const neither = policiesOf();

  test.each([
    'kms:DescribeKey',
    'kms:GenerateDataKeyWithoutPlaintext',
    'kms:Decrypt',
    'kms:ReEncryptFrom',
    'kms:ReEncryptTo',
    'kms:CreateGrant',
  ])('%s', (action) => {
    for (const policies of Object.values(programs)) {
      const may = (resource: string) => policies.filter((policy) => isAllowed([policy], { action, resource, context }));
      expect(may(KEY)).toHaveLength(1);
      expect(may(KEY.replace('key/1', 'key/2'))).toEqual([]);
    }
    expect(neither.filter((policy) => isAllowed([policy], { action, resource: KEY, context }))).toEqual([]);
  });

  test('grants only for AWS', () => {
    const request = { action: 'kms:CreateGrant', resource: KEY, context: { 'kms:GrantIsForAWSResource': 'false' } };
    for (const policies of Object.values(programs))
      expect(policies.filter((policy) => isAllowed([policy], request))).toEqual([]);
  });
});

describe('pools of Karpenter with a role that exists', () => {
  const program = (more: (stack: TerraformStack, cluster: EksGpuCluster) => void, nodeRoleArn = ROLE) =>
    synthesize((stack) => {
      const cluster = make({})(stack);
      KubernetesAccess.of(stack, cluster);
      new Karpenter(stack, 'Karpenter', { cluster });
      const pool = new KarpenterGpuNodePool(stack, 'First', { cluster, ...sizes, nodeRoleArn });
      expect(pool.nodeRoleArn).toBe(nodeRoleArn);
      more(stack, cluster);
    });

  test('launch nodes with it, have its access entry once, and may pass it once', () => {
    const result = program((stack, cluster) => {
      const pool = new KarpenterGpuNodePool(stack, 'Second', { cluster, ...sizes, nodeRoleArn: ROLE });
      expect((pool.objects[0].spec as { role: string }).role).toBe('nodes');
    });
    const entries = result.resources('aws_eks_access_entry').filter(({ type }) => type === 'EC2_LINUX');
    expect(entries).toEqual([expect.objectContaining({ principal_arn: ROLE })]);
    const text = result.resources('aws_iam_role_policy').map(({ policy }) => policy as string);
    const pass = text
      .flatMap((policy) => JSON.parse(policy).Statement)
      .find(({ Action }) => Action.includes('iam:PassRole'));
    expect(pass.Resource).toEqual([ROLE]);
    expect(Object.keys(result.json.resource.aws_iam_role).some((id) => id.includes('First'))).toBe(false);
  });

  test.each<[string, (stack: TerraformStack, cluster: EksGpuCluster) => unknown]>([
    [
      'a managed node group',
      (stack, cluster) => new GpuNodePool(stack, 'Managed', { cluster, ...sizes, nodeRoleArn: ROLE }),
    ],
  ])('cannot make the entry that EKS makes for %s', (_, more) => {
    expect(() => program(more)).toThrow(/nodeRoleArn is also the role of pool 'managed'/);
  });

  test('take the entry that is there', () => {
    const result = synthesize((stack) => {
      const cluster = make({})(stack);
      KubernetesAccess.of(stack, cluster);
      const shared = { cluster, ...sizes, nodeRoleArn: ROLE };
      new GpuNodePool(stack, 'Managed', shared);
      new KarpenterGpuNodePool(stack, 'First', { ...shared, nodeAccessEntry: false });
    });
    expect(result.resources('aws_eks_access_entry').filter(({ type }) => type === 'EC2_LINUX')).toEqual([]);
  });

  test('the entry goes with the last of them', () => {
    const stack = testStack();
    const cluster = make({})(stack);
    KubernetesAccess.of(stack, cluster);
    new KarpenterGpuNodePool(stack, 'First', { cluster, ...sizes, nodeRoleArn: ROLE });
    const entries = () => JSON.stringify(stack.toTerraform()).split('EC2_LINUX').length - 1;
    expect(entries()).toBe(1);
    stack.node.tryRemoveChild('First');
    expect(entries()).toBe(0);
  });

  test('a reference is taken, too', () => {
    const reference = Token.asString({ resolve: () => '${aws_iam_role.theirs.arn}' } as never);
    const result = synthesize((stack) => {
      const cluster = make({})(stack);
      KubernetesAccess.of(stack, cluster);
      new KarpenterGpuNodePool(stack, 'First', { cluster, ...sizes, nodeRoleArn: reference });
    });
    const entries = result.resources('aws_eks_access_entry').filter(({ type }) => type === 'EC2_LINUX');
    expect(entries).toEqual([expect.objectContaining({ principal_arn: '${aws_iam_role.theirs.arn}' })]);
  });
});
