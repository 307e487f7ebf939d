import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { TerraformStack } from 'cdktf';
import { ModelSpec } from '../../../lib/catalog/model-spec';
import { EksGpuCluster } from '../../../lib/compute/cluster/eks-gpu-cluster';
import { KubernetesCluster } from '../../../lib/compute/cluster/kubernetes-cluster';
import { KubernetesAccess } from '../../../lib/kubernetes/kubernetes-access';
import { CloudTopology } from '../../../lib/topology/cloud/cloud-topology';
import { faultsThrown, idsOf } from '../../support/faults';
import { testApp } from '../../support/synth';

const ACCOUNT = '123456789012';
const role = (partition = 'aws', account = ACCOUNT) => `arn:${partition}:iam::${account}:role/team/Ops`;

function stackIn(region?: string): TerraformStack {
  const stack = new TerraformStack(testApp(), 'people');
  new AwsProvider(stack, 'Aws', { region, allowedAccountIds: [ACCOUNT] });
  return stack;
}
const cluster = (stack: TerraformStack, admins?: string[]) =>
  new EksGpuCluster(stack, 'Cluster', { clusterName: 'chat', admins });

describe('administrators', () => {
  test.each<[string, string, string]>([
    ['of another partition', role('aws-cn'), 'ARN_OF_OTHER_PARTITION'],
    ['of GovCloud', role('aws-us-gov'), 'ARN_OF_OTHER_PARTITION'],
    ['by a session', `arn:aws:sts::${ACCOUNT}:assumed-role/Ops/me`, 'INVALID_FORMAT'],
    ['by an instance profile', `arn:aws:iam::${ACCOUNT}:instance-profile/Ops`, 'INVALID_FORMAT'],
    ['by a group', `arn:aws:iam::${ACCOUNT}:group/Ops`, 'INVALID_FORMAT'],
    ['by a name', 'Ops', 'INVALID_FORMAT'],
    ['by a role of a service', `arn:aws:iam::${ACCOUNT}:role/aws-service-role/x.amazonaws.com/X`, 'INVALID_FORMAT'],
  ])('are refused %s, named at once or later', (_, arn, id) => {
    expect(idsOf(faultsThrown(() => cluster(stackIn('us-west-2'), [role(), arn])))).toEqual([`${id} admins[1]`]);
    expect(idsOf(faultsThrown(() => cluster(stackIn('us-west-2')).grantAdmin('ops', arn)))).toEqual([
      `${id} principalArn`,
    ]);
  });

  // https://github.com/aws/containers-roadmap/issues/185: an entry of a role of a separate account lets it in.
  test('may be of another account, and of a partition that is not known', () => {
    expect(() => cluster(stackIn('us-west-2'), [role('aws', '999999999999')])).not.toThrow();
    expect(() => cluster(stackIn('cn-north-1'), [role('aws-cn')])).not.toThrow();
    expect(() => cluster(stackIn(), [role('aws-cn')])).not.toThrow();
  });

  test('are named once', () => {
    const made = cluster(stackIn('us-west-2'), [role()]);
    made.grantAdmin('others', role('aws', '999999999999'));
    for (const arn of [role(), role('aws', '999999999999')])
      expect(idsOf(faultsThrown(() => made.grantAdmin('again', arn)))).toEqual(['DUPLICATE principalArn']);
  });
});

describe('the role to sign in with', () => {
  const SESSION = `arn:aws:sts::${ACCOUNT}:assumed-role/Ops/me`;
  const imported = (stack: TerraformStack) =>
    EksGpuCluster.fromAttributes(stack, 'Cluster', {
      clusterName: 'chat',
      subnetIds: ['subnet-1'],
      securityGroupIds: ['sg-1'],
      region: 'us-west-2',
    });

  test.each<[string, string, string]>([
    ['the name of a role', 'ops', 'INVALID_FORMAT'],
    ['a session', SESSION, 'INVALID_FORMAT'],
    ['a user', `arn:aws:iam::${ACCOUNT}:user/me`, 'INVALID_FORMAT'],
    ['a role of another partition', role('aws-cn'), 'ARN_OF_OTHER_PARTITION'],
  ])('is not %s', (_, roleArn, id) => {
    for (const make of [cluster, imported]) {
      const stack = stackIn('us-west-2');
      expect(idsOf(faultsThrown(() => KubernetesAccess.of(stack, make(stack), { roleArn })))).toEqual([
        `${id} options.roleArn`,
      ]);
    }
    const topology = () =>
      new CloudTopology(stackIn('us-west-2'), 'Cloud', {
        clusterName: 'chat',
        models: [{ model: ModelSpec.LLAMA_3_2_1B }],
        kubernetesAccess: { roleArn },
      });
    const faults = faultsThrown(topology);
    expect(idsOf(faults)).toEqual([`${id} kubernetesAccess.roleArn`]);
    expect(faults[0].reason).toMatch(/^kubernetesAccess\.roleArn must be /);
  });

  test('may be of another account; a cluster that is no one of AWS has none', () => {
    const stack = stackIn('us-west-2');
    expect(() => KubernetesAccess.of(stack, cluster(stack), { roleArn: role('aws', '999999999999') })).not.toThrow();
    const rack = KubernetesCluster.fromKubeconfig(stack, 'Rack', { configPath: 'kubeconfig' });
    expect(() => KubernetesAccess.of(stack, rack, { roleArn: role('aws-cn') })).not.toThrow();
  });
});
