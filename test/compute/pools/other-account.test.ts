import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { TerraformStack } from 'cdktf';
import { GpuInstanceType } from '../../../lib/catalog/gpu-instance-type';
import { ClusterAutoscaler } from '../../../lib/compute/agents/cluster-autoscaler';
import { Karpenter } from '../../../lib/compute/agents/karpenter';
import { IEksCluster } from '../../../lib/compute/cluster/eks-cluster';
import { EksGpuCluster } from '../../../lib/compute/cluster/eks-gpu-cluster';
import { EksClusterAttributes } from '../../../lib/compute/cluster/eks-gpu-cluster-props';
import { KarpenterGpuNodePool } from '../../../lib/compute/pools/karpenter/karpenter-gpu-node-pool';
import { GpuNodePool } from '../../../lib/compute/pools/managed/gpu-node-pool';
import { KubernetesAccess } from '../../../lib/kubernetes/kubernetes-access';
import { testApp } from '../../support/synth';
import { refusal } from '../test-pool';

const [ONE, TWO] = ['111111111111', '222222222222'];
const assuming = (account: string) => ({ assumeRole: [{ roleArn: `arn:aws:iam::${account}:role/deploy` }] });
const size = { instanceType: GpuInstanceType.G6E_XLARGE, minNodes: 1, maxNodes: 1 };
const ACCEPTED = 'nothing was refused';

function stackAs(identity: object, app = testApp(), id = 'first'): TerraformStack {
  const stack = new TerraformStack(app, id);
  new AwsProvider(stack, 'Aws', { region: 'us-west-2', ...identity });
  return stack;
}
const named = (stack: TerraformStack, id: string, identity: object) =>
  new AwsProvider(stack, id, { region: 'us-west-2', alias: id.toLowerCase(), ...identity });
const imported = (stack: TerraformStack, attributes: Partial<EksClusterAttributes> = {}) =>
  EksGpuCluster.fromAttributes(stack, 'Cluster', {
    clusterName: 'shared',
    subnetIds: ['subnet-1'],
    securityGroupIds: ['sg-1'],
    vpcId: 'vpc-1',
    endpoint: 'https://shared.eks',
    certificateAuthorityData: 'Y2E=',
    kubernetesVersion: '1.35',
    ...attributes,
  });
const own = (stack: TerraformStack) => new EksGpuCluster(stack, 'Cluster', { clusterName: 'chat' });

describe.each([GpuNodePool, KarpenterGpuNodePool])('%p in another account than its cluster', (Pool) => {
  const outcome = (build: () => { scope: TerraformStack; cluster: IEksCluster; provider?: AwsProvider }) => {
    try {
      return refusal(() => {
        const { scope, cluster, provider } = build();
        new Pool(scope, 'Pool', { ...size, cluster, provider });
      });
    } catch (error) {
      return (error as Error).message;
    }
  };
  const REFUSED = 'POOL_IN_OTHER_ACCOUNT provider';

  test.each<[string, string, () => { scope: TerraformStack; cluster: IEksCluster; provider?: AwsProvider }]>([
    [
      'is refused by a provider of its own',
      REFUSED,
      () => {
        const scope = stackAs(assuming(ONE));
        return { scope, cluster: own(scope), provider: named(scope, 'Other', { allowedAccountIds: [TWO] }) };
      },
    ],
    [
      'is refused in a stack of another account',
      REFUSED,
      () => {
        const app = testApp();
        const cluster = own(stackAs(assuming(ONE), app));
        return { scope: stackAs(assuming(TWO), app, 'second'), cluster };
      },
    ],
    [
      'is refused on an import by a provider of another one',
      REFUSED,
      () => {
        const scope = stackAs({});
        const cluster = imported(scope, { provider: named(scope, 'One', assuming(ONE)) });
        return { scope, cluster, provider: named(scope, 'Two', assuming(TWO)) };
      },
    ],
    [
      'may be on an import whose account is not known',
      ACCEPTED,
      () => {
        const scope = stackAs(assuming(ONE));
        return { scope, cluster: imported(scope), provider: named(scope, 'Two', assuming(TWO)) };
      },
    ],
    [
      'may be by another role of one account',
      ACCEPTED,
      () => {
        const scope = stackAs(assuming(ONE));
        return { scope, cluster: own(scope), provider: named(scope, 'Two', { allowedAccountIds: [ONE] }) };
      },
    ],
    [
      'may be where one of the accounts is not known',
      ACCEPTED,
      () => {
        const scope = stackAs({ profile: 'one' });
        return { scope, cluster: own(scope), provider: named(scope, 'Two', assuming(TWO)) };
      },
    ],
  ])('%s', (_, expected, build) => expect(outcome(build)).toBe(expected));
});

describe('what belongs to an import in another region than its provider', () => {
  const there = (attributes: Partial<EksClusterAttributes>) => {
    const cluster = imported(stackAs({}), { region: 'eu-west-1', ...attributes });
    KubernetesAccess.of(cluster, cluster);
    return cluster;
  };
  const scopeOf = (cluster: IEksCluster) => cluster.node.scope as TerraformStack;
  const OIDC = 'arn:aws:iam::123456789012:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/ABC';

  test.each<[string, (cluster: IEksCluster) => unknown]>([
    ['a role of its pods', (cluster) => cluster.serviceAccountRole('inference', 'chat')],
    ['the cluster autoscaler', (cluster) => new ClusterAutoscaler(scopeOf(cluster), 'Autoscaler', { cluster })],
    ['Karpenter', (cluster) => new Karpenter(scopeOf(cluster), 'Karpenter', { cluster })],
  ])('is refused: %s', (_, make) => {
    expect(refusal(() => make(there({ podIdentity: true })))).toBe('CLUSTER_IN_OTHER_REGION provider');
  });

  test('is not where it is of no region, or the provider is for it', () => {
    expect(() => there({ oidcProviderArn: OIDC }).serviceAccountRole('inference', 'chat')).not.toThrow();
    const stack = stackAs({});
    const provider = new AwsProvider(stack, 'There', { region: 'eu-west-1', alias: 'there' });
    const cluster = imported(stack, { region: 'eu-west-1', podIdentity: true, provider });
    expect(() => cluster.serviceAccountRole('inference', 'chat')).not.toThrow();
  });

  test('is refused for the queue of Karpenter, whose roles are of no region', () => {
    const cluster = there({ oidcProviderArn: OIDC });
    expect(refusal(() => new Karpenter(scopeOf(cluster), 'Karpenter', { cluster }))).toBe(
      'CLUSTER_IN_OTHER_REGION provider',
    );
  });
});
