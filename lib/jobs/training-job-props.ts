import { ModelSpec } from '../catalog/model-spec';
import { IGpuNodePool } from '../core/gpu-node-pool';
import { IKubernetesCluster } from '../core/kubernetes-cluster';
import { IModelStore } from '../core/model-store';
import { ServingImage } from '../images/serving-image';
import { ImageRegistry } from '../kubernetes/image-registry';
import { DeepSpeedConfig } from '../planning/training/deep-speed-config';
import { IGpuQueue } from '../scheduling/kueue/gpu-queue';
import { DataSize } from '../units/data-size';
import { Duration } from '../units/duration';

/**
 * Properties of `TrainingJob`.
 */
export interface TrainingJobProps {
  /** The cluster. */
  readonly cluster: IKubernetesCluster;
  /** The pool whose GPUs train. */
  readonly nodePool: IGpuNodePool;
  /** The store with the model and the data. */
  readonly modelStore: IModelStore;
  /** Name of the model: its folder in the store. */
  readonly modelName: string;
  /** Version of the model in the store. @default '1' */
  readonly modelVersion?: string;
  /** The model, for the plan of its memory. */
  readonly model: ModelSpec;
  /** Name of the data: a folder of the store as `ModelImport` makes it, with files `*.jsonl` for the package's own program. */
  readonly dataName: string;
  /** Version of the data in the store. @default '1' */
  readonly dataVersion?: string;
  /** Size of the data, for the disk of the pods: once as they are, and for the own program twice as tokens of 4 bytes. @default 10 GiB */
  readonly dataSize?: DataSize;
  /** How DeepSpeed trains it. @default DeepSpeedConfig.of() */
  readonly deepSpeed?: DeepSpeedConfig;
  /** Tokens of a sequence. */
  readonly sequenceLength: number;
  /** Steps of the optimizer. */
  readonly steps: number;
  /** Steps between two checkpoints. The last two are kept. @default 100 */
  readonly saveSteps?: number;
  /** Nodes. More than one need the controller of JobSets: `JobSetController`. @default 1 */
  readonly nodes?: number;
  /** GPUs of each node. @default - all of them */
  readonly gpusPerNode?: number;
  /**
   * Image with PyTorch, transformers, accelerate and DeepSpeed, by a tag or a digest. For several nodes with EFA it needs libfabric and aws-ofi-nccl too,
   * which images of PyTorch, DeepSpeed and CUDA lack.
   * @default - that of `trainingImage`; one of both must be given
   */
  readonly image?: string;
  /**
   * The same as a value, from which it is known what is in it, e.g. `ServingImage.pyTorch({ repository: 'registry.example.com/training', efa:
   * EfaInstaller.DEFAULT, packages: ['deepspeed==0.19.8', 'accelerate==1.15.0'] })`, whose Dockerfile it is built from.
   * @default - `image`
   */
  readonly trainingImage?: ServingImage;
  /**
   * Queue that starts it once all of its nodes are free, all pods together, and counts it in its quota; until then it is suspended and holds no GPU. The time
   * of `timeout` begins when it starts.
   * @default - its pods are placed one by one; the proof of scheduling then asks for room beside all servers and other trainings on several nodes
   */
  readonly queue?: IGpuQueue;
  /**
   * Claim of a volume for checkpoints and the trained model, in the namespace. With several nodes all of them write to it: `ReadWriteMany`. Each training
   * has a folder there, of its name and a checksum of what decides what is trained: model, data, image, program, environment, steps, nodes and the file of
   * DeepSpeed. Pods go on from the newest checkpoint in it; another configuration starts anew, and leaves the folder of the one before.
   */
  readonly checkpointClaim: string;
  /**
   * Program and its arguments, which torchrun starts on each GPU: a Python file of the image. The pods have its paths in `DEEPSPEED_CONFIG`, `MODEL_DIR`,
   * `DATA_DIR` and `CHECKPOINT_DIR`, a folder that it makes where it is missing. A pipeline needs one.
   * @default - the package's own, which trains all parameters of a causal language model of transformers
   */
  readonly program?: string[];
  /**
   * How often what failed is started again, all pods together; what a drained or reclaimed node took does not count. @default 3
   */
  readonly maxRestarts?: number;
  /**
   * How long it may take: on one node, restarts included; with several nodes from each restart on, since every restart makes a new Job
   * (`activeDeadlineSeconds`), and a Job that took too long is a failure that counts for `maxRestarts`.
   * @default - without bound
   */
  readonly timeout?: Duration;
  /** Size of /dev/shm of each pod, by which its processes and data loaders share memory. @default - 1 GiB, and 1 GiB for each GPU */
  readonly sharedMemory?: DataSize;
  /** Environment of the processes beside that of the fabric; must not contain secrets. @default - none */
  readonly environment?: { [name: string]: string };
  /** Class of priority of the pods. @default - that of the cluster */
  readonly priorityClassName?: string;
  /** Namespace. Created unless the program or the cluster has it: see `ExistingNamespaces`. @default 'training' */
  readonly namespace?: string;
  /** Name of the Kubernetes objects, at most 40 characters. @default - from the construct's id */
  readonly name?: string;
  /** Where images are pulled from. @default ImageRegistry.UPSTREAM */
  readonly imageRegistry?: ImageRegistry;
  /** Whether a network policy lets the pods reach only each other, names, credentials and the store. @default true */
  readonly networkPolicy?: boolean;
}
