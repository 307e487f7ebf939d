import { TerraformProvider } from 'cdktf';
import { EksRelease } from '../../catalog/eks-release';
import { RemovalPolicy } from '../../core/removal-policy';
import { RoleOptions } from '../../core/role-options';
import { ApiAccess } from './api-access';
import { ExistingVpc, NatGateways } from './cluster-vpc';
import { RemoteNetworks } from './remote-networks';
import { SystemNodes } from './system-nodes';

/**
 * Properties of `EksGpuCluster`.
 */
export interface EksGpuClusterProps {
  /** Name, unique in the account and region: letters, digits, '-' and '_', at most 100; known at synthesis. */
  readonly clusterName: string;
  /** Kubernetes minor, e.g. `1.35`; one of `EksRelease.ALL`; for others pass `release`. @default - that of EksRelease.DEFAULT */
  readonly kubernetesVersion?: string;
  /** Versions of the node images and add-ons. @default - those in the table for `kubernetesVersion` */
  readonly release?: EksRelease;
  /** An existing VPC. @default - a new VPC */
  readonly vpc?: ExistingVpc;
  /**
   * Zones of the cluster's own VPC, at least 2, e.g. `['eu-central-1a', 'eu-central-1b']`. Name those where the GPU types are
   * offered. A zone named later is for nodes only: EKS keeps its control plane in the zones that the cluster was made with, so that none of
   * those can be left out later, unless the cluster is made anew. To name those that it has, which end in `a` and `b`, changes nothing.
   * @default - the first two of the region that need no opt-in, when the cluster is made; it stays there if AWS opens or closes a zone
   */
  readonly availabilityZones?: string[];
  /**
   * IPv4 range of the cluster's own VPC, /16 to /20. It cannot be changed: EKS keeps its VPC, so that another range replaces the VPC, the cluster
   * and everything on it, as the plan says. `deletionProtection` refuses that. @default '10.0.0.0/16'
   */
  readonly vpcCidr?: string;
  /** NAT gateways of the cluster's own VPC. @default NatGateways.ONE_PER_ZONE */
  readonly natGateways?: NatGateways;
  /** Networks from which the Kubernetes API is reached. @default ApiAccess.private() */
  readonly apiAccess?: ApiAccess;
  /**
   * Networks outside AWS whose machines may be nodes, for a `HybridGpuNodePool`. They reach the API, and its pods get credentials there. A cluster that exists is
   * changed in place.
   * @default - none
   */
  readonly remoteNetworks?: RemoteNetworks;
  /**
   * ARNs of the IAM roles and users that administer the cluster, of whichever account, the one that applies the workloads among them. Name them if more than one
   * identity applies the stack: the default is whoever runs the apply, so it changes with the identity.
   * @default - the identity that applies the stack
   */
  readonly admins?: string[];
  /** The CPU nodes for DNS, drivers and monitoring. @default - two nodes m7i.large, up to four */
  readonly systemNodes?: SystemNodes;
  /**
   * Whether EKS's node monitoring agent is installed, which sees broken GPUs, disks and networks and which `nodeRepair` of the pools
   * needs. It runs the only DCGM host engine of a node; `NodeAgents` then uses that one. @default false
   */
  readonly nodeMonitoring?: boolean;
  /**
   * Whether neither Terraform nor anybody else may delete or replace the cluster: plans that would do so are refused, and EKS refuses the call. Set
   * it to false and apply before you destroy the cluster. @default false
   */
  readonly deletionProtection?: boolean;
  /**
   * ARN of an existing KMS key of the region, not of an alias, for the secrets in the API server and the logs. Its policy must let the role that applies the stack use it and create
   * grants, and `logs.<region>.amazonaws.com` encrypt. Secrets cannot be given another key later: a change replaces the cluster.
   * @default - a new key, rotated every year
   */
  readonly encryptionKeyArn?: string;
  /**
   * ARN of an existing KMS key of the region, not of an alias, for the volumes of all nodes. Its policy must let the service-linked role of Auto
   * Scaling use it and create grants, and leave the rest to the policies of the account, or nodes do not start. A change replaces the nodes of all pools one by one.
   * @default - the key of the account for EBS
   * @see https://docs.aws.amazon.com/autoscaling/ec2/userguide/key-policy-requirements-EBS-encryption.html
   */
  readonly volumeKeyArn?: string;
  /**
   * What happens to the logs of the control plane and of the network when the cluster is destroyed. `RETAIN` leaves the log groups in AWS, for the
   * rest of their year; it needs `encryptionKeyArn`, since a key of the cluster's own goes with it, and nobody could read them. A cluster of the same
   * name can be made again only when the groups were imported or deleted.
   * @default RemovalPolicy.DESTROY
   */
  readonly logRemovalPolicy?: RemovalPolicy;
  /** What all IAM roles of the cluster, its nodes, pools and service accounts have. @default - no boundary, path '/' */
  readonly roleOptions?: RoleOptions;
  /**
   * ARN of an existing IAM role for the control plane: EKS may take it on, and it has `AmazonEKSClusterPolicy`, or what that allows. EKS takes no other
   * role later: a change replaces the cluster. For those of the nodes see `systemNodes.nodeRoleArn` and `nodeRoleArn` of the pools.
   * @default - a new role with this policy
   * @see https://docs.aws.amazon.com/eks/latest/userguide/cluster-iam-role.html
   */
  readonly clusterRoleArn?: string;
  /**
   * Whether the endpoints of the cluster's own VPC refuse to write to buckets and image repositories of other accounts, and the one of STS to give
   * credentials to principals of other accounts. Everything may be read through them, and roles of other accounts may be taken on. Stores of other
   * accounts that pods of this program may write are left out. Switch it off where pods write to other buckets elsewhere, or go on from a role of
   * another account to a further one. @default true
   */
  readonly endpointPolicies?: boolean;
  /** Tags of the AWS resources, which the pools pass on to theirs. @default - the library's own */
  readonly tags?: { [key: string]: string };
  /** AWS provider. @default - the stack's default AWS provider */
  readonly provider?: TerraformProvider;
}

/**
 * What is known of an existing EKS cluster.
 */
export interface EksClusterAttributes {
  /** Name of the cluster, known at synthesis. */
  readonly clusterName: string;
  /** Private subnets for nodes; may be a list that Terraform only knows later, e.g. of a VPC module. */
  readonly subnetIds: string[];
  /** Security groups that nodes must be members of, the one that EKS made for the cluster first. */
  readonly securityGroupIds: string[];
  /** Zones of the subnets, in the same order; they lead reserved capacity to its subnet. @default - not known */
  readonly availabilityZones?: string[];
  /** IPv4 ranges of the subnets, in the same order. @default - not known: whether they have room for a pool is not checked */
  readonly subnetCidrs?: string[];
  /** Whether EKS's node monitoring agent runs on it. @default false */
  readonly nodeMonitoring?: boolean;
  /** Its networks outside AWS, for a `HybridGpuNodePool`. @default - none */
  readonly remoteNetworks?: RemoteNetworks;
  /** VPC of the cluster. @default - looked up in AWS */
  readonly vpcId?: string;
  /** URL of the API server. @default - looked up in AWS */
  readonly endpoint?: string;
  /** Certificate authority of the API server, PEM in base64. @default - looked up in AWS */
  readonly certificateAuthorityData?: string;
  /** Region of the cluster. @default - looked up in AWS */
  readonly region?: string;
  /** Whether the EKS Pod Identity agent runs on it. @default false */
  readonly podIdentity?: boolean;
  /** ARN of its OpenID Connect provider in IAM, for roles of service accounts where the agent does not run. @default - none */
  readonly oidcProviderArn?: string;
  /** Kubernetes minor, e.g. `1.35`. @default - not known: node groups follow the control plane */
  readonly kubernetesVersion?: string;
  /** ARN of an existing KMS key for the volumes of the pools' nodes. @default - the key of the account for EBS */
  readonly volumeKeyArn?: string;
  /** ARN of the IAM role of its control plane. @default - not known: whether a pool is given that role, which EKS refuses, is not checked */
  readonly clusterRoleArn?: string;
  /** What all IAM roles of pools and service accounts have. @default - no boundary, path '/' */
  readonly roleOptions?: RoleOptions;
  /** Tags of the AWS resources that pools and roles make. @default - the library's own */
  readonly tags?: { [key: string]: string };
  /** AWS provider. @default - the stack's default AWS provider */
  readonly provider?: TerraformProvider;
}
