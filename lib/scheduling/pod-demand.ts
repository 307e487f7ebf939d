import { IConstruct } from 'constructs';

/**
 * A toleration of a pod.
 */
export interface PodToleration {
  /** Key of the taint. @default - every key */
  readonly key?: string;
  /** `Equal` or `Exists`. @default 'Equal' */
  readonly operator?: string;
  /** Value of the taint, for `Equal`. @default - empty */
  readonly value?: string;
  /** Effect of the taint. @default - every effect */
  readonly effect?: string;
}

/**
 * A requirement on the labels of a node.
 */
export interface NodeRequirement {
  /** Key of the label. */
  readonly key: string;
  /** `In`, `NotIn`, `Exists`, `DoesNotExist`, `Gt` or `Lt`. */
  readonly operator: string;
  /** What the value is compared with. @default - none */
  readonly values?: string[];
}

/**
 * One of the alternatives of a required node affinity.
 */
export interface NodeTerm {
  /** What a node must meet, all of it. */
  readonly requirements: NodeRequirement[];
}

/**
 * What like pods ask of the nodes of a cluster.
 */
export interface PodDemand {
  /** Name for messages, e.g. `inference/chat`. */
  readonly name: string;
  /** Number of pods; ignored for pods that run on every node. */
  readonly pods: number;
  /** What one pod requests, as Kubernetes quantities: the larger of its containers together and its largest init container. */
  readonly requests: { [resource: string]: string };
  /** Labels that its nodes must have. @default - any node */
  readonly nodeSelector?: { [key: string]: string };
  /** Required node affinity: a node must meet one of these, beside `nodeSelector`. @default - none */
  readonly nodeTerms?: NodeTerm[];
  /** Its tolerations. @default - none */
  readonly tolerations?: PodToleration[];
  /** Whether it runs once on every node that has the labels, as a DaemonSet does. @default false */
  readonly onEveryNode?: boolean;
  /** Whether nodes that this program does not know may take the pods, so that no known pool need do so. @default false */
  readonly elsewhere?: boolean;
  /** Whether the pods end by themselves: they must fit, but not beside all others. @default false */
  readonly temporary?: boolean;
  /** GPUs that split each layer of a model between them and need the fastest links. @default 1 */
  readonly tensorParallelism?: number;
  /** Pods that work on one thing together and reach each other by the fabric. @default 1 */
  readonly podsPerGroup?: number;
  /** Whether the pods of a group are of no use without remote memory access. @default false */
  readonly rdmaRequired?: boolean;
  /** Whether it uses the node's own address. @default false */
  readonly hostNetwork?: boolean;
}

/**
 * Something that runs pods on a cluster. It is asked when the stacks are synthesized, so what it answers may depend on what was
 * made after it.
 */
export interface IScheduledWorkload extends IConstruct {
  /** What its pods ask for. */
  readonly podDemands: PodDemand[];
}
