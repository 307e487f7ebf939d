import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { TerraformStack, TerraformVariable } from 'cdktf';
import { GpuInstanceType } from '../../../lib/catalog/gpu-instance-type';
import { EksGpuCluster } from '../../../lib/compute/cluster/eks-gpu-cluster';
import { KarpenterGpuNodePool } from '../../../lib/compute/pools/karpenter/karpenter-gpu-node-pool';
import { GpuNodePool } from '../../../lib/compute/pools/managed/gpu-node-pool';
import { KubernetesAccess } from '../../../lib/kubernetes/kubernetes-access';
import { Block, Synthesized, synthStack, testApp } from '../../support/synth';

const sizes = { instanceType: GpuInstanceType.G4DN_XLARGE, minNodes: 1, maxNodes: 1 };

/** A cluster with pools of both kinds, by a provider for a region. */
function program(region?: string | ((stack: TerraformStack) => string)): Synthesized {
  const stack = new TerraformStack(testApp(), 'partitions');
  new AwsProvider(stack, 'Aws', { region: typeof region === 'function' ? region(stack) : region });
  const cluster = new EksGpuCluster(stack, 'Cluster', { clusterName: 'chat' });
  KubernetesAccess.of(stack, cluster);
  new GpuNodePool(stack, 'Managed', { cluster, ...sizes });
  new KarpenterGpuNodePool(stack, 'Karpenter', { cluster, ...sizes, minNodes: 0 });
  return synthStack(stack);
}

const trusted = (result: Synthesized): string[] =>
  result.resources('aws_iam_role').flatMap(({ assume_role_policy: policy }: Block) => {
    const [{ Principal }] = (JSON.parse(policy as string) as { Statement: { Principal: Block }[] }).Statement;
    return (Principal.Service as string | undefined) ?? [];
  });

test.each([
  ['us-west-2', 'ec2.amazonaws.com'],
  ['us-gov-west-1', 'ec2.amazonaws.com'],
  ['cn-north-1', 'ec2.amazonaws.com.cn'],
  ['cn-northwest-1', 'ec2.amazonaws.com.cn'],
])('in %s the roles of nodes trust %s, those of services what is the same everywhere', (region, principal) => {
  const found = trusted(program(region)).filter((each) => !each.startsWith('pods.'));
  expect([...found].sort()).toEqual(
    [principal, principal, principal, 'eks.amazonaws.com', 'vpc-flow-logs.amazonaws.com'].sort(),
  );
});

test.each<[string, undefined | ((stack: TerraformStack) => string)]>([
  ['the environment', undefined],
  ['a variable', (stack) => new TerraformVariable(stack, 'region', { type: 'string' }).stringValue],
])('where the region is known only to %s, Terraform chooses by the partition', (_, region) => {
  const result = program(region);
  const nodes = trusted(result).filter((each) => each.includes('${'));
  expect(nodes).toHaveLength(3);
  for (const reference of nodes) {
    const local = /^\$\{local\.(\w+)\}$/.exec(reference)![1];
    expect((result.json.locals as Block)[local]).toMatch(
      /^\$\{lookup\(\{"aws-cn" = "ec2\.amazonaws\.com\.cn"\}, data\.aws_partition\.\w+\.partition, "ec2\.amazonaws\.com"\)\}$/,
    );
  }
});

test('the endpoints of services are called as the partition calls them', () => {
  const names = program('cn-north-1')
    .resources('aws_vpc_endpoint')
    .map(({ service_name: name }: Block) =>
      String(name)
        .replace(/data\.aws_(partition|region)\.\w+\./g, '')
        .replace('${id}', 'REGION'),
    );
  const inChina = '${lookup({"aws-cn" = "cn.com.amazonaws"}, partition, "com.amazonaws")}';
  expect(names.sort()).toEqual([
    '${lookup({"aws-cn" = "cn.com.amazonaws"}, partition, "com.amazonaws")}.REGION.eks-auth',
    `${inChina}.REGION.sts`,
    '${reverse_dns_prefix}.REGION.ecr.api',
    '${reverse_dns_prefix}.REGION.ecr.dkr',
    'com.amazonaws.REGION.s3',
  ]);
});

test('the key of logs lets in the service of the region and its partition', () => {
  const { policy } = program('cn-north-1').where('aws_kms_key', {
    description: 'Secrets and logs of EKS cluster chat',
  });
  expect(policy).toMatch(/"logs\.\$\{data\.aws_region\.\w+\.id\}\.\$\{data\.aws_partition\.\w+\.dns_suffix\}"/);
});
