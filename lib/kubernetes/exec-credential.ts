import { Lazy, TerraformProvider, TerraformStack } from 'cdktf';
import { ClusterConnection, IKubernetesCluster } from '../core/kubernetes-cluster';
import { escapeTemplate, escapeTemplates } from '../core/template-escape';
import { Fault, fault } from '../units/fault';
import { Attributes, resolvedValue } from '../core/resolved-value';

/** What `aws eks get-token` is told about the identity to sign in with. */
interface AwsIdentity {
  readonly roleArn?: string;
  readonly profile?: string;
}

/** The identity of an AWS provider, and what of it `aws eks get-token` cannot have. */
interface ReadIdentity extends AwsIdentity {
  readonly gaps: string[];
}

/**
 * How a provider of Kubernetes objects signs in to an EKS cluster: by `aws eks get-token`, as the identity of the cluster's AWS provider
 * unless another one is given. Undefined for other clusters.
 *
 * @param stack stack of the provider
 * @param cluster the cluster
 * @param given identity that the user gave; the AWS provider is not asked for what is in it, nor for a role if there is a profile
 *
 * @see https://docs.aws.amazon.com/cli/latest/reference/eks/get-token.html
 *
 * @internal
 */
export function execCredential(stack: TerraformStack, cluster: IKubernetesCluster, given: AwsIdentity) {
  const { eksClusterName, region }: ClusterConnection = cluster.connection;
  if (!eksClusterName) return undefined;
  const args = () => {
    const { roleArn, profile } = effectiveIdentity(
      stack,
      cluster,
      escapeTemplates({ roleArn: given.roleArn, profile: given.profile }),
    );
    return [
      'eks',
      'get-token',
      '--output',
      'json',
      '--cluster-name',
      escapeTemplate(eksClusterName),
      ...(region ? ['--region', escapeTemplate(region)] : []),
      ...(roleArn ? ['--role-arn', roleArn] : []),
      ...(profile ? ['--profile', profile] : []),
    ];
  };
  return {
    apiVersion: 'client.authentication.k8s.io/v1beta1',
    command: 'aws',
    // The AWS provider may be created, or changed by an override, after this one.
    args: Lazy.listValue({ produce: args }),
  };
}

/**
 * The warning that Terraform would act as one identity in AWS and as another one on the cluster, which refuses it.
 *
 * @internal
 */
export function identityFaults(stack: TerraformStack, cluster: IKubernetesCluster, given: AwsIdentity): Fault[] {
  if (!cluster.connection.eksClusterName || given.roleArn || given.profile) return [];
  const gaps = identityOf(stack, cluster).gaps;
  if (gaps.length === 0) return [];
  return [
    fault(
      'ACCESS_WITHOUT_AWS_IDENTITY',
      undefined,
      `the AWS provider of cluster '${cluster.clusterName}' ${gaps.join(' and ')}, which \`aws eks get-token\` is not told, so that the ` +
        `Kubernetes providers of stack '${stack.node.id}' would sign in as another identity, which the cluster may refuse; pass roleArn or ` +
        'profile to KubernetesAccess.of before the constructs that use the cluster, or as kubernetesAccess of the topology, or accept this by ' +
        "Warnings.accept(stack, 'ACCESS_WITHOUT_AWS_IDENTITY', '<reason>')",
    ),
  ];
}

function effectiveIdentity(stack: TerraformStack, cluster: IKubernetesCluster, given: AwsIdentity): AwsIdentity {
  // A profile may assume a role by itself.
  if (given.profile !== undefined) return given;
  const inherited = identityOf(stack, cluster);
  return { roleArn: given.roleArn ?? inherited.roleArn, profile: inherited.profile };
}

function identityOf(stack: TerraformStack, cluster: IKubernetesCluster): ReadIdentity {
  const provider = awsProviderOf(cluster);
  if (!provider) return { gaps: [] };
  const owner = TerraformStack.of(provider);
  const attributes = attributesOf(provider);
  const gaps = UNTOLD.filter(([attribute]) => isSet(attributes[attribute])).map(([, what]) => what);
  const readable = (value: unknown, what: string): string | undefined => {
    if (value === undefined || value === null) return undefined;
    // A reference can be told within its own stack only.
    if (typeof value === 'string' && (owner === stack || !value.includes('${'))) return value;
    gaps.push(`${what} that is known only to Terraform`);
    return undefined;
  };
  const profile = readable(attributes.profile, 'has a profile');
  const roles: unknown = attributes.assume_role;
  if (!isSet(roles)) return { profile, gaps };
  const [role, ...more] = (Array.isArray(roles) ? roles : [roles]) as Attributes[];
  if (typeof role !== 'object') return { profile, gaps: [...gaps, 'assumes a role that is known only to Terraform'] };
  if (more.length > 0) return { profile, gaps: [...gaps, `assumes ${more.length + 1} roles, one after another`] };
  const demanded = UNTOLD_OF_ROLE.filter(([attribute]) => isSet(role[attribute])).map(([, what]) => what);
  if (demanded.length > 0) return { profile, gaps: [...gaps, `assumes a role with ${demanded.join(' and ')}`] };
  return { profile, roleArn: readable(role.role_arn, 'assumes a role'), gaps };
}

/** Credentials of an AWS provider for which `aws eks get-token` has no option. */
const UNTOLD: readonly (readonly [attribute: string, what: string])[] = [
  ['access_key', 'has an access key'],
  ['assume_role_with_web_identity', 'assumes a role by a web identity'],
  ['shared_config_files', 'reads other configuration files'],
  ['shared_credentials_files', 'reads other files of credentials'],
];

/** What the trust policy of a role may ask for, and `aws eks get-token` does not send. */
const UNTOLD_OF_ROLE: readonly (readonly [attribute: string, what: string])[] = [
  ['external_id', 'an external id'],
  ['source_identity', 'a source identity'],
  ['tags', 'session tags'],
];

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0);
}

/** The AWS provider that creates or reads the cluster. */
function awsProviderOf(cluster: IKubernetesCluster): TerraformProvider | undefined {
  if (cluster.provider) return cluster.provider;
  return TerraformStack.of(cluster)
    .node.findAll()
    .filter((child) => TerraformProvider.isTerraformProvider(child))
    .find(({ terraformResourceType, alias }) => terraformResourceType === 'aws' && alias === undefined);
}

/** The attributes of a provider as they are synthesized, overrides included; references are expressions in `${}`. */
function attributesOf(provider: TerraformProvider): Attributes {
  const json = provider.toTerraform() as { readonly provider?: { readonly [type: string]: Attributes[] } } | undefined;
  const [attributes] = json?.provider?.[provider.terraformResourceType] ?? [];
  return resolvedValue(provider, attributes ?? {}) as Attributes;
}
