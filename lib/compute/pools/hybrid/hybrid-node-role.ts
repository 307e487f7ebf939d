import { DataAwsPartition } from '@cdktf/provider-aws/lib/data-aws-partition';
import { EksAccessEntry } from '@cdktf/provider-aws/lib/eks-access-entry';
import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy';
import { IamRolePolicyAttachment } from '@cdktf/provider-aws/lib/iam-role-policy-attachment';
import { RolesanywhereProfile } from '@cdktf/provider-aws/lib/rolesanywhere-profile';
import { SsmActivation } from '@cdktf/provider-aws/lib/ssm-activation';
import { ITerraformDependable, TerraformProvider } from 'cdktf';
import { Construct } from 'constructs';
import { dependOn } from '../../../core/dependencies';
import { kubernetesName } from '../../../core/naming';
import { policyJson } from '../../../core/policy-json';
import { rolesAnywhereTrust, subjectTag, trustAnchor } from '../../../core/roles-anywhere';
import { escapeTemplate } from '../../../core/template-escape';
import { ClusterArn } from '../../cluster/cluster-arn';
import { roleAttributes } from '../../cluster/cluster-role';
import { IEksCluster } from '../../cluster/eks-cluster';
import { HybridCredentials } from './hybrid-credentials';

/** Longest that sessions of a role may last, in seconds, and how much longer than those of the profile they may be here. */
const LONGEST_SESSION = 43_200;
const SESSION_MARGIN = 3600;

/** Properties of `HybridNodeRole`. */
interface HybridNodeRoleProps {
  readonly cluster: IEksCluster;
  readonly poolName: string;
  readonly credentials: HybridCredentials;
  /** Seconds that credentials last. */
  readonly lifetime: number;
  readonly nodes: number;
  readonly tags: { [key: string]: string };
  readonly provider?: TerraformProvider;
}

/**
 * The role of the nodes of one pool outside AWS, how they take it on, and their entry in the cluster. No other pool has the role, so that it can be taken
 * from one site alone.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/hybrid-nodes-creds.html
 * @see https://github.com/aws/eks-hybrid/tree/main/example
 *
 * @internal
 */
export class HybridNodeRole extends Construct {
  public readonly roleArn: string;
  /** @default - Systems Manager gives the credentials */
  public readonly trustAnchorArn?: string;
  /** @default - Systems Manager gives the credentials */
  public readonly profileArn?: string;
  /** @default - Roles Anywhere gives the credentials */
  public readonly activation?: SsmActivation;
  /** What must exist before a node joins. */
  public readonly ready: ITerraformDependable[];

  public constructor(scope: Construct, id: string, props: HybridNodeRoleProps) {
    super(scope, id);
    const { provider, tags, cluster, credentials, poolName } = props;
    const { certificates, activation } = credentials;
    const arn = ClusterArn.of(this, cluster.clusterName, provider);
    const partition = new DataAwsPartition(this, 'Partition', { provider }).partition;
    const name = `${cluster.clusterName}-${poolName}`;
    this.trustAnchorArn = certificates && trustAnchor(this, 'TrustAnchor', { ...certificates, name, provider, tags });
    const role = new IamRole(this, 'Resource', {
      provider,
      namePrefix: `${kubernetesName(name, 37)}-`,
      description: `Nodes of pool ${poolName} of cluster ${cluster.clusterName}, outside AWS`,
      ...roleAttributes(cluster.roleOptions),
      maxSessionDuration: certificates ? Math.min(LONGEST_SESSION, props.lifetime + SESSION_MARGIN) : undefined,
      assumeRolePolicy: policyJson({
        Version: '2012-10-17',
        Statement:
          this.trustAnchorArn === undefined
            ? [ssmTrust(arn.accountId)]
            : nodeTrust(this.trustAnchorArn, certificates?.organizationalUnit),
      }),
      tags,
    });
    this.roleArn = role.arn;
    const policy = new IamRolePolicy(this, 'Policy', {
      provider,
      role: role.name,
      name: 'hybrid-node',
      policy: policyJson({
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Action: ['eks:DescribeCluster', 'eks-auth:AssumeRoleForPodIdentity'], Resource: arn.arn },
          ...(activation ? ssmStatements(partition, arn) : []),
        ],
      }),
    });
    const managed = ['AmazonEC2ContainerRegistryPullOnly', ...(activation ? ['AmazonSSMManagedInstanceCore'] : [])].map(
      (each) =>
        new IamRolePolicyAttachment(this, each, {
          provider,
          role: role.name,
          policyArn: `arn:${partition}:iam::aws:policy/${each}`,
        }),
    );
    const profile =
      certificates &&
      new RolesanywhereProfile(this, 'Profile', {
        provider,
        name: kubernetesName(name, 255),
        enabled: true,
        // Sessions are named after the node: its name is the common name of its certificate, and who it is in the cluster.
        acceptRoleSessionName: true,
        durationSeconds: props.lifetime,
        roleArns: [role.arn],
        tags,
      });
    this.profileArn = profile?.arn;
    this.activation =
      activation &&
      new SsmActivation(this, 'Activation', {
        provider,
        name: kubernetesName(name, 256),
        description: `Nodes of pool ${poolName} of cluster ${cluster.clusterName}`,
        iamRole: role.name,
        registrationLimit: props.nodes,
        expirationDate: escapeTemplate(activation.expiresAt),
        tags: { ...tags, EKSClusterARN: arn.arn },
        dependsOn: managed,
      });
    const entry = new EksAccessEntry(this, 'NodeAccess', {
      provider,
      clusterName: cluster.clusterName,
      principalArn: role.arn,
      type: 'HYBRID_LINUX',
      tags,
      // The name says nothing of when the cluster is there.
      dependsOn: dependOn(this, cluster.nodeReady),
    });
    this.ready = [
      policy,
      ...managed,
      entry,
      ...(profile ? [profile] : []),
      ...(this.activation ? [this.activation] : []),
    ];
  }
}

/** Certificates of this anchor alone, each of which can only name its own node. */
function nodeTrust(anchor: string, organizationalUnit: string | undefined) {
  const unit = organizationalUnit === undefined ? {} : { [subjectTag('OU')]: organizationalUnit };
  const name = `\${${subjectTag('CN')}}`;
  return [
    rolesAnywhereTrust(anchor, ['sts:TagSession', 'sts:SetSourceIdentity'], {}),
    rolesAnywhereTrust(anchor, 'sts:AssumeRole', { 'sts:RoleSessionName': name, ...unit }),
  ];
}

function ssmTrust(accountId: string) {
  return {
    Effect: 'Allow',
    Principal: { Service: 'ssm.amazonaws.com' },
    Action: 'sts:AssumeRole',
    Condition: { StringEquals: { 'aws:SourceAccount': accountId } },
  };
}

/** What `nodeadm uninstall` asks for, of nodes of this cluster alone. */
function ssmStatements(partition: string, cluster: ClusterArn) {
  return [
    { Effect: 'Allow', Action: 'ssm:DescribeInstanceInformation', Resource: '*' },
    {
      Effect: 'Allow',
      Action: 'ssm:DeregisterManagedInstance',
      Resource: `arn:${partition}:ssm:*:${cluster.accountId}:managed-instance/*`,
      Condition: { StringEquals: { 'ssm:resourceTag/EKSClusterARN': cluster.arn } },
    },
  ];
}
