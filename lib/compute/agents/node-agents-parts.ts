import { GpuSharing } from '../pools/options/gpu-sharing';
import { EFA_LABEL, GPU_LABEL, PLUGIN_CONFIG_LABEL, timeSlicingConfig } from '../pools/shared/gpu-node-pool-labels';
import { DEVICE_PLUGIN_LABEL } from '../../scheduling/node-labels';
import { NodeAgentSpec } from './node-agents-daemon-set';

/** Folder in which device plugins register with the kubelet. */
const DEVICE_PLUGINS = { name: 'device-plugins', path: '/var/lib/kubelet/device-plugins' };

/** An agent without what depends on the cluster. @internal */
export type AgentPart = Omit<NodeAgentSpec, 'pools' | 'requirements' | 'registry' | 'namespace'>;

/** Port of the GPU metrics. @internal */
export const DCGM_PORT = 9400;

/** Port of the host engine of EKS's node monitoring agent on its node. */
const HOST_ENGINE_PORT = 5555;

/**
 * The NVIDIA device plugin, for all GPU nodes or, with a configuration, for the nodes that name it.
 *
 * @internal
 */
export function nvidiaDevicePlugin(image: string, config?: string): AgentPart {
  const name = config ? `nvidia-device-plugin-${config}` : 'nvidia-device-plugin';
  return {
    name,
    image,
    mark: GPU_LABEL,
    labels: config ? { [PLUGIN_CONFIG_LABEL]: config } : undefined,
    // Every node that it runs on has GPUs: it must fail visibly where it finds none, not advertise zero GPUs.
    env: {
      FAIL_ON_INIT_ERROR: 'true',
      NVIDIA_DRIVER_CAPABILITIES: 'compute,utility',
      NVIDIA_VISIBLE_DEVICES: 'all',
      ...(config ? { CONFIG_FILE: '/config/config.yaml' } : {}),
    },
    hostFolders: [DEVICE_PLUGINS],
    config: config ? { configMap: name, folder: '/config' } : undefined,
    privileged: false,
    hostNetwork: false,
    cpu: '50m',
    memory: '128Mi',
    memoryLimit: '512Mi',
  };
}

/**
 * Excludes nodes whose image has a device plugin, and nodes that name a configuration.
 *
 * @internal
 */
export function pluginRequirements(labels: readonly { [key: string]: string }[], withConfig: boolean) {
  const used = (key: string) => labels.some((each) => key in each);
  return [
    ...(used(DEVICE_PLUGIN_LABEL) ? [{ key: DEVICE_PLUGIN_LABEL, operator: 'NotIn', values: ['false'] }] : []),
    ...(!withConfig && used(PLUGIN_CONFIG_LABEL) ? [{ key: PLUGIN_CONFIG_LABEL, operator: 'DoesNotExist' }] : []),
  ];
}

/**
 * Configuration of the device plugin for time slicing. A pod that requests more than one share is refused, because it would not get more of
 * a GPU.
 *
 * @see https://github.com/NVIDIA/k8s-device-plugin#with-cuda-time-slicing
 *
 * @internal
 */
export function pluginConfig(name: string): string | undefined {
  const [, count, renamed] = /^time-slicing-(\d+)(-renamed)?$/.exec(name) ?? [];
  const replicas = Number(count);
  if (!(replicas >= 2) || timeSlicingConfig(replicas, renamed !== undefined) !== name) return undefined;
  return [
    'version: v1',
    'sharing:',
    '  timeSlicing:',
    ...(renamed === undefined ? [] : ['    renameByDefault: true']),
    '    failRequestsGreaterThanOne: true',
    '    resources:',
    '      - name: nvidia.com/gpu',
    `        replicas: ${GpuSharing.timeSlicing(replicas).replicas}`,
    '',
  ].join('\n');
}

/**
 * The EFA device plugin, for nodes with EFA interfaces. As in its own chart, it opens the devices in the network namespace that they belong
 * to.
 *
 * @internal
 */
export function efaDevicePlugin(image: string): AgentPart {
  return {
    name: 'efa-device-plugin',
    image,
    mark: EFA_LABEL,
    env: {},
    hostFolders: [DEVICE_PLUGINS, { name: 'infiniband', path: '/dev/infiniband' }],
    privileged: true,
    hostNetwork: true,
    cpu: '10m',
    memory: '20Mi',
    memoryLimit: '256Mi',
  };
}

/**
 * GPU feature discovery: passes its findings to node feature discovery through a file.
 *
 * @see https://github.com/NVIDIA/k8s-device-plugin/blob/main/deployments/static/gpu-feature-discovery-daemonset.yaml
 *
 * @internal
 */
export function gpuFeatureDiscovery(image: string): AgentPart {
  return {
    name: 'gpu-feature-discovery',
    image,
    mark: GPU_LABEL,
    command: ['/usr/bin/gpu-feature-discovery'],
    env: {
      FAIL_ON_INIT_ERROR: 'true',
      MIG_STRATEGY: 'single',
      NVIDIA_DRIVER_CAPABILITIES: 'compute,utility',
      NVIDIA_VISIBLE_DEVICES: 'all',
    },
    hostFolders: [
      { name: 'features', path: '/etc/kubernetes/node-feature-discovery/features.d', create: true },
      { name: 'sys', path: '/sys' },
    ],
    privileged: true,
    hostNetwork: false,
    cpu: '10m',
    memory: '64Mi',
    memoryLimit: '256Mi',
  };
}

/**
 * The exporter of GPU metrics. With the node monitoring agent it uses that agent's host engine: two engines on one GPU disturb each other's
 * profiling, and EKS has replaced healthy nodes because of it. The pod's own name is on its series as `pod`: scrape it with `honor_labels`,
 * or the pod that uses the GPU becomes `exported_pod`.
 *
 * Its chart has the same probes, and a writable root file system; those of the device plugins have a writable one and no probes at all.
 *
 * @see https://github.com/NVIDIA/dcgm-exporter/blob/4.5.3-4.8.2/deployment/templates/daemonset.yaml
 * @see https://github.com/aws/containers-roadmap/issues/2555
 *
 * @internal
 */
export function dcgmExporter(image: string, configMap: string, hostEngine: boolean): AgentPart {
  return {
    name: 'dcgm-exporter',
    image,
    mark: GPU_LABEL,
    fields: { NODE_NAME: 'spec.nodeName', ...(hostEngine ? { HOST_IP: 'status.hostIP' } : {}) },
    env: {
      DCGM_EXPORTER_COLLECTORS: '/etc/dcgm-exporter/metrics/metrics.csv',
      DCGM_EXPORTER_KUBERNETES: 'true',
      DCGM_EXPORTER_LISTEN: `:${DCGM_PORT}`,
      NVIDIA_DRIVER_CAPABILITIES: 'compute,utility',
      NVIDIA_VISIBLE_DEVICES: 'all',
      ...(hostEngine ? { DCGM_REMOTE_HOSTENGINE_INFO: `$(HOST_IP):${HOST_ENGINE_PORT}` } : {}),
    },
    hostFolders: [{ name: 'pod-resources', path: '/var/lib/kubelet/pod-resources', readOnly: true }],
    config: { configMap, folder: '/etc/dcgm-exporter/metrics' },
    port: DCGM_PORT,
    healthPath: '/health',
    privileged: false,
    // For the profiling metrics, DCGM_FI_PROF_*.
    capabilities: ['SYS_ADMIN'],
    hostNetwork: false,
    cpu: '100m',
    memory: '256Mi',
    memoryLimit: '512Mi',
  };
}
