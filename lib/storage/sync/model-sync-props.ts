import { IKubernetesCluster } from '../../core/kubernetes-cluster';
import { IModelStore } from '../../core/model-store';
import { ImageRegistry } from '../../kubernetes/image-registry';
import { DataSize } from '../../units/data-size';
import { Duration } from '../../units/duration';
import { MaintenanceWindow } from './maintenance-window';
import { ReleaseKey } from './release-key';

/**
 * What must be answered at a site for a new version to stay.
 */
export interface SyncProbe {
  /** URL that is asked by GET and must answer with status 200, e.g. `http://chat.inference:8000/v1/models`. It must hold no secret. */
  readonly url: string;
  /** Text that the answer must contain. @default - any answer will do */
  readonly contains?: string;
}

/**
 * Properties of `ModelSync`.
 */
export interface ModelSyncProps {
  /** The cluster of the site. */
  readonly cluster: IKubernetesCluster;
  /** The store that releases and weights come from. */
  readonly modelStore: IModelStore;
  /** Name of the model: its folder in the store. */
  readonly model: string;
  /** Name of this site, by which releases may be for it alone. */
  readonly site: string;
  /** Public keys of those who may release models for this site; several during a rotation. */
  readonly keys: ReleaseKey[];
  /** Most that all files of one version of the model take. */
  readonly modelSize: DataSize;
  /** Channel of releases that the site follows: the `version` of its servers' models. @default 'stable' */
  readonly channel?: string;
  /** Variant that releases must be of, e.g. `int4`. @default - any */
  readonly variant?: string;
  /**
   * Disk for the version that is served, the one before and the one that comes.
   * @default - three times `modelSize`
   */
  readonly cacheSize?: DataSize;
  /**
   * Claim of yours for the weights, which the servers of the site must be able to mount too: `ReadWriteMany`, or on the one node of all of them.
   * @default - one is made, `ReadWriteOnce`
   */
  readonly claimName?: string;
  /** Storage class of a claim that is made. @default - that of the cluster */
  readonly storageClassName?: string;
  /** When weights may be downloaded. What release there is, is looked at at any time. @default - at any time */
  readonly windows?: MaintenanceWindow[];
  /** Most megabits (of 1,000,000 bits) a second that downloads may take of the link. @default - as many as there are */
  readonly maxMegabitsPerSecond?: number;
  /**
   * Deployments of the namespace that serve the model: their pods are replaced when another version is there, and must all become ready for it to stay. The pod may
   * change these Deployments and nothing else.
   * @default - none: nothing is restarted
   */
  readonly servers?: string[];
  /** What else must be answered for a new version to stay. @default - nothing */
  readonly probe?: SyncProbe;
  /** How long servers and the probe may take; after that the version before comes back. @default 15 minutes */
  readonly checkTimeout?: Duration;
  /** How often the site looks which release there is. @default 5 minutes */
  readonly pollInterval?: Duration;
  /** Longest time for which the link to the store may be cut without an alert (`ModelSyncLate`). @default 24 hours */
  readonly maxUplinkOutage?: Duration;
  /** Namespace of the Kubernetes objects, and of the servers. @default 'inference' */
  readonly namespace?: string;
  /** Name of the Kubernetes objects. @default - the construct's id */
  readonly name?: string;
  /** Image with the AWS CLI, curl and GNU coreutils, by a tag or a digest. @default - the AWS CLI's own */
  readonly awsCliImage?: string;
  /** Image with Python 3.11 or later, openssl 3 and the time zone database. @default - Docker's official image of Python on Debian */
  readonly pythonImage?: string;
  /** Labels of the nodes it may run on. @default - any node without a taint */
  readonly nodeSelector?: { [key: string]: string };
  /** Labels of the pod, besides those that select it. @default - none */
  readonly podLabels?: { [key: string]: string };
  /** Annotations of the pod. @default - none */
  readonly podAnnotations?: { [key: string]: string };
  /** Where images are pulled from. @default ImageRegistry.UPSTREAM */
  readonly imageRegistry?: ImageRegistry;
  /** Whether a network policy lets the pod reach only names, credentials, the store, the API server where it restarts servers, and the probe. @default true */
  readonly networkPolicy?: boolean;
}
