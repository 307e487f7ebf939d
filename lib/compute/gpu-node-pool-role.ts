import { DataAwsPartition } from '@cdktf/provider-aws/lib/data-aws-partition';
import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { IamRolePolicyAttachment } from '@cdktf/provider-aws/lib/iam-role-policy-attachment';
import { ITerraformDependable, TerraformProvider } from 'cdktf';
import { Construct } from 'constructs';
import { kubernetesName } from '../core/naming';
import { IEksCluster } from './eks-cluster';

/** What every node must do: join the cluster, and pull images. */
const NODE_POLICIES = ['AmazonEKSWorkerNodePolicy', 'AmazonEC2ContainerRegistryPullOnly'];

/** What the VPC CNI must do. It has a role of its own on the clusters of this library; of others that is not known. */
const CNI_POLICY = 'AmazonEKS_CNI_Policy';

/** What the role of a pool is made from. */
interface NodeRoleProps {
  readonly name: string;
  readonly cluster: IEksCluster;
  readonly tags: { [key: string]: string };
  readonly provider?: TerraformProvider;
}

/**
 * The IAM role that the nodes of one pool act with.
 *
 * EKS makes its access entry when it makes the node group.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/create-node-role.html
 *
 * @internal
 */
export class NodeRole extends Construct {
  public readonly roleName: string;
  public readonly roleArn: string;
  /** What must be there before a node starts with the role. */
  public readonly ready: ITerraformDependable[];

  public constructor(scope: Construct, id: string, props: NodeRoleProps) {
    super(scope, id);
    const { provider, cluster } = props;
    const role = new IamRole(this, 'Resource', {
      provider,
      // IAM takes at most 38 characters as a prefix.
      namePrefix: `${kubernetesName(props.name, 37)}-`,
      description: `Nodes of GPU pool ${props.name}`,
      assumeRolePolicy: JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'ec2.amazonaws.com' } }],
      }),
      tags: props.tags,
    });
    const { partition } = new DataAwsPartition(this, 'Partition', { provider });
    const policies = cluster.release ? NODE_POLICIES : [...NODE_POLICIES, CNI_POLICY];
    this.roleName = role.name;
    this.roleArn = role.arn;
    this.ready = policies.map((policy) => {
      const policyArn = `arn:${partition}:iam::aws:policy/${policy}`;
      return new IamRolePolicyAttachment(this, policy, { provider, role: role.name, policyArn });
    });
  }
}
