import { ModelSpec } from '../../catalog/model-spec';
import { Precision } from '../../catalog/precision';
import { IGpuNodePool } from '../../core/gpu-node-pool';
import { IKubernetesCluster } from '../../core/kubernetes-cluster';
import { IModelStore } from '../../core/model-store';
import { ImageRegistry } from '../../kubernetes/image-registry';
import { DataSize } from '../../units/data-size';
import { Duration } from '../../units/duration';
import { ModelStep } from './model-step';
import { PipelineImage } from './pipeline-image';
import { QualityGate } from './quality-gate';

/**
 * Properties of `ModelPipeline`.
 */
export interface ModelPipelineProps {
  /** The cluster. */
  readonly cluster: IKubernetesCluster;
  /** The store with the source, to which the result is published. */
  readonly modelStore: IModelStore;
  /** Name of the source: its folder in the store. */
  readonly modelName: string;
  /** Version of the source. @default '1' */
  readonly modelVersion?: string;
  /** The source, for the plan. */
  readonly model: ModelSpec;
  /** Format of its weights in the store. @default - the one that it is published in, else bf16 */
  readonly precision?: Precision;
  /** What is made of it, in this order. */
  readonly steps: ModelStep[];
  /** What must hold before it is published. */
  readonly gate: QualityGate;
  /**
   * Image with the package's own program `model_pipeline` and what it needs, by a tag or a digest; a tag that is moved is the same address. What is in it is
   * not known: see `PipelineEnvironment` for what steps need.
   * @default - `pipelineImage`, of which one must be given
   */
  readonly image?: string;
  /** Image of which it is known what is in it, so that steps and nodes that it is not made for are refused. @default - `image` */
  readonly pipelineImage?: PipelineImage;
  /** Name of the result: its folder in the store. @default - that of the source */
  readonly outputName?: string;
  /**
   * Version of the result. One that is there and was made of something else is refused by the Job.
   * @default - that of the source, the steps, and 12 digits of the address of all that decides the result, e.g. `1-int8-3f2a9c41d07b`
   */
  readonly outputVersion?: string;
  /** The pool on whose nodes it runs: llm-compressor computes on one of their GPUs, all else on processors. @default - nodes without GPUs */
  readonly nodePool?: IGpuNodePool;
  /** Labels of the nodes without GPUs that it may run on. @default - any node without a taint */
  readonly nodeSelector?: { [key: string]: string };
  /**
   * Memory of those nodes, so that steps that need more are refused.
   * @default - that of the cluster's system nodes, where this program makes them and `nodeSelector` is not given; else not checked
   */
  readonly nodeMemory?: DataSize;
  /** Processors that the program gets. @default - 8, or most of what the node has where that is less */
  readonly cpus?: number;
  /**
   * Size of the volume for source, results and texts. Less than the plan needs is refused.
   * @default - what the plan needs
   */
  readonly disk?: DataSize;
  /**
   * Claim of a volume for it, in the namespace: pods go on from the last step that is done, and the disk of the node is not used. The folder of a pipeline
   * there is removed when its result is published.
   * @default - the disk of the node; another pod starts anew
   */
  readonly workClaim?: string;
  /**
   * compressed-tensors of `image`, which vLLM reads with an older one of its own: what nothing shows to load is refused where it is served.
   * @default - that of `pipelineImage`, or of the environment of the program (jobs/environments/compressor.txt): 0.19.0
   */
  readonly compressedTensorsVersion?: string;
  /**
   * Whether code of the source's folder may run, which some architectures need. It has no credentials, but all of the node's GPUs that the pod has.
   * @default false
   */
  readonly trustRemoteCode?: boolean;
  /** How often a pod that failed is followed by another, where another try may help; a check that fails is final. @default 3 */
  readonly retries?: number;
  /** How long the Job may take, all its pods together; a plan that takes longer is refused. @default 24 hours */
  readonly timeout?: Duration;
  /**
   * How long Terraform waits for the Job where a deployment of the same stack, or of a stack that depends on it, serves the result, as it waits for a
   * `ModelImport`. Zero does not wait.
   * @default - as long as `timeout`
   */
  readonly waitTimeout?: Duration;
  /** Namespace. Created unless the program or the cluster has it: see `ExistingNamespaces`. @default 'inference' */
  readonly namespace?: string;
  /** Name of the Kubernetes objects. @default - the construct's id */
  readonly name?: string;
  /** Class of priority of the pods. @default - that of the cluster */
  readonly priorityClassName?: string;
  /** Image with the AWS CLI and GNU coreutils, by a tag or a digest. `imageRegistry` applies to it too. @default - the AWS CLI's own */
  readonly awsCliImage?: string;
  /** Where images are pulled from. @default ImageRegistry.UPSTREAM */
  readonly imageRegistry?: ImageRegistry;
  /** Whether a network policy lets the pod reach only names, credentials and the store. @default true */
  readonly networkPolicy?: boolean;
}
