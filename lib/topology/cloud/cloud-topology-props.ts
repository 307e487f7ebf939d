import { Construct } from 'constructs';
import { EksGpuClusterProps } from '../../compute/cluster/eks-gpu-cluster-props';
import { IEksCluster } from '../../compute/cluster/eks-cluster';
import { ImageRegistry } from '../../kubernetes/image-registry';
import { IModelStore } from '../../core/model-store';
import { CapacityPlan } from '../../planning/capacity-plan';
import { ServedModel } from '../../serving/model/served-model';
import { TopologyNodePool } from '../shared/topology-node-pool';

/**
 * Models served in the cloud. Properties of the cluster can be given along.
 */
export interface CloudTopologyProps extends EksGpuClusterProps {
  /** The models, at least one. */
  readonly models: ServedModel[];
  /** The GPU pools. @default - a pool for each model, of the smallest hardware that it fits */
  readonly nodePools?: TopologyNodePool[];
  /**
   * An existing EKS cluster; its name must be `clusterName`, and nothing may be said of what only a new cluster has.
   * @default - a cluster of the topology's own
   */
  readonly cluster?: IEksCluster;
  /** Where the weights lie. @default - a store of the topology's own */
  readonly modelStore?: IModelStore;
  /**
   * Whether the device plugins of its nodes are installed. Say `false` where something outside this program does it.
   * @default true; a cluster that has `NodeAgents` in this program keeps them
   */
  readonly nodeAgents?: boolean;
  /** Whether Prometheus and Alertmanager are installed and watch every model. @default true */
  readonly monitoring?: boolean;
  /**
   * Where everything that runs on the cluster goes: a stack of its own is advised, for a cluster and a provider configured from it
   * should not share a state. Its Kubernetes provider is made if it has none.
   * @default - the topology itself
   */
  readonly workloads?: Construct;
  /**
   * Plans to keep to, by the names of their models: `CapacityPlan.fromJson` of what an earlier `topology.plans` said. A plan for another
   * model or other hardware, and a property of a model that contradicts its plan, are errors.
   * @default - planned anew
   */
  readonly plans?: { [model: string]: CapacityPlan };
  /** The plan to keep to where there is one model; short for `plans` with its name. @default - planned anew */
  readonly plan?: CapacityPlan;
  /** Where container images are pulled from. @default ImageRegistry.UPSTREAM */
  readonly imageRegistry?: ImageRegistry;
}
