import { IKubernetesCluster } from '../../core/kubernetes-cluster';
import { IModelStore } from '../../core/model-store';
import { SecretReference } from '../../core/secret-reference';
import { ImageRegistry } from '../../kubernetes/image-registry';

/**
 * Properties of `ModelRelease`.
 */
export interface ModelReleaseProps {
  /** The cluster the Job runs on; it needs no GPU. */
  readonly cluster: IKubernetesCluster;
  /** The store that has the model. */
  readonly modelStore: IModelStore;
  /** Name of the model: its folder in the store. */
  readonly model: string;
  /** Version of it, whose import must be complete. */
  readonly version: string;
  /** Number of the release, larger than all before it in its channel: sites refuse what is older, whoever puts it there. */
  readonly number: number;
  /**
   * Private keys of Ed25519 in PEM, in secrets of the namespace; two while sites still trust the old one alone. No part of a key is in the state, and no
   * container that reaches the network sees one.
   */
  readonly signingKeys: SecretReference[];
  /** Channel that sites follow. @default 'stable' */
  readonly channel?: string;
  /** What of the model it is, e.g. `int4`, for sites that ask for it. @default - it does not say */
  readonly variant?: string;
  /** Names of the sites that it is for. @default - all that follow the channel */
  readonly sites?: string[];
  /** Namespace, in which the secrets must be. @default 'inference' */
  readonly namespace?: string;
  /** Name of the Kubernetes objects. @default - the construct's id */
  readonly name?: string;
  /** How often a pod that failed is followed by another. @default 10 */
  readonly retries?: number;
  /** Image with the AWS CLI and GNU coreutils, by a tag or a digest. @default - the AWS CLI's own */
  readonly awsCliImage?: string;
  /** Image with Python 3.11 or later and openssl 3. @default - Docker's official image of Python on Debian */
  readonly pythonImage?: string;
  /** Labels of the nodes it may run on. @default - any node without a taint */
  readonly nodeSelector?: { [key: string]: string };
  /** Where images are pulled from. @default ImageRegistry.UPSTREAM */
  readonly imageRegistry?: ImageRegistry;
  /** Whether a network policy lets the pod reach only names, credentials and the store. @default true */
  readonly networkPolicy?: boolean;
}
