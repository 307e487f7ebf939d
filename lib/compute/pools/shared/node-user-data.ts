import { GpuInstanceType } from '../../../catalog/gpu-instance-type';
import { GpuSharing } from '../options/gpu-sharing';
import { InterfacePlacement, maxPodsBeside } from './launch-template-interfaces';
import { bottlerocketSettings } from './bottlerocket-settings';
import { NodeImage, NodeImageFamily } from '../options/node-image';

const BOUNDARY = 'NODE-CONFIG';

/** The limit of open files that nodeadm gives containers; a list of limits replaces its own list entirely. */
const OPEN_FILES = { type: 'RLIMIT_NOFILE', soft: 65536, hard: 1048576 };

/**
 * More memory than any node has. The exact limit, 2^64 - 1, does not survive JSON, through which nodeadm merges this.
 */
const LOCKED_MEMORY = { type: 'RLIMIT_MEMLOCK', soft: Number.MAX_SAFE_INTEGER, hard: Number.MAX_SAFE_INTEGER };

/** What the user data of a node depends on. */
export interface NodeBoot {
  readonly image: NodeImage;
  readonly instanceType: GpuInstanceType;
  readonly layout: readonly InterfacePlacement[];
  readonly efa: boolean;
  readonly sharing: GpuSharing;
}

/**
 * User data of the nodes of a managed node group, which EKS merges with its own. It must not repeat the coordinates of the
 * cluster, and holds neither labels nor taints, so that changing these does not create a new version of the launch template.
 *
 * @returns the text in base64, as EC2 takes it; undefined if the defaults are right
 *
 * @internal
 */
export function nodeUserData(boot: NodeBoot): string | undefined {
  const text =
    boot.image.family === NodeImageFamily.BOTTLEROCKET
      ? bottlerocketSettings(boot.instanceType, boot.layout, boot.sharing)
      : nodeConfigMime(boot);
  return text && Buffer.from(text, 'utf8').toString('base64');
}

function nodeConfigMime(boot: NodeBoot): string | undefined {
  const nodeConfig = nodeadmConfig(boot);
  if (!nodeConfig) return undefined;
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

/**
 * A NodeConfig for nodeadm of AL2023:
 *
 * - Instance store: one RAID 0 over all volumes for the kubelet, containerd and pod logs, or terabytes of NVMe would be idle.
 * - Max pods: `maxPodsExpression` alone has no effect in a managed node group, whose own `maxPods` takes precedence. A flag of the
 *   kubelet outranks its configuration; the expression tells nodeadm the same.
 * - Locked memory: libfabric registers its buffers as locked memory, and ends with error -12 at the usual limit of 64 KiB. Huge
 *   pages need nothing here: the EFA driver of the image allocates 5128 of 2 MiB when EFA is attached.
 *
 * @see https://awslabs.github.io/amazon-eks-ami/nodeadm/doc/api/
 * @see https://docs.aws.amazon.com/eks/latest/userguide/choosing-instance-type.html#max-pods-precedence
 * @see https://github.com/awslabs/awsome-distributed-ai/issues/647
 */
function nodeadmConfig({ instanceType, layout, efa }: NodeBoot): string | undefined {
  const maxPods = maxPodsBeside(instanceType, layout);
  const spec = {
    ...(instanceType.localStorage ? { instance: { localStorage: { strategy: 'RAID0' } } } : {}),
    ...(maxPods
      ? {
          kubelet: {
            maxPodsExpression: String(maxPods),
            flags: [`--max-pods=${maxPods}`],
          },
        }
      : {}),
    ...(efa ? { containerd: containerLimits() } : {}),
  };
  if (Object.keys(spec).length === 0) return undefined;
  // JSON is valid YAML, so no YAML writer is needed.
  return JSON.stringify({ apiVersion: 'node.eks.aws/v1alpha1', kind: 'NodeConfig', spec }, null, 2);
}

/**
 * Limits of containers on nodes with EFA, as nodeadm hands them to containerd.
 *
 * @internal
 */
export function containerLimits() {
  return { baseRuntimeSpec: { process: { rlimits: [OPEN_FILES, LOCKED_MEMORY] } } };
}
