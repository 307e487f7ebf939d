import { faultsThrown, idsOf } from '../../support/faults';
import { IamOpenidConnectProvider } from '@cdktf/provider-aws/lib/iam-openid-connect-provider';
import { EksGpuCluster } from '../../../lib/compute/cluster/eks-gpu-cluster';
import { EksClusterAttributes } from '../../../lib/compute/cluster/eks-gpu-cluster-props';
import { IEksCluster } from '../../../lib/compute/cluster/eks-cluster';
import { ModelStore } from '../../../lib/storage/model-store';
import { isAllowed } from '../../support/iam-policy';
import { Synthesized, synthesize } from '../../support/synth';

const OIDC = 'arn:aws:iam::123456789012:oidc-provider/oidc.eks.us-west-2.amazonaws.com/id/ABC';
const ISSUER = 'oidc.eks.us-west-2.amazonaws.com/id/ABC';
const SHARED = { clusterName: 'shared', subnetIds: ['subnet-1'], securityGroupIds: ['sg-1'] };

function imported(
  attributes: Partial<EksClusterAttributes>,
  use: (cluster: IEksCluster) => void = () => undefined,
): Synthesized {
  return synthesize((stack) => use(EksGpuCluster.fromAttributes(stack, 'Cluster', { ...SHARED, ...attributes })));
}

describe('the role of a service account by EKS Pod Identity', () => {
  const result = imported({ podIdentity: true, oidcProviderArn: OIDC }, (cluster) => {
    const role = cluster.serviceAccountRole('inference', 'triton');
    expect(cluster.serviceAccountRole('inference', 'triton')).toBe(role);
    expect(role.serviceAccountAnnotations).toEqual({});
    expect(role.ready).toHaveLength(2);
  });

  test('is associated with the account', () => {
    expect(result.only('aws_eks_pod_identity_association')).toMatchObject({
      cluster_name: 'shared',
      namespace: 'inference',
      service_account: 'triton',
      role_arn: expect.stringMatching(/^\$\{aws_iam_role\..*\.arn\}$/),
    });
  });

  const SERVICE = 'service:pods.eks.amazonaws.com';
  const ARN = 'arn:aws:eks:us-west-2:111122223333:cluster/shared';

  test.each<[boolean, string, string, string, string, string]>([
    [true, SERVICE, '111122223333', ARN, 'inference', 'triton'],
    [false, 'service:ec2.amazonaws.com', '111122223333', ARN, 'inference', 'triton'],
    [false, SERVICE, '444455556666', ARN, 'inference', 'triton'],
    [false, SERVICE, '111122223333', ARN.replace('shared', 'other'), 'inference', 'triton'],
    [false, SERVICE, '111122223333', ARN.replace('us-west-2', 'us-east-1'), 'inference', 'triton'],
    [false, SERVICE, '111122223333', ARN.replace('111122223333', '444455556666'), 'inference', 'triton'],
    [false, SERVICE, '111122223333', ARN, 'default', 'triton'],
    [false, SERVICE, '111122223333', ARN, 'inference', 'default'],
  ])('%s: %s of account %s takes it for %s, %s/%s', (allowed, principal, source, arn, namespace, account) => {
    const context = {
      'aws:SourceAccount': source,
      'aws:RequestTag/eks-cluster-arn': arn,
      'aws:RequestTag/kubernetes-namespace': namespace,
      'aws:RequestTag/kubernetes-service-account': account,
    };
    const trust = [askedIn('us-west-2', result.only('aws_iam_role').assume_role_policy as string)];
    for (const action of ['sts:AssumeRole', 'sts:TagSession']) {
      expect(isAllowed(trust, { action, resource: '', principal, context })).toBe(allowed);
    }
    expect(isAllowed(trust, { action: 'sts:AssumeRoleWithWebIdentity', resource: '', principal, context })).toBe(false);
  });
});

/** What AWS puts for the data sources of a policy. */
function askedIn(region: string, policy: string): string {
  return policy
    .replace(/\$\{data\.aws_partition\.\w+\.partition\}/g, 'aws')
    .replace(/\$\{data\.aws_region\.\w+\.id\}/g, region)
    .replace(/\$\{data\.aws_caller_identity\.\w+\.account_id\}/g, '111122223333');
}

describe('the role of a service account by IRSA', () => {
  const result = imported({ oidcProviderArn: OIDC }, (cluster) => {
    const role = cluster.serviceAccountRole('inference', 'triton');
    expect(role.serviceAccountAnnotations).toEqual({ 'eks.amazonaws.com/role-arn': role.roleArn });
  });

  test('has no association', () => expect(result.types).toEqual(['aws_iam_role']));

  test.each<[boolean, string, string, string]>([
    [true, `federated:${OIDC}`, 'sts.amazonaws.com', 'system:serviceaccount:inference:triton'],
    [false, 'federated:other', 'sts.amazonaws.com', 'system:serviceaccount:inference:triton'],
    [false, `federated:${OIDC}`, 'kubernetes.default.svc', 'system:serviceaccount:inference:triton'],
    [false, `federated:${OIDC}`, 'sts.amazonaws.com', 'system:serviceaccount:default:triton'],
    [false, `federated:${OIDC}`, 'sts.amazonaws.com', 'system:serviceaccount:inference:triton-2'],
  ])('%s: %s takes it with audience %s as %s', (allowed, principal, aud, sub) => {
    const trust = [result.only('aws_iam_role').assume_role_policy as string];
    const context = { [`${ISSUER}:aud`]: aud, [`${ISSUER}:sub`]: sub };
    expect(isAllowed(trust, { action: 'sts:AssumeRoleWithWebIdentity', resource: '', principal, context })).toBe(
      allowed,
    );
    expect(isAllowed(trust, { action: 'sts:AssumeRoleWithWebIdentity', resource: '', principal })).toBe(false);
  });

  test('takes the issuer out of an ARN that is not known yet', () => {
    const later = synthesize((stack) => {
      const { arn } = new IamOpenidConnectProvider(stack, 'Oidc', {
        url: `https://${ISSUER}`,
        clientIdList: ['sts.amazonaws.com'],
      });
      const cluster = EksGpuCluster.fromAttributes(stack, 'Cluster', { ...SHARED, oidcProviderArn: arn });
      cluster.serviceAccountRole('inference', 'triton');
    });
    expect(later.only('aws_iam_role').assume_role_policy).toMatch(
      /"\$\{element\(split\(":oidc-provider\/", aws_iam_openid_connect_provider\.\w+\.arn\), 1\)\}:sub":"system:serviceaccount:inference:triton"/,
    );
  });
});

describe('roles of service accounts', () => {
  test('have names with an ending of their own, for the same program may run in two regions of an account', () => {
    const long = 'a'.repeat(63);
    const build = () =>
      imported({ podIdentity: true, clusterName: 'c'.repeat(100) }, (cluster) => {
        cluster.serviceAccountRole(long, long);
        cluster.serviceAccountRole(long, `${'a'.repeat(62)}b`);
        cluster.serviceAccountRole('a-b', 'c');
        cluster.serviceAccountRole('a', 'b-c');
      });
    const roles = build().resources('aws_iam_role');
    expect(roles).toHaveLength(4);
    for (const role of roles) {
      expect(role).not.toHaveProperty('name');
      expect(role.name_prefix).toMatch(/^[a-z0-9-]{1,37}-$/);
    }
  });

  test('count their grants among what pods wait for', () => {
    imported({ podIdentity: true }, (cluster) => {
      const role = cluster.serviceAccountRole('inference', 'triton');
      ModelStore.fromBucketName(cluster, 'Models', 'models').grantRead(role);
      expect(role.ready).toHaveLength(3);
    });
  });

  test('are by Pod Identity on a cluster of our own', () => {
    const result = synthesize((stack) => {
      const cluster = new EksGpuCluster(stack, 'Cluster', { clusterName: 'chat' });
      expect(cluster.serviceAccountRole('inference', 'triton').serviceAccountAnnotations).toEqual({});
    });
    const association = result.where('aws_eks_pod_identity_association', { service_account: 'triton' });
    expect(association.cluster_name).toMatch(/^\$\{aws_eks_cluster\.\w+\.name\}$/);
  });

  test.each<[string, Partial<EksClusterAttributes>, string, string]>([
    ['neither agent nor provider', {}, 'triton', 'POD_IAM_UNAVAILABLE'],
    ['a name that Kubernetes refuses', { podIdentity: true }, 'Triton', 'INVALID_NAME serviceAccountName'],
  ])('fail for %s', (_, attributes, account, id) => {
    const build = () => imported(attributes, (cluster) => cluster.serviceAccountRole('inference', account));
    expect(build).toThrow(expect.objectContaining({ name: 'ValidationError', constructPath: 'test/Cluster' }));
    expect(idsOf(faultsThrown(build))).toEqual([id]);
  });
});

describe('an imported EKS cluster', () => {
  test('is looked up in AWS for missing attributes', () => {
    const result = imported({}, (cluster) => {
      expect(cluster).toMatchObject({
        clusterName: 'shared',
        clusterSecurityGroupId: 'sg-1',
        ready: [],
        nodeReady: [],
        tags: {},
      });
      expect(cluster.release).toBeUndefined();
      expect(cluster.connection.host).toMatch(/TfToken/);
    });
    expect(result.onlyData('aws_eks_cluster').name).toBe('shared');
    expect(result.types).toEqual([]);
  });

  test('is not looked up when all attributes are given', () => {
    const given = { vpcId: 'vpc-1', endpoint: 'https://api', certificateAuthorityData: 'Y2E=', region: 'us-west-2' };
    const result = imported(given, (cluster) => {
      expect(cluster.vpcId).toBe('vpc-1');
      expect(cluster.connection).toEqual({
        host: 'https://api',
        certificateAuthorityData: 'Y2E=',
        eksClusterName: 'shared',
        region: 'us-west-2',
      });
    });
    expect(result.json.data).toBeUndefined();
  });

  test.each<[string, Partial<EksClusterAttributes>, string]>([
    ['no security group', { securityGroupIds: [] }, 'EMPTY_LIST securityGroupIds'],
    ['a bad name', { clusterName: 'a b' }, 'INVALID_NAME clusterName'],
    ['zones that are not one to a subnet', { availabilityZones: ['a', 'b'] }, 'LENGTHS_DIFFER availabilityZones'],
  ])('fails for %s', (_, attributes, id) => expect(idsOf(faultsThrown(() => imported(attributes)))).toEqual([id]));
});
