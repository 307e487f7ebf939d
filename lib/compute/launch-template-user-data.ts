import { GpuInstanceType } from '../catalog/gpu-instance-type';
import { InterfacePlacement, maxPodsBeside } from './launch-template-interfaces';

const BOUNDARY = 'NODE-CONFIG';

/**
 * User data of AL2023 nodes in a managed node group: a NodeConfig for nodeadm, which EKS merges with its own. It must not repeat
 * the coordinates of the cluster.
 *
 * - Instance store: one RAID 0 over all volumes for the kubelet, containerd and pod logs, or terabytes of NVMe lie idle.
 * - Max pods: `maxPodsExpression` alone has no effect in a managed node group, whose own `maxPods` takes precedence. A flag of the
 *   kubelet outranks its configuration; the expression says the same to nodeadm.
 *
 * @returns the text in base64, as EC2 takes it; nothing when the defaults are right
 *
 * @see https://awslabs.github.io/amazon-eks-ami/nodeadm/doc/api/
 * @see https://docs.aws.amazon.com/eks/latest/userguide/choosing-instance-type.html#max-pods-precedence
 *
 * @internal
 */
export function nodeUserData(type: GpuInstanceType, layout: readonly InterfacePlacement[]): string | undefined {
  const text = nodeConfigMime(type, layout);
  return text && Buffer.from(text, 'utf8').toString('base64');
}

function nodeConfigMime(type: GpuInstanceType, layout: readonly InterfacePlacement[]): string | undefined {
  const maxPods = maxPodsBeside(type, layout);
  const spec = {
    ...(type.instanceStorage ? { instance: { localStorage: { strategy: 'RAID0' } } } : {}),
    ...(maxPods
      ? {
          kubelet: {
            maxPodsExpression: String(maxPods),
            flags: [`--max-pods=${maxPods}`],
          },
        }
      : {}),
  };
  if (Object.keys(spec).length === 0) return undefined;
  // JSON is YAML, which spares a writer for it.
  const nodeConfig = JSON.stringify({ apiVersion: 'node.eks.aws/v1alpha1', kind: 'NodeConfig', spec }, null, 2);
  return [
    'MIME-Version: 1.0',
    `Content-Type: multipart/mixed; boundary="${BOUNDARY}"`,
    '',
    `--${BOUNDARY}`,
    'Content-Type: application/node.eks.aws',
    '',
    nodeConfig,
    '',
    `--${BOUNDARY}--`,
    '',
  ].join('\n');
}
