import { fault } from '../../units/fault';
import { EksPodIdentityAssociation } from '@cdktf/provider-aws/lib/eks-pod-identity-association';
import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { Fn, ITerraformDependable, TerraformProvider, TerraformResource, Token } from 'cdktf';
import { Construct } from 'constructs';
import { IServiceAccountRole } from '../../core/aws-role';
import { throwIfInvalid } from '../../core/errors';
import { kubernetesName, kubernetesNameFault } from '../../core/naming';
import { isSynthesized } from '../../core/omission';
import { policyJson } from '../../core/policy-json';
import { RoleOptions } from '../../core/role-options';
import { ClusterArn } from './cluster-arn';
import { roleAttributes } from './cluster-role';
import { nameClass } from '../../units/own-class';
import { allOf } from '../../units/unreadable';

/** How the pods of a cluster get the credentials of a role. */
interface PodCredentials {
  /** Name of the cluster, known at synthesis. */
  readonly clusterName: string;
  /** Name of the cluster for resources: a reference if the cluster is created in the same program. */
  readonly clusterReference: string;
  /** Whether the EKS Pod Identity agent runs. */
  readonly podIdentity: boolean;
  /** ARN of the cluster's OpenID Connect provider in IAM. */
  readonly oidcProviderArn?: string;
  /** What all roles of the cluster have. @default - no boundary, path '/' */
  readonly options?: RoleOptions;
  readonly tags: { [key: string]: string };
  readonly provider?: TerraformProvider;
}

/**
 * The role of a service account, created in the given scope on the first call; the same one on every later call.
 *
 * @internal
 */
export function serviceAccountRole(
  scope: Construct,
  namespace: string,
  serviceAccountName: string,
  credentials: PodCredentials,
): ServiceAccountRole {
  throwIfInvalid(
    scope,
    allOf(
      () => kubernetesNameFault('namespace', namespace),
      () => kubernetesNameFault('serviceAccountName', serviceAccountName),
      () =>
        credentials.podIdentity || credentials.oidcProviderArn
          ? []
          : [
              fault(
                'POD_IAM_UNAVAILABLE',
                undefined,
                `service account '${namespace}/${serviceAccountName}' cannot act with an IAM role, because cluster ` +
                  `'${credentials.clusterName}' has neither the EKS Pod Identity agent nor a known OpenID Connect provider; set podIdentity or ` +
                  'oidcProviderArn on the cluster',
              ),
            ],
    ),
  );
  // A name has no slash, so two service accounts never have the same id.
  const id = `Role-${namespace}--${serviceAccountName}`;
  const known = scope.node.tryFindChild(id) as ServiceAccountRole | undefined;
  return known ?? new ServiceAccountRole(scope, id, namespace, serviceAccountName, credentials);
}

/**
 * The role of one service account.
 *
 * @internal
 */
export class ServiceAccountRole extends Construct implements IServiceAccountRole {
  public readonly roleName: string;
  public readonly roleArn: string;
  public readonly serviceAccountAnnotations: { [key: string]: string };

  public constructor(scope: Construct, id: string, namespace: string, account: string, credentials: PodCredentials) {
    super(scope, id);
    const { provider, tags, clusterName, oidcProviderArn } = credentials;
    const statement = credentials.podIdentity
      ? podIdentityTrust(ClusterArn.of(scope, clusterName, provider), namespace, account)
      : webIdentityTrust(oidcProviderArn ?? '', namespace, account);
    const role = new IamRole(this, 'Resource', {
      provider,
      // IAM takes at most 38 characters as a prefix. Roles are global: the same program may be applied to two regions of an account.
      namePrefix: `${kubernetesName(`${clusterName}-${namespace}-${account}`, 37)}-`,
      ...roleAttributes(credentials.options),
      description: `Service account ${namespace}/${account} of cluster ${clusterName}`,
      assumeRolePolicy: policyJson({ Version: '2012-10-17', Statement: [statement] }),
      tags,
    });
    this.roleName = role.name;
    this.roleArn = role.arn;
    this.serviceAccountAnnotations = credentials.podIdentity ? {} : { 'eks.amazonaws.com/role-arn': this.roleArn };
    if (credentials.podIdentity) {
      new EksPodIdentityAssociation(this, 'Association', {
        provider,
        clusterName: credentials.clusterReference,
        namespace,
        serviceAccount: account,
        roleArn: role.arn,
        tags,
      });
    }
  }

  /** The role, its association and every policy that it has been granted so far on what is in the tree. */
  public get ready(): ITerraformDependable[] {
    return this.node.children
      .filter((child): child is TerraformResource => TerraformResource.isTerraformResource(child))
      .filter(isSynthesized);
  }
}

nameClass('IServiceAccountRole', ServiceAccountRole);

/**
 * Trusts only pods of this service account on this cluster, by the session tags that EKS sets when it assumes the role. Not by the name of
 * the cluster, which another region or account may have too. `aws:SourceArn` is left out: reports differ on what EKS sets there.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/pod-id-role.html
 * @see https://docs.aws.amazon.com/eks/latest/userguide/pod-id-assign-target-role.html
 * @see https://github.com/awslabs/mountpoint-s3-csi-driver/issues/781
 */
function podIdentityTrust(cluster: ClusterArn, namespace: string, account: string) {
  return {
    Effect: 'Allow',
    Principal: { Service: 'pods.eks.amazonaws.com' },
    Action: ['sts:AssumeRole', 'sts:TagSession'],
    Condition: {
      StringEquals: {
        'aws:SourceAccount': cluster.accountId,
        'aws:RequestTag/eks-cluster-arn': cluster.arn,
        'aws:RequestTag/kubernetes-namespace': namespace,
        'aws:RequestTag/kubernetes-service-account': account,
      },
    },
  };
}

/**
 * @see https://docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html
 */
function webIdentityTrust(oidcProviderArn: string, namespace: string, account: string) {
  const issuer = issuerOf(oidcProviderArn);
  return {
    Effect: 'Allow',
    Principal: { Federated: oidcProviderArn },
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition: {
      StringEquals: {
        [`${issuer}:aud`]: 'sts.amazonaws.com',
        [`${issuer}:sub`]: `system:serviceaccount:${namespace}:${account}`,
      },
    },
  };
}

/** `arn:aws:iam::123456789012:oidc-provider/<issuer without https://>`. */
function issuerOf(oidcProviderArn: string): string {
  const marker = ':oidc-provider/';
  return Token.isUnresolved(oidcProviderArn)
    ? Token.asString(Fn.element(Fn.split(marker, oidcProviderArn), 1))
    : oidcProviderArn.slice(oidcProviderArn.indexOf(marker) + marker.length);
}
