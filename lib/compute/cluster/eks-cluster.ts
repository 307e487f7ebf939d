import { ITerraformDependable } from 'cdktf';
import { EksRelease } from '../../catalog/eks-release';
import { IKubernetesCluster } from '../../core/kubernetes-cluster';
import { RoleOptions } from '../../core/role-options';
import { RemoteNetworks } from './remote-networks';

/**
 * An EKS cluster, created by this library or existing, as node pools see it.
 */
export interface IEksCluster extends IKubernetesCluster {
  /** VPC of the cluster. */
  readonly vpcId: string;
  /** Private subnets for nodes, one per zone, in the order of `availabilityZones`. */
  readonly subnetIds: string[];
  /** Zones of `subnetIds`, in the same order. @default - not known */
  readonly availabilityZones?: string[];
  /** IPv4 ranges of `subnetIds`, in the same order. @default - not known: whether they have room for a pool is not checked */
  readonly subnetCidrs?: string[];
  /** Security group that EKS made for the cluster; every node must be a member of it, or it cannot join. */
  readonly clusterSecurityGroupId: string;
  /** Every security group that a node must be a member of, `clusterSecurityGroupId` first. */
  readonly securityGroupIds: string[];
  /** Kubernetes minor, e.g. `1.34`. @default - not known: node groups then follow the control plane */
  readonly kubernetesVersion?: string;
  /** Pinned versions of add-ons and node images. @default - not known: node groups take the image EKS chooses */
  readonly release?: EksRelease;
  /** Networks outside AWS whose machines may be nodes. @default - none */
  readonly remoteNetworks?: RemoteNetworks;
  /** What node groups must wait for: the network add-ons and the credentials agent, or nodes come up without them. */
  readonly nodeReady: ITerraformDependable[];
  /** ARN of the KMS key for the volumes of nodes. @default - the key of the account for EBS */
  readonly volumeKeyArn?: string;
  /** ARN of the IAM role of the control plane, which no node may have. @default - not known */
  readonly clusterRoleArn?: string;
  /** What all IAM roles of the cluster have. @default - no boundary, path '/' */
  readonly roleOptions?: RoleOptions;
  /** Tags of the cluster's AWS resources, which pools pass on to theirs. */
  readonly tags: { [key: string]: string };
  /** How the cluster is reached, what it runs, as far as known, and where the pods of this program go, as human-readable text. */
  explain(): string;
}
