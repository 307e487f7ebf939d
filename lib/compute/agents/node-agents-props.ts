import { ImageRegistry } from '../../kubernetes/image-registry';
import { NodeTaint } from '../../core/gpu-node-pool';
import { IKubernetesCluster } from '../../core/kubernetes-cluster';
import { GpuOperator } from './gpu-operator';

/**
 * Properties of `NodeAgents`.
 */
export interface NodeAgentsProps {
  /** The cluster. */
  readonly cluster: IKubernetesCluster;
  /** Where images are pulled from, and charts. @default ImageRegistry.UPSTREAM */
  readonly imageRegistry?: ImageRegistry;
  /** Namespace, of the Pod Security level 'privileged'. Created unless the program or the cluster has it: see `ExistingNamespaces`. @default 'gpu-node-agents' */
  readonly namespace?: string;
  /**
   * Whether the EFA device plugin is installed. Set it if another program creates the pools, so that the cluster does not know them.
   * @default - if a pool of the cluster has EFA, even one that is created later
   */
  readonly efa?: boolean;
  /** Image of the NVIDIA device plugin, with its registry, by tag or by digest. @default - a pinned release from nvcr.io */
  readonly nvidiaPluginImage?: string;
  /**
   * Region whose EKS registry the EFA device plugin is pulled from.
   * @default - the cluster's, if it is known at synthesis; else us-west-2, as in the plugin's own chart
   */
  readonly region?: string;
  /** Image of the EFA device plugin, with its registry, by tag or by digest. @default - a pinned release from the EKS registry of `region` */
  readonly efaPluginImage?: string;
  /**
   * NVIDIA's GPU operator in place of the NVIDIA device plugin; pools with MIG on AL2023 need it.
   * @default - the device plugin by itself
   */
  readonly gpuOperator?: GpuOperator;
  /**
   * Whether nodes are labeled with what their GPUs are (`nvidia.com/gpu.product`, `.memory`, `.count`). The GPU operator always does so.
   * @default false
   */
  readonly gpuFeatureDiscovery?: boolean;
  /**
   * Whether node feature discovery is installed where GPU feature discovery or the operator needs it. Pass false if the cluster has it
   * already: two of them remove each other's labels. @default true
   */
  readonly nodeFeatureDiscovery?: boolean;
  /**
   * Labels of the pods of the agents, except those of node feature discovery and of the GPU operator itself, whose charts take none.
   * @default - none
   */
  readonly podLabels?: { [key: string]: string };
  /** Annotations of the pods of the agents, those of node feature discovery and of the GPU operator itself included. @default - none */
  readonly podAnnotations?: { [key: string]: string };
  /** Taints that the agents tolerate besides those of the pools, which they tolerate whatever the value; without a value, any. @default - none */
  readonly tolerations?: NodeTaint[];
  /** Whether the exporter of GPU metrics runs on every GPU node, on port 9400. A `MonitoringStack` of the cluster finds it; others scrape it with `honor_labels`. @default false */
  readonly dcgmExporter?: boolean;
  /** Image of the exporter of GPU metrics, with its registry, by tag or by digest. @default - a pinned release from nvcr.io */
  readonly dcgmExporterImage?: string;
}
