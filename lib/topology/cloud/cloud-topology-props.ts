import { Construct } from 'constructs';
import { EksGpuClusterProps } from '../../compute/cluster/eks-gpu-cluster-props';
import { IEksCluster } from '../../compute/cluster/eks-cluster';
import { ImageRegistry } from '../../kubernetes/image-registry';
import { KubernetesAccessOptions } from '../../kubernetes/kubernetes-access';
import { IModelStore } from '../../core/model-store';
import { IMonitoring } from '../../monitoring/monitoring';
import { MonitoringOptions } from '../../monitoring/monitoring-options';
import { CapacityPlan } from '../../planning/capacity-plan';
import { ServedModel } from '../../serving/vllm/served-model';
import { TritonServingOptions } from '../../serving/triton/triton-serving-options';
import { VllmServingOptions } from '../../serving/vllm/vllm-serving-options';
import { InferenceServer } from '../shared/inference-server';
import { TopologyKarpenterPool } from '../shared/topology-karpenter-pool';
import { TopologyNodePool } from '../shared/topology-node-pool';

/**
 * Properties of `CloudTopology`. Properties of the cluster can be given too.
 */
export interface CloudTopologyProps extends EksGpuClusterProps {
  /**
   * The models, at least one. By `InferenceServer.VLLM` one may have a `parallelism` of more GPUs than a node of its pool, which must be given:
   * its servers are groups of nodes then.
   */
  readonly models: ServedModel[];
  /**
   * The GPU pools that are managed node groups.
   * @default - none if there are `karpenterPools`; else a pool for each model, on hardware that the planner chooses
   */
  readonly nodePools?: TopologyNodePool[];
  /** The GPU pools whose nodes Karpenter launches. @default - none */
  readonly karpenterPools?: TopologyKarpenterPool[];
  /**
   * An existing EKS cluster; its name must be `clusterName`, and properties that only a new cluster has must be left out.
   * @default - a new cluster
   */
  readonly cluster?: IEksCluster;
  /** Store of the weights. @default - a new store */
  readonly modelStore?: IModelStore;
  /** What serves the models. To change it replaces every deployment, service and address by others. @default InferenceServer.TRITON */
  readonly server?: InferenceServer;
  /**
   * How Triton serves every model: release and image of Triton, rollouts, access, what is added to the pods.
   * @default - as `TritonDeployment` does
   */
  readonly serving?: TritonServingOptions;
  /** The same for single models, by their names: each property that is given here replaces that of `serving`. @default - `serving` */
  readonly servingByModel?: { [model: string]: TritonServingOptions };
  /**
   * How vLLM's own server serves every model: release and image of vLLM, the key, rollouts, access, what is added to the pods.
   * @default - as `VllmDeployment` does
   */
  readonly vllmServing?: VllmServingOptions;
  /** The same for single models, by their names: each property that is given here replaces that of `vllmServing`. @default - `vllmServing` */
  readonly vllmServingByModel?: { [model: string]: VllmServingOptions };
  /**
   * Whether the device plugins of its nodes are installed. Pass `false` if something outside this program installs them.
   * @default true; a cluster that has `NodeAgents` in this program keeps them
   */
  readonly nodeAgents?: boolean;
  /**
   * Whether the cluster autoscaler is installed. Pass `false` if something outside this program installs it.
   * @default - if this program creates the cluster and a pool has `Autoscaling.clusterAutoscaler()`, and no `ClusterAutoscaler` exists
   */
  readonly clusterAutoscaler?: boolean;
  /**
   * Whether Karpenter is installed. Pass `false` if something outside this program installs it.
   * @default - if this program creates the cluster, there are `karpenterPools` and no `Karpenter` exists
   */
  readonly karpenter?: boolean;
  /**
   * Whether the controller of LeaderWorkerSets is installed, which runs servers of several nodes. Pass `false` if something outside this
   * program installs it.
   * @default - if this program creates the cluster, a model has a `parallelism` of more GPUs than a node and no `LeaderWorkerSetController` exists
   */
  readonly leaderWorkerSetController?: boolean;
  /**
   * Whether KEDA is installed, which scales servers with `ServerAutoscaling.keda`. `monitoring` lets it in. Pass `false` if something outside this
   * program installs it.
   * @default - if this program creates the cluster, a model is scaled by KEDA and no `Keda` exists
   */
  readonly keda?: boolean;
  /**
   * Whether an encrypted storage class, `gp3-encrypted`, is made. It is the default class of a cluster that this program creates, and never
   * that of one that exists already, where the claims of `monitoring` name it. Its volumes are encrypted with `volumeKeyArn`. Pass `false`
   * for claims of the cluster's own default class; `monitoringOptions.storage` names another one.
   * @default - if this program creates the cluster, or claims of `monitoring` name no class, and no `EncryptedStorageClass` exists
   */
  readonly storageClass?: boolean;
  /**
   * Whether Prometheus and Alertmanager are installed and watch every model. To turn it off later deletes their claims, whatever their
   * removal policy: Terraform's plan says so. Volumes of the topology's storage class stay in the account, with all series.
   * @default true, false with `existingMonitoring`
   */
  readonly monitoring?: boolean;
  /**
   * What watches every model in place of a Prometheus of the topology's own, e.g. a `PrometheusOperatorMonitoring` on the same cluster.
   * @default - a `MonitoringStack` is made
   */
  readonly existingMonitoring?: IMonitoring;
  /**
   * How it watches: receivers of alerts, thresholds, storage. Images are pulled as those of the topology unless it says otherwise.
   * @default - alerts are sent to nobody; a model's `HighLatency` fires above what its plan expects
   */
  readonly monitoringOptions?: MonitoringOptions;
  /**
   * Scope for everything that runs on the cluster. A separate stack is recommended, because a cluster and a provider configured from it
   * should not share a state. A Kubernetes provider is created if the stack has none.
   * @default - the topology itself
   */
  readonly workloads?: Construct;
  /**
   * How the Kubernetes provider that is created signs in: role, profile, proxy.
   * @default - as the AWS provider of the cluster does, directly
   */
  readonly kubernetesAccess?: KubernetesAccessOptions;
  /**
   * Locked plans, by the names of their models: `CapacityPlan.fromJson` of an earlier `topology.plans`. A plan for another
   * model or other hardware, and a property of a model that contradicts its plan, are errors.
   * @default - planned anew
   */
  readonly plans?: { [model: string]: CapacityPlan };
  /** The locked plan of the only model; short for `plans` with its name. @default - planned anew */
  readonly plan?: CapacityPlan;
  /** Where container images are pulled from. @default ImageRegistry.UPSTREAM */
  readonly imageRegistry?: ImageRegistry;
}
