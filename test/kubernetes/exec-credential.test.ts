import { AwsProvider, AwsProviderConfig } from '@cdktf/provider-aws/lib/provider';
import { Fn, TerraformStack, TerraformVariable } from 'cdktf';
import { EksGpuCluster, KubernetesAccess, KubernetesAccessOptions, KubernetesCluster, Warnings } from '../../lib';
import { warningsOf } from '../support/faults';
import { synthStacks, testApp, testStack } from '../support/synth';

const ROLE = 'arn:aws:iam::123456789012:role/deploy';
const ASSUMED = { assumeRole: [{ roleArn: ROLE }] };

interface Access {
  /** What follows the region in the arguments of `aws eks get-token`, of both providers. */
  readonly kubernetes: string[];
  readonly helm: string[];
  readonly warnings: string[];
}

/** How the providers of a workload stack sign in, where the AWS provider of the cluster's stack has these properties. */
function access(
  aws: Partial<AwsProviderConfig> | ((stack: TerraformStack) => Partial<AwsProviderConfig>),
  options?: KubernetesAccessOptions,
  { sameStack = false, accepts = false } = {},
): Access {
  const app = testApp();
  const infra = testStack(app, 'infra');
  const workload = sameStack ? infra : testStack(app, 'workload');
  const provider = infra.node.findChild('Aws') as AwsProvider;
  const cluster = EksGpuCluster.fromAttributes(infra, 'Cluster', {
    clusterName: 'chat',
    region: 'us-west-2',
    subnetIds: ['subnet-1'],
    securityGroupIds: ['sg-1'],
  });
  if (accepts) Warnings.accept(workload, 'ACCESS_WITHOUT_AWS_IDENTITY', 'the pipeline signs in by itself');
  KubernetesAccess.of(workload, cluster, options).ensureHelmProvider();
  // Later than the access: the provider is read when the stack is synthesized.
  Object.assign(provider, typeof aws === 'function' ? aws(infra) : aws);
  const stacks = sameStack ? [infra] : [infra, workload];
  const { json } = synthStacks(...stacks)[stacks.length - 1];
  const after = (args: string[]) => args.slice(args.indexOf('--region') + 2);
  return {
    kubernetes: after(json.provider.kubernetes[0].exec[0].args as string[]),
    helm: after(json.provider.helm[0].kubernetes.exec.args as string[]),
    warnings: warningsOf(app).map(({ id }) => id),
  };
}

describe('the identity of the AWS provider', () => {
  test.each<[string, Partial<AwsProviderConfig>, string[]]>([
    ['a profile', { profile: 'prod' }, ['--profile', 'prod']],
    ['a role', ASSUMED, ['--role-arn', ROLE]],
    ['both', { profile: 'prod', ...ASSUMED }, ['--role-arn', ROLE, '--profile', 'prod']],
    ['a role with a session name', { assumeRole: [{ roleArn: ROLE, sessionName: 'ci' }] }, ['--role-arn', ROLE]],
    ['neither', {}, []],
  ])('is passed on: %s', (_, aws, args) => {
    expect(access(aws)).toEqual({ kubernetes: args, helm: args, warnings: [] });
    expect(access(aws, undefined, { sameStack: true })).toEqual({ kubernetes: args, helm: args, warnings: [] });
  });

  test('is passed on as a reference within its stack, and warned of in another', () => {
    const aws = (stack: TerraformStack) => ({ profile: new TerraformVariable(stack, 'profile', {}).stringValue });
    expect(access(aws, undefined, { sameStack: true })).toMatchObject({
      kubernetes: ['--profile', '${var.profile}'],
      warnings: [],
    });
    expect(access(aws)).toMatchObject({ kubernetes: [], warnings: ['ACCESS_WITHOUT_AWS_IDENTITY'] });
  });

  test.each<[string, Partial<AwsProviderConfig>]>([
    ['a role with an external id', { assumeRole: [{ roleArn: ROLE, externalId: 'x' }] }],
    ['two roles', { assumeRole: [{ roleArn: ROLE }, { roleArn: ROLE }] }],
    ['a list of roles that only Terraform knows', { assumeRole: Fn.concat([[], []]) as never }],
    ['a web identity', { assumeRoleWithWebIdentity: [{ roleArn: ROLE, webIdentityToken: 'x' }] }],
    ['an access key', { accessKey: 'AKIA', secretKey: 'x' }],
    ['another file of credentials', { sharedCredentialsFiles: ['~/.aws/other'] }],
  ])('is warned of where it cannot be passed on: %s', (_, aws) => {
    expect(access(aws).warnings).toEqual(['ACCESS_WITHOUT_AWS_IDENTITY']);
    expect(access(aws, { roleArn: ROLE }).warnings).toEqual([]);
    expect(access(aws, undefined, { accepts: true }).warnings).toEqual([]);
  });

  test('yields to what is given: a role goes with the profile, a profile stands alone', () => {
    const aws = { profile: 'prod', ...ASSUMED };
    expect(access(aws, { roleArn: 'arn:aws:iam::123456789012:role/ops' }).kubernetes).toEqual([
      '--role-arn',
      'arn:aws:iam::123456789012:role/ops',
      '--profile',
      'prod',
    ]);
    expect(access(aws, { profile: 'ops' }).kubernetes).toEqual(['--profile', 'ops']);
    expect(access(aws, { proxyUrl: 'socks5://localhost:1080' }).kubernetes).toEqual([
      '--role-arn',
      ROLE,
      '--profile',
      'prod',
    ]);
  });
});

test('the provider that was passed to the cluster is asked, not the default one', () => {
  const stack = testStack();
  const provider = new AwsProvider(stack, 'Prod', { alias: 'prod', region: 'eu-west-1', profile: 'prod' });
  const cluster = new EksGpuCluster(stack, 'Cluster', { clusterName: 'chat', provider });
  KubernetesAccess.of(stack, cluster);
  const [{ json }] = synthStacks(stack);
  expect(json.provider.kubernetes[0].exec[0].args.slice(-2)).toEqual(['--profile', 'prod']);
});

test('a cluster outside AWS has no such identity', () => {
  const stack = testStack();
  Object.assign(stack.node.findChild('Aws'), ASSUMED);
  KubernetesAccess.of(stack, KubernetesCluster.fromKubeconfig(stack, 'Rack', { configPath: 'rack.yaml' }));
  const [{ json }] = synthStacks(stack);
  expect(json.provider.kubernetes[0]).not.toHaveProperty('exec');
});
