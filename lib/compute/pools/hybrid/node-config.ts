import { ClusterConnection } from '../../../core/kubernetes-cluster';
import { NodeTaint } from '../../../core/gpu-node-pool';
import { escapeTemplate } from '../../../core/template-escape';
import { scriptAsset } from '../../../kubernetes/script-asset';
import { OutagePlan } from '../../../outage/outage-plan';
import { HybridNodeRole } from './hybrid-node-role';

/** What a node must know to join. */
interface HybridNode {
  readonly connection: ClusterConnection;
  readonly clusterName: string;
  readonly kubernetesVersion: string;
  readonly role: HybridNodeRole;
  readonly labels: { readonly [key: string]: string };
  readonly taints: readonly NodeTaint[];
  readonly maxPods: number;
  readonly outage: OutagePlan;
}

/**
 * The configuration of `nodeadm`, with `@NODE_NAME@` where the node's name belongs, and for an activation its id and code, which only the host is told.
 *
 * @see https://github.com/aws/eks-hybrid/blob/main/api/v1alpha1/nodeconfig_types.go
 *
 * @internal
 */
export function nodeConfig(node: HybridNode): string {
  const { role, outage } = node;
  const labels = Object.entries(node.labels).map(([key, value]) => `${key}=${value}`);
  const taints = node.taints.map(({ key, value, effect }) => `${key}${value ? `=${value}` : ''}:${effect}`);
  const credentials =
    role.activation === undefined
      ? [
          '    iamRolesAnywhere:',
          '      nodeName: "@NODE_NAME@"',
          `      trustAnchorArn: ${scalar(role.trustAnchorArn)}`,
          `      profileArn: ${scalar(role.profileArn)}`,
          `      roleArn: ${scalar(role.roleArn)}`,
        ]
      : ['    ssm:', '      activationId: "@ACTIVATION_ID@"', '      activationCode: "@ACTIVATION_CODE@"'];
  return [
    'apiVersion: node.eks.aws/v1alpha1',
    'kind: NodeConfig',
    'spec:',
    '  cluster:',
    `    name: ${scalar(node.clusterName)}`,
    `    region: ${scalar(node.connection.region)}`,
    '  kubelet:',
    '    config:',
    `      imageMinimumGCAge: ${outage.imageMinimumGcAge.toSeconds()}s`,
    `      maxPods: ${node.maxPods}`,
    '    flags:',
    `      - ${scalar(`--node-labels=${labels.sort().join(',')}`)}`,
    `      - ${scalar(`--register-with-taints=${taints.join(',')}`)}`,
    '  hybrid:',
    // The agent of EKS Pod Identity has the credentials of the node from it.
    '    enableCredentialsFile: true',
    ...credentials,
    '',
  ].join('\n');
}

/**
 * The script that makes a host a node. Its text is for Terraform: references in it remain.
 *
 * @internal
 */
export function bootstrapScript(node: HybridNode): string {
  const provider = node.role.activation === undefined ? 'iam-ra' : 'ssm';
  const [shebang, ...body] = scriptAsset('join-hybrid-node.sh').split('\n');
  return escapeTemplate(
    [
      shebang,
      `KUBERNETES_VERSION='${node.kubernetesVersion}'`,
      `CREDENTIAL_PROVIDER='${provider}'`,
      `REGION='${node.connection.region}'`,
      "NODE_CONFIG=$(cat <<'END_OF_NODE_CONFIG'",
      `${nodeConfig(node).trimEnd()}`,
      'END_OF_NODE_CONFIG',
      ')',
      ...body,
    ].join('\n'),
  );
}

/** A text of YAML in double quotes, as JSON writes it. */
function scalar(text: string | undefined): string {
  return JSON.stringify(text ?? '');
}
