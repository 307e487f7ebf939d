import { ITerraformDependable, TerraformProvider } from 'cdktf';
import { IConstruct } from 'constructs';
import { IServiceAccountRole } from './aws-role';

/**
 * How a Kubernetes client reaches a cluster. Either `eksClusterName` with `host`, or `configPath`.
 */
export interface ClusterConnection {
  /** URL of the API server. @default - taken from the kubeconfig */
  readonly host?: string;
  /** Certificate authority of the API server, PEM in base64. @default - taken from the kubeconfig */
  readonly certificateAuthorityData?: string;
  /** Name for `aws eks get-token`. @default - not an EKS cluster */
  readonly eksClusterName?: string;
  /** AWS region for `aws eks get-token`. @default - the region of the AWS client's own configuration */
  readonly region?: string;
  /** Path of a kubeconfig. @default - none */
  readonly configPath?: string;
  /** Context within the kubeconfig. @default - its current context */
  readonly configContext?: string;
}

/**
 * A Kubernetes cluster, created by this library or existing.
 */
export interface IKubernetesCluster extends IConstruct {
  /** Name of the cluster, known at synthesis: child ids, provider aliases and role names derive from it. */
  readonly clusterName: string;
  /** How a Kubernetes client reaches it. */
  readonly connection: ClusterConnection;
  /** Whether EKS's node monitoring agent runs on it, which node repair needs. @default - not known to run */
  readonly nodeMonitoring?: boolean;
  /**
   * The AWS provider of an EKS cluster; its pools use the same.
   * @default - the stack's default AWS provider; a cluster elsewhere has none
   */
  readonly provider?: TerraformProvider;
  /** What Kubernetes objects of the same stack must wait for, and be destroyed before: the access entry, the nodes' add-ons. */
  readonly ready: ITerraformDependable[];
  /**
   * The IAM role of one service account, created in the cluster's own scope on the first call: by EKS Pod Identity where its agent
   * runs, else by IAM roles for service accounts. Throws a `ValidationError` where the cluster has neither.
   *
   * @param namespace namespace of the service account
   * @param serviceAccountName name of the service account
   */
  serviceAccountRole(namespace: string, serviceAccountName: string): IServiceAccountRole;
}
