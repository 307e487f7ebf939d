import { ITerraformDependable } from 'cdktf';
import { EgressTarget } from '../../kubernetes/network-access';
import { DataSize } from '../../units/data-size';
import { Duration } from '../../units/duration';
import { ServerAutoscaling } from '../scaling/server-autoscaling';
import { ModelCache } from './model-cache';
import { PodAdditions, UpdateStrategy } from './pod-additions';

/**
 * Requests of a pod of a server that override those derived from its models and the node.
 */
export interface ServerResources {
  /** CPU cores requested. @default - 1 and 2 for each GPU, at most its share of the node */
  readonly cpu?: number;
  /** Host memory requested, shared memory included; at least what models keep there. @default - 4 GiB, 3 GiB for each GPU of a vLLM model, what ONNX models take, and shared memory */
  readonly memory?: DataSize;
  /** Size of /dev/shm. @default - 1 GiB for each vLLM model, 1 GiB for each GPU of one that spans several, and `kvOffload` from vLLM 0.27 on */
  readonly sharedMemory?: DataSize;
  /**
   * Local disk requested for models, caches and logs; at least the models' size. What `emptyFolder` volumes may hold is added to it.
   * @default - the models' size and 13 GiB, 5 GiB without vLLM
   */
  readonly ephemeralStorage?: DataSize;
}

/**
 * How models are served, whatever serves them.
 */
export interface ServingOptions extends PodAdditions {
  /**
   * What sets the number of servers of each model by their requests. The pool must have room for the most of them, and Terraform then neither sets nor
   * resets their number. To start or stop it changes no pod: a `Deployment` keeps the number that it has.
   * @default - the number is `replicas`
   */
  readonly autoscaling?: ServerAutoscaling;
  /**
   * Most servers that a scaler outside this program may set: a HorizontalPodAutoscaler, KEDA, or somebody by hand. The pool must have room for
   * all of them, and Terraform then neither sets nor resets their number; Kubernetes starts with one. `autoscaling` makes the scaler too.
   * @default - the number is `replicas`, and another one is reset by the next apply
   */
  readonly maxReplicas?: number;
  /**
   * How a rollout replaces the servers. `RECREATE` stops all of them first: it needs no free GPU, and is an outage until the new ones have loaded
   * their weights; it goes without `maxSurge` and `maxUnavailable`.
   * @default UpdateStrategy.ROLLING_UPDATE
   */
  readonly updateStrategy?: UpdateStrategy;
  /**
   * Servers that a rollout may start before it stops old ones; the pool must have room for them beside all other pods of this program. With at least one, a rollout of a single
   * server is no outage.
   * @default - 1 for a single server, and where a scaler sets the number, if the nodes have room for one more beside all other pods of this
   * program, those that other rollouts start at the same time among them; else 0: on a full pool a new server gets a GPU only after an old one has
   * gone. Rollouts that are told to surge come first, then small servers; those of one size take turns. `explain()` says which was chosen, and why
   */
  readonly maxSurge?: number;
  /**
   * Servers that a rollout may stop before new ones serve. As many as there are stop all of them at once, which is the fastest way and an outage.
   * At least 1; to stop none, give `maxSurge` alone.
   * @default - 1 where `maxSurge` is 0, otherwise 0
   */
  readonly maxUnavailable?: number;
  /**
   * Servers that may be down at once because nodes are drained, e.g. for an update of the pool; Kubernetes makes the others wait.
   * @default 1
   */
  readonly maxDisruptions?: number;
  /**
   * Namespace, shared with other deployments, in which the store's credentials must be; its Pod Security level is 'restricted'. Created
   * unless the program or the cluster has it: see `ExistingNamespaces`; one that is created is destroyed with its stack, and everything in
   * it.
   * @default 'inference'
   */
  readonly namespace?: string;
  /** Image of the AWS CLI that copies the weights, with its registry and a tag or a digest; 2.15 or later. @default - AWS CLI 2.38.5 of AWS */
  readonly awsCliImage?: string;
  /**
   * Where weights, and what engines compile, are kept beyond the life of a pod, so that the next one on a node downloads nothing. To give or remove
   * it rolls out the servers.
   * @default - each pod downloads and compiles for itself
   */
  readonly modelCache?: ModelCache;
  /** Requests of a pod. @default - derived from the models and the node */
  readonly resources?: ServerResources;
  /**
   * How long loading may take before a pod is restarted, the download not counted.
   * @default - from the models' size: 5 minutes (2 without vLLM), and 4 s for each GB
   */
  readonly startupBudget?: Duration;
  /**
   * How long a server may do nothing at all, although it is asked, before it is restarted. A server that is busy is never restarted, however
   * long its queue is.
   * @default - 3 minutes, or four times what the longest prompt takes in one step where that is longer
   */
  readonly stallTimeout?: Duration;
  /**
   * How long running requests may take to finish on shutdown; whole seconds. Longer answers are cut off by a rollout.
   * @default - by the plan the time of an answer of 4096 tokens, or of `outputTokens` if that is more; at least 60 s, at most 5 minutes
   */
  readonly exitTimeout?: Duration;
  /**
   * Additional environment variables of the server's container; must not contain secrets, but may refer to another variable, one of `secretEnvironment`
   * too, by `$(NAME)`, whatever their names and order.
   * @default - none
   */
  readonly environment?: { [name: string]: string };
  /** Additional arguments of the server; those that probes, metrics or protections rely on are refused. @default - none */
  readonly extraArguments?: string[];
  /** Priority class of the pods. @default - none */
  readonly priorityClassName?: string;
  /**
   * Who may send requests: names of namespaces, and ranges of addresses such as `10.0.0.0/8`, which a load balancer or a port of the nodes needs.
   * The metrics are open to `MonitoringStack`s that watch the deployment, and to `metricsFrom`.
   * @default - pods of its own namespace
   */
  readonly accessibleFrom?: string[];
  /** Further namespaces and ranges of addresses that may read the metrics, e.g. that of a Prometheus of your own. @default - none */
  readonly metricsFrom?: string[];
  /** What the pods may connect to besides names, credentials and the model store. @default - nothing */
  readonly egressTo?: EgressTarget[];
  /**
   * Whether a network policy holds the pods to that. A cluster enforces it only if its network does: the VPC CNI of an `EksGpuCluster` does.
   * @default true
   */
  readonly networkPolicy?: boolean;
  /** What a rollout waits for, e.g. the Job of a `ModelImport` that Terraform waits for. @default - nothing */
  readonly dependsOn?: ITerraformDependable[];
}
