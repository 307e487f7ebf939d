import { foreignRoleArnFaults } from '../core/aws-arn';
import { regionAt } from '../core/aws-provider';
import { ClusterConnection, IKubernetesCluster } from '../core/kubernetes-cluster';
import { hasToken } from '../core/tokens';
import { Fault, fault } from '../units/fault';
import { givenValue } from '../units/number-faults';

/**
 * The faults of the role to sign in to a cluster with, which may be of another account than the cluster, but not of another partition.
 *
 * @internal
 */
export function signInFaults(cluster: IKubernetesCluster, options: { readonly roleArn?: string } = {}): Fault[] {
  const { region, eksClusterName } = cluster.connection;
  const asked = eksClusterName && (region === undefined || hasToken(region));
  return foreignRoleArnFaults('options.roleArn', options.roleArn, {
    region: asked ? regionAt(cluster, cluster.provider) : region,
  });
}

/**
 * The fault of a certificate that is no base64, which Terraform would be asked to decode.
 *
 * @internal
 */
export function certificateFaults({ certificateAuthorityData: data }: ClusterConnection): Fault[] {
  if (data === undefined || !/[^A-Za-z0-9+/=\s]/.test(data.replace(/\$\{TfToken\[[^\]]*\]\}/g, ''))) return [];
  const reason = `connection.certificateAuthorityData must be base64, as EKS and kubeconfig files have it; got ${givenValue(data)}`;
  return [fault('INVALID_FORMAT', 'connection.certificateAuthorityData', reason)];
}
