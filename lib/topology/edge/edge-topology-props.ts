import { EdgeHardware } from '../../catalog/edge-hardware';
import { IGpuNodePool } from '../../core/gpu-node-pool';
import { IKubernetesCluster } from '../../core/kubernetes-cluster';
import { IModelStore } from '../../core/model-store';
import { IRdmaFabric } from '../../core/rdma-fabric';
import { ImageRegistry } from '../../kubernetes/image-registry';
import { KubernetesAccessOptions } from '../../kubernetes/kubernetes-access';
import { MonitoringOptions } from '../../monitoring/monitoring-options';
import { PowerBudget } from '../../planning/power-budget';
import { TritonServingOptions } from '../../serving/triton/triton-serving-options';
import { ServedModel } from '../../serving/vllm/served-model';
import { VllmServingOptions } from '../../serving/vllm/vllm-serving-options';
import { Duration } from '../../units/duration';
import { InferenceServer } from '../shared/inference-server';
import { EdgeSyncOptions } from './edge-sync-options';

/**
 * Properties of `EdgeTopology`.
 */
export interface EdgeTopologyProps {
  /**
   * Name of the site: an RFC 1123 label, of one cluster in the app. It is the name of the cluster, by which its hub tells sites apart.
   */
  readonly site: string;
  /**
   * The cluster of the site; its name must be `site`.
   * @default - that of the context `site` of `~/.kube/config`. Nobody reads that file where `KubernetesManifests` renders the objects for GitOps
   */
  readonly cluster?: IKubernetesCluster;
  /** The machines of the site, all of one kind. */
  readonly hardware: EdgeHardware;
  /** Number of them; whole, at least 1. @default 1 */
  readonly nodes?: number;
  /**
   * Fabric between them, e.g. `RdmaFabric.infiniband({...})`; the hardware must have RDMA.
   * @default - none: they reach each other by TCP
   */
  readonly fabric?: IRdmaFabric;
  /** Branch of NVIDIA's driver on them, e.g. 580, by which images that need a newer one are refused. @default - not known */
  readonly driverMajor?: number;
  /**
   * A pool of the cluster that has these machines, in place of one that the topology makes; without `nodes`, `fabric` and `driverMajor`.
   * @default - one is made, named after the hardware. The machines must have its label, e.g. by `nodeLabels: topology.nodePool.nodeSelector` of `EdgeBootstrap`
   */
  readonly nodePool?: IGpuNodePool;
  /** The models, at least one. Each gets the widest format that fits within memory, watts and targets, unless it has a `precision`. */
  readonly models: ServedModel[];
  /** Watts that each machine may take. @default - no limit */
  readonly powerBudget?: PowerBudget;
  /**
   * Longest time for which the site may be cut off from its cloud and its hub and still lose nothing: whole seconds from a second to a year. Buffers,
   * retention and tolerations are checked against it.
   * @default 72 hours
   */
  readonly maxUplinkOutage?: Duration;
  /** Store of the weights. Servers need it once for each version: their weights are kept at the site. */
  readonly modelStore: IModelStore;
  /**
   * Keeps every model at the newest release of a channel, in the format that it is planned in, for sites with one machine: signed, in windows, resumed where it
   * stopped, and taken back where it fails (`ModelSync`). Models have no `version` then, and `modelStore` must have releases of them (`ModelRelease`).
   * @default - servers take `version` from the store, and keep it on the disk of the machine
   */
  readonly sync?: EdgeSyncOptions;
  /**
   * What serves the models. To change it replaces every deployment, service and address by others.
   * @default - what `hardware.modelServer()` says: vLLM where its image runs
   */
  readonly server?: InferenceServer;
  /**
   * How Triton serves every model: release and image of Triton, rollouts, access, what is added to the pods.
   * @default - as `TritonDeployment` does, with weights kept on the disk of each machine
   */
  readonly serving?: TritonServingOptions;
  /** The same for single models, by their names: each property that is given here replaces that of `serving`. @default - `serving` */
  readonly servingByModel?: { [model: string]: TritonServingOptions };
  /**
   * How vLLM's own server serves every model: release and image of vLLM, the key, rollouts, access, what is added to the pods.
   * @default - as `VllmDeployment` does, with weights kept on the disk of each machine
   */
  readonly vllmServing?: VllmServingOptions;
  /** The same for single models, by their names: each property that is given here replaces that of `vllmServing`. @default - `vllmServing` */
  readonly vllmServingByModel?: { [model: string]: VllmServingOptions };
  /**
   * Whether the device plugin is installed; never a driver, which is the host's. Pass `false` if something outside this program installs it.
   * @default true; a cluster that has `NodeAgents` in this program keeps them
   */
  readonly nodeAgents?: boolean;
  /** Whether Prometheus and Alertmanager are installed and watch every model, also while the site is cut off. @default true */
  readonly monitoring?: boolean;
  /**
   * How it watches: receivers of alerts, retention, and the `uplink` to the hub, whose `maxOutage` must not be shorter than `maxUplinkOutage`. Its pods
   * run on the machines of the site unless `nodeSelector` says otherwise, and are counted there. Images are pulled as those of the topology.
   * @default - alerts are sent to nobody, and series are kept at the site alone
   */
  readonly monitoringOptions?: MonitoringOptions;
  /** How the Kubernetes provider that is created signs in. @default - by the kubeconfig of the cluster */
  readonly kubernetesAccess?: KubernetesAccessOptions;
  /** Where container images are pulled from. @default ImageRegistry.UPSTREAM */
  readonly imageRegistry?: ImageRegistry;
}
