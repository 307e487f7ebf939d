import { TerraformProvider } from 'cdktf';
import { EksRelease } from '../../catalog/eks-release';
import { ApiAccess } from './api-access';
import { ExistingVpc, NatGateways } from './cluster-vpc';
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
   * offered. @default - the first two of the region that need no opt-in
   */
  readonly availabilityZones?: string[];
  /** IPv4 range of the cluster's own VPC, /16 to /20. @default '10.0.0.0/16' */
  readonly vpcCidr?: string;
  /** NAT gateways of the cluster's own VPC. @default NatGateways.ONE_PER_ZONE */
  readonly natGateways?: NatGateways;
  /** Networks from which the Kubernetes API is reached. @default ApiAccess.private() */
  readonly apiAccess?: ApiAccess;
  /**
   * ARNs of the IAM roles and users that administer the cluster, the one that applies the workloads among them. Name them if more than one
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
  /** Tags of the AWS resources that pools and roles make. @default - the library's own */
  readonly tags?: { [key: string]: string };
  /** AWS provider. @default - the stack's default AWS provider */
  readonly provider?: TerraformProvider;
}
