import { IKubernetesCluster } from '../core/kubernetes-cluster';
import { IModelStore } from '../core/model-store';
import { ImageRegistry } from '../kubernetes/image-registry';
import { DataSize } from '../units/data-size';
import { Duration } from '../units/duration';
import { ModelSource } from './model-source';

/**
 * Properties of `ModelImport`.
 */
export interface ModelImportProps {
  /** The cluster the Job runs on; it needs no GPU. */
  readonly cluster: IKubernetesCluster;
  /** The store to fill. */
  readonly modelStore: IModelStore;
  /** Name of the model: its folder in the store, the same as in the served model. */
  readonly model: string;
  /** Version of the model. A complete version is never changed. @default '1' */
  readonly version?: string;
  /** Where the files come from. */
  readonly source: ModelSource;
  /**
   * Namespace, in which a claim or a secret of the source must be. Created unless the program or the cluster has it: see
   * `ExistingNamespaces`; one that is created is destroyed with its stack, and everything in it.
   * @default 'inference'
   */
  readonly namespace?: string;
  /** Name of the Kubernetes objects. @default - the construct's id */
  readonly name?: string;
  /**
   * Disk for the largest file, while it is downloaded. The Job refuses a larger one before its first byte. The pod asks for 2 GiB more, which
   * its node must have: EKS gives nodes of others 20 GiB by default, of which about 17 are for pods.
   *
   * @default 10 GiB: the weights that `transformers` saves are in files of at most 5 GB
   */
  readonly largestFile?: DataSize;
  /**
   * How often a pod that failed is followed by another, where another try may help; downloads that break off go on within one pod. What
   * cannot succeed fails at once: a wrong checksum, a missing file, a refused token. Failed pods stay, with their logs. @default 10
   */
  readonly retries?: number;
  /** How long the Job may take, all its pods together. Kubernetes ends it then. @default 24 hours */
  readonly timeout?: Duration;
  /**
   * How long Terraform waits for the Job where a deployment of the same stack, or of a stack that depends on it, serves the model: its pods are
   * replaced only after it, because pods without weights serve nothing. An import that fails then fails the apply, and the old pods go on. Zero does not wait.
   * @default 2 hours
   */
  readonly waitTimeout?: Duration;
  /**
   * Image with the AWS CLI, curl, jq and GNU coreutils, by a tag or a digest. `imageRegistry` applies to it too.
   * @default - the AWS CLI's own
   */
  readonly awsCliImage?: string;
  /** Labels of the nodes it may run on. @default - any node without a taint */
  readonly nodeSelector?: { [key: string]: string };
  /** Labels of the pod, besides those that select it. @default - none */
  readonly podLabels?: { [key: string]: string };
  /** Annotations of the pod. @default - none */
  readonly podAnnotations?: { [key: string]: string };
  /**
   * Additional environment variables; must not contain secrets. A proxy (`HTTPS_PROXY`) needs `networkPolicy: false`, because the policy lets the pod
   * reach its source alone.
   * @default - none
   */
  readonly environment?: { [name: string]: string };
  /** Where images are pulled from. @default ImageRegistry.UPSTREAM */
  readonly imageRegistry?: ImageRegistry;
  /** Whether a network policy lets the pod reach only names, credentials, the store and its source. @default true */
  readonly networkPolicy?: boolean;
}
