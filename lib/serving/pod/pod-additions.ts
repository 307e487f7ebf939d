import { NodeTaint } from '../../core/gpu-node-pool';
import { PodAffinityTerm, TopologySpreadConstraint } from '../../kubernetes/pod-placement';
import { PolicyStatement } from '../../core/policy-statement';
import { SecretReference } from '../../core/secret-reference';
import { DataSize } from '../../units/data-size';
import { checkArguments } from '../../units/argument-faults';

/** What a volume of a pod holds. */
export enum PodVolumeKind {
  /** A secret. */
  SECRET = 'SECRET',
  /** A config map. */
  CONFIG_MAP = 'CONFIG_MAP',
  /** A claim of a persistent volume. */
  CLAIM = 'CLAIM',
  /** An empty folder that lives as long as the pod. */
  EMPTY = 'EMPTY',
}

/**
 * A volume of a pod.
 */
export class PodVolume {
  /**
   * The values of a secret, as files.
   *
   * @param name name of the volume
   * @param secretName name of the secret
   */
  public static secret(name: string, secretName: string): PodVolume {
    return new PodVolume(PodVolumeKind.SECRET, name, secretName);
  }

  /**
   * The values of a config map, as files.
   *
   * @param name name of the volume
   * @param configMapName name of the config map
   */
  public static configMap(name: string, configMapName: string): PodVolume {
    return new PodVolume(PodVolumeKind.CONFIG_MAP, name, configMapName);
  }

  /**
   * A persistent volume.
   *
   * @param name name of the volume
   * @param claimName name of the claim
   */
  public static claim(name: string, claimName: string): PodVolume {
    return new PodVolume(PodVolumeKind.CLAIM, name, claimName);
  }

  /**
   * An empty folder, on the local disk of the node.
   *
   * @param name name of the volume
   * @param sizeLimit most that it may hold; added to the local disk that the pods ask for
   */
  public static emptyFolder(name: string, sizeLimit: DataSize): PodVolume {
    return new PodVolume(PodVolumeKind.EMPTY, name, undefined, sizeLimit);
  }

  /** What it holds. */
  public readonly kind: PodVolumeKind;
  /** Its name. */
  public readonly name: string;
  /** Name of the secret, config map or claim. @default - it is an empty folder */
  public readonly source?: string;
  /** Most that an empty folder may hold. @default - it is none */
  public readonly sizeLimit?: DataSize;

  private constructor(kind: PodVolumeKind, name: string, source?: string, sizeLimit?: DataSize) {
    this.kind = kind;
    this.name = name;
    this.source = source;
    this.sizeLimit = sizeLimit;
  }
}

checkArguments('PodVolume', PodVolume);

/**
 * Where a container sees a volume.
 */
export interface PodVolumeMount {
  /** Name of the volume. */
  readonly volume: string;
  /** Absolute path. */
  readonly path: string;
  /** Whether the container can only read it. @default true */
  readonly readOnly?: boolean;
}

/**
 * A container that runs beside the server's. It runs as a user other than root, with a read-only root file system and without capabilities, as the
 * Pod Security level 'restricted' demands.
 */
export interface Sidecar {
  /** Name of the container. */
  readonly name: string;
  /** Image with its registry, and a tag or a digest. */
  readonly image: string;
  /** Command; must not contain secrets, but may refer to a variable by `$(NAME)`. @default - the image's */
  readonly command?: string[];
  /** Arguments, likewise. @default - the image's */
  readonly args?: string[];
  /** Environment variables; must not contain secrets, but may refer to another variable by `$(NAME)`. @default - none */
  readonly environment?: { [name: string]: string };
  /** Environment variables from secrets. @default - none */
  readonly secretEnvironment?: { [name: string]: SecretReference };
  /** TCP ports, by name, that `accessibleFrom` may reach. @default - none */
  readonly ports?: { [name: string]: number };
  /** CPU cores, request and limit. @default 0.1 */
  readonly cpu?: number;
  /** Memory, request and limit. @default 128 MiB */
  readonly memory?: DataSize;
  /** Volumes of the pod that it sees: those of `volumes`, and what `initContainers` says. @default - none */
  readonly volumeMounts?: PodVolumeMount[];
}

/** How a rollout replaces the pods of a deployment, by the names of Kubernetes. */
export enum UpdateStrategy {
  /** Pods are replaced step by step: see `maxSurge` and `maxUnavailable`. */
  ROLLING_UPDATE = 'RollingUpdate',
  /**
   * All old pods end before the first new one starts: an outage at every rollout, for which no GPU needs to be free, and in which no two
   * versions ever serve at the same time.
   */
  RECREATE = 'Recreate',
}

/** How a service is reached. */
export enum ServiceType {
  /** Within the cluster. */
  CLUSTER_IP = 'ClusterIP',
  /** By a port of every node. */
  NODE_PORT = 'NodePort',
  /** By a load balancer of the cloud. */
  LOAD_BALANCER = 'LoadBalancer',
}

/**
 * What users add to the pods and the service of a deployment, without overrides. What pods ask for is part of the proof that they fit their pool.
 */
export interface PodAdditions {
  /** Labels of the pods, besides those that select them. @default - none */
  readonly podLabels?: { [key: string]: string };
  /** Annotations of the pods; must not contain secrets. @default - none */
  readonly podAnnotations?: { [key: string]: string };
  /** Additional environment variables of the server's container from secrets. @default - none */
  readonly secretEnvironment?: { [name: string]: SecretReference };
  /** Containers beside the server's. @default - none */
  readonly sidecars?: Sidecar[];
  /**
   * Containers that run one after another once the weights are there, before the server starts, e.g. to warm a cache; they listen on no ports.
   * Nothing starts until each has ended well. Besides `volumes` their `volumeMounts` may name two volumes of the pod itself, which the server's
   * container has at these paths: `models`, read-only, at `/models` (a model of vLLM in `weights/<name>/<version>` there, Triton's repository in
   * `repository`, adapters in `adapters/<name>/<version>`, drafts in `drafts/<name>/<version>`), and `cache`, at `/var/cache/vllm` or `/var/cache/triton`.
   * @default - none
   */
  readonly initContainers?: Sidecar[];
  /** Additional volumes of the pods. @default - none */
  readonly volumes?: PodVolume[];
  /** Where the server's container sees them. @default - nowhere */
  readonly volumeMounts?: PodVolumeMount[];
  /** Runtime class of the pods, where the default runtime gives containers no GPU, e.g. `nvidia` on k3s. @default - the cluster's default */
  readonly runtimeClassName?: string;
  /** Labels that the nodes must have besides those of the pool; the pool must set them. @default - none */
  readonly nodeSelector?: { [key: string]: string };
  /** Taints that the pods tolerate besides those of the pool; without a value, any value of the key. @default - none */
  readonly tolerations?: NodeTaint[];
  /** Pods that the pods are to be near. A term that they themselves must meet keeps them in one place. @default - none */
  readonly podAffinity?: PodAffinityTerm[];
  /**
   * Pods that the pods are to be away from, e.g. `[{ topologyKey: 'kubernetes.io/hostname' }]` for one server on each node; new servers of a rollout
   * are kept away from old ones too.
   * @default - none
   */
  readonly podAntiAffinity?: PodAffinityTerm[];
  /** How the pods are spread. @default - over nodes and zones as evenly as goes, without waiting for it */
  readonly topologySpreadConstraints?: TopologySpreadConstraint[];
  /**
   * Name of a service account in the namespace that exists already and that the pods act as: then neither an account nor an IAM role is made, and
   * what it gives, all containers of the pods get. Unless the store has credentials of its own, the account must let them read the weights.
   * @default - one that is made for the deployment, with a role that may read its weights and that only the container which fetches them gets
   */
  readonly serviceAccountName?: string;
  /** What the role of the pods may do besides reading their weights; all containers of the pods then get it. @default - nothing */
  readonly rolePolicyStatements?: PolicyStatement[];
  /** ARNs of policies that the role of the pods has as well; all containers of the pods then get it. @default - none */
  readonly roleManagedPolicyArns?: string[];
  /** Annotations of the service account of the pods, e.g. for an identity of another cloud. @default - that of its IAM role, if it needs one */
  readonly serviceAccountAnnotations?: { [key: string]: string };
  /** How the service is reached. @default ServiceType.CLUSTER_IP */
  readonly serviceType?: ServiceType;
  /** Annotations of the service, e.g. for a load balancer. @default - none */
  readonly serviceAnnotations?: { [key: string]: string };
}
