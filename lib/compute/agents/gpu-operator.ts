import { fault } from '../../units/fault';
import { ImageRegistry } from '../../kubernetes/image-registry';
import { IGpuNodePool } from '../../core/gpu-node-pool';
import { escapeTemplate } from '../../core/template-escape';
import { throwIfFaulty } from '../../units/errors';
import { Toleration } from '../../kubernetes/tolerations';
import { checkArguments } from '../../units/argument-faults';

/** The release whose device plugin, v0.19.3, is the one that is installed without the operator. */
const CHART_VERSION = 'v26.3.3';

/**
 * How NVIDIA's GPU operator is set up.
 */
export interface GpuOperatorOptions {
  /**
   * Whether the operator installs NVIDIA's driver and container toolkit on the nodes. The images of EKS have both, and a second
   * driver breaks the first. @default - unless the image of some pool of the cluster has them (`IGpuNodePool.driverInImage`)
   */
  readonly driver?: boolean;
  /**
   * Whether the nodes already have the driver of their ConnectX adapters, as `NicDriver.host()` tells the network operator. It
   * matters where this operator installs the GPU driver on pools with InfiniBand or RoCE. @default true
   */
  readonly hostNicDriver?: boolean;
  /**
   * Further values of the chart, e.g. `{ dcgmExporter: { enabled: true } }`; they are merged over those of this library. Those that contradict what
   * is proved of pods are refused: without the device plugin, with another MIG strategy, with tolerations in place of those of the pools, with null for
   * any of these. So are names that are nearly one of the chart's, text for `enabled`, and secrets.
   * @default - none
   */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly values?: { [key: string]: any };
}

/**
 * NVIDIA's GPU operator as the owner of the device plugin, GPU feature discovery and the MIG manager of a cluster.
 *
 * @see https://github.com/NVIDIA/gpu-operator
 */
export class GpuOperator {
  /**
   * A version of the operator. Throws an `UnscopedValidationError` for a text that cannot be a version of its chart.
   *
   * @param chartVersion version of the chart @default 'v26.3.3'
   * @param options how it is set up @default - as the pools of the cluster need it
   */
  public static version(chartVersion: string = CHART_VERSION, options: GpuOperatorOptions = {}): GpuOperator {
    throwIfFaulty(
      /^v\d+\.\d+\.\d+$/.test(chartVersion)
        ? []
        : [
            fault(
              'INVALID_FORMAT',
              'chartVersion',
              `chartVersion of the GPU operator must be written as '${CHART_VERSION}'; got '${chartVersion}'`,
            ),
          ],
    );
    return new GpuOperator(chartVersion, options);
  }

  /** Version of the chart. */
  public readonly chartVersion: string;
  /** Whether it installs driver and toolkit. @default - unless the image of some pool has them */
  public readonly driver?: boolean;
  /** Whether the nodes already have the driver of their ConnectX adapters. */
  public readonly hostNicDriver: boolean;
  /** Further values of the chart. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  public readonly values: { [key: string]: any };

  private constructor(chartVersion: string, options: GpuOperatorOptions) {
    this.chartVersion = chartVersion;
    this.driver = options.driver;
    this.hostNicDriver = options.hostNicDriver ?? true;
    this.values = { ...options.values };
  }
}

checkArguments('GpuOperator', GpuOperator);

/**
 * Whether the operator is told to install a driver or a container toolkit, by its own property or by values.
 *
 * @internal
 */
export function installsDriver({ driver, values }: GpuOperator): boolean {
  const given = values as { [part: string]: { enabled?: unknown } | undefined };
  return driver === true || given.driver?.enabled === true || given.toolkit?.enabled === true;
}

/**
 * Whether the GPU shares of a pool have a resource name of their own.
 *
 * @internal
 */
export function isRenamed({ gpuResourceName }: IGpuNodePool): boolean {
  return gpuResourceName !== undefined && gpuResourceName !== 'nvidia.com/gpu';
}

/** What the values of the chart depend on. */
interface OperatorSetting {
  /** Tolerations of what runs on nodes. */
  readonly tolerations: readonly Toleration[];
  /** Whether some pool runs an image that has driver and toolkit. */
  readonly driverInImage: boolean;
  /** Whether some pool has InfiniBand or RoCE. */
  readonly connectX: boolean;
  /** The pools whose GPUs it divides by MIG. */
  readonly divided: readonly IGpuNodePool[];
  /** Configurations of the device plugin by their names. */
  readonly pluginConfigs: { [name: string]: string };
  /** Config map with the counters of the exporter that it runs. @default - it runs none, or one with its own list */
  readonly counters?: string;
  readonly nodeFeatureDiscovery: boolean;
  /** Labels of the pods. @default - none */
  readonly podLabels?: { readonly [key: string]: string };
  /** @default - none */
  readonly podAnnotations?: { readonly [key: string]: string };
  readonly registry: ImageRegistry;
}

/**
 * Values of the chart that depend on the nodes:
 *
 * - driver and toolkit are off where the image has them;
 * - a driver that it installs lets the adapters of InfiniBand and RoCE read and write GPU memory (`nvidia-peermem`); otherwise NCCL would stage everything in host memory;
 * - every agent tolerates every taint of every pool, the workers of node feature discovery too, which by default tolerate less;
 * - the MIG manager reboots EC2 nodes: their GPUs cannot be reset, which turning MIG on takes;
 * - PCI devices are labeled by their vendor alone, or the label is `pci-0300_10de` and the operator finds no GPU;
 * - the exporter of GPU metrics is installed separately, so that a node has only one DCGM host engine.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/ml-eks-optimized-ami.html
 * @see https://docs.nvidia.com/datacenter/cloud-native/gpu-operator/latest/gpu-operator-mig.html
 * @see https://github.com/NVIDIA/k8s-device-plugin/issues/1213
 * @see https://github.com/aws/containers-roadmap/issues/2555
 * @see https://docs.nvidia.com/datacenter/cloud-native/gpu-operator/latest/gpu-operator-rdma.html
 *
 * @internal
 */
export function gpuOperatorValues(operator: GpuOperator, setting: OperatorSetting): string[] {
  const installs = operator.driver ?? !setting.driverInImage;
  const names = Object.keys(setting.pluginConfigs);
  const images = imagesOf(setting.registry);
  const rdma = installs && setting.connectX ? { rdma: { enabled: true, useHostMofed: operator.hostNicDriver } } : {};
  const rebooted = setting.divided.some(({ hardware }) => hardware.isEc2);
  const migManager = {
    ...images.migManager,
    ...(rebooted ? { env: [{ name: 'WITH_REBOOT', value: 'true' }] } : {}),
  };
  const values = {
    ...images.always,
    ...(setting.podAnnotations ? { operator: { ...images.always.operator, annotations: setting.podAnnotations } } : {}),
    driver: { enabled: installs, ...rdma, ...(installs ? images.driver : {}) },
    toolkit: { enabled: installs, ...(installs ? images.toolkit : {}) },
    nfd: { enabled: setting.nodeFeatureDiscovery },
    // 'mixed' where MIG instances have resource names of their own.
    mig: { strategy: setting.divided.some(isRenamed) ? 'mixed' : 'single' },
    ...(Object.keys(migManager).length > 0 ? { migManager } : {}),
    dcgm: { enabled: false },
    dcgmExporter: { enabled: false, ...(setting.counters === undefined ? {} : { config: { name: setting.counters } }) },
    daemonsets: {
      tolerations: setting.tolerations,
      ...(setting.podLabels ? { labels: setting.podLabels } : {}),
      ...(setting.podAnnotations ? { annotations: setting.podAnnotations } : {}),
    },
    devicePlugin: {
      ...images.devicePlugin,
      ...(names.length > 0
        ? { config: { create: true, name: 'device-plugin-configs', default: 'default', data: setting.pluginConfigs } }
        : {}),
    },
    'node-feature-discovery': {
      ...nodeFeatureDiscoveryValues(setting.tolerations, setting.podAnnotations),
      ...nodeFeatureDiscoveryImage(setting.registry),
    },
  };
  const further = Object.keys(operator.values).length > 0 ? [operator.values] : [];
  return [values, ...further].map((each) => escapeTemplate(JSON.stringify(each)));
}

/**
 * Values of the chart of node feature discovery: workers on every GPU node whatever its taints, labels of PCI devices by vendor, and annotations
 * of all pods; it has no labels of pods.
 *
 * @see https://github.com/kubernetes-sigs/node-feature-discovery/blob/v0.18.3/deployment/helm/node-feature-discovery/values.yaml
 *
 * @internal
 */
export function nodeFeatureDiscoveryValues(
  tolerations: readonly Toleration[],
  annotations?: { readonly [key: string]: string },
) {
  const annotated = annotations ? { annotations } : {};
  return {
    ...(annotations ? { master: annotated, gc: annotated } : {}),
    worker: {
      ...annotated,
      tolerations,
      config: { sources: { pci: { deviceClassWhitelist: ['02', '03'], deviceLabelFields: ['vendor'] } } },
    },
  };
}

/**
 * Where the chart of node feature discovery pulls its image from, if it is not the project's own registry.
 *
 * @internal
 */
export function nodeFeatureDiscoveryImage(registry: ImageRegistry) {
  const { host, pullSecrets } = registry;
  return {
    ...(host ? { image: { repository: registry.resolve('registry.k8s.io/nfd/node-feature-discovery') } } : {}),
    ...(pullSecrets.length > 0 ? { imagePullSecrets: pullSecrets.map((name) => ({ name })) } : {}),
  };
}

/** Where the operator pulls the images of its components from, and with what; each component has its own key in the values. */
function imagesOf(registry: ImageRegistry) {
  if (!registry.host && registry.pullSecrets.length === 0) return { always: {} as { operator?: object } };
  const at = (repository: string) => (registry.host ? { repository: registry.resolve(repository) } : {});
  const part = (repository: string) => ({
    ...at(repository),
    ...(registry.pullSecrets.length > 0 ? { imagePullSecrets: registry.pullSecrets } : {}),
  });
  const nvidia = part('nvcr.io/nvidia');
  const cloudNative = part('nvcr.io/nvidia/cloud-native');
  return {
    always: { operator: nvidia, validator: nvidia, gfd: nvidia },
    migManager: cloudNative,
    devicePlugin: nvidia,
    driver: { ...nvidia, manager: at('nvcr.io/nvidia/cloud-native') },
    toolkit: part('nvcr.io/nvidia/k8s'),
  };
}
