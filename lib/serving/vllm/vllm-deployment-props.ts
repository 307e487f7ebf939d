import { IGpuNodePool } from '../../core/gpu-node-pool';
import { IKubernetesCluster } from '../../core/kubernetes-cluster';
import { IModelStore } from '../../core/model-store';
import { ImageRegistry } from '../../kubernetes/image-registry';
import { CapacityPlan } from '../../planning/capacity-plan';
import { ServedModel } from './served-model';
import { VllmServingOptions } from './vllm-serving-options';
import { WeightLoading } from './weight-loading';

/**
 * Properties of `VllmDeployment`.
 */
export interface VllmDeploymentProps extends VllmServingOptions {
  /** The cluster it runs on. */
  readonly cluster: IKubernetesCluster;
  /** The pool that it runs on exclusively. */
  readonly nodePool: IGpuNodePool;
  /** Store of the weights, with the `SHA256SUMS` that `ModelImport` writes beside them. */
  readonly modelStore: IModelStore;
  /** The models. Each has servers, a service and a network policy of its own, named after it. */
  readonly models: ServedModel[];
  /** Number of servers of each model that does not say its own. @default - as many as its targets need, at least 1; with `maxReplicas` it is left to the scaler */
  readonly replicas?: number;
  /**
   * Locked plans, by the names of their models, as `CapacityPlan.fromJson` reads them: nothing in them is computed again. A property of a model that
   * contradicts its plan is refused.
   * @default - planned for the pool at synthesis
   */
  readonly plans?: { [model: string]: CapacityPlan };
  /** Name of what all models share: the job of the metrics, and the secret of the key. @default - the construct's id */
  readonly name?: string;
  /**
   * What follows the models' names in those of their Kubernetes objects, e.g. `-next` for a canary of other weights or another release beside the
   * deployment whose models it has: requests and the store have the names without it.
   * @default - nothing
   */
  readonly nameSuffix?: string;
  /**
   * How the weights of its models come from the store to their GPUs. `WeightLoading.streamed()` needs no disk for them and starts sooner on nodes with a
   * fast network, but nothing checks them. To change it rolls out the servers.
   * @default WeightLoading.COPIED
   */
  readonly weightLoading?: WeightLoading;
  /** Where images are pulled from. @default ImageRegistry.UPSTREAM */
  readonly imageRegistry?: ImageRegistry;
}
