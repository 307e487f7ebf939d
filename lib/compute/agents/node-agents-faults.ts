import { IGpuNodePool } from '../../core/gpu-node-pool';
import {
  annotationSyntaxFaults,
  keyFaults,
  labelSyntaxFaults,
  ownKeyFaults,
  valueFaults,
} from '../../kubernetes/label-syntax';
import { Fault, fault } from '../../units/fault';
import { dividedByBottlerocket } from '../pools/shared/bottlerocket-settings';
import { MIG_LABEL, PLUGIN_CONFIG_LABEL } from '../pools/shared/gpu-node-pool-labels';
import { installsDriver, isRenamed } from './gpu-operator';
import { operatorDriverFaults } from './operator-driver-faults';
import { operatorShapeFaults } from './operator-value-shape';
import { operatorValueFaults } from './operator-value-faults';
import { efaPluginFaults } from './node-agents-images';
import { pluginConfig } from './node-agents-parts';
import { NodeAgentsProps } from './node-agents-props';
import { secretMetadataFaults } from '../../units/secrets-in-text';
import { allOf } from '../../units/unreadable';

/**
 * The faults between the agents and the pools of a cluster, once all pools exist.
 *
 * @internal
 */
export function agentPoolFaults(props: NodeAgentsProps, pools: readonly IGpuNodePool[]): Fault[] {
  const { gpuOperator, efaPluginImage } = props;
  const withDriver = pools.filter(({ driverInImage }) => driverInImage);
  const unstated = gpuOperator && gpuOperator.driver !== false ? pools.filter(mayHaveDriver) : [];
  const divided = dividedPools(pools);
  const [renamed, alike] = [divided.filter(isRenamed), divided.filter((pool) => !isRenamed(pool))];
  const unknown = pluginConfigsOf(pools).filter((name) => pluginConfig(name) === undefined);
  return allOf(
    () =>
      gpuOperator && installsDriver(gpuOperator) && withDriver.length > 0
        ? [
            fault(
              'DRIVER_ALREADY_IN_IMAGE',
              'gpuOperator',
              `the GPU operator must not install a driver or toolkit on pool(s) ${named(withDriver)}, whose image already has them; leave ` +
                'driver out of the options of GpuOperator.version, and driver.enabled and toolkit.enabled out of its values',
            ),
          ]
        : [],
    () =>
      unstated.length > 0
        ? [
            fault(
              'DRIVER_IN_IMAGE_UNKNOWN',
              undefined,
              `the image of pool(s) ${named(unstated)} may already have NVIDIA's driver and container toolkit, and a second driver of the GPU ` +
                'operator would break it; pass driverInImage to the pool: true for the accelerated images of EKS, else false',
            ),
          ]
        : [],
    () => (gpuOperator ? operatorDriverFaults(gpuOperator, pools) : []),
    () => operatorValueFaults(props, divided, pluginConfigsOf(pools)),
    () =>
      !gpuOperator && divided.length > 0
        ? [
            fault(
              'MIG_NEEDS_GPU_OPERATOR',
              'gpuOperator',
              `pool(s) ${named(divided)} divide their GPUs by MIG, which only the GPU operator sets up; pass gpuOperator: ` +
                'GpuOperator.version()',
            ),
          ]
        : [],
    () =>
      gpuOperator && renamed.length > 0 && alike.length > 0
        ? [
            fault(
              'MIXED_MIG_RESOURCE_NAMES',
              undefined,
              `MIG instances of pool(s) ${named(renamed)} have resource names of their own, while those of ${named(alike)} are called ` +
                'nvidia.com/gpu; the GPU operator has one MIG strategy for all nodes, so add renamed() to the GpuSharing of all of them, or of ' +
                'none',
            ),
          ]
        : [],
    () =>
      unknown.map((name) =>
        fault(
          'UNKNOWN_PLUGIN_CONFIG',
          undefined,
          `label '${PLUGIN_CONFIG_LABEL}=${name}' names an unknown configuration of the device plugin; use 'time-slicing-<pods per GPU>', and ` +
            "append '-renamed' for the resource nvidia.com/gpu.shared",
        ),
      ),
    () =>
      efaPluginImage
        ? efaPluginFaults(
            efaPluginImage,
            pools.filter((pool) => pool.efaInterfacesPerNode > 0).map((pool) => pool.hardware.name),
          )
        : [],
  );
}

/** Labels that select the pods, or that all have. */
const OWN_LABELS = ['app.kubernetes.io/name', 'app.kubernetes.io/managed-by'];

/**
 * The faults of what users add to the pods of agents, and to the values of the operator.
 *
 * @internal
 */
export function agentPodFaults({ podLabels, podAnnotations, tolerations = [], gpuOperator }: NodeAgentsProps): Fault[] {
  return allOf(
    () => labelSyntaxFaults('podLabels', podLabels),
    () => secretMetadataFaults('podLabels', podLabels),
    () => ownKeyFaults('podLabels', podLabels, OWN_LABELS),
    () => annotationSyntaxFaults('podAnnotations', podAnnotations),
    () => (gpuOperator ? operatorShapeFaults(gpuOperator) : []),
    () => secretMetadataFaults('podAnnotations', podAnnotations),
    () =>
      tolerations.flatMap(({ key, value }, i) => [
        ...keyFaults(`tolerations[${i}].key`, 'taint', key),
        ...valueFaults(`tolerations[${i}].value`, 'taint', key, value),
      ]),
  );
}

/**
 * The warning of EC2 nodes that the operator's MIG manager divides: it stops and starts the kubelet, because the driver is the host's, and
 * reboots the node, while the node is joining. With the one control group hierarchy of AL2023, containerd may not recover from it.
 *
 * @see https://github.com/NVIDIA/gpu-operator/issues/2415
 * @see https://github.com/NVIDIA/gpu-operator/blob/v26.3.3/assets/state-mig-manager/0420_configmap.yaml
 *
 * @internal
 */
export function agentPoolWarnings({ gpuOperator }: NodeAgentsProps, pools: readonly IGpuNodePool[]): Fault[] {
  const divided = dividedPools(pools).filter(({ hardware, driverInImage }) => hardware.isEc2 && driverInImage);
  if (!gpuOperator || divided.length === 0) return [];
  const able = divided.filter(({ hardware }) => dividedByBottlerocket(hardware.gpu.name));
  return [
    fault(
      'MIG_MANAGER_RESTARTS_KUBELET',
      undefined,
      `the MIG manager of the GPU operator restarts the kubelet and reboots the nodes of pool(s) ${named(divided)} while they join, after which ` +
        'nodes of AL2023 may stay NotReady for good (https://github.com/NVIDIA/gpu-operator/issues/2415); ' +
        (able.length > 0
          ? `pass image: NodeImage.BOTTLEROCKET_NVIDIA to ${named(able)}, which divides the GPUs by itself, or watch new nodes`
          : 'watch new nodes, and replace those that stay so'),
    ),
  ];
}

/**
 * The pools whose GPUs the operator divides by MIG.
 *
 * @internal
 */
export function dividedPools(pools: readonly IGpuNodePool[]): IGpuNodePool[] {
  return pools.filter(({ nodeLabels }) => nodeLabels[MIG_LABEL] !== undefined);
}

/**
 * Names of the configurations of the device plugin that pools ask for, each once.
 *
 * @internal
 */
export function pluginConfigsOf(pools: readonly IGpuNodePool[]): string[] {
  return [...new Set(pools.flatMap(({ nodeLabels }) => nodeLabels[PLUGIN_CONFIG_LABEL] ?? []))].sort();
}

function named(pools: readonly IGpuNodePool[]): string {
  return pools.map(({ poolName }) => `'${poolName}'`).join(', ');
}

/** Images of EC2 nodes come with and without a driver; a pool of them that is not ours must say which. */
function mayHaveDriver({ hardware, nodeSelector, driverInImage }: IGpuNodePool): boolean {
  const isOfEks = Object.keys(nodeSelector).some((key) => key.startsWith('eks.amazonaws.com/'));
  return driverInImage === undefined && (hardware.isEc2 || isOfEks);
}
