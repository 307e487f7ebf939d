import { ITerraformDependable } from 'cdktf';
import { ModelReader } from '../../catalog/checkpoint-formats';
import { PodSecurityLevel } from '../../core/pod-security-level';
import { ImageRegistry } from '../../kubernetes/image-registry';
import { ServerScaling } from '../scaling/server-scaling';
import { PodSizing } from './pod-sizing';
import { Rollout } from './rollout';
import { GivenServers } from './server-faults';
import { ServerContainer, ServerKind, ServerPod, WeightsCopy } from './server-pod';

/** What a deployment of servers says, with the registry of its images. */
type Given = GivenServers & { readonly imageRegistry?: ImageRegistry };

/**
 * Servers that are alike, with everything decided.
 *
 * @internal
 */
export interface Server {
  readonly kind: ServerKind;
  /** What the user says. */
  readonly given: Given;
  /** Name of the Kubernetes objects. */
  readonly name: string;
  readonly namespace: string;
  /** Labels that select exactly their pods. */
  readonly labels: { [key: string]: string };
  /** Number of servers, unless a scaler sets it. */
  readonly replicas: number;
  readonly sizing: PodSizing;
  readonly exitSeconds: number;
  readonly container: ServerContainer;
  /** Texts of the config map by their keys, besides the script that copies the weights. */
  readonly data: { readonly [key: string]: string };
  /** Those of them that the init container copies. */
  readonly files: ServerPod['files'];
  /** Those of them that the probes read. */
  readonly probeItems: ServerPod['probeItems'];
  readonly copies: readonly WeightsCopy[];
  /** What reads the weights of a model, by its name in the store. @default - not known */
  readonly readerOf?: (model: string) => ModelReader | undefined;
  /** Whether its own container reads them from the store, and nothing copies them. @default false */
  readonly streamsWeights?: boolean;
  /** Ports that callers may reach. */
  readonly requestPorts: readonly number[];
  readonly metricsPort: number;
  /** GPUs that split each layer between them. */
  readonly tensorParallelism: number;
  readonly rollout: Rollout;
  /** What sets their number. @default - nothing in this program */
  readonly scaling?: ServerScaling;
  /** Labels of all its pods, where others than those that callers reach are among them. @default - `labels` */
  readonly memberLabels?: { [key: string]: string };
  /** Whether what its engine compiles can serve another pod in the same place. @default false */
  readonly compiles?: boolean;
  /** Variable that has the number of a pod among those of a server: each compiles its own part. @default - a server has one pod */
  readonly placeVariable?: string;
  /** Pod Security level of the namespace. @default PodSecurityLevel.RESTRICTED */
  readonly securityLevel?: PodSecurityLevel;
}

/**
 * What pods of servers wait for, and the files that they read.
 *
 * @internal
 */
export interface ServerParts {
  readonly serviceAccountName: string;
  readonly waitFor: ITerraformDependable[];
  readonly configMapName: string;
  /** Annotations by which a changed configuration changes the pods. */
  readonly checksum: { [key: string]: string };
  /** The claim of the cache. @default - there is none */
  readonly cacheClaim?: string;
}
