import { IKubernetesCluster } from '../../core/kubernetes-cluster';
import { IModelStore } from '../../core/model-store';
import { SecretReference } from '../../core/secret-reference';
import { ImageRegistry } from '../../kubernetes/image-registry';
import { Duration } from '../../units/duration';
import { RolloutFailureAction } from './rollout-failure-action';
import { RolloutHub } from './rollout-hub';
import { RolloutRing } from './rollout-ring';

/**
 * Properties of `ModelRollout`.
 */
export interface ModelRolloutProps {
  /** The cluster the Job runs on; it needs no GPU. */
  readonly cluster: IKubernetesCluster;
  /** The store that has the model. */
  readonly modelStore: IModelStore;
  /** Name of the model: its folder in the store. */
  readonly model: string;
  /** Version of it, whose import must be complete. */
  readonly version: string;
  /**
   * Number of the release, larger than all before it in the channels of its rings. A ring that was taken back has the next number, so that a rollout after
   * one that was stopped needs two more.
   */
  readonly number: number;
  /**
   * Private keys of Ed25519 in PEM, in secrets of the namespace; two while sites still trust the old one alone. No part of a key is in the state, and no
   * container that reaches the network sees one.
   */
  readonly signingKeys: SecretReference[];
  /** Who gets it, one ring after the other. */
  readonly rings: RolloutRing[];
  /** The Prometheus that knows what sites serve. */
  readonly hub: RolloutHub;
  /** First part of the names of channels: see `ModelRollout.channelOf`. @default 'stable' */
  readonly channel?: string;
  /** What of the model it is, e.g. `int4`, for sites that ask for it. @default - it does not say */
  readonly variant?: string;
  /**
   * How long the sites of a ring are watched, from the moment when it has the release, before the next ring gets it: whole seconds, at least 15 minutes, because
   * alerts wait for up to that long before they fire.
   * @default 1 hour
   */
  readonly soak?: Duration;
  /**
   * Share of the sites of a ring that must run the release for the ring to pass, above 0 and at most 1. The others may be cut off, and are never counted as a
   * success; a site that can be reached must run it in any case.
   * @default 0.9
   */
  readonly minimumUpdated?: number;
  /** How long a ring may take from its release until it passes; after that the rollout stops. Longer than the soak. @default 8 days: windows come at least once a week */
  readonly ringTimeout?: Duration;
  /**
   * Alerts of this library that stop it where they fire at a site that was offered the release. Those that fired before keep the ring from passing only.
   * @default - ContainerOutOfMemory, HighLatency, ModelNotLoaded, ModelSyncRefused, NoServerAnswers, NoTokens, RequestsFail, RequestsRejected and ServerRestarts
   */
  readonly alerts?: string[];
  /** Alerts of your own rules that stop it likewise. @default - none */
  readonly customAlerts?: string[];
  /** What becomes of rings that have a release which failed. @default RolloutFailureAction.STOP */
  readonly onFailure?: RolloutFailureAction;
  /** How often the hub is asked: whole seconds, at most 5 minutes. @default 30 seconds */
  readonly pollInterval?: Duration;
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
  /** Whether a network policy lets the pod reach only names, credentials, the store and the hub. @default true */
  readonly networkPolicy?: boolean;
}
