import { TritonRelease } from '../../catalog/serving-engine';
import { IGpuNodePool } from '../../core/gpu-node-pool';
import { IKubernetesCluster } from '../../core/kubernetes-cluster';
import { IModelStore } from '../../core/model-store';
import { ImageRegistry } from '../../kubernetes/image-registry';
import { DataSize } from '../../units/data-size';
import { Duration } from '../../units/duration';
import { TritonModel } from './triton-model';

/**
 * Requests of a pod of a Triton deployment that override those derived from its models and the node.
 */
export interface TritonResources {
  /** CPU cores requested. @default - 1 and 2 for each GPU, at most its share of the node */
  readonly cpu?: number;
  /** Host memory requested, shared memory included. @default - 4 GiB, 3 GiB for each GPU of a vLLM model, what ONNX models take, and shared memory */
  readonly memory?: DataSize;
  /** Size of /dev/shm. @default - 1 GiB for each vLLM model, and 1 GiB for each GPU of one that spans several */
  readonly sharedMemory?: DataSize;
  /** Local disk requested: models, caches and logs. @default - the models' size and 13 GiB, 5 GiB without vLLM */
  readonly ephemeralStorage?: DataSize;
}

/**
 * Properties of `TritonDeployment`.
 */
export interface TritonDeploymentProps {
  /** The cluster it runs on. */
  readonly cluster: IKubernetesCluster;
  /** The pool that it runs on exclusively. */
  readonly nodePool: IGpuNodePool;
  /** Store of the weights, with the `SHA256SUMS` that `ModelImport` writes beside them. */
  readonly modelStore: IModelStore;
  /** The models of each server: one or more of one image variant. */
  readonly models: TritonModel[];
  /** Number of servers. @default 1 */
  readonly replicas?: number;
  /**
   * Namespace, shared with other deployments, in which the store's credentials must be; its Pod Security level is 'restricted'. Created
   * unless the program or the cluster has it: see `ExistingNamespaces`; one that is created is destroyed with its stack, and everything in
   * it.
   * @default 'inference'
   */
  readonly namespace?: string;
  /** Name of the Kubernetes objects. @default - the construct's id */
  readonly name?: string;
  /** Where images are pulled from. @default ImageRegistry.UPSTREAM */
  readonly imageRegistry?: ImageRegistry;
  /** Release of Triton. @default TritonRelease.DEFAULT */
  readonly tritonRelease?: TritonRelease;
  /** Requests of a pod. @default - derived from the models and the node */
  readonly resources?: TritonResources;
  /**
   * How long loading may take before a pod is restarted, the download not counted.
   * @default - from the models' size: 5 minutes (2 without vLLM), and 4 s for each GB
   */
  readonly startupBudget?: Duration;
  /** How long Triton lets running requests finish on shutdown; whole seconds. @default 60 s */
  readonly exitTimeout?: Duration;
  /** Additional environment variables of Triton's container; must not contain secrets. @default - none */
  readonly environment?: { [name: string]: string };
  /** Additional arguments of tritonserver. @default - none */
  readonly extraArguments?: string[];
  /** Priority class of the pods. @default - none */
  readonly priorityClassName?: string;
}
