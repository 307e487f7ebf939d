import { SchedulingHints } from '../kubernetes/scheduling-hints';
import { PodRelations } from './pod-affinity';

/**
 * A toleration of a pod.
 *
 * @internal
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
 *
 * @internal
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
 *
 * @internal
 */
export interface NodeTerm {
  /** Requirements that a node must all meet. */
  readonly requirements: NodeRequirement[];
}

/**
 * The demand of identical pods on the nodes of a cluster.
 *
 * @internal
 */
export interface PodDemand extends SchedulingHints, PodRelations {
  /** Name for messages, e.g. `inference/chat`. */
  readonly name: string;
  /** Number of pods; ignored for pods that run on every node. */
  readonly pods: number;
  /** Requests of one pod, as Kubernetes quantities: the larger of its containers together and its largest init container. */
  readonly requests: { [resource: string]: string };
  /** Labels that its nodes must have. @default - any node */
  readonly nodeSelector?: { [key: string]: string };
  /** Required node affinity: a node must meet one of these, beside `nodeSelector`. @default - none */
  readonly nodeTerms?: NodeTerm[];
  /** Its tolerations. @default - none */
  readonly tolerations?: PodToleration[];
  /** Name of the class of its priority. @default - none, or known only to Terraform */
  readonly priorityClass?: string;
  /** Whether it runs once on every matching node, like a DaemonSet. @default false */
  readonly onEveryNode?: boolean;
  /** Whether it uses the node's own address. @default false */
  readonly hostNetwork?: boolean;
  /** Whether its object has the label by which a queue of its namespace takes it. @default false */
  readonly isLabeledForQueue?: boolean;
}
