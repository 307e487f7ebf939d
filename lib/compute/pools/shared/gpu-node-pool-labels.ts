import { GpuNodeType } from '../../../catalog/gpu-node-type';
import { NodeTaint, TaintEffect } from '../../../core/gpu-node-pool';
import { kubernetesName } from '../../../core/naming';
import { GpuSharing } from '../options/gpu-sharing';
import { NodeImage } from '../options/node-image';
import { DEVICE_PLUGIN_LABEL } from '../../../scheduling/node-labels';

/**
 * Label of the nodes of one pool; its value is the pool's name.
 *
 * @internal
 */
export const POOL_LABEL = 'gpu-inference-constructs/pool';

/**
 * Label of every node with GPUs, by which NVIDIA's agents select nodes; nodeadm sets it too from Kubernetes 1.35 on.
 *
 * @internal
 */
export const GPU_LABEL = 'nvidia.com/gpu.present';

/**
 * Label of exactly the nodes that have EFA interfaces attached, which the instance type does not tell.
 *
 * @internal
 */
export const EFA_LABEL = 'gpu-inference-constructs/efa';

/**
 * Label by which the Kubernetes cluster autoscaler recognizes the accelerator of a node group.
 *
 * @internal
 */
export const ACCELERATOR_LABEL = 'k8s.amazonaws.com/accelerator';

/**
 * Label that names the configuration of the device plugin on a node, e.g. `time-slicing-4`.
 *
 * @see https://github.com/NVIDIA/k8s-device-plugin#updating-per-node-configuration-with-a-node-label
 *
 * @internal
 */
export const PLUGIN_CONFIG_LABEL = 'nvidia.com/device-plugin.config';

/**
 * Label that tells the GPU operator's MIG manager how to divide the GPUs of a node.
 *
 * @see https://docs.nvidia.com/datacenter/cloud-native/gpu-operator/latest/gpu-operator-mig.html
 *
 * @internal
 */
export const MIG_LABEL = 'nvidia.com/mig.config';

/**
 * Label by which nodes opt out of everything that the GPU operator runs on nodes. The images that have a device plugin have no need of it,
 * and the operator's validator does not find their driver.
 *
 * @see https://github.com/NVIDIA/gpu-operator/blob/v26.3.3/controllers/state_manager.go
 * @see https://github.com/bottlerocket-os/bottlerocket/issues/4162
 *
 * @internal
 */
export const OPERANDS_LABEL = 'nvidia.com/gpu.deploy.operands';

/**
 * Taint of every GPU node, so that only pods that request GPUs are scheduled there.
 *
 * @internal
 */
export const GPU_TAINT: NodeTaint = { key: 'nvidia.com/gpu', value: 'present', effect: TaintEffect.NO_SCHEDULE };

/**
 * The labels that a pool itself sets on its nodes.
 *
 * @internal
 */
export function poolLabels(
  poolName: string,
  type: GpuNodeType,
  efa: boolean,
  { image, sharing }: { readonly image?: NodeImage; readonly sharing?: GpuSharing } = {},
): { [key: string]: string } {
  return {
    ...(image?.hasDevicePlugin ? { [DEVICE_PLUGIN_LABEL]: 'false', [OPERANDS_LABEL]: 'false' } : {}),
    ...(sharing && !image?.hasDevicePlugin ? sharingLabels(sharing) : {}),
    [POOL_LABEL]: poolName,
    [GPU_LABEL]: 'true',
    [ACCELERATOR_LABEL]: `nvidia-${kubernetesName(type.gpu.name, 50)}`,
    ...(efa ? { [EFA_LABEL]: 'true' } : {}),
  };
}

/**
 * The labels that tell the agents of a node how its GPUs are shared.
 *
 * @internal
 */
export function sharingLabels(sharing: GpuSharing): { [key: string]: string } {
  const { migProfile, replicas, isRenamed } = sharing;
  return {
    ...(migProfile === undefined ? {} : { [MIG_LABEL]: `all-${migProfile}` }),
    ...(replicas === undefined ? {} : { [PLUGIN_CONFIG_LABEL]: timeSlicingConfig(replicas, isRenamed) }),
  };
}

/**
 * Labels that pools set only under some conditions, and that users must not set.
 *
 * @internal
 */
export const CONDITIONAL_POOL_LABELS = [EFA_LABEL, DEVICE_PLUGIN_LABEL, OPERANDS_LABEL, PLUGIN_CONFIG_LABEL, MIG_LABEL];

/**
 * Name of the device plugin's configuration for a number of pods on one GPU.
 *
 * @internal
 */
export function timeSlicingConfig(replicas: number, isRenamed = false): string {
  return `time-slicing-${replicas}${isRenamed ? '-renamed' : ''}`;
}
