import { TerraformResource } from 'cdktf';

/** On a resource; of all loaded copies of the package alike. */
const HINTS = Symbol.for('gpu-inference-constructs/scheduling-hints');

/**
 * What the proof of scheduling must know of the pods of a resource that their specification does not say.
 *
 * @internal
 */
export interface SchedulingHints {
  /** GPUs that split each layer of a model between them and need the fastest links. @default 1 */
  readonly tensorParallelism?: number;
  /** Pods that work on one thing together, at the same time, and reach each other by the fabric. @default 1 */
  readonly podsPerGroup?: number;
  /** Whether the pods of a group are of no use without remote memory access. @default false */
  readonly rdmaRequired?: boolean;
  /** Whether the pods end by themselves: they must fit, but not beside all others. @default - true for Jobs */
  readonly temporary?: boolean;
  /** Whether nodes that this program does not know may take the pods, so that no known pool need do so. @default false */
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
