import { ImageRegistry } from '../../kubernetes/image-registry';
import { IKubernetesCluster } from '../../core/kubernetes-cluster';
import { GpuOperator } from './gpu-operator';

/**
 * The agents of a cluster's GPU nodes.
 */
export interface NodeAgentsProps {
  /** The cluster. */
  readonly cluster: IKubernetesCluster;
  /** Where images are pulled from. @default ImageRegistry.UPSTREAM */
  readonly imageRegistry?: ImageRegistry;
  /** Namespace, of the Pod Security level 'privileged'. @default 'gpu-node-agents' */
  readonly namespace?: string;
  /**
   * Whether the EFA device plugin is installed. Say it where the pools are made by another program, so that the cluster does not
   * know them.
   * @default - when some pool of the cluster has EFA, also one that is made later
   */
  readonly efa?: boolean;
  /** Image of the NVIDIA device plugin, with its registry. @default - a pinned release from nvcr.io */
  readonly nvidiaPluginImage?: string;
  /**
   * Region whose EKS registry the EFA device plugin is pulled from.
   * @default - the cluster's, where it is known at synthesis; else us-west-2, as the plugin's own chart has it
   */
  readonly region?: string;
  /** Image of the EFA device plugin, with its registry. @default - a pinned release from the EKS registry of `region` */
  readonly efaPluginImage?: string;
  /**
   * NVIDIA's GPU operator in place of the NVIDIA device plugin; pools with MIG on AL2023 need it.
   * @default - the device plugin by itself
   */
  readonly gpuOperator?: GpuOperator;
  /**
   * Whether nodes are labeled with what their GPUs are (`nvidia.com/gpu.product`, `.memory`, `.count`). The GPU operator always
   * does it. @default false
   */
  readonly gpuFeatureDiscovery?: boolean;
  /**
   * Whether node feature discovery is installed where GPU feature discovery or the operator needs it. Say no where the cluster has
   * it: two of them take each other's labels away. @default true
   */
  readonly nodeFeatureDiscovery?: boolean;
  /** Whether the exporter of GPU metrics runs on every GPU node, on port 9400; scrape it with `honor_labels`. @default false */
  readonly dcgmExporter?: boolean;
}
