import { IGpuNodePool } from '../../core/gpu-node-pool';
import { IKubernetesCluster } from '../../core/kubernetes-cluster';
import { IModelStore } from '../../core/model-store';
import { ImageRegistry } from '../../kubernetes/image-registry';
import { TritonModel } from './triton-model';
import { TritonServingOptions } from './triton-serving-options';

/**
 * Properties of `TritonDeployment`.
 */
export interface TritonDeploymentProps extends TritonServingOptions {
  /** The cluster it runs on. */
  readonly cluster: IKubernetesCluster;
  /** The pool that it runs on exclusively. */
  readonly nodePool: IGpuNodePool;
  /** Store of the weights, with the `SHA256SUMS` that `ModelImport` writes beside them. */
  readonly modelStore: IModelStore;
  /** The models of each server: one or more of one image variant. */
  readonly models: TritonModel[];
  /** Number of servers. @default 1; with `maxReplicas` it is left to the scaler */
  readonly replicas?: number;
  /** Name of the Kubernetes objects. @default - the construct's id */
  readonly name?: string;
  /** Where images are pulled from. @default ImageRegistry.UPSTREAM */
  readonly imageRegistry?: ImageRegistry;
}
