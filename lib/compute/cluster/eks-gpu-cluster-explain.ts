import { EksRelease } from '../../catalog/eks-release';
import { ApiAccess } from './api-access';

/**
 * How a cluster is reached and what it runs, as human-readable text.
 *
 * @internal
 */
export function explainCluster(clusterName: string, access: ApiAccess, release: EksRelease, ownVpc: boolean): string {
  return [
    `EKS cluster ${clusterName}, Kubernetes ${release.kubernetesVersion}, ${ownVpc ? 'in a VPC of its own' : 'in the given VPC'}.`,
    '',
    ...(access.isPublic ? publicAccess(access) : privateAccess(clusterName, access)),
    '',
    'Sign in: `aws eks update-kubeconfig --name ' +
      clusterName +
      '` as one of the administrators; no other identity has access.',
    '',
    'Versions:',
    `  node image   ${release.nodeImageVersion}`,
    `  vpc-cni      ${release.vpcCni} (network policies on)`,
    `  kube-proxy   ${release.kubeProxy}`,
    `  coredns      ${release.coreDns}`,
    `  EBS driver   ${release.ebsCsiDriver}`,
    `  credentials  EKS Pod Identity, agent ${release.podIdentityAgent}`,
  ].join('\n');
}

/**
 * What is known of a cluster that was imported, as human-readable text.
 *
 * @internal
 */
export function explainImportedCluster(clusterName: string, kubernetesVersion?: string): string {
  return [
    `EKS cluster ${clusterName}, which exists${kubernetesVersion ? `, Kubernetes ${kubernetesVersion}` : ''}.`,
    '',
    `Sign in: \`aws eks update-kubeconfig --name ${clusterName}\` as an identity that has access to it.`,
  ].join('\n');
}

function publicAccess(access: ApiAccess): string[] {
  return [
    `The Kubernetes API is reached from ${access.publicCidrs.join(', ')} over the internet, and from within the VPC.`,
    'Whatever applies the workloads must be in one of those ranges.',
  ];
}

function privateAccess(clusterName: string, access: ApiAccess): string[] {
  const peers = access.privateCidrs.length > 0 ? `, and from ${access.privateCidrs.join(', ')}` : '';
  return [
    `The Kubernetes API is private: it is reached from within the VPC only${peers}. AWS resources are applied from anywhere;`,
    'whatever applies the Kubernetes objects must reach the API by one of these:',
    '  1. run it within the VPC: a CI runner, a CodeBuild project or a bastion in one of the private subnets;',
    '  2. connect its network by peering, VPN or transit gateway and name its range: ApiAccess.privateFrom([cidr]);',
    '  3. go through a system node by Session Manager, without any open port:',
    `       HOST=$(aws eks describe-cluster --name ${clusterName} --query cluster.endpoint --output text | sed s,https://,,)`,
    '       aws ssm start-session --target <instance id of a system node> \\',
    '         --document-name AWS-StartPortForwardingSessionToRemoteHost \\',
    '         --parameters "host=$HOST,portNumber=443,localPortNumber=8443"',
    '     with kubectl: --server https://localhost:8443 --tls-server-name "$HOST";',
    "  4. a proxy that is within the VPC: { proxyUrl: 'socks5://localhost:1080' } as kubernetesAccess of the topology, or in the first",
    '     KubernetesAccess.of(stack, cluster, options);',
    '  or open it to given ranges of the internet: apiAccess: ApiAccess.publicFrom([cidr]).',
  ];
}
