import { Fault, untitled } from '../../../units/fault';
import { GpuNodeType } from '../../../catalog/gpu-node-type';
import { NodeTaint, TaintEffect } from '../../../core/gpu-node-pool';
import { kubernetesName } from '../../../core/naming';
import { GpuSharing } from '../options/gpu-sharing';
import { keyPrefix, labelSyntaxFaults } from './label-syntax';
import { NodeImage } from '../options/node-image';

/**
 * Label of the nodes of one pool; its value is the pool's name.
 *
 * @internal
 */
export const POOL_LABEL = 'gpu-inference-constructs/pool';

/**
 * Label of every node with GPUs, which NVIDIA's agents are keyed on; nodeadm sets the same one from Kubernetes 1.35 on.
 *
 * @internal
 */
export const GPU_LABEL = 'nvidia.com/gpu.present';

/**
 * Label of exactly the nodes that have EFA interfaces attached; the type of an instance does not tell.
 *
 * @internal
 */
export const EFA_LABEL = 'gpu-inference-constructs/efa';

/**
 * Label by which the Kubernetes cluster autoscaler knows the accelerator of a node group.
 *
 * @internal
 */
export const ACCELERATOR_LABEL = 'k8s.amazonaws.com/accelerator';

/**
 * Label with which nodes say no to a device plugin that is installed on the cluster, because their image has one. The GPU operator
 * heeds it, and so do our own agents.
 *
 * @internal
 */
export const DEVICE_PLUGIN_LABEL = 'nvidia.com/gpu.deploy.device-plugin';

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
 * Taint of every GPU node, so that only pods that ask for GPUs land there.
 *
 * @internal
 */
export const GPU_TAINT: NodeTaint = { key: 'nvidia.com/gpu', value: 'present', effect: TaintEffect.NO_SCHEDULE };

/**
 * The labels that a pool stamps on its nodes by itself.
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
    ...(image?.hasDevicePlugin ? { [DEVICE_PLUGIN_LABEL]: 'false' } : {}),
    ...(sharing && !image?.hasDevicePlugin ? sharingLabels(sharing) : {}),
    [POOL_LABEL]: poolName,
    [GPU_LABEL]: 'true',
    [ACCELERATOR_LABEL]: `nvidia-${kubernetesName(type.gpu.name, 50)}`,
    ...(efa ? { [EFA_LABEL]: 'true' } : {}),
  };
}

/**
 * The labels by which the agents of a node know how its GPUs are shared.
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

/** Labels that a pool sets only under some conditions, and that nobody else may. */
const OTHERS_OF_OURS = [EFA_LABEL, DEVICE_PLUGIN_LABEL, PLUGIN_CONFIG_LABEL, MIG_LABEL];

/**
 * Name of the device plugin's configuration for a number of pods on one GPU.
 *
 * @internal
 */
export function timeSlicingConfig(replicas: number, isRenamed = false): string {
  return `time-slicing-${replicas}${isRenamed ? '-renamed' : ''}`;
}

/** Effects of taints, as Kubernetes and as EKS write them. */
const EKS_EFFECTS: { [effect: string]: string } = {
  NoSchedule: 'NO_SCHEDULE',
  PreferNoSchedule: 'PREFER_NO_SCHEDULE',
  NoExecute: 'NO_EXECUTE',
};

/**
 * Effect of a taint as EKS writes it.
 *
 * @internal
 */
export function eksTaintEffect(effect: string): string {
  return EKS_EFFECTS[effect];
}

/**
 * Who puts the labels of a pool on its nodes, which decides on what Kubernetes takes.
 *
 * @internal
 */
export enum LabelSetter {
  /** The node itself, which must not call itself what it likes. */
  KUBELET,
  /** Karpenter, which also sets what is kept from the nodes themselves. */
  KARPENTER,
  /** Whoever applies the stack, who may set any. */
  ADMINISTRATOR,
}

/**
 * What is wrong with labels that a user gives a pool. Labels that the kubelet refuses keep a node from joining.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#noderestriction
 *
 * @internal
 */
export function labelFaults(
  labels: { [key: string]: string },
  own: { [key: string]: string },
  setter = LabelSetter.KUBELET,
): Fault[] {
  const isKept = (prefix: string) =>
    setter === LabelSetter.KARPENTER && /(^|\.)node-restriction\.kubernetes\.io$/.test(prefix);
  return Object.entries(labels).flatMap(([key, value]) => {
    const prefix = keyPrefix(key);
    const faults: Fault[] = [];
    if (key in own || OTHERS_OF_OURS.includes(key)) {
      faults.push(untitled(`label '${key}' is set by the pool itself; leave it out of labels`));
    } else if (setter === LabelSetter.ADMINISTRATOR || isKept(prefix)) {
      // Nobody refuses these.
    } else if (/(^|\.)(kubernetes|k8s)\.io$/.test(prefix) && !/(^|\.)(kubelet|node)\.kubernetes\.io$/.test(prefix)) {
      faults.push(
        untitled(
          `label '${key}' must not be under '${prefix}', which the kubelet refuses to set; use a prefix of your own`,
        ),
      );
    } else if (prefix === 'eks.amazonaws.com') {
      faults.push(
        untitled(`label '${key}' must not be under '${prefix}', which EKS reserves; use a prefix of your own`),
      );
    }
    return [...faults, ...labelSyntaxFaults('label', key, value)];
  });
}

/** Most characters of a key of EKS, prefix and all; Kubernetes itself would take more. */
const EKS_KEY = 63;

/**
 * What is wrong with labels and taints that Kubernetes takes and a managed node group does not.
 *
 * @see https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateNodegroup.html
 *
 * @internal
 */
export function managedSchedulingFaults(labels: { [key: string]: string }, taints: readonly NodeTaint[]): Fault[] {
  const keys = [...Object.keys(labels).map((key) => ['label', key]), ...taints.map(({ key }) => ['taint', key])];
  return [
    ...keys
      .filter(([, key]) => key.length > EKS_KEY)
      .map(([what, key]) =>
        untitled(
          `${what} key '${key}' must have at most ${EKS_KEY} characters with its prefix, which is all EKS takes; got ${key.length}`,
        ),
      ),
    ...Object.keys(labels)
      .filter((key) => labels[key] === '')
      .map((key) => untitled(`label '${key}' must have a value, or EKS refuses it; write 'true'`)),
  ];
}

/**
 * What is wrong with taints that a user gives a pool.
 *
 * @internal
 */
export function taintFaults(taints: readonly NodeTaint[]): Fault[] {
  const known = new Set([`${GPU_TAINT.key}:${GPU_TAINT.effect}`]);
  return taints.flatMap((taint) => {
    const id = `${taint.key}:${taint.effect}`;
    const faults = taintSyntaxFaults(taint);
    if (known.has(id)) {
      const why =
        taint.key === GPU_TAINT.key ? 'every GPU node carries it by itself' : 'a node has one of a key and an effect';
      faults.push(untitled(`taint '${id}' is there already; ${why}`));
    }
    known.add(id);
    return faults;
  });
}

/**
 * What is wrong with a taint by itself.
 *
 * @internal
 */
export function taintSyntaxFaults({ key, value, effect }: NodeTaint): Fault[] {
  return [
    ...(key === '' ? [untitled('a taint must have a key')] : labelSyntaxFaults('taint', key, value)),
    ...(EKS_EFFECTS[effect]
      ? []
      : [
          untitled(
            `taint '${key}' must have one of the effects ${Object.keys(EKS_EFFECTS).join(', ')}; got '${effect}'`,
          ),
        ]),
  ];
}
