/**
 * Names of values in the GPU operator's chart: those of the whole, and those within the parts that this library sets or judges. Later versions
 * may have more.
 *
 * @see https://github.com/NVIDIA/gpu-operator/blob/v26.3.3/deployments/gpu-operator/values.yaml
 *
 * @internal
 */
export const OPERATOR_VALUE_NAMES: readonly string[] = (
  'ccManager cdi daemonsets dcgm dcgmExporter devicePlugin driver extraObjects gdrcopy gds gfd hostPaths kataManager kataSandboxDevicePlugin mig ' +
  'migManager nfd node-feature-discovery nodeStatusExporter operator platform psa sandboxDevicePlugin sandboxWorkloads toolkit validator ' +
  'vfioManager vgpuDeviceManager vgpuManager'
).split(' ');

/** What every part that runs an image has. */
const IMAGE = [
  'env',
  'hostNetwork',
  'image',
  'imagePullPolicy',
  'imagePullSecrets',
  'repository',
  'resources',
  'version',
];

/** @internal */
export const OPERATOR_PART_NAMES: { readonly [part: string]: readonly string[] } = {
  daemonsets: ['annotations', 'labels', 'priorityClassName', 'rollingUpdate', 'tolerations', 'updateStrategy'],
  devicePlugin: [...IMAGE, 'args', 'config', 'enabled', 'mps'],
  driver: [
    ...[...IMAGE, 'certConfig', 'enabled', 'kernelModuleConfig', 'kernelModuleType', 'licensingConfig', 'manager'],
    ...['nvidiaDriverCRD', 'rdma', 'repoConfig', 'secretEnv', 'startupProbe', 'upgradePolicy', 'usePrecompiled'],
    'virtualTopology',
  ],
  toolkit: [...IMAGE, 'enabled', 'installDir'],
  mig: ['strategy'],
  migManager: [...IMAGE, 'config', 'enabled', 'gpuClientsConfig'],
  nfd: ['enabled', 'nodefeaturerules'],
  dcgm: [...IMAGE, 'args', 'enabled'].filter((name) => name !== 'imagePullSecrets'),
  dcgmExporter: [
    ...[...IMAGE, 'annotations', 'enablePodLabels', 'enablePodUID', 'enabled', 'hostPID', 'service', 'serviceMonitor'],
  ].filter((name) => name !== 'imagePullSecrets'),
};
