import { TerraformResource } from 'cdktf';

/** Key on a resource, shared by all loaded copies of the package. */
const HINTS = Symbol.for('gpu-inference-constructs/scheduling-hints');

/**
 * What the proof of scheduling must know about the pods of a resource beyond their specification.
 *
 * @internal
 */
export interface SchedulingHints {
  /** GPUs that split each layer of a model between them and need the fastest links. @default 1 */
  readonly tensorParallelism?: number;
  /** Number of pods that work together at the same time, and communicate over the fabric. @default 1 */
  readonly podsPerGroup?: number;
  /** Number of pods, where something outside this program sets it, up to this. @default - as the resource says */
  readonly maxPods?: number;
  /** Fewest pods that a scaler leaves. @default - as many as there are at most */
  readonly fewestPods?: number;
  /** Whether a queue of this program starts all pods of a group or none of them. @default false */
  readonly queued?: boolean;
  /** Path of that queue. @default - none */
  readonly queue?: string | undefined;
  /** Whether pods that run to completion run for so long that they must have room beside all that stays. @default false */
  readonly besideLasting?: boolean;
  /** Most of the pods that their own rules allow on one node. @default - no limit */
  readonly podsPerNode?: number;
  /** Most of the pods that their own rules allow on the nodes of one pool. @default - no limit */
  readonly podsPerPool?: number;
  /** Property of the rule that gives `podsPerPool`. @default - none */
  readonly placementRule?: string;
  /** Whether the pods of a group require RDMA. @default false */
  readonly rdmaRequired?: boolean;
  /** Whether the pods run to completion: they must fit, but not at the same time as all others. @default - true for Jobs */
  readonly temporary?: boolean;
  /** Whether the pods may run on nodes unknown to this program, so that they need not fit a known pool. @default false */
  readonly elsewhere?: boolean;
}

interface Hinted {
  [HINTS]?: SchedulingHints;
}

/**
 * Tells the proof of scheduling more about the pods of a resource. Later hints are added to earlier ones.
 *
 * @internal
 */
export function hintScheduling(resource: TerraformResource, hints: SchedulingHints): void {
  const value = { ...schedulingHintsOf(resource), ...hints };
  Object.defineProperty(resource, HINTS, { value, configurable: true });
}

/** @internal */
export function schedulingHintsOf(resource: TerraformResource): SchedulingHints {
  return (resource as Hinted)[HINTS] ?? {};
}
